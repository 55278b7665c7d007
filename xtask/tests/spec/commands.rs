//! The command itself: its exit status, what it says where, and that nobody waits for it.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn xtask(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read has closed its end, and that is no failure here.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[track_caller]
fn check(arguments: &[&str], input: &str, status: i32, said: &str) {
    let output = xtask(arguments, input);
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!(output.status.code(), Some(status), "{out}{err}");
    assert_eq!(out, "", "what went wrong is said on standard error");
    assert!(err.contains(said), "{err}");
}

#[test]
fn the_clean_tree_is_up_to_date_within_two_seconds() {
    let start = Instant::now();
    let output = xtask(&["update-spec", "--check", "--offline"], "");
    assert_eq!(
        output.status.code(),
        Some(0),
        "run: cargo xtask update-spec --offline"
    );
    assert!(output.stderr.is_empty());
    assert!(
        String::from_utf8_lossy(&output.stdout).starts_with("Up to date: openapi.json is what")
    );
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "it took {:?}",
        start.elapsed()
    );
}

#[test]
fn each_failure_has_its_status_and_says_why_on_standard_error() {
    check(
        &["update-spec", "--chekc"],
        "",
        2,
        "unexpected argument '--chekc'",
    );
    check(
        &[
            "update-spec",
            "--offline",
            "--from",
            "https://www.cpalead.com/x",
        ],
        "",
        2,
        "--offline opens no socket",
    );
    check(
        &["update-spec", "--check", "--from", "no/such/file"],
        "",
        1,
        "update-spec: cannot read no/such/file",
    );
    check(
        &["update-spec", "--check", "--from", "-"],
        "<html>",
        7,
        "update-spec: standard input is an HTML page",
    );
    check(
        &["spec-corpus", "--no-build", "no-such-document"],
        "",
        1,
        "no document of xtask/tests/corpus has such a name",
    );
}
