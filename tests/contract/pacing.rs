//! The limit of one call a minute: how a refusal delays the next call, which calls are retried, and
//! which calls wait for each other.

use std::sync::Arc;
use std::time::Duration;

use cpalead::rate_limits::{Account, Limiter, MemoryStore, RateLimits, Scope, Wait};
use cpalead::{Endpoint, RetryPolicy};

use crate::raw_server::answer;
use crate::setup::{Broken, KEY, MINUTE, NONE, Setup, ok, secs};
use crate::support::{Always, CountingClock, PUBLISHER, UNREACHABLE, builder};

/// Checks the error of an answer that takes 20 seconds, and when the next call starts.
async fn check_limited(says: Vec<u8>, kind: &str, retry_after: u64, next: u64) {
    let text = String::from_utf8_lossy(&says).into_owned();
    let patient = RateLimits::default().wait(Wait::AtMost(secs(10_000)));
    let setup = Setup::with(patient, secs(20), vec![says, ok(NONE)]);
    let error = setup.client.conversions("user-42").await.expect_err(&text);
    assert_eq!(error.kind(), kind, "{text}: {error}");
    assert_eq!(
        error.retry_after(),
        Some(secs(retry_after)),
        "{text}: {error}"
    );
    assert!(error.may_have_counted(), "{text}");
    assert!(
        error
            .to_string()
            .ends_with(&format!("; try again in {retry_after} s")),
        "{error}"
    );
    setup.client.conversions("user-42").await.expect("the next");
    assert_eq!(setup.arrivals(), [0, next], "{text}");
}

#[tokio::test]
async fn a_success_that_says_too_many_requests_counts_as_limited_and_moves_the_next_call() {
    for body in [
        r#"{"status":"Rate limit: 1 request per minute"}"#,
        r#"{"status":"error","message":"Too Many Requests"}"#,
        r#"{"status":"error","message":"too many requests","conversions":[]}"#,
        r#"{"error":"Rate limit exceeded, please wait"}"#,
        r#"{"status":"error","message":"Only 1 request per minute is allowed"}"#,
    ] {
        check_limited(ok(body), "rate_limited", 61, 81).await;
    }
    let later = answer(
        "200 OK",
        &[("retry-after", "300")],
        br#"{"status":"too many requests"}"#,
    );
    check_limited(later, "rate_limited", 300, 320).await;
}

#[tokio::test]
async fn a_429_moves_the_next_call_with_and_without_a_retry_after() {
    let says = |headers: &[(&str, &str)]| answer("429 Too Many Requests", headers, b"slow down");
    check_limited(says(&[]), "rate_limited", 61, 81).await;
    check_limited(says(&[("retry-after", "600")]), "rate_limited", 600, 620).await;
    // A retry-after shorter than our own interval: the error names the longer of the two.
    check_limited(says(&[("retry-after", "5")]), "rate_limited", 41, 61).await;
    check_limited(says(&[("retry-after", "soon")]), "rate_limited", 61, 81).await;
    check_limited(
        says(&[("retry-after", "86400")]),
        "rate_limited",
        3_600,
        3_620,
    )
    .await;
    check_limited(
        says(&[("retry-after", "Fri, 16 Jan 2026 12:00:00 GMT")]),
        "rate_limited",
        3_600,
        3_620,
    )
    .await;
    let busy = answer("503 Service Unavailable", &[("retry-after", "120")], b"");
    check_limited(busy, "status", 120, 140).await;
}

/// Checks that the call fails without another attempt and has used up the minute.
async fn check_not_retried(does: Vec<u8>) {
    let text = String::from_utf8_lossy(&does).into_owned();
    let setup = Setup::answering(vec![does, ok(NONE)]);
    let error = setup.client.conversions("user-42").await.expect_err(&text);
    assert!(error.may_have_counted(), "{text}");
    assert_eq!(setup.server.heads().len(), 1, "{text}");
    assert_eq!(
        setup.wait_for(Endpoint::Conversions).await,
        MINUTE,
        "{text}"
    );
    setup.client.conversions("user-42").await.expect("the next");
    assert_eq!(setup.arrivals(), [0, 61], "{text}");
}

#[tokio::test]
async fn an_attempt_that_may_have_counted_is_not_made_again() {
    for status in [
        "400", "401", "403", "404", "408", "500", "502", "503", "504",
    ] {
        check_not_retried(answer(&format!("{status} Whatever"), &[], b"<html>")).await;
    }
    check_not_retried(Vec::new()).await;
    check_not_retried(b"this is not HTTP\r\n\r\n".to_vec()).await;
    check_not_retried(ok("<html>maintenance</html>")).await;
    check_not_retried(answer(
        "302 Found",
        &[("location", "https://elsewhere.example/")],
        b"",
    ))
    .await;
}

