//! What a nightly job needs: the reversals of the last days, and saved reports.

use std::time::Duration;

use cpalead::clock::ManualClock;
use cpalead::{Conversion, RateLimits, Report, Reversal};

use crate::reversals::{none, requested};
use crate::setup::Setup;

#[tokio::test]
async fn the_last_days_are_whole_days_wherever_the_provider_is() {
    // At noon in UTC it is already the next day where on earth it is latest.
    for (now, days, expected) in [
        ("2026-01-15T12:00:00Z", 1, "2026-01-15..=2026-01-16"),
        ("2026-01-15T09:00:00Z", 1, "2026-01-14..=2026-01-15"),
        ("2026-01-15T12:00:00Z", 30, "2025-12-17..=2026-01-16"),
    ] {
        let clock = ManualClock::eager(now.parse().expect("a timestamp"));
        let setup = Setup::on(clock, RateLimits::default(), Duration::ZERO, vec![none()]);
        let plan = setup.client.reversals_of_last(days).plan().await;
        let windows = plan.expect("a plan").windows().to_vec();
        assert_eq!(windows[0].to_string(), expected);
    }
    let setup = Setup::answering(vec![none()]);
    let error = setup
        .client
        .reversals_of_last(0)
        .await
        .expect_err("no days");
    assert_eq!(
        error.to_string(),
        "reversals: the number of days is 0: expected 1 or more"
    );
    assert_eq!(requested(&setup), [""; 0]);
    let windows = setup.client.reversals_of_last(45).await.expect("an answer");
    assert_eq!(windows.len(), 2);
}

#[test]
fn saved_reports_are_read_and_their_faults_are_named() {
    let read = |body: &str| Report::<Reversal>::from_json(body.into());
    assert!(read(r#"{"status":"success","reversals":[]}"#).is_ok_and(|report| report.is_empty()));
    let report = read(r#"[7,{"amount":"lots","subid":"u"}]"#).expect("a report");
    assert_eq!(
        (report.len(), report.rejected_count(), report.defect_count()),
        (1, 1, 2)
    );
    let message = |body: &str| read(body).expect_err("a failure").to_string();
    assert!(
        message("<html>").contains("not JSON"),
        "{}",
        message("<html>")
    );
    assert!(message(r#"{"status":"error","message":"no"}"#).contains("no"));
    let conversions = Report::<Conversion>::from_json(b"\xff".to_vec());
    assert!(conversions.is_err_and(|error| error.to_string().contains("UTF-8")));
}
