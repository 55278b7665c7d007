//! Some of the offers of a view, in the order of their ranks.

use std::fmt;
use std::iter::Peekable;

use super::index::{Bits, Index};
use crate::offers::list::OfferList;
use crate::offers::offer::Offer;
use crate::offers::offer_type::OfferType;
use crate::values::country::Country;
use crate::values::devices::Device;

/// Some of the offers of a [`CatalogView`](super::CatalogView), in the order of their ranks.
///
/// It is an iterator, and can be narrowed before it is used.
///
/// ```
/// use cpalead::catalog::Catalog;
/// use cpalead::{Country, Device, OfferList, OfferType};
///
/// let body = r#"{"offers":[{"id":1,"device":"ios","countries":["US"],"payout_type":"CPI"}]}"#;
/// let catalog = Catalog::of_list(OfferList::from_json(body.into())?);
/// let view = catalog.get();
/// let installs = view.for_user(Country::US, Device::Ios).of_type(OfferType::Cpi);
/// assert_eq!(installs.count(), 1);
/// # Ok::<(), cpalead::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "a selection does nothing until it is iterated over"]
pub struct Selection<'a> {
    offers: &'a [Offer],
    index: &'a Index,
    positions: Positions<'a>,
    device: Option<&'a Bits>,
    offer_type: Option<&'a Bits>,
}

/// Ascending positions.
#[derive(Clone)]
enum Positions<'a> {
    All(std::ops::Range<u16>),
    /// Two lists without a common position.
    Two(
        Peekable<std::slice::Iter<'a, u16>>,
        Peekable<std::slice::Iter<'a, u16>>,
    ),
}

impl<'a> Selection<'a> {
    pub(crate) fn all(list: &'a OfferList, index: &'a Index) -> Self {
        let offers = list.as_slice();
        let end = u16::try_from(offers.len()).unwrap_or(u16::MAX);
        Self {
            offers,
            index,
            positions: Positions::All(0..end),
            device: None,
            offer_type: None,
        }
    }

    pub(crate) fn in_country(mut self, country: Country) -> Self {
        let (named, everywhere) = self.index.in_country(country);
        self.positions = Positions::Two(named.iter().peekable(), everywhere.iter().peekable());
        self
    }

    /// Only offers for this device; see [`Offer::is_for_device`]. The last device counts.
    pub fn for_device(mut self, device: Device) -> Self {
        self.device = self.index.on_device(device);
        self
    }

    /// Only offers of this type. The last type counts.
    pub fn of_type(mut self, offer_type: OfferType) -> Self {
        self.offer_type = self.index.of_type(offer_type);
        self
    }
}

impl Iterator for Positions<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        match self {
            Self::All(range) => range.next(),
            Self::Two(a, b) => match (a.peek(), b.peek()) {
                (Some(first), Some(second)) if first > second => b.next().copied(),
                (Some(_), _) => a.next().copied(),
                (None, _) => b.next().copied(),
            },
        }
    }
}

impl<'a> Iterator for Selection<'a> {
    type Item = &'a Offer;

    fn next(&mut self) -> Option<&'a Offer> {
        let (device, offer_type) = (self.device, self.offer_type);
        let belongs = |bits: Option<&Bits>, at| bits.is_none_or(|bits| bits.has(at));
        let at = self
            .positions
            .find(|at| belongs(device, *at) && belongs(offer_type, *at))?;
        self.offers.get(usize::from(at))
    }
}

impl fmt::Debug for Selection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone().map(Offer::id)).finish()
    }
}
