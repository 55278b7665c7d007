//! The Redis store on a real server, which is stopped, started again, and loses its data.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cpalead::Endpoint;
use cpalead::clock::SystemClock;
use cpalead::rate_limits::{
    Account, Ask, FileStore, Lane, Ledger, Limiter, MemoryStore, Op, RateLimits, RedisStore, Store,
    Ticket, Wait, Warning, WhenAway,
};

use crate::many_processes::{INTERVAL, collect, limiter, spawn, until_the_wait, witness};
use crate::redis_server::RedisServer;
use crate::{cancellation, suite};

const ENDPOINT: Endpoint = Endpoint::Conversions;

/// Stores the lane as free. Otherwise a server that has just started counts its start as the last
/// call.
fn make_known(server: &RedisServer, lane: &Lane) {
    let key = format!("cpalead:limits:1:{}", lane.id());
    let ledger = r#"{"floor":0,"seen":0,"claims":[]}"#;
    assert_eq!(
        server.command(&["SET", &key, ledger]).as_deref(),
        Some("+OK\r\n")
    );
}

fn hasty(store: impl Store, interval: Duration) -> Limiter {
    let limits = RateLimits::default()
        .wait(Wait::FailFast)
        .interval(ENDPOINT, interval)
        .store(store);
    Limiter::new(limits, &Account::new(1), Arc::new(SystemClock))
}

fn lane(interval: Duration) -> Lane {
    Lane::new(&Account::new(1), "conversions", interval)
}

const MINUTE: Duration = Duration::from_secs(61);

#[tokio::test]
async fn the_store_on_redis_does_what_every_store_must_do() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let store = RedisStore::new(&server.url()).expect("a url");
    suite::run(Arc::new(store), &|lane| make_known(&server, lane)).await;
}

#[tokio::test]
async fn a_dropped_caller_gives_its_slot_back_to_redis() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let interval = Duration::from_millis(100);
    make_known(&server, &lane(interval));
    let store = RedisStore::new(&server.url()).expect("a url");
    let limits = RateLimits::default()
        .interval(ENDPOINT, interval)
        .store(store);
    let limiter = Limiter::new(limits, &Account::new(1), Arc::new(SystemClock));
    let places = cancellation::check(&limiter, &SystemClock, async || {
        tokio::time::sleep(Duration::from_millis(15)).await;
    })
    .await;
    println!("dropped in {places} places");
    assert!(places >= 3);
}

#[tokio::test]
async fn a_caller_dropped_while_it_connects_leaves_no_trace() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    make_known(&server, &lane(MINUTE));
    for polls in 1..50 {
        // A new store each time, without a connection.
        let limiter = hasty(RedisStore::new(&server.url()).expect("a url"), MINUTE);
        let outcome = cancellation::dropped_after(polls, limiter.acquire(ENDPOINT)).await;
        let reached_the_end = outcome.is_some();
        drop(outcome);
        tokio::time::sleep(Duration::from_millis(15)).await;
        let wait = limiter.peek(ENDPOINT).await.expect("redis is there");
        assert_eq!(wait, Duration::ZERO, "dropped after {polls} polls");
        if reached_the_end {
            println!("dropped in {polls} places");
            return;
        }
    }
    panic!("the caller never got its permit");
}

#[tokio::test]
async fn calls_fail_while_the_server_is_not_available_and_work_again_afterwards() {
    let Some(mut server) = RedisServer::start() else {
        return;
    };
    make_known(&server, &lane(MINUTE));
    let limiter = hasty(RedisStore::new(&server.url()).expect("a url"), MINUTE);
    drop(limiter.acquire(ENDPOINT).await.expect("free"));
    server.kill();
    let error = limiter.acquire(ENDPOINT).await.expect_err("not available");
    assert_eq!(error.retry_after(), None);
    assert_eq!(
        error.to_string(),
        "could not reach redis for the rate limits; start it, or choose another store"
    );
    server.restart();
    make_known(&server, &lane(MINUTE));
    limiter
        .acquire(ENDPOINT)
        .await
        .expect("available again")
        .start();
}

