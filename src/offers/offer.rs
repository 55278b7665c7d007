//! An offer: the provider's fields, one by one, and what the offer pays.

use rust_decimal::Decimal;
use serde::ser::{Serialize, Serializer};

use super::field::{FieldSet, OfferField};
use super::parts::{Creative, OfferEvent};
use super::payout::{Payout, PayoutSource};
use crate::decode::row::{Row, Unreadable};
use crate::generated::types;
use crate::values::amount::Amount;
use crate::values::country::Country;
use crate::values::daily_cap::DailyCap;
use crate::values::lists::OneOrMany;
use crate::values::payout_type::PayoutType;
use crate::values::payouts_per_country::{Own, PayoutsPerCountry, bit};
use crate::values::text::Text;

/// One offer of the catalogue.
///
/// A getter returns `None` where the provider sent nothing. When the request named its fields, the
/// getters of all other fields return `None` too; [`is_left_out`](Offer::is_left_out) tells the two
/// cases apart.
///
/// The texts come from the provider: they are untrusted and may contain HTML.
/// [`plain::text`](crate::plain::text) turns them into plain text. They share memory with the
/// answer, which stays in memory as long as any of its offers.
///
/// ```
/// # fn show(offer: &cpalead::Offer) {
/// println!("{}: {}", offer.id(), offer.title().unwrap_or("(no title)"));
/// # }
/// ```
///
/// A serialized offer has the field names that the provider uses, and one form for each value:
/// amounts are decimal strings, `payouts_per_country` is an object, `daily_cap` is a number or
/// null, and `device`, `countries` and `creatives` are lists.
#[derive(Clone, Debug, PartialEq)]
// `repr(C)` keeps the fields in this order, so that the hot part is always the first.
#[repr(C)]
pub struct Offer {
    hot: Hot,
    pub(super) model: types::Offer,
    pub(super) unreadable: Unreadable,
}

/// What a look-up of a payout reads, side by side in memory.
///
/// Looking up payouts in a whole catalogue spends its time fetching memory. Together, these fields
/// lie in at most two cache lines.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Hot {
    countries: u64,
    index: u32,
    requested: FieldSet,
    payouts_are_known: bool,
    amount: Option<Decimal>,
}

impl Row for Offer {
    type Model = types::Offer;

    const KEY: Option<&'static str> = Some("id");

    const MONEY: &'static [&'static str] = &["amount", "epc", "events", "payouts_per_country"];

    fn currency(model: &types::Offer) -> Option<&str> {
        let currency = model.payout_currency.as_ref().map(Text::as_str);
        currency.filter(|currency| !currency.is_empty())
    }

    fn new(mut model: types::Offer, index: u32) -> Self {
        // A missing list means the same as an empty one: every country gets the default amount.
        // Filling it in gives a serialized offer its object either way. `set_requested` takes it
        // out again when the request did not name the field, because then nothing is known.
        let payouts = model.payouts_per_country.get_or_insert_default();
        let hot = Hot {
            countries: payouts.countries(),
            index,
            requested: FieldSet::EVERY,
            payouts_are_known: true,
            amount: model.amount.and_then(|Amount(amount)| amount),
        };
        Self {
            hot,
            model,
            unreadable: Unreadable::default(),
        }
    }

    fn index(&self) -> u32 {
        self.hot.index
    }

    fn set_unreadable(&mut self, fields: Unreadable) {
        self.unreadable = fields;
        if self.is_unreadable(OfferField::PayoutsPerCountry) {
            self.model.payouts_per_country = None;
            self.forget_payouts();
        }
        // An amount in an unknown currency promises nothing.
        if self.is_unreadable(OfferField::PayoutCurrency) {
            self.forget_payouts();
            self.hot.amount = None;
        }
    }
}

fn text(field: Option<&Text>) -> Option<&str> {
    field.map(Text::as_str)
}

impl Offer {
    pub(crate) fn set_requested(&mut self, requested: FieldSet) {
        self.hot.requested = requested;
        if self.is_left_out(OfferField::PayoutsPerCountry) {
            self.model.payouts_per_country = None;
            self.forget_payouts();
        }
    }

    /// Makes every payout by country unknown: the default would be a guess.
    fn forget_payouts(&mut self) {
        self.hot.payouts_are_known = false;
        // Every look-up then reads the flag.
        self.hot.countries = u64::MAX;
    }

