//! The task behind a catalogue: when it pulls, and what it does with the answer.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::event::{CatalogEvent, Origin};
use super::file::CatalogFile;
use super::merge::Merged;
use super::moment::{Ago, Moment};
use super::pulls::{Cut, Pull, Pulls, Verdict, pause};
#[cfg(feature = "redis")]
use super::redis::Fleet;
use super::snapshot::Identity;
use super::state::State;
use super::view::CatalogView;
use crate::call::Call;
use crate::error::Error;
use crate::offers::field::FieldSet;
use crate::offers::list::OfferList;
use crate::offers::{OffersRequest, Repeated};

/// What the task owns. Dropping it ends the catalogue's pulls.
pub(crate) struct Keeper {
    pub(crate) state: Arc<State>,
    request: OffersRequest,
    pub(crate) asked: Asked,
    pub(crate) pulls: Pulls,
    every: Duration,
    pub(crate) file: Option<CatalogFile>,
    #[cfg(feature = "redis")]
    pub(crate) fleet: Option<Fleet>,
    failures: u32,
    /// When the next pull starts, on the steady scale.
    pub(crate) next: Duration,
}

/// What the request asks for.
pub(crate) struct Asked {
    pub(crate) identity: Identity,
    call: Call,
    limit: u32,
    requested: FieldSet,
}

/// Why a round starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The interval is over.
    Due,
    /// Somebody waits for it.
    Wanted,
}

/// A successful pull, not in place yet.
pub(crate) struct Pulled {
    pull: Pull,
    pub(crate) pulls: Pulls,
    pub(crate) view: Arc<CatalogView>,
    pub(crate) change: Change,
    merged: Merged,
    cut: Cut,
    rejected: usize,
}

/// What a pull changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Nothing,
    Offers,
}

impl Asked {
    pub(crate) fn new(repeated: Repeated<'_>) -> Self {
        Self {
            identity: Identity::new(repeated.call.account(), &repeated.words),
            call: repeated.call.clone(),
            limit: repeated.limit,
            requested: repeated.requested,
        }
    }

    pub(crate) fn read(&self, body: String) -> Result<OfferList, Error> {
        let shown = |text: &str| self.call.shown(text);
        OfferList::read(body, self.limit, self.requested, &shown)
    }
}

impl Keeper {
    pub(crate) fn new(
        state: Arc<State>,
        request: OffersRequest,
        asked: Asked,
        (every, full_every): (Duration, Duration),
        file: Option<CatalogFile>,
    ) -> Self {
        Self {
            state,
            request,
            asked,
            pulls: Pulls::new(full_every),
            every,
            file,
            #[cfg(feature = "redis")]
            fleet: None,
            failures: 0,
            next: Duration::ZERO,
        }
    }

    /// Finds the first offers: in the file, in Redis, or by a pull.
    ///
    /// # Errors
    ///
    /// That of the pull.
    pub(crate) async fn begin(&mut self) -> Result<(), Error> {
        self.load().await;
        #[cfg(feature = "redis")]
        self.look().await;
        match self.has_view() {
            true => Ok(()),
            false => self.round().await,
        }
    }

    /// Pulls, until it is dropped.
    pub(crate) async fn run(mut self) {
        loop {
            if caught(self.step()).await.is_none() {
                let error = Error::catalog("the pull panicked; the offers stay as they are");
                let error = self.failed(error);
                self.state.finish(Err(Arc::new(error)));
            }
        }
    }

    /// Waits for the next round, and makes it.
    async fn step(&mut self) {
        let Some(reason) = self.wait().await else {
            #[cfg(feature = "redis")]
            self.look().await;
            return;
        };
        if reason == Reason::Wanted && !self.state.is_wanted() {
            return;
        }
        self.state.begin();
        let outcome = self.round().await;
        self.state.finish(outcome.map_err(Arc::new));
    }

    /// Why the next round starts; none if it is only time to look at Redis.
    async fn wait(&self) -> Option<Reason> {
        let left = self.next.saturating_sub(self.state.clock.steady());
        let mut due = pin!(self.state.clock.sleep(left));
        let mut wanted = pin!(self.state.wake.notified());
        #[cfg(feature = "redis")]
        let mut look = pin!(self.time_to_look());
        #[cfg(not(feature = "redis"))]
        let mut look = pin!(std::future::pending::<()>());
        poll_fn(|context| {
            if wanted.as_mut().poll(context).is_ready() {
                return Poll::Ready(Some(Reason::Wanted));
            }
            if due.as_mut().poll(context).is_ready() {
                return Poll::Ready(Some(Reason::Due));
            }
            look.as_mut().poll(context).map(|()| None)
        })
        .await
    }

    async fn round(&mut self) -> Result<(), Error> {
        #[cfg(feature = "redis")]
        if self.fleet.is_some() {
            return self.round_of_fleet().await;
        }
        self.pull_alone().await
    }

