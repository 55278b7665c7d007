//! The server: encodings, methods, broken requests, recorded requests, starting and stopping.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use cpalead_sandbox::{MAX_OFFERS, Sandbox};
use serde_json::{Value, json};

use crate::support::{address, call, conversions, raw, sandbox, started, wait};

#[test]
fn gzip_is_sent_if_the_client_accepts_it() {
    let sandbox = sandbox();
    let ask = |accept: &str| {
        let head = format!(
            "GET /api/offers?id=1 HTTP/1.1\r\nhost: x\r\n{accept}connection: close\r\n\r\n"
        );
        raw(&sandbox, &head)
    };
    let plain = ask("");
    let packed = ask("accept-encoding: br, gzip\r\n");
    assert!(
        plain.len() > 5 * packed.len(),
        "{} {}",
        plain.len(),
        packed.len()
    );
    let head = String::from_utf8_lossy(&packed[..300]).to_ascii_lowercase();
    assert!(head.contains("content-encoding: gzip") && head.contains("vary: accept-encoding"));
    let plain = String::from_utf8(plain).unwrap();
    let (_, body) = plain.split_once("\r\n\r\n").unwrap();
    // The HTTP client of these tests accepts gzip and decompresses it.
    assert_eq!(call(&sandbox, "/api/offers?id=1").text, body);
}

#[test]
fn only_get_is_served() {
    let sandbox = sandbox();
    for (method, empty) in [
        ("POST", false),
        ("HEAD", true),
        ("DELETE", false),
        ("BREW", false),
    ] {
        let request =
            format!("{method} /api/offers?id=1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let answer = String::from_utf8(raw(&sandbox, &request)).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 405 "), "{head}");
        assert!(head.contains("allow: GET"), "{head}");
        assert_eq!(body.is_empty(), empty, "{method}");
    }
}

#[test]
fn an_unknown_path_is_a_page_for_people() {
    let sandbox = sandbox();
    for path in ["/", "/api", "/api/offers/", "/api/openapi.json", "/%00"] {
        let answer = call(&sandbox, path);
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.content_type, "text/html; charset=utf-8");
        assert!(answer.text.starts_with("<!DOCTYPE html>"));
    }
}

#[test]
fn requests_are_recorded_without_the_key() {
    let sandbox = started(Sandbox::builder().api_key("s3cr3t"));
    call(&sandbox, "/api/conversions?id=1&api_key=s3cr3t&subid=a%20b");
    call(&sandbox, "/api/conversions?id=1&api_key=s3cr3t&subid=a%20b");
    call(&sandbox, "/nowhere");
    let requests = sandbox.requests();
    let seen: Vec<(&str, u16)> = requests
        .iter()
        .map(|r| (r.path.as_str(), r.status))
        .collect();
    assert_eq!(
        seen,
        [
            ("/api/conversions", 200),
            ("/api/conversions", 429),
            ("/nowhere", 404)
        ]
    );
    assert_eq!(requests[0].method, "GET");
    assert_eq!(requests[0].parameter("subid"), Some("a b"));
    assert!(requests.is_sorted_by_key(|request| request.arrived));
    let all = format!(
        "{requests:?} {sandbox:?} {:?}",
        Sandbox::builder().api_key("s3cr3t")
    );
    assert!(!all.contains("s3cr3t"), "{all}");
}

#[test]
fn a_stopped_sandbox_has_closed_its_port() {
    let running = sandbox();
    let address = address(&running).to_owned();
    let mut open = TcpStream::connect(&address).unwrap();
    wait(running.stop());
    assert!(TcpStream::connect(&address).is_err());
    assert_eq!(open.read(&mut [0; 8]).unwrap_or(0), 0);
}

#[test]
fn a_dropped_sandbox_closes_its_port_soon() {
    let running = sandbox();
    let address = address(&running).to_owned();
    drop(running);
    let closed = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(5));
        TcpStream::connect(&address).is_err()
    });
    assert!(closed);
}

#[test]
fn a_port_in_use_is_an_error_with_a_message() {
    let running = sandbox();
    let port: u16 = running
        .base_url()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let error = wait(Sandbox::builder().port(port).start()).unwrap_err();
    let start = format!("cannot listen on 127.0.0.1:{port}: ");
    assert!(error.to_string().starts_with(&start), "{error}");
}

#[test]
fn too_many_offers_are_an_error_with_a_message() {
    let error = wait(Sandbox::builder().offers(MAX_OFFERS + 1).start()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "5001 offers are too many: choose 0 to 5000"
    );
}

#[test]
fn an_empty_catalogue_answers_empty_lists() {
    let sandbox = started(Sandbox::builder().offers(0));
    let answer = call(&sandbox, "/api/offers?id=1").json();
    let expected = json!({"status": "success", "offers": []});
    assert_eq!(answer, expected);
    assert_eq!(conversions(&sandbox, "subid=user-42"), Vec::<Value>::new());
}

#[test]
fn broken_requests_are_answered_or_dropped_and_the_next_one_is_served() {
    let sandbox = sandbox();
    let long = "a".repeat(100_000);
    for request in [
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "GET /api/offers?id=%ff%zz&&&==&=& HTTP/1.0\r\n\r\n",
        "GET /api/offers?id=1&callback=\u{1}\u{fc} HTTP/1.1\r\nhost: x\r\n\r\n",
        &format!("GET /api/offers?id={long} HTTP/1.0\r\n\r\n"),
    ] {
        let mut stream = TcpStream::connect(address(&sandbox)).unwrap();
        // The server may close the connection before it has read everything.
        let _ = stream.write_all(request.as_bytes());
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    }
    assert_eq!(call(&sandbox, "/api/offers?id=1").status, 200);
}
