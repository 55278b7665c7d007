//! The payouts of an offer by country: a map, a list of pairs or an empty list, made into one sorted table.

use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use serde_json::value::RawValue;

use super::amount::{Amount, plain};
use super::country::Country;
use super::without_place;

/// An amount under a key that is no country code.
type Unknown = (Box<str>, Decimal);

/// Amounts sorted by country, each country once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PayoutsPerCountry {
    entries: Box<[(Country, Decimal)]>,
    // What has no two-letter code, which no look-up by country can mean.
    #[allow(clippy::box_collection)]
    unknown: Option<Box<Vec<Unknown>>>,
}

impl PayoutsPerCountry {
    pub(crate) fn get(&self, country: Country) -> Option<Decimal> {
        let found = self
            .entries
            .binary_search_by_key(&country.number(), |entry| entry.0.number());
        found.ok().map(|index| self.entries[index].1)
    }

    /// A bit for each country that has an entry; several countries share one.
    pub(crate) fn countries(&self) -> u64 {
        self.entries
            .iter()
            .fold(0, |bits, entry| bits | bit(entry.0))
    }

    pub(crate) fn entries(&self) -> &[(Country, Decimal)] {
        &self.entries
    }
}

/// The bit of a country among sixty-four.
pub(crate) fn bit(country: Country) -> u64 {
    1 << (country.number().wrapping_mul(40_503) >> 10)
}

/// Payouts being read in any but the plain form.
#[derive(Default)]
struct Gathered {
    entries: Vec<(Country, Decimal)>,
    #[allow(clippy::box_collection)]
    unknown: Option<Box<Vec<Unknown>>>,
}

impl Gathered {
    /// An entry without an amount is no entry: the default applies to its country.
    fn push(&mut self, place: Key, amount: Option<Amount>) {
        let Some(Amount(Some(amount))) = amount else {
            return;
        };
        match place {
            Key::Country(country) => self.entries.push((country, amount)),
            Key::Other(key) => self.unknown.get_or_insert_default().push((key, amount)),
        }
    }

    fn finish<E: Error>(self) -> Result<PayoutsPerCountry, E> {
        sorted(self.entries, self.unknown)
    }
}

/// Two amounts for one country cannot both be right, and a promise of money is not the place to guess.
#[allow(clippy::box_collection)]
fn sorted<E: Error>(
    mut entries: Vec<(Country, Decimal)>,
    unknown: Option<Box<Vec<Unknown>>>,
) -> Result<PayoutsPerCountry, E> {
    if !entries.is_sorted_by_key(|entry| entry.0) {
        entries.sort_unstable_by_key(|entry| entry.0);
    }
    let twice = |pair: &&[(Country, Decimal)]| pair[0].0 == pair[1].0;
    if let Some(pair) = entries.windows(2).find(twice) {
        return Err(E::custom(format_args!("{} has two amounts", pair[0].0)));
    }
    Ok(PayoutsPerCountry {
        entries: entries.into_boxed_slice(),
        unknown,
    })
}

impl<'de> Deserialize<'de> for PayoutsPerCountry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        if let Some(entries) = plain_map(raw.as_bytes()) {
            return sorted(entries, None);
        }
        // serde_json counts lines and columns from the start of this value, which helps nobody.
        serde_json::Deserializer::from_str(raw)
            .deserialize_any(PayoutsVisitor)
            .map_err(|error| D::Error::custom(without_place(&error)))?
            .finish()
    }
}

/// `{"US":0.72,"CA":"0.55"}` and nothing more unusual, in one loop over its bytes; most offers have it in this form.
fn plain_map(json: &[u8]) -> Option<Vec<(Country, Decimal)>> {
    let mut rest = json.strip_prefix(b"{")?.strip_suffix(b"}")?;
    // One colon in each entry: the list is allocated once, and to measure.
    let mut entries = Vec::with_capacity(rest.iter().filter(|byte| **byte == b':').count());
    while !rest.is_empty() {
        let [b'"', a, b, b'"', b':', after @ ..] = rest else {
            return None;
        };
        let country = Country::of([*a, *b])?;
        let end = after
            .iter()
            .position(|byte| *byte == b',')
            .unwrap_or(after.len());
        let (value, tail) = after.split_at(end);
        let digits = value
            .strip_prefix(b"\"")
            .map_or(Some(value), |text| text.strip_suffix(b"\""))?;
        entries.push((country, plain(digits)?));
        rest = match tail {
            [] => tail,
            // The text is JSON, so that a comma is followed by another entry.
            [_, tail @ ..] => tail,
        };
    }
    Some(entries)
}

