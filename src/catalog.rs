//! A copy of the offers that keeps itself up to date, and that a request of a visitor can read
//! without waiting.
//!
//! ```no_run
//! # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
//! use cpalead::catalog::{Catalog, CatalogFile};
//! use cpalead::{Country, Device};
//!
//! let catalog = Catalog::of(client.offers().limit(5_000))
//!     .keep(CatalogFile::new("/var/lib/shop/cpalead"))
//!     .on_event(|event| println!("{event}"))
//!     .start()
//!     .await?;
//!
//! let offers = catalog.get();
//! for (offer, payout) in offers.best(Country::US, Device::Ios, 20) {
//!     println!("{} {}", offer.id(), payout.amount());
//! }
//! # Ok(()) }
//! ```
//!
//! A task asks for what was updated every ten minutes, and for all offers every six hours, because
//! only a full answer shows what vanished. Both intervals can be set. An answer takes the place of
//! the old offers as a whole, or not at all:
//!
//! - **Failed**: the call had no usable answer.
//! - **Emptied**: a full pull has no offers while there were some.
//! - **Shrunk**: a full pull has less than half of the offers, and the one before did not.
//! - **Cut**: the answer is as long as its limit. It adds and changes offers, and removes none.
//!
//! A row that cannot be read keeps its previous version. If it does not show its id, that answer
//! removes nothing.
//!
//! Offers carry no time, so the watermark is this machine's clock: the start of the last success,
//! less ten minutes. A clock that jumps leads to a full pull. A clock that is wrong by more than
//! ten minutes all the time can miss updates until the next full pull.

pub(crate) mod builder;
pub(crate) mod event;
pub(crate) mod file;
#[cfg(feature = "redis")]
pub(crate) mod fleet;
pub(crate) mod index;
pub(crate) mod keeper;
pub(crate) mod keeping;
pub(crate) mod merge;
pub(crate) mod moment;
pub(crate) mod pulls;
#[cfg(feature = "redis")]
pub(crate) mod redis;
pub(crate) mod selection;
pub(crate) mod snapshot;
pub(crate) mod state;
pub(crate) mod status;
pub(crate) mod view;

pub use builder::CatalogBuilder;
pub use event::{CatalogEvent, Origin, PullKind};
pub use file::CatalogFile;
#[cfg(feature = "redis")]
pub use redis::RedisCatalog;
pub use selection::Selection;
pub use status::CatalogStatus;
pub use view::CatalogView;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::AbortHandle;

use crate::clock::SystemClock;
use crate::error::Error;
use crate::offers::OffersRequest;
use crate::offers::list::OfferList;
use builder::SHORTEST;
use file::Loaded;
use keeper::{Asked, Keeper};
use keeping::age_of;
use moment::{Ago, Moment};
use state::State;

/// A copy of the offers that keeps itself up to date; see the [module](self).
///
/// Clones share one copy. Its task ends when the last clone is dropped. When the runtime ends, the
/// last offers stay readable.
///
/// ```no_run
/// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
/// use cpalead::catalog::Catalog;
///
/// let catalog = Catalog::of(client.offers().limit(5_000)).start().await?;
/// println!("{} offers", catalog.get().len());
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Catalog {
    state: Arc<State>,
    _task: Option<Arc<Task>>,
}

