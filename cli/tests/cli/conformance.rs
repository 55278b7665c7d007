//! `conformance`: what it prints and sends, and how it ends.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use cpalead::clock::SystemClock;
use cpalead::rate_limits::{Account, FileStore, Limiter};
use cpalead::{Endpoint, RateLimits};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Server, copy_of_recordings, cpalead, last_line, recordings, signal};

/// The only run of all requirements against a sandbox. It also records, and writes each report.
#[test]
fn the_sandbox_is_conformant_and_its_recording_has_the_same_verdicts() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut run = cpalead("conformance --target sandbox --complete --record").arg(path("run"));
    let formats = ["text", "json", "ndjson", "junit", "tap", "markdown", "html"];
    for format in formats {
        let file = format!("{format}={}", path(format).display());
        run = run.arg("--report").arg(file);
    }
    let outcome = run.ends_with(0);
    let plan = "target: sandbox\ncalls: 28 offers, 10 conversions, 7 reversals: at least ";
    assert!(outcome.err.starts_with(plan), "{}", outcome.err);
    let (verdicts, summary) = outcome.out.rsplit_once("\n\n").unwrap();
    assert_eq!(
        summary,
        "53 documented requirements; catalogue: 100 of 100 rules of the page (100 %)\n\
         conformant: 87 requirements: 83 passed, 3 warned, 1 unsupported\n"
    );
    for id in [
        "passed      offers/limit/maximum",
        "passed      reversals/range/month",
    ] {
        assert!(verdicts.contains(id), "{verdicts}");
    }
    for format in formats {
        let text = std::fs::read_to_string(path(format)).unwrap();
        assert!(text.contains("offers/device/form"), "{format}: {text}");
    }

    let replayed = cpalead("conformance replay --format json")
        .arg(path("run"))
        .ends_with(0);
    std::fs::write(path("replayed"), &replayed.out).unwrap();
    let diff = cpalead("conformance diff --check")
        .arg(path("ndjson"))
        .arg(path("replayed"));
    assert_eq!(diff.ends_with(0).out, "no changes\n");
}

#[test]
fn a_part_of_the_requirements_is_selected_by_prefixes() {
    let words = "conformance --target sandbox offers/limit/ jsonp/callback/offers";
    let outcome = cpalead(words).arg("--output").arg("json").ends_with(0);
    let report = outcome.json();
    let ids: Vec<&str> = report["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids,
        [
            "offers/limit/number",
            "offers/limit/default",
            "offers/limit/maximum",
            "jsonp/callback/offers"
        ]
    );
    assert_eq!(report["footer"]["conclusion"], "conformant");
}

#[test]
fn the_requirements_are_listed() {
    let out = cpalead("conformance --list").ends_with(0).out;
    assert_eq!(
        last_line(&out),
        "53 documented, 21 observed, 13 inferred; catalogue: 100 of 100 rules of the page (100 %)"
    );
    let lines = cpalead("conformance --list --format ndjson offers/limit/")
        .ends_with(0)
        .out;
    let ids: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|line| line["evidence"] == "documented"));
}

/// The provider is reached through a proxy that counts, so the test needs no network. The second
/// run shows that the proxy would have seen a call.
#[test]
fn a_live_dry_run_sends_nothing() {
    let proxy = Server::with("403 Forbidden", "", "");
    let live = |words: &str| {
        cpalead("conformance --target live")
            .env("HTTPS_PROXY", &proxy.url)
            .env("CPALEAD_PUBLISHER_ID", "7")
            .env("CPALEAD_API_KEY", "a-key-of-the-test")
            .arg(words)
    };
    let outcome = live("--dry-run").ends_with(0);
    assert_eq!(
        (outcome.out.as_str(), outcome.err.as_str()),
        (
            "target: live\n\
             calls: 28 offers, 9 conversions, 6 reversals, 1 document: at least 8 min 19 s\n\
             unsupported: limits (4 requirements)\n",
            ""
        )
    );
    assert_eq!(proxy.requests(), 0);

    let refused = live("offers/limit/").ends_with(2);
    assert_eq!(
        last_line(&refused.err),
        "error: calls to the provider are confirmed at a terminal: give --yes without one, or --dry-run to see the plan"
    );
    assert_eq!(proxy.requests(), 0);

    let outcome = live("offers/limit/").arg("--yes").ends_with(3);
    assert_eq!(
        last_line(&outcome.out),
        "inconclusive: 3 requirements: 3 broken"
    );
    assert!(proxy.requests() > 0);
}

/// A live run and the other commands keep their calls in one directory.
#[test]
fn a_live_plan_knows_the_calls_of_other_commands() {
    let state = TempDir::new().unwrap();
    let plan = || {
        cpalead("conformance --target live --dry-run conversions/lookup --state-dir")
            .arg(state.path())
            .env("CPALEAD_PUBLISHER_ID", "7")
            .env("CPALEAD_API_KEY", "a-key-of-the-test")
            .ends_with(0)
            .out
    };
    assert!(!plan().contains("next slot"));
    let limits = RateLimits::default().store(FileStore::new(state.path()));
    let other = Limiter::new(limits, &Account::new(7), Arc::new(SystemClock));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let permit = runtime
        .block_on(other.acquire(Endpoint::Conversions))
        .unwrap();
    permit.start();
    let shown = plan();
    assert!(
        shown.contains("\nconversions: the next slot is free in "),
        "{shown}"
    );
}

