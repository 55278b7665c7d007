//! Watching conversions: polling at the allowed pace, each new row once, stopped at once.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_core::Stream;
use sha2::{Digest, Sha256};

use super::ConversionsRequest;
use super::conversion::Conversion;
use crate::clock::BoxFuture;
use crate::decode::rejected::Rejected;
use crate::endpoint::Endpoint;
use crate::error::{Error, Sent};
use crate::rate_limits::settings::Wait;
use crate::report::Report;

/// A watch waits for its slot whatever the client's policy is: waiting is its job. The provider can
/// ask for an hour at most.
const LONGEST_WAIT: Duration = Duration::from_secs(2 * 60 * 60);

/// How many rows are remembered before those are forgotten that the provider no longer lists.
const REMEMBERED: usize = 1_000_000;

/// A stream of conversions: those that are there, then each new one, once.
///
/// ```no_run
/// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
/// let mut watch = client.conversions("user-42").watch();
/// let stop = watch.stopper();
/// // `stop.stop()`, from anywhere, ends the loop at once.
/// while let Some(conversion) = watch.next().await {
///     println!("{:?}", conversion?.payout());
/// }
/// # Ok(()) }
/// ```
///
/// It polls once a minute, when the client's limits give it a slot, however short the client's own wait is. A poll that fails
/// yields its error, and the next poll follows at the same pace; only an error of configuration ends the watch. A row that cannot be
/// read yields an error of decoding, once; the other rows of its answer arrive as usual.
///
/// # What makes a conversion new
///
/// Its `lead_id`, where the provider sends one. Where not, a conversion is the same as one before when offer, sub-ids, country and time are
/// the same; of rows that agree in all of these, as many count as one answer holds. A change of status or payout
/// does not make a conversion new. A million rows are remembered; beyond that, only those that the last answer held.
#[must_use = "a stream does nothing until its next item is awaited"]
pub struct Watch {
    request: ConversionsRequest,
    poll: Option<BoxFuture<'static, Result<Report<Conversion>, Error>>>,
    ready: VecDeque<Result<Conversion, Error>>,
    seen: Seen,
    stop: Arc<Mutex<Stop>>,
    pause: Option<Duration>,
}

/// Ends a [`Watch`] from elsewhere; clones end the same one.
///
/// ```no_run
/// # fn show(watch: cpalead::Watch) {
/// let stop = watch.stopper();
/// stop.stop();
/// # }
/// ```
#[derive(Clone)]
pub struct WatchStopper {
    stop: Arc<Mutex<Stop>>,
}

#[derive(Default)]
struct Stop {
    stopped: bool,
    waker: Option<Waker>,
}

impl ConversionsRequest {
    /// Asks again and again, at the pace that is allowed, and yields each conversion once.
    pub fn watch(self) -> Watch {
        Watch::new(self)
    }
}

impl Watch {
    fn new(mut request: ConversionsRequest) -> Self {
        request.call = request.call.with_wait(Wait::AtMost(LONGEST_WAIT));
        Self {
            request,
            poll: None,
            ready: VecDeque::new(),
            seen: Seen::default(),
            stop: Arc::default(),
            pause: None,
        }
    }

    /// A handle that ends the watch.
    ///
    /// ```no_run
    /// # fn show(watch: cpalead::Watch) {
    /// let stop = watch.stopper();
    /// # }
    /// ```
    #[must_use]
    pub fn stopper(&self) -> WatchStopper {
        WatchStopper {
            stop: Arc::clone(&self.stop),
        }
    }

    /// The next conversion, or the error of a poll; nothing once the watch was stopped.
    ///
    /// Dropping the future loses nothing: a poll under way goes on with the next call.
    ///
    /// ```no_run
    /// # async fn run(mut watch: cpalead::Watch) -> cpalead::Result<()> {
    /// let conversion = watch.next().await.transpose()?;
    /// # Ok(()) }
    /// ```
    pub async fn next(&mut self) -> Option<Result<Conversion, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// One poll, after a pause when the last one failed before it had a slot to wait for.
    fn begin(&mut self) -> BoxFuture<'static, Result<Report<Conversion>, Error>> {
        let request = self.request.clone();
        let clock = Arc::clone(self.request.call.clock());
        let pause = self.pause.take();
        Box::pin(async move {
            if let Some(pause) = pause {
                clock.sleep(pause).await;
            }
            request.send().await
        })
    }
}

