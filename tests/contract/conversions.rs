//! Conversions over HTTP: what is sent, and how each shape of an answer is read.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use cpalead::{Client, Conversion, ConversionsRequest, Error, Report, Subject};
use httpmock::MockServer;
use serde_json::{Value, json};

use crate::setup::{KEY, NONE, Setup, fixtures, ok, without_nulls};
use crate::support::builder;

/// A row as a user of the library sees it, without the fields that are missing.
fn seen(report: &Report<Conversion>, row: &Conversion) -> Value {
    let fields = json!({
        "offer_id": row.offer_id(),
        "subid": row.subid(),
        "subid2": row.subid2(),
        "lead_id": row.lead_id(),
        "country": row.country(),
        "payout": row.payout().map(|payout| payout.to_string()),
        "timestamp": row.timestamp(),
        "status": row.status(),
        "raw": report.raw(row),
    });
    without_nulls(fields)
}

fn defects<R>(report: &Report<R>) -> Vec<String> {
    let defects = report.defects().iter();
    defects
        .map(|defect| format!("{} {defect}", defect.kind().as_str()))
        .collect()
}

/// Calls a mock server that answers with this body; also returns how often it was called.
async fn answered(body: &str) -> (Result<Report<Conversion>, Error>, usize) {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method("GET")
                .path("/api/conversions")
                .query_param("id", "3360001")
                .query_param("api_key", KEY)
                .query_param("subid", "user-42");
            then.status(200).body(body);
        })
        .await;
    let client = builder(&server.base_url()).api_key(KEY).build();
    let result = client.expect("a client").conversions("user-42").await;
    (result, mock.calls_async().await)
}

async fn check_fixtures(origin: &str) {
    for (name, body) in fixtures(&format!("conversions/{origin}")) {
        let (result, calls) = answered(&body).await;
        assert_eq!(calls, 1, "{origin}/{name}");
        let report = result.unwrap_or_else(|error| panic!("{origin}/{name}: {error}"));
        let rows: Vec<_> = report.iter().map(|row| seen(&report, row)).collect();
        let shown = json!({ "rows": rows, "defects": defects(&report) });
        let shown = serde_json::to_string_pretty(&shown).expect("JSON");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots/conversions" }, {
            insta::assert_snapshot!(format!("{origin}__{name}"), shown);
        });
    }
}

#[tokio::test]
async fn observed_shapes_of_conversions_are_read() {
    check_fixtures("observed").await;
}

#[tokio::test]
async fn inferred_shapes_of_conversions_are_read() {
    check_fixtures("inferred").await;
}

/// Sends the request of a client with a key, and returns its first line with `KEY` for the key.
async fn line(request: impl FnOnce(&Client) -> ConversionsRequest) -> String {
    let setup = Setup::answering(vec![ok(NONE)]);
    request(&setup.client).await.expect("an empty answer");
    let heads = setup.server.heads();
    assert_eq!(heads.len(), 1);
    let line = heads[0].lines().next().expect("a line").to_owned();
    assert_eq!(line.matches(KEY).count(), 1, "the key is sent once");
    assert_eq!(
        heads[0].matches(KEY).count(),
        1,
        "the key is in the query only"
    );
    line.replace(KEY, "KEY")
}

#[tokio::test]
async fn a_request_is_this_line_with_the_key_in_its_query() {
    let address = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7);
    let lines = [
        line(|client| client.conversions("user-42")).await,
        line(|client| client.conversions("user-42").offer_id(5_546_840)).await,
        line(|client| client.conversions("user-42").offer_id(1).offer_id(2)).await,
        line(Client::conversions_of_caller).await,
        line(|client| client.conversions_of_caller().offer_id(7)).await,
        line(|client| client.conversions(Ipv4Addr::new(203, 0, 113, 7))).await,
        line(|client| client.conversions(address)).await,
        line(|client| client.conversions(IpAddr::V6(address))).await,
        line(|client| client.conversions(String::from("a&b=c d/é+%\"#"))).await,
        line(|client| client.conversions("user-")).await,
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
    GET /api/conversions?id=3360001&subid=user-42&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&offer_id=5546840&subid=user-42&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&offer_id=2&subid=user-42&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&subid=user&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&offer_id=7&subid=user&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&subid=203.0.113.7&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&subid=2001%3Adb8%3A%3A7&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&subid=2001%3Adb8%3A%3A7&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&subid=a%26b%3Dc+d%2F%C3%A9%2B%25%22%23&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&subid=user-&api_key=KEY HTTP/1.1
    "#);
}

