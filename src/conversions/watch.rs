//! Watching conversions: polls at the allowed pace, yields each new row once, stops at once.

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
use crate::decode::defect::Defect;
use crate::endpoint::Endpoint;
use crate::error::{Error, Sent};
use crate::rate_limits::settings::Wait;
use crate::report::Report;

/// How long a watch waits for its slot, whatever the client's own limit is: waiting is its job.
///
/// A `Retry-After` from the provider counts for at most an hour, and two hours leave room for it.
const LONGEST_WAIT: Duration = Duration::from_secs(2 * 60 * 60);

/// How many rows are remembered. Beyond that, rows that the last answer did not list are forgotten.
const REMEMBERED: usize = 1_000_000;

/// A stream of conversions: first the existing ones, then each new one, every one once.
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
/// It polls once a minute, or less often when the client's limits leave no slot. It waits for the
/// slot even when the client itself is set to wait less. A poll that fails yields its error, and
/// the next poll follows at the same pace. Only a configuration error ends the watch. A row that
/// cannot be read yields a decoding error once. The other rows of that answer arrive as usual.
///
/// # What makes a conversion new
///
/// A conversion is new when its `lead_id` is. Without a `lead_id`, it is new when its offer,
/// sub-ids, country and time differ from those of every earlier conversion. Rows of one answer that
/// agree in all of these are separate conversions. A change of status or payout does not make a
/// conversion new. A million rows are remembered. Beyond that, only the rows of the last answer
/// are.
#[must_use = "a stream does nothing until its next item is awaited"]
pub struct Watch {
    request: ConversionsRequest,
    poll: Option<BoxFuture<'static, Result<Report<Conversion>, Error>>>,
    ready: VecDeque<Result<Conversion, Error>>,
    seen: Seen,
    stop: Arc<Mutex<Stop>>,
    pause: Option<Duration>,
}

/// Ends a [`Watch`] from anywhere in the program; clones end the same watch.
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
    /// Asks repeatedly, at the allowed pace, and yields each conversion once.
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
    #[must_use]
    pub fn stopper(&self) -> WatchStopper {
        WatchStopper {
            stop: Arc::clone(&self.stop),
        }
    }

    /// The next conversion, or the error of a poll; `None` once the watch was stopped.
    ///
    /// Dropping the future loses nothing: the next call continues a poll that was under way.
    ///
    /// # Errors
    ///
    /// When a poll fails, and when a row cannot be read; see [`Error`].
    pub async fn next(&mut self) -> Option<Result<Conversion, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Starts a poll, after a pause if the last one failed.
    ///
    /// Without the pause, polls that fail before they wait for a slot would follow each other
    /// without end.
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
                    // A dropped poll gives back the slot that it was waiting for.
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
    /// Ends the watch at once: its next item is `None`, even if the program is waiting for it.
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

fn unreadable(rejected: &Defect) -> Error {
    Error::decode(rejected.path(), rejected.message())
        .at(Endpoint::Conversions)
        .sent(Sent::Maybe)
}

/// Identifies a row by half of its SHA-256 hash, so that a million rows take little memory.
type Identity = [u8; 16];

/// The rows that were yielded before.
#[derive(Default)]
struct Seen {
    // The value is the number of the last answer that held the row.
    known: HashMap<Identity, u64>,
    answers: u64,
}

impl Seen {
    /// The rows of an answer that are new, in its order, and then an error for each new row that
    /// cannot be read.
    fn fresh(&mut self, report: Report<Conversion>) -> Vec<Result<Conversion, Error>> {
        self.answers += 1;
        let mut alike: HashMap<Identity, u64> = HashMap::new();
        let mut errors = Vec::new();
        for rejected in report.rejected() {
            let raw = report.raw_rejected(rejected).unwrap_or_default();
            let nth = alike.entry(hash(&format!("odd {raw}"))).or_default();
            if self.is_new(hash(&format!("odd {nth} {raw}"))) {
                errors.push(Err(unreadable(rejected)));
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
        fresh.append(&mut errors);
        if self.known.len() > REMEMBERED {
            // A forgotten row counts as new, so the rows of this answer must stay.
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

/// The identity of a row; `nth` tells apart rows of one answer that agree in everything else.
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
