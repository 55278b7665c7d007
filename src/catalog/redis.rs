//! The offers of a catalogue on a Redis server, and the lease that lets one process pull at a time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::snapshot::Identity;
use crate::rate_limits::{StoreError, WhenAway};
use crate::redis_connection::{Connection, Failure};

/// The default time limit for connecting and for each answer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How long a process may hold the turn, unless set.
const LEASE: Duration = Duration::from_secs(90);

/// How often the others look for a change, unless set.
const LOOK: Duration = Duration::from_secs(5);

/// Unused offers are forgotten after this many milliseconds: a week.
const KEPT: u64 = 7 * 24 * 60 * 60 * 1_000;

/// Writes only while the lease is held and nobody else has written.
const PUBLISH: &str = "\
if redis.call('GET', KEYS[3]) ~= ARGV[1] then return 0 end
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[2], ARGV[4], 'PX', ARGV[5])
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[5])
return 1";

/// Gives the lease back, unless it is another's by now.
const RELEASE: &str = "\
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])";

/// Shares the offers of a catalogue through a Redis server: one pull for a fleet.
///
/// ```
/// use cpalead::catalog::RedisCatalog;
///
/// # fn main() -> Result<(), cpalead::rate_limits::StoreError> {
/// let redis = RedisCatalog::new("redis://127.0.0.1:6379")?;
/// # let _ = redis;
/// # Ok(())
/// # }
/// ```
///
/// - The process that pulls holds a lease of 90 seconds, and its pull ends after 80. It publishes
///   only while the lease is held and nobody else has published: a process that was stopped cannot
///   write an older generation over a newer one. If it dies, another one pulls when the lease is
///   over.
/// - The others look every 5 seconds, and fetch the offers when they changed.
/// - If Redis is not available, every process serves what it has. [`WhenAway`] says whether it
///   pulls alone.
/// - Needs Redis 5 or later, or Valkey. The user needs `GET`, `MGET`, `SET`, `DEL` and `EVAL` on
///   the keys `cpalead:catalog:1:*`. There are three for each account and request, named by a hash,
///   and in one slot of a cluster. Offers take about 0.4 MB for 5,000 and expire after a week. The
///   server needs room for them, so that it does not evict the keys of the rate limits.
/// - The offers are stored as the provider sent them, so the publisher id and the sub-ids of the
///   request are in their links. The api key is not.
#[derive(Clone)]
pub struct RedisCatalog {
    connection: Arc<Connection>,
    pub(crate) when_away: WhenAway,
    pub(crate) lease: Duration,
    pub(crate) look: Duration,
}

/// What a keeper remembers of the server.
pub(crate) struct Fleet {
    pub(crate) redis: RedisCatalog,
    keys: [String; 3],
    /// The header that was there at the last look; empty if there was none.
    pub(crate) known: Vec<u8>,
    pub(crate) is_away: bool,
}

impl RedisCatalog {
    /// Shares through the server at `url`, such as `redis://:password@host:6379/0`.
    ///
    /// This does not connect yet. The url may contain a password; it never appears in any output.
    ///
    /// # Errors
    ///
    /// When the url is not valid, or asks for TLS and no TLS feature is enabled.
    pub fn new(url: &str) -> Result<RedisCatalog, StoreError> {
        Ok(RedisCatalog {
            connection: Arc::new(Connection::new(url, "catalogue", TIMEOUT)?),
            when_away: WhenAway::default(),
            lease: LEASE,
            look: LOOK,
        })
    }

    /// Sets whether this process pulls alone while Redis is not available. It does not by default.
    #[must_use]
    pub fn when_away(mut self, when_away: WhenAway) -> RedisCatalog {
        self.when_away = when_away;
        self
    }

    /// Sets the time limit for connecting and for each answer. The default is two seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> RedisCatalog {
        self.connection = Arc::new(self.connection.with_timeout(timeout));
        self
    }

    /// Shorter times, for tests: those of the lease, and between two looks.
    #[doc(hidden)]
    #[must_use]
    pub fn hurried(mut self, lease: Duration, look: Duration) -> RedisCatalog {
        (self.lease, self.look) = (lease, look);
        self
    }
}

impl Fleet {
    pub(crate) fn new(redis: RedisCatalog, identity: &Identity) -> Self {
        let name = identity.name();
        let key = |of| format!("cpalead:catalog:1:{{{name}}}:{of}");
        Self {
            redis,
            keys: [key("meta"), key("body"), key("lease")],
            known: Vec::new(),
            is_away: false,
        }
    }

    /// The header that is there now; empty if there is none.
    pub(crate) async fn meta(&self) -> Result<Vec<u8>, Failure> {
        let mut command = redis::cmd("GET");
        command.arg(&self.keys[0]);
        let meta: Option<Vec<u8>> = self.redis.connection.query(&command).await?;
        Ok(meta.unwrap_or_default())
    }

    /// The header and the body, of one moment.
    pub(crate) async fn whole(&self) -> Result<(Vec<u8>, Vec<u8>), Failure> {
        let mut command = redis::cmd("MGET");
        command.arg(&self.keys[0]).arg(&self.keys[1]);
        let (meta, body): (Option<Vec<u8>>, Option<Vec<u8>>) =
            self.redis.connection.query(&command).await?;
        Ok((meta.unwrap_or_default(), body.unwrap_or_default()))
    }

    /// Takes the lease, unless somebody holds it.
    pub(crate) async fn take(&self, token: &str) -> Result<bool, Failure> {
        let mut command = redis::cmd("SET");
        let lease = u64::try_from(self.redis.lease.as_millis()).unwrap_or(u64::MAX);
        command.arg(&self.keys[2]).arg(token).arg("NX");
        command.arg("PX").arg(lease);
        let taken: Option<String> = self.redis.connection.query(&command).await?;
        Ok(taken.is_some())
    }

    /// Publishes in place of what is known; false if the lease is lost, or another has published.
    pub(crate) async fn publish(
        &self,
        token: &str,
        meta: &[u8],
        body: &[u8],
    ) -> Result<bool, Failure> {
        let mut command = redis::cmd("EVAL");
        command.arg(PUBLISH).arg(3).arg(&self.keys[..]);
        command.arg(token).arg(&self.known[..]).arg(meta).arg(body);
        command.arg(KEPT);
        self.redis.connection.query(&command).await
    }

    /// Gives the lease back. If that fails, it ends by itself.
    pub(crate) async fn release(&self, token: &str) {
        let mut command = redis::cmd("EVAL");
        command.arg(RELEASE).arg(1).arg(&self.keys[2]).arg(token);
        let _: Result<u8, _> = self.redis.connection.query(&command).await;
    }
}

impl fmt::Debug for RedisCatalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisCatalog")
            .field("when_away", &self.when_away)
            .finish_non_exhaustive()
    }
}
