//! The types of offers that a request can ask for.

use std::fmt;
use std::str::FromStr;

/// A type of offer that can be asked for.
///
/// CPC offers are never returned by this API, so that they cannot be named here.
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
///     "`cpc` is no type of offer: expected cpa, cpi, cpe or cpr (cpc offers are not returned by this api)",
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
    /// Cost per registration; left out unless asked for.
    Cpr,
}

impl OfferType {
    /// All types, in the order of the documentation.
    ///
    /// ```
    /// assert!(cpalead::OfferType::ALL.contains(&cpalead::OfferType::Cpr));
    /// ```
    pub const ALL: &'static [Self] = &[Self::Cpa, Self::Cpi, Self::Cpe, Self::Cpr];

    /// The provider's word for the type.
    ///
    /// ```
    /// assert_eq!(cpalead::OfferType::Cpr.as_str(), "cpr");
    /// ```
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

/// Text that names no type of offer that can be asked for.
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
            "`{}` is no type of offer: expected cpa, cpi, cpe or cpr (cpc offers are not returned by this api)",
            self.found
        )
    }
}

impl std::error::Error for ParseOfferTypeError {}
