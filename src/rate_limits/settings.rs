//! The settings of the rate limits: the longest wait, the scope, the intervals and the store.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::store::Store;
use super::store::memory::MemoryStore;
use crate::endpoint::Endpoint;

/// The documented minute, and one more second because two requests may take different times to
/// arrive.
///
/// Publisher API documentation, Conversions API and Reversals API: "Limit: 1 request per minute".
const INTERVAL: Duration = Duration::from_secs(61);

/// The default for the longest wait: enough when one other caller is ahead.
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
/// A wait that would be too long is refused before it begins, and the error says when to try again.
/// A wait that was accepted may turn out up to one second longer, because timers and clocks are not
/// exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wait {
    /// Never waits.
    FailFast,
    /// Waits at most this long. The default is 65 seconds.
    AtMost(Duration),
    /// Waits if the slot begins at this time or earlier. A call that does not have to wait is made
    /// even after this time.
    Until(Timestamp),
}

impl Wait {
    /// The longest wait that this setting allows at `now`.
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

/// Whether conversions and reversals have one call a minute each, or one between them.
///
/// ```
/// use cpalead::rate_limits::{RateLimits, Scope};
///
/// let careful = RateLimits::default().scope(Scope::Shared);
/// # let _ = careful;
/// ```
///
/// The documentation states the limit for each of the two endpoints. It does not say that they
/// share one. All programs that share an account must use the same scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Scope {
    /// One call a minute to each endpoint. The default.
    #[default]
    PerEndpoint,
    /// One call a minute to both endpoints together.
    Shared,
}

/// How calls are paced: the longest wait, the scope, the intervals and the store.
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
/// By default a call waits at most 65 seconds. Calls for conversions start at least 61 seconds
/// apart, and so do calls for reversals. The times are kept in the memory of this process.
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
    #[must_use]
    pub fn wait(mut self, wait: Wait) -> RateLimits {
        self.wait = wait;
        self
    }

    /// Sets whether conversions and reversals share one limit.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> RateLimits {
        self.scope = scope;
        self
    }

    /// Sets the shortest time between the starts of two calls to one endpoint.
    ///
    /// ```
    /// use std::time::Duration;
    /// use cpalead::{Endpoint, RateLimits};
    ///
    /// // For a test server whose clock runs sixty times as fast.
    /// let limits = RateLimits::default()
    ///     .interval(Endpoint::Conversions, Duration::from_millis(1100));
    /// # let _ = limits;
    /// ```
    ///
    /// The default is 61 seconds: the documented minute and one more second. For offers the default
    /// is zero: only a `Retry-After` from the provider delays them. Use less than a minute only
    /// with a test server. In the shared scope the longer of the two intervals applies to both
    /// endpoints.
    #[must_use]
    pub fn interval(mut self, endpoint: Endpoint, interval: Duration) -> RateLimits {
        *match endpoint {
            Endpoint::Offers => &mut self.offers,
            Endpoint::Conversions => &mut self.conversions,
            Endpoint::Reversals => &mut self.reversals,
        } = interval;
        self
    }

    /// Sets the store, which decides who shares the limits.
    #[must_use]
    pub fn store(mut self, store: impl Store) -> RateLimits {
        self.store = Arc::new(store);
        self
    }

    /// The interval that applies to `endpoint` in this scope.
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