#[tokio::test]
async fn a_server_that_has_lost_its_data_counts_its_start_as_the_last_call() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let limiter = hasty(RedisStore::new(&server.url()).expect("a url"), MINUTE);
    let error = limiter.acquire(ENDPOINT).await.expect_err("just started");
    let wait = error.retry_after().expect("redis is there");
    assert!(
        wait <= MINUTE && wait > MINUTE - Duration::from_secs(5),
        "{wait:?}"
    );
}

#[tokio::test]
async fn a_key_that_cannot_be_read_counts_as_just_used() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let limiter = hasty(RedisStore::new(&server.url()).expect("a url"), MINUTE);
    let key = format!("cpalead:limits:1:{}", lane(MINUTE).id());
    for text in [
        "",
        "nonsense",
        "[]",
        r#"{"floor":"x","seen":0,"claims":[]}"#,
    ] {
        server.command(&["SET", &key, text]);
        let error = limiter.acquire(ENDPOINT).await.expect_err("just used");
        let wait = error.retry_after().expect("redis is there");
        assert!(
            wait <= MINUTE && wait > Duration::from_secs(55),
            "{text}: {wait:?}"
        );
    }
}

#[tokio::test]
async fn a_server_clock_set_back_adds_at_most_the_wait_that_was_due() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let limiter = hasty(RedisStore::new(&server.url()).expect("a url"), MINUTE);
    // The ledger was written one hour in the future, twenty seconds before the lane is free.
    let now = jiff::Timestamp::now().as_millisecond() + 3_600_000;
    let ledger = format!(r#"{{"floor":{},"seen":{now},"claims":[]}}"#, now + 20_000);
    let key = format!("cpalead:limits:1:{}", lane(MINUTE).id());
    server.command(&["SET", &key, &ledger]);
    let wait = limiter.peek(ENDPOINT).await.expect("redis is there");
    assert!(
        wait <= Duration::from_secs(20) && wait > Duration::from_secs(15),
        "{wait:?}"
    );
}

#[tokio::test]
async fn a_key_expires_when_it_is_no_longer_needed() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    make_known(&server, &lane(MINUTE));
    let limiter = hasty(RedisStore::new(&server.url()).expect("a url"), MINUTE);
    limiter.acquire(ENDPOINT).await.expect("free").start();
    let key = format!("cpalead:limits:1:{}", lane(MINUTE).id());
    let answer = server.command(&["PTTL", &key]).expect("an answer");
    let left: u64 = answer
        .trim_start_matches(':')
        .trim()
        .parse()
        .expect("a number");
    assert!((100_000..=121_000).contains(&left), "{left}");
}

#[tokio::test]
async fn memory_takes_over_and_redis_is_brought_up_to_date_afterwards() {
    let Some(mut server) = RedisServer::start() else {
        return;
    };
    make_known(&server, &lane(MINUTE));
    let warnings = Arc::<Mutex<Vec<Warning>>>::default();
    let heard = Arc::clone(&warnings);
    let store = RedisStore::new(&server.url())
        .expect("a url")
        .when_away(WhenAway::UseMemory)
        .on_warning(move |warning| heard.lock().expect("no panic").push(warning.clone()));
    let limiter = hasty(store, MINUTE);
    limiter.acquire(ENDPOINT).await.expect("free").start();

    // A call that was started through Redis counts in memory.
    server.kill();
    for _ in 0..2 {
        let error = limiter.acquire(ENDPOINT).await.expect_err("just used");
        assert!(
            error
                .retry_after()
                .is_some_and(|wait| wait > Duration::from_secs(55))
        );
    }
    assert!(matches!(
        warnings.lock().expect("no panic")[..],
        [Warning::Away { .. }]
    ));

    // A deferral from the time without Redis counts in Redis afterwards, for other clients too.
    limiter
        .defer(ENDPOINT, Some(Duration::from_secs(300)))
        .await
        .expect("memory");
    server.restart();
    make_known(&server, &lane(MINUTE));
    let other = hasty(RedisStore::new(&server.url()).expect("a url"), MINUTE);
    assert_eq!(
        other.peek(ENDPOINT).await.expect("redis is there"),
        Duration::ZERO
    );
    limiter.acquire(ENDPOINT).await.expect_err("deferred");
    let wait = other.peek(ENDPOINT).await.expect("redis is there");
    assert!(wait > Duration::from_secs(290), "{wait:?}");
}

