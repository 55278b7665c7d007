//! The payout of an offer for a country, by the documented rule, for every shape of amounts.

use cpalead::{Country, OfferList};

/// Checks the payout of an offer with these fields for a country, as `amount currency source` or
/// `none`.
#[track_caller]
fn check(fields: &str, country: &str, expected: &str) {
    let body = format!(r#"{{"status":"success","offers":[{{"id":1,{fields}}}]}}"#);
    let offers = OfferList::from_json(body.into_bytes()).expect("an answer");
    let country: Country = country.parse().expect("a code");
    let offer = offers.as_slice().first();
    let offer = offer.unwrap_or_else(|| panic!("rejected: {}", offers.rejected()[0]));
    let shown = offer.payout(country).map_or("none".to_owned(), |payout| {
        format!(
            "{} {} {}",
            payout.amount(),
            payout.currency(),
            payout.source().as_str()
        )
    });
    assert_eq!(shown, expected, "{fields} for {country}");
}

/// Checks that the offer is rejected with this message, because an amount is never guessed.
#[track_caller]
fn refused(fields: &str, message: &str) {
    let body = format!(r#"{{"status":"success","offers":[{{"id":1,{fields}}}]}}"#);
    let offers = OfferList::from_json(body.into_bytes()).expect("an answer");
    let rejected: Vec<_> = offers.rejected().iter().map(ToString::to_string).collect();
    assert_eq!(rejected, [message], "{fields}");
}

#[test]
fn a_country_in_the_list_gets_its_own_amount() {
    let fields = r#""amount":"0.50","payouts_per_country":{"US":0.72,"CA":"0.55"}"#;
    check(fields, "US", "0.72 USD country");
    check(fields, "CA", "0.55 USD country");
}

#[test]
fn a_country_missing_from_the_list_gets_the_default_amount() {
    let fields = r#""amount":"0.50","payouts_per_country":{"US":0.72}"#;
    check(fields, "GB", "0.50 USD default");
}

#[test]
fn the_case_of_codes_is_ignored_on_both_sides() {
    let fields = r#""amount":1,"payouts_per_country":{"us":2,"Ca":3}"#;
    check(fields, "US", "2 USD country");
    check(fields, "us", "2 USD country");
    check(fields, "cA", "3 USD country");
}

#[test]
fn the_list_form_is_read_with_both_names_of_the_country() {
    let fields = r#""amount":1,"payouts_per_country":[{"country":"US","amount":"2.5"},{"country_iso":"gb","amount":3}]"#;
    check(fields, "US", "2.5 USD country");
    check(fields, "GB", "3 USD country");
    check(fields, "FR", "1 USD default");
}

#[test]
fn every_form_of_an_empty_list_means_the_default() {
    for none in ["[]", "{}", "null", "false"] {
        check(
            &format!(r#""amount":"0.50","payouts_per_country":{none}"#),
            "US",
            "0.50 USD default",
        );
    }
    check(r#""amount":"0.50""#, "US", "0.50 USD default");
}

#[test]
fn an_entry_without_an_amount_is_ignored() {
    check(
        r#""amount":"0.50","payouts_per_country":{"US":null}"#,
        "US",
        "0.50 USD default",
    );
    check(
        r#""amount":"0.50","payouts_per_country":{"US":""}"#,
        "US",
        "0.50 USD default",
    );
    check(
        r#""amount":"0.50","payouts_per_country":[{"country":"US"}]"#,
        "US",
        "0.50 USD default",
    );
}

#[test]
fn an_entry_of_zero_counts() {
    check(
        r#""amount":"0.50","payouts_per_country":{"US":0}"#,
        "US",
        "0 USD country",
    );
    check(
        r#""amount":"0.50","payouts_per_country":{"US":"0.00"}"#,
        "US",
        "0.00 USD country",
    );
}

#[test]
fn without_any_amount_the_payout_is_none_and_not_zero() {
    check(r#""title":"t""#, "US", "none");
    check(r#""amount":null"#, "US", "none");
    check(r#""amount":"""#, "US", "none");
    check(
        r#""amount":null,"payouts_per_country":{"US":1}"#,
        "CA",
        "none",
    );
    check(
        r#""amount":null,"payouts_per_country":{"US":1}"#,
        "US",
        "1 USD country",
    );
}

#[test]
fn money_is_exact() {
    check(r#""amount":0.1"#, "US", "0.1 USD default");
    check(
        r#""amount":0.30000000000000004"#,
        "US",
        "0.30000000000000004 USD default",
    );
    check(
        r#""amount":"1234567890123456789.012345678""#,
        "US",
        "1234567890123456789.012345678 USD default",
    );
    check(r#""amount":1e-2"#, "US", "0.01 USD default");
    check(r#""amount":"4.20""#, "US", "4.20 USD default");
    check(
        r#""amount":9007199254740993"#,
        "US",
        "9007199254740993 USD default",
    );
}

#[test]
fn the_currency_is_the_one_that_the_provider_names_or_dollars() {
    check(
        r#""amount":1,"payout_currency":"EUR""#,
        "US",
        "1 EUR default",
    );
    check(r#""amount":1,"payout_currency":"""#, "US", "1 USD default");
    check(
        r#""amount":1,"payout_currency":null"#,
        "US",
        "1 USD default",
    );
}

#[test]
fn a_key_that_is_not_a_country_is_ignored() {
    let fields = r#""amount":"0.50","payouts_per_country":{"ALL":9,"":9,"USA":9,"U1":9,"US":1}"#;
    check(fields, "US", "1 USD country");
    check(fields, "AL", "0.50 USD default");
}

#[test]
fn invalid_amounts_are_refused_with_their_path() {
    refused(
        r#""amount":"ten""#,
        "offers[0].amount: `ten` is no amount: expected a decimal number of at most 28 digits",
    );
    refused(
        r#""amount":"$1.50""#,
        "offers[0].amount: `$1.50` is no amount: expected a decimal number of at most 28 digits",
    );
    refused(
        r#""amount":1,"payouts_per_country":{"US":"1,50"}"#,
        "offers[0].payouts_per_country: `1,50` is no amount: expected a decimal number of at most 28 digits",
    );
    refused(
        r#""amount":1,"payouts_per_country":{"US":1,"us":2}"#,
        "offers[0].payouts_per_country: US has two amounts",
    );
    refused(
        r#""amount":1,"payouts_per_country":"0.72""#,
        "offers[0].payouts_per_country: invalid type: string \"0.72\", expected a map from country to amount, \
         or a list of countries with amounts",
    );
}

#[test]
fn events_pay_their_own_amounts_in_the_offers_currency() {
    let body = br#"{"offers":[{"id":1,"payout_currency":"EUR","events":[
        {"event_key":"lvl5","event_name":"Level 5","amount":"0.40"},{"event_key":"free","amount":null},{"amount":3.8}]}]}"#;
    let offers = OfferList::from_json(body.to_vec()).expect("an answer");
    let events: Vec<_> = offers.as_slice()[0]
        .events()
        .map(|event| {
            let payout = event
                .payout()
                .map(|payout| format!("{} {}", payout.amount(), payout.currency()));
            (event.key(), event.name(), payout)
        })
        .collect();
    assert_eq!(
        events,
        [
            (Some("lvl5"), Some("Level 5"), Some("0.40 EUR".to_owned())),
            (Some("free"), None, None),
            (None, None, Some("3.8 EUR".to_owned())),
        ]
    );
}
