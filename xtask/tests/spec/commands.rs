//! The command itself: its exit status, its output streams, and its speed.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

fn xtask(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input closes the pipe, which is not a failure here.
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
    assert_eq!(out, "", "the error goes to standard error");
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
        String::from_utf8_lossy(&output.stdout).starts_with("Up to date: openapi.json matches")
    );
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "it took {:?}",
        start.elapsed()
    );
}

#[test]
fn each_failure_has_its_status_and_its_reason_on_standard_error() {
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
        "no document of xtask/tests/corpus has one of these names",
    );
}

#[test]
fn standard_output_contains_only_json_however_the_run_ends() {
    let cases: [(&[&str], &str, i64); 6] = [
        (&["--check", "--offline", "--report", "json"], "", 0),
        (&["--check", "--from", "-", "--report=json"], "<html>", 7),
        (
            &["--check", "--from", "no/such/file", "--report", "json"],
            "",
            1,
        ),
        (
            &[
                "--offline",
                "--from",
                "https://www.cpalead.com/x",
                "--report",
                "json",
            ],
            "",
            2,
        ),
        (&["--report", "json", "--chekc"], "", 2),
        (&["--report", "json", "--accept"], "", 2),
    ];
    for (arguments, input, status) in cases {
        let output = xtask(&[&["update-spec"], arguments].concat(), input);
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|err| panic!("{arguments:?}: {err}: {output:?}"));
        assert_eq!(report["status"], status, "{arguments:?}");
        assert_eq!(
            output.status.code().map(i64::from),
            Some(status),
            "{arguments:?}"
        );
        assert!(
            report["changes"].is_array() && report["verdict"].is_string(),
            "{report}"
        );
        assert_eq!(output.stderr.is_empty(), status == 0, "{arguments:?}");
    }
}

#[test]
fn a_failure_also_has_a_report_for_a_pull_request() {
    let output = xtask(
        &["update-spec", "--check", "--from", "-", "--report", "md"],
        "<html>",
    );
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.starts_with("## The provider's document\n\nThe update failed with status 7"),
        "{said}"
    );
    assert!(said.contains("standard input is an HTML page"), "{said}");
}

/// Every `cargo xtask` command in a text, with its words up to the end of the line or of the code.
fn commands(text: &str) -> Vec<Vec<String>> {
    text.match_indices("cargo xtask ")
        .map(|(at, found)| {
            let rest = &text[at + found.len()..];
            let end = rest
                .find(['\n', '`', '#', ';', '|', '>', ')', '"', '$'])
                .unwrap_or(rest.len());
            rest[..end].split_whitespace().map(str::to_owned).collect()
        })
        .collect()
}

#[test]
fn what_workflows_and_the_readme_call_exists() {
    let root = crate::tree::home();
    let mut count = 0;
    let mut texts = vec![root.join("spec/README.md")];
    for directory in [".github/workflows", ".ci"] {
        let Ok(entries) = std::fs::read_dir(root.join(directory)) else {
            continue;
        };
        texts.extend(
            entries
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.is_file()),
        );
    }
    for path in texts {
        let text = std::fs::read_to_string(&path).unwrap();
        for mut command in commands(&text) {
            // With --help a wrong argument is still reported, but nothing runs.
            command.push("--help".to_owned());
            let words: Vec<&str> = command.iter().map(String::as_str).collect();
            let output = xtask(&words, "");
            assert_eq!(
                output.status.code(),
                Some(0),
                "{} calls `cargo xtask {}`: {}",
                path.display(),
                words[..words.len() - 1].join(" "),
                String::from_utf8_lossy(&output.stderr)
            );
            count += 1;
        }
    }
    assert!(count >= 8, "only {count} commands were found");
    let wrong = xtask(&["update-spec", "--chekc", "--help"], "");
    assert_eq!(wrong.status.code(), Some(2), "an unknown flag is noticed");
}
