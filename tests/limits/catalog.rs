//! A catalogue that several processes share through a real Redis server: one pull a round, and
//! never older offers over newer ones.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cpalead::Client;
use cpalead::catalog::{Catalog, CatalogBuilder, CatalogEvent, Origin, RedisCatalog};
use cpalead::clock::{Clock as _, SystemClock};
use cpalead::rate_limits::{MemoryStore, RateLimits, WhenAway};
use cpalead_sandbox::{DEFAULT_API_KEY, DEFAULT_PUBLISHER_ID, Sandbox};

use crate::many_processes::spawn_as;
use crate::redis_server::RedisServer;

/// The task of a worker: base url, Redis, lease in milliseconds, rounds, and the time of the first.
const JOB: &str = "CPALEAD_TEST_CATALOG";

/// Between two rounds of the eight processes.
const ROUND: Duration = Duration::from_secs(3);

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(30);

/// Longer than a test: nobody looks by itself.
const NEVER: Duration = Duration::from_secs(600);

fn client(base_url: &str) -> Client {
    let limits = RateLimits::default()
        .store(MemoryStore::new())
        .interval(cpalead::Endpoint::Offers, Duration::ZERO);
    Client::builder(DEFAULT_PUBLISHER_ID)
        .api_key(DEFAULT_API_KEY)
        .base_url(base_url)
        .http(reqwest::ClientBuilder::no_proxy)
        .rate_limits(limits)
        .build()
        .expect("a client")
}

fn redis(url: &str, lease: Duration, look: Duration) -> RedisCatalog {
    RedisCatalog::new(url).expect("a url").hurried(lease, look)
}

fn builder(base_url: &str, redis: RedisCatalog) -> CatalogBuilder {
    let request = client(base_url).offers().limit(100);
    Catalog::of(request)
        .every(NEVER)
        .full_every(NEVER)
        .share(redis)
}

/// What the listener heard.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    fn listener(&self) -> impl Fn(&CatalogEvent) + Send + Sync + 'static {
        let heard = self.clone();
        move |event| heard.0.lock().expect("no panic").push(event.to_string())
    }

    fn has(&self, text: &str) -> bool {
        let heard = self.0.lock().expect("no panic");
        heard.iter().any(|event| event.contains(text))
    }
}

/// The program that the tests below start. Without its variable it does nothing.
#[tokio::test]
async fn worker() {
    let Ok(job) = std::env::var(JOB) else {
        return;
    };
    let words: Vec<_> = job.split_whitespace().collect();
    let [base_url, url, lease, rounds, first] = words[..] else {
        panic!("not a job: {job}");
    };
    let number = |text: &str| -> u64 { text.parse().expect("a number") };
    let redis = redis(url, Duration::from_millis(number(lease)), NEVER);
    let heard = Heard::default();
    let started = builder(base_url, redis).on_event(heard.listener()).start();
    let catalog = match started.await {
        Ok(catalog) => catalog,
        Err(error) => return println!("\nENDS {error}"),
    };
    for round in 0..number(rounds) {
        let at = Duration::from_nanos(number(first)) + ROUND * u32::try_from(round).expect("few");
        tokio::time::sleep(at.saturating_sub(SystemClock.steady())).await;
        catalog
            .refresh()
            .await
            .expect("a pull, of this process or another");
    }
    let view = catalog.get();
    let (generation, offers) = (view.generation(), view.len());
    println!("\nENDS {generation} {offers} {:?}", heard.0);
}

fn spawn(base_url: &str, url: &str, lease: Duration, rounds: u32, first: Duration) -> Child {
    let job = format!(
        "{base_url} {url} {} {rounds} {}",
        lease.as_millis(),
        first.as_nanos()
    );
    spawn_as(module_path!(), &[(JOB, &job)])
}

/// Waits for a worker, and returns its last line.
fn end(worker: Child) -> String {
    let output = worker.wait_with_output().expect("it was started");
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{out}");
    let line = out.lines().find(|line| line.starts_with("ENDS"));
    line.unwrap_or_else(|| panic!("no end: {out}")).to_owned()
}

