//! Faults without a whole answer: connections that break or hang, wrong lengths, and servers that
//! do not speak HTTP.

use std::time::Duration;

use super::{Fault, gzip};
use crate::raw_server::{Exchange, answer, begun};

const JSON: (&str, &str) = ("content-type", "application/json");
const GZIP: (&str, &str) = ("content-encoding", "gzip");
const HALF: &[u8] = br#"{"status":"success","offers":[{"id":5546840,"#;

pub(super) fn faults() -> Vec<Fault> {
    let mut faults = connections();
    faults.extend(heads());
    faults.extend(lengths());
    faults.extend(encodings());
    faults
}

fn connections() -> Vec<Fault> {
    vec![
        Fault::raw("closed without a word", Exchange::finish),
        Fault::raw("reset without a word", Exchange::reset),
        Fault::raw("reset within the head", |mut exchange| {
            exchange.send(b"HTTP/1.1 200 OK\r\ncontent-ty");
            exchange.reset();
        }),
        Fault::raw("reset within the body", |mut exchange| {
            exchange.send(&begun("200 OK", &[JSON, ("content-length", "1000")]));
            exchange.send(HALF);
            exchange.reset();
        }),
        Fault::hanging("no answer", Exchange::hold),
        Fault::hanging("silent within the body", |mut exchange| {
            exchange.send(&begun("200 OK", &[JSON, ("content-length", "1000")]));
            exchange.send(HALF);
            exchange.hold();
        }),
        Fault::hanging("one byte at a time", |mut exchange| {
            exchange.send(&begun("200 OK", &[JSON, ("content-length", "1000")]));
            exchange.repeat(b" ", Duration::from_millis(100));
        }),
        Fault::hanging("a status, then one byte at a time", |mut exchange| {
            exchange.send(&begun("403 Forbidden", &[JSON, ("content-length", "1000")]));
            exchange.repeat(b" ", Duration::from_millis(100));
        }),
        Fault::raw("a busy status, then reset", |mut exchange| {
            exchange.send(&begun(
                "503 Service Unavailable",
                &[("retry-after", "7"), ("content-length", "1000")],
            ));
            exchange.send(b"<html>");
            exchange.reset();
        }),
    ]
}

