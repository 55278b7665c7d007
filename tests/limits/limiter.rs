//! The limiter with a store in memory and a clock that is moved by hand: waiting, refusing, giving
//! back.

use std::sync::Arc;
use std::time::Duration;

use cpalead::Endpoint;
use cpalead::clock::{Clock, ManualClock};
use cpalead::rate_limits::{Account, LimitError, Limiter, MemoryStore, RateLimits, Scope, Wait};

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn clock() -> ManualClock {
    ManualClock::new("2026-01-15T12:00:00Z".parse().expect("a timestamp"))
}

fn limiter(limits: RateLimits, clock: &ManualClock) -> Limiter {
    let limits = limits.store(MemoryStore::new());
    Limiter::new(limits, &Account::new(3_360_001), Arc::new(clock.clone()))
}

async fn until_sleeping(clock: &ManualClock, sleepers: usize) {
    while clock.sleepers() < sleepers {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_default_waits_for_one_caller_ahead_and_refuses_behind_two() {
    let clock = clock();
    let limiter = limiter(RateLimits::default(), &clock);
    limiter
        .acquire(Endpoint::Conversions)
        .await
        .expect("free")
        .start();

    let behind = limiter.clone();
    let second = tokio::spawn(async move { behind.acquire(Endpoint::Conversions).await });
    until_sleeping(&clock, 1).await;
    let refused = limiter.acquire(Endpoint::Conversions).await;
    assert_eq!(
        refused.expect_err("two ahead").retry_after(),
        Some(secs(122))
    );

    clock.advance(secs(61));
    second.await.expect("no panic").expect("its turn").start();
}

#[tokio::test]
async fn waiting_callers_are_served_in_the_order_of_asking() {
    let clock = clock();
    let limiter = limiter(RateLimits::default().wait(Wait::AtMost(secs(3600))), &clock);
    let served = Arc::new(std::sync::Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for number in 0..8 {
        let (limiter, served, clock) = (limiter.clone(), Arc::clone(&served), clock.clone());
        tasks.push(tokio::spawn(async move {
            limiter
                .acquire(Endpoint::Reversals)
                .await
                .expect("a slot")
                .start();
            served
                .lock()
                .expect("no panic")
                .push((number, clock.steady()));
        }));
        tokio::task::yield_now().await;
    }
    until_sleeping(&clock, 7).await;
    for _ in 0..8 * 61 {
        clock.advance(secs(1));
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }
    for task in tasks {
        task.await.expect("no task fails");
    }
    let expected: Vec<_> = (0..8).map(|number| (number, secs(61 * number))).collect();
    assert_eq!(*served.lock().expect("no panic"), expected);
}

#[tokio::test]
async fn failing_fast_never_waits() {
    let clock = clock();
    let limiter = limiter(RateLimits::default().wait(Wait::FailFast), &clock);
    limiter
        .acquire(Endpoint::Conversions)
        .await
        .expect("free")
        .start();
    clock.advance(secs(20));
    let error = limiter
        .acquire(Endpoint::Conversions)
        .await
        .expect_err("too early");
    assert!(matches!(error, LimitError::Limited { retry_after } if retry_after == secs(41)));
    assert_eq!(
        error.to_string(),
        "the next call may not start yet; try again in 41 s"
    );
}

#[tokio::test]
async fn a_deadline_allows_the_waits_that_end_before_it() {
    let clock = clock();
    let limiter = limiter(RateLimits::default(), &clock);
    limiter
        .acquire(Endpoint::Conversions)
        .await
        .expect("free")
        .start();
    let deadline = |at: &str| limiter.with_wait(Wait::Until(at.parse().expect("a timestamp")));

    let early = deadline("2026-01-15T12:01:00Z")
        .acquire(Endpoint::Conversions)
        .await;
    assert_eq!(early.expect_err("too early").retry_after(), Some(secs(61)));
    let later = deadline("2026-01-15T12:01:01Z");
    let waiting = tokio::spawn(async move { later.acquire(Endpoint::Conversions).await });
    until_sleeping(&clock, 1).await;
    clock.advance(secs(61));
    waiting.await.expect("no panic").expect("its turn").start();
}

#[tokio::test]
async fn each_endpoint_has_its_own_minute_unless_it_is_shared() {
    let clock = clock();
    for (scope, expected) in [(Scope::PerEndpoint, secs(0)), (Scope::Shared, secs(61))] {
        let limiter = limiter(RateLimits::default().scope(scope), &clock);
        limiter
            .acquire(Endpoint::Conversions)
            .await
            .expect("free")
            .start();
        let wait = limiter.peek(Endpoint::Reversals).await.expect("memory");
        assert_eq!(wait, expected, "{scope:?}");
        let offers = limiter.peek(Endpoint::Offers).await.expect("memory");
        assert_eq!(offers, secs(0), "{scope:?}");
    }
}

#[tokio::test]
async fn offers_wait_only_when_the_provider_asks_for_it() {
    let clock = clock();
    let limiter = limiter(RateLimits::default().wait(Wait::FailFast), &clock);
    for _ in 0..3 {
        limiter
            .acquire(Endpoint::Offers)
            .await
            .expect("no limit")
            .start();
    }
    limiter
        .defer(Endpoint::Offers, Some(secs(30)))
        .await
        .expect("memory");
    let error = limiter
        .acquire(Endpoint::Offers)
        .await
        .expect_err("deferred");
    assert_eq!(error.retry_after(), Some(secs(30)));
    clock.advance(secs(30));
    limiter
        .acquire(Endpoint::Offers)
        .await
        .expect("over")
        .start();
}

#[tokio::test]
async fn a_deferral_without_a_time_lasts_one_interval() {
    let clock = clock();
    let limiter = limiter(RateLimits::default(), &clock);
    limiter
        .defer(Endpoint::Conversions, None)
        .await
        .expect("memory");
    let wait = limiter.peek(Endpoint::Conversions).await.expect("memory");
    assert_eq!(wait, secs(61));
}

#[tokio::test]
async fn a_deferral_moves_a_waiting_caller_and_refuses_it_if_the_wait_becomes_too_long() {
    let clock = clock();
    let limiter = limiter(RateLimits::default(), &clock);
    limiter
        .acquire(Endpoint::Conversions)
        .await
        .expect("free")
        .start();
    let behind = limiter.clone();
    let second = tokio::spawn(async move { behind.acquire(Endpoint::Conversions).await });
    until_sleeping(&clock, 1).await;
    limiter
        .defer(Endpoint::Conversions, Some(secs(600)))
        .await
        .expect("memory");
    clock.advance(secs(61));
    let error = second.await.expect("no panic").expect_err("moved too far");
    assert_eq!(error.retry_after(), Some(secs(539)));
    // It has left the line: a new caller waits for the end of the deferral, and not one interval
    // more.
    let wait = limiter.peek(Endpoint::Conversions).await.expect("memory");
    assert_eq!(wait, secs(539));
}

#[tokio::test]
async fn a_wall_clock_that_jumps_does_not_matter_in_memory() {
    let clock = clock();
    let limiter = limiter(RateLimits::default(), &clock);
    limiter
        .acquire(Endpoint::Conversions)
        .await
        .expect("free")
        .start();
    for jump in ["2026-01-15T13:00:00Z", "2026-01-15T11:00:00Z"] {
        clock.set_wall(jump.parse().expect("a timestamp"));
        let wait = limiter.peek(Endpoint::Conversions).await.expect("memory");
        assert_eq!(wait, secs(61));
    }
}

#[tokio::test]
async fn clients_of_one_account_share_the_store_of_the_process() {
    // No other test uses this account.
    let account = Account::new(99).on("http://clients-of-one-account");
    let limiter = || {
        let limits = RateLimits::default().wait(Wait::FailFast);
        Limiter::new(limits, &account, Arc::new(cpalead::clock::SystemClock))
    };
    limiter()
        .acquire(Endpoint::Reversals)
        .await
        .expect("free")
        .start();
    assert!(limiter().acquire(Endpoint::Reversals).await.is_err());
}
