//! The store in memory: one map of ledgers, shared by the whole process or by its clones only.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::account::Lane;
use super::{Store, StoreError};
use crate::clock::{BoxFuture, Clock};
use crate::rate_limits::ledger::{Ledger, Op, Reply};

/// Keeps the limits in memory, for one long-running process; they are lost when it ends.
///
/// ```
/// use cpalead::rate_limits::{MemoryStore, RateLimits};
///
/// let limits = RateLimits::default().store(MemoryStore::new());
/// # let _ = limits;
/// ```
///
/// Clones share their ledgers. The store uses the steady time of the clock, so jumps of the wall
/// clock do not matter. All who share a store must therefore share a clock. A test with its own
/// clock needs its own store.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    ledgers: Arc<Mutex<HashMap<Arc<str>, Ledger>>>,
}

impl MemoryStore {
    /// Creates a separate store, shared with its clones only.
    #[must_use]
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// The store of this process, which is the default.
    ///
    /// All clients of an account in this process share its limits through it.
    #[must_use]
    pub fn shared() -> MemoryStore {
        static SHARED: LazyLock<MemoryStore> = LazyLock::new(MemoryStore::new);
        SHARED.clone()
    }

    fn change(&self, lane: &Lane, op: Op, clock: &dyn Clock) -> Reply {
        let mut ledgers = self.ledgers.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock.steady();
        // Look up first: `entry` would need an owned key even for a ledger that exists.
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
