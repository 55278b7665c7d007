//! An offer: what the provider says of it, field by field, and what it pays.

use rust_decimal::Decimal;
use serde::ser::{Serialize, Serializer};

use super::field::{FieldSet, OfferField};
use super::parts::{Creative, OfferEvent};
use super::payout::{Payout, PayoutSource};
use crate::decode::row::Row;
use crate::generated::types;
use crate::values::amount::Amount;
use crate::values::country::Country;
use crate::values::daily_cap::DailyCap;
use crate::values::lists::OneOrMany;
use crate::values::payout_type::PayoutType;
use crate::values::payouts_per_country::{PayoutsPerCountry, bit};
use crate::values::text::Text;

/// One offer of the catalogue.
///
/// A getter that returns an `Option` is empty where the provider sent nothing. When the request named its fields, those not
/// named are empty too; [`is_left_out`](Offer::is_left_out) tells the two apart.
///
/// Texts are the provider's, untrusted and possibly with HTML in them; [`plain::text`](crate::plain::text) makes plain lines of them.
/// Texts share the answer that the offer came in, which is kept in memory as long as any of its offers.
///
/// ```
/// # fn show(offer: &cpalead::Offer) {
/// println!("{}: {}", offer.id(), offer.title().unwrap_or("(no title)"));
/// # }
/// ```
///
/// Serialized, an offer has the provider's names and our normal forms: amounts as decimal strings, `payouts_per_country`
/// always an object, `daily_cap` a number or null, `device`, `countries` and `creatives` always lists.
#[derive(Clone, Debug, PartialEq)]
#[repr(C)]
pub struct Offer {
    hot: Hot,
    pub(super) model: types::Offer,
}

/// What a look-up of a payout reads, side by side: over a whole catalogue, its time is that of fetching memory.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Hot {
    countries: u64,
    index: u32,
    requested: FieldSet,
    amount: Option<Decimal>,
}

impl Row for Offer {
    type Model = types::Offer;

    fn new(mut model: types::Offer, index: u32) -> Self {
        // No list says the same as an empty one: no country has an amount of its own.
        let payouts = model.payouts_per_country.get_or_insert_default();
        let hot = Hot {
            countries: payouts.countries(),
            index,
            requested: FieldSet::EVERY,
            amount: model.amount.and_then(|Amount(amount)| amount),
        };
        Self { hot, model }
    }

