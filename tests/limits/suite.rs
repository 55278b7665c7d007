//! What every store must do: one list of cases, run here with memory and file, and in the Redis
//! tests with Redis.

use std::sync::Arc;
use std::time::Duration;

use cpalead::clock::{BoxFuture, SystemClock};
use cpalead::rate_limits::{Account, Ask, FileStore, Lane, MemoryStore, Op, Reply, Store, Ticket};

/// A store with the unused lanes of one case.
#[derive(Clone)]
pub(crate) struct Bench {
    store: Arc<dyn Store>,
    account: Account,
}

/// One case: its name and its function.
type Case = (&'static str, fn(Bench) -> BoxFuture<'static, ()>);

const CASES: &[Case] = &[
    ("the second start waits one interval", |b| {
        Box::pin(second(b))
    }),
    ("a refused caller learns the wait and takes nothing", |b| {
        Box::pin(refused(b))
    }),
    (
        "a slot given back is free when no caller waits behind it",
        |b| Box::pin(given_back(b)),
    ),
    ("a slot given back before others stays empty", |b| {
        Box::pin(hole(b))
    }),
    ("one ticket takes one slot", |b| Box::pin(same_ticket(b))),
    ("a deferral moves every start later and none earlier", |b| {
        Box::pin(deferral(b))
    }),
    ("a deferral reaches one hour at most", |b| {
        Box::pin(long_deferral(b))
    }),
    ("with no interval only deferrals count", |b| {
        Box::pin(no_interval(b))
    }),
    ("peeking takes nothing", |b| Box::pin(peek(b))),
    ("lanes are independent of each other", |b| {
        Box::pin(lanes(b))
    }),
    ("the interval counts from the start, late or not", |b| {
        Box::pin(late(b))
    }),
    ("twenty at once get twenty slots in a row", |b| {
        Box::pin(crowd(b))
    }),
];

impl Bench {
    fn lane(&self, interval: Duration) -> Lane {
        Lane::new(&self.account, "conversions", interval)
    }

    async fn apply(&self, lane: &Lane, op: Op) -> Reply {
        self.store
            .apply(lane, op, &SystemClock)
            .await
            .expect("the store works")
    }

    async fn take(&self, lane: &Lane, ticket: u128, longest: u64) -> Reply {
        let ask = Ask {
            ticket: Ticket::from(ticket),
            longest: secs(longest),
        };
        self.apply(lane, Op::Take(ask)).await
    }

    async fn give_back(&self, lane: &Lane, ticket: u128) -> Reply {
        self.apply(lane, Op::GiveBack(Ticket::from(ticket))).await
    }
}

/// Runs every case on `store`, each with a separate account. `prepare` gets each lane before it is
/// used.
pub(crate) async fn run(store: Arc<dyn Store>, prepare: &dyn Fn(&Lane)) {
    for (number, (name, case)) in (1..).zip(CASES) {
        println!("case: {name}");
        let bench = Bench {
            store: Arc::clone(&store),
            account: Account::new(number),
        };
        prepare(&bench.lane(MINUTE));
        prepare(&Lane::new(&bench.account, "reversals", MINUTE));
        case(bench).await;
    }
}

#[tokio::test]
async fn the_store_in_memory_does_what_every_store_must_do() {
    run(Arc::new(MemoryStore::new()), &|_| ()).await;
}

#[tokio::test]
async fn the_store_in_a_directory_does_what_every_store_must_do() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    run(Arc::new(FileStore::new(directory.path())), &|_| ()).await;
}

const MINUTE: Duration = Duration::from_secs(61);

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The cases run in real time, so a wait may be shorter by the time that has passed.
#[track_caller]
fn check(reply: Reply, held: Held, seconds: u64) {
    assert_eq!(reply.held, held == Held::Yes, "{reply:?}");
    let passed = secs(seconds).saturating_sub(reply.wait);
    assert!(
        reply.wait <= secs(seconds) && passed < secs(2),
        "{reply:?} instead of about {seconds} s"
    );
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    Yes,
    No,
}

async fn second(bench: Bench) {
    let lane = bench.lane(MINUTE);
    check(bench.take(&lane, 1, 0).await, Held::Yes, 0);
    check(bench.take(&lane, 2, 65).await, Held::Yes, 61);
    check(bench.take(&lane, 3, 200).await, Held::Yes, 122);
}

async fn refused(bench: Bench) {
    let lane = bench.lane(MINUTE);
    bench.take(&lane, 1, 0).await;
    check(bench.take(&lane, 2, 0).await, Held::No, 61);
    check(bench.take(&lane, 3, 30).await, Held::No, 61);
    check(bench.take(&lane, 4, 65).await, Held::Yes, 61);
}