impl Serialize for PayoutsPerCountry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (country, amount) in &self.entries {
            map.serialize_entry(country, &Amount(Some(*amount)))?;
        }
        for (key, amount) in self.unknown.iter().flat_map(|list| list.iter()) {
            map.serialize_entry(key, &Amount(Some(*amount)))?;
        }
        map.end()
    }
}

struct PayoutsVisitor;

impl<'de> Visitor<'de> for PayoutsVisitor {
    type Value = Gathered;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from country to amount, or a list of countries with amounts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut payouts = Gathered::default();
        while let Some(place) = map.next_key::<Key>()? {
            let amount = map.next_value::<Option<Amount>>()?;
            payouts.push(place, amount);
        }
        Ok(payouts)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut payouts = Gathered::default();
        while let Some(row) = list.next_element::<CountryAmount>()? {
            payouts.push(row.place, row.amount);
        }
        Ok(payouts)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        match value {
            false => Ok(Gathered::default()),
            true => Err(E::invalid_type(serde::de::Unexpected::Bool(value), &self)),
        }
    }
}

/// What an amount is for: a country, or a key that is no country code.
enum Key {
    Country(Country),
    Other(Box<str>),
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl Visitor<'_> for KeyVisitor {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a country code")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Key, E> {
                let code = Country::new(text.trim());
                Ok(code.map_or_else(|| Key::Other(text.into()), Key::Country))
            }
        }

        deserializer.deserialize_str(KeyVisitor)
    }
}

/// One row of the list form: the country under either of its two names, and the amount.
struct CountryAmount {
    place: Key,
    amount: Option<Amount>,
}

impl<'de> Deserialize<'de> for CountryAmount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairVisitor;

        impl<'de> Visitor<'de> for PairVisitor {
            type Value = CountryAmount;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a country with its amount")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CountryAmount, A::Error> {
                let (mut place, mut amount) = (None, None);
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "country" | "country_iso" => {
                            let found = map.next_value::<Key>()?;
                            if place.replace(found).is_some() {
                                return Err(A::Error::custom("a row names its country twice"));
                            }
                        }
                        "amount" => {
                            let found = map.next_value::<Option<Amount>>()?;
                            if amount.replace(found).is_some() {
                                return Err(A::Error::custom("a row names its amount twice"));
                            }
                        }
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                let place = place.ok_or_else(|| A::Error::missing_field("country"))?;
                Ok(CountryAmount {
                    place,
                    amount: amount.flatten(),
                })
            }
        }

        deserializer.deserialize_map(PairVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::PayoutsPerCountry;
    use crate::values::country::Country;

    #[track_caller]
    fn check(json: &str, normal: &str) {
        let payouts: PayoutsPerCountry = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&payouts).unwrap(), normal, "{json}");
    }

    #[track_caller]
    fn refused(json: &str, message: &str) {
        let error = serde_json::from_str::<PayoutsPerCountry>(json).unwrap_err();
        assert!(error.to_string().starts_with(message), "{json}: {error}");
    }

    #[test]
    fn every_shape_becomes_one_sorted_object() {
        check(r#"{"US":0.72,"CA":"0.55"}"#, r#"{"CA":"0.55","US":"0.72"}"#);
        check(r#"[{"country":"US","amount":"1.0"}]"#, r#"{"US":"1.0"}"#);
        check(
            r#"[{"amount":2,"country_iso":"us","x":[1]}]"#,
            r#"{"US":"2"}"#,
        );
        check("[]", "{}");
        check("{}", "{}");
        check("false", "{}");
    }

    #[test]
    fn a_key_that_is_no_code_is_kept_and_never_looked_up() {
        check(r#"{"ALL":1,"US":2}"#, r#"{"US":"2","ALL":"1"}"#);
    }

    #[test]
    fn an_entry_without_an_amount_is_no_entry() {
        let json = r#"{"US":null,"CA":"","GB":0}"#;
        let payouts: PayoutsPerCountry = serde_json::from_str(json).unwrap();
        assert_eq!(payouts.get(Country::US), None);
        assert_eq!(payouts.get(Country::CA), None);
        assert_eq!(payouts.get(Country::GB), Some(rust_decimal::Decimal::ZERO));
    }

    #[test]
    fn two_amounts_for_one_country_are_refused() {
        refused(r#"{"US":1,"us":2}"#, "US has two amounts");
        refused(r#"{"US":1,"CA":1,"US":1}"#, "US has two amounts");
    }

    #[test]
    fn an_amount_that_is_none_is_refused() {
        refused(r#"{"US":"lots"}"#, "`lots` is no amount");
        refused(r#"[{"amount":1}]"#, "missing field `country`");
    }
}
