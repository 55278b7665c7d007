//! Chosen data: offers, conversions and reversals that a test or an admin adds.

use cpalead_sandbox::{Sandbox, Shape};
use serde_json::{Value, json};

use crate::support::{call, conversions, offers, raw, sandbox, started, wait};

const SEVEN: &str = r#"{"id":7,"title":"Seven","amount":0.50,"countries":"US:gb","device":["iphone"],"payout_type":"CPE","link":"https:\/\/track.example/view.php?id=7&pub=1","x":"\ud83d"}"#;

fn reversals(sandbox: &Sandbox, dates: &str) -> Vec<Value> {
    let query = format!("/api/reversals?id=1&api_key=sandbox-api-key&{dates}");
    call(sandbox, &query).list("reversals")
}

fn post(sandbox: &Sandbox, path: &str, kind: &str, body: &str) -> (u16, String) {
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n");
    let request = format!("{head}content-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}");
    let answer = String::from_utf8(raw(sandbox, &request)).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), body.to_owned())
}

#[test]
fn a_chosen_offer_is_sent_as_it_is_written() {
    let sandbox = started(Sandbox::builder().offers(0).offer(SEVEN));
    let text = call(&sandbox, "/api/offers?id=1").text;
    let expected = SEVEN.replace("\\/", "/");
    assert!(
        text.ends_with(&format!(r#""offers":[{expected}]}}"#)),
        "{text}"
    );
    let text = call(&sandbox, "/api/offers?id=1&fields=link&subid=a%20b").text;
    let link = "https://track.example/view.php?id=7&pub=1&subid=a%20b";
    assert!(
        text.ends_with(&format!(r#"[{{"link":"{link}"}}]}}"#)),
        "{text}"
    );
}

#[test]
fn filters_read_a_chosen_offer() {
    let sandbox = started(Sandbox::builder().offers(0).offer(SEVEN));
    let found = |query: &str| {
        let text = call(&sandbox, &format!("/api/offers?id=1&{query}")).text;
        text.contains("Seven")
    };
    for taken in [
        "country=GB",
        "device=ios",
        "device=mobile",
        "type=cpe",
        "updated_since=9000-01-01",
    ] {
        assert!(found(taken), "{taken}");
    }
    for left_out in ["country=DE", "device=android", "type=cpa"] {
        assert!(!found(left_out), "{left_out}");
    }
}

#[test]
fn an_offer_is_added_and_replaced_while_the_sandbox_runs() {
    let sandbox = sandbox();
    let before = offers(&sandbox, "");
    sandbox.add_offer(r#"{"id":7,"amount":"1"}"#).unwrap();
    let after = offers(&sandbox, "");
    assert_eq!(after[0], json!({"id": 7, "amount": "1"}));
    assert_eq!(after[1..], before);
    sandbox.add_offer(r#"{"id":7,"amount":"2"}"#).unwrap();
    assert_eq!(offers(&sandbox, "")[0]["amount"], "2");
    // One with a rank takes its place among the others.
    let id = before[30]["id"].clone();
    let rank = before[30]["offer_rank"].clone();
    let replaced = json!({"id": id, "offer_rank": rank, "title": "Replaced"});
    sandbox.add_offer(&replaced.to_string()).unwrap();
    let after = offers(&sandbox, "");
    assert_eq!((after.len(), &after[31]), (before.len() + 1, &replaced));
}

#[test]
fn chosen_offers_do_not_change_the_seeded_rows() {
    let plain = sandbox();
    let chosen = started(Sandbox::builder().offer(SEVEN));
    assert_eq!(
        conversions(&plain, "subid=user-42"),
        conversions(&chosen, "subid=user-42")
    );
    let dates = "start_date=2026-10-01&end_date=2026-10-31";
    assert_eq!(reversals(&plain, dates), reversals(&chosen, dates));
}

#[test]
fn a_chosen_conversion_has_the_chosen_values_and_the_usual_ones() {
    let sandbox = started(Sandbox::builder().offer(SEVEN).speed(u32::MAX));
    let add = |row: &str| sandbox.add_chosen_conversion(row).unwrap();
    add(r#"{"subid":"u","offer_id":7,"lead_id":"one","event_key":"lvl5","event_payout":0.2}"#);
    add(
        r#"{"subid":"u","offer_id":"8","country":"de","payout":null,"timestamp":5,"lead_id":2,"x":[]}"#,
    );
    let rows = conversions(&sandbox, "subid=u");
    assert_eq!(
        rows[..2],
        [
            json!({"subid":"u","offer_id":"8","country":"de","payout":null,"timestamp":5,"lead_id":2,"x":[]}),
            json!({"subid":"u","offer_id":7,"lead_id":"one","country":"US","payout":"0.50","timestamp":1_795_132_800}),
        ]
    );
    let sandbox = started(Sandbox::builder().shape(Shape::Bare));
    sandbox
        .add_chosen_conversion(r#"{"subid":"nobody","offer_id":7,"country":"de","timestamp":5}"#)
        .unwrap();
    let query = "/api/conversions?id=1&api_key=sandbox-api-key&subid=nobody";
    let expected = json!({"campid":7,"country":"DE","status":true,"subid":"nobody","timestamp":5});
    assert_eq!(call(&sandbox, query).json()[0], expected);
}

#[test]
fn an_added_reversal_takes_back_an_added_conversion() {
    let sandbox = started(Sandbox::builder().offer(SEVEN).speed(u32::MAX));
    let lead = sandbox.add_conversion("u", 7);
    sandbox
        .add_reversal(&format!(r#"{{"lead_id":"{lead}"}}"#))
        .unwrap();
    sandbox
        .add_reversal(
            r#"{"offer_id":8,"subid":null,"amount":"9.999","date":"2027-02-01","reason":7}"#,
        )
        .unwrap();
    let today = reversals(&sandbox, "start_date=2026-11-20&end_date=2026-11-20");
    let expected = json!({"lead_id":lead,"offer_id":7,"subid":"u","amount":"0.50","date":"2026-11-20","reason":"advertiser rejected"});
    assert_eq!(today.last(), Some(&expected));
    // There are no seeded ones after today.
    let later = reversals(&sandbox, "start_date=2027-01-15&end_date=2027-02-01");
    let expected =
        json!({"offer_id":8,"subid":null,"amount":"9.999","date":"2027-02-01","reason":7});
    assert_eq!(later, [expected]);
}

#[test]
fn a_wrong_row_is_refused_with_the_reason() {
    let sandbox = sandbox();
    let offer = |json: &str| sandbox.add_offer(json).unwrap_err().to_string();
    assert_eq!(offer("{}"), "id is required: a positive integer");
    assert_eq!(offer(r#"{"id":-1}"#), "id is required: a positive integer");
    assert_eq!(
        offer(r#"{"id":1,"link":null}"#),
        "link must be a text, not null"
    );
    let conversion = |json: &str| sandbox.add_chosen_conversion(json).unwrap_err().to_string();
    assert_eq!(conversion(r#"{"offer_id":1}"#), "subid is required: a text");
    let missing = "offer_id is required: a positive integer";
    assert_eq!(conversion(r#"{"subid":"u"}"#), missing);
    let country = r#"{"subid":"u","offer_id":1,"country":"USA"}"#;
    let message = "country must be a two-letter code, not \"USA\"";
    assert_eq!(conversion(country), message);
    let twice = r#"{"subid":"u","offer_id":1,"lead_id":"1"}"#;
    sandbox.add_chosen_conversion(twice).unwrap();
    let message = "lead_id is that of another added conversion: each has a separate one";
    assert_eq!(conversion(twice), message);
    let message = "lead_id must be a text of 1 to 200 bytes";
    assert_eq!(
        conversion(r#"{"subid":"u","offer_id":1,"lead_id":""}"#),
        message
    );
    let reversal = |json: &str| sandbox.add_reversal(json).unwrap_err().to_string();
    let message =
        "lead_id must be that of an added conversion, or offer_id, subid and amount be given";
    assert_eq!(reversal(r#"{"lead_id":"unknown"}"#), message);
    let message = "date must be a date in the form yyyy-mm-dd, not \"yesterday\"";
    assert_eq!(reversal(r#"{"offer_id":1,"date":"yesterday"}"#), message);
    let error = wait(Sandbox::builder().offer(SEVEN).offer("[]").start()).unwrap_err();
    let start = "chosen offer 2: the row must be one JSON object: ";
    assert!(error.to_string().starts_with(start), "{error}");
}

#[test]
fn ten_thousand_conversions_and_reversals_can_be_added() {
    let sandbox = started(Sandbox::builder().offers(0));
    for number in 0..10_000 {
        sandbox.add_conversion("u", number);
        sandbox.add_reversal(r#"{"offer_id":1}"#).unwrap();
    }
    let error = sandbox.add_reversal(r#"{"offer_id":1}"#).unwrap_err();
    assert_eq!(error.to_string(), "at most 10000 reversals can be added");
    let error = sandbox
        .add_chosen_conversion(r#"{"subid":"u","offer_id":1}"#)
        .unwrap_err();
    assert_eq!(error.to_string(), "at most 10000 conversions can be added");
}

#[test]
fn the_admin_paths_add_what_is_posted() {
    let sandbox = started(Sandbox::builder().open_admin().speed(u32::MAX));
    let json = "application/json; charset=utf-8";
    let (status, body) = post(&sandbox, "/admin/offers", json, SEVEN);
    assert_eq!(
        (status, body.as_str()),
        (200, r#"{"status":"success","id":7}"#)
    );
    let row = r#"{"subid":"u","offer_id":7,"lead_id":"a\"b"}"#;
    let (status, body) = post(&sandbox, "/admin/conversions", json, row);
    let expected = r#"{"status":"success","lead_id":"a\"b"}"#;
    assert_eq!((status, body.as_str()), (200, expected));
    let (status, body) = post(&sandbox, "/admin/reversals", json, r#"{"lead_id":"a\"b"}"#);
    assert_eq!((status, body.as_str()), (200, r#"{"status":"success"}"#));
    assert_eq!(conversions(&sandbox, "subid=u")[0]["payout"], "0.50");
    let today = reversals(&sandbox, "start_date=2026-11-20&end_date=2026-11-20");
    assert_eq!(today.last().unwrap()["lead_id"], "a\"b");
}

#[test]
fn a_wrong_admin_call_is_refused_with_the_reason() {
    let sandbox = started(Sandbox::builder().open_admin());
    let check = |kind: &str, body: &str, status: u16, message: &str| {
        let answer = post(&sandbox, "/admin/offers", kind, body);
        let expected = format!(r#"{{"status":"error","message":"{message}"}}"#);
        assert_eq!(answer, (status, expected));
    };
    let json = "application/json";
    check(
        "text/plain",
        SEVEN,
        415,
        "the content type must be application/json",
    );
    check(json, "{}", 400, "id is required: a positive integer");
    let long = "a".repeat(65_537);
    check(
        json,
        &long,
        413,
        "the body must be UTF-8 of at most 65536 bytes",
    );
    let answer = call(&sandbox, "/admin/offers");
    assert_eq!(
        (answer.status, answer.message().as_str()),
        (405, "only POST is served here")
    );
    assert_eq!(call(&sandbox, "/admin/else").status, 404);
}

#[test]
fn the_admin_paths_are_unknown_unless_they_are_opened() {
    let sandbox = sandbox();
    let page = call(&sandbox, "/nowhere").text;
    for path in ["/admin/offers", "/admin/conversions", "/admin/reversals"] {
        assert_eq!(
            post(&sandbox, path, "application/json", SEVEN),
            (404, page.clone())
        );
    }
    assert_eq!(
        offers(&sandbox, "")
            .iter()
            .filter(|offer| offer["id"] == 7)
            .count(),
        0
    );
}
