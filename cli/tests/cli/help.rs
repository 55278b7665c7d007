//! The help of every command, as it is read at 80 columns.

use crate::support::cpalead;

#[test]
fn every_command_has_help_that_reads_well() {
    let commands = [
        "",
        "offers",
        "payout",
        "catalog",
        "catalog sync",
        "catalog show",
        "catalog status",
        "conversions",
        "reversals",
        "reconcile",
        "link",
        "postback",
        "postback check",
        "postback parse",
        "jsonp",
        "jsonp wrap",
        "jsonp unwrap",
        "sandbox",
        "sandbox serve",
        "conformance",
        "conformance record",
        "conformance replay",
        "conformance diff",
        "drift",
        "report-bug",
        "completions",
    ];
    let mut all = String::new();
    for command in commands {
        let outcome = cpalead(command)
            .arg("--help")
            .env("COLUMNS", "80")
            .ends_with(0);
        assert_eq!(outcome.err, "");
        assert!(
            outcome.out.lines().all(|line| line.chars().count() <= 80),
            "{}",
            outcome.out
        );
        // The global options are the same for every command, so they are shown once.
        let own = match (command, outcome.out.split_once("\nGlobal options:\n")) {
            ("", _) | (_, None) => outcome.out.clone(),
            (_, Some((before, after))) => {
                let rest = after.split_once("\n\n").map_or("", |(_, rest)| rest);
                format!("{before}\n(global options)\n\n{rest}")
            }
        };
        all.push_str(&format!(
            "$ cpalead {command} --help\n{}\n\n",
            own.trim_end()
        ));
    }
    insta::assert_snapshot!(all);
}

/// The example lines that need no account.
fn examples(text: &str) -> Vec<&str> {
    let lines = text
        .lines()
        .map(|line| line.trim().trim_start_matches("$ "));
    let lines = lines.map(|line| line.trim_start_matches("Example: "));
    lines
        .filter(|line| line.starts_with("cpalead --sandbox "))
        .collect()
}

#[test]
fn the_examples_that_need_no_account_work() {
    let mut ran = 0;
    let readme = include_str!("../../README.md").to_owned();
    let help = |command: &str| cpalead(command).arg("--help").ends_with(0).out;
    let texts = ["", "offers", "payout", "conversions", "reversals"].map(help);
    for text in texts.iter().chain([&readme]) {
        for example in examples(text) {
            cpalead(example.trim_start_matches("cpalead")).ends_with(0);
            ran += 1;
        }
    }
    assert!(ran >= 8, "{ran} examples");
}

#[test]
fn no_command_at_all_shows_the_help_and_is_an_error() {
    let outcome = cpalead("").ends_with(2);
    assert!(outcome.err.contains("Usage: cpalead") && outcome.out.is_empty());
    assert!(
        cpalead("--version")
            .ends_with(0)
            .out
            .starts_with("cpalead 0.")
    );
}
