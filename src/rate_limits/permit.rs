//! A claim to a slot and the permit that comes of it: whatever is dropped before its call starts is given back.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use tokio::runtime::Handle;

use super::ledger::{Op, Ticket};
use super::store::Store;
use super::store::account::Lane;
use crate::clock::Clock;

/// Leave to start one call now.
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
/// The interval to the next call counts from the moment the permit was given: it is to be used at once.
#[must_use = "a permit that is dropped gives its slot back"]
pub struct Permit {
    claim: Claim,
}

impl Permit {
    pub(super) fn new(claim: Claim) -> Permit {
        Permit { claim }
    }

    /// Says that the call starts now: the slot is used, whatever becomes of the call.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use cpalead::clock::SystemClock;
    /// # use cpalead::Endpoint;
    /// # use cpalead::rate_limits::{Account, Limiter, MemoryStore, RateLimits};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), cpalead::rate_limits::LimitError> {
    /// # let limits = RateLimits::default().store(MemoryStore::new());
    /// # let limiter = Limiter::new(limits, &Account::new(3_360_001), Arc::new(SystemClock));
    /// limiter.acquire(Endpoint::Reversals).await?.start();
    /// assert!(limiter.peek(Endpoint::Reversals).await?.as_secs() >= 60);
    /// # Ok(())
    /// # }
    /// ```
    pub fn start(mut self) {
        self.claim.settle();
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permit({})", self.claim.lane.name())
    }
}

/// A ticket that may hold a slot. Dropped before it is settled, it gives the slot back.
///
/// It is made before the store is asked: dropped while the question is under way, nobody knows whether a slot was
/// taken, and giving back what one does not hold does no harm.
pub(super) struct Claim {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    lane: Lane,
    ticket: Ticket,
    /// Where a slow store finishes giving back. Remembered, because the drop may happen on a thread that has none.
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

    /// Says that there is nothing to give back.
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
        // Should any of this fail, the slot is lost: the next caller waits for nothing, which is no worse than slow.
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

/// A ticket that nobody else has: a random number for the process, and a count.
fn draw() -> Ticket {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one("cpalead"));
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    Ticket::from(u128::from(*PROCESS) << 64 | u128::from(count))
}
