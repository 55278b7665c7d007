//! The windows of a range of reversals, one call after the other.

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

/// How long a window after the first may wait for its slot. The provider can ask for an hour at
/// most.
const LONGEST_WAIT: Duration = Duration::from_secs(2 * 60 * 60);

impl ReversalsRequest {
    /// The reversals, window after window.
    ///
    /// Days after today, wherever on earth it is latest, are left out. A range that cannot be used is the first item's error, before anything is sent: a start after the end, a start in the future,
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
            windows: self.windows().collect(),
            request: self,
            call: None,
            fetched: 0,
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
/// An error ends the stream: [`resume_from`](Self::resume_from) then says where another request has to begin.
///
/// The first call waits for its slot as long as the client's [`Wait`](crate::Wait) allows. The others wait a minute and more in any case; unless the
/// client is told never to wait, or until when, they wait as long as it takes.
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
    // No further item comes: everything is done, or a call failed.
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
            // A range that had no window was not fetched: that is an error.
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
        match call.as_mut().poll(context) {
            Poll::Pending => {
                stream.call = Some(call);
                Poll::Pending
            }
            Poll::Ready(result) => {
                match &result {
                    Ok(_) => {
                        stream.windows.pop_front();
                        stream.fetched += 1;
                        // The first wait is the caller's choice; the others come from asking for more than a month.
                        stream.request.call = stream.request.call.patient(LONGEST_WAIT);
                    }
                    Err(_) => stream.ended = true,
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
