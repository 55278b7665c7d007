//! The answer to a request for offers, and whether the limit may have cut it.

use std::ops::Deref;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::field::FieldSet;
use super::offer::Offer;
use super::payout::Payout;
use crate::decode::defect::Defect;
use crate::decode::json::not_utf8;
use crate::decode::row::{Bare, Shape};
use crate::decode::{self, Decoded};
use crate::error::Error;
use crate::redact;
use crate::report::Report;
use crate::values::country::Country;
use crate::values::devices::Device;
use crate::values::text::Text;

/// What an answer with offers looks like.
pub(crate) const SHAPE: Shape = Shape {
    list: "offers",
    bare: Bare::Refused,
    most: 20_000,
};

/// The provider's limit when the request names none.
///
/// Source: Publisher API documentation, Offers, `limit`.
pub(crate) const DEFAULT_LIMIT: u32 = 2500;

/// The offers of one answer: featured ones first, then by rank.
///
/// It can be used like a slice of offers.
///
/// ```
/// # fn show(offers: &cpalead::OfferList) {
/// for offer in offers {
///     println!("{}", offer.id());
/// }
/// if offers.may_be_cut() {
///     println!("there may be more: narrow the request");
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct OfferList {
    report: Report<Offer>,
    limit: u32,
    country: Option<Text>,
}

impl OfferList {
    pub(crate) fn new(mut decoded: Decoded<Offer>, limit: u32, requested: FieldSet) -> Self {
        if requested != FieldSet::EVERY {
            for offer in &mut decoded.rows {
                offer.set_requested(requested);
            }
        }
        Self {
            limit,
            country: decoded.country.take(),
            report: Report::new(decoded),
        }
    }

    /// Reads an answer that was saved: the bytes of a body, as the provider sent them.
    ///
    /// The bytes do not say what was requested: all fields and the limit of 2500 are assumed. If no
    /// offer can be read, a call fails. This function returns the rejected offers instead, because
    /// they show what is wrong with a saved answer.
    ///
    /// # Errors
    ///
    /// When the bytes are not UTF-8, are not an answer with offers, or are an answer that reports a
    /// failure.
    ///
    /// ```
    /// let body = br#"{"status":"success","offers":[{"id":5546840,"amount":"0.72"}]}"#;
    /// let offers = cpalead::OfferList::from_json(body.to_vec())?;
    /// assert_eq!(offers[0].id(), 5_546_840);
    /// # Ok::<(), cpalead::Error>(())
    /// ```
    pub fn from_json(body: Vec<u8>) -> Result<Self, Error> {
        // There is no key here that the text could repeat.
        let shown = |text: &str| redact::excerpt(text.as_bytes(), &[]);
        let text = String::from_utf8(body).map_err(|error| not_utf8(error.utf8_error()))?;
        Self::read(text, DEFAULT_LIMIT, FieldSet::EVERY, &shown)
            .map_err(|error| error.scrubbed(shown))
    }

    /// Reads an answer to a request with this limit and these fields. What is quoted of the answer
    /// passes through `shown`.
    pub(crate) fn read(
        text: String,
        limit: u32,
        requested: FieldSet,
        shown: &dyn Fn(&str) -> String,
    ) -> Result<Self, Error> {
        let decoded = decode::decode(&Arc::new(text), None, SHAPE, shown)?;
        Ok(Self::new(decoded, limit, requested))
    }

    /// A list without offers.
    ///
    /// ```
    /// let offers = cpalead::OfferList::empty();
    /// assert!(offers.is_empty() && !offers.may_be_cut());
    /// ```
    #[must_use]
    pub fn empty() -> Self {
        let body = r#"{"status":"success","number_offers":0,"offers":[]}"#;
        let decoded = Decoded::empty(body.to_owned(), SHAPE);
        Self::new(decoded, DEFAULT_LIMIT, FieldSet::EVERY)
    }

    /// The JSON of the whole answer, byte for byte as the provider sent it, without what may stand
    /// around it. [`from_json`](Self::from_json) reads it back.
    ///
    /// The text is not redacted: links in it contain the publisher id and the sub-ids of the
    /// request.
    ///
    /// ```
    /// let body = r#"{"status":"success","offers":[{"id":1,"novelty":true}]}"#;
    /// let offers = cpalead::OfferList::from_json(body.into())?;
    /// assert_eq!(offers.body(), body);
    /// # Ok::<(), cpalead::Error>(())
    /// ```
    #[must_use]
    pub fn body(&self) -> &str {
        self.report.json()
    }

    /// Every offer with its JSON.
    pub(crate) fn raws(&self) -> impl Iterator<Item = (&Offer, &str)> {
        self.report.raws()
    }

    /// The code of [`country`](Self::country), as it came.
    pub(crate) fn country_code(&self) -> Option<&str> {
        self.country.as_ref().map(Text::as_str)
    }

