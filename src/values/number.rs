//! Whole numbers and flags that the provider sends as numbers, as strings or as `false`.

use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

use super::amount::Amount;

/// A whole number, as a number or as text.
#[derive(Clone, Copy)]
struct Whole(u64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WholeVisitor;

        impl Visitor<'_> for WholeVisitor {
            type Value = Whole;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, or text that is one")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Whole, E> {
                Ok(Whole(number))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Whole, E> {
                // `5.0` is a whole number to JSON Schema. Beyond 2^53 a float is not exact.
                let exact = (0.0..=9_007_199_254_740_992.0).contains(&number);
                if !exact || number.fract() != 0.0 {
                    return Err(E::invalid_value(Unexpected::Float(number), &self));
                }
                // The number is whole and in range.
                Ok(Whole(number as u64))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Whole, E> {
                let digits = text.trim();
                let number = digits.parse().ok().filter(|_| !digits.starts_with('+'));
                number
                    .map(Whole)
                    .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_any(WholeVisitor)
    }
}

/// The number of an offer, which the provider also calls the campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OfferId(pub(crate) u64);

impl<'de> Deserialize<'de> for OfferId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Whole::deserialize(deserializer).map(|whole| Self(whole.0))
    }
}

impl Serialize for OfferId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

/// The rank of an offer: 1 is the best. It is documented as whole; a fraction is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OfferRank(pub(crate) Option<Decimal>);

impl<'de> Deserialize<'de> for OfferRank {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Amount::deserialize(deserializer).map(|amount| Self(amount.0))
    }
}

impl Serialize for OfferRank {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let whole = self.0.filter(Decimal::is_integer);
        match (whole.and_then(|rank| u64::try_from(rank).ok()), self.0) {
            (Some(whole), _) => serializer.serialize_u64(whole),
            (None, Some(rank)) => serializer.collect_str(&rank),
            (None, None) => serializer.serialize_none(),
        }
    }
}

/// Yes or no, also as 0 and 1 and in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flag(pub(crate) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FlagVisitor;

        impl Visitor<'_> for FlagVisitor {
            type Value = Flag;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false, 1 or 0")
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Flag, E> {
                Ok(Flag(value))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Flag, E> {
                match number {
                    0 => Ok(Flag(false)),
                    1 => Ok(Flag(true)),
                    _ => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
                }
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Flag, E> {
                match text.trim().to_ascii_lowercase().as_str() {
                    "1" | "true" | "yes" | "y" | "on" => Ok(Flag(true)),
                    "" | "0" | "false" | "no" | "n" | "off" => Ok(Flag(false)),
                    _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }
        }

        deserializer.deserialize_any(FlagVisitor)
    }
}

impl Serialize for Flag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::{Flag, OfferId, OfferRank};

    /// The normal form of what was read, or `refused`.
    fn normal<T: Serialize + DeserializeOwned>(json: &str) -> String {
        serde_json::from_str::<T>(json).map_or("refused".into(), |value| {
            serde_json::to_string(&value).unwrap()
        })
    }

    #[test]
    fn an_id_is_a_number_or_its_digits() {
        assert_eq!(normal::<OfferId>("5546840"), "5546840");
        assert_eq!(normal::<OfferId>("\"5546840\""), "5546840");
        assert_eq!(normal::<OfferId>("5546840.0"), "5546840");
        for json in [
            "-1", "\"x\"", "1.5", "1e300", "null", "\"\"", "true", "\"+1\"", "[]",
        ] {
            assert_eq!(normal::<OfferId>(json), "refused", "{json}");
        }
    }

    #[test]
    fn a_flag_is_a_boolean_or_a_bit() {
        for json in ["true", "1", "\"1\"", "\"yes\"", "\"Yes\""] {
            assert_eq!(normal::<Flag>(json), "true", "{json}");
        }
        for json in ["false", "0", "\"0\"", "\"\"", "\"no\""] {
            assert_eq!(normal::<Flag>(json), "false", "{json}");
        }
        assert_eq!(normal::<Flag>("2"), "refused");
    }

    #[test]
    fn a_rank_is_whole_and_keeps_a_fraction() {
        assert_eq!(normal_rank("1"), "1");
        assert_eq!(normal_rank("\"14\""), "14");
        assert_eq!(normal_rank("2.50"), "\"2.50\"");
    }

    fn normal_rank(json: &str) -> String {
        serde_json::to_string(&serde_json::from_str::<OfferRank>(json).unwrap()).unwrap()
    }
}
