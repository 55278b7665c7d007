//! Which offers are for a country, for a device, and of a type: made once for each generation.

use crate::offers::list::OfferList;
use crate::offers::offer::Offer;
use crate::offers::offer_type::OfferType;
use crate::values::country::Country;
use crate::values::devices::Device;
use crate::values::payout_type::PayoutType;

/// Codes from AA to ZZ.
const COUNTRIES: usize = 26 * 26;

/// Positions of offers in their list, by what they are for.
///
/// A list has at most 20,000 offers, so a position has two bytes.
#[derive(Debug)]
pub(crate) struct Index {
    /// Ids with the position of their offers, sorted.
    ids: Box<[(u64, u16)]>,
    /// The offers for every country, ascending.
    everywhere: Box<[u16]>,
    /// The offers that name a country, ascending for each country, one country after the other.
    named: Box<[u16]>,
    /// Where each country begins in `named`.
    begins: Box<[u32]>,
    devices: Vec<Bits>,
    types: Vec<Bits>,
}

/// A set of positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bits(Box<[u64]>);

impl Bits {
    fn of(offers: &[Offer], belongs: impl Fn(&Offer) -> bool) -> Self {
        let mut words = vec![0; offers.len().div_ceil(64)];
        for (at, _) in (0..).zip(offers).filter(|(_, offer)| belongs(offer)) {
            let at: usize = at;
            words[at / 64] |= 1 << (at % 64);
        }
        Self(words.into_boxed_slice())
    }

    pub(crate) fn has(&self, at: u16) -> bool {
        let at = usize::from(at);
        let word = self.0.get(at / 64).copied().unwrap_or_default();
        word & (1 << (at % 64)) != 0
    }
}

impl Index {
    pub(crate) fn new(list: &OfferList) -> Self {
        let offers = list.as_slice();
        // A list is never longer; what would be beyond is not in the index.
        let positions = || (0..=u16::MAX).zip(offers);
        let mut ids: Vec<_> = positions().map(|(at, offer)| (offer.id(), at)).collect();
        ids.sort_unstable();
        let everywhere = positions().filter(|(_, offer)| offer.is_for_every_country());
        let everywhere = everywhere.map(|(at, _)| at).collect();

        let mut pairs: Vec<(usize, u16)> = Vec::new();
        for (at, offer) in positions().filter(|(_, offer)| !offer.is_for_every_country()) {
            let codes = offer.countries().iter();
            pairs.extend(codes.filter_map(|country| Some((number(*country)?, at))));
        }
        pairs.sort_unstable();
        pairs.dedup();
        let mut begins = vec![0; COUNTRIES + 1];
        for (country, _) in &pairs {
            begins[country + 1] += 1;
        }
        for country in 0..COUNTRIES {
            begins[country + 1] += begins[country];
        }
        let devices = Device::ALL.iter();
        let types = OfferType::ALL.iter();
        Self {
            ids: ids.into_boxed_slice(),
            everywhere,
            named: pairs.into_iter().map(|(_, at)| at).collect(),
            begins: begins.into_boxed_slice(),
            devices: devices
                .map(|device| Bits::of(offers, |offer| offer.is_for_device(*device) == Some(true)))
                .collect(),
            types: types
                .map(|kind| Bits::of(offers, |offer| offer.payout_type() == Some(&named(*kind))))
                .collect(),
        }
    }

    /// The position of the offer with this id; the first one if a list has it twice.
    pub(crate) fn position(&self, id: u64) -> Option<usize> {
        let at = self.ids.partition_point(|(known, _)| *known < id);
        let (known, position) = self.ids.get(at)?;
        (*known == id).then_some(usize::from(*position))
    }

    /// The offers that name the country, and the offers for every country; each ascending.
    pub(crate) fn in_country(&self, country: Country) -> (&[u16], &[u16]) {
        let range = number(country).and_then(|number| {
            let (begin, end) = (*self.begins.get(number)?, *self.begins.get(number + 1)?);
            self.named.get(begin as usize..end as usize)
        });
        (range.unwrap_or_default(), &self.everywhere)
    }

    pub(crate) fn on_device(&self, device: Device) -> Option<&Bits> {
        let at = Device::ALL.iter().position(|known| *known == device)?;
        self.devices.get(at)
    }

    pub(crate) fn of_type(&self, offer_type: OfferType) -> Option<&Bits> {
        let at = OfferType::ALL
            .iter()
            .position(|known| *known == offer_type)?;
        self.types.get(at)
    }
}

/// The number of a country from 0 to 675.
fn number(country: Country) -> Option<usize> {
    let [a, b] = *country.as_str().as_bytes() else {
        return None;
    };
    let letter = |byte: u8| byte.checked_sub(b'A').map(usize::from);
    Some(letter(a)? * 26 + letter(b)?).filter(|number| *number < COUNTRIES)
}

fn named(offer_type: OfferType) -> PayoutType {
    PayoutType::from(offer_type.as_str())
}