#[tokio::test]
async fn eight_processes_make_one_pull_a_round() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    const ROUNDS: u32 = 3;
    let sandbox = Sandbox::builder().offers(50).speed(600).start().await;
    let sandbox = sandbox.expect("a sandbox");
    let first = SystemClock.steady() + Duration::from_secs(6);
    let lease = Duration::from_secs(20);
    let worker = || spawn(sandbox.base_url(), &server.url(), lease, ROUNDS, first);
    let workers: Vec<_> = (0..8).map(|_| worker()).collect();
    let ends = tokio::task::spawn_blocking(|| workers.into_iter().map(end).collect::<Vec<_>>());
    let ends = ends.await.expect("no panic");
    let requests = sandbox.requests();
    let statuses: Vec<_> = requests.iter().map(|request| request.status).collect();
    println!(
        "requests of 8 processes in {} rounds: {statuses:?}",
        ROUNDS + 1
    );
    assert_eq!(statuses, [200; ROUNDS as usize + 1], "{ends:#?}");
}

/// A provider that tells the test of each request and waits for what to answer.
struct Provider {
    base_url: String,
    requests: Receiver<TcpStream>,
}

impl Provider {
    fn start() -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (sender, requests) = channel();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n > 0) {
                    head.extend(byte);
                }
                if sender.send(stream).is_err() {
                    return;
                }
            }
        });
        Provider {
            base_url: format!("http://{address}"),
            requests,
        }
    }

    /// The next request. The tests have several threads, so that waiting here holds up nobody.
    fn request(&self) -> TcpStream {
        self.requests.recv_timeout(LONG).expect("a request")
    }
}

