//! Eight processes that share one account start in order, one interval apart, even if some are
//! killed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cancellation::dropped_after;
use cpalead::Endpoint;
use cpalead::clock::Clock as _;
use cpalead::clock::SystemClock;
use cpalead::rate_limits::{Account, FileStore, LimitError, Limiter, RateLimits, Store, Wait};

/// The "minute" of these tests, and an interval that is longer, as the default interval is by one
/// second.
const MINUTE: Duration = Duration::from_millis(75);
pub(crate) const INTERVAL: Duration = Duration::from_millis(150);

/// The store, the number and the task of a worker. Without them the test `worker` does nothing.
const STORE: &str = "CPALEAD_TEST_WORKER_STORE";
const NUMBER: &str = "CPALEAD_TEST_WORKER_NUMBER";
const STARTS: &str = "CPALEAD_TEST_WORKER_STARTS";

/// One started call: its time on the clock that all processes share, and its worker.
pub(crate) struct Start {
    at: Duration,
    pub(crate) worker: u32,
}

pub(crate) fn limiter(store: impl Store) -> Limiter {
    let limits = RateLimits::default()
        .store(store)
        .wait(Wait::AtMost(Duration::from_secs(60)))
        .interval(Endpoint::Conversions, INTERVAL);
    Limiter::new(limits, &Account::new(8), Arc::new(SystemClock))
}

