//! What the contract tests share: clients that do not depend on the machine, and a clock that
//! records its waits.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cpalead::clock::{BoxFuture, Clock, ManualClock};
use cpalead::rate_limits::{MemoryStore, RateLimits};
use cpalead::{Client, ClientBuilder, Jitter};
use jiff::Timestamp;

/// The publisher of all tests.
pub(crate) const PUBLISHER: u64 = 3_360_001;

/// An address without a server.
///
/// No test gets a port below 1024. A port that another test has just released could be used again.
pub(crate) const UNREACHABLE: &str = "http://127.0.0.1:1";

/// An answer with no offers.
pub(crate) const EMPTY: &str = r#"{"status":"success","number_offers":0,"offers":[]}"#;

/// The settings of a client for the server of a test.
///
/// Each client has separate limits: ports are used again, and shared limits would be too.
pub(crate) fn builder(base_url: &str) -> ClientBuilder {
    Client::builder(PUBLISHER)
        .base_url(base_url)
        .rate_limits(RateLimits::default().store(MemoryStore::new()))
        .http(local)
}

/// Ignores the proxy and the certificates of the machine: reading these takes longer than
/// everything else in a test.
pub(crate) fn local(http: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    #[cfg(feature = "rustls")]
    let http = http.tls_certs_only([]);
    http.no_proxy()
}

pub(crate) fn client(base_url: &str) -> Client {
    builder(base_url).build().expect("a client")
}

/// A clock that jumps instead of waiting, and records how long each wait would have been.
#[derive(Clone, Debug)]
pub(crate) struct CountingClock {
    clock: ManualClock,
    waits: Arc<Mutex<Vec<Duration>>>,
}

impl CountingClock {
    pub(crate) fn new() -> CountingClock {
        CountingClock {
            clock: ManualClock::eager("2026-01-15T12:00:00Z".parse().expect("a timestamp")),
            waits: Arc::default(),
        }
    }

    /// The waits so far, in milliseconds.
    pub(crate) fn waits(&self) -> Vec<u128> {
        let waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        waits.iter().map(Duration::as_millis).collect()
    }
}

impl Clock for CountingClock {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn steady(&self) -> Duration {
        self.clock.steady()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        waits.push(duration);
        self.clock.sleep(duration)
    }
}

/// A source of randomness that always returns this number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Always(pub(crate) u64);

impl Jitter for Always {
    fn random(&self) -> u64 {
        self.0
    }
}

/// A message as it is on every machine, without ports and without the system's error numbers.
pub(crate) fn portable(message: &str) -> String {
    let mut portable = String::new();
    let mut rest = message;
    while let Some(at) = rest.find("127.0.0.1:") {
        let (before, after) = rest.split_at(at + "127.0.0.1:".len());
        portable.push_str(before);
        portable.push_str("PORT");
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    portable.push_str(rest);
    while let Some(at) = portable.find(" (os error ") {
        let end = portable[at..]
            .find(')')
            .map_or(portable.len(), |end| at + end + 1);
        portable.replace_range(at..end, "");
    }
    portable
}
