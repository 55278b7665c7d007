//! One generation of the offers, with its index.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::event::Origin;
use super::index::Index;
use super::moment::{Ago, Moment};
use super::selection::Selection;
use crate::clock::Clock;
use crate::offers::list::{OfferList, best};
use crate::offers::offer::Offer;
use crate::offers::offer_type::OfferType;
use crate::offers::payout::Payout;
use crate::values::country::Country;
use crate::values::devices::Device;

/// One generation of the offers. It never changes, and stays readable as long as it is held.
///
/// Offers are in the order of their ranks; those without a rank come last. "For" a country or a
/// device means that [`Offer::is_for`] says yes. Offers for which it is not known are left out.
///
/// ```
/// use cpalead::catalog::Catalog;
/// use cpalead::{Country, Device, OfferList};
///
/// let body = r#"{"offers":[{"id":7,"amount":"0.72","countries":["US"],"device":"ios"}]}"#;
/// let view = Catalog::of_list(OfferList::from_json(body.into())?).get();
///
/// assert!(view.get(7).is_some());
/// assert_eq!(view.for_user(Country::US, Device::Ios).count(), 1);
/// assert_eq!(view.for_user(Country::GB, Device::Ios).count(), 0);
/// let best = view.best(Country::US, Device::Ios, 20);
/// assert_eq!(best[0].1.amount().to_string(), "0.72");
/// # Ok::<(), cpalead::Error>(())
/// ```
pub struct CatalogView {
    /// Shared by the views of one generation.
    offers: Arc<Indexed>,
    generation: u64,
    origin: Origin,
    pulled_at: Timestamp,
    pulled: Ago,
}

/// A list with its index.
#[derive(Debug)]
struct Indexed {
    list: OfferList,
    index: Index,
}

impl CatalogView {
    pub(crate) fn new(
        list: OfferList,
        generation: u64,
        origin: Origin,
        pulled_at: Timestamp,
        pulled: Ago,
    ) -> Self {
        let index = Index::new(&list);
        Self {
            offers: Arc::new(Indexed { list, index }),
            generation,
            origin,
            pulled_at,
            pulled,
        }
    }

    /// The same generation after a pull that changed nothing.
    pub(crate) fn confirmed(&self, origin: Origin, pulled_at: Timestamp, pulled: Ago) -> Self {
        Self {
            offers: Arc::clone(&self.offers),
            generation: self.generation,
            origin,
            pulled_at,
            pulled,
        }
    }

    /// The same offers under another number.
    #[cfg(feature = "redis")]
    pub(crate) fn numbered(&self, generation: u64) -> Self {
        Self {
            generation,
            ..self.confirmed(self.origin, self.pulled_at, self.pulled)
        }
    }

    /// The offer with this id.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Offer> {
        let Indexed { list, index } = &*self.offers;
        list.as_slice().get(index.position(id)?)
    }

    /// All offers.
    ///
    /// [`OfferList::raw`] has the JSON of each, as the provider sent it. [`OfferList::rejected`] is
    /// always empty here.
    #[must_use]
    pub fn offers(&self) -> &OfferList {
        &self.offers.list
    }

    /// How many offers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offers.list.len()
    }

    /// Whether there are no offers.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.offers.list.is_empty()
    }

    /// The offers for a user in this country with this device.
    pub fn for_user(&self, country: Country, device: Device) -> Selection<'_> {
        self.all().in_country(country).for_device(device)
    }

    /// The offers for a country, on any device.
    pub fn for_country(&self, country: Country) -> Selection<'_> {
        self.all().in_country(country)
    }

    /// The offers for a device, in any country.
    pub fn for_device(&self, device: Device) -> Selection<'_> {
        self.all().for_device(device)
    }

    /// The offers of a type.
    pub fn of_type(&self, offer_type: OfferType) -> Selection<'_> {
        self.all().of_type(offer_type)
    }

    /// The best paying offers for a user, at most `count`; see [`OfferList::best`].
    #[must_use]
    pub fn best(
        &self,
        country: Country,
        device: Device,
        count: usize,
    ) -> Vec<(&Offer, Payout<'_>)> {
        best(self.for_user(country, device), country, device, count)
    }

    /// The number of the generation. It grows whenever offers change, and never goes back while
    /// the catalogue lives.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// How long ago the pull started that these offers are from, or that confirmed them last.
    ///
    /// The clock must be the client's. It is [`SystemClock`](crate::clock::SystemClock) unless one
    /// was set.
    #[must_use]
    pub fn age(&self, clock: &dyn Clock) -> Duration {
        self.pulled.passed(clock.steady())
    }

    /// When that pull started, by the wall clock of the machine that made it.
    #[must_use]
    pub fn pulled_at(&self) -> Timestamp {
        self.pulled_at
    }

    /// Where these offers came from last.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    pub(crate) fn ago(&self) -> Ago {
        self.pulled
    }

    fn all(&self) -> Selection<'_> {
        Selection::all(&self.offers.list, &self.offers.index)
    }
}

/// Without the offers, which are thousands.
impl fmt::Debug for CatalogView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatalogView")
            .field("generation", &self.generation)
            .field("offers", &self.len())
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// The view of a list that no pull brought.
pub(crate) fn of_list(list: OfferList, now: &Moment) -> CatalogView {
    CatalogView::new(list, 1, Origin::List, now.wall, Ago::now(now))
}

#[cfg(test)]
mod tests;
