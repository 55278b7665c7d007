//! Whether a failed attempt is repeated, and after how long; pure, without a clock or any I/O.

use std::fmt;
use std::time::Duration;

/// How often, and for how long, a failed call for offers is tried again.
///
/// ```
/// use std::time::Duration;
/// use cpalead::RetryPolicy;
///
/// let patient = RetryPolicy::new().attempts(5).total_time(Duration::from_secs(120));
/// assert_ne!(patient, RetryPolicy::none());
/// ```
///
/// The wait before the second attempt is random, from zero to the base delay. The upper bound
/// doubles for each further attempt, up to the longest delay. A `Retry-After` from the provider is
/// waited for in full, and the random wait is added to it. No wait ends after the total time, which
/// counts from the start of the first attempt. Waits for the rate limits do not count.
///
/// The default is 3 attempts, a total time of 30 seconds, a base delay of 500 milliseconds and a
/// longest delay of 8 seconds.
///
/// Conversions and reversals are limited to one call a minute, and a failed call may have used it.
/// They are tried again only if no connection was established.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a policy does nothing until a client has it"]
pub struct RetryPolicy {
    attempts: u32,
    total_time: Duration,
    base_delay: Duration,
    max_delay: Duration,
}

impl RetryPolicy {
    /// The default policy.
    pub fn new() -> RetryPolicy {
        RetryPolicy {
            attempts: 3,
            total_time: Duration::from_secs(30),
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(8),
        }
    }

    /// One attempt and no more.
    pub fn none() -> RetryPolicy {
        RetryPolicy::new().attempts(1)
    }

    /// Sets the largest number of attempts, including the first; 0 counts as 1.
    pub fn attempts(self, attempts: u32) -> RetryPolicy {
        RetryPolicy {
            attempts: attempts.max(1),
            ..self
        }
    }

    /// Sets the total time, counted from the start of the first attempt, in which further attempts
    /// may begin.
    ///
    /// It does not limit how long an attempt takes; the timeouts of the client do that.
    pub fn total_time(self, total_time: Duration) -> RetryPolicy {
        RetryPolicy { total_time, ..self }
    }

    /// Sets the upper bound of the random wait before the second attempt.
    pub fn base_delay(self, base_delay: Duration) -> RetryPolicy {
        RetryPolicy { base_delay, ..self }
    }

    /// Sets the longest random wait.
    ///
    /// It does not shorten a `Retry-After` from the provider; only the total time limits that.
    pub fn max_delay(self, max_delay: Duration) -> RetryPolicy {
        RetryPolicy { max_delay, ..self }
    }

    /// What to do after attempt number `attempt`, counted from 1, has failed in a way that may be
    /// temporary.
    ///
    /// `elapsed` is the time since the first attempt began. `random` is an evenly distributed
    /// number.
    pub(crate) fn next(
        &self,
        attempt: u32,
        elapsed: Duration,
        retry_after: Option<Duration>,
        random: u64,
    ) -> Decision {
        let left = self.total_time.saturating_sub(elapsed);
        let asked_for = retry_after.unwrap_or_default();
        if attempt >= self.attempts || left.is_zero() || asked_for > left {
            return Decision::GiveUp;
        }
        let doublings = 1_u32
            .checked_shl(attempt.saturating_sub(1))
            .unwrap_or(u32::MAX);
        let bound = self
            .base_delay
            .saturating_mul(doublings)
            .min(self.max_delay)
            .min(left - asked_for);
        Decision::Wait(asked_for + fraction(bound, random))
    }
}

impl Default for RetryPolicy {
    fn default() -> RetryPolicy {
        RetryPolicy::new()
    }
}

/// What to do after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Wait, then try again.
    Wait(Duration),
    /// Report the failure.
    GiveUp,
}

/// Whether an answer with this status may be temporary: the provider is busy, limits calls, or has
/// a fault.
///
/// 520 to 524 and 530 are what Cloudflare sends for a server that it cannot reach.
pub(crate) fn is_retryable(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502..=504 | 520..=524 | 530)
}

/// A source of random numbers for the waits between attempts.
///
/// ```
/// #[derive(Debug)]
/// struct Always(u64);
///
/// impl cpalead::Jitter for Always {
///     fn random(&self) -> u64 {
///         self.0
///     }
/// }
/// ```
///
/// The waits are random so that clients that failed together do not come back together. Tests can
/// use a source that is not random.
pub trait Jitter: fmt::Debug + Send + Sync {
    /// A number from the whole range, evenly distributed.
    fn random(&self) -> u64;
}

/// The default source: a fast generator for each thread, seeded by the system.
///
/// ```
/// use cpalead::{Jitter, RandomJitter};
///
/// assert_ne!([RandomJitter.random(), RandomJitter.random()], [0, 0]);
/// ```
///
/// It is not suitable for secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomJitter;

impl Jitter for RandomJitter {
    fn random(&self) -> u64 {
        fastrand::u64(..)
    }
}

