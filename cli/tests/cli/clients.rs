//! `conformance client`: a command that plays a client is judged by what it sends.

use crate::support::{cpalead, last_line};

#[test]
fn a_client_that_sends_nothing_is_not_judged() {
    let run = cpalead("conformance client --only clients/subid/ --format json -- echo");
    let outcome = run.arg("{\"rows\":0}").ends_with(3);
    let report = outcome.json();
    let verdict = &report["results"][0]["verdict"];
    assert_eq!(verdict["why"], "the client sent no request");
    assert_eq!(report["header"]["target"], "client echo {\"rows\":0}");
}

#[test]
fn a_command_that_fails_is_broken_and_one_that_is_missing_is_asked_for() {
    let broken = cpalead("conformance client --only clients/id/ -- false").ends_with(3);
    assert_eq!(
        last_line(&broken.out),
        "inconclusive: 1 requirements: 1 broken"
    );
    let usage = cpalead("conformance client").ends_with(2);
    assert!(usage.err.contains("<COMMAND>"), "{}", usage.err);
    let unknown = cpalead("conformance client --only offers/ -- true").ends_with(2);
    let start = "error: no requirement on clients has an id that begins with `offers/`: there are ";
    assert!(unknown.err.starts_with(start), "{}", unknown.err);
}
