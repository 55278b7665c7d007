//! The permit to start a call: if it is dropped before the call starts, its slot is given back.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use tokio::runtime::Handle;

use super::ledger::{Op, Ticket};
use super::store::Store;
use super::store::account::Lane;
use crate::clock::Clock;

/// Permission to start one call now.
///
/// ```
/// use std::sync::Arc;
/// use cpalead::clock::SystemClock;
/// use cpalead::Endpoint;
/// use cpalead::rate_limits::{Account, Limiter, MemoryStore, RateLimits};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), cpalead::rate_limits::LimitError> {
/// let limits = RateLimits::default().store(MemoryStore::new());
/// let limiter = Limiter::new(limits, &Account::new(3_360_001), Arc::new(SystemClock));
///
/// let unused = limiter.acquire(Endpoint::Conversions).await?;
/// drop(unused); // gives the slot back
///
/// let permit = limiter.acquire(Endpoint::Conversions).await?;
/// permit.start(); // and now send the request
/// # Ok(())
/// # }
/// ```
///
/// Use the permit at once: the interval until the next call counts from the moment it was given.
#[must_use = "a permit that is dropped gives its slot back"]
pub struct Permit {
    claim: Claim,
}

impl Permit {
    pub(super) fn new(claim: Claim) -> Permit {
        Permit { claim }
    }

    /// Marks the call as started. The slot is then used, even if the call fails.
    pub fn start(mut self) {
        self.claim.settle();
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permit({})", self.claim.lane.name())
    }
}

/// A ticket that may hold a slot; if dropped before it is settled, it gives the slot back.
///
/// It is created before the store is asked. A caller that is dropped while the store works cannot
/// know whether a slot was taken. Giving back a slot that the ticket does not hold changes nothing.
pub(super) struct Claim {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    lane: Lane,
    ticket: Ticket,
    /// The runtime on which a slow store gives the slot back. It is kept here because the drop may
    /// happen on a thread without a runtime.
    runtime: Option<Handle>,
    settled: bool,
}

impl Claim {
    pub(super) fn new(store: &Arc<dyn Store>, clock: &Arc<dyn Clock>, lane: &Lane) -> Claim {
        Claim {
            store: Arc::clone(store),
            clock: Arc::clone(clock),
            lane: lane.clone(),
            ticket: draw(),
            runtime: Handle::try_current().ok(),
            settled: false,
        }
    }

    pub(super) fn ticket(&self) -> Ticket {
        self.ticket
    }

    /// Marks that there is nothing to give back.
    pub(super) fn settle(&mut self) {
        self.settled = true;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.settled {
            return;
        }
        let op = Op::GiveBack(self.ticket);
        // If any of this fails, the slot is lost. The next caller then waits longer than needed,
        // which is slow but safe.
        let done = self.store.apply_now(&self.lane, op, self.clock.as_ref());
        if done.is_none()
            && let Some(runtime) = &self.runtime
        {
            let store = Arc::clone(&self.store);
            let clock = Arc::clone(&self.clock);
            let lane = self.lane.clone();
            runtime.spawn(async move { store.apply(&lane, op, clock.as_ref()).await });
        }
    }
}

/// A unique ticket: a random number for the process, and a counter.
fn draw() -> Ticket {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one("cpalead"));
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    Ticket::from(u128::from(*PROCESS) << 64 | u128::from(count))
}
