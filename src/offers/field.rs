//! The fields of an offer that a request can name, and sets of them.

use std::fmt;
use std::str::FromStr;

/// A field of an offer, as `fields` names it.
///
/// The list in the provider's documentation is no longer available. This one holds every name that
/// other programs were seen to request with success (observed).
///
/// ```
/// use cpalead::OfferField;
///
/// let field: OfferField = "payouts_per_country".parse()?;
/// assert_eq!(field, OfferField::PayoutsPerCountry);
/// # Ok::<(), cpalead::ParseOfferFieldError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OfferField {
    /// The number of the offer; it is always requested.
    Id,
    /// The title.
    Title,
    /// The description.
    Description,
    /// The long description.
    LongDescription,
    /// What the user must do.
    Conversion,
    /// The devices.
    Device,
    /// The daily cap.
    DailyCap,
    /// Whether the offer pays fast.
    IsFastPay,
    /// The tracking link.
    Link,
    /// The link to what the offer promotes.
    PreviewLink,
    /// The default payout.
    Amount,
    /// The currency of the amounts.
    PayoutCurrency,
    /// The payout type.
    PayoutType,
    /// The countries.
    Countries,
    /// Earnings per click.
    Epc,
    /// Images.
    Creatives,
    /// The rank.
    OfferRank,
    /// The payouts by country.
    PayoutsPerCountry,
    /// The events of a CPE offer.
    Events,
    /// The conversion mode.
    ConversionMode,
    /// The verification method.
    VerificationMethod,
}

impl OfferField {
    /// All fields.
    pub const ALL: &'static [Self] = &[
        Self::Id,
        Self::Title,
        Self::Description,
        Self::LongDescription,
        Self::Conversion,
        Self::Device,
        Self::DailyCap,
        Self::IsFastPay,
        Self::Link,
        Self::PreviewLink,
        Self::Amount,
        Self::PayoutCurrency,
        Self::PayoutType,
        Self::Countries,
        Self::Epc,
        Self::Creatives,
        Self::OfferRank,
        Self::PayoutsPerCountry,
        Self::Events,
        Self::ConversionMode,
        Self::VerificationMethod,
    ];

    /// The name of the field in requests and answers, such as `offer_rank`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Title => "title",
            Self::Description => "description",
            Self::LongDescription => "long_description",
            Self::Conversion => "conversion",
            Self::Device => "device",
            Self::DailyCap => "daily_cap",
            Self::IsFastPay => "is_fast_pay",
            Self::Link => "link",
            Self::PreviewLink => "preview_link",
            Self::Amount => "amount",
            Self::PayoutCurrency => "payout_currency",
            Self::PayoutType => "payout_type",
            Self::Countries => "countries",
            Self::Epc => "epc",
            Self::Creatives => "creatives",
            Self::OfferRank => "offer_rank",
            Self::PayoutsPerCountry => "payouts_per_country",
            Self::Events => "events",
            Self::ConversionMode => "conversion_mode",
            Self::VerificationMethod => "verification_method",
        }
    }
}

impl fmt::Display for OfferField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for OfferField {
    type Err = ParseOfferFieldError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let matches = |field: &Self| field.as_str().eq_ignore_ascii_case(text);
        Self::ALL
            .iter()
            .copied()
            .find(matches)
            .ok_or_else(|| ParseOfferFieldError {
                found: text.chars().take(24).collect(),
            })
    }
}

/// The error of text that is not the name of a field of an offer.
///
/// ```
/// let error = "price".parse::<cpalead::OfferField>().unwrap_err();
/// let begin = "`price` is not a field of an offer: expected id, title,";
/// assert!(error.to_string().starts_with(begin));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseOfferFieldError {
    found: String,
}

impl fmt::Display for ParseOfferFieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = OfferField::ALL.iter().map(OfferField::as_str).collect();
        write!(
            f,
            "`{}` is not a field of an offer: expected {}",
            self.found,
            names.join(", ")
        )
    }
}

impl std::error::Error for ParseOfferFieldError {}

/// A set of fields, small enough for every offer to carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldSet(u32);

impl FieldSet {
    /// What an answer holds when the request names no fields.
    pub(crate) const EVERY: Self = Self(u32::MAX);

    /// The fields of a request that names none.
    pub(crate) const NONE: Self = Self(0);

    #[must_use]
    pub(crate) fn with(self, field: OfferField) -> Self {
        Self(self.0 | 1 << field as u32)
    }

    pub(crate) fn has(self, field: OfferField) -> bool {
        self.0 & (1 << field as u32) != 0
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = OfferField> {
        OfferField::ALL
            .iter()
            .copied()
            .filter(move |field| self.has(*field))
    }
}

#[cfg(test)]
mod tests {
    use super::OfferField;

    #[test]
    fn the_list_of_all_fields_has_each_field_at_its_own_index() {
        for (index, field) in OfferField::ALL.iter().copied().enumerate() {
            assert_eq!(field as usize, index);
            assert_eq!(field.as_str().parse(), Ok(field));
        }
    }
}
