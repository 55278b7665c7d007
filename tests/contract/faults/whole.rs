//! Faults that are whole HTTP answers: pages, refusals, and bodies that are not the expected JSON.

use super::Fault;

const JSON: (&str, &str) = ("content-type", "application/json");
const TEXT: (&str, &str) = ("content-type", "text/plain");
const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");

const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Just a moment...</title></head>\n\
                    <body><h1>Checking your browser</h1></body></html>";

const REFUSED: &str = r#"{"status":"error","message":"Invalid publisher id"}"#;
const GOOD: &str =
    r#"{"status":"success","number_offers":1,"offers":[{"id":5546840,"amount":"0.72"}]}"#;

pub(super) fn faults() -> Vec<Fault> {
    let mut faults = pages();
    faults.extend(statuses());
    faults.extend(refusals());
    faults.extend(bodies());
    faults
}

fn pages() -> Vec<Fault> {
    vec![
        Fault::whole("html, 200", 200, &[HTML], PAGE),
        Fault::whole("html as application/json, 200", 200, &[JSON], PAGE),
        Fault::whole("html, 403", 403, &[HTML], PAGE),
        Fault::whole("html, 429", 429, &[HTML], PAGE),
        Fault::whole("html, 502", 502, &[HTML], PAGE),
        Fault::whole("html, 503", 503, &[HTML], PAGE),
    ]
}

fn statuses() -> Vec<Fault> {
    let after = |value| ("retry-after", value);
    vec![
        Fault::whole(
            "429, retry-after in seconds",
            429,
            &[HTML, after("61")],
            PAGE,
        ),
        Fault::whole(
            "429, retry-after as a date",
            429,
            &[HTML, after("Thu, 15 Jan 2026 12:02:00 GMT")],
            PAGE,
        ),
        Fault::whole(
            "429, retry-after in the past",
            429,
            &[after("Thu, 15 Jan 2026 11:00:00 GMT")],
            "",
        ),
        Fault::whole("429, retry-after garbage", 429, &[after("soon")], ""),
        Fault::whole(
            "429, retry-after huge",
            429,
            &[after("99999999999999999999")],
            "",
        ),
        Fault::whole("503, retry-after an hour", 503, &[after("3600")], ""),
        Fault::whole(
            "200 with retry-after and an error",
            200,
            &[JSON, after("90")],
            REFUSED,
        ),
        Fault::whole("204, no content", 204, &[], ""),
        Fault::whole("302 without a location", 302, &[], ""),
        Fault::whole("304, not modified", 304, &[], ""),
        Fault::whole("400, json", 400, &[JSON], REFUSED),
        Fault::whole(
            "401, json",
            401,
            &[JSON],
            r#"{"status":"error","message":"Invalid api key"}"#,
        ),
        Fault::whole(
            "403, plain text",
            403,
            &[TEXT],
            "Access denied for this key\n",
        ),
        Fault::whole(
            "403, a limit in words",
            403,
            &[TEXT],
            "Rate limit exceeded: 1 request per minute",
        ),
        Fault::whole("404, empty", 404, &[], ""),
        Fault::whole("520, a page of a proxy", 520, &[HTML], PAGE),
        Fault::whole("530, a page of a proxy", 530, &[HTML], PAGE),
        Fault::whole("408, empty", 408, &[], ""),
        Fault::whole("500, json", 500, &[JSON], REFUSED),
        Fault::whole("504, empty", 504, &[], ""),
        Fault::whole("599, a status without a meaning", 599, &[], ""),
    ]
}

