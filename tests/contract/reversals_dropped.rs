//! Calls for reversals that are dropped under way: when they give back their slot, and that no row
//! is lost.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use cpalead::Endpoint;
use cpalead::clock::{BoxFuture, Clock, ManualClock};
use cpalead::rate_limits::{Lane, MemoryStore, Op, RateLimits, Reply, Store, StoreError};

use crate::raw_server::RawServer;
use crate::reversals::{END, NONE, START, WINDOWS, requested};
use crate::setup::{MINUTE, Setup, client_and_limiter, noon, ok};

/// A store that yields before and after each operation, like a store across a network.
#[derive(Debug)]
struct Slow(MemoryStore);

impl Store for Slow {
    fn apply<'a>(
        &'a self,
        lane: &'a Lane,
        op: Op,
        clock: &'a dyn Clock,
    ) -> BoxFuture<'a, Result<Reply, StoreError>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            let reply = self.0.apply(lane, op, clock).await;
            tokio::task::yield_now().await;
            reply
        })
    }
}

/// Polls `future` until it is ready or was pending this many times, and then drops it.
async fn dropped_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => {
            left -= 1;
            if left == 0 {
                return Poll::Ready(None);
            }
            Poll::Pending
        }
    })
    .await
}

/// Drops the stream after one poll of its second window, after two, and so on until the window
/// arrives.
///
/// The slot must be given back exactly when nothing can have been sent. Returns how many drops were
/// before and after that point.
async fn check_cancellation(store: impl Fn() -> RateLimits) -> (usize, usize) {
    let (mut before, mut after) = (0, 0);
    for polls in 1..100 {
        let server = RawServer::start(|mut exchange| {
            exchange.send(&ok(NONE));
            exchange.finish();
        });
        let clock = ManualClock::eager(noon());
        let (client, limiter) = client_and_limiter(&server, &clock, store());
        let mut stream = client.reversals(START..=END).stream();
        stream.next().await.expect("first").expect("an answer");
        let outcome = dropped_after(polls, stream.next()).await;
        assert_eq!(stream.left(), if outcome.is_some() { 2 } else { 3 });
        drop(stream);
        // Time for a slow store to give back the slot, and for a request to arrive.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        let now = clock.steady();
        let wait = limiter.peek(Endpoint::Reversals).await.expect("memory");
        let end = now + wait;
        if let Some(item) = outcome {
            item.expect("an item").expect("a window");
            assert_eq!(end, 2 * MINUTE, "the window's slot is used");
            return (before, after);
        }
        match end.as_secs() {
            // The slot is free again; only the one of the first window is still in use.
            61 => {
                before += 1;
                assert_eq!(
                    server.connections(),
                    1,
                    "sent after {polls} polls, and given back"
                );
                assert_eq!(after, 0);
            }
            122 => after += 1,
            end => panic!("after {polls} polls the next start is at {end} s"),
        }
    }
    panic!("the window never arrived");
}

#[tokio::test]
async fn a_stream_dropped_before_its_call_gives_the_slot_back_and_one_dropped_after_has_used_it() {
    let (before, after) =
        check_cancellation(|| RateLimits::default().store(MemoryStore::new())).await;
    println!("memory: dropped {before} times before the call, {after} times after");
    assert!(before >= 1 && after >= 1);
    let (before, after) =
        check_cancellation(|| RateLimits::default().store(Slow(MemoryStore::new()))).await;
    println!("slow store: dropped {before} times before the call, {after} times after");
    assert!(before >= 5 && after >= 1);
}

#[tokio::test]
async fn dropping_the_future_of_next_loses_nothing() {
    let row = |lead: &str| ok(&format!(r#"[{{"lead_id":"{lead}"}}]"#));
    let setup = Setup::answering(vec![row("a"), row("b"), row("c"), row("d")]);
    let mut stream = setup.client.reversals(START..=END).stream();
    let mut leads = Vec::new();
    let mut drops = 0;
    loop {
        match dropped_after(1, stream.next()).await {
            Some(None) => break,
            Some(Some(window)) => {
                let report = window.expect("a window").into_report();
                leads.extend(
                    report
                        .into_iter()
                        .filter_map(|row| row.lead_id().map(str::to_owned)),
                );
            }
            None => {
                drops += 1;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        assert!(drops < 10_000);
    }
    assert_eq!(leads, ["a", "b", "c", "d"]);
    assert_eq!(requested(&setup), WINDOWS, "each window is requested once");
    assert!(drops > 4, "{drops}");
}
