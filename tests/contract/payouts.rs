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

/// Checks that the payout is unknown and the answer says why, because an amount is never guessed.
#[track_caller]
fn unknown(fields: &str, country: &str, message: &str) {
    let body = format!(r#"{{"status":"success","offers":[{{"id":1,{fields}}}]}}"#);
    let offers = OfferList::from_json(body.into_bytes()).expect("an answer");
    let country = Country::new(country).expect("a country");
    assert_eq!(offers[0].payout(country), None, "{fields}");
    assert!(offers[0].is_payout_unreadable(country), "{fields}");
    let defects: Vec<_> = offers.defects().iter().map(ToString::to_string).collect();
    assert_eq!(defects, [message], "{fields}");
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
    // A row that has no field for its amount may have it under another name.
    unknown(
        r#""amount":"0.50","payouts_per_country":[{"country":"US"}]"#,
        "US",
        "offers[0].payouts_per_country.US (offer 1): missing field `amount`",
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
fn an_amount_that_cannot_be_read_makes_the_payout_unknown_where_it_counts() {
    let fields = r#""amount":"ten","payouts_per_country":{"US":0.72}"#;
    let message =
        "offers[0].amount (offer 1): `ten` is not a valid amount: expected a decimal number";
    unknown(fields, "GB", message);
    check(fields, "US", "0.72 USD country");

    let fields = r#""amount":1,"payouts_per_country":{"US":"1,50","CA":2}"#;
    let message = "offers[0].payouts_per_country.US (offer 1): `1,50` is not a valid amount: expected a decimal number";
    unknown(fields, "US", message);
    check(fields, "CA", "2 USD country");
    check(fields, "GB", "1 USD default");

    unknown(
        r#""amount":1,"payouts_per_country":{"US":1,"us":2}"#,
        "US",
        "offers[0].payouts_per_country.US (offer 1): US has two amounts",
    );
    // Without the list, the default is a guess in every country.
    unknown(
        r#""amount":1,"payouts_per_country":"0.72""#,
        "GB",
        "offers[0].payouts_per_country (offer 1): invalid type: string \"0.72\", expected a map from country to amount, \
         or a list of countries with amounts",
    );
    unknown(
        r#""amount":1,"payout_currency":{}"#,
        "US",
        "offers[0].payout_currency (offer 1): invalid type: map, expected text",
    );
    unknown(
        r#""amount":"$1.50","payout_currency":"EUR""#,
        "US",
        "offers[0].payout_currency (offer 1): an amount is in US dollars, but the currency is `EUR`",
    );
}

#[test]
fn amounts_that_mean_one_thing_only_are_read() {
    for (amount, expected) in [
        ("$0.40", "0.40 USD default"),
        ("0.40 USD", "0.40 USD default"),
        (".5", "0.5 USD default"),
        ("+1.0", "1.0 USD default"),
        ("1,234.50", "1234.50 USD default"),
    ] {
        check(&format!(r#""amount":"{amount}""#), "US", expected);
    }
}

#[test]
fn a_payout_under_uk_is_found_for_gb_and_reported() {
    let fields = r#""amount":1,"payouts_per_country":{"UK":2}"#;
    check(fields, "GB", "2 USD country");
    let body = format!(r#"{{"offers":[{{"id":1,{fields}}}]}}"#);
    let offers = OfferList::from_json(body.into_bytes()).expect("an answer");
    assert_eq!(
        offers.defects()[0].to_string(),
        "offers[0].payouts_per_country.UK (offer 1): `UK` was taken for GB"
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
