//! The request for the reversals of any range of days, and the call for one of its windows.

pub(crate) mod plan;
pub(crate) mod reversal;
pub(crate) mod stream;
pub(crate) mod window;

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use crate::call::Call;
use crate::call::inner::Inner;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::generated;
use crate::report::Report;
use plan::ReversalsPlan;
use reversal::SHAPE;
use window::{ReversalWindow, Window, Windows};

/// Where on earth it is latest and earliest.
///
/// The provider's time zone is not documented, so a day is in the future only when it is in the
/// future everywhere.
const LATEST: Offset = Offset::constant(14);
const EARLIEST: Offset = Offset::constant(-12);

/// A request for the reversals of a range of days.
///
/// It is made by [`Client::reversals`](crate::Client::reversals) or
/// [`Client::reversals_of_last`](crate::Client::reversals_of_last). The provider returns at most
/// one month a call and allows one call a minute. A longer range is cut into windows, which are
/// fetched oldest first. [`plan`](Self::plan) counts the calls beforehand.
/// [`stream`](Self::stream) yields window after window, and `.await` collects them all.
///
/// Source: Publisher API documentation, Reversals API.
///
/// ```no_run
/// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
/// use jiff::civil::date;
///
/// let request = client.reversals(date(2026, 1, 15)..=date(2026, 5, 3));
/// println!("{} calls", request.plan().await?.calls());
/// let mut stream = request.stream();
/// while let Some(window) = stream.next().await {
///     let window = window?;
///     println!("{}: {} reversals", window.window(), window.report().len());
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct ReversalsRequest {
    call: Call,
    start: Date,
    end: Date,
    /// The number of days, where the range was named by it.
    of_last: Option<u16>,
}

impl ReversalsRequest {
    pub(crate) fn new(inner: Arc<Inner>, start: Date, end: Date) -> Self {
        Self {
            call: Call::new(inner, Endpoint::Reversals, SHAPE),
            start,
            end,
            of_last: None,
        }
    }

    pub(crate) fn of_last(inner: Arc<Inner>, days: u16) -> Self {
        let mut request = Self::new(inner, Date::MIN, Date::MIN);
        let days_before = i32::from(days.saturating_sub(1)).days();
        request.start = request.today_at(EARLIEST).saturating_sub(days_before);
        request.end = request.today_at(LATEST);
        request.of_last = Some(days);
        request
    }

    /// How many calls the range takes, and how long; nothing is sent and no slot is taken.
    ///
    /// # Errors
    ///
    /// When the range or the client cannot be used, as for [`stream`](Self::stream). Also when the
    /// store of the rate limits fails.
    ///
    /// ```no_run
    /// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
    /// # let (start, end) = (jiff::civil::date(2026, 1, 15), jiff::civil::date(2026, 5, 3));
    /// let plan = client.reversals(start..=end).plan().await?;
    /// println!("{} calls, at least {:?}", plan.calls(), plan.duration());
    /// # Ok(()) }
    /// ```
    pub async fn plan(&self) -> Result<ReversalsPlan, Error> {
        self.check()?;
        let wait = self.call.next_free().await?;
        let windows = self.windows().collect();
        Ok(ReversalsPlan::new(windows, wait, self.call.interval()))
    }

    fn check(&self) -> Result<(), Error> {
        let (start, end) = (self.start, self.end);
        if self.of_last == Some(0) {
            return Err(self
                .call
                .refused("the number of days is 0: expected 1 or more"));
        }
        if start > end {
            let reason = format!("the start {start} is after the end {end}");
            return Err(self.call.refused(reason));
        }
        let today = self.today_at(LATEST);
        if start > today {
            return Err(self.call.refused(format!(
                "the start {start} is in the future: expected {today} or before"
            )));
        }
        self.call.demand_key()
    }

    fn today_at(&self, offset: Offset) -> Date {
        let zone = TimeZone::fixed(offset);
        self.call.clock().now().to_zoned(zone).date()
    }

    /// The windows up to today. Later days have no reversals yet, and each window of them would
    /// cost a minute.
    fn windows(&self) -> Windows {
        Windows::new(self.start, self.end.min(self.today_at(LATEST)))
    }

    async fn fetch(self, window: Window) -> Result<ReversalWindow, Error> {
        self.check()?;
        let id = self.call.publisher_id();
        let (start, end) = (window.start().to_string(), window.end().to_string());
        let operation = async |generated: generated::Client| {
            // The generator orders its arguments by name.
            generated
                .reversals(None, Some(&end), None, id, Some(&start))
                .await
        };
        let finish = |decoded| Ok(ReversalWindow::new(window, Report::new(decoded)));
        self.call.fetch(None, operation, finish).await
    }
}
