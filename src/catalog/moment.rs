//! Times on both scales of a clock, and how long ago something was although the wall clock may
//! jump.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;

/// One moment on both scales of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) wall: Timestamp,
    pub(crate) steady: Duration,
}

impl Moment {
    pub(crate) fn now(clock: &dyn Clock) -> Self {
        Self {
            wall: clock.now(),
            steady: clock.steady(),
        }
    }

    /// How far the wall clock has moved away from the steady scale between two moments.
    pub(crate) fn jump(&self, later: &Self) -> Duration {
        let steady = later.steady.saturating_sub(self.steady);
        let wall = later.wall.duration_since(self.wall);
        let steady = SignedDuration::try_from(steady).unwrap_or(SignedDuration::MAX);
        wall.saturating_sub(steady).unsigned_abs()
    }
}

/// How long ago something was, on the steady scale of this process.
///
/// What happened in another process is only known by the wall clock, which is read once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ago {
    steady: Duration,
    before: Duration,
}

impl Ago {
    pub(crate) fn now(now: &Moment) -> Self {
        Self::before(now, Duration::ZERO)
    }

    /// What was this long ago.
    pub(crate) fn before(now: &Moment, before: Duration) -> Self {
        Self {
            steady: now.steady,
            before,
        }
    }

    /// What happened at a time of the wall clock; none if that time has not come yet.
    pub(crate) fn at(now: &Moment, wall: Timestamp) -> Option<Self> {
        let before = Duration::try_from(now.wall.duration_since(wall)).ok()?;
        Some(Self::before(now, before))
    }

    /// The time since then.
    pub(crate) fn passed(&self, steady: Duration) -> Duration {
        let since = steady.saturating_sub(self.steady);
        since.saturating_add(self.before)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Ago, Moment};

    fn moment(wall: &str, steady: u64) -> Moment {
        Moment {
            wall: wall.parse().unwrap(),
            steady: Duration::from_secs(steady),
        }
    }

    #[test]
    fn a_jump_is_what_the_wall_clock_moved_beside_the_steady_scale() {
        let before = moment("2026-01-15T12:00:00Z", 100);
        let check = |wall: &str, steady, jump| {
            let found = before.jump(&moment(wall, steady));
            assert_eq!(found, Duration::from_secs(jump), "{wall}");
        };
        check("2026-01-15T12:01:00Z", 160, 0);
        check("2026-01-15T13:01:00Z", 160, 3600);
        check("2026-01-15T11:01:00Z", 160, 3600);
    }

    #[test]
    fn what_happened_before_this_process_is_known_by_the_wall_clock_once() {
        let now = moment("2026-01-15T12:00:00Z", 100);
        let ago = Ago::at(&now, "2026-01-15T11:00:00Z".parse().unwrap()).unwrap();
        assert_eq!(ago.passed(Duration::from_secs(160)).as_secs(), 3660);
        assert_eq!(Ago::at(&now, "2026-01-15T12:00:01Z".parse().unwrap()), None);
    }
}
