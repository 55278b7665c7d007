//! What time it is and how to wait: the system's clock, and a clock for tests that is moved by
//! hand.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A boxed future, as the traits [`Clock`] and [`Store`](crate::rate_limits::Store) return it.
///
/// ```
/// fn later() -> cpalead::clock::BoxFuture<'static, u8> {
///     Box::pin(async { 7 })
/// }
/// # let _ = later();
/// ```
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A source of time, so that limits and retries can be tested without waiting.
///
/// ```
/// use cpalead::clock::{Clock, SystemClock};
///
/// let before = SystemClock.steady();
/// assert!(SystemClock.steady() >= before);
/// ```
///
/// A clock has two scales. [`now`](Clock::now) is the wall clock, which can be compared with dates
/// and can jump. [`steady`](Clock::steady) never jumps, but it has a meaning only within this
/// process or this boot of the machine.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The time of the wall clock, which may jump in either direction.
    fn now(&self) -> Timestamp;

    /// The time since a fixed point in the past; it never jumps and never runs backwards.
    ///
    /// If [`boot`](Clock::boot) names a boot, the fixed point is the start of that boot.
    fn steady(&self) -> Duration;

    /// The name of the boot to which [`steady`](Clock::steady) belongs, the same for all processes
    /// in it.
    ///
    /// `None`, the default, means that `steady` cannot be compared between processes.
    fn boot(&self) -> Option<&str> {
        None
    }

    /// Waits for `duration` on the steady scale.
    ///
    /// It may return a little early or late; callers check the time.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;
}

/// The machine's clock, and tokio's timer.
///
/// ```
/// use cpalead::clock::{Clock, SystemClock};
///
/// assert!(SystemClock.now() > "2025-01-01T00:00:00Z".parse()?);
/// # Ok::<(), jiff::Error>(())
/// ```
///
/// On Linux the steady scale is `CLOCK_BOOTTIME`, which continues while the machine is suspended.
/// On other systems it is [`std::time::Instant`]. Sleeping needs a tokio runtime whose timer is
/// enabled.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn steady(&self) -> Duration {
        system::steady()
    }

    fn boot(&self) -> Option<&str> {
        static BOOT: OnceLock<Option<String>> = OnceLock::new();
        BOOT.get_or_init(system::boot).as_deref()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

#[cfg(target_os = "linux")]
mod system {
    //! On Linux all processes of one boot share a clock.

    use std::time::Duration;

    use rustix::time::{ClockId, clock_gettime};

    pub(super) fn steady() -> Duration {
        let time = clock_gettime(ClockId::Boottime);
        Duration::new(
            u64::try_from(time.tv_sec).unwrap_or(0),
            u32::try_from(time.tv_nsec).unwrap_or(0),
        )
    }

    /// The random id of the boot and the time namespace, because a namespace may shift the clock.
    pub(super) fn boot() -> Option<String> {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let namespace = std::fs::read_link("/proc/self/ns/time").unwrap_or_default();
        Some(format!("{} {}", id.trim(), namespace.display()))
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    //! On other systems the steady scale belongs to one process.

    use std::sync::OnceLock;
    use std::time::{Duration, Instant};

    pub(super) fn steady() -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }

    pub(super) fn boot() -> Option<String> {
        None
    }
}

/// A clock for tests, which stands still until it is moved.
///
/// ```
/// use std::time::Duration;
/// use cpalead::clock::{Clock, ManualClock};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jiff::Error> {
/// let clock = ManualClock::new("2026-01-15T12:00:00Z".parse()?);
/// let sleeper = clock.clone();
/// let nap = tokio::spawn(async move { sleeper.sleep(Duration::from_secs(61)).await });
/// while clock.sleepers() == 0 {
///     tokio::task::yield_now().await;
/// }
///
/// clock.advance(Duration::from_secs(61));
/// nap.await.expect("the nap is over");
/// assert_eq!(clock.now(), "2026-01-15T12:01:01Z".parse()?);
/// # Ok(())
/// # }
/// ```
///
/// Clones share one time. A store that uses the clock, such as
/// [`MemoryStore`](crate::rate_limits::MemoryStore), must not be shared between clients with
/// different clocks.
#[derive(Debug, Clone)]
pub struct ManualClock {
    hands: Arc<Mutex<Hands>>,
    eager: bool,
}

#[derive(Debug)]
struct Hands {
    wall: Timestamp,
    steady: Duration,
    sleepers: BTreeMap<u64, (Duration, Waker)>,
}

impl ManualClock {
    /// Creates a clock that shows `at` and moves only by [`advance`](ManualClock::advance).
    #[must_use]
    pub fn new(at: Timestamp) -> ManualClock {
        let hands = Hands {
            wall: at,
            steady: Duration::ZERO,
            sleepers: BTreeMap::new(),
        };
        ManualClock {
            hands: Arc::new(Mutex::new(hands)),
            eager: false,
        }
    }

    /// Creates a clock that jumps to the end of each sleep, so that a single task never waits.
    ///
    /// ```
    /// use std::time::Duration;
    /// use cpalead::clock::{Clock, ManualClock};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), jiff::Error> {
    /// let clock = ManualClock::eager("2026-01-15T12:00:00Z".parse()?);
    /// clock.sleep(Duration::from_secs(3600)).await;
    /// assert_eq!(clock.now(), "2026-01-15T13:00:00Z".parse()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// With several sleepers it jumps to the end of whichever is polled, in no particular order.
    /// For tests with several tasks, use [`new`](ManualClock::new) and
    /// [`advance`](ManualClock::advance).
    #[must_use]
    pub fn eager(at: Timestamp) -> ManualClock {
        ManualClock {
            eager: true,
            ..ManualClock::new(at)
        }
    }

    /// Moves both scales forward and wakes every sleeper whose time is over.
    pub fn advance(&self, by: Duration) {
        let mut hands = self.hands();
        let steady = hands.steady.saturating_add(by);
        hands.move_to(steady);
    }

    /// Sets the wall clock, as an operator or a time server does.
    ///
    /// The steady scale and the sleepers are not affected.
    pub fn set_wall(&self, at: Timestamp) {
        self.hands().wall = at;
    }

    /// How many sleeps have begun and are not over.
    ///
    /// A test can use this to wait until all its tasks are waiting.
    #[must_use]
    pub fn sleepers(&self) -> usize {
        self.hands().sleepers.len()
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hands {
    fn move_to(&mut self, steady: Duration) {
        let by = steady.saturating_sub(self.steady);
        self.steady = self.steady.max(steady);
        self.wall = SignedDuration::try_from(by)
            .ok()
            .and_then(|by| self.wall.checked_add(by).ok())
            .unwrap_or(Timestamp::MAX);
        let now = self.steady;
        self.sleepers.retain(|_, (until, waker)| {
            let asleep = *until > now;
            if !asleep {
                waker.wake_by_ref();
            }
            asleep
        });
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.hands().wall
    }

    fn steady(&self) -> Duration {
        self.hands().steady
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Box::pin(Nap {
            clock: self,
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            until: self.steady().saturating_add(duration),
        })
    }
}

struct Nap<'a> {
    clock: &'a ManualClock,
    id: u64,
    until: Duration,
}

impl Future for Nap<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut hands = self.clock.hands();
        if hands.steady >= self.until {
            return Poll::Ready(());
        }
        hands
            .sleepers
            .insert(self.id, (self.until, context.waker().clone()));
        if self.clock.eager {
            // Moving the clock wakes this sleep too, and other tasks get a turn before it ends.
            hands.move_to(self.until);
        }
        Poll::Pending
    }
}

