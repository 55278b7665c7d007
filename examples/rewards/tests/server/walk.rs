//! The walk in the README does what it says.

use std::fmt::Write as _;
use std::process::Command;

use crate::support::{Server, program};

/// The commands of the walk, each with the lines that it prints.
fn walk() -> Vec<(String, String)> {
    let readme = include_str!("../../README.md");
    let (_, walk) = readme.split_once("\n## The walk\n").unwrap();
    let (walk, _) = walk.split_once("\n## ").unwrap();
    let mut steps: Vec<(String, String)> = Vec::new();
    let mut within = false;
    for line in walk.lines() {
        if line.starts_with("```") {
            within = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| within) {
            steps.push((command.to_owned(), String::new()));
        } else if within {
            let (_, printed) = steps.last_mut().unwrap();
            writeln!(printed, "{line}").unwrap();
        }
    }
    steps
}

/// Whether a text is what was expected, where `…` stands for anything within a line.
fn fits(text: &str, expected: &str) -> bool {
    let mut parts = expected.split('…');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    for part in parts {
        let at = if part.is_empty() {
            Some(rest.len())
        } else {
            rest.find(part)
        };
        let Some(at) = at.filter(|at| !rest[..*at].contains('\n')) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty()
}

#[test]
fn an_ellipsis_stands_for_anything_within_a_line() {
    assert!(fits("a 1 b 2\n", "a … b …\n"));
    assert!(!fits("a 1\nb 2\n", "a … 2\n") && !fits("a 1 b\n", "a … c\n"));
    assert!(!fits("a\nb\n", "a\n") && !fits("", "a\n"));
}

#[test]
fn the_walk_prints_what_the_readme_says() {
    if !has_curl() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path());
    let sandbox = server.sandbox();
    let (_, sandbox_port) = sandbox.split_once(':').unwrap();
    // One shell runs all commands, because they use each other's variables.
    let steps = walk();
    let mut script = "set -o pipefail\n".to_owned();
    for (command, _) in &steps {
        let command = command
            .replace("cargo run -q -p rewards --", env!("CARGO_BIN_EXE_rewards"))
            .replace("127.0.0.1:3000", &server.address)
            .replace("127.0.0.1:3001", &sandbox);
        writeln!(script, "{command}\nprintf '\\036'").unwrap();
    }
    let environment = program(directory.path());
    // A postback that never comes must not keep the test waiting.
    let output = Command::new("timeout")
        .args(["60", "bash", "-c", &script])
        .envs(
            environment
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .env("REWARDS_SANDBOX_PORT", sandbox_port)
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let printed = printed.replace(&server.address, "127.0.0.1:3000");
    let printed: Vec<&str> = printed.split_terminator('\u{1e}').collect();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(
        steps.len() > 10 && printed.len() == steps.len(),
        "{printed:?} {err}"
    );
    for ((command, expected), printed) in steps.iter().zip(printed) {
        // The sandbox ends its answers without a line break.
        let printed = if printed.is_empty() {
            String::new()
        } else {
            printed.trim_end().to_owned() + "\n"
        };
        assert!(
            fits(&printed, expected),
            "$ {command}\n{printed}expected:\n{expected}{err}"
        );
    }
    assert_eq!(err, "");
}

/// Whether curl is installed. If it is not, this prints a note, or fails if `CPALEAD_TEST_REQUIRE`
/// names it.
fn has_curl() -> bool {
    let found = Command::new("curl").arg("--version").output().is_ok();
    if !found {
        let required = std::env::var("CPALEAD_TEST_REQUIRE").unwrap_or_default();
        assert!(
            !required.split(',').any(|name| name == "curl"),
            "curl is required by CPALEAD_TEST_REQUIRE, but is not on the search path: install Debian's `curl`"
        );
        println!("curl is not installed: the walk of the README is not tested");
    }
    found
}