/// The task, which ends with the last handle.
struct Task(AbortHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Catalog {
    /// Begins a catalogue of the offers of a request, which is the request of a full pull.
    ///
    /// The request must ask for the same offers each time and on every machine:
    /// [`start`](CatalogBuilder::start) refuses one for the calling country or device, and one with
    /// `updated_since`. With the largest limit, [`MAX_LIMIT`](crate::MAX_LIMIT), an answer is cut
    /// least often.
    pub fn of(request: OffersRequest) -> CatalogBuilder {
        CatalogBuilder::new(request)
    }

    /// A catalogue that never changes, for tests.
    ///
    /// ```
    /// use cpalead::OfferList;
    /// use cpalead::catalog::Catalog;
    ///
    /// let body = br#"{"status":"success","offers":[{"id":5546840,"amount":"0.72"}]}"#;
    /// let catalog = Catalog::of_list(OfferList::from_json(body.to_vec())?);
    /// assert!(catalog.get().get(5_546_840).is_some());
    /// # Ok::<(), cpalead::Error>(())
    /// ```
    #[must_use]
    pub fn of_list(list: OfferList) -> Self {
        let view = view::of_list(list, &Moment::now(&SystemClock));
        Self {
            state: Arc::new(State::new(view, Arc::new(SystemClock), Duration::MAX, None)),
            _task: None,
        }
    }

    /// The offers as they are now. This never waits, not even while others are put in place.
    #[must_use]
    pub fn get(&self) -> Arc<CatalogView> {
        self.state.view()
    }

    /// Pulls now, or waits for the pull that is under way. Any number of callers wait for one pull.
    ///
    /// If the future is dropped, the pull goes on.
    ///
    /// # Errors
    ///
    /// When the pull failed, or its answer was not believed. The old offers stay in place.
    pub async fn refresh(&self) -> Result<(), Error> {
        self.state.pulled().await
    }

    /// Waits for the next generation.
    ///
    /// A change between two calls is missed; [`changed_since`](Self::changed_since) misses none.
    pub async fn changed(&self) -> Arc<CatalogView> {
        self.changed_since(self.get().generation()).await
    }

    /// Waits until the generation differs from this one. If it does already, this returns at once.
    ///
    /// ```no_run
    /// # async fn run(catalog: cpalead::catalog::Catalog) {
    /// let mut generation = 0;
    /// loop {
    ///     let offers = catalog.changed_since(generation).await;
    ///     generation = offers.generation();
    ///     println!("{} offers", offers.len());
    /// }
    /// # }
    /// ```
    pub async fn changed_since(&self, generation: u64) -> Arc<CatalogView> {
        self.state.changed_since(generation).await
    }

    /// Whether pulls succeed, and when the next one is.
    #[must_use]
    pub fn status(&self) -> CatalogStatus {
        self.state.status()
    }
}

impl CatalogBuilder {
    /// Finds the first offers, and starts the task: they are those of the file, of Redis, or
    /// of a pull.
    ///
    /// # Errors
    ///
    /// When the settings or the request cannot be used, and when there are no offers: the error is
    /// that of the pull. With offers from elsewhere, a provider that is down is not an error.
    pub async fn start(self) -> Result<Catalog, Error> {
        let repeated = self.request.repeated()?;
        if self.every < SHORTEST || self.full_every < SHORTEST {
            let message = "a catalogue cannot pull more often than once a second: set every and full_every to one second at least";
            return Err(repeated.call.refused(message));
        }
        let clock = Arc::clone(repeated.call.clock());
        if tokio::runtime::Handle::try_current().is_err() {
            let message = "there is no tokio runtime: start the catalogue from inside of one";
            return Err(repeated.call.refused(message));
        }
        let asked = Asked::new(repeated);
        let now = Moment::now(&*clock);
        let nothing = CatalogView::new(
            OfferList::empty(),
            0,
            Origin::Provider,
            now.wall,
            Ago::now(&now),
        );
        let state = Arc::new(State::new(nothing, clock, self.every, self.listener));
        let intervals = (self.every, self.full_every);
        let shared = Arc::clone(&state);
        let mut keeper = Keeper::new(shared, self.request, asked, intervals, self.file);
        #[cfg(feature = "redis")]
        keeper.share(self.redis);
        keeper.begin().await?;
        let task = tokio::spawn(keeper.run());
        Ok(Catalog {
            state,
            _task: Some(Arc::new(Task(task.abort_handle()))),
        })
    }
}

impl CatalogFile {
    /// Reads the offers that a catalogue of this request kept, without a pull and without a task;
    /// none if there is no file.
    ///
    /// # Errors
    ///
    /// When the request cannot be that of a catalogue, and when the file cannot be used. It is left
    /// as it is.
    ///
    /// ```no_run
    /// # fn run(client: cpalead::Client) -> cpalead::Result<()> {
    /// use cpalead::catalog::CatalogFile;
    ///
    /// let file = CatalogFile::new("/var/lib/shop/cpalead");
    /// if let Some(view) = file.read(&client.offers().limit(5_000))? {
    ///     println!("{} offers", view.len());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn read(&self, request: &OffersRequest) -> Result<Option<CatalogView>, Error> {
        let repeated = request.repeated()?;
        let now = Moment::now(&**repeated.call.clock());
        let asked = Asked::new(repeated);
        let useless = |reason: String| {
            let path = self.path(&asked.identity);
            Error::catalog(format!("cannot use {}: {reason}", path.display()))
        };
        match self.load(&asked.identity) {
            Loaded::Missing => Ok(None),
            Loaded::Useless(reason) => Err(useless(reason)),
            Loaded::Found(header, body) => {
                let list = asked.read(body).map_err(|why| useless(why.to_string()))?;
                let ago = Ago::before(&now, age_of(&header, &now));
                let (generation, at) = (header.generation, header.pulled_at);
                let view = CatalogView::new(list, generation, Origin::File, at, ago);
                Ok(Some(view))
            }
        }
    }
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog")
            .field("view", &self.get())
            .finish_non_exhaustive()
    }
}