    /// Pulls without asking anybody.
    pub(crate) async fn pull_alone(&mut self) -> Result<(), Error> {
        let generation = self.state.view().generation() + 1;
        let pulled = self.pull(generation).await?;
        self.install(pulled);
        self.save().await;
        Ok(())
    }

    /// Asks the provider, and judges the answer. Nothing is in place afterwards. A view that
    /// changes gets this generation.
    ///
    /// # Errors
    ///
    /// When the call failed, or the answer was not believed. Both are told and counted.
    pub(crate) async fn pull(&mut self, generation: u64) -> Result<Pulled, Error> {
        let started = Moment::now(&*self.state.clock);
        let view = self.state.view();
        let old = self.has_view().then(|| view.offers());
        let pull = self.pulls.next(&started, !view.is_empty());
        let request = match pull {
            Pull::Full => self.request.clone(),
            Pull::Since(watermark) => self.request.clone().updated_since(watermark),
        };
        let answer = request.send().await.map_err(|error| self.failed(error))?;
        let mut pulls = self.pulls.clone();
        let (mut merged, cut) = match pulls.judge(pull, &started, old, &answer) {
            Verdict::Taken { merged, cut } => (merged, cut),
            verdict => return Err(self.doubted(pulls, &verdict, answer.len())),
        };
        let ago = Ago::now(&started);
        let (new, change) = match merged.body.take() {
            None => {
                let confirmed = view.confirmed(Origin::Provider, started.wall, ago);
                (confirmed, Change::Nothing)
            }
            Some(body) => {
                let list = self.asked.read(body).map_err(|error| self.failed(error))?;
                let origin = Origin::Provider;
                let new = CatalogView::new(list, generation, origin, started.wall, ago);
                (new, Change::Offers)
            }
        };
        Ok(Pulled {
            pull,
            pulls,
            view: Arc::new(new),
            change,
            merged,
            cut,
            rejected: answer.rejected_count(),
        })
    }

    /// Puts a pull in place.
    pub(crate) fn install(&mut self, pulled: Pulled) {
        let Pulled {
            pull, view, merged, ..
        } = pulled;
        self.pulls = pulled.pulls;
        self.state.swap(Arc::clone(&view));
        self.succeeded(view.ago());
        let (pull, offers) = (pull.kind(), view.len());
        if pulled.cut == Cut::Yes {
            let limit = self.asked.limit;
            self.state.tell(&CatalogEvent::Cut { pull, limit });
        }
        self.state.tell(&match pulled.change {
            Change::Nothing => CatalogEvent::Unchanged { pull, offers },
            Change::Offers => CatalogEvent::Pulled {
                pull,
                generation: view.generation(),
                offers,
                added: merged.added,
                changed: merged.changed,
                removed: merged.removed,
                rejected: pulled.rejected,
            },
        });
    }

    /// Notes a success, whose start was this long ago. The next pull follows after the interval.
    pub(crate) fn succeeded(&mut self, ago: Ago) {
        self.failures = 0;
        let steady = self.state.clock.steady();
        let left = self.every.saturating_sub(ago.passed(steady));
        self.next = steady.saturating_add(left);
        self.state.note_success(self.next);
    }

    /// Counts and tells a failure. The next pull follows after a pause.
    pub(crate) fn failed(&mut self, error: Error) -> Error {
        let failures = self.failures.saturating_add(1);
        let next = pause(failures, self.every, self.random());
        let reason = error.to_string();
        self.fail(reason.clone(), next);
        self.state.tell(&CatalogEvent::Failed {
            reason,
            failures,
            next,
        });
        error
    }

    /// A number from the client's source of randomness.
    pub(crate) fn random(&self) -> u64 {
        self.asked.call.jitter().random()
    }

    fn fail(&mut self, reason: String, next: Duration) {
        self.failures = self.failures.saturating_add(1);
        self.next = self.state.clock.steady().saturating_add(next);
        self.state.note_failure(reason, self.failures, self.next);
    }

    /// Counts and tells an answer that was not believed. The next pull follows after the interval:
    /// an earlier one would most likely get the same answer.
    fn doubted(&mut self, pulls: Pulls, verdict: &Verdict, answered: usize) -> Error {
        self.pulls = pulls;
        let offers = self.state.view().len();
        let event = match verdict {
            Verdict::Emptied => CatalogEvent::Emptied { offers },
            _ => CatalogEvent::Shrunk { answered, offers },
        };
        let reason = event.to_string();
        self.fail(reason.clone(), self.every);
        self.state.tell(&event);
        Error::catalog(reason)
    }

    pub(crate) fn has_view(&self) -> bool {
        self.state.view().generation() > 0
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.state.stop();
    }
}

/// The outcome of a future; none if it panicked.
async fn caught<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(outcome)) => Poll::Ready(Some(outcome)),
            Err(_) => Poll::Ready(None),
        }
    })
    .await
}
