//! What an offer or an event pays: the amount, its currency, and where the amount comes from.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};
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

    /// The points that a user gets: the amount, times the user's share, times the points for one
    /// unit of the currency, rounded as the caller says.
    ///
    /// The product is exact before it is rounded. The result is `None` where a product needs more
    /// than 28 digits, where `Decimal` would round by itself, and where the points are negative or
    /// more than a `u64` holds.
    ///
    /// ```
    /// use cpalead::rust_decimal::{Decimal, RoundingStrategy};
    /// use cpalead::{Country, OfferList};
    ///
    /// let body = br#"{"status":"success","offers":[{"id":1,"amount":"0.725"}]}"#;
    /// let offers = OfferList::from_json(body.to_vec())?;
    /// let payout = offers[0].payout(Country::US).expect("the default amount");
    ///
    /// // 70 % for the user, 100 points for a dollar: 50.75 points, rounded down.
    /// let share = Decimal::new(70, 2);
    /// let points = payout.points(share, Decimal::from(100), RoundingStrategy::ToZero);
    /// assert_eq!(points, Some(50));
    /// # Ok::<(), cpalead::Error>(())
    /// ```
    #[must_use]
    pub fn points(
        &self,
        share: Decimal,
        points_per_unit: Decimal,
        rounding: RoundingStrategy,
    ) -> Option<u64> {
        let exact = product(product(self.amount, share)?, points_per_unit)?;
        u64::try_from(exact.round_dp_with_strategy(0, rounding)).ok()
    }
}

/// The product, unless it needs more digits than `Decimal` has.
fn product(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (a.normalize(), b.normalize());
    let scale = a.scale() + b.scale();
    let mantissa = a.mantissa().checked_mul(b.mantissa())?;
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
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

#[cfg(test)]
mod tests {
    use rust_decimal::{Decimal, RoundingStrategy};

    use super::{Payout, PayoutSource};

    #[track_caller]
    fn check(amount: &str, share: &str, rate: &str, down: Option<u64>, half_even: Option<u64>) {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        let payout = Payout::new(decimal(amount), &None, PayoutSource::Default);
        let points = |rounding| payout.points(decimal(share), decimal(rate), rounding);
        assert_eq!(points(RoundingStrategy::ToZero), down, "{amount}");
        assert_eq!(
            points(RoundingStrategy::MidpointNearestEven),
            half_even,
            "{amount}"
        );
    }

    #[test]
    fn points_are_exact_and_rounded_as_the_caller_says() {
        check("0.725", "0.70", "100", Some(50), Some(51));
        check("0.65", "0.5", "100", Some(32), Some(32));
        check("0.67", "0.5", "100", Some(33), Some(34));
        // In binary floating point this product is 0.57 * 100 = 56.99999999999999.
        check("0.57", "1", "100", Some(57), Some(57));
        check("0", "0.7", "100", Some(0), Some(0));
        check("0.10000", "1.000", "10.00", Some(1), Some(1));
    }

    #[test]
    fn what_cannot_be_exact_or_is_not_a_number_of_points_is_none() {
        let long = "0.1234567890123456789012345678";
        check(long, "0.7", "100", None, None);
        check("-0.5", "1", "100", None, None);
        check("79228162514264337593543950335", "1", "2", None, None);
    }
}
