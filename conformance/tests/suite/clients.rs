//! Foreign clients as subjects: the suite runs a command for each scenario and judges what it
//! sends. Commands that hang, flood, crash or print nonsense are broken within a time.

use std::time::{Duration, Instant};

use cpalead_conformance::{Catalogue, Conclusion, Report, Subject};

async fn judge(subject: Subject, prefixes: &[&str]) -> Report {
    let catalogue = Catalogue::clients().unwrap().select(prefixes);
    let judged = subject.judge(&catalogue, |_| {}, std::future::pending());
    judged.await.unwrap()
}

fn shell(script: &str) -> Subject {
    Subject::new("sh", ["-c", script])
}

/// The reason of the only requirement on these scenarios.
async fn why(script: &str, patience: Duration) -> String {
    let began = Instant::now();
    let report = judge(shell(script).patience(patience), &["clients/subid/sent"]).await;
    assert!(began.elapsed() < patience + Duration::from_secs(20));
    assert_eq!(report.conclusion(), Some(Conclusion::Inconclusive));
    report.results()[0].verdict().reason().unwrap()
}

const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_does_not_answer_is_broken() {
    let scenario = "conversions/of-offer: the adapter";
    let missing = Subject::new("/nowhere/adapter", [""; 0]);
    let report = judge(missing, &["clients/subid/sent"]).await;
    let reason = report.results()[0].verdict().reason().unwrap();
    assert!(
        reason.starts_with(&format!("{scenario} cannot be started: ")),
        "{reason}"
    );
    for (script, patience, expected) in [
        ("exec sleep 600", SHORT, "printed no line within 0.3 s"),
        (
            "exec 1>&-; exec sleep 600",
            SHORT,
            "printed no line within 0.3 s",
        ),
        (
            "exec 2>&-; exec sleep 600",
            SHORT,
            "printed no line within 0.3 s",
        ),
        ("exit 3", LONG, "ended without a line (exit status: 3)"),
        (
            "echo oh no >&2; exit 3",
            LONG,
            "ended without a line (exit status: 3): oh no",
        ),
        (
            "exec yes | tr -d '\\n'",
            LONG,
            "printed a line of more than 65536 bytes",
        ),
        (
            "yes >&2 & sleep 0.2; kill $!; echo hello",
            LONG,
            "did not print an object with rows, error or unsupported, but: hello",
        ),
        (
            "cat",
            LONG,
            "did not print an object with rows, error or unsupported, but: ",
        ),
    ] {
        let reason = why(script, patience).await;
        let expected = format!("{scenario} {expected}");
        assert!(reason.starts_with(&expected), "{script}: {reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_breaks_three_times_is_not_tried_again() {
    let report = judge(shell("exit 1"), &[]).await;
    assert_eq!(report.conclusion(), Some(Conclusion::Inconclusive));
    assert_eq!(report.counts().broken, report.results().len());
    let last = report.results().last().unwrap().verdict().reason().unwrap();
    let expected = "conversions/redirect-elsewhere: not tried, because 3 scenarios in a row broke";
    assert_eq!(last, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_supports_nothing_is_skipped_and_one_that_sends_nothing_is_not_judged() {
    let report = judge(
        shell("echo '{\"unsupported\":\"no sub-ids\"}'"),
        &["clients/subid"],
    )
    .await;
    assert_eq!(
        report.results()[0].verdict().reason().unwrap(),
        "conversions/of-offer: the adapter does not support it: no sub-ids"
    );
    let report = judge(shell("echo '{\"rows\":0}'"), &["clients/subid"]).await;
    let reason = report.results()[0].verdict().reason();
    assert_eq!(reason.unwrap(), "the client sent no request");
    assert_eq!(report.conclusion(), Some(Conclusion::Inconclusive));
}

/// The adapter of this library. A run of all tests builds it; a run of some does not.
fn adapter() -> String {
    let tests = std::env::current_exe().unwrap();
    let built = tests.parent().unwrap().parent().unwrap().join("examples");
    let file = built.join(format!("adapter{}", std::env::consts::EXE_SUFFIX));
    if !file.exists() {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let build = ["build", "--quiet", "--all-features", "--example", "adapter"];
        let built = std::process::Command::new(cargo)
            .args(build)
            .args(["-p", "cpalead-conformance"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        assert!(built.unwrap().success());
    }
    file.into_os_string().into_string().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_of_this_project_passes() {
    let report = judge(Subject::new(adapter(), [""; 0]), &[]).await;
    let others = crate::support::others(&report);
    assert_eq!(others, [""; 0]);
    assert_eq!(report.conclusion(), Some(Conclusion::Conformant));
}
