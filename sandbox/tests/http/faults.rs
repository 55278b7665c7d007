//! Faults that spoil an answer: what each of them sends, and when it acts.

use std::io::ErrorKind;
use std::time::Instant;

use cpalead_sandbox::{Fault, Sandbox};

use crate::support::{Answer, call, raw, sandbox, started, wait};

pub(crate) const OFFERS: &str = "/api/offers?id=1&country=US";
pub(crate) const CONVERSIONS: &str = "/api/conversions?id=1&api_key=sandbox-api-key&subid=user-42";
pub(crate) const REVERSALS: &str =
    "/api/reversals?id=1&api_key=sandbox-api-key&start_date=2026-10-01&end_date=2026-10-31";

/// A sandbox on which calls without a pause are allowed.
pub(crate) fn impatient() -> Sandbox {
    started(Sandbox::builder().speed(1_000_000_000))
}

/// The faults that this file shows.
pub(crate) const SHOWN: &[Fault] = &[
    Fault::TooManyRequests,
    Fault::TooManyRequestsWithoutRetryAfter,
    Fault::ServerError,
    Fault::BadGateway,
    Fault::Unavailable,
    Fault::GatewayTimeout,
    Fault::CloudflareChallenge,
    Fault::CloudflareRateLimit,
    Fault::CloudflareDown,
    Fault::CloudflareTimeout,
    Fault::Redirect,
    Fault::RedirectElsewhere,
    Fault::HtmlWith200,
    Fault::CutBody,
    Fault::CutJson,
    Fault::PhpWarning,
    Fault::SlowAnswer,
    Fault::OddTime,
    Fault::ZeroDate,
    Fault::PhpDate,
    Fault::LongAmount,
    Fault::CurrencyAmount,
    Fault::UnreadableAmount,
    Fault::CutEmoji,
    Fault::FloatText,
    Fault::OddValues,
    Fault::GapsInList,
    Fault::PayoutForUk,
    Fault::NotAnObject,
    Fault::UnknownField,
];

fn failed(sandbox: &Sandbox, fault: Fault, path_and_query: &str) -> Answer {
    sandbox.fail_next(fault);
    call(sandbox, path_and_query)
}

#[track_caller]
fn replaced(fault: Fault, status: u16, retry_after: Option<&str>, body: &str) {
    let sandbox = sandbox();
    for path in [OFFERS, CONVERSIONS, REVERSALS] {
        let bad = failed(&sandbox, fault, path);
        assert_eq!(bad.status, status, "{fault}");
        assert_eq!(bad.retry_after.as_deref(), retry_after, "{fault}");
        assert!(bad.text.contains(body), "{fault}: {}", bad.text);
        // The call did not use up the minute, and the fault acts once.
        assert_eq!(call(&sandbox, path).status, 200, "{fault}");
    }
}

#[test]
fn a_broken_server_answers_in_place_of_the_provider() {
    let minute = r#"{"status":"error","message":"rate limit: 1 request per minute"#;
    replaced(Fault::TooManyRequests, 429, Some("60"), minute);
    replaced(Fault::TooManyRequestsWithoutRetryAfter, 429, None, minute);
    let error = r#"{"status":"error","message":"internal server error"}"#;
    replaced(Fault::ServerError, 500, None, error);
    replaced(Fault::BadGateway, 502, None, "<h1>502 Bad Gateway</h1>");
    replaced(Fault::Unavailable, 503, Some("60"), "down for maintenance");
    replaced(
        Fault::GatewayTimeout,
        504,
        None,
        "<h1>504 Gateway Time-out</h1>",
    );
    replaced(
        Fault::CloudflareChallenge,
        403,
        None,
        "<title>Just a moment...</title>",
    );
    replaced(Fault::CloudflareRateLimit, 429, None, "Error 1015");
    replaced(Fault::CloudflareDown, 521, None, "521: Web server is down");
    replaced(
        Fault::CloudflareTimeout,
        524,
        None,
        "524: A timeout occurred",
    );
    replaced(Fault::HtmlWith200, 200, None, "<h1>Sign in</h1>");
}

