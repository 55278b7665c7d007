//! Tests of drift: its words, hostile names, and what is told when.

mod fixtures;
mod types;

use std::panic::catch_unwind;
use std::time::Duration;

use serde_json::{Value, json};

use super::Drift;
use super::monitor::Monitor;
use super::scan::count;
use crate::client::Client;
use crate::client::builder::ClientBuilder;
use crate::endpoint::Endpoint;

fn monitor() -> Monitor {
    Monitor::new(Box::new(|_| {}))
}

fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3600)
}

fn lines(drifts: &[Drift]) -> String {
    let lines: Vec<_> = drifts.iter().map(Drift::to_string).collect();
    lines.join("\n")
}

#[test]
fn each_kind_is_told_in_words() {
    #[track_caller]
    fn check(endpoint: Endpoint, answer: &str, expected: &str) {
        let told = Drift::of_answer(endpoint, answer.as_bytes());
        assert_eq!(
            told.map_or_else(|error| error.to_string(), |told| lines(&told)),
            expected,
            "{answer}"
        );
    }

    let offers = Endpoint::Offers;
    check(
        offers,
        r#"{"status":"success","offers":[{"id":1,"boost":true},{"id":2,"boost":1},{"id":3}]}"#,
        "offers[].boost: field that the document lacks, boolean in 2 of 3 rows",
    );
    check(
        offers,
        r#"{"status":"success","offers":[{"id":1,"payout_type":"CPX"},{"id":2,"payout_type":" cpa"},{"id":3,"payout_type":"CPZ"}]}"#,
        "offers[].payout_type: value that the document lacks, such as `CPX`, in 2 of 3 rows",
    );
    check(
        offers,
        &format!(
            r#"{{"status":"success","offers":[{{"id":1,"payout_type":"{}"}}]}}"#,
            "x".repeat(65)
        ),
        "offers[].payout_type: value that the document lacks, in 1 of 1 rows",
    );
    check(
        offers,
        r#"{"status":"success","offers":[{"id":1,"payout_type":"a\u001b[31m"}]}"#,
        "offers[].payout_type: value that the document lacks, in 1 of 1 rows",
    );
    check(
        offers,
        r#"{"status":"success","offers":[{"id":1,"epc":[1]},{"id":2,"events":[{"amount":{}},{"amount":{}}]},7]}"#,
        "offers[].epc: type that the document lacks, array in 1 of 3 rows\n\
         offers[].events[].amount: type that the document lacks, object in 1 of 3 rows\n\
         offers[]: type that the document lacks, number in 1 of 3 rows",
    );
    check(
        offers,
        r#"{"status":"success","offers":[{"title":"a"},{"title":"b"}]}"#,
        "offers[].id: field that none of 2 rows has",
    );
    check(
        offers,
        r#"{"status":"success","cursor":{"next":"secret"},"number_offers":[],"offers":{"0":{"id":1}}}"#,
        "number_offers: type that the document lacks, array\n\
         cursor: member of the envelope that the document lacks, object",
    );
    check(
        offers,
        "[]",
        "the answer: type that the document lacks, array",
    );
    check(Endpoint::Conversions, "[]", "");
    check(
        Endpoint::Conversions,
        r#"{"user-42":{"payout":1}}"#,
        "conversions: member of the envelope that is gone",
    );
    check(
        Endpoint::Conversions,
        r#"{"status":"success","conversions":{"user-42":{"payout":1}}}"#,
        "conversions: type that the document lacks, object",
    );
    check(
        offers,
        r#"{"status":"error","message":"Invalid publisher id"}"#,
        "offers: the provider refused: Invalid publisher id",
    );
    check(
        offers,
        "<html>",
        "offers: cannot read the answer: it is an HTML page, not JSON",
    );
    check(
        offers,
        r#"{"status":"success","offers":[{"id":1,"a\ud800":1}]}"#,
        "offers[].<name of 4 bytes>: field that the document lacks, number in 1 of 1 rows",
    );
}

