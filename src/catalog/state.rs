//! What the handle of a catalogue and its task share: the view, the status, the pull under way, and
//! the listener.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, watch};

use super::event::{CatalogEvent, Origin};
use super::moment::Moment;
use super::status::{CatalogStatus, Staleness};
use super::view::CatalogView;
use crate::clock::Clock;
use crate::error::Error;

/// A function that hears what happens.
pub(crate) type Listener = Box<dyn Fn(&CatalogEvent) + Send + Sync>;

/// The outcome of a pull, for all who wait for it.
pub(crate) type Outcome = Result<(), Arc<Error>>;

pub(crate) struct State {
    view: ArcSwap<CatalogView>,
    generation: watch::Sender<u64>,
    facts: Mutex<Facts>,
    flight: Mutex<Flight>,
    /// Tells the task that somebody waits for a pull.
    pub(crate) wake: Notify,
    listener: Option<Listener>,
    pub(crate) clock: Arc<dyn Clock>,
    every: Duration,
}

/// What the status says beside the view.
#[derive(Default)]
struct Facts {
    last_failure: Option<(Timestamp, String)>,
    failures: u32,
    /// On the steady scale.
    next_try: Option<Duration>,
}

/// The pull that is under way or was asked for.
enum Flight {
    None,
    Some(watch::Sender<Option<Outcome>>),
    /// No pull will ever start again, and how a request for one ends.
    Never(Never),
}

/// Why no pull starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Never {
    /// The offers are a list of the program.
    IsList,
    /// The task has ended.
    Stopped,
}

impl State {
    pub(crate) fn new(
        view: CatalogView,
        clock: Arc<dyn Clock>,
        every: Duration,
        listener: Option<Listener>,
    ) -> Self {
        let flight = match view.origin() {
            Origin::List => Flight::Never(Never::IsList),
            _ => Flight::None,
        };
        Self {
            generation: watch::Sender::new(view.generation()),
            view: ArcSwap::from_pointee(view),
            facts: Mutex::default(),
            flight: Mutex::new(flight),
            wake: Notify::new(),
            listener,
            clock,
            every,
        }
    }

    pub(crate) fn view(&self) -> Arc<CatalogView> {
        self.view.load_full()
    }

    /// Puts a view in place, and tells who waits for another generation.
    pub(crate) fn swap(&self, view: Arc<CatalogView>) {
        let generation = view.generation();
        self.view.store(view);
        self.generation.send_if_modified(|known| {
            let changes = *known != generation;
            *known = generation;
            changes
        });
    }

    /// Waits until the generation is another one.
    pub(crate) async fn changed_since(&self, generation: u64) -> Arc<CatalogView> {
        let mut generations = self.generation.subscribe();
        // The sender is in this state, so it is there.
        let _ = generations.wait_for(|known| *known != generation).await;
        self.view()
    }

    /// Waits for the end of the pull that is under way, or of one that starts now.
    pub(crate) async fn pulled(&self) -> Result<(), Error> {
        let stopped = || Error::catalog("its task has ended, with its runtime or by a panic");
        let mut outcome = {
            let mut flight = self.flight();
            match &*flight {
                Flight::Some(outcome) => outcome.subscribe(),
                Flight::Never(Never::IsList) => return Ok(()),
                Flight::Never(Never::Stopped) => return Err(stopped()),
                Flight::None => {
                    let (sender, receiver) = watch::channel(None);
                    *flight = Flight::Some(sender);
                    self.wake.notify_one();
                    receiver
                }
            }
        };
        let ended = outcome.wait_for(Option::is_some).await;
        match ended.as_deref() {
            Ok(Some(Err(error))) => Err(error.again()),
            Ok(_) => Ok(()),
            Err(_) => Err(stopped()),
        }
    }

    /// Whether somebody waits for a pull.
    pub(crate) fn is_wanted(&self) -> bool {
        matches!(*self.flight(), Flight::Some(_))
    }

    /// Notes that a pull starts: whoever asks for one from now on waits for this one.
    pub(crate) fn begin(&self) {
        let mut flight = self.flight();
        if matches!(*flight, Flight::None) {
            *flight = Flight::Some(watch::Sender::new(None));
        }
    }

    pub(crate) fn finish(&self, outcome: Outcome) {
        let ended = std::mem::replace(&mut *self.flight(), Flight::None);
        if let Flight::Some(waiting) = ended {
            waiting.send_replace(Some(outcome));
        }
    }

    /// Notes that no pull will start any more. Whoever waits for one gets an error.
    pub(crate) fn stop(&self) {
        *self.flight() = Flight::Never(Never::Stopped);
        self.facts().next_try = None;
    }

    pub(crate) fn note_success(&self, next_try: Duration) {
        let mut facts = self.facts();
        facts.failures = 0;
        facts.next_try = Some(next_try);
    }

    pub(crate) fn note_failure(&self, reason: String, failures: u32, next_try: Duration) {
        let at = self.clock.now();
        *self.facts() = Facts {
            last_failure: Some((at, reason)),
            failures,
            next_try: Some(next_try),
        };
    }

    pub(crate) fn status(&self) -> CatalogStatus {
        let now = Moment::now(&*self.clock);
        let view = self.view();
        let facts = self.facts();
        let age = view.ago().passed(now.steady);
        let is_stale = age > self.every.saturating_mul(3) && view.origin() != Origin::List;
        let next_try = facts.next_try.map(|next| {
            let left = next.saturating_sub(now.steady);
            let left = SignedDuration::try_from(left).unwrap_or(SignedDuration::MAX);
            now.wall.checked_add(left).unwrap_or(Timestamp::MAX)
        });
        CatalogStatus {
            generation: view.generation(),
            offers: view.len(),
            last_success: view.pulled_at(),
            age,
            last_failure: facts.last_failure.clone(),
            failures: facts.failures,
            next_try,
            staleness: match is_stale {
                true => Staleness::Stale,
                false => Staleness::Fresh,
            },
        }
    }

    /// Tells the listener. If it panics, the catalogue goes on.
    pub(crate) fn tell(&self, event: &CatalogEvent) {
        if let Some(listener) = &self.listener {
            // The listener may be in any state after a panic. That is its own concern.
            let _ = catch_unwind(AssertUnwindSafe(|| listener(event)));
        }
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn flight(&self) -> MutexGuard<'_, Flight> {
        self.flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("view", &self.view())
            .finish_non_exhaustive()
    }
}