    /// The number of the offer, which the provider also calls the campaign.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.model.id.0
    }

    /// The title.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        text(self.model.title.as_ref())
    }

    /// The description.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        text(self.model.description.as_ref())
    }

    /// The long description, which the provider sends only when the request names it.
    #[must_use]
    pub fn long_description(&self) -> Option<&str> {
        text(self.model.long_description.as_ref())
    }

    /// What the user must do, in words.
    #[must_use]
    pub fn conversion(&self) -> Option<&str> {
        text(self.model.conversion.as_ref())
    }

    /// How many conversions the offer accepts a day.
    #[must_use]
    pub fn daily_cap(&self) -> Option<DailyCap> {
        self.model.daily_cap
    }

    /// Whether the offer pays fast.
    #[must_use]
    pub fn is_fast_pay(&self) -> Option<bool> {
        self.model.is_fast_pay.map(|flag| flag.0)
    }

    /// The tracking link, byte for byte as the provider sent it.
    ///
    /// It is signed. [`tracking_link`](Self::tracking_link) checks it and sets sub-ids in it.
    #[must_use]
    pub fn link(&self) -> Option<&str> {
        text(self.model.link.as_ref())
    }

    /// The link to what the offer promotes.
    #[must_use]
    pub fn preview_link(&self) -> Option<&str> {
        text(self.model.preview_link.as_ref()).filter(|link| !link.is_empty())
    }

    /// The default amount, for every country without an amount in
    /// [`payouts_per_country`](Self::payouts_per_country); in units of the currency.
    #[must_use]
    pub fn amount(&self) -> Option<Decimal> {
        self.model.amount.and_then(|Amount(amount)| amount)
    }

    /// The code of the currency of the amounts, such as `USD`, where the provider names one.
    #[must_use]
    pub fn payout_currency(&self) -> Option<&str> {
        text(self.model.payout_currency.as_ref()).filter(|currency| !currency.is_empty())
    }

    /// What a user must do for the offer to pay, as a type: for example install an app (CPI).
    #[must_use]
    pub fn payout_type(&self) -> Option<&PayoutType> {
        self.model.payout_type.as_ref()
    }

    /// Earnings per click, in units of the currency.
    #[must_use]
    pub fn epc(&self) -> Option<Decimal> {
        self.model.epc.and_then(|Amount(amount)| amount)
    }

    /// The sets of images, in the order of the answer.
    pub fn creatives(&self) -> impl Iterator<Item = Creative<'_>> {
        let creatives = self.model.creatives.iter().flat_map(OneOrMany::as_slice);
        creatives.map(Creative::new)
    }

    /// The place in the provider's ranking; 1 is the best.
    ///
    /// The documentation calls it a whole number. A fraction is kept.
    #[must_use]
    pub fn offer_rank(&self) -> Option<Decimal> {
        self.model.offer_rank.and_then(|rank| rank.0)
    }

    /// The amounts by country, sorted by country, in units of the currency.
    pub fn payouts_per_country(&self) -> impl Iterator<Item = (Country, Decimal)> + '_ {
        let payouts = self.model.payouts_per_country.iter();
        payouts.flat_map(PayoutsPerCountry::entries).copied()
    }

    /// The events of a CPE offer; each event has its own payout.
    pub fn events(&self) -> impl Iterator<Item = OfferEvent<'_>> {
        let currency = self.currency();
        let is_known = !self.is_unreadable(OfferField::PayoutCurrency);
        let events = self.model.events.iter().flat_map(|rows| &rows.0);
        events.map(move |model| OfferEvent::new(model, is_known.then_some(currency)))
    }

    /// The conversion mode; its values are not documented.
    #[must_use]
    pub fn conversion_mode(&self) -> Option<&str> {
        text(self.model.conversion_mode.as_ref())
    }

    /// The verification method; its values are not documented.
    #[must_use]
    pub fn verification_method(&self) -> Option<&str> {
        text(self.model.verification_method.as_ref())
    }

    /// Whether the request named its fields without this one; its value is then unknown.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// if offer.is_left_out(cpalead::OfferField::Amount) {
    ///     println!("ask for `amount` to know what the offer pays");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_left_out(&self, field: OfferField) -> bool {
        !self.hot.requested.has(field)
    }

    /// Whether the provider sent the field and it could not be read. Its getter returns nothing
    /// then.
    ///
    /// [`OfferList::defects`](crate::OfferList::defects) says why.
    ///
    /// ```
    /// use cpalead::OfferField;
    ///
    /// let body = br#"{"status":"success","offers":[{"id":1,"amount":"lots"}]}"#;
    /// let offers = cpalead::OfferList::from_json(body.to_vec())?;
    /// assert_eq!(offers[0].amount(), None);
    /// assert!(offers[0].is_unreadable(OfferField::Amount));
    /// # Ok::<(), cpalead::Error>(())
    /// ```
    #[must_use]
    pub fn is_unreadable(&self, field: OfferField) -> bool {
        self.unreadable.has(field.as_str())
    }

    /// What the offer pays for a user in this country.
    ///
    /// The amount is the country's entry in `payouts_per_country`, else `amount`. The result is
    /// `None` where the offer has no amount. It is also `None` where the answer does not decide it:
    /// the request left out a field that is needed, or such a field cannot be read
    /// ([`is_payout_unreadable`](Self::is_payout_unreadable)). It is never a guess, and zero only
    /// where the provider says zero.
    ///
    /// Source: Publisher API documentation, Offers, Ranking & Country Payouts.
    #[must_use]
    pub fn payout(&self, country: Country) -> Option<Payout<'_>> {
        if self.hot.countries & bit(country) != 0 {
            if !self.hot.payouts_are_known {
                return None;
            }
            match self.model.payouts_per_country.as_ref()?.get(country) {
                Own::Amount(amount) => {
                    return Some(Payout::new(amount, self.currency(), PayoutSource::Country));
                }
                Own::Unreadable => return None,
                Own::Missing => {}
            }
        }
        self.default_payout()
    }

    /// Whether the payout in this country is unknown because something that decides it could not be
    /// read.
    #[must_use]
    pub fn is_payout_unreadable(&self, country: Country) -> bool {
        let own = self.model.payouts_per_country.as_ref();
        let decided = match own.map(|payouts| payouts.get(country)) {
            Some(Own::Amount(_)) => true,
            Some(Own::Unreadable) => false,
            Some(Own::Missing) => !self.is_unreadable(OfferField::Amount),
            None => !self.is_unreadable(OfferField::PayoutsPerCountry),
        };
        !decided || self.is_unreadable(OfferField::PayoutCurrency)
    }

    /// What the offer pays in countries without an amount in `payouts_per_country`.
    #[must_use]
    pub fn default_payout(&self) -> Option<Payout<'_>> {
        let amount = self.hot.amount?;
        Some(Payout::new(amount, self.currency(), PayoutSource::Default))
    }

    fn currency(&self) -> &Option<Text> {
        &self.model.payout_currency
    }
}

impl Serialize for Offer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.model.serialize(serializer)
    }
}
