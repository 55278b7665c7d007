//! The store on a Redis server: hosts share the slots through one atomic script, which uses the
//! server's clock.

mod script;

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::account::Lane;
use super::memory::MemoryStore;
use super::{Listener, Store, StoreError, Warning};
use crate::clock::{BoxFuture, Clock};
use crate::rate_limits::ledger::{Ask, Op, Reply};
use crate::redis_connection::{Connection, Failure};

/// The default time limit for connecting and for each answer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// What happens to calls while Redis is not available.
///
/// ```
/// use cpalead::rate_limits::{RedisStore, WhenAway};
///
/// # fn main() -> Result<(), cpalead::rate_limits::StoreError> {
/// let store = RedisStore::new("redis://127.0.0.1:6379")?.when_away(WhenAway::UseMemory);
/// # let _ = store;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WhenAway {
    /// They fail with an error, and nothing is sent to the provider. No host can exceed the limit.
    /// The default.
    #[default]
    Refuse,
    /// Each process continues with separate limits in memory, which include the calls that it has
    /// started itself. Several hosts together may then exceed the limit. [`RedisStore::on_warning`]
    /// reports this.
    UseMemory,
}

/// Keeps the limits on a Redis server, for all hosts that use it.
///
/// ```
/// use cpalead::rate_limits::{RateLimits, RedisStore};
///
/// # fn main() -> Result<(), cpalead::rate_limits::StoreError> {
/// let limits = RateLimits::default().store(RedisStore::new("redis://127.0.0.1:6379")?);
/// # let _ = limits;
/// # Ok(())
/// # }
/// ```
///
/// - Needs Redis 5 or later, or Valkey. The user needs `EVAL`, `TIME`, `GET`, `SET` and `INFO` on
///   the keys `cpalead:limits:1:*`; a key is named by the hash of account and endpoint, holds times
///   and random tickets, and expires a minute after it is no longer needed. The eviction policy
///   must not remove it earlier.
/// - The store uses the server's clock. A clock that is set back adds at most the wait that was
///   due; a clock that is set forward may let one call start early.
/// - A server that has restarted without its data counts its start as the last call. A failover to
///   a replica that does not have the last call cannot be detected.
/// - Connecting and each answer have a [time limit](RedisStore::timeout). If the connection is
///   broken, the operation is tried once more over a new one. That is safe, because asking twice
///   with one ticket takes only one slot.
/// - `rediss://` needs TLS: add the crate `redis` to your own dependencies with the feature
///   `tokio-rustls-comp`.
#[derive(Clone)]
pub struct RedisStore {
    connection: Arc<Connection>,
    when_away: WhenAway,
    fallback: Arc<Fallback>,
    listener: Listener,
}

/// What this process knows itself, for the time when Redis is not available.
#[derive(Default)]
struct Fallback {
    memory: MemoryStore,
    /// The lanes that were changed in memory and not yet in Redis.
    unsynced: Mutex<HashSet<String>>,
}

impl RedisStore {
    /// Creates a store on the server at `url`, such as `redis://:password@host:6379/0` or
    /// `redis+unix:///run/redis.sock`.
    ///
    /// This does not connect yet. The url may contain a password; it never appears in any output.
    ///
    /// # Errors
    ///
    /// When the url is not valid, or asks for TLS and no TLS feature is enabled.
    pub fn new(url: &str) -> Result<RedisStore, StoreError> {
        Ok(RedisStore {
            connection: Arc::new(Connection::new(url, "rate limits", TIMEOUT)?),
            when_away: WhenAway::default(),
            fallback: Arc::default(),
            listener: Listener::default(),
        })
    }

    /// Sets what happens to calls while Redis is not available.
    #[must_use]
    pub fn when_away(mut self, when_away: WhenAway) -> RedisStore {
        self.when_away = when_away;
        self
    }

