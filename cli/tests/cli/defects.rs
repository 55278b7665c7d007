//! Odd values in the provider's rows: what they cost, and where they are reported.

use serde_json::Value;

use crate::support::{Outcome, Server, signal};

const REVERSALS: &str = "reversals --start 2026-01-01 --end 2026-01-31 --wait none";

/// A run against a server that gives this answer, with a key.
fn answered(list: &str, rows: &str, words: &str, status: i32) -> Outcome {
    let server = Server::json(&format!(r#"{{"status":"success","{list}":[{rows}]}}"#));
    let run = server.cpalead(words).env("CPALEAD_API_KEY", "a-key");
    run.ends_with(status)
}

/// A thousand reversals. Every tenth has one odd field; the first `dropped` others are not objects.
fn thousand_reversals(dropped: usize) -> String {
    let odd = ["amount", "timestamp", "date", "reason", "offer_id"];
    let rows = (0..1000).map(|n| {
        if n % 10 == 1 && n / 10 < dropped {
            return n.to_string();
        }
        let odd = (n % 10 == 0).then(|| odd[n / 10 % odd.len()]);
        let value = |name: &str, good: &str| match odd {
            Some(odd) if odd == name => format!(r#""{name}":{{"odd":{n}}}"#),
            _ => format!(r#""{name}":{good}"#),
        };
        let fields = [
            format!(r#""lead_id":"lead-{n}""#),
            format!(r#""subid":"sub-{n}""#),
            value("offer_id", "5546840"),
            value("amount", r#""1.50""#),
            value("date", r#""2026-01-05""#),
            value("timestamp", "1767600000"),
            value("reason", r#""fraud""#),
        ];
        format!("{{{}}}", fields.join(","))
    });
    rows.collect::<Vec<_>>().join(",")
}

/// The lead ids of the rows that have a member or a cell `defects`.
fn odd_leads(outcome: &Outcome, output: &str) -> (usize, Vec<String>) {
    let mut odd = Vec::new();
    let mut rows = 0;
    if output == "csv" {
        for record in csv::Reader::from_reader(outcome.out.as_bytes()).deserialize() {
            let record: std::collections::HashMap<String, String> = record.unwrap();
            rows += 1;
            if !record["defects"].is_empty() {
                odd.push(record["lead_id"].clone());
            }
        }
    } else {
        for row in outcome.json().as_array().unwrap() {
            rows += 1;
            if row.get("defects").is_some() {
                odd.push(row["lead_id"].as_str().unwrap().to_owned());
            }
        }
    }
    (rows, odd)
}

#[test]
fn every_tenth_of_a_thousand_reversals_is_odd_and_none_is_lost() {
    let rows = thousand_reversals(0);
    let leads: Vec<_> = (0..100).map(|n| format!("lead-{}", n * 10)).collect();
    for output in ["json", "csv"] {
        let words = format!("{REVERSALS} --output {output}");
        let outcome = answered("reversals", &rows, &words, 0);
        assert_eq!(odd_leads(&outcome, output), (1000, leads.clone()));
        let warnings = outcome
            .err
            .lines()
            .filter(|line| line.starts_with("warning: "));
        insta::allow_duplicates! {
            insta::assert_snapshot!(warnings.collect::<Vec<_>>().join("\n"), @r#"
            warning: reversals[0].amount (lead lead-0, sub-id sub-0, offer 5546840): `{"odd":0}` is not a valid amount: expected a decimal number
            warning: reversals[10].timestamp (lead lead-10, sub-id sub-10, offer 5546840): invalid type: map, expected a time: unix seconds, or a date and time
            warning: reversals[20].date (lead lead-20, sub-id sub-20, offer 5546840): invalid type: map, expected text
            warning: reversals[30].reason (lead lead-30, sub-id sub-30, offer 5546840): invalid type: map, expected text
            warning: reversals[40].offer_id (lead lead-40, sub-id sub-40): invalid type: map, expected a whole number, or text that is one
            warning: 95 more defects; -v names all of them
            "#);
        }

        let outcome = answered("reversals", &rows, &format!("-v {words}"), 0);
        let mut named = outcome
            .err
            .lines()
            .filter(|line| line.starts_with("warning: "));
        for n in 0..100 {
            let line = named.next().unwrap_or_default();
            let names = format!(" (lead lead-{0}, sub-id sub-{0}", n * 10);
            assert!(line.contains(&names), "{line}");
        }
        assert_eq!(named.next(), None);
    }
}

#[test]
fn rows_that_are_not_objects_are_named_and_the_report_is_not_complete() {
    let rows = thousand_reversals(5);
    for output in ["json", "csv"] {
        let words = format!("{REVERSALS} --output {output}");
        let outcome = answered("reversals", &rows, &words, 1);
        let (rows_printed, odd) = odd_leads(&outcome, output);
        assert_eq!((rows_printed, odd.len()), (995, 100));
        let left_out = outcome
            .err
            .lines()
            .filter(|line| line.contains("left out: "));
        insta::allow_duplicates! {
            insta::assert_snapshot!(left_out.collect::<Vec<_>>().join("\n"), @r"
            warning: reversal left out: reversals[1]: invalid type: integer `1`, expected an object
            warning: reversal left out: reversals[11]: invalid type: integer `11`, expected an object
            warning: reversal left out: reversals[21]: invalid type: integer `21`, expected an object
            warning: reversal left out: reversals[31]: invalid type: integer `31`, expected an object
            warning: reversal left out: reversals[41]: invalid type: integer `41`, expected an object
            ");
        }
        if output == "json" {
            let error = outcome.error();
            assert_eq!(error["kind"], "incomplete");
            assert_eq!(
                error["message"],
                "5 reversals were left out, so the report is not complete; with --lenient this ends with status 0"
            );
        }
        let lenient = answered("reversals", &rows, &format!("{words} --lenient"), 0);
        assert_eq!(lenient.out, outcome.out);
        assert!(!lenient.err.contains("error"), "{}", lenient.err);
    }
}

#[test]
fn times_without_a_zone_are_taken_for_utc_and_a_note_says_so() {
    let row = |time: &str| format!(r#"{{"lead_id":"a","timestamp":"{time}"}}"#);
    let note = "note: the provider sent times without a time zone: they are taken for UTC\n";
    for (list, words) in [("conversions", "conversions x"), ("reversals", REVERSALS)] {
        let outcome = answered(list, &row("2026-01-05 08:00:00"), words, 0);
        assert!(outcome.err.ends_with(note), "{}", outcome.err);
        assert_eq!(outcome.json()[0]["timestamp"], "2026-01-05T08:00:00Z");
        let outcome = answered(list, &row("2026-01-05T08:00:00+02:00"), words, 0);
        assert!(!outcome.err.contains(note), "{}", outcome.err);
    }
}

#[test]
fn only_a_report_of_money_must_be_complete() {
    let rows = r#"7,{"id":1,"lead_id":"a"}"#;
    answered("conversions", rows, "conversions x", 1);
    answered("conversions", rows, "conversions x --lenient", 0);
    let outcome = answered("offers", rows, "offers", 0);
    assert!(
        outcome
            .err
            .starts_with("warning: offer left out: offers[0]: "),
        "{}",
        outcome.err
    );
}

const CONVERSIONS: &str = r#"
    {"lead_id":"a","offer_id":7,"payout":{"usd":1},"amount":"2","timestamp":"soon","status":1},
    {"lead_id":"b","offer_id":{"id":7},"campid":8,"subid":"x","payout":"0.5","country":"usa"},
    {"lead_id":["c"],"campid":9,"amount":"3"}"#;

#[test]
fn a_table_tells_what_cannot_be_read_from_what_was_not_sent() {
    let table = |list: &str, rows: &str, words: &str| {
        let words = format!("{words} --output table");
        answered(list, rows, &words, 0).out
    };
    insta::assert_snapshot!(table("conversions", CONVERSIONS, "conversions x"), @r"
    TIME (UTC)  OFFER  SUBID  COUNTRY  PAYOUT  STATUS  LEAD
    ?               7  -      -             ?  1       a
    -               8  x      ?          0.50  -       b
    -               9  -      -          3.00  -       ?
    ? the provider sent a value that cannot be read: -v says why
    ");
    let reversals = r#"{"lead_id":"a","amount":"lots","payout":"1","date":"someday","offer_id":1},
        {"lead_id":"b","amount":"-1","timestamp":"then","reason":[]}"#;
    insta::assert_snapshot!(table("reversals", reversals, REVERSALS), @r"
    DATE  OFFER  SUBID  AMOUNT  REASON  LEAD
    ?         1  -           ?  -       a
    ?         -  -       -1.00  ?       b
    ? the provider sent a value that cannot be read: -v says why
    ");
    let offers = r#"
        {"id":1,"title":{"en":"x"},"amount":"lots","device":{"a":{}},"countries":["US"],"offer_rank":"N/A"},
        {"id":2,"title":"?","amount":"1","payouts_per_country":{"US":"lots"},"countries":{"a":{}}},
        {"id":3,"title":"Three","amount":"1.5","payout_type":[],"payouts_per_country":"none"}"#;
    insta::assert_snapshot!(table("offers", offers, "offers"), @r"
    RANK  ID  TITLE  TYPE  DEVICES    AMOUNT  COUNTRIES
       ?   1  ?      -     ?               ?  US
       -   2  ?      -     all      1.00 USD  ?
       -   3  Three  ?     all      1.50 USD  all
    ? the provider sent a value that cannot be read: -v says why
    ");
    insta::assert_snapshot!(table("offers", offers, "offers --payout-country US"), @r"
    RANK  ID  TITLE  TYPE  DEVICES  RUNS     PAYOUT US  COUNTRIES
       ?   1  ?      -     ?        yes             ?   US
       -   2  ?      -     all      unknown         -   ?
       -   3  Three  ?     all      yes             ?   all
    ? the provider sent a value that cannot be read: -v says why
    ");
    let sound = r#"{"id":2,"title":"?","amount":"1"}"#;
    assert!(!table("offers", sound, "offers").contains("cannot be read"));
}

#[test]
fn a_row_has_its_defects_after_everything_else() {
    let json = answered(
        "conversions",
        CONVERSIONS,
        "conversions x --output ndjson",
        0,
    )
    .out;
    insta::assert_snapshot!(json, @r#"
    {"amount":"2","lead_id":"a","offer_id":7,"status":"1","defects":[{"kind":"field_unreadable","path":"conversions[0].payout","message":"`{\"usd\":1}` is not a valid amount: expected a decimal number"},{"kind":"field_unreadable","path":"conversions[0].timestamp","message":"invalid value: string \"soon\", expected a time: unix seconds, or a date and time"}]}
    {"campid":8,"lead_id":"b","payout":"0.5","subid":"x","defects":[{"kind":"field_unreadable","path":"conversions[1].offer_id","message":"invalid type: map, expected a whole number, or text that is one"},{"kind":"field_unreadable","path":"conversions[1].country","message":"`usa` is not a country code: expected two letters"}]}
    {"amount":"3","campid":9,"defects":[{"kind":"field_unreadable","path":"conversions[2].lead_id","message":"invalid type: sequence, expected text"}]}
    "#);
    let csv = answered("conversions", CONVERSIONS, "conversions x --output csv", 0).out;
    insta::assert_snapshot!(csv, @r#"
    timestamp,offer_id,subid,subid2,country,payout,status,lead_id,amount,campid,defects
    ,7,,,,,1,a,2,,"conversions[0].payout: `{""usd"":1}` is not a valid amount: expected a decimal number; conversions[0].timestamp: invalid value: string ""soon"", expected a time: unix seconds, or a date and time"
    ,8,x,,,0.5,,b,,8,"conversions[1].offer_id: invalid type: map, expected a whole number, or text that is one; conversions[1].country: `usa` is not a country code: expected two letters"
    ,9,,,,3,,,3,9,"conversions[2].lead_id: invalid type: sequence, expected text"
    "#);
}

#[test]
fn a_payout_that_cannot_be_read_is_null() {
    let offers = r#"{"id":1,"amount":"1","payouts_per_country":{"US":"lots","UK":"2"}}"#;
    let payout = |country: &str| {
        let words = format!("offers --payout-country {country}");
        answered("offers", offers, &words, 0).json()[0]["payout"].clone()
    };
    assert_eq!(payout("US"), Value::Null);
    assert_eq!(payout("GB")["amount"], "2");
    assert_eq!(payout("DE")["source"], "default");
}

#[test]
#[cfg(unix)]
fn a_watch_says_which_fields_cannot_be_read() {
    use std::io::{BufRead, BufReader};

    let rows = r#"{"lead_id":"a","payout":"lots","subid":"x"}"#;
    let server = Server::json(&format!(r#"{{"status":"success","conversions":[{rows}]}}"#));
    let run = server.cpalead("conversions x --watch --output ndjson");
    let mut child = run.env("CPALEAD_API_KEY", "a-key").spawn();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    signal(&child, "TERM");
    assert_eq!(Outcome::of(child.wait_with_output().unwrap()).status, 0);
    insta::assert_snapshot!(line, @r#"{"lead_id":"a","subid":"x","defects":[{"kind":"field_unreadable","path":"payout","message":"it cannot be read: without --watch, the reason is printed"}]}"#);
}
