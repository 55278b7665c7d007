//! What the contract tests share: clients that depend on nothing around them, and a clock that counts its waits.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cpalead::clock::{BoxFuture, Clock, ManualClock};
use cpalead::rate_limits::{MemoryStore, RateLimits};
use cpalead::{Client, ClientBuilder, Jitter};
use jiff::Timestamp;

/// The publisher of all tests.
pub(crate) const PUBLISHER: u64 = 3_360_001;

/// An answer with no offers.
pub(crate) const EMPTY: &str = r#"{"status":"success","number_offers":0,"offers":[]}"#;

/// A client's settings for a server of a test, with limits of its own: servers' ports are used again, and so would their limits be.
pub(crate) fn builder(base_url: &str) -> ClientBuilder {
    Client::builder(PUBLISHER)
        .base_url(base_url)
        .rate_limits(RateLimits::default().store(MemoryStore::new()))
        .http(local)
}

/// Depends on no proxy of the machine's, and does not read its certificates: that takes longer than all else that a test does.
pub(crate) fn local(http: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    #[cfg(feature = "rustls")]
    let http = http.tls_certs_only([]);
    http.no_proxy()
}

pub(crate) fn client(base_url: &str) -> Client {
    builder(base_url).build().expect("a client")
}

/// A clock that never makes anybody wait, and remembers how long each would have waited.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    clock: ManualClock,
    naps: Arc<Mutex<Vec<Duration>>>,
}

impl Watch {
    pub(crate) fn new() -> Watch {
        Watch {
            clock: ManualClock::eager("2026-01-15T12:00:00Z".parse().expect("a timestamp")),
            naps: Arc::default(),
        }
    }

    /// The waits so far, in milliseconds.
    pub(crate) fn naps(&self) -> Vec<u128> {
        let naps = self.naps.lock().unwrap_or_else(PoisonError::into_inner);
        naps.iter().map(Duration::as_millis).collect()
    }
}

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn steady(&self) -> Duration {
        self.clock.steady()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let mut naps = self.naps.lock().unwrap_or_else(PoisonError::into_inner);
        naps.push(duration);
        self.clock.sleep(duration)
    }
}

/// Randomness that is not: always this number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Always(pub(crate) u64);

impl Jitter for Always {
    fn random(&self) -> u64 {
        self.0
    }
}

/// A message as it is on every machine: without the ports of a test's servers and the system's numbers for errors.
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