/// Answers with so many offers.
fn answer(mut request: TcpStream, offers: u32) {
    let rows: Vec<_> = (1..=offers).map(|id| format!(r#"{{"id":{id}}}"#)).collect();
    let body = format!(r#"{{"status":"success","offers":[{}]}}"#, rows.join(","));
    let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json";
    let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    // A process that was killed does not read it.
    let _ = request.write_all(answer.as_bytes());
}

fn signal(worker: &Child, name: &str) {
    let id = worker.id().to_string();
    let status = Command::new("kill").args([name, &id]).status();
    assert!(status.expect("kill").success());
}

/// The key of the header, and what is there.
fn header(server: &RedisServer) -> (String, String) {
    let keys = server
        .command(&["KEYS", "cpalead:catalog:1:*:meta"])
        .expect("an answer");
    let key = keys
        .lines()
        .find(|line| line.starts_with("cpalead"))
        .expect("a key")
        .to_owned();
    let meta = server.command(&["GET", &key]).expect("an answer");
    (key, meta)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_takes_over_from_a_holder_that_was_killed() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let provider = Provider::start();
    let lease = Duration::from_secs(1);
    let mut holder = spawn(&provider.base_url, &server.url(), lease, 0, Duration::ZERO);
    let held = provider.request();
    holder.kill().expect("it is a child");
    holder.wait().expect("it was started");

    let started =
        tokio::spawn(builder(&provider.base_url, redis(&server.url(), lease, NEVER)).start());
    answer(provider.request(), 5);
    let catalog = started.await.expect("no panic").expect("offers");
    assert_eq!((catalog.get().len(), catalog.get().generation()), (5, 1));
    assert!(header(&server).1.contains("\"generation\":1"));
    drop(held);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_holder_that_was_stopped_does_not_overwrite_what_came_after_it() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let provider = Provider::start();
    let lease = Duration::from_secs(1);
    let holder = spawn(&provider.base_url, &server.url(), lease, 0, Duration::ZERO);
    let held = provider.request();
    signal(&holder, "-STOP");

    let started =
        tokio::spawn(builder(&provider.base_url, redis(&server.url(), lease, NEVER)).start());
    answer(provider.request(), 5);
    let catalog = started.await.expect("no panic").expect("offers");
    assert_eq!(catalog.get().len(), 5);
    let published = header(&server);

    answer(held, 3);
    signal(&holder, "-CONT");
    // Its pull is too late, or its publication is refused. Its start fails in the first case.
    let out = end(holder);
    assert_eq!(header(&server), published);
    let is_named = out.contains("ENDS 1 5") && out.contains("discarded");
    assert!(is_named || out.contains("its turn is over"), "{out}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pull_whose_lease_was_lost_is_discarded() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let provider = Provider::start();
    let share = || redis(&server.url(), LONG, NEVER);
    let heard = Heard::default();
    let slow = builder(&provider.base_url, share()).on_event(heard.listener());
    let slow = tokio::spawn(slow.start());
    let held = provider.request();
    let leases = server
        .command(&["KEYS", "cpalead:catalog:1:*:lease"])
        .expect("an answer");
    let lease = leases
        .lines()
        .find(|line| line.starts_with("cpalead"))
        .expect("a lease");
    server.command(&["DEL", lease]);

    let fast = tokio::spawn(builder(&provider.base_url, share()).start());
    answer(provider.request(), 5);
    fast.await.expect("no panic").expect("offers");
    let published = header(&server);
    answer(held, 3);
    let slow = slow.await.expect("no panic").expect("the other's offers");
    assert_eq!((slow.get().len(), slow.get().origin()), (5, Origin::Redis));
    assert!(
        heard.has("this pull was discarded"),
        "{heard:?}",
        heard = heard.0
    );
    assert_eq!(header(&server), published);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn followers_take_what_another_process_published() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let provider = Provider::start();
    let share = |look| redis(&server.url(), LONG, look);
    let first = tokio::spawn(builder(&provider.base_url, share(NEVER)).start());
    answer(provider.request(), 2);
    let first = first.await.expect("no panic").expect("offers");
    let follower = builder(&provider.base_url, share(Duration::from_millis(20)));
    let follower = follower.start().await.expect("offers of Redis");
    assert_eq!(
        (follower.get().len(), follower.get().origin()),
        (2, Origin::Redis)
    );

    let refreshing = tokio::spawn({
        let first = first.clone();
        async move { first.refresh().await }
    });
    answer(provider.request(), 4);
    refreshing.await.expect("no panic").expect("a pull");
    let changed = tokio::time::timeout(LONG, follower.changed_since(1)).await;
    let view = changed.expect("it does not hang");
    assert_eq!((view.len(), view.generation()), (4, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_on_the_server_is_named_and_replaced() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let provider = Provider::start();
    let heard = Heard::default();
    let started = builder(&provider.base_url, redis(&server.url(), LONG, NEVER));
    let started = tokio::spawn(started.on_event(heard.listener()).start());
    answer(provider.request(), 2);
    let catalog = started.await.expect("no panic").expect("offers");
    let (key, _) = header(&server);
    for (meta, why) in [
        ("{\"version\":2}", "written by a newer cpalead"),
        ("nothing", "it has no header"),
    ] {
        server.command(&["SET", &key, meta]);
        let refreshing = tokio::spawn({
            let catalog = catalog.clone();
            async move { catalog.refresh().await }
        });
        answer(provider.request(), 2);
        refreshing.await.expect("no panic").expect("a pull");
        assert!(heard.has(why), "{why}: {:?}", heard.0);
        assert!(
            header(&server).1.contains("\"generation\":1"),
            "{:?}",
            header(&server)
        );
        assert_eq!(catalog.get().len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_redis_is_away_the_offers_stay_and_a_pull_is_alone_or_not_at_all() {
    let Some(mut server) = RedisServer::start() else {
        return;
    };
    let provider = Provider::start();
    let (strict, lax) = (Heard::default(), Heard::default());
    let share = |when| redis(&server.url(), LONG, NEVER).when_away(when);
    let (refuses, alone) = (share(WhenAway::Refuse), share(WhenAway::UseMemory));
    let started = builder(&provider.base_url, refuses).on_event(strict.listener());
    let started = tokio::spawn(started.start());
    answer(provider.request(), 2);
    let refuses = started.await.expect("no panic").expect("offers");
    let alone = builder(&provider.base_url, alone).on_event(lax.listener());
    let alone = alone.start().await.expect("offers of Redis");

    server.kill();
    let error = refuses.refresh().await.expect_err("redis is away");
    assert!(error.is_catalog(), "{error}");
    assert!(strict.has("redis is not available"), "{:?}", strict.0);
    assert_eq!(refuses.get().len(), 2);
    let refreshing = tokio::spawn({
        let alone = alone.clone();
        async move { alone.refresh().await }
    });
    answer(provider.request(), 4);
    refreshing.await.expect("no panic").expect("a pull alone");
    assert_eq!((alone.get().len(), alone.get().generation()), (4, 2));

    // The server has lost everything. Whoever pulls next publishes again, with a later generation.
    server.restart();
    let refreshing = tokio::spawn(async move { alone.refresh().await.map(|()| alone) });
    answer(provider.request(), 6);
    let alone = refreshing.await.expect("no panic").expect("a pull");
    assert!(lax.has("redis is available again"), "{:?}", lax.0);
    assert_eq!(alone.get().generation(), 3);
    refuses.refresh().await.expect("the other's offers");
    assert_eq!((refuses.get().len(), refuses.get().generation()), (6, 3));
}

#[test]
fn a_password_in_the_url_is_not_shown() {
    let redis = RedisCatalog::new("redis://:hunter2@127.0.0.1:1").expect("a url");
    assert!(!format!("{redis:?}").contains("hunter2"));
    let error = RedisCatalog::new("hunter2").expect_err("not a url");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}