#[tokio::test]
async fn an_attempt_without_a_connection_is_made_again_and_uses_no_minute() {
    let (clock, store) = (CountingClock::new(), MemoryStore::new());
    let limits = RateLimits::default().store(store);
    let account = Account::new(PUBLISHER).on(UNREACHABLE);
    let limiter = Limiter::new(limits.clone(), &account, Arc::new(clock.clone()));
    let client = builder(UNREACHABLE)
        .api_key(KEY)
        .rate_limits(limits)
        .clock(Arc::new(clock.clone()))
        .jitter(Arc::new(Always(u64::MAX)))
        .retry(RetryPolicy::new().attempts(3))
        .build()
        .expect("a client");
    let error = client.conversions("user-42").await.expect_err("no server");
    assert!(error.is_connect() && !error.may_have_counted(), "{error}");
    assert_eq!(clock.waits(), [500, 1_000]);
    let wait = limiter.peek(Endpoint::Conversions).await;
    assert_eq!(wait.expect("memory"), Duration::ZERO);
}

#[tokio::test]
async fn a_client_that_does_not_wait_says_when_to_come_back_and_sends_nothing() {
    let hasty = RateLimits::default().wait(Wait::FailFast);
    let setup = Setup::with(hasty, secs(20), vec![ok(NONE)]);
    setup.client.conversions("user-42").await.expect("free");
    let error = setup.client.conversions("user-42").await.expect_err("busy");
    assert_eq!(
        error.to_string(),
        "conversions: the next call may not start yet; try again in 41 s"
    );
    assert!(error.is_rate_limited() && !error.may_have_counted());
    assert_eq!(error.retry_after(), Some(secs(41)));
    assert_eq!(setup.server.connections(), 1);
    setup.clock.advance(secs(41));
    setup
        .client
        .conversions("user-42")
        .await
        .expect("free again");
}

#[tokio::test]
async fn a_deadline_that_is_over_lets_a_call_through_that_need_not_wait() {
    let past = "2020-01-01T00:00:00Z".parse().expect("a timestamp");
    let setup = Setup::with(
        RateLimits::default().wait(Wait::Until(past)),
        Duration::ZERO,
        vec![ok(NONE)],
    );
    setup.client.conversions("user-42").await.expect("free");
    let error = setup.client.conversions("user-42").await.expect_err("busy");
    assert_eq!(error.retry_after(), Some(MINUTE));
    assert_eq!(setup.server.connections(), 1);
}

#[tokio::test]
async fn a_store_that_fails_keeps_everything_from_being_sent() {
    let setup = Setup::answering(vec![ok(NONE)]);
    let client = builder(&setup.server.base_url())
        .api_key(KEY)
        .rate_limits(RateLimits::default().store(Broken))
        .build()
        .expect("a client");
    let error = client.conversions("user-42").await.expect_err("no store");
    assert!(error.is_store() && !error.may_have_counted() && !error.is_rate_limited());
    assert_eq!(
        error.to_string(),
        "conversions: the store of the rate limits failed: could not write the limits; free some space"
    );
    assert_eq!(setup.server.connections(), 0);
}

#[tokio::test]
async fn a_wall_clock_that_jumps_changes_no_pause() {
    let setup = Setup::answering(vec![ok(NONE)]);
    for hour in ["13", "11", "23"] {
        setup
            .client
            .conversions("user-42")
            .await
            .expect("an answer");
        let jump = format!("2026-01-15T{hour}:00:00Z");
        setup.clock.set_wall(jump.parse().expect("a timestamp"));
    }
    setup
        .client
        .conversions("user-42")
        .await
        .expect("an answer");
    assert_eq!(setup.arrivals(), [0, 61, 122, 183]);
}

#[tokio::test]
async fn conversions_and_reversals_wait_for_each_other_only_when_they_share_their_minute() {
    let day = jiff::civil::date(2026, 1, 1);
    for (scope, second) in [(Scope::PerEndpoint, 0), (Scope::Shared, 61)] {
        let both = r#"{"status":"success","conversions":[],"reversals":[]}"#;
        let limits = RateLimits::default().scope(scope);
        let setup = Setup::with(limits, Duration::ZERO, vec![ok(both)]);
        setup
            .client
            .conversions("user-42")
            .await
            .expect("an answer");
        setup.client.reversals(day..=day).await.expect("an answer");
        setup.client.offers().await.expect_err("no list of offers");
        assert_eq!(setup.arrivals(), [0, second, second], "{scope:?}");
    }
}