#[tokio::test]
async fn eight_processes_share_redis_while_it_is_stopped_and_started_again() {
    let Some(mut server) = RedisServer::start() else {
        return;
    };
    let store = format!("redis:{}", server.url());
    let observer = limiter(RedisStore::new(&server.url()).expect("a url"));
    let mut workers: Vec<_> = (0..8).map(|number| spawn(&store, number, 2)).collect();
    until_the_wait(&observer, |wait| wait > 4 * INTERVAL).await;
    workers[3].kill().expect("SIGKILL");
    server.kill();
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.restart();
    let starts = collect(workers);
    witness(
        "redis, stopped and started again in the middle, worker 3 killed",
        &starts,
    );
    for worker in [0, 1, 2, 4, 5, 6, 7] {
        let served = starts.iter().filter(|start| start.worker == worker).count();
        assert_eq!(served, 2, "worker {worker}");
    }
}

#[tokio::test]
async fn a_server_that_never_answers_times_out() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("silent.sock");
    let _silent = std::os::unix::net::UnixListener::bind(&path).expect("a socket");
    let store = RedisStore::new(&format!("redis+unix://{}", path.display()))
        .expect("a url")
        .timeout(Duration::from_millis(100));
    let begun = std::time::Instant::now();
    let error = hasty(store, MINUTE).acquire(ENDPOINT).await;
    error.expect_err("no answer");
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
}

/// The script repeats the rules of the ledger. Both get the same random operations and must give
/// the same replies.
#[tokio::test]
async fn the_script_does_what_the_ledger_does() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let store = RedisStore::new(&server.url()).expect("a url");
    // A simple generator that gives the same numbers in each run.
    let mut seed = 20_260_115_u64;
    let mut random = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    };
    for publisher in 0..100 {
        let interval = [MINUTE, Duration::from_secs(10), Duration::ZERO]
            [usize::try_from(publisher % 3).expect("small")];
        let lane = Lane::new(&Account::new(publisher), "conversions", interval);
        make_known(&server, &lane);
        let (mut ledger, mut past) = (Ledger::default(), Vec::new());
        let begun = std::time::Instant::now();
        for _ in 0..20 {
            let ticket = Ticket::from(u128::from(random(6)));
            let op = match random(10) {
                0..6 => Op::Take(Ask {
                    ticket,
                    longest: Duration::from_secs(
                        [0, 30, 65, 1000, 9999][usize::try_from(random(5)).expect("small")] + 2,
                    ),
                }),
                6..8 => Op::GiveBack(ticket),
                8 => Op::Defer(Duration::from_secs(random(120))),
                _ => Op::Peek,
            };
            past.push(op);
            let expected = ledger.apply(Duration::from_secs(1) + begun.elapsed(), interval, &op);
            let reply = store
                .apply(&lane, op, &SystemClock)
                .await
                .expect("redis is there");
            let difference = reply.wait.abs_diff(expected.wait);
            assert!(
                reply.held == expected.held && difference < Duration::from_secs(1),
                "{reply:?} instead of {expected:?} after {past:#?}"
            );
        }
    }
}

#[test]
fn stores_are_values_that_clients_can_share() {
    fn shareable<T: Store + Clone>() {}
    shareable::<MemoryStore>();
    shareable::<FileStore>();
    shareable::<RedisStore>();
}
