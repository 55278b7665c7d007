//! The plan for a range of reversals: how many calls it takes, and how long.

use std::time::Duration;

use super::window::Window;

/// How many calls a range of reversals takes, and how long.
///
/// ```no_run
/// # async fn run(request: cpalead::ReversalsRequest) -> cpalead::Result<()> {
/// for window in request.plan().await?.windows() {
///     println!("{window}");
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReversalsPlan {
    windows: Vec<Window>,
    wait: Duration,
    interval: Duration,
}

impl ReversalsPlan {
    pub(super) fn new(windows: Vec<Window>, wait: Duration, interval: Duration) -> Self {
        Self {
            windows,
            wait,
            interval,
        }
    }

    /// The windows, oldest first; each takes one call.
    #[must_use]
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// How many calls the range takes.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.windows.len()
    }

    /// How long the first call would have to wait now.
    #[must_use]
    pub fn wait(&self) -> Duration {
        self.wait
    }

    /// How long it takes until the last call may start, if nothing else uses the account.
    #[must_use]
    pub fn duration(&self) -> Duration {
        let pauses = u32::try_from(self.windows.len().saturating_sub(1)).unwrap_or(u32::MAX);
        self.wait
            .saturating_add(self.interval.saturating_mul(pauses))
    }
}