impl Drop for Nap<'_> {
    fn drop(&mut self) {
        self.clock.hands().sleepers.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, ManualClock, SystemClock};
    use std::time::Duration;

    fn noon() -> jiff::Timestamp {
        "2026-01-15T12:00:00Z".parse().unwrap()
    }

    #[tokio::test]
    async fn a_sleep_lasts_until_the_clock_has_been_moved_that_far() {
        let clock = ManualClock::new(noon());
        let sleeper = clock.clone();
        let nap = tokio::spawn(async move { sleeper.sleep(Duration::from_secs(10)).await });
        while clock.sleepers() == 0 {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(9));
        tokio::task::yield_now().await;
        assert!(!nap.is_finished());
        clock.advance(Duration::from_secs(1));
        nap.await.unwrap();
        assert_eq!(clock.sleepers(), 0);
    }

    #[tokio::test]
    async fn a_dropped_sleep_is_no_longer_counted() {
        let clock = ManualClock::new(noon());
        let sleeper = clock.clone();
        let nap = tokio::spawn(async move { sleeper.sleep(Duration::from_secs(10)).await });
        while clock.sleepers() == 0 {
            tokio::task::yield_now().await;
        }
        nap.abort();
        assert!(nap.await.is_err());
        assert_eq!(clock.sleepers(), 0);
    }

    #[test]
    fn a_jump_of_the_wall_clock_leaves_the_steady_scale_alone() {
        let clock = ManualClock::new(noon());
        clock.advance(Duration::from_secs(5));
        clock.set_wall("2026-01-15T13:00:00Z".parse().unwrap());
        assert_eq!(clock.steady(), Duration::from_secs(5));
        clock.advance(Duration::from_secs(1));
        assert_eq!(clock.now(), "2026-01-15T13:00:01Z".parse().unwrap());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn on_linux_the_boot_has_a_name() {
        assert!(SystemClock.boot().is_some_and(|boot| boot.len() > 30));
        assert!(SystemClock.steady() > Duration::ZERO);
    }
}