    /// The offers.
    #[must_use]
    pub fn as_slice(&self) -> &[Offer] {
        &self.report
    }

    /// The offer with this id.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Offer> {
        self.iter().find(|offer| offer.id() == id)
    }

    /// The best paying offers for a user in this country with this device, at most `count`.
    ///
    /// The highest payout comes first; of equal payouts the better rank, then the order of the
    /// answer. Offers that do not run there, or whose payout is not known, are left out.
    ///
    /// ```
    /// # fn show(offers: &cpalead::OfferList) {
    /// use cpalead::{Country, Device};
    ///
    /// for (offer, payout) in offers.best(Country::US, Device::Ios, 20) {
    ///     println!("{} {}", offer.id(), payout.amount());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn best(
        &self,
        country: Country,
        device: Device,
        count: usize,
    ) -> Vec<(&Offer, Payout<'_>)> {
        best(self.iter(), country, device, count)
    }

    /// What is wrong with the answer, while the rest of it was read; see
    /// [`Report::defects`](crate::Report::defects).
    #[must_use]
    pub fn defects(&self) -> &[Defect] {
        self.report.defects()
    }

    /// How many defects there are.
    #[must_use]
    pub fn defect_count(&self) -> usize {
        self.report.defect_count()
    }

    /// The offers that were dropped, because they are not objects or have no id; at most the first
    /// 10,000.
    #[must_use]
    pub fn rejected(&self) -> &[Defect] {
        self.report.rejected()
    }

    /// How many offers were dropped.
    #[must_use]
    pub fn rejected_count(&self) -> usize {
        self.report.rejected_count()
    }

    /// Whether the answer is as long as its limit: the provider may then have had more offers.
    ///
    /// There is no paging, so narrow the request.
    #[must_use]
    pub fn may_be_cut(&self) -> bool {
        self.len() + self.rejected_count() >= self.limit as usize
    }

    /// The country that the answer is for, where the provider names one.
    #[must_use]
    pub fn country(&self) -> Option<Country> {
        self.country
            .as_ref()
            .and_then(|code| Country::new(code.as_str()))
    }

    /// The JSON of an offer of this list, byte for byte as the provider sent it.
    ///
    /// It includes fields that this version does not know. It is `None` for an offer that differs
    /// from the one at its index. The first call reads through the whole answer once.
    ///
    /// ```
    /// # fn show(offers: &cpalead::OfferList) {
    /// for offer in offers {
    ///     println!("{}", offers.raw(offer).unwrap_or_default());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn raw(&self, offer: &Offer) -> Option<&str> {
        self.report.raw(offer)
    }

    /// The JSON of the offer that a defect of this list is in, byte for byte as the provider sent
    /// it.
    ///
    /// The text is not redacted: it belongs in a file that only its owner reads, not in a log.
    #[must_use]
    pub fn raw_rejected(&self, defect: &Defect) -> Option<&str> {
        self.report.raw_rejected(defect)
    }
}

/// The best paying of some offers for such a user; see [`OfferList::best`].
pub(crate) fn best<'a>(
    offers: impl Iterator<Item = &'a Offer>,
    country: Country,
    device: Device,
    count: usize,
) -> Vec<(&'a Offer, Payout<'a>)> {
    let payable = |offer| Some((offer, Offer::payable(offer, country, device)?));
    let mut best: Vec<_> = offers.filter_map(payable).collect();
    best.sort_by(|(a, a_pays), (b, b_pays)| {
        let rank = |offer: &Offer| offer.offer_rank().unwrap_or(Decimal::MAX);
        let by_payout = b_pays.amount().cmp(&a_pays.amount());
        by_payout.then_with(|| rank(a).cmp(&rank(b)))
    });
    best.truncate(count);
    best
}

/// The form of an answer, so that [`OfferList::from_json`] reads it back: each offer as
/// [`Offer`] is serialized. [`OfferList::body`] has the provider's own bytes.
impl Serialize for OfferList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut answer = serializer.serialize_map(None)?;
        answer.serialize_entry("status", "success")?;
        if let Some(country) = self.country_code() {
            answer.serialize_entry("country", country)?;
        }
        answer.serialize_entry("number_offers", &self.len())?;
        answer.serialize_entry("offers", self.as_slice())?;
        answer.end()
    }
}

impl Deref for OfferList {
    type Target = [Offer];

    fn deref(&self) -> &[Offer] {
        &self.report
    }
}

impl<'a> IntoIterator for &'a OfferList {
    type Item = &'a Offer;
    type IntoIter = std::slice::Iter<'a, Offer>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for OfferList {
    type Item = Offer;
    type IntoIter = std::vec::IntoIter<Offer>;

    fn into_iter(self) -> Self::IntoIter {
        self.report.into_iter()
    }
}