fn heads() -> Vec<Fault> {
    vec![
        Fault::raw("headers without end", |mut exchange| {
            exchange.send(b"HTTP/1.1 200 OK\r\n");
            exchange.repeat(
                &b"x-more: and more\r\n".repeat(100),
                Duration::from_millis(1),
            );
        }),
        Fault::raw("one header without end", |mut exchange| {
            exchange.send(b"HTTP/1.1 200 OK\r\nx-more: ");
            exchange.repeat(&[b'a'; 16 << 10], Duration::from_millis(1));
        }),
        Fault::hanging("interim answers without end", |exchange| {
            exchange.repeat(
                b"HTTP/1.1 103 Early Hints\r\n\r\n",
                Duration::from_millis(10),
            );
        }),
        Fault::raw("an upgrade that was not requested", |mut exchange| {
            exchange.send(
                b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
            );
            exchange.finish();
        }),
        Fault::raw(
            "a body without a head, as http/0.9 had it",
            |mut exchange| {
                exchange.send(br#"{"status":"success","offers":[]}"#);
                exchange.finish();
            },
        ),
        Fault::raw("another protocol", |mut exchange| {
            exchange.send(b"SSH-2.0-OpenSSH_9.6\r\n");
            exchange.finish();
        }),
        Fault::raw("a tls alert on plain http", |mut exchange| {
            exchange.send(&[0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28]);
            exchange.finish();
        }),
        Fault::raw("a status beyond three digits", |mut exchange| {
            exchange.send(b"HTTP/1.1 20000 OK\r\ncontent-length: 0\r\n\r\n");
            exchange.finish();
        }),
    ]
}

fn lengths() -> Vec<Fault> {
    vec![
        Fault::raw("a length too long", |mut exchange| {
            exchange.send(&begun("200 OK", &[JSON, ("content-length", "1000")]));
            exchange.send(HALF);
            exchange.finish();
        }),
        Fault::raw("a length too short", |mut exchange| {
            exchange.send(&begun("200 OK", &[JSON, ("content-length", "20")]));
            exchange.send(HALF);
            exchange.finish();
        }),
        Fault::raw("a length that is not a number", |mut exchange| {
            exchange.send(&begun("200 OK", &[JSON, ("content-length", "many")]));
            exchange.send(HALF);
            exchange.finish();
        }),
        Fault::raw("two lengths", |mut exchange| {
            exchange.send(&begun(
                "200 OK",
                &[JSON, ("content-length", "20"), ("content-length", "44")],
            ));
            exchange.send(HALF);
            exchange.finish();
        }),
        Fault::raw("a length beyond the cap, and no body", |mut exchange| {
            exchange.send(&begun("200 OK", &[JSON, ("content-length", "9999999999")]));
            exchange.hold();
        }),
        Fault::raw("a body without end", |mut exchange| {
            exchange.send(&begun("200 OK", &[JSON]));
            exchange.repeat(&[b' '; 4096], Duration::from_millis(1));
        }),
        Fault::raw(
            "half a document, then closed in good order",
            |mut exchange| {
                exchange.send(&begun("200 OK", &[JSON]));
                exchange.send(HALF);
                exchange.finish();
            },
        ),
        Fault::raw("chunks that stop", |mut exchange| {
            exchange.send(&begun("200 OK", &[JSON, ("transfer-encoding", "chunked")]));
            exchange.send(b"10\r\n{\"status\":\"succe\r\n");
            exchange.finish();
        }),
        Fault::raw("a chunk without a size", |mut exchange| {
            exchange.send(&begun("200 OK", &[JSON, ("transfer-encoding", "chunked")]));
            exchange.send(b"xyz\r\n{}\r\n0\r\n\r\n");
            exchange.finish();
        }),
    ]
}

fn encodings() -> Vec<Fault> {
    vec![
        Fault::raw("gzip cut short", |mut exchange| {
            let whole = gzip(&b"{\"status\":\"success\",\"offers\":[]}".repeat(50));
            exchange.send(&answer("200 OK", &[JSON, GZIP], &whole[..whole.len() / 2]));
            exchange.finish();
        }),
        Fault::raw("gzip of nothing", |mut exchange| {
            exchange.send(&answer("200 OK", &[JSON, GZIP], b""));
            exchange.finish();
        }),
        Fault::raw("gzip with a wrong checksum", |mut exchange| {
            let mut whole = gzip(br#"{"status":"success","offers":[]}"#);
            let checksum = whole.len() - 8;
            whole[checksum] ^= 0xff;
            exchange.send(&answer("200 OK", &[JSON, GZIP], &whole));
            exchange.finish();
        }),
        Fault::raw("gzip announced, plain text sent", |mut exchange| {
            exchange.send(&answer("200 OK", &[JSON, GZIP], br#"{"offers":[]}"#));
            exchange.finish();
        }),
        Fault::raw("gzip sent, nothing announced", |mut exchange| {
            let whole = gzip(br#"{"status":"success","offers":[]}"#);
            exchange.send(&answer("200 OK", &[JSON], &whole));
            exchange.finish();
        }),
        Fault::raw("an encoding that was not asked for", |mut exchange| {
            let headers = [JSON, ("content-encoding", "br")];
            exchange.send(&answer(
                "200 OK",
                &headers,
                &[0x8b, 0x0f, 0x80, 0x7b, 0x7d, 0x03],
            ));
            exchange.finish();
        }),
        Fault::raw("gzip that unpacks beyond the cap", |mut exchange| {
            exchange.send(&answer("200 OK", &[JSON, GZIP], &gzip(&[b' '; 1 << 20])));
            exchange.finish();
        }),
    ]
}
