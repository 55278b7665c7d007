//! How many conversions a day an offer takes: a number, or `false` for no cap.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

/// How many conversions a day an offer takes.
///
/// ```
/// use cpalead::DailyCap;
///
/// let cap = DailyCap::Limited(250);
/// assert_ne!(cap, DailyCap::Unlimited);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DailyCap {
    /// There is no cap: the provider sends `false`.
    Unlimited,
    /// At most so many conversions a day.
    Limited(u64),
}

impl<'de> Deserialize<'de> for DailyCap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CapVisitor;

        impl Visitor<'_> for CapVisitor {
            type Value = DailyCap;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, or false")
            }

            fn visit_u64<E: Error>(self, cap: u64) -> Result<DailyCap, E> {
                Ok(DailyCap::Limited(cap))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<DailyCap, E> {
                match text.trim() {
                    "" | "false" => Ok(DailyCap::Unlimited),
                    word if word.eq_ignore_ascii_case("unlimited") => Ok(DailyCap::Unlimited),
                    digits => digits
                        .parse()
                        .map(DailyCap::Limited)
                        .map_err(|_| E::invalid_value(Unexpected::Str(text), &self)),
                }
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<DailyCap, E> {
                match value {
                    false => Ok(DailyCap::Unlimited),
                    true => Err(E::invalid_type(Unexpected::Bool(value), &self)),
                }
            }
        }

        deserializer.deserialize_any(CapVisitor)
    }
}

/// The normal form is a number or null.
impl Serialize for DailyCap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unlimited => serializer.serialize_none(),
            Self::Limited(cap) => serializer.serialize_u64(*cap),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DailyCap;

    /// The normal form of what was read, or `refused`.
    fn normal(json: &str) -> String {
        serde_json::from_str::<DailyCap>(json).map_or("refused".into(), |value| {
            serde_json::to_string(&value).unwrap()
        })
    }

    #[test]
    fn a_cap_is_a_number_or_false() {
        assert_eq!(normal("250"), "250");
        assert_eq!(normal("\"250\""), "250");
        assert_eq!(normal("false"), "null");
        assert_eq!(normal("\"unlimited\""), "null");
        assert_eq!(normal("0"), "0");
        for json in ["true", "-1", "\"many\"", "{}"] {
            assert_eq!(normal(json), "refused", "{json}");
        }
    }
}