#[test]
fn an_unreachable_target_breaks_every_case() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}");
    let run = cpalead("conformance --publisher-id 7 --target")
        .arg(url)
        .arg("offers/");
    let out = run.ends_with(3).out;
    let line = last_line(&out);
    assert!(
        line.starts_with("inconclusive: ") && line.ends_with(" broken"),
        "{line}"
    );
    assert!(
        !out.contains("\npassed") && !out.contains("\nfailed"),
        "{out}"
    );
}

#[test]
fn a_documented_requirement_that_fails_gives_status_1() {
    let server = Server::json(r#"{"status":"success","offers":[{"id":1}]}"#);
    let run = |words: &str| {
        server
            .cpalead("conformance --target")
            .arg(&server.url)
            .arg(words)
    };
    let outcome = run("offers/").ends_with(1);
    assert!(
        last_line(&outcome.out).starts_with("failed: "),
        "{}",
        outcome.out
    );
    assert!(!outcome.err.contains("error"), "{}", outcome.err);
    // The reader of the report may stop early. The status stays.
    assert_eq!(run("offers/").into_closed_pipe().status, 1);
}

#[test]
fn a_partial_result_is_a_success_unless_a_complete_one_is_demanded() {
    let folder = copy_of_recordings(|_, text| text);
    std::fs::remove_file(folder.path().join("offers.limit-three.json")).unwrap();
    let run = |words: &str| cpalead("conformance replay").arg(folder.path()).arg(words);
    let out = run("offers/limit/").ends_with(0).out;
    assert_eq!(
        last_line(&out),
        "partial: 3 requirements: 2 passed, 1 skipped"
    );
    run("offers/limit/").arg("--complete").ends_with(3);
}

#[test]
fn a_recording_that_was_changed_or_contains_the_key_is_refused() {
    let changed = copy_of_recordings(|_, text| text.replace("\"status\": 200", "\"status\": 201"));
    let outcome = cpalead("conformance replay")
        .arg(changed.path())
        .ends_with(2);
    assert!(
        outcome
            .err
            .ends_with(".json was changed after it was recorded: its sha256 differs\n"),
        "{}",
        outcome.err
    );
    let leaky = copy_of_recordings(|name, text| {
        if name == "offers.default.json" {
            text.replacen("success", "s3cr3t%2dkey", 1)
        } else {
            text
        }
    });
    let run = cpalead("conformance --target").arg(format!("replay:{}", leaky.path().display()));
    let outcome = run.env("CPALEAD_API_KEY", "s3cr3t-key").ends_with(2);
    assert!(
        outcome.err.ends_with(
            "offers.default.json contains the api key; delete it, and do not share it\n"
        ),
        "{}",
        outcome.err
    );
    assert!(!outcome.err.contains("s3cr3t") && outcome.out.is_empty());
}

#[test]
fn diff_shows_changes_and_refuses_reports_that_are_not_complete() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let report = cpalead("conformance replay --format ndjson")
        .arg(recordings())
        .arg("offers/limit/");
    let text = report.ends_with(0).out;
    std::fs::write(path("a"), &text).unwrap();
    let fewer = cpalead("conformance replay --format json")
        .arg(recordings())
        .arg("offers/limit/maximum");
    std::fs::write(path("b"), fewer.ends_with(0).out).unwrap();
    let diff = |words: &str| {
        cpalead("conformance diff")
            .arg(path("a"))
            .arg(path("b"))
            .arg(words)
    };
    let shown = "offers/limit/default: passed -> absent\noffers/limit/number: passed -> absent\n";
    assert_eq!(diff("--check").ends_with(1).out, shown);
    assert_eq!(
        diff("--output=json").ends_with(0).json()[0]["before"],
        "passed"
    );

    let (cut, _) = text.trim_end().rsplit_once('\n').unwrap();
    std::fs::write(path("b"), cut).unwrap();
    let outcome = cpalead("conformance diff")
        .arg(path("a"))
        .arg(path("b"))
        .ends_with(2);
    let place = path("b");
    assert_eq!(
        outcome.err,
        format!(
            "error: {}: this report has no footer: its run was stopped, so it is not complete\n",
            place.display()
        )
    );
    std::fs::write(path("b"), "").unwrap();
    cpalead("conformance diff")
        .arg(path("a"))
        .arg(path("b"))
        .ends_with(2);
}

#[test]
#[cfg(unix)]
fn a_signal_ends_a_run_with_the_report_so_far() {
    for name in ["INT", "TERM"] {
        let mut child = cpalead("conformance --target sandbox -v --format ndjson").spawn();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        // Offers are asked first, and conversions wait for slots.
        let asked = lines.by_ref().map(Result::unwrap);
        let mut asked = asked.skip_while(|line| !line.contains("offers/limit-three"));
        assert!(asked.next().is_some());
        signal(&child, name);
        let rest = std::thread::spawn(move || lines.map(Result::unwrap).collect::<Vec<_>>());
        let mut out = String::new();
        child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut out)
            .unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(130));
        assert_eq!(rest.join().unwrap().last().unwrap(), "error: interrupted");
        assert!(
            out.starts_with("{\"header\":") && out.contains("{\"result\":"),
            "{out}"
        );
        assert!(!out.contains("{\"footer\":"), "{out}");
    }
}