/// The program that the tests below start eight times. Without its variables it does nothing.
#[tokio::test]
async fn worker() {
    let Ok(store) = std::env::var(STORE) else {
        return;
    };
    let worker = number(NUMBER);
    let starts = number(STARTS);
    let limiter = match store.split_once(':') {
        Some(("file", directory)) => limiter(FileStore::new(directory)),
        #[cfg(feature = "redis")]
        Some(("redis", url)) => limiter(cpalead::rate_limits::RedisStore::new(url).expect("a url")),
        _ => panic!("unknown store {store}"),
    };
    if starts == 0 {
        hammer(&limiter).await;
    }
    for _ in 0..starts {
        let permit = loop {
            match limiter.acquire(Endpoint::Conversions).await {
                Ok(permit) => break permit,
                Err(LimitError::Store(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
                Err(error) => panic!("{error}"),
            }
        };
        permit.start();
        say(worker, SystemClock.steady());
    }
}

/// Joins the line and leaves it, hundreds of times a second, until it is killed.
async fn hammer(limiter: &Limiter) {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(30) {
        let waiting = limiter.acquire(Endpoint::Conversions);
        drop(dropped_after(1, waiting).await);
        // On a busy machine a worker that never pauses could keep the others out for longer than
        // these short intervals.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The test harness writes to the same output; the mark identifies the worker's lines.
fn say(worker: u32, at: Duration) {
    let line = format!("\nSTART {worker} {}\n", at.as_nanos());
    std::io::stdout()
        .write_all(line.as_bytes())
        .expect("the output is read");
}

fn number(name: &str) -> u32 {
    let text = std::env::var(name).expect("the test that starts a worker sets it");
    text.parse().expect("a number")
}

pub(crate) fn spawn(store: &str, number: u32, starts: u32) -> Child {
    let (number, starts) = (number.to_string(), starts.to_string());
    let job = [(STORE, store), (NUMBER, &number), (STARTS, &starts)];
    spawn_as(module_path!(), &job)
}

/// Starts this test binary again with only the test `worker` of a module, and its job in the
/// environment.
pub(crate) fn spawn_as(module: &str, job: &[(&str, &str)]) -> Child {
    // The module's path without the name of the test binary.
    let module = module.split_once("::").map_or("", |(_, rest)| rest);
    Command::new(std::env::current_exe().expect("the test binary"))
        .args(["--exact", &format!("{module}::worker"), "--nocapture"])
        .envs(job.iter().copied())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process")
}

/// Waits for the workers and returns their starts by time. Killed workers report fewer.
pub(crate) fn collect(workers: Vec<Child>) -> Vec<Start> {
    let mut starts = Vec::new();
    for mut worker in workers {
        let output = BufReader::new(worker.stdout.take().expect("a pipe"));
        for line in output.lines() {
            let line = line.expect("text");
            if let Some((worker, at)) = line
                .strip_prefix("START ")
                .and_then(|line| line.split_once(' '))
            {
                starts.push(Start {
                    at: Duration::from_nanos(at.parse().expect("nanoseconds")),
                    worker: worker.parse().expect("a number"),
                });
            }
        }
        worker.wait().expect("it was started");
    }
    starts.sort_by_key(|start| start.at);
    starts
}

/// Prints the list of starts, and checks that no two are closer than the "minute".
#[track_caller]
pub(crate) fn witness(title: &str, starts: &[Start]) {
    println!(
        "{title}: starts in milliseconds after the first, one minute is {MINUTE:?}, the interval {INTERVAL:?}"
    );
    let first = starts.first().expect("a start").at;
    let mut smallest = Duration::MAX;
    let mut before = None;
    for start in starts {
        let gap = before.map(|before| start.at - before);
        smallest = smallest.min(gap.unwrap_or(Duration::MAX));
        before = Some(start.at);
        println!(
            "  {:9.3}  worker {}  {}",
            (start.at - first).as_secs_f64() * 1e3,
            start.worker,
            gap.map_or(String::new(), |gap| format!(
                "+{:.3}",
                gap.as_secs_f64() * 1e3
            )),
        );
    }
    println!("  smallest gap: {:.3} ms", smallest.as_secs_f64() * 1e3);
    assert!(smallest >= MINUTE, "two starts are only {smallest:?} apart");
}

/// Waits until the wait that the store reports is as expected.
pub(crate) async fn until_the_wait(limiter: &Limiter, is: impl Fn(Duration) -> bool) {
    let begun = Instant::now();
    loop {
        if let Ok(wait) = limiter.peek(Endpoint::Conversions).await
            && is(wait)
        {
            return;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "the workers do not join the line"
        );
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn eight_processes_share_a_file_in_order_and_two_that_are_killed_stop_nobody() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = format!("file:{}", directory.path().display());
    let limiter = limiter(FileStore::new(directory.path()));

    // The line is held for a moment, so that all eight have joined it before the first is served.
    let head_start = Duration::from_millis(700);
    limiter
        .defer(Endpoint::Conversions, Some(head_start))
        .await
        .expect("the directory can be written");
    let mut workers = Vec::new();
    for number in 0..8 {
        let before = limiter.peek(Endpoint::Conversions).await.expect("a file");
        let end_of_line = SystemClock.steady() + before;
        workers.push(spawn(&store, number, 1));
        // The worker has joined when the line ends one interval later. Only then the next one is
        // started.
        until_the_wait(&limiter, |wait| {
            SystemClock.steady() + wait > end_of_line + INTERVAL / 2
        })
        .await;
    }
    let wait = limiter.peek(Endpoint::Conversions).await.expect("a file");
    workers.push(spawn(&store, 8, 0));
    // Three have started and five are waiting, while number 8 joins and leaves.
    tokio::time::sleep(wait.saturating_sub(5 * INTERVAL)).await;
    workers[5].kill().expect("SIGKILL");
    workers[8].kill().expect("SIGKILL");

    let starts = collect(workers);
    witness("in order, number 5 killed in the line", &starts);
    let order: Vec<u32> = starts.iter().map(|start| start.worker).collect();
    assert_eq!(order, [0, 1, 2, 3, 4, 6, 7]);
}

#[tokio::test]
async fn eight_processes_hammer_a_file_and_all_are_served_an_interval_apart() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = format!("file:{}", directory.path().display());
    let workers = (0..8).map(|number| spawn(&store, number, 1)).collect();
    let mut starts = collect(workers);
    witness("all at once", &starts);
    starts.sort_by_key(|start| start.worker);
    let served: Vec<u32> = starts.iter().map(|start| start.worker).collect();
    assert_eq!(served, [0, 1, 2, 3, 4, 5, 6, 7]);
}