/// Checks that the call fails with this message, sends nothing and takes no slot.
async fn refused(key: Option<&'static str>, subject: impl Into<Subject>, message: &str) {
    let setup = Setup::answering(vec![ok(NONE)]);
    let mut builder = builder(&setup.server.base_url());
    if let Some(key) = key {
        builder = builder.api_key(key);
    }
    let client = builder.build().expect("a client");
    let error = client.conversions(subject).await.expect_err("refused");
    assert_eq!(error.to_string(), message);
    assert!(error.is_configuration() && !error.may_have_counted());
    assert_eq!(setup.server.connections(), 0);
}

#[tokio::test]
async fn without_a_key_nothing_is_sent() {
    let message = "conversions: no api key is set, and this call needs one";
    refused(None, "user-42", message).await;
    let setup = Setup::answering(vec![ok(NONE)]);
    let client = builder(&setup.server.base_url()).build().expect("a client");
    let error = client.conversions_of_caller().await.expect_err("no key");
    assert_eq!(error.to_string(), message);
    let mut watch = client.conversions("user-42").watch();
    let error = watch.next().await.expect("an error").expect_err("no key");
    assert_eq!(error.to_string(), message);
    assert!(watch.next().await.is_none());
    assert_eq!(setup.server.connections(), 0);
}

#[tokio::test]
async fn a_sub_id_that_means_the_caller_is_refused() {
    let message = "conversions: the sub-id `user` means the caller of the api: ask for the conversions of the caller instead";
    for subid in ["user", "USER", "User", " user", "user\t"] {
        refused(Some(KEY), subid, message).await;
        // Also without a key: the message is about the sub-id, which the caller can correct.
        refused(None, subid, message).await;
    }
}

#[tokio::test]
async fn an_empty_sub_id_is_refused() {
    for subid in ["", " ", "\t\n"] {
        let message = "conversions: the sub-id is empty: expected a sub-id or an ip address";
        refused(Some(KEY), subid, message).await;
    }
}

/// Checks the path and the message of the error that a 200 with this body causes, and that the call
/// is made once.
async fn check_unknown(body: &str, path: Option<&str>, message: &str) {
    let (result, calls) = answered(body).await;
    let error = result.map(|report| report.len()).expect_err(body);
    let mut shown = error.to_string();
    if let (Some("conversions"), Some(at)) = (error.path(), shown.find(" at line 1 column ")) {
        // The column depends on where the parser notices the fault.
        shown.truncate(at);
        shown.push_str(" (status 200)");
    }
    assert_eq!((shown.as_str(), error.path()), (message, path), "{body}");
    assert_eq!(error.is_decode(), message.contains("cannot read"), "{body}");
    assert!(error.may_have_counted() && calls == 1, "{body}");
    assert_eq!(error.status(), Some(200));
}

