//! What a range of reversals takes: how many calls, and how long.

use std::time::Duration;

use super::window::Window;

/// What a range of reversals takes.
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

    /// The windows, oldest first: one call each.
    ///
    /// ```
    /// # fn show(plan: cpalead::ReversalsPlan) {
    /// let first = plan.windows().first();
    /// # }
    /// ```
    #[must_use]
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// How many calls it takes.
    ///
    /// ```
    /// # fn show(plan: cpalead::ReversalsPlan) {
    /// println!("{} calls", plan.calls());
    /// # }
    /// ```
    #[must_use]
    pub fn calls(&self) -> usize {
        self.windows.len()
    }

    /// How long the first call would have to wait now.
    ///
    /// ```
    /// # fn show(plan: cpalead::ReversalsPlan) {
    /// println!("{:?} to wait", plan.wait());
    /// # }
    /// ```
    #[must_use]
    pub fn wait(&self) -> Duration {
        self.wait
    }

    /// How long it is until the last call may start, when nobody else uses the account.
    ///
    /// ```
    /// # fn show(plan: cpalead::ReversalsPlan) {
    /// println!("{:?} in all", plan.duration());
    /// # }
    /// ```
    #[must_use]
    pub fn duration(&self) -> Duration {
        let pauses = u32::try_from(self.windows.len().saturating_sub(1)).unwrap_or(u32::MAX);
        self.wait
            .saturating_add(self.interval.saturating_mul(pauses))
    }
}
