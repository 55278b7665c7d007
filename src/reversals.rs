//! Reversals: the request for any range of days, its plan, and the stream of its windows.

mod plan;

use std::collections::VecDeque;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use crate::clock::BoxFuture;
use crate::decode::{Bare, Shape};
use crate::error::Error;
use crate::limits::{Endpoint, Limiter};
use crate::report::Report;
use crate::transport::{Shared, limited};
use crate::windows::{Window, Windows};

pub use plan::{ReversalWindow, ReversalsPlan};

/// What an answer with reversals looks like; both forms are inferred.
const SHAPE: Shape = Shape {
    list: "reversals",
    bare: Bare::Taken,
};

/// A request for the reversals of a range of days; made by [`Client::reversals`](crate::Client::reversals).
///
/// The provider gives at most one month a call, and allows one call a minute. A range of any length is cut into windows, which are fetched
/// oldest first: [`plan`](Self::plan) says beforehand how many calls that takes, [`stream`](Self::stream) yields window after
/// window, and `.await` collects them all.
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
    shared: Arc<Shared>,
    start: Date,
    end: Date,
}

impl ReversalsRequest {
    pub(crate) fn new(shared: Arc<Shared>, start: Date, end: Date) -> Self {
        Self { shared, start, end }
    }

    /// How many calls the range takes, and how long; nothing is sent and no slot is taken.
    ///
    /// # Errors
    ///
    /// When the range or the client cannot be used, as for [`stream`](Self::stream), and when the store of the limits fails.
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
        let limiter = &self.shared.limiter;
        let wait = limiter.peek(Endpoint::Reversals).await;
        Ok(ReversalsPlan::new(
            Windows::new(self.start, self.end).collect(),
            wait.map_err(|error| limited(error).at(Endpoint::Reversals))?,
            limiter.interval(Endpoint::Reversals),
        ))
    }

    /// The reversals, window after window.
    ///
    /// A range that cannot be used is the first item's error, before anything is sent: a start after the end, a start in the future,
    /// no api key.
    ///
    /// ```no_run
    /// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
    /// # let (start, end) = (jiff::civil::date(2026, 1, 15), jiff::civil::date(2026, 5, 3));
    /// let mut stream = client.reversals(start..=end).stream();
    /// # Ok(()) }
    /// ```
    pub fn stream(self) -> ReversalsStream {
        ReversalsStream {
            windows: Windows::new(self.start, self.end).collect(),
            request: self,
            call: None,
            ended: false,
        }
    }

    /// Fetches the whole range; `.await` on the request does the same.
    ///
    /// # Errors
    ///
    /// When any of its calls fails. What was fetched before is lost then: use [`stream`](Self::stream) for a long range.
    ///
    /// ```no_run
    /// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
    /// # let (start, end) = (jiff::civil::date(2026, 1, 15), jiff::civil::date(2026, 2, 3));
    /// for window in client.reversals(start..=end).send().await? {
    ///     println!("{}: {}", window.window(), window.report().len());
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn send(self) -> Result<Vec<ReversalWindow>, Error> {
        let mut stream = self.stream();
        let mut windows = Vec::new();
        while let Some(window) = stream.next().await {
            windows.push(window?);
        }
        Ok(windows)
    }

    fn check(&self) -> Result<(), Error> {
        let (start, end) = (self.start, self.end);
        if start > end {
            return Err(refused(format!("the start {start} is after the end {end}")));
        }
        // The provider's time zone is not documented: a day is in the future when it is so everywhere on earth.
        let latest = TimeZone::fixed(Offset::constant(14));
        let today = self.shared.clock.now().to_zoned(latest).date();
        if start > today {
            return Err(refused(format!(
                "the start {start} is in the future: expected {today} or before"
            )));
        }
        self.shared.demand_key(Endpoint::Reversals)
    }

    async fn fetch(self, window: Window, limiter: Limiter) -> Result<ReversalWindow, Error> {
        self.check()?;
        let id = self.shared.publisher_id;
        let (start, end) = (window.start().to_string(), window.end().to_string());
        let call = self
            .shared
            .call(&limiter, Endpoint::Reversals, async |generated| {
                // The generator orders its arguments by name.
                generated
                    .reversals(None, Some(&end), None, id, Some(&start))
                    .await
            });
        let body = call.await?;
        let report = Report::read(&self.shared, &limiter, Endpoint::Reversals, body, SHAPE).await?;
        Ok(ReversalWindow::new(window, report))
    }
}