#[test]
fn a_redirect_leads_to_the_same_request() {
    let sandbox = sandbox();
    let port = sandbox.base_url().rsplit(':').next().unwrap();
    let host = format!("127.0.0.1:{port}");
    let elsewhere = format!("http://localhost:{port}{CONVERSIONS}");
    for (fault, location) in [
        (Fault::Redirect, CONVERSIONS),
        (Fault::RedirectElsewhere, &elsewhere),
    ] {
        sandbox.fail_next(fault);
        let request =
            format!("GET {CONVERSIONS} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = String::from_utf8(raw(&sandbox, &request)).unwrap();
        assert!(answer.starts_with("HTTP/1.1 302 "), "{answer}");
        let header = format!("\r\nlocation: {location}\r\n");
        assert!(
            answer.to_lowercase().contains(&header.to_lowercase()),
            "{answer}"
        );
    }
    let seen = sandbox.requests();
    assert!(
        seen.iter()
            .all(|request| request.has_key && request.host == host)
    );
}

#[track_caller]
fn odd(fault: Fault, path: &str, part: &str) {
    let sandbox = impatient();
    let good = call(&sandbox, path);
    let bad = failed(&sandbox, fault, path);
    assert_eq!(bad.status, 200);
    assert!(bad.text.contains(part), "{fault}: {}", bad.text);
    assert!(!good.text.contains(part), "{fault}: {}", good.text);
}

#[test]
fn an_odd_row_is_added_to_the_others() {
    let long = "67.2000000000000028421709430404007434844970703125";
    odd(
        Fault::OddTime,
        CONVERSIONS,
        r#""timestamp":"2026-01-01 00:00:00""#,
    );
    odd(Fault::OddTime, REVERSALS, r#""date":"2026-01-01 00:00:00""#);
    odd(
        Fault::OddTime,
        OFFERS,
        r#""preview_link":"2026-01-01 00:00:00""#,
    );
    odd(
        Fault::ZeroDate,
        CONVERSIONS,
        r#""timestamp":"0000-00-00 00:00:00""#,
    );
    odd(
        Fault::ZeroDate,
        REVERSALS,
        r#""date":"0000-00-00 00:00:00""#,
    );
    odd(
        Fault::PhpDate,
        REVERSALS,
        r#""date":{"date":"2026-01-01 00:00:00.000000""#,
    );
    odd(Fault::LongAmount, OFFERS, &format!(r#""amount":{long}"#));
    odd(
        Fault::LongAmount,
        CONVERSIONS,
        &format!(r#""payout":{long}"#),
    );
    odd(Fault::CurrencyAmount, REVERSALS, r#""amount":"$0.40""#);
    odd(Fault::UnreadableAmount, OFFERS, r#""amount":"call us""#);
    odd(Fault::CutEmoji, OFFERS, r#""title":"fun \ud83d""#);
    odd(
        Fault::FloatText,
        CONVERSIONS,
        r#""subid":1.2345678901235e+22"#,
    );
    odd(Fault::OddValues, OFFERS, r#""daily_cap":"unlimited""#);
    odd(Fault::OddValues, REVERSALS, r#""reason":false"#);
    odd(Fault::GapsInList, OFFERS, r#""offers":{"0":{"id":5999999"#);
    odd(
        Fault::GapsInList,
        CONVERSIONS,
        r#"},"2":{"offer_id":5999999"#,
    );
    odd(
        Fault::PayoutForUk,
        OFFERS,
        r#""payouts_per_country":{"UK":"0.75"}"#,
    );
    odd(Fault::NotAnObject, REVERSALS, r#""reversals":["no row",{"#);
    odd(
        Fault::UnknownField,
        CONVERSIONS,
        r#""quality_of_lead":{"score":7}"#,
    );
}

#[test]
fn an_odd_row_stands_alone_in_an_empty_list_and_inside_jsonp() {
    let sandbox = impatient();
    let empty = format!("{CONVERSIONS}&offer_id=1&format=JSONP&callback=f");
    let bad = failed(&sandbox, Fault::NotAnObject, &empty);
    assert_eq!(
        bad.text,
        r#"f({"status":"success","conversions":["no row"]});"#
    );
}

#[test]
fn a_warning_stands_before_the_json() {
    let sandbox = impatient();
    let good = call(&sandbox, OFFERS).text;
    let bad = failed(&sandbox, Fault::PhpWarning, OFFERS).text;
    let warning = bad.strip_suffix(&good).unwrap();
    assert!(warning.starts_with("<br />\n<b>Warning</b>:  Undefined array key"));
}

#[test]
fn half_of_the_json_is_a_complete_answer() {
    let sandbox = impatient();
    let good = call(&sandbox, OFFERS).text;
    let bad = failed(&sandbox, Fault::CutJson, OFFERS).text;
    assert!(good.starts_with(&bad));
    assert!(
        (1..=3).contains(&(good.len() - 2 * bad.len() + 1)),
        "{}",
        bad.len()
    );
}

#[test]
fn a_cut_body_is_shorter_than_its_content_length() {
    let sandbox = sandbox();
    sandbox.fail_next(Fault::CutBody);
    let answer = raw(
        &sandbox,
        &format!("GET {OFFERS} HTTP/1.1\r\nhost: x\r\n\r\n"),
    );
    let answer = String::from_utf8_lossy(&answer).to_ascii_lowercase();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let (_, length) = head.split_once("content-length: ").unwrap();
    let length: usize = length.lines().next().unwrap().parse().unwrap();
    assert!(body.len() < length, "{} of {length}", body.len());
}

#[test]
fn a_slow_answer_takes_ten_seconds_of_the_clock() {
    let sandbox = started(Sandbox::builder().speed(100));
    let start = Instant::now();
    assert_eq!(failed(&sandbox, Fault::SlowAnswer, OFFERS).status, 200);
    assert!(start.elapsed().as_millis() >= 100);
}

#[test]
fn a_fault_with_probability_acts_on_every_endpoint_and_on_nothing_else() {
    let sandbox = started(Sandbox::builder().fault(Fault::ServerError, 1.0));
    for path in [OFFERS, CONVERSIONS, REVERSALS, OFFERS] {
        assert_eq!(call(&sandbox, path).status, 500, "{path}");
    }
    assert_eq!(call(&sandbox, "/").status, 404);
    let statuses: Vec<u16> = sandbox.requests().iter().map(|r| r.status).collect();
    assert_eq!(statuses, [500, 500, 500, 500, 404]);
}

#[test]
fn a_fault_with_a_small_probability_acts_sometimes() {
    let sandbox = started(Sandbox::builder().fault(Fault::ServerError, 0.5));
    let statuses: Vec<u16> = (0..32).map(|_| call(&sandbox, OFFERS).status).collect();
    assert!(
        statuses.contains(&500) && statuses.contains(&200),
        "{statuses:?}"
    );
}

#[test]
fn a_wrong_probability_is_refused() {
    for (probability, text) in [(1.5, "1.5"), (-0.1, "-0.1"), (f64::NAN, "NaN")] {
        let builder = Sandbox::builder().fault(Fault::CutBody, probability);
        let error = wait(builder.start()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let message =
            format!("the probability of cut-body must be a number from 0 to 1, not {text}");
        assert_eq!(error.to_string(), message);
    }
}
