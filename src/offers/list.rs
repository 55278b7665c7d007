//! The answer to a request for offers: a report of them, and whether it may be cut.

use std::ops::Deref;
use std::sync::Arc;

use super::field::FieldSet;
use super::offer::Offer;
use crate::decode::json::not_utf8;
use crate::decode::rejected::Rejected;
use crate::decode::row::{Bare, Shape};
use crate::decode::{self, Decoded};
use crate::error::Error;
use crate::redact;
use crate::report::Report;
use crate::values::country::Country;
use crate::values::text::Text;

/// What an answer with offers looks like.
pub(crate) const SHAPE: Shape = Shape {
    list: "offers",
    bare: Bare::Refused,
    most: 20_000,
};

/// What the provider sends when no limit is named.
///
/// Source: Publisher API documentation, Offers, `limit`.
pub(crate) const DEFAULT_LIMIT: u32 = 2500;

/// Offers in the provider's order: featured ones first, then by rank. It reads like a slice of
/// them.
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

    /// Reads an answer that was kept: the bytes of a body, as the provider sent them.
    ///
    /// What the bytes do not say is taken as usual: that all fields were asked for, and the limit of
    /// 2500. An answer of which no offer can be read is accepted here, unlike in a call: whoever
    /// opens a kept answer wants to see what is wrong with it.
    ///
    /// # Errors
    ///
    /// When the bytes are not UTF-8, not an answer with offers, or an answer that says that the call
    /// failed.
    ///
    /// ```
    /// let body = br#"{"status":"success","offers":[{"id":5546840,"amount":"0.72"}]}"#;
    /// let offers = cpalead::OfferList::from_json(body.to_vec())?;
    /// assert_eq!(offers[0].id(), 5_546_840);
    /// # Ok::<(), cpalead::Error>(())
    /// ```
    pub fn from_json(body: Vec<u8>) -> Result<Self, Error> {
        // No secret is known here.
        let shown = |text: &str| redact::excerpt(text.as_bytes(), &[]);
        let text = String::from_utf8(body).map_err(|error| not_utf8(error.utf8_error()))?;
        let decoded = decode::decode(&Arc::new(text), None, SHAPE)
            .map_err(|error| error.scrubbed(shown))?
            .scrubbed(shown);
        Ok(Self::new(decoded, DEFAULT_LIMIT, FieldSet::EVERY))
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

    /// Offers that could not be read, and why; at most the first hundred. The others are not
    /// affected.
    #[must_use]
    pub fn rejected(&self) -> &[Rejected] {
        self.report.rejected()
    }

    /// How many offers could not be read, those beyond the first hundred included.
    #[must_use]
    pub fn rejected_count(&self) -> usize {
        self.report.rejected_count()
    }

    /// Whether the answer is as long as its limit, so that the provider may have had more. There is
    /// no paging.
    #[must_use]
    pub fn may_be_cut(&self) -> bool {
        self.len() + self.rejected_count() >= self.limit as usize
    }

    /// The country that the provider says the answer is for, where it says so.
    #[must_use]
    pub fn country(&self) -> Option<Country> {
        self.country
            .as_ref()
            .and_then(|code| Country::new(code.as_str()))
    }

    /// The JSON of an offer of this list, byte for byte as the provider sent it, with the fields
    /// that this version does not know.
    ///
    /// It is `None` for an offer that is not equal to the one at its place. The first call reads
    /// through the whole answer once.
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

    /// The JSON of an offer of this list that could not be read, byte for byte as the provider sent
    /// it.
    ///
    /// The text is not redacted: it belongs in a file that only its owner reads, not in a log.
    #[must_use]
    pub fn raw_rejected(&self, rejected: &Rejected) -> Option<&str> {
        self.report.raw_rejected(rejected)
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
