//! How a catalogue is doing.

use std::time::Duration;

use jiff::Timestamp;

/// How a catalogue is doing: whether its pulls succeed, and when the next one is.
///
/// ```
/// use cpalead::OfferList;
/// use cpalead::catalog::Catalog;
///
/// let status = Catalog::of_list(OfferList::empty()).status();
/// assert!(!status.is_stale() && status.failures() == 0);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogStatus {
    pub(crate) generation: u64,
    pub(crate) offers: usize,
    pub(crate) last_success: Timestamp,
    pub(crate) age: Duration,
    pub(crate) last_failure: Option<(Timestamp, String)>,
    pub(crate) failures: u32,
    pub(crate) next_try: Option<Timestamp>,
    pub(crate) staleness: Staleness,
}

/// Whether pulls fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Staleness {
    Fresh,
    Stale,
}

impl CatalogStatus {
    /// The generation in place.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// How many offers it has.
    #[must_use]
    pub fn offers(&self) -> usize {
        self.offers
    }

    /// When the last successful pull started, in this process, before it, or on another host.
    #[must_use]
    pub fn last_success(&self) -> Timestamp {
        self.last_success
    }

    /// How long ago that was, however the wall clock jumped since.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.age
    }

    /// When a pull failed last in this process, and why. It stays after a success.
    #[must_use]
    pub fn last_failure(&self) -> Option<(Timestamp, &str)> {
        let failure = self.last_failure.as_ref();
        failure.map(|(at, reason)| (*at, reason.as_str()))
    }

    /// How many pulls failed in a row.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// When the next pull starts; none for a catalogue that was stopped, or was made of a list.
    #[must_use]
    pub fn next_try(&self) -> Option<Timestamp> {
        self.next_try
    }

    /// Whether no pull succeeded for three times the interval of
    /// [`every`](super::CatalogBuilder::every).
    ///
    /// It says that pulls fail, not that offers are old: a pull that finds nothing new succeeds.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.staleness == Staleness::Stale
    }
}
