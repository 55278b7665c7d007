//! Fetching from a server on this machine: the requests, and the result of every kind of answer.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::Value;
use xtask::spec::{Exit, Options};

use crate::server::{Answer, Server, answer};
use crate::tree::{TODAY, Tree, upstream};

fn from(server: &Server) -> Options {
    Options {
        from: Some(server.url.clone()),
        accept: vec!["all".to_owned()],
        ..Options::default()
    }
}

fn body(title: &str) -> Vec<u8> {
    let mut document: Value = upstream();
    document["info"]["title"] = title.into();
    serde_json::to_vec(&document).unwrap()
}

#[track_caller]
fn failed(tree: &Tree, answers: Vec<Answer>, exit: Exit, parts: &[&str]) {
    let server = Server::start(answers);
    let before = tree.files();
    let problem = tree.run(&from(&server)).unwrap_err();
    assert_eq!(problem.exit, exit, "{problem}");
    for part in parts {
        assert!(problem.message.contains(part), "{problem} has no `{part}`");
    }
    assert_eq!(tree.files(), before, "something was written");
}

#[test]
fn a_document_is_kept_byte_for_byte_and_the_next_request_is_conditional() {
    let tree = Tree::new();
    let bytes = body("One");
    let server = Server::start(vec![
        answer(
            "200 OK",
            "ETag: \"v1\"\r\nLast-Modified: Mon, 02 Nov 2026 10:00:00 GMT\r\nContent-Type: application/json\r\n",
            &bytes,
        ),
        answer("304 Not Modified", "", b""),
        answer("200 OK", "ETag: \"v2\"\r\n", &body("Two")),
    ]);
    assert_eq!(tree.run(&from(&server)).unwrap().exit, Exit::Done);
    assert_eq!(tree.text("spec/upstream.json").as_bytes(), bytes);
    let provenance = tree.text("spec/provenance.toml");
    for line in [
        "kind = \"download\"".to_owned(),
        format!("source = \"{}\"", server.url),
        format!("date = \"{TODAY}\""),
        "etag = \"\\\"v1\\\"\"".to_owned(),
        "last_modified = \"Mon, 02 Nov 2026 10:00:00 GMT\"".to_owned(),
    ] {
        assert!(provenance.contains(&line), "{provenance}");
    }
    assert!(
        tree.text("CHANGELOG.md")
            .contains(&format!("- {TODAY}, the provider's document: "))
    );

    let before = tree.files();
    let outcome = tree.run(&from(&server)).unwrap();
    assert_eq!(outcome.exit, Exit::Done);
    assert!(
        outcome.report.contains("has not changed"),
        "{}",
        outcome.report
    );
    assert_eq!(tree.files(), before);

    let check = tree
        .run(&Options {
            check: true,
            ..from(&server)
        })
        .unwrap();
    assert_eq!(check.exit, Exit::Update);
    assert_eq!(tree.files(), before);

    let asked = server.asked();
    assert!(!asked[0].contains("if-none-match"), "{}", asked[0]);
    assert!(
        asked[1].contains("if-none-match: \"v1\"\r\n"),
        "{}",
        asked[1]
    );
    assert!(
        asked[1].contains("if-modified-since: mon, 02 nov 2026 10:00:00 gmt\r\n"),
        "{}",
        asked[1]
    );
    assert!(
        asked
            .iter()
            .all(|head| head.contains("user-agent: cpalead-xtask/"))
    );
}

#[test]
fn a_changed_etag_of_the_same_document_is_not_an_update() {
    let tree = Tree::new();
    let same = tree.text("spec/upstream.json");
    let server = Server::start(vec![answer(
        "200 OK",
        "ETag: \"other\"\r\n",
        same.as_bytes(),
    )]);
    let before = tree.files();
    assert_eq!(
        tree.run(&Options {
            check: true,
            ..from(&server)
        })
        .unwrap()
        .exit,
        Exit::Done
    );
    assert_eq!(tree.files(), before);
}

#[test]
fn gzip_is_unpacked() {
    let tree = Tree::new();
    // A stored block: the gzip format around uncompressed bytes.
    let bytes = body("Packed");
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let chunks: Vec<&[u8]> = bytes.chunks(65_000).collect();
    for (at, chunk) in chunks.iter().enumerate() {
        packed.push(u8::from(at + 1 == chunks.len()));
        let length = u16::try_from(chunk.len()).unwrap();
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend_from_slice(chunk);
    }
    packed.extend(crc32(&bytes).to_le_bytes());
    packed.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
    let server = Server::start(vec![answer(
        "200 OK",
        "Content-Encoding: gzip\r\n",
        &packed,
    )]);
    assert_eq!(tree.run(&from(&server)).unwrap().exit, Exit::Done);
    assert_eq!(tree.text("spec/upstream.json").as_bytes(), bytes);
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            }
        })
    })
}

