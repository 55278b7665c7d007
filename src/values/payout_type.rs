//! Enumerations that stay open: a value that the provider adds is kept, and breaks nobody.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

/// What a user must do for an offer to pay.
///
/// ```
/// use cpalead::PayoutType;
///
/// let payout_type: PayoutType = "cpi".into();
/// assert_eq!(payout_type, PayoutType::Cpi);
/// assert_eq!(PayoutType::from("PPX").as_str(), "PPX");
/// ```
///
/// Documented are CPA, CPI, CPE and CPR; the case is ignored. Any other value arrives as [`PayoutType::Other`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PayoutType {
    /// Cost per action.
    Cpa,
    /// Cost per install.
    Cpi,
    /// Cost per event: see the offer's events.
    Cpe,
    /// Cost per registration, sent on request only.
    Cpr,
    /// A value that this version does not know, as the provider sent it.
    Other(Box<str>),
}

impl PayoutType {
    /// The provider's word.
    ///
    /// ```
    /// assert_eq!(cpalead::PayoutType::Cpe.as_str(), "CPE");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Cpa => "CPA",
            Self::Cpi => "CPI",
            Self::Cpe => "CPE",
            Self::Cpr => "CPR",
            Self::Other(text) => text,
        }
    }
}

impl From<&str> for PayoutType {
    fn from(text: &str) -> Self {
        let known = [Self::Cpa, Self::Cpi, Self::Cpe, Self::Cpr];
        let same = |known: &Self| known.as_str().eq_ignore_ascii_case(text.trim());
        known
            .into_iter()
            .find(same)
            .unwrap_or_else(|| Self::Other(text.into()))
    }
}

impl fmt::Display for PayoutType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<'de> Deserialize<'de> for PayoutType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TypeVisitor;

        impl Visitor<'_> for TypeVisitor {
            type Value = PayoutType;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a payout type such as CPA")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<PayoutType, E> {
                Ok(text.into())
            }
        }

        deserializer.deserialize_str(TypeVisitor)
    }
}

impl Serialize for PayoutType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

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

/// The status of a conversion, as far as anything is known of it.
///
/// ```
/// use cpalead::ConversionStatus;
///
/// assert_ne!(ConversionStatus::Flag(true), ConversionStatus::Text("approved".into()));
/// ```
///
/// The predecessor of this API sent a boolean; nothing is documented.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConversionStatus {
    /// Yes or no.
    Flag(bool),
    /// Any other text or number.
    Text(Box<str>),
}

impl<'de> Deserialize<'de> for ConversionStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StatusVisitor;

        impl Visitor<'_> for StatusVisitor {
            type Value = ConversionStatus;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a boolean or text")
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<ConversionStatus, E> {
                Ok(ConversionStatus::Flag(value))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<ConversionStatus, E> {
                Ok(ConversionStatus::Text(number.to_string().into_boxed_str()))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<ConversionStatus, E> {
                Ok(ConversionStatus::Text(text.into()))
            }
        }

        deserializer.deserialize_any(StatusVisitor)
    }
}

impl Serialize for ConversionStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Flag(value) => serializer.serialize_bool(*value),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}
