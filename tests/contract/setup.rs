//! What the tests of conversions and reversals share: a server with its client and clock, answers,
//! and fixtures.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cpalead::clock::{BoxFuture, Clock, ManualClock};
use cpalead::rate_limits::{
    Account, Lane, Limiter, MemoryStore, Op, RateLimits, Reply, Store, StoreError,
};
use cpalead::{Client, Endpoint};
use serde_json::Value;

use crate::raw_server::{RawServer, answer};
use crate::support::{PUBLISHER, builder};

pub(crate) const KEY: &str = "report-key-0123456789";

/// An answer without conversions.
pub(crate) const NONE: &str = r#"{"status":"success","conversions":[]}"#;

/// The pause between the starts of two calls.
pub(crate) const MINUTE: Duration = Duration::from_secs(61);

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) fn noon() -> jiff::Timestamp {
    "2026-01-15T12:00:00Z".parse().expect("a timestamp")
}

pub(crate) fn ok(body: &str) -> Vec<u8> {
    answer("200 OK", &[], body.as_bytes())
}

/// A server with prepared answers, a client of it, and the clock and the limiter that they use.
pub(crate) struct Setup {
    pub(crate) server: RawServer,
    pub(crate) clock: ManualClock,
    pub(crate) client: Client,
    pub(crate) limiter: Limiter,
    arrivals: Arc<Mutex<Vec<Duration>>>,
}

impl Setup {
    /// The server sends these answers in order and then repeats the last one. The clock jumps
    /// instead of waiting.
    pub(crate) fn answering(answers: Vec<Vec<u8>>) -> Setup {
        Setup::with(RateLimits::default(), Duration::ZERO, answers)
    }

    pub(crate) fn with(limits: RateLimits, takes: Duration, answers: Vec<Vec<u8>>) -> Setup {
        Setup::on(ManualClock::eager(noon()), limits, takes, answers)
    }

    pub(crate) fn on(
        clock: ManualClock,
        limits: RateLimits,
        takes: Duration,
        answers: Vec<Vec<u8>>,
    ) -> Setup {
        let arrivals = Arc::<Mutex<Vec<Duration>>>::default();
        let (time, seen) = (clock.clone(), Arc::clone(&arrivals));
        let server = RawServer::start(move |mut exchange| {
            seen.lock().expect("no panic").push(time.steady());
            time.advance(takes);
            let nth = (exchange.number() - 1).min(answers.len() - 1);
            match answers[nth].as_slice() {
                b"" => return exchange.reset(),
                bytes => exchange.send(bytes),
            };
            exchange.finish();
        });
        let limits = limits.store(MemoryStore::new());
        let (client, limiter) = client_and_limiter(&server, &clock, limits);
        Setup {
            server,
            clock,
            client,
            limiter,
            arrivals,
        }
    }

    /// When each request arrived, in seconds of the clock.
    pub(crate) fn arrivals(&self) -> Vec<u64> {
        let arrivals = self.arrivals.lock().expect("no panic");
        arrivals.iter().map(Duration::as_secs).collect()
    }

    /// The path and query of each request, without the key.
    pub(crate) fn targets(&self) -> Vec<String> {
        let heads = self.server.heads();
        let target = |head: &String| {
            let target = head.split(' ').nth(1).expect("a target");
            target.replace(&format!("&api_key={KEY}"), "")
        };
        heads.iter().map(target).collect()
    }

    pub(crate) async fn wait_for(&self, endpoint: Endpoint) -> Duration {
        self.limiter.peek(endpoint).await.expect("memory")
    }
}

/// A client of the server, and a limiter on the same ledger, with which tests can read and use it.
pub(crate) fn client_and_limiter(
    server: &RawServer,
    clock: &ManualClock,
    limits: RateLimits,
) -> (Client, Limiter) {
    let account = Account::new(PUBLISHER).on(&server.base_url());
    let limiter = Limiter::new(limits.clone(), &account, Arc::new(clock.clone()));
    let client = builder(&server.base_url())
        .api_key(KEY)
        .rate_limits(limits)
        .clock(Arc::new(clock.clone()))
        .build()
        .expect("a client");
    (client, limiter)
}

/// A store that always fails.
#[derive(Debug)]
pub(crate) struct Broken;

impl Store for Broken {
    fn apply<'a>(
        &'a self,
        _: &'a Lane,
        _: Op,
        _: &'a dyn Clock,
    ) -> BoxFuture<'a, Result<Reply, StoreError>> {
        Box::pin(async {
            Err(StoreError::new(
                "could not write the limits; free some space",
            ))
        })
    }
}

pub(crate) fn fixtures(of: &str) -> Vec<(String, String)> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(of);
    let entries = directory.read_dir().expect("the fixtures");
    let mut fixtures: Vec<_> = entries
        .map(|entry| entry.expect("a file").path())
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy();
            let body = std::fs::read_to_string(&path).expect("a fixture");
            (name.into_owned(), body)
        })
        .collect();
    fixtures.sort();
    assert!(!fixtures.is_empty(), "no fixtures in {of}");
    fixtures
}

/// The object without the fields that are null.
pub(crate) fn without_nulls(fields: Value) -> Value {
    let Value::Object(fields) = fields else {
        panic!("an object")
    };
    let present = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(present.collect())
}
