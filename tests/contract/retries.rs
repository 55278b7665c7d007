//! Which calls are retried, and after how long. The server counts the attempts, and the clock
//! records the waits.

use std::sync::Arc;
use std::time::Duration;

use cpalead::{Error, RetryPolicy};

use crate::raw_server::{RawServer, answer};
use crate::support::{Always, CountingClock, EMPTY, builder};

/// The result of a call for offers, the number of attempts, and the waits in milliseconds.
struct Seen {
    result: Result<usize, Error>,
    attempts: usize,
    waits: Vec<u128>,
}

/// Calls a server that gives these answers in order and then repeats the last one.
///
/// The random numbers are the largest ones, so that each wait is as long as its bound.
async fn call(policy: RetryPolicy, answers: &[&'static str]) -> Seen {
    let answers: Vec<_> = answers.iter().map(ToString::to_string).collect();
    let server = RawServer::start(move |mut exchange| {
        let nth = (exchange.number() - 1).min(answers.len() - 1);
        match answers[nth].as_str() {
            "reset" => return exchange.reset(),
            "200" => exchange.send(&answer("200 OK", &[], EMPTY.as_bytes())),
            text => {
                let (status, after) = text.split_once(' ').unwrap_or((text, ""));
                let headers = [("retry-after", after)];
                let headers = if after.is_empty() { &[][..] } else { &headers };
                exchange.send(&answer(&format!("{status} Whatever"), headers, b"<html>"))
            }
        };
        exchange.finish();
    });
    let clock = CountingClock::new();
    let client = builder(&server.base_url())
        .retry(policy)
        .clock(Arc::new(clock.clone()))
        .jitter(Arc::new(Always(u64::MAX)))
        .build()
        .expect("a client");
    let result = client.offers().await.map(|offers| offers.len());
    Seen {
        result,
        attempts: server.heads().len(),
        waits: clock.waits(),
    }
}

#[tokio::test]
async fn a_temporary_failure_is_not_reported() {
    let seen = call(RetryPolicy::new(), &["503", "429", "200"]).await;
    assert_eq!(seen.result.expect("an answer"), 0);
    assert_eq!((seen.attempts, seen.waits), (3, vec![500, 1_000]));
}

#[tokio::test]
async fn only_temporary_statuses_are_retried() {
    let mut retried = Vec::new();
    for status in (200..600).filter(|status| !matches!(status, 200..=206 | 300..=399)) {
        let status: &'static str = Box::leak(status.to_string().into_boxed_str());
        let seen = call(RetryPolicy::new().attempts(2), &[status, "200"]).await;
        if seen.attempts == 2 {
            retried.push(status);
        }
    }
    let expected = [
        "408", "429", "500", "502", "503", "504", "520", "521", "522", "523", "524", "530",
    ];
    assert_eq!(retried, expected);
}

#[tokio::test]
async fn a_call_whose_connection_breaks_is_retried() {
    let seen = call(RetryPolicy::new(), &["reset", "200"]).await;
    assert_eq!(seen.result.map_err(|error| error.to_string()), Ok(0));
    assert_eq!(seen.attempts, 2);
}

#[tokio::test]
async fn the_last_failure_is_the_one_reported() {
    let seen = call(RetryPolicy::new(), &["503", "502", "500"]).await;
    assert_eq!(seen.attempts, 3);
    let error = seen.result.expect_err("three failures");
    assert_eq!(error.status(), Some(500));
    assert_eq!(error.excerpt(), Some("<html>"));
}

#[tokio::test]
async fn the_policy_sets_the_number_of_attempts() {
    for attempts in [1, 2, 5] {
        let policy = RetryPolicy::new().attempts(attempts);
        assert_eq!(call(policy, &["503"]).await.attempts, attempts as usize);
    }
}

#[tokio::test]
async fn a_retry_after_is_waited_for_in_full_and_the_random_part_is_added() {
    let seen = call(RetryPolicy::new(), &["503 5", "200"]).await;
    assert_eq!(seen.result.expect("an answer"), 0);
    assert_eq!(seen.waits, [5_500]);
    let seen = call(
        RetryPolicy::new(),
        &["429 Thu, 15 Jan 2026 12:00:20 GMT", "200"],
    )
    .await;
    assert_eq!(seen.result.expect("an answer"), 0);
    assert_eq!(seen.waits, [20_500]);
}

#[tokio::test]
async fn a_retry_after_beyond_the_total_time_is_reported_at_once() {
    let seen = call(RetryPolicy::new(), &["429 31", "200"]).await;
    assert_eq!((seen.attempts, seen.waits.len()), (1, 0));
    let error = seen.result.expect_err("too long a wait");
    assert!(error.is_rate_limited() && error.is_status());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(31)));

    let seen = call(RetryPolicy::new(), &["503 20", "503 20", "200"]).await;
    assert_eq!((seen.attempts, seen.waits), (2, vec![20_500]));
}

#[tokio::test]
async fn a_retry_after_counts_for_an_hour_at_most() {
    let patient = RetryPolicy::new().total_time(Duration::from_secs(7_200));
    let seen = call(patient, &["503 999999", "200"]).await;
    assert_eq!(seen.result.expect("an answer"), 0);
    assert_eq!(seen.waits, [3_600_500]);
}

#[tokio::test]
async fn a_retry_after_without_a_future_time_adds_no_wait() {
    for after in [
        "503 soon",
        "503 -1",
        "503 0",
        "503 Thu, 15 Jan 2026 11:00:00 GMT",
    ] {
        assert_eq!(
            call(RetryPolicy::new(), &[after, "200"]).await.waits,
            [500],
            "{after}"
        );
    }
}

#[tokio::test]
async fn waits_double_up_to_the_longest_within_the_total_time() {
    let policy = RetryPolicy::new()
        .attempts(20)
        .total_time(Duration::from_secs(30));
    let seen = call(policy, &["503"]).await;
    assert_eq!(seen.waits, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 6_500]);
    assert_eq!(seen.attempts, 8);
    seen.result.expect_err("failures only");
}

#[tokio::test]
async fn a_failure_that_another_attempt_cannot_change_is_not_retried() {
    for status in ["400", "401", "403", "404", "501"] {
        assert_eq!(
            call(RetryPolicy::new(), &[status]).await.attempts,
            1,
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_retry_after_in_one_answer_delays_the_next_call() {
    let server = RawServer::start(|mut exchange| {
        let busy = answer("503 Busy", &[("retry-after", "40")], b"");
        let good = answer("200 OK", &[], EMPTY.as_bytes());
        exchange.send(if exchange.number() == 1 { &busy } else { &good });
        exchange.finish();
    });
    let clock = CountingClock::new();
    let client = builder(&server.base_url())
        .clock(Arc::new(clock.clone()))
        .build()
        .expect("a client");
    let error = client.offers().await.expect_err("busy");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(40)));
    client.offers().await.expect("an answer");
    assert_eq!(clock.waits(), [40_000]);
}
