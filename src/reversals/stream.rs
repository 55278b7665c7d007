//! Fetches the windows of a range of reversals, one call after the other.

use std::collections::VecDeque;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use jiff::civil::Date;

use super::ReversalsRequest;
use super::window::{ReversalWindow, Window};
use crate::clock::BoxFuture;
use crate::error::Error;

/// How long a window after the first may wait for its slot.
///
/// A `Retry-After` from the provider counts for at most an hour, and two hours leave room for it.
const LONGEST_WAIT: Duration = Duration::from_secs(2 * 60 * 60);

/// How often the provider may refuse the call for one window before the stream ends.
const MAX_REFUSALS: usize = 3;

impl ReversalsRequest {
    /// The reversals, window after window.
    ///
    /// Days after today are left out; today is the day where on earth it is latest. The first item
    /// is an error, and nothing is sent, when the start is after the end or in the future, or when
    /// there is no api key.
    pub fn stream(self) -> ReversalsStream {
        ReversalsStream {
            windows: self.windows().collect(),
            request: self,
            call: None,
            fetched: 0,
            refusals: Vec::new(),
            ended: false,
        }
    }

    /// Fetches the whole range; `.await` on the request does the same.
    ///
    /// # Errors
    ///
    /// When any of its calls fails. The windows that were fetched before are then lost, so use
    /// [`stream`](Self::stream) for a long range.
    pub async fn send(self) -> Result<Vec<ReversalWindow>, Error> {
        let mut stream = self.stream();
        let mut windows = Vec::new();
        while let Some(window) = stream.next().await {
            windows.push(window?);
        }
        Ok(windows)
    }
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
/// An error ends the stream. [`resume_from`](Self::resume_from) then gives the day on which another
/// request has to start. Where the provider says that its limit was exceeded, the window is fetched
/// again, as often as three times, after the wait that the provider asks for and the client's
/// [`Wait`](crate::Wait) allows.
///
/// The first call waits for its slot as long as the client's [`Wait`](crate::Wait) allows. Each of
/// the others has to wait at least a minute. They wait as long as it takes, unless the client never
/// waits or has a deadline.
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
    fetched: usize,
    // The refusals of the provider for the current window.
    refusals: Vec<Error>,
    // There are no further items: all windows are done, or a call failed.
    ended: bool,
}

impl ReversalsStream {
    /// The next window; `None` when all are done.
    ///
    /// Dropping the future loses nothing: the next call of this function continues the one that was
    /// under way.
    ///
    /// # Errors
    ///
    /// When the range or the client cannot be used, and when a call fails; see [`Error`].
    pub async fn next(&mut self) -> Option<Result<ReversalWindow, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// How many windows are not done yet, including the one under way.
    #[must_use]
    pub fn left(&self) -> usize {
        self.windows.len()
    }

    /// The first day that is not done yet; `None` when all are done.
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
        loop {
            let Some(window) = stream.windows.front().copied() else {
                stream.ended = true;
                // No call has checked a range that has no window.
                let checked = match stream.fetched {
                    0 => stream.request.check(),
                    _ => Ok(()),
                };
                return Poll::Ready(checked.err().map(Err));
            };
            let mut call = stream
                .call
                .take()
                .unwrap_or_else(|| Box::pin(stream.request.clone().fetch(window)));
            let result = match call.as_mut().poll(context) {
                Poll::Pending => {
                    stream.call = Some(call);
                    return Poll::Pending;
                }
                Poll::Ready(result) => result,
            };
            match result {
                Ok(fetched) => {
                    stream.windows.pop_front();
                    stream.fetched += 1;
                    stream.refusals = Vec::new();
                    // The client decides how long the first call waits. The other calls must wait
                    // because the range is longer than a month.
                    stream.request.call = stream.request.call.patient(LONGEST_WAIT);
                    return Poll::Ready(Some(Ok(fetched)));
                }
                // The limiter knows of the refusal: the next call for the window waits as long as
                // the provider asks, within the wait that is allowed.
                Err(error) if is_refusal(&error) && stream.refusals.len() < MAX_REFUSALS => {
                    stream.refusals.push(error);
                }
                Err(error) => {
                    stream.ended = true;
                    let refusal = stream.refusals.pop().filter(|_| !error.may_have_counted());
                    // The provider's own words say more than that the next call may not start yet.
                    return Poll::Ready(Some(Err(match refusal {
                        Some(refusal) => refusal.with_retry_after(error.retry_after()),
                        None => error,
                    })));
                }
            }
        }
    }
}

/// Whether the provider said that its limit was exceeded.
fn is_refusal(error: &Error) -> bool {
    error.is_rate_limited() && error.may_have_counted()
}

impl fmt::Debug for ReversalsStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReversalsStream")
            .field("left", &self.windows)
            .finish_non_exhaustive()
    }
}