#[tokio::test]
async fn an_unknown_shape_is_an_error_that_says_where() {
    let unreadable = |what: &str| format!("conversions: cannot read the answer{what} (status 200)");
    let at =
        |path: &'static str, what: &str| (Some(path), unreadable(&format!(" at {path}: {what}")));
    let no_list = (None, unreadable(": it has no list `conversions`"));
    let whole = |found: &str, column: u32| {
        let expected = "an object with a list `conversions`";
        let text =
            format!(": invalid type: {found}, expected {expected} at line 1 column {column}");
        (None, unreadable(&text))
    };
    for (body, (path, message)) in [
        ("{}", no_list.clone()),
        (r#"{"status":"success"}"#, no_list.clone()),
        (
            r#"{"status":"success","data":[{"offer_id":1}]}"#,
            no_list.clone(),
        ),
        (r#"{"status":"success","reversals":[]}"#, no_list.clone()),
        (r#"{"Conversions":[]}"#, no_list),
        ("null", whole("null", 4)),
        ("false", whole("boolean `false`", 5)),
        ("7", whole("integer `7`", 1)),
        (r#""none""#, whole("string \"none\"", 6)),
        (
            r#"{"status":"success","conversions":{"offer_id":1}}"#,
            at("conversions", "expected a list of objects, found an object"),
        ),
        (
            r#"{"conversions":"none"}"#,
            (
                None,
                "conversions: the provider refused: none (status 200)".to_owned(),
            ),
        ),
        (
            r#"{"conversions":true}"#,
            at(
                "conversions",
                "invalid type: boolean `true`, expected a list",
            ),
        ),
        (
            r#"{"conversions":[{"timestamp":"today"},{"timestamp":"x"}]}"#,
            at(
                "conversions[0].timestamp",
                "invalid value: string \"today\", expected a time: unix seconds, or a date and time",
            ),
        ),
        (
            r#"["error"]"#,
            at(
                "conversions[0]",
                "invalid type: string \"error\", expected an object",
            ),
        ),
        (
            "[[]]",
            at(
                "conversions[0]",
                "invalid type: sequence, expected an object",
            ),
        ),
        (
            r#"{"conversions":[{"offerId":1},{}]}"#,
            at("conversions[0]", "no field of it is known"),
        ),
        ("[{}]", at("conversions[0]", "no field of it is known")),
        ("", (None, unreadable(": the body is empty"))),
        (
            "<html>",
            (None, unreadable(": it is an HTML page, not JSON")),
        ),
        (
            "[{\"offer_id\":1},",
            (
                None,
                unreadable(": the JSON ends too early, after 16 bytes"),
            ),
        ),
    ] {
        check_unknown(body, path, &message).await;
    }
}

#[tokio::test]
async fn an_error_in_the_body_is_an_error() {
    check_unknown(
        r#"{"status":"error","message":"Invalid API key"}"#,
        None,
        "conversions: the provider refused: Invalid API key (status 200)",
    )
    .await;
    check_unknown(
        r#"{"status":"No such publisher","conversions":[]}"#,
        None,
        "conversions: the provider refused: No such publisher (status 200)",
    )
    .await;
}

#[tokio::test]
async fn five_thousand_rows_are_read_and_each_keeps_its_own_json() {
    let row = |n: usize| format!(r#"{{"offer_id":{n},"payout":"0.{n:04}","lead_id":"{n}"}}"#);
    let rows: Vec<_> = (0..5_000).map(row).collect();
    let (result, _) = answered(&format!("[{}]", rows.join(","))).await;
    let report = result.expect("an answer");
    assert_eq!(report.len(), 5_000);
    for (n, conversion) in report.iter().enumerate() {
        assert_eq!(report.raw(conversion), Some(rows[n].as_str()));
    }
    let (other, _) = answered(&format!("[{}]", rows[1])).await;
    let other = other.expect("an answer");
    assert_eq!(report.raw(&other.as_slice()[0]), None);
}

#[tokio::test]
async fn a_key_that_rows_repeat_is_in_no_error_and_in_no_defect() {
    let bodies = [
        format!(r#"[{{"payout":"{KEY}"}},{{"offer_id":1}}]"#),
        format!(r#"[{{"payout":"{KEY}"}}]"#),
        format!(r#"[{{"timestamp":"{KEY}"}},{{"offer_id":1}}]"#),
        format!(r#"[{{"offer_id":"{KEY}"}}]"#),
        format!(r#"[{{"subid":{{"{KEY}":1}}}},{{"offer_id":1}}]"#),
        format!(r#"["{KEY}",{{"offer_id":1}}]"#),
        format!(r#"{{"conversions":"{KEY}"}}"#),
        format!(r#"{{"status":"no {KEY}"}}"#),
        format!(r#"{{"status":"rate limit of {KEY}"}}"#),
        format!(r#"{{"{KEY}":[]}}"#),
        format!("<a href='?api_key={KEY}'>"),
        format!(r#""{KEY}""#),
    ];
    for body in bodies {
        let (result, _) = answered(&body).await;
        let shown = match result {
            Ok(report) => {
                assert_eq!(report.defect_count(), 1, "{body}");
                format!("{:?} {}", report.defects(), defects(&report).concat())
            }
            Err(error) => format!("{error} {error:?} {:?} {:?}", error.path(), error.excerpt()),
        };
        assert!(!shown.contains(KEY), "{body}: {shown}");
    }
}