async fn given_back(bench: Bench) {
    let lane = bench.lane(MINUTE);
    bench.take(&lane, 1, 0).await;
    check(bench.give_back(&lane, 2).await, Held::No, 61);
    check(bench.give_back(&lane, 1).await, Held::No, 0);
    check(bench.take(&lane, 2, 0).await, Held::Yes, 0);
}

async fn hole(bench: Bench) {
    let lane = bench.lane(MINUTE);
    for ticket in 1..=3 {
        bench.take(&lane, ticket, 200).await;
    }
    check(bench.give_back(&lane, 2).await, Held::No, 183);
    check(bench.take(&lane, 3, 200).await, Held::Yes, 122);
    check(bench.give_back(&lane, 3).await, Held::No, 61);
}

async fn same_ticket(bench: Bench) {
    let lane = bench.lane(MINUTE);
    bench.take(&lane, u128::MAX, 0).await;
    check(bench.take(&lane, 2, 65).await, Held::Yes, 61);
    check(bench.take(&lane, 2, 65).await, Held::Yes, 61);
    check(bench.apply(&lane, Op::Peek).await, Held::No, 122);
}

async fn deferral(bench: Bench) {
    let lane = bench.lane(MINUTE);
    bench.take(&lane, 1, 0).await;
    bench.take(&lane, 2, 65).await;
    check(
        bench.apply(&lane, Op::Defer(secs(100))).await,
        Held::No,
        161,
    );
    check(bench.take(&lane, 2, 200).await, Held::Yes, 100);
    check(bench.apply(&lane, Op::Defer(secs(10))).await, Held::No, 161);
    check(bench.take(&lane, 2, 65).await, Held::No, 100);
}

async fn long_deferral(bench: Bench) {
    let lane = bench.lane(MINUTE);
    let reply = bench.apply(&lane, Op::Defer(Duration::MAX)).await;
    check(reply, Held::No, 3600);
}

async fn no_interval(bench: Bench) {
    let lane = bench.lane(Duration::ZERO);
    check(bench.take(&lane, 1, 0).await, Held::Yes, 0);
    check(bench.take(&lane, 2, 0).await, Held::Yes, 0);
    bench.apply(&lane, Op::Defer(secs(30))).await;
    check(bench.take(&lane, 3, 10).await, Held::No, 30);
    check(bench.take(&lane, 4, 65).await, Held::Yes, 30);
}

async fn peek(bench: Bench) {
    let lane = bench.lane(MINUTE);
    check(bench.apply(&lane, Op::Peek).await, Held::No, 0);
    bench.take(&lane, 1, 0).await;
    check(bench.apply(&lane, Op::Peek).await, Held::No, 61);
    check(bench.apply(&lane, Op::Peek).await, Held::No, 61);
}

async fn lanes(bench: Bench) {
    let conversions = bench.lane(MINUTE);
    let reversals = Lane::new(&bench.account, "reversals", MINUTE);
    bench.take(&conversions, 1, 0).await;
    check(bench.take(&reversals, 1, 0).await, Held::Yes, 0);
    check(bench.give_back(&reversals, 1).await, Held::No, 0);
    check(bench.apply(&conversions, Op::Peek).await, Held::No, 61);
}

async fn late(bench: Bench) {
    let interval = Duration::from_millis(400);
    let lane = bench.lane(interval);
    assert_eq!(bench.take(&lane, 1, 0).await.wait, Duration::ZERO);
    let reply = bench.take(&lane, 2, 1).await;
    assert!(
        reply.held && reply.wait > Duration::from_millis(100),
        "{reply:?}"
    );
    tokio::time::sleep(reply.wait + Duration::from_millis(100)).await;
    assert_eq!(
        bench.take(&lane, 2, 0).await,
        Reply {
            held: true,
            wait: Duration::ZERO
        }
    );
    let next = bench.apply(&lane, Op::Peek).await.wait;
    assert!(next > interval - Duration::from_millis(80), "{next:?}");
}

async fn crowd(bench: Bench) {
    let lane = bench.lane(MINUTE);
    let tasks: Vec<_> = (0..20)
        .map(|ticket| {
            let (bench, lane) = (bench.clone(), lane.clone());
            tokio::spawn(async move { bench.take(&lane, ticket, 10_000).await })
        })
        .collect();
    let mut waits = Vec::new();
    for task in tasks {
        let reply = task.await.expect("no task fails");
        assert!(reply.held);
        waits.push(reply.wait);
    }
    waits.sort_unstable();
    for (index, wait) in (0..).zip(waits) {
        let reply = Reply { held: true, wait };
        check(reply, Held::Yes, 61 * index);
    }
}