    fn index(&self) -> u32 {
        self.hot.index
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
        }
    }

    /// The number of the offer, which the provider also calls campaign.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let id: u64 = offer.id();
    /// # }
    /// ```
    #[must_use]
    pub fn id(&self) -> u64 {
        self.model.id.0
    }

    /// The title.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// println!("{}", offer.title().unwrap_or("(no title)"));
    /// # }
    /// ```
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        text(self.model.title.as_ref())
    }

    /// The description.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let description = offer.description();
    /// # }
    /// ```
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        text(self.model.description.as_ref())
    }

    /// The long description, which comes only where it was asked for.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let description = offer.long_description().or(offer.description());
    /// # }
    /// ```
    #[must_use]
    pub fn long_description(&self) -> Option<&str> {
        text(self.model.long_description.as_ref())
    }

    /// What the user must do, in words.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let task = offer.conversion();
    /// # }
    /// ```
    #[must_use]
    pub fn conversion(&self) -> Option<&str> {
        text(self.model.conversion.as_ref())
    }

    /// How many conversions a day the offer takes.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// use cpalead::DailyCap;
    ///
    /// let unlimited = offer.daily_cap() == Some(DailyCap::Unlimited);
    /// # }
    /// ```
    #[must_use]
    pub fn daily_cap(&self) -> Option<DailyCap> {
        self.model.daily_cap
    }

    /// Whether the offer pays fast.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let fast = offer.is_fast_pay() == Some(true);
    /// # }
    /// ```
    #[must_use]
    pub fn is_fast_pay(&self) -> Option<bool> {
        self.model.is_fast_pay.map(|flag| flag.0)
    }

    /// The tracking link, byte for byte as it came. It is signed: use it as it is.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let link = offer.link();
    /// # }
    /// ```
    #[must_use]
    pub fn link(&self) -> Option<&str> {
        text(self.model.link.as_ref())
    }

    /// The link to what the offer promotes.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let preview = offer.preview_link();
    /// # }
    /// ```
    #[must_use]
    pub fn preview_link(&self) -> Option<&str> {
        text(self.model.preview_link.as_ref()).filter(|link| !link.is_empty())
    }

    /// The default amount, which pays where no other is given for the user's country.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let default: Option<rust_decimal::Decimal> = offer.amount();
    /// # }
    /// ```
    #[must_use]
    pub fn amount(&self) -> Option<Decimal> {
        self.hot.amount
    }

    /// The currency of the amounts, where the provider names it.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let currency = offer.payout_currency();
    /// # }
    /// ```
    #[must_use]
    pub fn payout_currency(&self) -> Option<&str> {
        text(self.model.payout_currency.as_ref()).filter(|currency| !currency.is_empty())
    }

    /// What a user must do for the offer to pay, as a type.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let install = offer.payout_type() == Some(&cpalead::PayoutType::Cpi);
    /// # }
    /// ```
    #[must_use]
    pub fn payout_type(&self) -> Option<&PayoutType> {
        self.model.payout_type.as_ref()
    }

    /// Earnings per click, in units of the currency.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let epc: Option<rust_decimal::Decimal> = offer.epc();
    /// # }
    /// ```
    #[must_use]
    pub fn epc(&self) -> Option<Decimal> {
        self.model.epc.and_then(|Amount(amount)| amount)
    }

    /// The sets of images.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let icon = offer.creatives().find_map(|creative| creative.url());
    /// # }
    /// ```
    pub fn creatives(&self) -> impl Iterator<Item = Creative<'_>> {
        let creatives = self.model.creatives.iter().flat_map(OneOrMany::as_slice);
        creatives.map(Creative::new)
    }

    /// The place in the provider's ranking: 1 is the best. Documented as whole; a fraction is kept.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let rank = offer.offer_rank();
    /// # }
    /// ```
    #[must_use]
    pub fn offer_rank(&self) -> Option<Decimal> {
        self.model.offer_rank.and_then(|rank| rank.0)
    }

    /// The amounts by country, sorted by country.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// for (country, amount) in offer.payouts_per_country() {
    ///     println!("{country} {amount}");
    /// }
    /// # }
    /// ```
    pub fn payouts_per_country(&self) -> impl Iterator<Item = (Country, Decimal)> + '_ {
        let payouts = self.model.payouts_per_country.iter();
        payouts.flat_map(PayoutsPerCountry::entries).copied()
    }

    /// The events of a CPE offer, each of which pays by itself.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// for event in offer.events() {
    ///     println!("{:?} pays {:?}", event.name(), event.payout());
    /// }
    /// # }
    /// ```
    pub fn events(&self) -> impl Iterator<Item = OfferEvent<'_>> {
        let currency = self.currency();
        let events = self.model.events.iter().flat_map(|rows| &rows.0);
        events.map(move |model| OfferEvent::new(model, currency))
    }

    /// The conversion mode; its values are not documented.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let mode = offer.conversion_mode();
    /// # }
    /// ```
    #[must_use]
    pub fn conversion_mode(&self) -> Option<&str> {
        text(self.model.conversion_mode.as_ref())
    }

    /// The verification method; its values are not documented.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let method = offer.verification_method();
    /// # }
    /// ```
    #[must_use]
    pub fn verification_method(&self) -> Option<&str> {
        text(self.model.verification_method.as_ref())
    }

    /// Whether the request named its fields and this was not among them, so that nothing is known of it.
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

    /// What the offer pays for a user in the country.
    ///
    /// The country's entry in `payouts_per_country`, else `amount`. Nothing where the offer has no amount, and nothing where the
    /// answer cannot be known because the request left one of the two fields out: never zero, never a guess.
    ///
    /// Source: Publisher API documentation, Offers, Ranking & Country Payouts.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let payout = offer.payout(cpalead::Country::US);
    /// # }
    /// ```
    #[must_use]
    pub fn payout(&self, country: Country) -> Option<Payout<'_>> {
        if self.is_left_out(OfferField::PayoutsPerCountry) {
            return None;
        }
        if self.hot.countries & bit(country) != 0 {
            let own = self.model.payouts_per_country.as_ref();
            if let Some(amount) = own.and_then(|payouts| payouts.get(country)) {
                return Some(Payout::new(amount, self.currency(), PayoutSource::Country));
            }
        }
        self.default_payout()
    }

    /// What the offer pays where no country's own amount applies.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let payout = offer.default_payout();
    /// # }
    /// ```
    #[must_use]
    pub fn default_payout(&self) -> Option<Payout<'_>> {
        let amount = self.amount()?;
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
