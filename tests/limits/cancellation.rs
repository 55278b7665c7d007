//! A caller that is dropped, at any await and with any store, gives its slot back.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use cpalead::Endpoint;
use cpalead::clock::{BoxFuture, Clock, ManualClock, SystemClock};
use cpalead::rate_limits::{
    Account, FileStore, Lane, Limiter, MemoryStore, Op, RateLimits, Reply, Store, StoreError,
};

/// A store that makes its callers wait before and after each operation, like a store on a network.
#[derive(Debug)]
struct Slow<S>(S);

impl<S: Store> Store for Slow<S> {
    fn apply<'a>(
        &'a self,
        lane: &'a Lane,
        op: Op,
        clock: &'a dyn Clock,
    ) -> BoxFuture<'a, Result<Reply, StoreError>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
            let reply = self.0.apply(lane, op, clock).await;
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
            reply
        })
    }
}

/// Polls `future` until it is ready or has been polled this many times, and then drops it.
pub(crate) async fn dropped_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            // Drop it now, not when it is woken next.
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Drops a waiting caller after one poll, after two, and so on until it gets its permit, and then
/// drops the permit. Returns the number of places where it was dropped.
pub(crate) async fn check(limiter: &Limiter, clock: &dyn Clock, settle: impl AsyncFn()) -> usize {
    let endpoint = Endpoint::Conversions;
    for polls in 1..100 {
        limiter.acquire(endpoint).await.expect("its turn").start();
        let started = clock.steady();
        let outcome = dropped_after(polls, limiter.acquire(endpoint)).await;
        let reached_the_end = outcome.is_some();
        drop(outcome);
        settle().await;
        let wait = limiter.peek(endpoint).await.expect("the store works");
        // The rest of the first caller's interval, and a little more because clocks are not exact.
        let passed = clock.steady().saturating_sub(started);
        let left = limiter.interval(endpoint).saturating_sub(passed) + Duration::from_millis(20);
        assert!(
            wait <= left,
            "dropped after {polls} polls, the slot is still held: {wait:?} instead of {left:?}"
        );
        if reached_the_end {
            return polls;
        }
    }
    panic!("the caller never got its permit");
}

fn limits(store: impl Store) -> RateLimits {
    RateLimits::default().store(store)
}

fn eager() -> Arc<dyn Clock> {
    Arc::new(ManualClock::eager(
        "2026-01-15T12:00:00Z".parse().expect("a timestamp"),
    ))
}

fn one_thread() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

async fn let_tasks_run() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_dropped_caller_gives_its_slot_back_to_memory() {
    let clock = eager();
    let limiter = Limiter::new(
        limits(MemoryStore::new()),
        &Account::new(1),
        Arc::clone(&clock),
    );
    assert_eq!(check(&limiter, clock.as_ref(), async || ()).await, 2);
}

#[tokio::test]
async fn a_dropped_caller_gives_its_slot_back_to_a_slow_store() {
    let store = Slow(MemoryStore::new());
    let clock = eager();
    let limiter = Limiter::new(limits(store), &Account::new(1), Arc::clone(&clock));
    // Four in each of the two operations, one in the sleep between them, and the end.
    assert_eq!(check(&limiter, clock.as_ref(), let_tasks_run).await, 10);
}

#[tokio::test]
async fn a_dropped_caller_gives_its_slot_back_to_a_file() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let limits = limits(FileStore::new(directory.path()))
        .interval(Endpoint::Conversions, Duration::from_millis(100));
    let limiter = Limiter::new(limits, &Account::new(1), Arc::new(SystemClock));
    assert_eq!(check(&limiter, &SystemClock, async || ()).await, 2);
}

#[test]
fn a_permit_may_be_dropped_outside_a_runtime() {
    let runtime = one_thread();
    let memory = Limiter::new(limits(MemoryStore::new()), &Account::new(1), eager());
    let slow = Limiter::new(limits(Slow(MemoryStore::new())), &Account::new(1), eager());
    for limiter in [&memory, &slow] {
        let permit = runtime
            .block_on(limiter.acquire(Endpoint::Conversions))
            .expect("free");
        drop(permit);
        let wait = runtime.block_on(async {
            let_tasks_run().await;
            limiter.peek(Endpoint::Conversions).await
        });
        assert_eq!(wait.expect("memory"), Duration::ZERO);
    }
}

#[test]
fn a_permit_may_outlive_its_runtime() {
    let runtime = one_thread();
    let limiter = Limiter::new(limits(Slow(MemoryStore::new())), &Account::new(1), eager());
    let permit = runtime
        .block_on(limiter.acquire(Endpoint::Conversions))
        .expect("free");
    drop(runtime);
    drop(permit);
}