#[test]
fn hostile_names_are_capped() {
    let long = "n".repeat(1 << 20);
    let many: Vec<String> = (0..1_000_000)
        .map(|number| format!("\"n{number}\":1"))
        .collect();
    let many = format!(
        r#"{{"status":"success","offers":[{{"id":1,{}}}]}}"#,
        many.join(",")
    );
    let told = Drift::of_answer(Endpoint::Offers, many.as_bytes()).unwrap();
    assert_eq!(told.len(), 100);
    let answer = json!({ "status": "success", "offers": [{ "id": 1, &long: 1, "\u{1b}[2J": 2, "a.b": 3, "": 4 }], &long: 5 });
    insta::assert_snapshot!(lines(&Drift::of_answer(Endpoint::Offers, answer.to_string().as_bytes()).unwrap()), @r"
    offers[].<name of 0 bytes>: field that the document lacks, number in 1 of 1 rows
    offers[].<name of 4 bytes>: field that the document lacks, number in 1 of 1 rows
    offers[].<name of 3 bytes>: field that the document lacks, number in 1 of 1 rows
    offers[].<name of 1048576 bytes>: field that the document lacks, number in 1 of 1 rows
    <name of 1048576 bytes>: member of the envelope that the document lacks, number
    ");
    let deep = format!(
        r#"{{"status":"success","offers":[{{"id":1,"events":{0}{1},"x":{0}{1}}}]}}"#,
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    let told = Drift::of_answer(Endpoint::Offers, deep.as_bytes()).unwrap();
    assert_eq!(told.len(), 2);
}

#[test]
fn one_answer_an_hour_is_looked_at_and_each_difference_is_told_once() {
    let monitor = monitor();
    let look = |hour: u64, endpoint, answer: &str| {
        lines(&monitor.look(endpoint, None, hours(hour), answer))
    };
    let (a, b) = (
        r#"{"status":"success","offers":[{"id":1,"a":1}]}"#,
        r#"{"status":"success","offers":[{"id":1,"a":1,"b":1}]}"#,
    );
    let told_a = "offers[].a: field that the document lacks, number in 1 of 1 rows";
    let told_b = "offers[].b: field that the document lacks, number in 1 of 1 rows";
    assert_eq!(look(5, Endpoint::Offers, a), told_a);
    assert_eq!(look(5, Endpoint::Offers, b), "");
    assert_eq!(
        look(5, Endpoint::Reversals, "7"),
        "the answer: type that the document lacks, number"
    );
    assert_eq!(look(6, Endpoint::Offers, b), told_b);
    assert_eq!(look(7, Endpoint::Offers, b), "");
}

#[test]
fn a_client_tells_at_most_100_differences() {
    let monitor = monitor();
    let mut told = 0;
    for hour in 0..4 {
        let row: Value = (0..60)
            .map(|number| (format!("n{hour}_{number}"), json!(1)))
            .collect();
        let answer = json!({ "status": "success", "conversions": [row] }).to_string();
        told += monitor
            .look(Endpoint::Conversions, None, hours(hour), &answer)
            .len();
    }
    assert_eq!(told, 100);
}

#[test]
fn a_field_is_gone_only_if_every_row_had_it_and_the_request_asks_for_it() {
    #[track_caller]
    fn check(answers: &[(Option<&str>, &str)], expected: &str) {
        let monitor = monitor();
        let mut told = Vec::new();
        for (hour, (fields, rows)) in (0..).zip(answers) {
            let answer = format!(r#"{{"status":"success","offers":[{rows}]}}"#);
            told.extend(monitor.look(Endpoint::Offers, *fields, hours(hour), &answer));
        }
        assert_eq!(lines(&told), expected);
    }

    let both = r#"{"id":1,"epc":1},{"id":2,"epc":1}"#;
    let one = r#"{"id":1,"epc":1},{"id":2}"#;
    let none = r#"{"id":1},{"id":2}"#;
    let gone = "offers[].epc: field that none of 2 rows has";
    check(&[(None, both), (None, none), (None, none)], gone);
    check(&[(None, one), (None, both), (None, none)], "");
    check(&[(None, both), (None, one), (None, none)], "");
    check(&[(None, both), (None, ""), (None, none)], gone);
    check(&[(None, both), (Some("id,title"), none)], "");
    check(
        &[
            (Some("id,epc"), both),
            (Some("id,title"), none),
            (Some("id,epc"), none),
        ],
        gone,
    );
}

#[tokio::test]
async fn without_a_listener_there_is_no_second_pass() {
    let server = httpmock::MockServer::start_async().await;
    let answer = r#"{"status":"success","offers":[{"id":1,"boost":true}]}"#;
    server.mock(|_, then| {
        then.status(200).body(answer);
    });
    let builder = || Client::builder(1).base_url(server.base_url());
    let scans = async |client: ClientBuilder| {
        let before = count::scans();
        client.build().unwrap().offers().await.unwrap();
        count::scans() - before
    };
    assert_eq!(scans(builder()).await, 0);
    assert_eq!(scans(builder().on_drift(|_| {})).await, 1);
}

#[test]
fn a_panic_of_the_listener_is_caught() {
    let monitor = Monitor::new(Box::new(|_| panic!("the listener failed")));
    let told = monitor.look(Endpoint::Offers, None, hours(0), "7");
    assert!(catch_unwind(std::panic::AssertUnwindSafe(|| monitor.tell(&told[0]))).is_ok());
}
