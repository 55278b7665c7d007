//! The answer to a request for offers: the offers in the provider's order, what was rejected, and whether it may be cut.

use std::sync::Arc;

use crate::answer;
use crate::country::Country;
use crate::decode::{self, Answer, Bare, Rejected, Shape};
use crate::error::Error;
use crate::listed::Listed;
use crate::offer::Offer;
use crate::offer_field::FieldSet;
use crate::text::Text;

/// What an answer with offers looks like.
pub(crate) const SHAPE: Shape = Shape {
    list: "offers",
    bare: Bare::Refused,
    most: 20_000,
};

/// What the provider sends when no limit is named (documented).
pub(crate) const DEFAULT_LIMIT: u32 = 2500;

/// Offers in the provider's order: featured ones first, then by rank.
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
    listed: Listed<Offer>,
    limit: u32,
    country: Option<Text>,
}

impl OfferList {
    pub(crate) fn new(
        mut answer: Answer<Offer>,
        text: Arc<String>,
        limit: u32,
        requested: FieldSet,
    ) -> Self {
        if requested != FieldSet::EVERY {
            for offer in &mut answer.rows {
                offer.set_requested(requested);
            }
        }
        let country = answer.country.take();
        Self {
            listed: Listed::new(answer, text, SHAPE),
            limit,
            country,
        }
    }

    /// Reads an answer that was kept: the bytes of a body, as the provider sent them.
    ///
    /// What cannot be known from the bytes is taken as usual: that all fields were asked for, and the limit of 2500.
    ///
    /// # Errors
    ///
    /// When the bytes are not UTF-8, not an answer with offers, or an answer that says that the call failed.
    ///
    /// ```
    /// let body = br#"{"status":"success","offers":[{"id":5546840,"amount":"0.72"}]}"#;
    /// let offers = cpalead::OfferList::from_json(body.to_vec())?;
    /// assert_eq!(offers.as_slice()[0].id(), 5_546_840);
    /// # Ok::<(), cpalead::Error>(())
    /// ```
    pub fn from_json(body: Vec<u8>) -> Result<Self, Error> {
        let text = answer::text_of(body)?;
        let answer = answer::json_of(&text, None).and_then(|json| decode::decode(json, SHAPE));
        let mut answer = answer.map_err(|error| error.scrubbed(answer::shown))?;
        for rejected in &mut answer.rejected {
            rejected.scrub(answer::shown);
        }
        Ok(Self::new(answer, text, DEFAULT_LIMIT, FieldSet::EVERY))
    }

    /// The offers.
    ///
    /// ```
    /// # fn show(offers: &cpalead::OfferList) {
    /// let first = offers.as_slice().first();
    /// # }
    /// ```
    #[must_use]
    pub fn as_slice(&self) -> &[Offer] {
        &self.listed.rows
    }

    /// The offers, one after the other.
    ///
    /// ```
    /// # fn show(offers: &cpalead::OfferList) {
    /// let titled = offers.iter().filter(|offer| offer.title().is_some()).count();
    /// # }
    /// ```
    pub fn iter(&self) -> std::slice::Iter<'_, Offer> {
        self.listed.rows.iter()
    }

    /// How many offers there are.
    ///
    /// ```
    /// # fn show(offers: &cpalead::OfferList) {
    /// println!("{} offers", offers.len());
    /// # }
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.listed.rows.len()
    }

    /// Whether there is none: an empty list is an answer, not an error.
    ///
    /// ```
    /// # fn show(offers: &cpalead::OfferList) {
    /// if offers.is_empty() {
    ///     println!("no offers for this request");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.listed.rows.is_empty()
    }

    /// The offer with this id.
    ///
    /// ```
    /// # fn show(offers: &cpalead::OfferList) {
    /// let offer = offers.get(5_546_840);
    /// # }
    /// ```
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Offer> {
        self.listed.rows.iter().find(|offer| offer.id() == id)
    }

    /// Offers that could not be read, and why. The others are not affected.
    ///
    /// ```
    /// # fn show(offers: &cpalead::OfferList) {
    /// for rejected in offers.rejected() {
    ///     eprintln!("{rejected}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn rejected(&self) -> &[Rejected] {
        &self.listed.rejected
    }

    /// How many offers could not be read. The first hundred of them are in [`rejected`](Self::rejected).
    ///
    /// ```
    /// # fn show(offers: &cpalead::OfferList) {
    /// println!("{} left out", offers.rejected_count());
    /// # }
    /// ```
    #[must_use]
    pub fn rejected_count(&self) -> usize {
        self.listed.rejected_count
    }

    /// Whether the answer is as long as its limit, so that the provider may have had more. There is no paging.
    ///
    /// ```
    /// # fn show(offers: &cpalead::OfferList) {
    /// if offers.may_be_cut() {
    ///     eprintln!("narrow the request, or raise its limit");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn may_be_cut(&self) -> bool {
        self.listed.rows.len() + self.listed.rejected_count >= self.limit as usize
    }

    /// The country that the provider says the answer is for, where it says so.
    ///
    /// ```
    /// # fn show(offers: &cpalead::OfferList) {
    /// println!("{:?}", offers.country());
    /// # }
    /// ```
    #[must_use]
    pub fn country(&self) -> Option<Country> {
        self.country
            .as_ref()
            .and_then(|code| Country::new(code.as_str()))
    }

    /// The JSON of an offer of this list, byte for byte as the provider sent it, with the fields that this version does not know.
    ///
    /// Nothing for an offer that is not equal to the one at its place. The first call reads through the whole answer once.
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
        self.listed.raw(offer)
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
        self.listed.rows.into_iter()
    }
}
