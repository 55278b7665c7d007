//! The settings of a catalogue.

use std::fmt;
use std::time::Duration;

use super::event::CatalogEvent;
use super::file::CatalogFile;
#[cfg(feature = "redis")]
use super::redis::RedisCatalog;
use super::state::Listener;
use crate::offers::OffersRequest;

/// The shortest interval between two pulls.
pub(crate) const SHORTEST: Duration = Duration::from_secs(1);

/// The settings of a [`Catalog`](super::Catalog), made by [`Catalog::of`](super::Catalog::of).
///
/// ```no_run
/// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
/// use std::time::Duration;
///
/// use cpalead::catalog::{Catalog, CatalogFile};
///
/// let catalog = Catalog::of(client.offers().limit(5_000))
///     .every(Duration::from_secs(10 * 60))
///     .full_every(Duration::from_secs(6 * 60 * 60))
///     .keep(CatalogFile::new("/var/lib/shop/cpalead"))
///     .on_event(|event| println!("{event}"))
///     .start()
///     .await?;
/// # Ok(()) }
/// ```
#[must_use = "a catalogue does nothing until it is started"]
pub struct CatalogBuilder {
    pub(crate) request: OffersRequest,
    pub(crate) every: Duration,
    pub(crate) full_every: Duration,
    pub(crate) file: Option<CatalogFile>,
    #[cfg(feature = "redis")]
    pub(crate) redis: Option<RedisCatalog>,
    pub(crate) listener: Option<Listener>,
}

impl CatalogBuilder {
    pub(crate) fn new(request: OffersRequest) -> Self {
        Self {
            request,
            every: Duration::from_secs(10 * 60),
            full_every: Duration::from_secs(6 * 60 * 60),
            file: None,
            #[cfg(feature = "redis")]
            redis: None,
            listener: None,
        }
    }

    /// How long after the start of a successful pull the next one starts: at least one second, ten
    /// minutes unless set.
    pub fn every(mut self, interval: Duration) -> Self {
        self.every = interval;
        self
    }

    /// How often a pull asks for all offers, to see which vanished; six hours unless set.
    ///
    /// The pulls in between ask for what was updated. Whether they would show an offer that was
    /// paused is not documented (inferred: they do not).
    pub fn full_every(mut self, interval: Duration) -> Self {
        self.full_every = interval;
        self
    }

    /// Keeps the offers in a file, so that a restart needs no pull.
    pub fn keep(mut self, file: CatalogFile) -> Self {
        self.file = Some(file);
        self
    }

    /// Shares the offers with other processes, so that one pull serves them all.
    ///
    /// Let the processes share the limits too, with
    /// [`RedisStore`](crate::rate_limits::RedisStore).
    #[cfg(feature = "redis")]
    pub fn share(mut self, redis: RedisCatalog) -> Self {
        self.redis = Some(redis);
        self
    }

    /// Calls `listen` with everything that happens. If it panics, the catalogue goes on.
    ///
    /// It is called in the task of the catalogue, and must not block.
    pub fn on_event(mut self, listen: impl Fn(&CatalogEvent) + Send + Sync + 'static) -> Self {
        self.listener = Some(Box::new(listen));
        self
    }
}

impl fmt::Debug for CatalogBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatalogBuilder")
            .field("every", &self.every)
            .field("full_every", &self.full_every)
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}
