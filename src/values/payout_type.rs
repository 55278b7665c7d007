//! What a user must do for an offer to pay. The enumeration is open: a value that the provider
//! adds later is kept as text.

use std::fmt;

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
/// CPA, CPI, CPE and CPR are documented, and their case is ignored. Any other value becomes
/// [`PayoutType::Other`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PayoutType {
    /// Cost per action.
    Cpa,
    /// Cost per install.
    Cpi,
    /// Cost per event: see the offer's events.
    Cpe,
    /// Cost per registration; the provider sends these only on request.
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
