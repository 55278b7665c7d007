//! The limiter: asks the store for a slot, sleeps until it begins, and hands out the permit.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::ledger::{Ask, Op, Reply};
use super::permit::{Claim, Permit};
use super::settings::{RateLimits, Scope, Wait};
use super::store::account::{Account, Lane};
use super::store::{Store, StoreError};
use crate::clock::Clock;
use crate::endpoint::Endpoint;

/// By so much a wait may turn out longer than allowed, once it has been waited for: timers and clocks are not exact.
const GRACE: Duration = Duration::from_secs(1);

/// Paces the calls of one account.
///
/// ```
/// use std::sync::Arc;
/// use cpalead::clock::SystemClock;
/// use cpalead::Endpoint;
/// use cpalead::rate_limits::{Account, Limiter, MemoryStore, RateLimits, Wait};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), cpalead::rate_limits::LimitError> {
/// let limits = RateLimits::default().wait(Wait::FailFast).store(MemoryStore::new());
/// let limiter = Limiter::new(limits, &Account::new(3_360_001), Arc::new(SystemClock));
///
/// limiter.acquire(Endpoint::Conversions).await?.start();
/// let refused = limiter.acquire(Endpoint::Conversions).await.unwrap_err();
/// assert!(refused.retry_after().is_some_and(|wait| wait.as_secs() >= 60));
/// # Ok(())
/// # }
/// ```
///
/// A client has one and paces its calls by it; by itself it is for programs that make such calls in another way. Slots are given
/// in the order of asking, to all who share the store.
#[derive(Debug, Clone)]
pub struct Limiter {
    wait: Wait,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    offers: Lane,
    conversions: Lane,
    reversals: Lane,
}

impl Limiter {
    /// A limiter for `account`.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use cpalead::clock::SystemClock;
    /// use cpalead::rate_limits::{Account, Limiter, RateLimits};
    ///
    /// let limiter = Limiter::new(RateLimits::default(), &Account::new(3_360_001), Arc::new(SystemClock));
    /// # let _ = limiter;
    /// ```
    #[must_use]
    pub fn new(limits: RateLimits, account: &Account, clock: Arc<dyn Clock>) -> Limiter {
        let (conversions, reversals) = match limits.scope {
            Scope::PerEndpoint => ("conversions", "reversals"),
            Scope::Shared => ("conversions and reversals", "conversions and reversals"),
        };
        let lane = |name, endpoint| Lane::new(account, name, limits.interval_of(endpoint));
        Limiter {
            offers: lane("offers", Endpoint::Offers),
            conversions: lane(conversions, Endpoint::Conversions),
            reversals: lane(reversals, Endpoint::Reversals),
            wait: limits.wait,
            store: limits.store,
            clock,
        }
    }

    /// The same limiter with another answer to waiting, for a single call.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use cpalead::clock::SystemClock;
    /// # use cpalead::rate_limits::{Account, Limiter, RateLimits, Wait};
    /// # let limiter = Limiter::new(RateLimits::default(), &Account::new(3_360_001), Arc::new(SystemClock));
    /// let hasty = limiter.with_wait(Wait::FailFast);
    /// # let _ = hasty;
    /// ```
    #[must_use]
    pub fn with_wait(&self, wait: Wait) -> Limiter {
        Limiter {
            wait,
            ..self.clone()
        }
    }

    /// The same limiter for calls that have to wait in any case: a longest wait becomes at least this. Never waiting, and a deadline, stay
    /// what they are.
    pub(crate) fn patient(&self, longest: Duration) -> Limiter {
        match self.wait {
            Wait::AtMost(wait) => self.with_wait(Wait::AtMost(wait.max(longest))),
            Wait::FailFast | Wait::Until(_) => self.clone(),
        }
    }

    /// Waits for a slot and gives leave to start one call in it.
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
    /// let permit = limiter.acquire(Endpoint::Conversions).await?;
    /// permit.start();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Dropped at any moment before the permit is started, it leaves no trace: the slot is given back.
    ///
    /// # Errors
    ///
    /// [`LimitError::Limited`] when the wait would be too long, known before anybody waits; also when the provider, while this
    /// call waited, asked for more patience than is allowed. [`LimitError::Store`] when the store does not work.
    pub async fn acquire(&self, endpoint: Endpoint) -> Result<Permit, LimitError> {
        let lane = self.lane(endpoint);
        let begun = self.clock.steady();
        let longest = self.wait.longest(self.clock.now());
        let mut claim = Claim::new(&self.store, &self.clock, lane);
        let mut ask = Ask {
            ticket: claim.ticket(),
            longest,
        };
        loop {
            let reply = self.apply(lane, Op::Take(ask)).await?;
            if !reply.held {
                claim.settle();
                return Err(LimitError::Limited {
                    retry_after: reply.wait,
                });
            }
            if reply.wait.is_zero() {
                return Ok(Permit::new(claim));
            }
            self.clock.sleep(reply.wait).await;
            // The slot may have been moved meanwhile, by a deferral or by a caller who was late: ask again.
            let waited = self.clock.steady().saturating_sub(begun);
            ask.longest = longest.saturating_sub(waited).saturating_add(GRACE);
        }
    }

