//! The end of a watch: stopped or dropped before it starts, while it waits and while it calls.

use std::time::{Duration, Instant};

use cpalead::Endpoint;
use cpalead::clock::ManualClock;
use cpalead::rate_limits::{MemoryStore, RateLimits};

use crate::raw_server::RawServer;
use crate::setup::{MINUTE, NONE, Setup, client_and_limiter, noon, ok, secs};
use crate::watch::{LONG, items, rows};

/// A setup whose clock stands still until it is moved.
fn still(answers: Vec<Vec<u8>>) -> Setup {
    let clock = ManualClock::new(noon());
    Setup::on(clock, RateLimits::default(), Duration::ZERO, answers)
}

async fn until(what: impl Fn() -> bool) {
    let begun = Instant::now();
    while !what() {
        assert!(begun.elapsed() < LONG, "it never happens");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_stop_while_it_waits_for_its_slot_takes_effect_at_once_and_gives_the_slot_back() {
    let setup = still(vec![ok(NONE)]);
    let mut watch = setup.client.conversions("user-42").watch();
    let stop = watch.stopper();
    let watching = tokio::spawn(async move { (watch.next().await.is_none(), watch) });
    until(|| setup.clock.sleepers() == 1).await;
    assert_eq!(setup.wait_for(Endpoint::Conversions).await, 2 * MINUTE);
    stop.stop();
    let (over, mut watch) = tokio::time::timeout(LONG, watching)
        .await
        .expect("at once")
        .expect("no panic");
    assert!(over);
    assert_eq!(setup.wait_for(Endpoint::Conversions).await, MINUTE);
    assert_eq!((setup.clock.sleepers(), setup.server.heads().len()), (0, 1));
    // Stopping again, asking again and stopping a dropped watch change nothing.
    stop.stop();
    assert!(watch.next().await.is_none());
    drop(watch);
    stop.clone().stop();
}

#[tokio::test]
async fn a_stop_while_a_call_is_under_way_takes_effect_at_once_and_the_slot_is_used() {
    let clock = ManualClock::new(noon());
    let server = RawServer::start(crate::raw_server::Exchange::hold);
    let limits = RateLimits::default().store(MemoryStore::new());
    let (client, limiter) = client_and_limiter(&server, &clock, limits);
    let mut watch = client.conversions("user-42").watch();
    let stop = watch.stopper();
    let watching = tokio::spawn(async move { watch.next().await.is_none() });
    until(|| server.heads().len() == 1).await;
    let begun = Instant::now();
    stop.stop();
    assert!(watching.await.expect("no panic"));
    assert!(begun.elapsed() < secs(1), "{:?}", begun.elapsed());
    let wait = limiter.peek(Endpoint::Conversions).await.expect("memory");
    assert_eq!(wait, MINUTE);
}

#[tokio::test]
async fn a_stop_before_the_first_poll_sends_nothing_and_a_stop_drops_rows_not_yet_yielded() {
    let setup = still(vec![rows(&["a", "b", "c"])]);
    let mut watch = setup.client.conversions("user-42").watch();
    watch.stopper().stop();
    assert!(watch.next().await.is_none());
    assert_eq!(setup.server.connections(), 0);

    let mut watch = setup.client.conversions("user-42").watch();
    assert_eq!(items(&mut watch, 1).await, ["a"]);
    watch.stopper().stop();
    assert_eq!(items(&mut watch, 2).await, ["the end", "the end"]);
}

#[tokio::test]
async fn a_watch_that_is_dropped_while_it_waits_gives_its_slot_back() {
    let setup = still(vec![ok(NONE)]);
    let mut watch = setup.client.conversions("user-42").watch();
    let waiting = tokio::time::timeout(Duration::from_millis(100), watch.next()).await;
    assert!(waiting.is_err());
    assert_eq!(setup.wait_for(Endpoint::Conversions).await, 2 * MINUTE);
    drop(watch);
    assert_eq!(setup.wait_for(Endpoint::Conversions).await, MINUTE);
}
