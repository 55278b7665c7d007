//! Eight processes that call a sandbox through the library's client, and the sandbox records who
//! called when.

use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cpalead::clock::Clock as _;
use cpalead::clock::SystemClock;
use cpalead::rate_limits::{Account, FileStore, Limiter, RateLimits, Store, Wait};
use cpalead::{Client, Endpoint};
use cpalead_sandbox::{DEFAULT_API_KEY, DEFAULT_PUBLISHER_ID, Request, Sandbox};

use crate::many_processes::{spawn_as, until_the_wait};
#[cfg(feature = "redis")]
use crate::redis_server::RedisServer;

/// At this speed the sandbox's minute is 100 milliseconds. The interval is longer, as the default
/// interval is by one second.
const SPEED: u32 = 600;
const MINUTE: Duration = Duration::from_millis(100);
const INTERVAL: Duration = Duration::from_millis(250);

/// How long a client in these tests tries before it gives up.
const PATIENCE: Duration = Duration::from_secs(20);

fn limits(store: impl Store) -> RateLimits {
    RateLimits::default()
        .store(store)
        .wait(Wait::AtMost(PATIENCE))
        .interval(Endpoint::Conversions, INTERVAL)
}

fn limits_of(store: &str) -> RateLimits {
    match store.split_once(':') {
        Some(("file", directory)) => limits(FileStore::new(directory)),
        #[cfg(feature = "redis")]
        Some(("redis", url)) => limits(cpalead::rate_limits::RedisStore::new(url).expect("a url")),
        _ => panic!("unknown store {store}"),
    }
}

/// A limiter on the same lane as the clients.
fn limiter(store: &str, sandbox: &Sandbox) -> Limiter {
    let account = Account::new(DEFAULT_PUBLISHER_ID).on(sandbox.base_url());
    Limiter::new(limits_of(store), &account, Arc::new(SystemClock))
}