fn refusals() -> Vec<Fault> {
    vec![
        Fault::whole("error object, 200", 200, &[JSON], REFUSED),
        Fault::whole("error object as text/html, 200", 200, &[HTML], REFUSED),
        Fault::whole(
            "status is the message, 200",
            200,
            &[JSON],
            r#"{"status":"Rate limit: 1 request per minute"}"#,
        ),
        Fault::whole(
            "too many requests as words, 200",
            200,
            &[JSON],
            r#"{"status":"error","message":"Too many requests"}"#,
        ),
        Fault::whole(
            "error beside offers, 200",
            200,
            &[JSON],
            r#"{"status":"error","offers":[]}"#,
        ),
        Fault::whole(
            "member `error`, 200",
            200,
            &[JSON],
            r#"{"error":"no such publisher"}"#,
        ),
        Fault::whole(
            "errorMsg, 200",
            200,
            &[JSON],
            r#"{"status":"error","errorMsg":"Invalid api key"}"#,
        ),
        Fault::whole(
            "a list of errors, 400",
            400,
            &[JSON],
            r#"{"errors":["Invalid api key"]}"#,
        ),
        Fault::whole(
            "msg, 401",
            401,
            &[JSON],
            r#"{"status":"error","msg":"Invalid api key"}"#,
        ),
        Fault::whole(
            "data.message, 200",
            200,
            &[JSON],
            r#"{"status":"fail","data":{"message":"Invalid api key"}}"#,
        ),
        Fault::whole(
            "error.message, 200",
            200,
            &[JSON],
            r#"{"error":{"code":401,"message":"Invalid api key"}}"#,
        ),
        Fault::whole("ok without a list, 200", 200, &[JSON], r#"{"status":"ok"}"#),
        Fault::whole(
            "words in place of the list, 200",
            200,
            &[JSON],
            r#"{"status":"success","offers":"Invalid api key"}"#,
        ),
        Fault::whole(
            "error with control characters, 200",
            200,
            &[JSON],
            r#"{"status":"error","message":"\u001b[31mred\u001b[0m\r\n\u202egnp.exe"}"#,
        ),
    ]
}

fn bodies() -> Vec<Fault> {
    let deep = "[".repeat(30_000);
    let many = |count: usize| format!(r#"{{"offers":[{}]}}"#, vec!["{}"; count].join(","));
    vec![
        Fault::whole("empty body, 200", 200, &[JSON], ""),
        Fault::whole("blanks, 200", 200, &[JSON], " \r\n\t"),
        Fault::whole("half a document, 200", 200, &[JSON], &GOOD[..50]),
        Fault::whole(
            "a byte order mark and nothing else",
            200,
            &[JSON],
            "\u{feff}",
        ),
        Fault::whole("utf-16 with its mark", 200, &[JSON], utf16(GOOD)),
        Fault::whole(
            "invalid utf-8",
            200,
            &[JSON],
            b"{\"status\":\"success\",\"offers\":[],\"x\":\"\xff\xfe\"}".as_slice(),
        ),
        Fault::whole(
            "jsonp though json was asked for",
            200,
            &[("content-type", "text/javascript")],
            format!("showOffers({GOOD});"),
        ),
        Fault::whole(
            "jsonp with the guard of a popular server",
            200,
            &[JSON],
            format!("/**/ typeof cb === 'function' && cb({GOOD});"),
        ),
        Fault::whole(
            "duplicate lists",
            200,
            &[JSON],
            r#"{"status":"success","offers":[],"offers":[{"id":1}]}"#,
        ),
        Fault::whole(
            "duplicate status",
            200,
            &[JSON],
            r#"{"status":"error","status":"success","offers":[]}"#,
        ),
        Fault::whole(
            "nesting without end",
            200,
            &[JSON],
            format!(r#"{{"status":"success","offers":{deep}"#),
        ),
        Fault::whole(
            "nesting without end in an unknown member",
            200,
            &[JSON],
            format!(r#"{{"x":{deep}"#),
        ),
        Fault::whole("no list", 200, &[JSON], r#"{"status":"success"}"#),
        Fault::whole(
            "the list is an object",
            200,
            &[JSON],
            r#"{"status":"success","offers":{"1":{}}}"#,
        ),
        Fault::whole(
            "a list under another name",
            200,
            &[JSON],
            r#"{"status":"success","data":[]}"#,
        ),
        Fault::whole("another shape", 200, &[JSON], "42"),
        Fault::whole("null", 200, &[JSON], "null"),
        Fault::whole(
            "something after the document",
            200,
            &[JSON],
            format!("{GOOD}{GOOD}"),
        ),
        Fault::whole(
            "php's error without a document",
            200,
            &[HTML],
            "<br />\n<b>Fatal error</b>:  Uncaught PDOException in <b>/var/www/a.php</b> on line <b>9</b><br />",
        ),
        Fault::whole("plain text", 200, &[TEXT], "Invalid API key"),
        Fault::whole(
            "a limit in plain text",
            200,
            &[TEXT],
            "Rate limit exceeded: 1 request per minute",
        ),
        Fault::whole(
            "packed as br, which was not asked for",
            200,
            &[JSON, ("content-encoding", "br")],
            GOOD,
        ),
        Fault::whole(
            "packed twice",
            200,
            &[JSON, ("content-encoding", "gzip, gzip")],
            GOOD,
        ),
        Fault::whole("more than the cap, announced", 200, &[JSON], many(40_000)),
    ]
}

fn utf16(text: &str) -> Vec<u8> {
    let units = text.encode_utf16().flat_map(u16::to_le_bytes);
    [0xff, 0xfe].into_iter().chain(units).collect()
}
