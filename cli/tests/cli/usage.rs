//! Wrong usage is reported before anything is sent, with the value and what is allowed.

use cpalead::{Country, Device, OfferField, OfferType};

use crate::support::{Server, cpalead};

/// The command fails with this message and sends nothing to the server, which would count it.
#[track_caller]
fn refused(words: &str, message: &str) {
    let server = Server::json(r#"{"status":"success","offers":[]}"#);
    let outcome = server.cpalead(words).ends_with(2);
    assert_eq!(outcome.err, format!("error: {message}\n"));
    assert_eq!(outcome.out, "");
    let outcome = server.cpalead(words).arg("--output=json").ends_with(2);
    assert_eq!(outcome.error()["message"], message);
    assert_eq!(outcome.err.lines().count(), 1);
    assert_eq!(server.requests(), 0, "a request was sent");
}

#[test]
fn a_wrong_value_is_named_with_what_is_allowed() {
    // The words about a country, a device or a type are the library's, whose tests pin them down.
    let country = "USA".parse::<Country>().unwrap_err();
    refused(
        "offers --country USA",
        &format!(
            "invalid value 'USA' for '--country <CC|user>': {country}, or user for the country you call from"
        ),
    );
    let country = "U1".parse::<Country>().unwrap_err();
    refused(
        "offers --payout-country U1",
        &format!("invalid value 'U1' for '--payout-country <CC>': {country}"),
    );
    for (words, option) in [
        ("offers --country UK", "--country <CC|user>"),
        ("offers --payout-country UK", "--payout-country <CC>"),
        ("payout 1 --country UK", "--country <CC>"),
    ] {
        refused(
            words,
            &format!(
                "invalid value 'UK' for '{option}': `UK` is not an assigned country code: did you mean GB?"
            ),
        );
    }
    for limit in ["0", "5001", "-1"] {
        refused(
            &format!("offers --limit {limit}"),
            &format!(
                "invalid value '{limit}' for '--limit <N>': `{limit}` is not a valid limit: expected 1 to 5000"
            ),
        );
    }
    let device = "fridge".parse::<Device>().unwrap_err();
    refused(
        "offers --device ios,fridge",
        &format!(
            "invalid value 'fridge' for '--device <D,…>': {device}, or user for the calling device"
        ),
    );
    let offer_type = "cpc".parse::<OfferType>().unwrap_err();
    refused(
        "offers --type cpc",
        &format!("invalid value 'cpc' for '--type <T,…>': {offer_type}"),
    );
    refused(
        "offers --updated-since 2026-02-30",
        "invalid value '2026-02-30' for '--updated-since <DATE>': `2026-02-30` is not a valid date: expected YYYY-MM-DD, a day that exists, or a point in time with its zone such as 2026-04-01T00:00:00Z",
    );
    refused(
        "reversals --start 2025-02-29 --end 2025-03-01",
        "invalid value '2025-02-29' for '--start <DATE>': `2025-02-29` is not a valid date: expected YYYY-MM-DD, a day that exists",
    );
    for id in ["-3360001", "0", "1.5"] {
        refused(
            &format!("--publisher-id {id} offers"),
            &format!(
                "invalid value '{id}' for '--publisher-id <N>': `{id}` is not a valid publisher id: expected a whole number from 1, at most 16 digits"
            ),
        );
    }
    refused(
        "offers --timeout 0s",
        "invalid value '0s' for '--timeout <DURATION>': `0s` is not a valid timeout: expected more than zero",
    );
    refused(
        "conversions x --wait 90",
        "invalid value '90' for '--wait <DURATION>': `90` is not a valid duration: expected at most a year, as a number with its unit such as 90s, 2m or 1h, or none",
    );
    refused(
        "conversions user",
        "invalid value 'user' for '[SUBID]': `user` means the calling IP address: use --caller instead",
    );
    refused(
        "offers --output xml",
        "invalid value 'xml' for '--output <FORMAT>' [possible values: table, json, ndjson, csv]",
    );
}

#[test]
fn unknown_fields_are_named_before_anything_is_sent() {
    let server = Server::json("[]");
    let outcome = server.cpalead("offers --fields id,price").ends_with(2);
    let field = "price".parse::<OfferField>().unwrap_err();
    assert_eq!(
        outcome.err,
        format!("error: invalid value 'price' for '--fields <F,…>': {field}\n")
    );
    assert_eq!(server.requests(), 0);
}

#[test]
fn options_that_cannot_be_combined_are_named() {
    refused(
        "offers --payout-country US --fields id,title",
        "--payout-country needs the fields amount,payouts_per_country: add them to --fields",
    );
    refused(
        "offers --device user,ios",
        "--device user means the calling device and cannot be combined with others",
    );
    refused(
        "conversions user-42 --watch --raw",
        "the argument '--watch' cannot be used with '--raw'",
    );
    for command in [
        "offers",
        "conversions user-42",
        "reversals --start 2026-01-01 --end 2026-01-02",
    ] {
        let server = Server::json("[]");
        let run = server.cpalead(command).arg("--raw").arg("--output=table");
        assert_eq!(
            run.ends_with(2).err,
            "error: --raw prints no table: use --output json, ndjson or csv\n"
        );
    }
    refused(
        "--sandbox offers --base-url http://127.0.0.1:1",
        "--sandbox brings its own address and key: remove --base-url and --api-key-file",
    );
    refused(
        "conversions",
        "the following required arguments were not provided: <SUBID|--caller>",
    );
    refused(
        "conversions user-42 --caller",
        "the argument '[SUBID]' cannot be used with '--caller'",
    );
}

#[test]
fn a_missing_publisher_id_is_reported() {
    let outcome = cpalead("offers").ends_with(2);
    assert_eq!(
        outcome.err,
        "error: no publisher id: give --publisher-id N or set CPALEAD_PUBLISHER_ID; --sandbox needs none\n"
    );
}

#[test]
fn blank_values_are_refused() {
    let server = Server::json("[]");
    for option in [
        "subid",
        "subid3",
        "gaid",
        "base-url",
        "state-dir",
        "country",
        "device",
    ] {
        let run = server.cpalead("offers").arg(format!("--{option}="));
        let outcome = run.ends_with(2);
        assert!(outcome.err.starts_with("error: "), "{}", outcome.err);
        assert!(
            outcome.err.contains(&format!("--{option}")),
            "{}",
            outcome.err
        );
    }
    for (name, expected) in [
        ("CPALEAD_PUBLISHER_ID", "a whole number from 1"),
        (
            "CPALEAD_BASE_URL",
            "an address such as https://www.cpalead.com",
        ),
        ("CPALEAD_API_KEY", "the api key"),
    ] {
        let outcome = server.cpalead("conversions x").env(name, " ").ends_with(2);
        let message = format!("error: {name} is blank: expected {expected}, or unset it\n");
        assert_eq!(outcome.err, message);
    }
    let outcome = cpalead("offers")
        .env("CPALEAD_PUBLISHER_ID", "-1")
        .ends_with(2);
    assert_eq!(
        outcome.err,
        "error: CPALEAD_PUBLISHER_ID: `-1` is not a valid publisher id: expected a whole number from 1, at most 16 digits\n"
    );
    assert_eq!(server.requests(), 0);
}

#[test]
fn a_usage_error_is_an_object_if_json_is_requested_anywhere() {
    for words in [
        "--output json payot",
        "payot --output=json",
        "offers --output json --nope",
        "--output json",
    ] {
        let error = cpalead(words).ends_with(2).error();
        assert_eq!(error["kind"], "usage", "{words}");
        assert!(error["status"].is_null() && error["retry_after_seconds"].is_null());
    }
    let misspelt = cpalead("offer").ends_with(2);
    assert_eq!(
        misspelt.err,
        "error: unrecognized subcommand 'offer'; tip: a similar subcommand exists: 'offers'\n"
    );
}

#[test]
fn plain_http_goes_to_loopback_only() {
    let run = cpalead("offers --publisher-id 7 --base-url http://example.com");
    assert_eq!(
        run.ends_with(2).err,
        "error: base url http://example.com is not allowed: expected https, or http to loopback\n"
    );
}