#[test]
fn a_redirect_on_the_same_server_is_followed_and_one_elsewhere_is_not() {
    let tree = Tree::new();
    let server = Server::start(vec![
        answer(
            "301 Moved Permanently",
            "Location: /v2/openapi.json\r\n",
            b"",
        ),
        answer("200 OK", "", &body("Moved")),
    ]);
    assert_eq!(tree.run(&from(&server)).unwrap().exit, Exit::Done);
    assert!(server.asked()[1].starts_with("get /v2/openapi.json http/1.1"));

    let elsewhere = Server::start(vec![]);
    failed(
        &tree,
        vec![answer(
            "302 Found",
            &format!("Location: {}?token=secret\r\n", elsewhere.url),
            b"",
        )],
        Exit::Failed,
        &[
            "redirects to http://127.0.0.1:",
            "which is another server, so it was not followed",
        ],
    );
    assert_eq!(elsewhere.asked(), Vec::<String>::new());
    failed(
        &tree,
        vec![answer(
            "302 Found",
            "Location: https://login.cpalead.example/?next=x\r\n",
            b"",
        )],
        Exit::Failed,
        &["redirects to https://login.cpalead.example/, which"],
    );
    let around = answer("302 Found", "Location: /api/openapi.json\r\n", b"");
    failed(
        &tree,
        vec![around; 7],
        Exit::Failed,
        &["redirects more than 5 times"],
    );
}

#[test]
fn html_with_status_200_is_not_a_document() {
    let page = b"<html><body>Checking your browser</body></html>";
    failed(
        &Tree::new(),
        vec![answer("200 OK", "Content-Type: text/html\r\n", page)],
        Exit::Unverified,
        &["is an HTML page"],
    );
}

#[test]
fn a_document_truncated_in_transit_is_not_a_document() {
    let whole = body("Cut");
    let mut cut =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", whole.len()).into_bytes();
    cut.extend_from_slice(&whole[..whole.len() / 2]);
    failed(
        &Tree::new(),
        vec![Answer::Bytes(cut)],
        Exit::Failed,
        &["stopped in the middle of the document"],
    );
    // Without a length only the JSON shows it.
    let mut cut = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
    cut.extend_from_slice(&whole[..whole.len() / 2]);
    failed(
        &Tree::new(),
        vec![Answer::Bytes(cut)],
        Exit::Unverified,
        &["is cut short"],
    );
}

#[test]
fn an_endless_body_is_cut_off_at_the_limit() {
    let endless = Answer::Endless("HTTP/1.1 200 OK\r\n\r\n");
    failed(
        &Tree::new(),
        vec![endless],
        Exit::Failed,
        &["has more than 2097152 bytes"],
    );
    let announced = Answer::Endless("HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\n");
    failed(
        &Tree::new(),
        vec![announced],
        Exit::Failed,
        &["has more than 2097152 bytes"],
    );
}

#[test]
fn a_slow_or_silent_server_is_given_up() {
    let mut tree = Tree::new();
    tree.limits.time = Duration::from_millis(400);
    let start = Instant::now();
    let slow = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        " ".repeat(100)
    );
    failed(
        &tree,
        vec![Answer::Drip(slow.into_bytes())],
        Exit::Failed,
        &["within 0.4 s", "this is not a success"],
    );
    failed(
        &tree,
        vec![Answer::Silence],
        Exit::Failed,
        &["within 0.4 s"],
    );
    let mut body = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n".to_vec();
    body.extend([b' '; 10]);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_status_other_than_success_is_not_a_document() {
    for status in [
        "403 Forbidden",
        "404 Not Found",
        "429 Too Many Requests",
        "503 Service Unavailable",
        "206 Partial Content",
    ] {
        failed(
            &Tree::new(),
            vec![answer(status, "", &body("x"))],
            Exit::Failed,
            &[&format!("status {}", &status[..3])],
        );
    }
    // The request was not conditional.
    failed(
        &Tree::new(),
        vec![answer("304 Not Modified", "", b"")],
        Exit::Failed,
        &["status 304"],
    );
}

#[test]
fn no_network_has_a_separate_message() {
    let tree = Tree::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/openapi.json", listener.local_addr().unwrap());
    drop(listener);
    let options = Options {
        from: Some(url),
        ..Options::default()
    };
    let before = tree.files();
    let problem = tree.run(&options).unwrap_err();
    assert_eq!(problem.exit, Exit::Failed);
    assert!(
        problem.message.starts_with("no network: http://127.0.0.1:"),
        "{problem}"
    );
    assert!(
        problem
            .message
            .contains("nothing was checked, so this is not a success"),
        "{problem}"
    );
    assert_eq!(tree.files(), before);
}