impl Stream for Watch {
    type Item = Result<Conversion, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let watch = self.get_mut();
        loop {
            {
                let mut stop = lock(&watch.stop);
                if stop.stopped {
                    // Dropped here, a poll that still waits for its slot gives it back.
                    watch.poll = None;
                    return Poll::Ready(None);
                }
                stop.waker = Some(context.waker().clone());
            }
            if let Some(item) = watch.ready.pop_front() {
                return Poll::Ready(Some(item));
            }
            let mut poll = match watch.poll.take() {
                Some(poll) => poll,
                None => watch.begin(),
            };
            match poll.as_mut().poll(context) {
                Poll::Pending => {
                    watch.poll = Some(poll);
                    return Poll::Pending;
                }
                Poll::Ready(Ok(report)) => watch.ready.extend(watch.seen.fresh(report)),
                Poll::Ready(Err(error)) => {
                    if error.is_configuration() {
                        lock(&watch.stop).stopped = true;
                    }
                    watch.pause = Some(watch.request.call.interval());
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

impl WatchStopper {
    /// Ends the watch: its next item, also one that is waited for, is nothing.
    ///
    /// ```no_run
    /// # fn show(stopper: cpalead::WatchStopper) {
    /// stopper.stop();
    /// # }
    /// ```
    pub fn stop(&self) {
        let waker = {
            let mut stop = lock(&self.stop);
            stop.stopped = true;
            stop.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl fmt::Debug for WatchStopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchStopper").finish_non_exhaustive()
    }
}

fn lock(stop: &Mutex<Stop>) -> std::sync::MutexGuard<'_, Stop> {
    stop.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unreadable(rejected: &Rejected) -> Error {
    Error::decode(rejected.path(), rejected.message())
        .at(Endpoint::Conversions)
        .sent(Sent::Maybe)
}

/// A row's identity, as a part of its hash: a million of them are small.
type Identity = [u8; 16];

/// The rows that were yielded.
#[derive(Default)]
struct Seen {
    // Each with the number of the last answer that held it.
    known: HashMap<Identity, u64>,
    answers: u64,
}

impl Seen {
    /// The rows of an answer that were not there before, in the answer's order, and behind them an error for each new one that
    /// cannot be read.
    fn fresh(&mut self, report: Report<Conversion>) -> Vec<Result<Conversion, Error>> {
        self.answers += 1;
        let mut alike: HashMap<Identity, u64> = HashMap::new();
        let mut odd = Vec::new();
        for rejected in report.rejected() {
            let raw = report.raw_rejected(rejected).unwrap_or_default();
            let nth = alike.entry(hash(&format!("odd {raw}"))).or_default();
            if self.is_new(hash(&format!("odd {nth} {raw}"))) {
                odd.push(Err(unreadable(rejected)));
            }
            *nth += 1;
        }
        let mut fresh = Vec::new();
        for conversion in report {
            let nth = alike.entry(identity(&conversion, 0)).or_default();
            let identity = identity(&conversion, *nth);
            if conversion.lead_id().is_none_or(str::is_empty) {
                *nth += 1;
            }
            if self.is_new(identity) {
                fresh.push(Ok(conversion));
            }
        }
        fresh.append(&mut odd);
        if self.known.len() > REMEMBERED {
            // What the answer still holds would come again as new, were it forgotten.
            let current = self.answers;
            self.known.retain(|_, answer| *answer == current);
        }
        fresh
    }

    /// Remembers a row, and says whether it was not known before.
    fn is_new(&mut self, identity: Identity) -> bool {
        self.known.insert(identity, self.answers).is_none()
    }
}

/// What makes a row itself; `nth` counts the rows of one answer that agree in everything else.
fn identity(conversion: &Conversion, nth: u64) -> Identity {
    let text = match conversion.lead_id().filter(|lead| !lead.is_empty()) {
        Some(lead) => format!("lead {lead}"),
        None => format!(
            "row {:?} {:?} {:?} {:?} {:?} {nth}",
            conversion.offer_id(),
            conversion.subid(),
            conversion.subid2(),
            conversion.country(),
            conversion.timestamp(),
        ),
    };
    hash(&text)
}

fn hash(text: &str) -> Identity {
    let hash = Sha256::digest(text.as_bytes());
    let mut identity = Identity::default();
    identity.copy_from_slice(&hash[..16]);
    identity
}
