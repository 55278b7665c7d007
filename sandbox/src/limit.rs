//! Owns the rate limit: one call a minute for each endpoint and publisher, with the time as a
//! parameter.

use std::collections::HashMap;
use std::time::Duration;

const INTERVAL: Duration = Duration::from_secs(60);

/// How many accounts are kept before those whose minute is over are dropped.
const REMEMBERED: usize = 10_000;

/// The endpoints with a rate limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Limited {
    Conversions,
    Reversals,
}

/// The time at which each account was last served, on a clock that may be faster than real time.
#[derive(Debug)]
pub(crate) struct Limits {
    speed: u32,
    served: HashMap<(Limited, u64), Duration>,
}

impl Limits {
    /// Limits on a clock `speed` times as fast as real time; 0 counts as 1.
    pub(crate) fn new(speed: u32) -> Limits {
        Limits {
            speed: speed.max(1),
            served: HashMap::new(),
        }
    }

    /// Takes the minute of `publisher` at `endpoint`. `now` is the real time since a fixed start.
    ///
    /// # Errors
    ///
    /// When the last call is less than a minute ago: the whole real seconds until the next call is
    /// allowed, at least 1. A refused call does not take the minute.
    pub(crate) fn take(
        &mut self,
        endpoint: Limited,
        publisher: u64,
        now: Duration,
    ) -> Result<(), u64> {
        let now = now.saturating_mul(self.speed);
        let key = (endpoint, publisher);
        if let Some(last) = self.served.get(&key) {
            let left = last.saturating_add(INTERVAL).saturating_sub(now);
            if !left.is_zero() {
                return Err(self.real_seconds(left));
            }
        }
        if self.served.len() >= REMEMBERED {
            self.served
                .retain(|_, last| last.saturating_add(INTERVAL) > now);
        }
        self.served.insert(key, now);
        Ok(())
    }

    fn real_seconds(&self, provider: Duration) -> u64 {
        let nanos = (provider / self.speed).as_nanos();
        let whole = nanos.div_ceil(Duration::from_secs(1).as_nanos());
        u64::try_from(whole).unwrap_or(u64::MAX).max(1)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::limit::{Limited, Limits};

    #[track_caller]
    fn check(speed: u32, second_call_ms: u64, expected: Result<(), u64>) {
        let mut limits = Limits::new(speed);
        let start = Duration::from_secs(5);
        assert_eq!(limits.take(Limited::Conversions, 1, start), Ok(()));
        let second = start + Duration::from_millis(second_call_ms);
        assert_eq!(
            limits.take(Limited::Conversions, 1, second),
            expected,
            "{second_call_ms} ms"
        );
    }

    #[test]
    fn a_second_call_waits_for_the_rest_of_the_minute() {
        check(1, 0, Err(60));
        check(1, 100, Err(60));
        check(1, 59_001, Err(1));
        check(1, 60_000, Ok(()));
    }

    #[test]
    fn a_fast_clock_shortens_the_wait_in_real_seconds() {
        check(10, 0, Err(6));
        check(10, 5_900, Err(1));
        check(60, 999, Err(1));
        check(60, 1_000, Ok(()));
        check(0, 59_999, Err(1));
    }

    #[test]
    fn each_endpoint_and_publisher_has_a_separate_minute() {
        let mut limits = Limits::new(1);
        let now = Duration::ZERO;
        assert_eq!(limits.take(Limited::Conversions, 1, now), Ok(()));
        assert_eq!(limits.take(Limited::Reversals, 1, now), Ok(()));
        assert_eq!(limits.take(Limited::Conversions, 2, now), Ok(()));
        assert_eq!(limits.take(Limited::Conversions, 1, now), Err(60));
    }

    #[test]
    fn a_refused_call_does_not_delay_the_next_one() {
        let mut limits = Limits::new(1);
        let at = Duration::from_secs;
        assert_eq!(limits.take(Limited::Reversals, 1, at(0)), Ok(()));
        assert_eq!(limits.take(Limited::Reversals, 1, at(30)), Err(30));
        assert_eq!(limits.take(Limited::Reversals, 1, at(60)), Ok(()));
    }

    #[test]
    fn accounts_whose_minute_is_over_are_forgotten() {
        let mut limits = Limits::new(1);
        for publisher in 0..20_000 {
            let _ = limits.take(
                Limited::Reversals,
                publisher,
                Duration::from_millis(publisher * 50),
            );
        }
        assert!(limits.served.len() <= crate::limit::REMEMBERED);
    }
}
