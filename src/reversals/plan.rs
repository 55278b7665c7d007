//! What a range of reversals takes, and what one of its windows gave.

use std::time::Duration;

use crate::report::Report;
use crate::reversal::Reversal;
use crate::windows::Window;

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

/// The reversals of one window.
///
/// ```
/// # fn show(window: &cpalead::ReversalWindow) {
/// println!("{}: {}", window.window(), window.report().len());
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ReversalWindow {
    window: Window,
    report: Report<Reversal>,
}

impl ReversalWindow {
    pub(super) fn new(window: Window, report: Report<Reversal>) -> Self {
        Self { window, report }
    }

    /// The days.
    ///
    /// ```
    /// # fn show(window: &cpalead::ReversalWindow) {
    /// println!("done up to {}", window.window().end());
    /// # }
    /// ```
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }

    /// The rows.
    ///
    /// ```
    /// # fn show(window: &cpalead::ReversalWindow) {
    /// for reversal in window.report() {
    ///     println!("{:?}", reversal.amount());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn report(&self) -> &Report<Reversal> {
        &self.report
    }

    /// The rows, without the window.
    ///
    /// ```
    /// # fn show(window: cpalead::ReversalWindow) {
    /// let rows: Vec<cpalead::Reversal> = window.into_report().into_iter().collect();
    /// # }
    /// ```
    #[must_use]
    pub fn into_report(self) -> Report<Reversal> {
        self.report
    }
}