/// The program that the tests below start eight times. Without its variable it does nothing. It
/// makes its calls one after the other, and tries again if only the store fails.
#[tokio::test]
async fn worker() {
    let Ok(job) = std::env::var("CPALEAD_TEST_CLIENT") else {
        return;
    };
    let [base_url, store, number, calls] = job.split_whitespace().collect::<Vec<_>>()[..] else {
        panic!("not a job: {job}");
    };
    let client = Client::builder(DEFAULT_PUBLISHER_ID)
        .api_key(DEFAULT_API_KEY)
        .base_url(base_url)
        .http(reqwest::ClientBuilder::no_proxy)
        .rate_limits(limits_of(store))
        .build()
        .expect("a client");
    let begun = Instant::now();
    for _ in 0..calls.parse().expect("a number") {
        while let Err(error) = client.conversions(format!("worker-{number}")).await {
            assert!(error.is_store() && begun.elapsed() < PATIENCE, "{error}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn spawn(sandbox: &Sandbox, store: &str, number: usize, calls: usize) -> Child {
    let job = format!("{} {store} {number} {calls}", sandbox.base_url());
    spawn_as(module_path!(), &[("CPALEAD_TEST_CLIENT", &job)])
}

/// Waits for all processes; those that were not killed must succeed.
fn join(workers: Vec<Child>, killed: &[usize]) {
    for (number, worker) in workers.into_iter().enumerate() {
        let output = worker.wait_with_output().expect("it was started");
        assert!(
            output.status.success() || killed.contains(&number),
            "worker {number}: {}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
}

/// Prints the calls that the sandbox received, and returns who made them. Checks that none was
/// refused and that no two are closer than the sandbox's minute.
#[track_caller]
fn witness(title: &str, requests: &[Request]) -> Vec<usize> {
    println!(
        "{title}: arrivals in milliseconds after the first, as the provider saw them; its minute is {MINUTE:?}, the interval {INTERVAL:?}"
    );
    let first = requests.first().expect("a call arrived").arrived;
    let mut smallest = Duration::MAX;
    let mut before = None;
    let mut order = Vec::new();
    for request in requests {
        let gap = before.map(|before| request.arrived - before);
        smallest = smallest.min(gap.unwrap_or(Duration::MAX));
        before = Some(request.arrived);
        let subid = request.parameter("subid").unwrap_or_default();
        println!(
            "  {:9.3}  {subid}  {}{}",
            (request.arrived - first).as_secs_f64() * 1e3,
            request.status,
            gap.map_or(String::new(), |gap| format!(
                "  +{:.3}",
                gap.as_secs_f64() * 1e3
            )),
        );
        let number = subid.strip_prefix("worker-").expect("a worker");
        order.push(number.parse().expect("a number"));
    }
    println!("  smallest gap: {:.3} ms", smallest.as_secs_f64() * 1e3);
    let refused = requests.iter().filter(|request| request.status != 200);
    assert_eq!(refused.count(), 0, "the provider refused a call");
    assert!(smallest >= MINUTE, "two calls are only {smallest:?} apart");
    order
}

async fn sandbox() -> Sandbox {
    let sandbox = Sandbox::builder().offers(1).speed(SPEED).start().await;
    sandbox.expect("a sandbox")
}

/// Starts the workers one after the other, each when the one before has joined the line. The line
/// is held until all have joined.
async fn line_up(sandbox: &Sandbox, store: &str, limiter: &Limiter) -> Vec<Child> {
    let head_start = Duration::from_millis(1_200);
    let held = limiter.defer(Endpoint::Conversions, Some(head_start)).await;
    held.expect("the store works");
    let mut workers = Vec::new();
    for number in 0..8 {
        let before = limiter.peek(Endpoint::Conversions).await.expect("a wait");
        let end_of_line = SystemClock.steady() + before;
        workers.push(spawn(sandbox, store, number, 1));
        until_the_wait(limiter, |wait| {
            SystemClock.steady() + wait > end_of_line + INTERVAL / 2
        })
        .await;
    }
    workers
}

#[tokio::test]
async fn eight_clients_are_served_in_the_order_of_asking_and_a_killed_one_stops_nobody() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = format!("file:{}", directory.path().display());
    let sandbox = sandbox().await;
    let limiter = limiter(&store, &sandbox);
    let mut workers = line_up(&sandbox, &store, &limiter).await;
    let served = Instant::now();
    while sandbox.requests().len() < 3 {
        assert!(served.elapsed() < PATIENCE, "no call arrives");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    workers[5].kill().expect("SIGKILL");
    join(workers, &[5]);
    let order = witness("file, number 5 killed in the line", &sandbox.requests());
    assert_eq!(order, [0, 1, 2, 3, 4, 6, 7]);
}

#[tokio::test]
async fn eight_clients_that_come_at_once_are_all_served() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = format!("file:{}", directory.path().display());
    let sandbox = sandbox().await;
    let workers = (0..8)
        .map(|number| spawn(&sandbox, &store, number, 1))
        .collect();
    join(workers, &[]);
    let mut order = witness("file, all at once", &sandbox.requests());
    order.sort_unstable();
    assert_eq!(order, [0, 1, 2, 3, 4, 5, 6, 7]);
}

#[cfg(feature = "redis")]
#[tokio::test]
async fn eight_clients_share_a_redis_that_is_stopped_and_started_again() {
    let Some(mut server) = RedisServer::start() else {
        return;
    };
    let store = format!("redis:{}", server.url());
    let sandbox = sandbox().await;
    let mut workers: Vec<_> = (0..8)
        .map(|number| spawn(&sandbox, &store, number, 1))
        .collect();
    let begun = Instant::now();
    let at_least = async |calls: usize| {
        while sandbox.requests().len() < calls {
            assert!(begun.elapsed() < PATIENCE, "no call arrives");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    at_least(2).await;
    server.kill();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let served = sandbox.requests().len();
    server.restart();
    at_least(served + 2).await;
    // Kill a worker that has not been served yet.
    let came: Vec<_> = sandbox
        .requests()
        .iter()
        .filter_map(|request| request.parameter("subid").map(str::to_owned))
        .collect();
    let victim = (0..8)
        .rev()
        .find(|number| !came.contains(&format!("worker-{number}")))
        .expect("half of them wait");
    workers[victim].kill().expect("SIGKILL");
    join(workers, &[victim]);
    let mut order = witness(
        &format!("redis, stopped and started, number {victim} killed"),
        &sandbox.requests(),
    );
    order.sort_unstable();
    let expected: Vec<usize> = (0..8)
        .filter(|number| *number != victim || order.contains(number))
        .collect();
    assert_eq!(order, expected);
}

#[cfg(feature = "redis")]
#[tokio::test]
async fn eight_clients_of_a_redis_are_served_in_the_order_of_asking() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let store = format!("redis:{}", server.url());
    let sandbox = sandbox().await;
    let limiter = limiter(&store, &sandbox);
    let workers = line_up(&sandbox, &store, &limiter).await;
    join(workers, &[]);
    let order = witness("redis, in order", &sandbox.requests());
    assert_eq!(order, [0, 1, 2, 3, 4, 5, 6, 7]);
}
