//! The words of a refusal that only a wait can mend.

use std::fmt;
use std::time::Duration;

/// What the limiter's refusal says, here and in `LimitError`.
pub(crate) const NOT_YET: &str = "the next call may not start yet";

/// The end of a message that says when to try again.
pub(crate) struct TryAgain(pub(crate) Duration);

impl fmt::Display for TryAgain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rounded up, so that a caller who waits this long does not come back too early.
        match self.0.as_secs() + u64::from(self.0.subsec_nanos() > 0) {
            0 => f.write_str("; try again now"),
            seconds => write!(f, "; try again in {seconds} s"),
        }
    }
}