/// A part of `bound`, evenly distributed from zero to all of it.
fn fraction(bound: Duration, random: u64) -> Duration {
    let nanos = bound.as_nanos();
    // The bound is limited to about five centuries, the largest number of nanoseconds.
    let nanos = u64::try_from(nanos).unwrap_or(u64::MAX);
    let part = (u128::from(nanos) * u128::from(random)).div_ceil(u128::from(u64::MAX));
    Duration::from_nanos(u64::try_from(part).unwrap_or(nanos))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};

    use super::{Decision, Jitter, RandomJitter, RetryPolicy, is_retryable};

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Checks the waits for the smallest and for the largest random number.
    #[track_caller]
    fn between(attempt: u32, elapsed: u64, retry_after: Option<u64>, least: u64, most: u64) {
        let policy = RetryPolicy::new().attempts(20);
        for (random, wait) in [(0, least), (u64::MAX, most)] {
            assert_eq!(
                policy.next(attempt, ms(elapsed), retry_after.map(ms), random),
                Decision::Wait(ms(wait))
            );
        }
    }

    #[track_caller]
    fn gives_up(policy: &RetryPolicy, attempt: u32, elapsed: u64, retry_after: Option<u64>) {
        let retry_after = retry_after.map(ms);
        for random in [0, 1, u64::MAX / 2, u64::MAX] {
            assert_eq!(
                policy.next(attempt, ms(elapsed), retry_after, random),
                Decision::GiveUp
            );
        }
    }

    #[test]
    fn waits_double_up_to_the_longest_and_start_at_zero() {
        between(1, 0, None, 0, 500);
        between(2, 0, None, 0, 1_000);
        between(3, 0, None, 0, 2_000);
        between(5, 0, None, 0, 8_000);
        between(6, 0, None, 0, 8_000);
        between(0, 0, None, 0, 500);
        assert_eq!(
            RetryPolicy::new().next(1, ms(0), None, u64::MAX / 2 + 1),
            Decision::Wait(ms(250) + Duration::from_nanos(1))
        );
    }

    #[test]
    fn no_attempt_begins_after_the_total_time() {
        between(6, 29_000, None, 0, 1_000);
        let policy = RetryPolicy::new();
        gives_up(&policy, 1, 30_000, None);
        gives_up(&policy, 1, 31_000, Some(1_000));
        gives_up(&RetryPolicy::new().total_time(Duration::ZERO), 1, 0, None);
    }

    #[test]
    fn a_retry_after_is_a_lower_bound() {
        between(1, 0, Some(5_000), 5_000, 5_500);
        between(1, 0, Some(20_000), 20_000, 20_500);
        between(1, 0, Some(0), 0, 500);
        between(1, 10_000, Some(19_900), 19_900, 20_000);
        between(1, 10_000, Some(20_000), 20_000, 20_000);
    }

    #[test]
    fn a_retry_after_beyond_the_policy_ends_the_call_and_is_reported() {
        let policy = RetryPolicy::new();
        gives_up(&policy, 1, 0, Some(30_001));
        gives_up(&policy, 1, 10_000, Some(20_001));
        gives_up(&policy, 1, 0, Some(3_600_000));
    }

    #[test]
    fn attempts_are_counted_with_the_first() {
        let policy = RetryPolicy::new();
        assert!(matches!(policy.next(2, ms(0), None, 0), Decision::Wait(_)));
        gives_up(&policy, 3, 0, None);
        gives_up(&policy, 4, 0, Some(1));
        gives_up(&RetryPolicy::none(), 1, 0, None);
        gives_up(&RetryPolicy::none(), 1, 0, Some(7));
    }

    #[test]
    fn only_temporary_failures_are_tried_again() {
        let retried: Vec<u16> = (0..=999).filter(|&status| is_retryable(status)).collect();
        let expected = [408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530];
        assert_eq!(retried, expected);
    }

    #[test]
    fn the_default_jitter_is_evenly_spread() {
        let upper = (0..1_000)
            .filter(|_| RandomJitter.random() > u64::MAX / 2)
            .count();
        assert!((350..650).contains(&upper), "{upper}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

        #[test]
        fn no_policy_overflows_or_outlasts_its_total_time(
            attempts in any::<u32>(), attempt in any::<u32>(), times in any::<[Duration; 4]>(), retry_after in any::<Option<Duration>>(), random in any::<u64>(),
        ) {
            let [total, base, longest, elapsed] = times;
            let policy = RetryPolicy::new().attempts(attempts).total_time(total).base_delay(base).max_delay(longest);
            match policy.next(attempt, elapsed, retry_after, random) {
                Decision::Wait(wait) => {
                    prop_assert!(attempt < attempts && elapsed.saturating_add(wait) <= total);
                    prop_assert!(wait >= retry_after.unwrap_or_default());
                }
                Decision::GiveUp => {}
            }
        }
    }
}
