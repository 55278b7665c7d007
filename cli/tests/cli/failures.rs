//! A provider that cannot be reached or that sends nonsense: exit status 1 and one plain line. An
//! empty list is not a failure.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;

use crate::support::{Outcome, Server, cpalead, signal};

/// Every output format gets one line on standard error and nothing on standard output.
#[track_caller]
fn fails(server: &Server, status: i32, kind: &str, message: &str) {
    for output in ["table", "csv", "ndjson"] {
        let outcome = server
            .cpalead("offers --output")
            .arg(output)
            .ends_with(status);
        assert_eq!(outcome.err, format!("error: {message}\n"));
        assert_eq!(outcome.out, "");
    }
    let outcome = server.cpalead("offers --output json").ends_with(status);
    let error = outcome.error();
    assert_eq!(
        (&error["kind"], &error["message"]),
        (&kind.into(), &message.into())
    );
    assert_eq!(outcome.err.lines().count(), 1);
}

#[test]
fn a_provider_that_cannot_be_reached() {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let url = format!("http://{}", port.unwrap());
    let run = cpalead("offers --publisher-id 7 --timeout 5s --base-url").arg(&url);
    let outcome = run.ends_with(1);
    assert!(
        outcome.err.starts_with("error: offers: "),
        "{}",
        outcome.err
    );
    assert_eq!(outcome.err.lines().count(), 1, "{}", outcome.err);
    let run = cpalead("offers --publisher-id 7 --output json --base-url").arg(&url);
    assert_eq!(run.ends_with(1).error()["kind"], "connect");
}

#[test]
fn a_page_of_html() {
    let page = "<!DOCTYPE html><title>\u{1b}[31mDown for maintenance</title>";
    let server = Server::with("200 OK", "content-type: text/html\r\n", page);
    fails(&server, 1, "decode", &message_of(&server));
    assert!(
        message_of(&server).contains("HTML"),
        "{}",
        message_of(&server)
    );
    let outcome = server.cpalead("-v offers").ends_with(1);
    assert!(
        outcome
            .err
            .contains("note: the answer begins: <!DOCTYPE html>"),
        "{}",
        outcome.err
    );
    assert!(!outcome.err.contains('\u{1b}'));
}