    /// Sets the time limit for connecting and for each answer. The default is two seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> RedisStore {
        self.connection = Arc::new(self.connection.with_timeout(timeout));
        self
    }

    /// Calls `listen` with a warning each time the limits move to memory.
    #[must_use]
    pub fn on_warning(mut self, listen: impl Fn(&Warning) + Send + Sync + 'static) -> RedisStore {
        self.listener = Listener::new(listen);
        self
    }

    async fn run(&self, lane: &Lane, op: Op, clock: &dyn Clock) -> Result<Reply, StoreError> {
        let known = self.known(lane, clock);
        let outcome = match known {
            // Redis may be available again: first bring it up to date with what happened here.
            Some(wait) => script::run(&self.connection, lane, &Op::Defer(wait))
                .await
                .map(drop),
            None => Ok(()),
        };
        let outcome = match outcome {
            Ok(()) => {
                if known.is_some() {
                    self.fallback.mark_synced(lane);
                }
                script::run(&self.connection, lane, &op).await
            }
            Err(failure) => Err(failure),
        };
        match (outcome, self.when_away) {
            (Ok(reply), WhenAway::UseMemory) => {
                self.remember(lane, op, reply, clock);
                Ok(reply)
            }
            (Err(Failure::Away(error)), WhenAway::UseMemory) => {
                if self.fallback.mark_unsynced(lane) {
                    self.listener.tell(&Warning::Away {
                        reason: error.to_string(),
                    });
                }
                self.fallback.memory.apply(lane, op, clock).await
            }
            (Ok(reply), WhenAway::Refuse) => Ok(reply),
            (Err(failure), _) => Err(failure.into()),
        }
    }

    /// The wait until the lane is free according to memory, if Redis does not know it yet.
    fn known(&self, lane: &Lane, clock: &dyn Clock) -> Option<Duration> {
        if !self.fallback.unsynced().contains(lane.id()) {
            return None;
        }
        let peeked = self.fallback.memory.apply_now(lane, Op::Peek, clock);
        peeked?.ok().map(|reply| reply.wait)
    }

    /// Repeats in memory what this process starts and gives back, in case memory must take over.
    fn remember(&self, lane: &Lane, op: Op, reply: Reply, clock: &dyn Clock) {
        let op = match op {
            Op::Take(ask) if reply.held && reply.wait.is_zero() => Op::Take(Ask {
                longest: Duration::MAX,
                ..ask
            }),
            Op::GiveBack(_) | Op::Defer(_) => op,
            Op::Take(_) | Op::Peek => return,
        };
        let _ = self.fallback.memory.apply_now(lane, op, clock);
    }
}

impl Fallback {
    fn unsynced(&self) -> MutexGuard<'_, HashSet<String>> {
        self.unsynced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that memory has taken over the lane; false if it already had.
    fn mark_unsynced(&self, lane: &Lane) -> bool {
        self.unsynced().insert(lane.id().to_owned())
    }

    fn mark_synced(&self, lane: &Lane) {
        self.unsynced().remove(lane.id());
    }
}

impl Store for RedisStore {
    fn apply<'a>(
        &'a self,
        lane: &'a Lane,
        op: Op,
        clock: &'a dyn Clock,
    ) -> BoxFuture<'a, Result<Reply, StoreError>> {
        Box::pin(self.run(lane, op, clock))
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The url is left out, because it may contain a password.
        f.debug_struct("RedisStore")
            .field("when_away", &self.when_away)
            .field("on_warning", &self.listener)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::RedisStore;

    #[test]
    fn a_password_appears_in_no_output() {
        let store = RedisStore::new("redis://:hunter2@127.0.0.1:6379").unwrap();
        assert!(!format!("{store:?}").contains("hunter2"));
        for url in [
            "redis://:hunter2@127.0.0.1:port",
            "http://:hunter2@x",
            "hunter2",
        ] {
            let error = RedisStore::new(url).unwrap_err();
            assert!(
                !format!("{error} {error:?}").contains("hunter2"),
                "{error:?}"
            );
        }
    }
}
