//! What an offer or an event pays: the amount, its currency, and where the amount comes from.

use std::fmt;

use rust_decimal::Decimal;
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use crate::values::text::Text;

/// What an offer, or one of its events, pays.
///
/// ```
/// # fn show(offer: &cpalead::Offer) {
/// use cpalead::{Country, PayoutSource};
///
/// if let Some(payout) = offer.payout(Country::US) {
///     println!("{} {}", payout.amount(), payout.currency());
///     if payout.source() == PayoutSource::Default {
///         println!("(the default: the offer has no amount for the United States)");
///     }
/// }
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Payout<'a> {
    amount: Decimal,
    // Its text is read only on request: a look-up takes a few nanoseconds, and reading the
    // currency would double them.
    currency: &'a Option<Text>,
    source: PayoutSource,
}

/// The currency where the provider names none. No other currency was ever observed.
const DEFAULT_CURRENCY: &str = "USD";

/// Where the amount of a payout comes from.
///
/// ```
/// assert_eq!(cpalead::PayoutSource::Country.as_str(), "country");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PayoutSource {
    /// The entry of `payouts_per_country` for the user's country.
    Country,
    /// The default amount, `amount`.
    Default,
}

impl PayoutSource {
    /// The source as a word: `country` or `default`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Default => "default",
        }
    }
}

impl<'a> Payout<'a> {
    pub(crate) fn new(amount: Decimal, currency: &'a Option<Text>, source: PayoutSource) -> Self {
        Self {
            amount,
            currency,
            source,
        }
    }

    /// The exact amount, in units of the currency.
    #[must_use]
    pub fn amount(&self) -> Decimal {
        self.amount
    }

    /// The code of the currency: `USD` where the provider names none.
    ///
    /// No other currency was ever observed.
    #[must_use]
    pub fn currency(&self) -> &'a str {
        let named = self.currency.as_ref().map(Text::as_str);
        named
            .filter(|currency| !currency.is_empty())
            .unwrap_or(DEFAULT_CURRENCY)
    }

    /// Whether the amount is for the country or the default.
    #[must_use]
    pub fn source(&self) -> PayoutSource {
        self.source
    }
}

impl PartialEq for Payout<'_> {
    fn eq(&self, other: &Self) -> bool {
        let same = self.amount == other.amount && self.source == other.source;
        same && self.currency() == other.currency()
    }
}

impl Eq for Payout<'_> {}

impl fmt::Debug for Payout<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payout")
            .field("amount", &self.amount)
            .field("currency", &self.currency())
            .field("source", &self.source)
            .finish()
    }
}

/// `{"amount":"0.72","currency":"USD","source":"country"}`
impl Serialize for Payout<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut payout = serializer.serialize_struct("Payout", 3)?;
        payout.serialize_field("amount", &self.amount.to_string())?;
        payout.serialize_field("currency", self.currency())?;
        payout.serialize_field("source", self.source.as_str())?;
        payout.end()
    }
}
