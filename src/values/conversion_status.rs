//! The status of a conversion, whose values are not documented.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

/// The status of a conversion; its values are not documented.
///
/// ```
/// use cpalead::ConversionStatus;
///
/// assert_ne!(ConversionStatus::Flag(true), ConversionStatus::Text("approved".into()));
/// ```
///
/// The predecessor of this API sent a boolean.
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