/// The message of the library, whose tests pin it down.
fn message_of(server: &Server) -> String {
    let error = server.cpalead("offers --output json").ends_with(1).error();
    error["message"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn an_error_object() {
    let server = Server::json(r#"{"status":"error","message":"Invalid publisher id"}"#);
    let message = "offers: the provider refused: Invalid publisher id (status 200)";
    fails(&server, 1, "provider", message);
}

#[test]
fn half_a_document() {
    let server = Server::json(r#"{"status":"success","offers":[{"id":5546840,"title":"Puz"#);
    fails(&server, 1, "decode", &message_of(&server));
}

#[test]
fn a_body_that_breaks_off() {
    let server = Server::raw("HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"status\":");
    let outcome = server.cpalead("offers --timeout 5s").ends_with(1);
    assert_eq!(outcome.err.lines().count(), 1, "{}", outcome.err);
}

#[test]
fn a_refusal_with_a_status() {
    let body = r#"{"status":"error","message":"id is not yours"}"#;
    let server = Server::with("403 Forbidden", "", body);
    let error = server.cpalead("offers --output json").ends_with(1).error();
    assert_eq!(
        (&error["kind"], &error["status"]),
        (&"status".into(), &403.into())
    );
}

#[test]
fn a_rate_limit_of_the_provider_says_when_to_try_again() {
    let headers = "retry-after: 3000\r\n";
    let server = Server::with("429 Too Many Requests", headers, "<h1>slow down</h1>");
    let error = server.cpalead("offers --output json").ends_with(3).error();
    assert_eq!(error["kind"], "rate_limited");
    assert_eq!(
        (&error["status"], &error["retry_after_seconds"]),
        (&429.into(), &3000.into())
    );
}

#[test]
fn an_empty_list_is_an_empty_result() {
    let server = Server::json(r#"{"status":"success","number_offers":0,"offers":[]}"#);
    let out = |output: &str| {
        let run = server
            .cpalead("offers --fields id,amount --output")
            .arg(output);
        run.ends_with(0).out
    };
    assert_eq!(out("json"), "[]\n");
    assert_eq!(out("ndjson"), "");
    assert_eq!(out("csv"), "id,amount,defects\r\n");
    assert_eq!(out("table"), "ID  AMOUNT\n");
    let outcome = server.cpalead("offers").ends_with(0);
    assert_eq!(outcome.err, "note: no offers for this request\n");
}

#[test]
fn a_bad_offer_is_reported_and_the_others_are_kept() {
    let body = r#"{"status":"success","offers":[{"id":1,"amount":"0.72"},{"id":{}},{"id":3}]}"#;
    let server = Server::json(body);
    let outcome = server
        .cpalead("offers --payout-country US --output json")
        .ends_with(0);
    let ids: Vec<_> = outcome
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|offer| offer["id"].clone())
        .collect();
    assert_eq!(ids, [1, 3]);
    assert!(
        outcome
            .err
            .starts_with("warning: offer left out: offers[1].id: "),
        "{}",
        outcome.err
    );
    assert!(outcome.json()[1]["payout"].is_null());
}

/// Runs a command on an answer with one good row and `count` rows that are not objects.
#[track_caller]
fn leaves_out(count: usize, status: i32, words: &str, list: &str, expected: &[&str]) {
    let bad = ",7".repeat(count);
    let server = Server::json(&format!(
        r#"{{"status":"success","{list}":[{{"id":1,"offer_id":1}}{bad}]}}"#
    ));
    let outcome = server
        .cpalead(words)
        .env("CPALEAD_API_KEY", "a-key")
        .ends_with(status);
    assert_eq!(outcome.json().as_array().unwrap().len(), 1);
    let named = outcome
        .err
        .lines()
        .filter(|line| line.contains(" left out: "));
    assert_eq!(named.count(), 5, "{}", outcome.err);
    let others = outcome
        .err
        .lines()
        .filter(|line| line.starts_with("warning: ") && !line.contains(" left out: "));
    assert_eq!(others.collect::<Vec<_>>(), expected);
}

#[test]
fn rows_that_are_left_out_are_all_counted() {
    leaves_out(
        150,
        0,
        "offers --output json",
        "offers",
        &["warning: 145 more offers left out; -v names all of them"],
    );
    leaves_out(
        6,
        0,
        "offers --output json",
        "offers",
        &["warning: 1 more offer left out; -v names all of them"],
    );
    leaves_out(5, 0, "offers --output json", "offers", &[]);
    leaves_out(
        150,
        1,
        "conversions user-42 --output json",
        "conversions",
        &["warning: 145 more conversions left out; -v names all of them"],
    );
    leaves_out(
        150,
        1,
        "reversals --start 2026-01-01 --end 2026-01-31 --output json",
        "reversals",
        &["warning: 145 more reversals left out; -v names all of them"],
    );
}

/// Runs a command on an answer with `count` offers.
#[track_caller]
fn warns_of_a_limit(count: usize, words: &str, expected: &str) {
    let offers: Vec<_> = (1..=count).map(|id| format!(r#"{{"id":{id}}}"#)).collect();
    let offers = offers.join(",");
    let server = Server::json(&format!(r#"{{"status":"success","offers":[{offers}]}}"#));
    assert_eq!(server.cpalead(words).ends_with(0).err, expected);
}

#[test]
fn a_limit_that_was_chosen_is_no_surprise() {
    warns_of_a_limit(5, "offers --limit 5", "");
    warns_of_a_limit(2499, "offers", "");
    warns_of_a_limit(
        2500,
        "offers",
        "warning: the answer is as long as its limit of 2500, so there may be more: narrow the request or raise --limit\n",
    );
    warns_of_a_limit(
        5000,
        "offers --limit 5000",
        "warning: the answer is as long as its limit of 5000, so there may be more: narrow the request\n",
    );
}

#[test]
fn a_reader_that_closes_the_pipe_ends_the_command_quietly() {
    for output in ["table", "json", "ndjson", "csv"] {
        let mut child = cpalead("--sandbox offers --output").arg(output).spawn();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert!(!line.is_empty());
        drop(stdout);
        let outcome = Outcome::of(child.wait_with_output().unwrap());
        assert_eq!(
            (outcome.status, outcome.err.contains("error")),
            (0, false),
            "{}",
            outcome.err
        );
    }
}

#[test]
#[cfg(unix)]
fn a_signal_ends_a_running_call() {
    let reversals = "reversals --start 2026-01-01 --end 2026-01-02";
    let commands = [
        "offers",
        "payout 1 --country US",
        "conversions x",
        reversals,
    ];
    for command in commands {
        for name in ["INT", "TERM", "HUP"] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let run = cpalead(command).env("CPALEAD_API_KEY", "a-key");
            let run = run.env("CPALEAD_PUBLISHER_ID", "7");
            let child = run.arg("--output=json").arg("--base-url").arg(url).spawn();
            let connection = listener.accept().unwrap();
            signal(&child, name);
            let outcome = Outcome::of(child.wait_with_output().unwrap());
            drop(connection);
            assert_eq!(outcome.status, 130, "{command} {name}: {}", outcome.err);
            assert_eq!(outcome.error()["kind"], "interrupted");
        }
    }
}

#[test]
fn a_refused_key_is_named_by_its_origin() {
    let refused = |status: &str, body: &str| {
        let server = Server::with(status, "", body);
        let run = server.cpalead("conversions user-42");
        run.env("CPALEAD_API_KEY", "a-wrong-key").ends_with(1).err
    };
    let advice = ": the provider does not accept the api key for this publisher id; \
        the key came from the environment variable CPALEAD_API_KEY\n";
    let in_words = r#"{"status":"error","message":"Invalid API key"}"#;
    for (status, body) in [
        ("401 Unauthorized", in_words),
        ("403 Forbidden", "<h1>Forbidden</h1>"),
        ("200 OK", in_words),
    ] {
        let message = refused(status, body);
        assert!(message.ends_with(advice), "{message}");
        assert!(!message.contains("a-wrong-key"), "{message}");
    }
    let other = refused("200 OK", r#"{"status":"error","message":"Unknown monkey"}"#);
    assert!(!other.contains("came from"), "{other}");
    let server = Server::with("401 Unauthorized", "", in_words);
    let origin = |run: crate::support::Run| {
        let message = run.ends_with(1).err;
        let first = message.lines().find(|line| line.starts_with("error: "));
        let (_, origin) = first.unwrap().rsplit_once(" came from ").unwrap();
        origin.to_owned()
    };
    let piped = server.cpalead("conversions x --api-key-file -");
    assert_eq!(origin(piped.input("a-wrong-key")), "standard input");
    let directory = tempfile::TempDir::new().unwrap();
    let path = directory.path().join("key");
    std::fs::write(&path, "a-wrong-key").unwrap();
    let reversals = "reversals --start 2026-01-01 --end 2026-01-02 --api-key-file";
    let run = server.cpalead(reversals).arg(&path);
    assert_eq!(origin(run), format!("the file {}", path.display()));
    let limited = r#"{"status":"error","message":"Too many requests for this API key"}"#;
    let server = Server::with("429 Too Many Requests", "", limited);
    let run = server
        .cpalead("conversions x")
        .env("CPALEAD_API_KEY", "a-key");
    let outcome = run.ends_with(3);
    assert!(!outcome.err.contains("came from"), "{}", outcome.err);
}

/// Runs the command with its output on a full disk.
#[cfg(target_os = "linux")]
fn on_a_full_disk(words: &str) -> Outcome {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let run = cpalead(words).input("[1]");
    run.into_file(full.unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_a_failure_of_every_command() {
    for words in [
        "--help",
        "--version",
        "help offers",
        "sandbox serve --help",
        "completions bash",
        "jsonp wrap --callback cb",
        "jsonp unwrap",
        "sandbox serve",
        "--sandbox offers --limit 3",
        "--sandbox offers --limit 3 --output table",
        "--sandbox offers --limit 3 --output csv",
        "--sandbox offers --limit 3 --output ndjson",
        "--sandbox offers --limit 3 --raw",
        "--sandbox payout 5556958 --country US",
        "--sandbox conversions user-42",
        "--sandbox conversions user-42 --watch --output ndjson",
        "--sandbox reversals --start 2026-01-15 --end 2026-01-16",
    ] {
        let outcome = on_a_full_disk(words);
        assert_eq!(outcome.status, 1, "{words}");
        let last = outcome.err.lines().last().unwrap_or_default();
        let begin = "error: cannot write to standard output: ";
        assert!(last.starts_with(begin), "{words}: {}", outcome.err);
    }
}

#[test]
fn help_into_a_closed_pipe_ends_quietly() {
    for words in ["--help", "--version", "completions zsh"] {
        let outcome = cpalead(words).into_closed_pipe();
        assert_eq!((outcome.status, outcome.err.as_str()), (0, ""), "{words}");
    }
}
