//! The settings of the limits: how long to wait, in which scope, at which interval, and in which
//! store.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::store::Store;
use super::store::memory::MemoryStore;
use crate::endpoint::Endpoint;

/// The documented minute, and a second for two requests that do not take the same time to arrive.
///
/// Publisher API documentation, Conversions API and Reversals API: "Limit: 1 request per minute".
const INTERVAL: Duration = Duration::from_secs(61);

/// The longest wait unless set otherwise: enough for one caller ahead.
const LONGEST_WAIT: Duration = Duration::from_secs(65);

/// What to do when a call has to wait for its slot.
///
/// ```
/// use std::time::Duration;
/// use cpalead::{RateLimits, Wait};
///
/// let patient = RateLimits::default().wait(Wait::AtMost(Duration::from_secs(600)));
/// let hasty = RateLimits::default().wait(Wait::FailFast);
/// # let _ = (patient, hasty);
/// ```
///
/// A wait that would be too long is refused before it begins, with the exact time to come back after. One that has been
/// waited for is not refused for the last second that timers and clocks may disagree about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wait {
    /// Never waits.
    FailFast,
    /// Waits if it takes no longer than this. The default is 65 seconds.
    AtMost(Duration),
    /// Waits if the slot begins no later than this. A call that need not wait is made even later.
    Until(Timestamp),
}

impl Wait {
    /// The longest wait that this allows at `now`.
    pub(super) fn longest(self, now: Timestamp) -> Duration {
        match self {
            Wait::FailFast => Duration::ZERO,
            Wait::AtMost(longest) => longest,
            Wait::Until(deadline) => {
                Duration::try_from(deadline.duration_since(now)).unwrap_or(Duration::ZERO)
            }
        }
    }
}

impl Default for Wait {
    fn default() -> Wait {
        Wait::AtMost(LONGEST_WAIT)
    }
}

/// Whether conversions and reversals have a minute each or one together.
///
/// ```
/// use cpalead::rate_limits::{RateLimits, Scope};
///
/// let careful = RateLimits::default().scope(Scope::Shared);
/// # let _ = careful;
/// ```
///
/// The documentation states the limit for each of the two and does not say that they share it. All who share an account must
/// use the same scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Scope {
    /// One call a minute to each. The default.
    #[default]
    PerEndpoint,
    /// One call a minute to both together.
    Shared,
}

/// How calls are paced: how long to wait, in which scope, at which interval, and where that is remembered.
///
/// ```
/// use std::time::Duration;
/// use cpalead::rate_limits::{FileStore, RateLimits, Wait};
///
/// let limits = RateLimits::default()
///     .wait(Wait::AtMost(Duration::from_secs(120)))
///     .store(FileStore::new("/var/lib/shop/cpalead"));
/// # let _ = limits;
/// ```
///
/// The default waits at most 65 seconds, per endpoint, 61 seconds from start to start, and remembers in this process's
/// memory.
#[derive(Debug, Clone)]
pub struct RateLimits {
    pub(super) wait: Wait,
    pub(super) scope: Scope,
    conversions: Duration,
    reversals: Duration,
    offers: Duration,
    pub(super) store: Arc<dyn Store>,
}

impl Default for RateLimits {
    fn default() -> RateLimits {
        RateLimits {
            wait: Wait::default(),
            scope: Scope::default(),
            conversions: INTERVAL,
            reversals: INTERVAL,
            offers: Duration::ZERO,
            store: Arc::new(MemoryStore::shared()),
        }
    }
}

impl RateLimits {
    /// Sets what to do when a call has to wait.
    ///
    /// ```
    /// use cpalead::{RateLimits, Wait};
    ///
    /// let limits = RateLimits::default().wait(Wait::FailFast);
    /// # let _ = limits;
    /// ```
    #[must_use]
    pub fn wait(mut self, wait: Wait) -> RateLimits {
        self.wait = wait;
        self
    }

    /// Sets whether conversions and reversals share their minute.
    ///
    /// ```
    /// use cpalead::rate_limits::{RateLimits, Scope};
    ///
    /// let limits = RateLimits::default().scope(Scope::Shared);
    /// # let _ = limits;
    /// ```
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> RateLimits {
        self.scope = scope;
        self
    }

    /// Sets the least time from one start to the next, for one endpoint.
    ///
    /// ```
    /// use std::time::Duration;
    /// use cpalead::{Endpoint, RateLimits};
    ///
    /// // For a stand-in provider whose clock runs sixty times as fast.
    /// let limits = RateLimits::default().interval(Endpoint::Conversions, Duration::from_millis(1100));
    /// # let _ = limits;
    /// ```
    ///
    /// The default is 61 seconds, the documented minute and a second; for offers zero, which means that only the
    /// provider's `Retry-After` counts. Less than a minute is for stand-ins only. In the shared scope the longer of the two
    /// intervals counts for both.
    #[must_use]
    pub fn interval(mut self, endpoint: Endpoint, interval: Duration) -> RateLimits {
        *match endpoint {
            Endpoint::Offers => &mut self.offers,
            Endpoint::Conversions => &mut self.conversions,
            Endpoint::Reversals => &mut self.reversals,
        } = interval;
        self
    }

    /// Sets where the limits are remembered, and so who shares them.
    ///
    /// ```
    /// use cpalead::rate_limits::{MemoryStore, RateLimits};
    ///
    /// let limits = RateLimits::default().store(MemoryStore::new());
    /// # let _ = limits;
    /// ```
    #[must_use]
    pub fn store(mut self, store: impl Store) -> RateLimits {
        self.store = Arc::new(store);
        self
    }

    /// The interval that counts for `endpoint` in this scope.
    pub(super) fn interval_of(&self, endpoint: Endpoint) -> Duration {
        match (self.scope, endpoint) {
            (_, Endpoint::Offers) => self.offers,
            (Scope::Shared, _) => self.conversions.max(self.reversals),
            (Scope::PerEndpoint, Endpoint::Conversions) => self.conversions,
            (Scope::PerEndpoint, Endpoint::Reversals) => self.reversals,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{RateLimits, Scope, Wait};
    use crate::endpoint::Endpoint;

    #[test]
    fn a_deadline_that_is_over_allows_no_wait() {
        let now = "2026-01-15T12:00:00Z".parse().unwrap();
        let wait = |at: &str| Wait::Until(at.parse().unwrap()).longest(now);
        assert_eq!(wait("2026-01-15T11:59:59Z"), Duration::ZERO);
        assert_eq!(wait("2026-01-15T12:01:30Z"), Duration::from_secs(90));
    }

    #[test]
    fn the_default_interval_is_the_documented_minute_and_a_second() {
        let limits = RateLimits::default();
        assert_eq!(
            limits.interval_of(Endpoint::Conversions),
            Duration::from_secs(61)
        );
        assert_eq!(
            limits.interval_of(Endpoint::Reversals),
            Duration::from_secs(61)
        );
        assert_eq!(limits.interval_of(Endpoint::Offers), Duration::ZERO);
    }

    #[test]
    fn a_shared_minute_is_as_long_as_the_longer_of_the_two() {
        let limits = RateLimits::default()
            .scope(Scope::Shared)
            .interval(Endpoint::Reversals, Duration::from_secs(90));
        assert_eq!(
            limits.interval_of(Endpoint::Conversions),
            Duration::from_secs(90)
        );
    }
}
