//! The types of offers that a request can ask for.

use std::fmt;
use std::str::FromStr;

/// A type of offer that a request can ask for.
///
/// CPC is not one of them: this API never returns CPC offers.
///
/// Source: Publisher API documentation, Offers, `type`.
///
/// ```
/// use cpalead::OfferType;
///
/// let offer_type: OfferType = "CPI".parse()?;
/// assert_eq!(offer_type, OfferType::Cpi);
/// assert_eq!(
///     "cpc".parse::<OfferType>().unwrap_err().to_string(),
///     "`cpc` is not an offer type: \
///      expected cpa, cpi, cpe or cpr (this api never returns cpc offers)",
/// );
/// # Ok::<(), cpalead::ParseOfferTypeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OfferType {
    /// Cost per action.
    Cpa,
    /// Cost per install.
    Cpi,
    /// Cost per event.
    Cpe,
    /// Cost per registration; the provider leaves these out unless the request names the type.
    Cpr,
}

impl OfferType {
    /// All types, in the order of the documentation.
    pub const ALL: &'static [Self] = &[Self::Cpa, Self::Cpi, Self::Cpe, Self::Cpr];

    /// The provider's word for the type.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Cpa => "cpa",
            Self::Cpi => "cpi",
            Self::Cpe => "cpe",
            Self::Cpr => "cpr",
        }
    }
}

impl fmt::Display for OfferType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for OfferType {
    type Err = ParseOfferTypeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let matches = |known: &Self| known.as_str().eq_ignore_ascii_case(text);
        Self::ALL
            .iter()
            .copied()
            .find(matches)
            .ok_or_else(|| ParseOfferTypeError {
                found: text.chars().take(24).collect(),
            })
    }
}

/// The error of text that is not a type of offer that a request can ask for.
///
/// ```
/// assert!("cpc".parse::<cpalead::OfferType>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseOfferTypeError {
    found: String,
}

impl fmt::Display for ParseOfferTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not an offer type: expected cpa, cpi, cpe or cpr \
             (this api never returns cpc offers)",
            self.found
        )
    }
}

impl std::error::Error for ParseOfferTypeError {}
