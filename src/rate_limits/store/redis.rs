//! The store on a Redis server: hosts share the slots through one atomic script on the server's clock.

mod connection;

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use self::connection::{Connection, Failure};
use super::account::Lane;
use super::memory::MemoryStore;
use super::{Listener, Store, StoreError, Warning};
use crate::clock::{BoxFuture, Clock};
use crate::rate_limits::ledger::{Ask, Op, Reply};

/// The longest time for connecting, and for each answer, unless set otherwise.
const TIMEOUT: Duration = Duration::from_secs(2);

/// What becomes of calls while Redis is away.
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
    /// They fail with an error, and nothing is sent to the provider: no host can exceed the limit. The default.
    #[default]
    Refuse,
    /// Each process goes on with limits of its own, which begin with what it has started itself. Several hosts may then
    /// exceed the limit together. [`RedisStore::on_warning`] tells.
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
/// - Needs Redis 5 or later, or Valkey. The user needs `EVAL`, `TIME`, `GET`, `SET` and `INFO` on the keys
///   `cpalead:limits:1:*`; a key holds times and random tickets under the hash of account and endpoint, and expires a
///   minute after it has nothing more to say. The eviction policy must leave it alone.
/// - Time is the server's. A server clock set back costs no more than the wait that was due; one set forward may let one
///   call start early.
/// - A server that comes back without its memory counts its own start as the last call. A failover to a replica that has
///   not heard of the last call cannot be noticed.
/// - Connecting and each answer have a [time-out](RedisStore::timeout). A broken connection is made anew with the next operation, which is tried
///   once more: asking twice with one ticket takes one slot.
/// - `rediss://` needs TLS: add the crate `redis` to your own dependencies with the feature `tokio-rustls-comp`.
#[derive(Clone)]
pub struct RedisStore {
    connection: Arc<Connection>,
    when_away: WhenAway,
    fallback: Arc<Fallback>,
    listener: Listener,
}

/// What one process knows by itself, for when Redis is away.
#[derive(Default)]
struct Fallback {
    memory: MemoryStore,
    /// The lanes of which Redis has not heard what happened in memory.
    unheard: Mutex<HashSet<String>>,
}

impl RedisStore {
    /// A store on the server at `url`, such as `redis://:password@host:6379/0` or `redis+unix:///run/redis.sock`.
    ///
    /// ```
    /// # fn main() -> Result<(), cpalead::rate_limits::StoreError> {
    /// let store = cpalead::rate_limits::RedisStore::new("redis://127.0.0.1:6379")?;
    /// # let _ = store;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Nothing is connected yet. The url may hold a password; it appears in no output.
    ///
    /// # Errors
    ///
    /// When the url cannot be read, or asks for TLS that was not compiled in.
    pub fn new(url: &str) -> Result<RedisStore, StoreError> {
        Ok(RedisStore {
            connection: Arc::new(Connection::new(url, TIMEOUT)?),
            when_away: WhenAway::default(),
            fallback: Arc::default(),
            listener: Listener::default(),
        })
    }

    /// Sets what becomes of calls while Redis is away.
    ///
    /// ```
    /// # fn main() -> Result<(), cpalead::rate_limits::StoreError> {
    /// use cpalead::rate_limits::{RedisStore, WhenAway};
    ///
    /// let store = RedisStore::new("redis://127.0.0.1:6379")?.when_away(WhenAway::UseMemory);
    /// # let _ = store;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn when_away(mut self, when_away: WhenAway) -> RedisStore {
        self.when_away = when_away;
        self
    }

    /// Sets how long connecting may take, and how long each answer; two seconds unless set.
    ///
    /// ```
    /// # fn main() -> Result<(), cpalead::rate_limits::StoreError> {
    /// use std::time::Duration;
    ///
    /// let store = cpalead::rate_limits::RedisStore::new("redis://127.0.0.1:6379")?.timeout(Duration::from_millis(500));
    /// # let _ = store;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> RedisStore {
        self.connection = Arc::new(self.connection.with_timeout(timeout));
        self
    }

    /// Calls `listen` with what an operator should know: once each time that memory takes over.
    ///
    /// ```
    /// # fn main() -> Result<(), cpalead::rate_limits::StoreError> {
    /// let store = cpalead::rate_limits::RedisStore::new("redis://127.0.0.1:6379")?
    ///     .on_warning(|warning| eprintln!("warning: {warning}"));
    /// # let _ = store;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn on_warning(mut self, listen: impl Fn(&Warning) + Send + Sync + 'static) -> RedisStore {
        self.listener = Listener::new(listen);
        self
    }

    async fn run(&self, lane: &Lane, op: Op, clock: &dyn Clock) -> Result<Reply, StoreError> {
        let known = self.known(lane, clock);
        let outcome = match known {
            // Redis is back, or may be: first it hears of what happened here while it was away.
            Some(wait) => self.connection.run(lane, &Op::Defer(wait)).await.map(drop),
            None => Ok(()),
        };
        let outcome = match outcome {
            Ok(()) => {
                if known.is_some() {
                    self.set_unheard(lane, Unheard::No);
                }
                self.connection.run(lane, &op).await
            }
            Err(failure) => Err(failure),
        };
        match (outcome, self.when_away) {
            (Ok(reply), WhenAway::UseMemory) => {
                self.remember(lane, op, reply, clock);
                Ok(reply)
            }
            (Err(Failure::Away(error)), WhenAway::UseMemory) => {
                if self.set_unheard(lane, Unheard::Yes) == Unheard::No {
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

    /// What memory knows and Redis does not: the wait until the lane is free.
    fn known(&self, lane: &Lane, clock: &dyn Clock) -> Option<Duration> {
        let unheard = self.fallback.unheard();
        unheard.contains(lane.id()).then_some(())?;
        let peeked = self.fallback.memory.apply_now(lane, Op::Peek, clock);
        peeked?.ok().map(|reply| reply.wait)
    }

    fn set_unheard(&self, lane: &Lane, now: Unheard) -> Unheard {
        let mut unheard = self.fallback.unheard();
        let before = match now {
            Unheard::Yes => !unheard.insert(lane.id().to_owned()),
            Unheard::No => unheard.remove(lane.id()),
        };
        if before { Unheard::Yes } else { Unheard::No }
    }

    /// Keeps memory informed of what this process starts and gives back, in case it must take over.
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unheard {
    Yes,
    No,
}

impl Fallback {
    fn unheard(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.unheard.lock().unwrap_or_else(PoisonError::into_inner)
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
        // Not the url: it may hold a password.
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
