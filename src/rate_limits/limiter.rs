//! The limiter: asks the store for a slot, sleeps until the slot begins, and returns the permit.

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
use crate::error::try_again::{NOT_YET, TryAgain};

/// How much longer than allowed an accepted wait may turn out, because timers and clocks are not
/// exact.
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
/// Every client has a limiter. Use one directly only in a program that calls the provider without
/// this library's client. All callers that share the store get their slots in the order in which
/// they asked.
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
    /// Creates a limiter for `account`.
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

    /// Returns the same limiter with a different setting for waiting, such as for a single call.
    #[must_use]
    pub fn with_wait(&self, wait: Wait) -> Limiter {
        Limiter {
            wait,
            ..self.clone()
        }
    }

    /// Returns the same limiter for calls that always have to wait: [`Wait::AtMost`] is raised to
    /// at least `longest`. [`Wait::FailFast`] and [`Wait::Until`] stay as they are.
    pub(crate) fn patient(&self, longest: Duration) -> Limiter {
        match self.wait {
            Wait::AtMost(wait) => self.with_wait(Wait::AtMost(wait.max(longest))),
            Wait::FailFast | Wait::Until(_) => self.clone(),
        }
    }

    /// Waits for a slot and returns the permit to start one call in it.
    ///
    /// If this future, or the permit, is dropped before [`Permit::start`], the slot is given back.
    ///
    /// # Errors
    ///
    /// [`LimitError::Limited`] when the wait would be longer than allowed. This is known before the
    /// wait begins, unless the provider asks for a longer wait while this call is waiting.
    /// [`LimitError::Store`] when the store fails.
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
            // A deferral or a late caller may have moved the slot in the meantime, so ask again.
            let waited = self.clock.steady().saturating_sub(begun);
            ask.longest = longest.saturating_sub(waited).saturating_add(GRACE);
        }
    }

    /// How long a call that asks now would wait; no slot is taken.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn peek(&self, endpoint: Endpoint) -> Result<Duration, LimitError> {
        Ok(self.apply(self.lane(endpoint), Op::Peek).await?.wait)
    }

    /// Prevents calls to `endpoint` from starting for `retry_after`, or for one interval if it is
    /// `None`.
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
    /// The next start only ever moves later, and at most to one hour from now.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn defer(
        &self,
        endpoint: Endpoint,
        retry_after: Option<Duration>,
    ) -> Result<(), LimitError> {
        let lane = self.lane(endpoint);
        let wait = retry_after.unwrap_or(lane.interval());
        self.apply(lane, Op::Defer(wait)).await.map(drop)
    }

    /// Defers, and returns the time until the next call may start.
    ///
    /// A failure of the store is ignored here: the caller already has the provider's answer to
    /// report.
    pub(crate) async fn postpone(
        &self,
        endpoint: Endpoint,
        retry_after: Option<Duration>,
    ) -> Option<Duration> {
        self.defer(endpoint, retry_after).await.ok()?;
        let wait = self.peek(endpoint).await.ok()?;
        (!wait.is_zero()).then_some(wait)
    }

    /// The shortest time between two starts.
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

/// Why no permit was given; nothing was sent to the provider.
///
/// ```
/// use std::time::Duration;
/// use cpalead::rate_limits::LimitError;
///
/// let error = LimitError::Limited { retry_after: Duration::from_millis(41_200) };
/// assert_eq!(error.to_string(), "the next call may not start yet; try again in 42 s");
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum LimitError {
    /// The wait would be longer than allowed.
    Limited {
        /// The time until a call could start, if no other caller asks first.
        retry_after: Duration,
    },
    /// The store failed, so it is not known whether a call may start.
    Store(StoreError),
}

impl LimitError {
    /// How long to wait before trying again; `None` when the store failed.
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
            LimitError::Limited { retry_after } => {
                write!(f, "{NOT_YET}{}", TryAgain(*retry_after))
            }
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
