//! The store in memory: one map of ledgers, for everybody in the process or for those who are given it.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::account::Lane;
use super::{Store, StoreError};
use crate::clock::{BoxFuture, Clock};
use crate::rate_limits::ledger::{Ledger, Op, Reply};

/// Keeps the limits in memory: right for one long-running process, forgotten when it ends.
///
/// ```
/// use cpalead::rate_limits::{MemoryStore, RateLimits};
///
/// let limits = RateLimits::default().store(MemoryStore::new());
/// # let _ = limits;
/// ```
///
/// Clones share their ledgers. Time is the clock's steady scale: the wall clock may jump as it likes. All who share a
/// store must therefore share a clock; tests that bring their own clock bring a store of their own too.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    ledgers: Arc<Mutex<HashMap<Arc<str>, Ledger>>>,
}

impl MemoryStore {
    /// A store of its own, shared with its clones only.
    ///
    /// ```
    /// let store = cpalead::rate_limits::MemoryStore::new();
    /// # let _ = store;
    /// ```
    #[must_use]
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// The store of this process: the default, so that all clients of an account share its limits.
    ///
    /// ```
    /// let store = cpalead::rate_limits::MemoryStore::shared();
    /// # let _ = store;
    /// ```
    #[must_use]
    pub fn shared() -> MemoryStore {
        static SHARED: LazyLock<MemoryStore> = LazyLock::new(MemoryStore::new);
        SHARED.clone()
    }

    fn change(&self, lane: &Lane, op: Op, clock: &dyn Clock) -> Reply {
        let mut ledgers = self.ledgers.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock.steady();
        // Looking up first: `entry` would need a key of its own even for a ledger that is there.
        if let Some(ledger) = ledgers.get_mut(lane.id()) {
            return ledger.apply(now, lane.interval(), &op);
        }
        ledgers
            .entry(lane.id().into())
            .or_default()
            .apply(now, lane.interval(), &op)
    }
}

impl Store for MemoryStore {
    fn apply<'a>(
        &'a self,
        lane: &'a Lane,
        op: Op,
        clock: &'a dyn Clock,
    ) -> BoxFuture<'a, Result<Reply, StoreError>> {
        Box::pin(async move { Ok(self.change(lane, op, clock)) })
    }

    fn apply_now(
        &self,
        lane: &Lane,
        op: Op,
        clock: &dyn Clock,
    ) -> Option<Result<Reply, StoreError>> {
        Some(Ok(self.change(lane, op, clock)))
    }
}
