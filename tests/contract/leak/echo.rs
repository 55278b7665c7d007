//! Servers that echo the key, in every encoding and in every part of an answer.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::detector::hex;
use crate::faults::gzip;
use crate::raw_server::{Exchange, answer, begun};

const JSON: (&str, &str) = ("content-type", "application/json");

/// One way of putting a text into an answer.
pub(crate) type Carrier = (&'static str, fn(Exchange, &str));

/// One way of spelling the key, given the head of the request and the key.
pub(crate) type Spelling = (&'static str, fn(&str, &str) -> String);

pub(crate) const SPELLINGS: &[Spelling] = &[
    ("the target as it was sent", |head, _| {
        head.split(' ').nth(1).unwrap_or_default().to_owned()
    }),
    ("the whole head", |head, _| head.to_owned()),
    ("the key alone", |_, key| key.to_owned()),
    ("the key after long text", |_, key| {
        format!("{}{key}", "x".repeat(185))
    }),
    ("the key at the usual cuts", |_, key| {
        // Across 24 characters, across 160 and across 200.
        format!("{:.<16}{key}{:.<104}{key}{:.<24}{key}", "", "", "")
    }),
    ("escaped as in JSON", |_, key| {
        key.chars()
            .map(|c| format!("\\u{:04x}", u32::from(c)))
            .collect()
    }),
    ("all percent-encoded, upper", |_, key| {
        key.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }),
    ("all percent-encoded, lower", |_, key| {
        key.bytes().map(|byte| format!("%{byte:02x}")).collect()
    }),
    ("percent-encoded twice", |_, key| {
        key.bytes().map(|byte| format!("%25{byte:02X}")).collect()
    }),
    ("base64", |_, key| STANDARD.encode(key)),
    ("base64 after one byte", |_, key| {
        STANDARD.encode(format!("x{key}"))
    }),
    ("base64 after two bytes, for urls", |_, key| {
        URL_SAFE_NO_PAD.encode(format!("id{key}&"))
    }),
    ("entities", |_, key| {
        key.chars()
            .map(|c| format!("&#x{:x};", u32::from(c)))
            .collect()
    }),
];

/// Sends a JSON answer with this status.
fn in_json(mut exchange: Exchange, status: &str, body: &Value) {
    exchange.send(&answer(status, &[JSON], body.to_string().as_bytes()));
    exchange.finish();
}

fn in_text(mut exchange: Exchange, status: &str, body: impl AsRef<[u8]>) {
    exchange.send(&answer(status, &[], body.as_ref()));
    exchange.finish();
}

/// Sends an answer with this row, under the name that the endpoint has for its rows.
fn in_row(exchange: Exchange, row: Value) {
    let list = exchange
        .target()
        .split(['/', '?'])
        .nth(2)
        .unwrap_or_default();
    let body = json!({ "status": "success", list: [row] });
    in_json(exchange, "200 OK", &body);
}

/// The text on one line, as the value of a header must be.
fn line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn with_header(mut exchange: Exchange, status: &str, name: &str, value: &str) {
    exchange.send(&answer(status, &[(name, &line(value))], b"<html>"));
    exchange.finish();
}

pub(crate) const CARRIERS: &[Carrier] = &[
    ("a page, 200", |e, text| {
        in_text(e, "200 OK", format!("<html><body>{text}"));
    }),
    ("a page, 403", |e, text| {
        in_text(e, "403 Forbidden", format!("<html><body>{text}"));
    }),
    ("a page, 429", |e, text| {
        in_text(e, "429 Too Many", format!("<html><body>{text}"));
    }),
    ("a page, 503", |e, text| {
        in_text(e, "503 Busy", format!("<html><body>{text}"));
    }),
    ("the whole body", |e, text| in_text(e, "200 OK", text)),
    ("invalid utf-8", |e, text| {
        in_text(
            e,
            "200 OK",
            [b"\xff\xfe", text.as_bytes(), b"\xff"].concat(),
        );
    }),
    ("the message of an error object", |e, text| {
        in_json(e, "200 OK", &json!({"status": "error", "message": text}));
    }),
    ("a status that is the message", |e, text| {
        in_json(e, "200 OK", &json!({"status": text}));
    }),
    ("a status that is an object", |e, text| {
        in_json(e, "200 OK", &json!({"status": {text: text}}));
    }),
    ("the message of a 401", |e, text| {
        in_json(
            e,
            "401 Unauthorized",
            &json!({"status": "error", "message": text}),
        );
    }),
    ("the message of a limit", |e, text| {
        in_json(
            e,
            "200 OK",
            &json!({"status": format!("Rate limit: 1 request per minute for {text}")}),
        );
    }),
    ("an id that is not valid", |e, text| {
        in_row(e, json!({"id": text, "offer_id": text}));
    }),
    ("an amount that is not valid", |e, text| {
        in_row(e, json!({"amount": text, "payout": text}));
    }),
    ("a time that is not valid", |e, text| {
        in_row(e, json!({"timestamp": text}));
    }),
    ("a row that is not an object", |e, text| {
        in_row(e, json!(text));
    }),
    ("the name of a member", |e, text| {
        in_row(e, json!({"offer_id": {text: 1}, text: {text: text}}));
    }),
    ("the name of the list", |e, text| {
        in_json(e, "200 OK", &json!({text: []}));
    }),
    ("the callback of jsonp", |e, text| {
        in_text(e, "200 OK", format!("{text}({{}})"));
    }),
    ("half a document", |e, text| {
        in_text(
            e,
            "200 OK",
            format!(r#"{{"status":"error","message":"{text}"#),
        );
    }),
    ("a document and more", |e, text| {
        in_text(e, "200 OK", format!("{{}}{text}"));
    }),
    ("gzip cut short", |mut e, text| {
        let whole = gzip(format!("<html>{text}").as_bytes());
        let headers = [("content-encoding", "gzip")];
        e.send(&answer(
            "403 Forbidden",
            &headers,
            &whole[..whole.len() - 6],
        ));
        e.finish();
    }),
    ("the reason of a status", |mut e, text| {
        e.send(&begun(
            &format!("400 {}", line(text)),
            &[("content-length", "0")],
        ));
        e.finish();
    }),
    ("a first line that is not a status", |mut e, text| {
        e.send(format!("{text}\r\n\r\n").as_bytes());
        e.finish();
    }),
    ("a version that is not valid", |mut e, text| {
        e.send(format!("HTTP/{text} 200 OK\r\n\r\n").as_bytes());
        e.finish();
    }),
    ("the name of a header", |mut e, text| {
        e.send(format!("HTTP/1.1 200 OK\r\n{text}: x\r\n {text}\r\n\r\n").as_bytes());
        e.finish();
    }),
    ("the path of a redirect", |e, text| {
        with_header(
            e,
            "302 Found",
            "location",
            &format!("https://other.example/{text}"),
        );
    }),
    ("the query of a redirect", |e, text| {
        with_header(
            e,
            "301 Moved",
            "location",
            &format!("https://other.example/?next={text}#{text}"),
        );
    }),
    ("the user of a redirect", |e, text| {
        with_header(
            e,
            "307 Temporary",
            "location",
            &format!("https://{text}:{text}@other.example/"),
        );
    }),
    ("the host of a redirect", |e, text| {
        with_header(
            e,
            "308 Permanent",
            "location",
            &format!("https://{text}.example/x"),
        );
    }),
    ("a redirect that is the text", |e, text| {
        with_header(e, "302 Found", "location", text);
    }),
    ("retry-after", |e, text| {
        with_header(e, "429 Too Many", "retry-after", text);
    }),
    ("content-length", |mut e, text| {
        e.send(&begun("200 OK", &[("content-length", &line(text))]));
        e.finish();
    }),
    ("transfer-encoding", |mut e, text| {
        e.send(&begun("200 OK", &[("transfer-encoding", &line(text))]));
        e.finish();
    }),
    ("the size of a chunk", |mut e, text| {
        e.send(&begun("200 OK", &[("transfer-encoding", "chunked")]));
        e.send(format!("{text}\r\n{{}}\r\n0\r\n\r\n").as_bytes());
        e.finish();
    }),
    ("a body that is reset", |mut e, text| {
        e.send(&begun("200 OK", &[("content-length", "100000")]));
        e.send(text.as_bytes());
        e.reset();
    }),
    ("more than the cap", |e, text| {
        in_text(e, "200 OK", text.repeat(4_000));
    }),
    ("more than the cap, 500", |e, text| {
        in_text(e, "500 Broken", text.repeat(4_000));
    }),
];

/// What the negative control plants: every encoding, and hex, which no server here sends.
pub(crate) fn planted(head: &str, key: &str) -> Vec<(&'static str, String)> {
    let spelt = SPELLINGS
        .iter()
        .map(|(name, spell)| (*name, spell(head, key)));
    let hexes = [
        ("hex, lower", hex(key)),
        ("hex, upper", hex(key).to_ascii_uppercase()),
    ];
    spelt.chain(hexes).collect()
}
