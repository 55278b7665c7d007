//! What the command does not know of the provider's rows: unknown fields, and rows as they came.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Outcome, Server};

/// Two offers with unknown fields, one of them over several lines, around a row without an id.
const FIRST: &str = r#"{"id":1,"new":1.10,"amount":"0.50","big":12345678901234567890.123456789}"#;
const SECOND: &str = "{\n  \"id\": 2,\r\n  \"deep\": {\"a\": [1.0,\n 2e5]},\t\"text\": \"\u{9b}x\\n\",\"amount\":{}\n}";
const THIRD: &str = r#"{"title":"no id"}"#;

fn offers(words: &str) -> Outcome {
    let body = format!(r#"{{"status":"success","offers":[ {FIRST},{SECOND} , {THIRD}]}}"#);
    Server::json(&body).cpalead(words).ends_with(0)
}

#[test]
fn unknown_fields_follow_the_known_ones_as_they_came() {
    insta::assert_snapshot!(offers("offers --output ndjson").out, @r#"
    {"amount":"0.50","id":1,"payouts_per_country":{},"new":1.10,"big":12345678901234567890.123456789}
    {"id":2,"payouts_per_country":{},"deep":{"a": [1.0,  2e5]},"text":"\u009bx\n","defects":[{"kind":"field_unreadable","path":"offers[1].amount","message":"`{}` is not a valid amount: expected a decimal number"}]}
    "#);
    insta::assert_snapshot!(offers("offers --payout-country US --output json").out, @r#"
    [
      {
        "amount": "0.50",
        "id": 1,
        "payouts_per_country": {},
        "payout": {
          "amount": "0.50",
          "currency": "USD",
          "source": "default"
        },
        "runs": "yes",
        "new": 1.10,
        "big": 12345678901234567890.123456789
      },
      {
        "id": 2,
        "payouts_per_country": {},
        "payout": null,
        "runs": "yes",
        "deep": {"a": [1.0,  2e5]},
        "text": "\u009bx\n",
        "defects": [
          {
            "kind": "field_unreadable",
            "path": "offers[1].amount",
            "message": "`{}` is not a valid amount: expected a decimal number"
          }
        ]
      }
    ]
    "#);
    let projected = offers("offers --fields id --output ndjson").out;
    assert!(projected.contains(r#""big":12345678901234567890.123456789"#));
}

#[test]
fn a_name_is_never_printed_twice() {
    let body = r#"{"status":"success","offers":[{"id":1,"payout":7,"defects":8,"new":1,"new":2}]}"#;
    let line = |words: &str| {
        let run = Server::json(body).cpalead(words).arg("--output=ndjson");
        run.ends_with(0).out
    };
    let own = line("offers --payout-country US");
    assert!(own.contains(r#""payout":null,"#), "{own}");
    for name in ["payout", "defects", "new"] {
        let count = own.matches(&format!("\"{name}\":")).count();
        assert!(count <= 1, "{name}: {own}");
    }
    assert!(line("offers").contains(r#""payout":7,"#));
}

#[test]
fn raw_rows_are_the_bytes_of_the_provider() {
    assert_eq!(
        offers("offers --raw --output json").out,
        format!("[\n  {FIRST},\n  {SECOND},\n  {THIRD}\n]\n")
    );
    let second = SECOND.replace(['\n', '\r'], " ");
    assert_eq!(
        offers("offers --raw --output ndjson").out,
        format!("{FIRST}\n{second}\n{THIRD}\n")
    );
    let csv = offers("offers --raw --fields id,amount --output csv").out;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header: Vec<_> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    assert_eq!(header, ["id", "amount", "defects", "raw"]);
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    let column = |at: usize| {
        let cells = records.iter().map(|record| record[at].to_owned());
        cells.collect::<Vec<_>>()
    };
    assert_eq!(column(0), ["1", "2", ""]);
    assert_eq!(column(3), [FIRST, SECOND, THIRD]);
    assert_eq!(&records[2][2], "offers[2]: missing field `id`");
}

#[test]
fn raw_rows_of_a_report_include_those_that_were_dropped() {
    let body = r#"{"status":"success","conversions":[7,{"lead_id":"a","x":1.0},"b"]}"#;
    let server = Server::json(body);
    let run = server.cpalead("conversions x --raw --output ndjson");
    let outcome = run.env("CPALEAD_API_KEY", "a-key").ends_with(1);
    assert_eq!(outcome.out, "7\n{\"lead_id\":\"a\",\"x\":1.0}\n\"b\"\n");
    let empty = Server::json(r#"{"status":"success","conversions":[]}"#);
    let run = empty.cpalead("conversions x --raw --output csv");
    let out = run.env("CPALEAD_API_KEY", "a-key").ends_with(0).out;
    assert!(out.ends_with(",defects,raw\r\n"), "{out}");
}

/// The columns of a CSV without rows.
fn columns(list: &str, words: &str) -> BTreeSet<String> {
    let server = Server::json(&format!(r#"{{"status":"success","{list}":[]}}"#));
    let run = server.cpalead(words).env("CPALEAD_API_KEY", "a-key");
    let out = run.arg("--output=csv").ends_with(0).out;
    out.trim_end().split(',').map(str::to_owned).collect()
}

#[test]
fn csv_has_a_column_for_every_field_of_the_document() {
    let document: Value =
        serde_json::from_str(include_str!("../../../openapi.json")).expect("the document is JSON");
    let reversals = "reversals --start 2026-01-01 --end 2026-01-02";
    for (model, list, words) in [
        ("Offer", "offers", "offers"),
        ("Conversion", "conversions", "conversions x"),
        ("Reversal", "reversals", reversals),
    ] {
        let properties = &document["components"]["schemas"][model]["properties"];
        let fields = properties.as_object().expect("properties").keys().cloned();
        let mut expected: BTreeSet<_> = fields.collect();
        expected.insert("defects".to_owned());
        assert_eq!(columns(list, words), expected, "{model}");
    }
}

#[test]
fn the_columns_of_a_reversal_hold_its_own_fields() {
    let body = r#"{"status":"success","reversals":[{"lead_id":"a","payout":"-1.50","timestamp":0,
        "transaction_id":"t1","campid":"9"},{"lead_id":"b","timestamp":1767600000,"date":"2026-01-06"}]}"#;
    let run = Server::json(body).cpalead("reversals --start 2026-01-01 --end 2026-01-02");
    let run = run.env("CPALEAD_API_KEY", "a-key").arg("--output=csv");
    insta::assert_snapshot!(run.ends_with(0).out, @r"
    date,offer_id,subid,amount,reason,lead_id,transaction_id,payout,timestamp,campid,defects
    ,9,,-1.50,,a,t1,-1.50,,9,
    2026-01-06,,,,,b,,,2026-01-05T08:00:00Z,,
    ");
}