    /// How long a call that asks now would wait. Nothing is taken.
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
    /// assert!(limiter.peek(Endpoint::Conversions).await?.is_zero());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the store does not work.
    pub async fn peek(&self, endpoint: Endpoint) -> Result<Duration, LimitError> {
        Ok(self.apply(self.lane(endpoint), Op::Peek).await?.wait)
    }

    /// Lets no call to `endpoint` start for `retry_after`; what the provider asked for, or one interval if it did not say.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use std::time::Duration;
    /// # use cpalead::clock::SystemClock;
    /// # use cpalead::Endpoint;
    /// # use cpalead::rate_limits::{Account, Limiter, MemoryStore, RateLimits};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), cpalead::rate_limits::LimitError> {
    /// # let limits = RateLimits::default().store(MemoryStore::new());
    /// # let limiter = Limiter::new(limits, &Account::new(3_360_001), Arc::new(SystemClock));
    /// limiter.defer(Endpoint::Offers, Some(Duration::from_secs(30))).await?;
    /// assert!(limiter.peek(Endpoint::Offers).await?.as_secs() >= 29);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// It only ever moves the next start later, and never further than one hour from now.
    ///
    /// # Errors
    ///
    /// When the store does not work.
    pub async fn defer(
        &self,
        endpoint: Endpoint,
        retry_after: Option<Duration>,
    ) -> Result<(), LimitError> {
        let lane = self.lane(endpoint);
        let wait = retry_after.unwrap_or(lane.interval());
        self.apply(lane, Op::Defer(wait)).await.map(drop)
    }

    /// Defers, and says how long it is until the next call may start.
    ///
    /// A store that fails here has nothing to add to the answer that the caller gets.
    pub(crate) async fn postpone(
        &self,
        endpoint: Endpoint,
        retry_after: Option<Duration>,
    ) -> Option<Duration> {
        self.defer(endpoint, retry_after).await.ok()?;
        let wait = self.peek(endpoint).await.ok()?;
        (!wait.is_zero()).then_some(wait)
    }

    /// The least time from one start to the next.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use cpalead::clock::SystemClock;
    /// # use cpalead::Endpoint;
    /// # use cpalead::rate_limits::{Account, Limiter, RateLimits};
    /// # let limiter = Limiter::new(RateLimits::default(), &Account::new(3_360_001), Arc::new(SystemClock));
    /// assert_eq!(limiter.interval(Endpoint::Reversals).as_secs(), 61);
    /// ```
    #[must_use]
    pub fn interval(&self, endpoint: Endpoint) -> Duration {
        self.lane(endpoint).interval()
    }

    fn lane(&self, endpoint: Endpoint) -> &Lane {
        match endpoint {
            Endpoint::Offers => &self.offers,
            Endpoint::Conversions => &self.conversions,
            Endpoint::Reversals => &self.reversals,
        }
    }

    async fn apply(&self, lane: &Lane, op: Op) -> Result<Reply, LimitError> {
        let clock = self.clock.as_ref();
        let reply = match self.store.apply_now(lane, op, clock) {
            Some(reply) => reply,
            None => self.store.apply(lane, op, clock).await,
        };
        reply.map_err(LimitError::Store)
    }
}

/// Why there is no permit. Nothing was sent to the provider.
///
/// ```
/// use std::time::Duration;
/// use cpalead::rate_limits::LimitError;
///
/// let error = LimitError::Limited { retry_after: Duration::from_millis(41_200) };
/// assert_eq!(error.to_string(), "the next call may start in 41.2s; try again then, or allow a longer wait");
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum LimitError {
    /// The wait would be longer than allowed.
    Limited {
        /// The time after which a call could start, if nobody asks before.
        retry_after: Duration,
    },
    /// The store does not work, so that nobody knows whether a call may start.
    Store(StoreError),
}

impl LimitError {
    /// The time to come back after, if that is all that is needed.
    ///
    /// ```
    /// use std::time::Duration;
    /// use cpalead::rate_limits::LimitError;
    ///
    /// let error = LimitError::Limited { retry_after: Duration::from_secs(41) };
    /// assert_eq!(error.retry_after(), Some(Duration::from_secs(41)));
    /// ```
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            LimitError::Limited { retry_after } => Some(*retry_after),
            LimitError::Store(_) => None,
        }
    }
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LimitError::Limited { retry_after } => write!(
                f,
                "the next call may start in {retry_after:.1?}; try again then, or allow a longer wait"
            ),
            LimitError::Store(error) => write!(f, "{error}"),
        }
    }
}

impl Error for LimitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            LimitError::Limited { .. } => None,
            LimitError::Store(error) => error.source(),
        }
    }
}