fn refused(message: String) -> Error {
    Error::configuration(message).at(Endpoint::Reversals)
}

impl IntoFuture for ReversalsRequest {
    type Output = Result<Vec<ReversalWindow>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// The windows of a range as they arrive, paced by the client's limits.
///
/// After an error the stream stands before the window that failed: `next` tries it again, and [`resume_from`](Self::resume_from)
/// says where another request would have to begin. Only an error of configuration, which no further try can mend, ends the stream.
///
/// ```no_run
/// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
/// # let (start, end) = (jiff::civil::date(2026, 1, 15), jiff::civil::date(2026, 5, 3));
/// let mut stream = client.reversals(start..=end).stream();
/// while let Some(window) = stream.next().await {
///     match window {
///         Ok(window) => println!("{} done", window.window()),
///         Err(error) => {
///             eprintln!("{error}; go on from {:?}", stream.resume_from());
///             return Err(error);
///         }
///     }
/// }
/// # Ok(()) }
/// ```
#[must_use = "a stream does nothing until its next item is awaited"]
pub struct ReversalsStream {
    request: ReversalsRequest,
    windows: VecDeque<Window>,
    call: Option<BoxFuture<'static, Result<ReversalWindow, Error>>>,
    // No further item comes: everything is done, or nothing can be.
    ended: bool,
}

impl ReversalsStream {
    /// The next window; nothing when all are done.
    ///
    /// Dropping the future loses nothing: a call under way goes on with the next one.
    ///
    /// ```no_run
    /// # async fn run(mut stream: cpalead::ReversalsStream) -> cpalead::Result<()> {
    /// let window = stream.next().await.transpose()?;
    /// # Ok(()) }
    /// ```
    pub async fn next(&mut self) -> Option<Result<ReversalWindow, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The windows that are not done yet, the one under way included.
    ///
    /// ```no_run
    /// # fn show(stream: cpalead::ReversalsStream) {
    /// println!("{} to go", stream.left());
    /// # }
    /// ```
    #[must_use]
    pub fn left(&self) -> usize {
        self.windows.len()
    }

    /// The first day that is not done yet; nothing when all are.
    ///
    /// ```no_run
    /// # fn show(stream: cpalead::ReversalsStream) {
    /// if let Some(day) = stream.resume_from() {
    ///     println!("go on from {day}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn resume_from(&self) -> Option<Date> {
        self.windows.front().map(Window::start)
    }
}

impl Stream for ReversalsStream {
    type Item = Result<ReversalWindow, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let stream = self.get_mut();
        if stream.ended {
            return Poll::Ready(None);
        }
        let Some(window) = stream.windows.front().copied() else {
            stream.ended = true;
            // A range that has no window at all was not fetched: it is an error.
            let empty = stream.request.start > stream.request.end;
            let checked = if empty {
                stream.request.check()
            } else {
                Ok(())
            };
            return Poll::Ready(checked.err().map(Err));
        };
        let mut call = stream.call.take().unwrap_or_else(|| {
            let limiter = stream.request.shared.limiter.clone();
            Box::pin(stream.request.clone().fetch(window, limiter))
        });
        match call.as_mut().poll(context) {
            Poll::Pending => {
                stream.call = Some(call);
                Poll::Pending
            }
            Poll::Ready(result) => {
                match &result {
                    Ok(_) => drop(stream.windows.pop_front()),
                    Err(error) => stream.ended = error.is_configuration(),
                }
                Poll::Ready(Some(result))
            }
        }
    }
}

impl fmt::Debug for ReversalsStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReversalsStream")
            .field("left", &self.windows)
            .finish_non_exhaustive()
    }
}
