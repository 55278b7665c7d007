//! `conversions` and `reversals`: rows, limits, plans, and how to resume after an early end.

use std::io::{BufRead, BufReader};

use cpalead_sandbox::Sandbox;
use tempfile::TempDir;

use crate::support::{Outcome, Run, Server, cpalead, signal};

/// A sandbox whose clock runs this many times as fast as real time.
fn sandbox(speed: u32) -> Sandbox {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let builder = Sandbox::builder().api_key("a-separate-key").speed(speed);
    runtime.block_on(builder.start()).unwrap()
}

fn against(sandbox: &Sandbox, state: &TempDir, words: &str) -> Run {
    cpalead(words)
        .arg("--state-dir")
        .arg(state.path())
        .env("CPALEAD_PUBLISHER_ID", "3360001")
        .env("CPALEAD_API_KEY", sandbox.api_key())
        .env("CPALEAD_BASE_URL", sandbox.base_url())
}

#[test]
fn conversions_of_a_sub_id_are_rows() {
    let outcome = cpalead("--sandbox conversions user-42 --output json").ends_with(0);
    assert!(
        outcome.err.contains("runs 60 times as fast as real time"),
        "{}",
        outcome.err
    );
    let rows = outcome.json();
    assert!((3..=5).contains(&rows.as_array().unwrap().len()));
    for row in rows.as_array().unwrap() {
        assert_eq!(row["subid"], "user-42");
        assert!(row["payout"].is_null() || row["payout"].is_string());
    }
    let table = cpalead("--sandbox conversions user-42 --output table")
        .ends_with(0)
        .out;
    insta::assert_snapshot!(table, @r"
    TIME (UTC)             OFFER  SUBID    COUNTRY  PAYOUT  STATUS  LEAD
    2026-11-17 11:59:16  5547059  user-42  GB         1.81  -       ad34c2d3498c9573
    2026-11-14 08:36:17  5555090  user-42  GB         0.10  -       ae99167856ad47c3
    2026-11-10 17:09:32  5547956  user-42  US        16.75  -       b8a4dcbb86b940aa
    ");
    cpalead("--sandbox conversions --caller").ends_with(0);
    let none = cpalead("--sandbox conversions user-42 --offer-id 1 --output csv").ends_with(0);
    assert_eq!(
        none.out,
        "timestamp,offer_id,subid,subid2,country,payout,status,lead_id,amount,campid,defects\r\n"
    );
}

#[test]
fn a_range_of_reversals_prints_its_plan_and_then_its_rows() {
    let outcome = cpalead("--sandbox reversals --start 2026-01-15 --end 2026-05-03").ends_with(0);
    let rows = outcome.json();
    let dates: Vec<_> = rows
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|row| row["date"].as_str())
        .collect();
    assert!(dates.len() > 20 && dates.is_sorted());
    let plan: Vec<_> = outcome
        .err
        .lines()
        .filter(|line| !line.contains("done"))
        .collect();
    insta::assert_snapshot!(plan.join("\n"), @r"
    note: the sandbox's clock runs 60 times as fast as real time: one call a second, not one a minute
    note: plan: 4 calls, the first at once, about 4 s in all
    note: 1. 2026-01-15 to 2026-02-14
    note: 2. 2026-02-15 to 2026-03-14
    note: 3. 2026-03-15 to 2026-04-14
    note: 4. 2026-04-15 to 2026-05-03
    ");
    assert_eq!(
        outcome
            .err
            .lines()
            .filter(|line| line.contains(" of 4 done: "))
            .count(),
        4
    );
}

#[test]
fn the_speed_of_a_sandbox_shortens_the_minute() {
    let words = "--sandbox --speed 600 conversions user-42 --output json";
    let err = cpalead(words).ends_with(0).err;
    let note = "note: the sandbox's clock runs 600 times as fast as real time: one call every 100ms, not one a minute\n";
    assert_eq!(err, note);

    let (sandbox, state) = (sandbox(600), TempDir::new().unwrap());
    let words = "--speed 600 --wait 5s conversions user-42 --output json";
    for _ in 0..2 {
        let err = against(&sandbox, &state, words).ends_with(0).err;
        assert!(err.contains("runs 600 times as fast as real time"), "{err}");
    }
    let statuses: Vec<u16> = sandbox.requests().iter().map(|r| r.status).collect();
    assert_eq!(statuses, [200, 200]);
}

#[test]
fn a_speed_of_one_changes_nothing() {
    let (sandbox, state) = (sandbox(1), TempDir::new().unwrap());
    let words = "--speed 1 --wait none conversions user-42 --output json";
    assert_eq!(against(&sandbox, &state, words).ends_with(0).err, "");
    against(&sandbox, &state, words).ends_with(3);
}

#[test]
fn the_provider_has_no_speed() {
    let words = "--speed 2 --publisher-id 1 conversions user-42";
    let outcome = cpalead(words).env("CPALEAD_API_KEY", "k").ends_with(2);
    assert_eq!(
        outcome.err,
        "error: --speed is only for a sandbox: give --sandbox, or a --base-url such as http://127.0.0.1:8080\n"
    );
}

#[test]
fn the_second_run_within_a_minute_is_refused_without_a_call() {
    let (sandbox, state) = (sandbox(1), TempDir::new().unwrap());
    let words = "--wait none conversions user-42 --output json";
    against(&sandbox, &state, words).ends_with(0);
    let second = against(&sandbox, &state, words).ends_with(3);
    let error = second.error();
    assert_eq!(error["kind"], "rate_limited");
    let seconds = error["retry_after_seconds"].as_u64().unwrap();
    assert!((50..=61).contains(&seconds), "{seconds}");
    assert_eq!((second.out.as_str(), sandbox.requests().len()), ("", 1));
    let plain = against(
        &sandbox,
        &state,
        "--wait none conversions user-42 --output table",
    )
    .ends_with(3);
    assert!(
        plain
            .err
            .starts_with("error: conversions: the next call may not start yet; try again in "),
        "{}",
        plain.err
    );
    assert_eq!(plain.err.lines().count(), 1);
}

#[test]
fn a_range_that_ends_early_keeps_its_rows_and_says_how_to_resume() {
    let (sandbox, state) = (sandbox(1), TempDir::new().unwrap());
    let words = "--wait none reversals --start 2026-01-15 --end 2026-05-03 --output json";
    let outcome = against(&sandbox, &state, words).ends_with(3);
    assert!(!outcome.json().as_array().unwrap().is_empty());
    let resume = outcome.error()["resume"].as_str().unwrap().to_owned();
    let rest =
        " --wait none reversals --start 2026-02-15 --end 2026-05-03 --output json --state-dir ";
    assert!(resume.contains(rest), "{resume}");
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
#[cfg(unix)]
fn ctrl_c_in_a_range_keeps_its_rows_and_says_how_to_resume() {
    let (sandbox, state) = (sandbox(1), TempDir::new().unwrap());
    let words = "reversals --start 2026-01-15 --end 2026-05-03 --output ndjson";
    let mut child = against(&sandbox, &state, words).spawn();
    // The rows of the first window are printed at once; the second window waits for its minute.
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    signal(&child, "INT");
    let outcome = Outcome::of(child.wait_with_output().unwrap());
    assert_eq!(outcome.status, 130, "{}", outcome.err);
    let (error, note) = outcome.err.trim_end().rsplit_once('\n').unwrap();
    assert!(error.ends_with("\nerror: interrupted"), "{error}");
    assert!(
        note.starts_with("note: to resume: ") && note.contains(" --start 2026-02-15 "),
        "{note}"
    );
    // The second call was never sent.
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
#[cfg(unix)]
fn a_watch_prints_the_known_rows_and_ends_cleanly() {
    for (output, last) in [("ndjson", ""), ("table", ""), ("json", "]\n")] {
        let (sandbox, state) = (sandbox(1), TempDir::new().unwrap());
        let words = format!("conversions user-42 --watch --output {output}");
        let mut child = against(&sandbox, &state, &words).spawn();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        stdout.read_line(&mut text).unwrap();
        signal(&child, "INT");
        std::io::Read::read_to_string(&mut stdout, &mut text).unwrap();
        let outcome = Outcome::of(child.wait_with_output().unwrap());
        assert_eq!(
            (outcome.status, outcome.err.as_str()),
            (0, "note: watching: press Ctrl-C to end\n")
        );
        assert!(text.lines().count() >= 3 && text.ends_with(last), "{text}");
    }
}

#[test]
fn a_watch_ends_when_the_provider_refuses_the_key() {
    let server = Server::with(
        "401 Unauthorized",
        "",
        r#"{"status":"error","message":"Invalid API key"}"#,
    );
    let run = server
        .cpalead("conversions user-42 --watch")
        .env("CPALEAD_API_KEY", "wrong");
    let outcome = run.ends_with(1);
    assert!(
        outcome.err.contains("error: conversions: "),
        "{}",
        outcome.err
    );
}

#[test]
fn impossible_ranges_are_refused_before_anything_is_sent() {
    let (sandbox, state) = (sandbox(1), TempDir::new().unwrap());
    for (words, message) in [
        (
            "--start 2026-05-03 --end 2026-05-02",
            "error: reversals: the start 2026-05-03 is after the end 2026-05-02\n",
        ),
        (
            "--start 9999-01-01 --end 9999-01-02",
            "error: reversals: the start 9999-01-01 is in the future: expected ",
        ),
    ] {
        let outcome = against(&sandbox, &state, &format!("reversals {words}")).ends_with(2);
        assert!(outcome.err.starts_with(message), "{}", outcome.err);
    }
    assert!(sandbox.requests().is_empty());
}

#[test]
fn calls_that_need_a_key_ask_for_it() {
    for words in [
        "conversions x",
        "reversals --start 2026-01-01 --end 2026-01-02",
    ] {
        let outcome = cpalead(words).env("CPALEAD_PUBLISHER_ID", "7").ends_with(2);
        assert_eq!(
            outcome.err,
            "error: no api key: give --api-key-file F or set CPALEAD_API_KEY; --sandbox needs none\n"
        );
    }
}

#[test]
fn a_broken_state_is_reported_and_the_call_has_to_wait() {
    let (sandbox, state) = (sandbox(1), TempDir::new().unwrap());
    let words = "--wait none conversions user-42";
    against(&sandbox, &state, words).ends_with(0);
    for entry in std::fs::read_dir(state.path()).unwrap() {
        std::fs::write(entry.unwrap().path(), "not ours").unwrap();
    }
    let outcome = against(&sandbox, &state, words).ends_with(3);
    assert!(outcome.err.starts_with("warning: "), "{}", outcome.err);
}
