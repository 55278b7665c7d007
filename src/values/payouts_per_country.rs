//! The payouts of an offer by country: a map, a list of pairs or an empty list, made into one
//! sorted table.

use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::amount::{self, Amount, plain};
use super::country::Country;
use super::lenient;
use super::without_place;

/// How many amounts under other keys are kept: more than there are codes of two letters.
const MOST_OTHERS: usize = 1000;

/// Amounts sorted by country, each country once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PayoutsPerCountry {
    entries: Box<[(Country, Decimal)]>,
    // Rare: a pointer costs an offer less than two lists would.
    odd: Option<Box<Odd>>,
}

/// The entries that are not an amount for a country.
#[derive(Clone, Debug, Default, PartialEq)]
struct Odd {
    // Amounts under keys that are not country codes: no look-up by country can mean them.
    others: Vec<(Box<str>, Decimal)>,
    // Countries whose entry cannot be read, sorted.
    unreadable: Vec<Country>,
}

/// What the table says of a country.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Own {
    /// The country's own amount.
    Amount(Decimal),
    /// There is an entry for the country, and it cannot be read.
    Unreadable,
    /// There is no entry for the country.
    Missing,
}

impl PayoutsPerCountry {
    pub(crate) fn get(&self, country: Country) -> Own {
        let found = self
            .entries
            .binary_search_by_key(&country.number(), |entry| entry.0.number());
        match (found, &self.odd) {
            (Ok(index), _) => Own::Amount(self.entries[index].1),
            (Err(_), Some(odd)) if odd.unreadable.binary_search(&country).is_ok() => {
                Own::Unreadable
            }
            (Err(_), _) => Own::Missing,
        }
    }

    /// A bit for each country that has an entry; several countries share one.
    pub(crate) fn countries(&self) -> u64 {
        let unreadable = self.odd.iter().flat_map(|odd| &odd.unreadable);
        let countries = self.entries.iter().map(|entry| &entry.0);
        countries
            .chain(unreadable)
            .fold(0, |bits, country| bits | bit(*country))
    }

    pub(crate) fn entries(&self) -> &[(Country, Decimal)] {
        &self.entries
    }
}

/// The bit of a country among sixty-four.
///
/// 40,503 is 2^16 divided by the golden ratio: multiplying by it spreads neighbouring codes over
/// all bits.
pub(crate) fn bit(country: Country) -> u64 {
    1 << (country.number().wrapping_mul(40_503) >> 10)
}

/// Payouts being read in any but the plain form.
#[derive(Default)]
struct Gathered {
    entries: Vec<(Country, Decimal)>,
    odd: Odd,
    // Entries that cannot be read, by their keys.
    faults: Vec<(String, String)>,
    // A code that was taken for another one.
    taken: Option<(Country, Country)>,
    // An entry that cannot be read and may be for any country.
    fault_of_all: Option<String>,
}

impl Gathered {
    fn push(&mut self, key: Key, amount: Result<Amount, String>) {
        match (key, amount) {
            // An entry without an amount says nothing: the default applies to its country.
            (_, Ok(Amount(None))) => {}
            (Key::Country(code), Ok(Amount(Some(amount)))) => {
                let meant = code.meant();
                self.taken = meant.map(|meant| (code, meant)).or(self.taken);
                self.entries.push((meant.unwrap_or(code), amount));
            }
            (Key::Country(code), Err(message)) => {
                self.odd.unreadable.push(code.meant().unwrap_or(code));
                self.fault(format!(".{code}"), message);
            }
            (Key::Other(key), Ok(Amount(Some(amount)))) => {
                if self.faults.len() < lenient::MOST_REPORTED {
                    let message = format!("`{key}` is not a country code: its amount is not used");
                    self.fault(format!(".{key}"), message);
                }
                if self.odd.others.len() < MOST_OTHERS {
                    self.odd.others.push((key, amount));
                }
            }
            (Key::Other(key), Err(message)) => {
                self.fault_of_all
                    .get_or_insert_with(|| format!("under `{key}`: {message}"));
            }
        }
    }

    fn fault(&mut self, path: String, message: String) {
        if self.faults.len() < lenient::MOST_REPORTED {
            self.faults.push((path, message));
        }
    }

    /// # Errors
    ///
    /// When an entry is odd, unless the row is read leniently; and when an entry that cannot be
    /// read may be for any country.
    fn finish<E: Error>(mut self) -> Result<PayoutsPerCountry, E> {
        if let Some(message) = self.fault_of_all {
            return Err(E::custom(message));
        }
        self.entries.sort_by_key(|entry| entry.0);
        // Two amounts for one country cannot both be right, and a promise of money is not the place
        // to guess.
        let mut twice = Vec::new();
        for pair in self.entries.windows(2) {
            if pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1 && !twice.contains(&pair[0].0) {
                twice.push(pair[0].0);
            }
        }
        for country in twice {
            self.odd.unreadable.push(country);
            self.fault(format!(".{country}"), format!("{country} has two amounts"));
        }
        self.odd.unreadable.sort_unstable();
        self.odd.unreadable.dedup();
        let unreadable = &self.odd.unreadable;
        self.entries
            .retain(|entry| unreadable.binary_search(&entry.0).is_err());
        self.entries.dedup_by_key(|entry| entry.0);
        for (path, message) in self.faults {
            if !lenient::left_out(path, message.as_str()) {
                return Err(E::custom(message));
            }
        }
        if let Some((code, meant)) = self.taken {
            let message = format!("`{code}` was taken for {meant}");
            if !lenient::assumed(format!(".{code}"), message.as_str()) {
                return Err(E::custom(message));
            }
        }
        let is_odd = !self.odd.others.is_empty() || !self.odd.unreadable.is_empty();
        Ok(PayoutsPerCountry {
            entries: self.entries.into_boxed_slice(),
            odd: is_odd.then(|| Box::new(self.odd)),
        })
    }
}

impl<'de> Deserialize<'de> for PayoutsPerCountry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        if let Some(payouts) = plain_map(raw.as_bytes()) {
            return Ok(payouts);
        }
        // serde_json counts lines and columns from the start of this value, not of the answer.
        serde_json::Deserializer::from_str(raw)
            .deserialize_any(PayoutsVisitor)
            .map_err(|error| D::Error::custom(without_place(&error)))?
            .finish()
    }
}

/// `{"US":0.72,"CA":"0.55"}` and nothing more unusual, in one loop over its bytes; most offers have
/// it in this form.
fn plain_map(json: &[u8]) -> Option<PayoutsPerCountry> {
    let mut rest = json.strip_prefix(b"{")?.strip_suffix(b"}")?;
    // Each entry has one colon: the list is allocated once, at its exact size.
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
            // The text is JSON, so a comma is followed by another entry.
            [_, tail @ ..] => tail,
        };
    }
    if !entries.is_sorted_by_key(|entry| entry.0) {
        entries.sort_unstable_by_key(|entry| entry.0);
    }
    let twice = |pair: &[(Country, Decimal)]| pair[0].0 == pair[1].0;
    let odd =
        entries.windows(2).any(twice) || entries.iter().any(|entry| entry.0.meant().is_some());
    (!odd).then(|| PayoutsPerCountry {
        entries: entries.into_boxed_slice(),
        odd: None,
    })
}

impl Serialize for PayoutsPerCountry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (country, amount) in &self.entries {
            map.serialize_entry(country, &Amount(Some(*amount)))?;
        }
        for (key, amount) in self.odd.iter().flat_map(|odd| &odd.others) {
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
        while let Some(key) = map.next_key::<Key>()? {
            payouts.push(key, read_amount(map.next_value::<&RawValue>()?));
        }
        Ok(payouts)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut payouts = Gathered::default();
        while let Some(row) = list.next_element::<CountryAmount>()? {
            payouts.push(row.key, row.amount);
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

/// An amount that stands in the list; a value that is not one is kept as the reason.
fn read_amount(raw: &RawValue) -> Result<Amount, String> {
    amount::from_json(raw.get())
}

/// What an amount is for: a country, or a key that is not a country code.
#[derive(PartialEq)]
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
    key: Key,
    amount: Result<Amount, String>,
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
                let (mut key, mut amount) = (None, None);
                while let Some(name) = map.next_key::<String>()? {
                    match name.as_str() {
                        "country" | "country_iso" => {
                            let found = map.next_value::<Key>()?;
                            if key.as_ref().is_some_and(|key| *key != found) {
                                return Err(A::Error::custom("a row names two countries"));
                            }
                            key = Some(found);
                        }
                        "amount" => {
                            let found = read_amount(map.next_value::<&RawValue>()?);
                            if amount.replace(found).is_some() {
                                return Err(A::Error::custom("a row names its amount twice"));
                            }
                        }
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(CountryAmount {
                    key: key.ok_or_else(|| A::Error::missing_field("country"))?,
                    amount: amount.unwrap_or_else(|| Err("missing field `amount`".to_owned())),
                })
            }
        }

        deserializer.deserialize_map(PairVisitor)
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::{Own, PayoutsPerCountry};
    use crate::values::country::Country;
    use crate::values::lenient::{Oddities, leniently};

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
    fn a_key_that_is_not_a_code_is_kept_and_never_looked_up() {
        let (payouts, oddities) = read(r#"{"ALL":1,"US":2}"#);
        assert_eq!(
            serde_json::to_string(&payouts).unwrap(),
            r#"{"US":"2","ALL":"1"}"#
        );
        assert_eq!(
            oddities.list[0].message,
            "`ALL` is not a country code: its amount is not used"
        );
    }

    #[test]
    fn an_entry_without_an_amount_says_nothing() {
        let json = r#"{"US":null,"CA":"","GB":0}"#;
        let payouts: PayoutsPerCountry = serde_json::from_str(json).unwrap();
        assert_eq!(payouts.get(Country::US), Own::Missing);
        assert_eq!(payouts.get(Country::CA), Own::Missing);
        assert_eq!(payouts.get(Country::GB), Own::Amount(Decimal::ZERO));
    }

    #[test]
    fn two_amounts_for_one_country_are_refused_unless_they_are_the_same() {
        refused(r#"{"US":1,"us":2}"#, "US has two amounts");
        check(r#"{"US":1,"CA":1,"US":1}"#, r#"{"CA":"1","US":"1"}"#);
    }

    #[test]
    fn an_entry_that_cannot_be_read_is_refused() {
        refused(r#"{"US":"lots"}"#, "`lots` is not a valid amount");
        refused(r#"{"UK":1}"#, "`UK` was taken for GB");
        refused(r#"[{"amount":1}]"#, "missing field `country`");
    }

    fn read(json: &str) -> (PayoutsPerCountry, Oddities) {
        leniently(|| serde_json::from_str(json).unwrap())
    }

    #[test]
    fn leniently_an_odd_entry_costs_only_its_country() {
        let (payouts, oddities) = read(r#"{"US":"lots","CA":1,"GB":false}"#);
        assert_eq!(payouts.get(Country::US), Own::Unreadable);
        assert_eq!(payouts.get(Country::GB), Own::Unreadable);
        assert_eq!(payouts.get(Country::CA), Own::Amount(Decimal::ONE));
        assert_eq!(payouts.get(Country::DE), Own::Missing);
        let paths: Vec<_> = oddities.list.iter().map(|odd| odd.path.as_str()).collect();
        assert_eq!(paths, [".US", ".GB"]);
    }

    #[test]
    fn leniently_two_amounts_make_one_country_unknown_unless_they_are_the_same() {
        let (payouts, oddities) = read(r#"{"US":1,"CA":1,"us":2,"ca":"1.0"}"#);
        assert_eq!(payouts.get(Country::US), Own::Unreadable);
        assert_eq!(payouts.get(Country::CA), Own::Amount(Decimal::ONE));
        assert_eq!(oddities.list.len(), 1);
        assert_eq!(oddities.list[0].message, "US has two amounts");
    }

    #[test]
    fn an_odd_entry_that_may_be_for_any_country_costs_the_whole_list() {
        for json in [r#"{"ALL":{}}"#, r#"{"payouts":{"US":4}}"#, "[7]"] {
            let (read, _) = leniently(|| serde_json::from_str::<PayoutsPerCountry>(json));
            assert!(read.is_err(), "{json}");
        }
        let (payouts, _) = read(r#"[{"country":"US","payout":4}]"#);
        assert_eq!(payouts.get(Country::US), Own::Unreadable);
    }

    #[test]
    fn leniently_uk_is_taken_for_gb_and_reported() {
        let (payouts, oddities) = read(r#"{"UK":1}"#);
        assert_eq!(payouts.get(Country::GB), Own::Amount(Decimal::ONE));
        assert_eq!(oddities.list[0].message, "`UK` was taken for GB");
        let (payouts, _) = read(r#"{"UK":1,"GB":2}"#);
        assert_eq!(payouts.get(Country::GB), Own::Unreadable);
    }

    #[test]
    fn a_row_may_name_its_country_under_both_names() {
        check(
            r#"[{"country":"US","country_iso":"us","amount":1}]"#,
            r#"{"US":"1"}"#,
        );
        refused(
            r#"[{"country":"US","country_iso":"CA","amount":1}]"#,
            "a row names two countries",
        );
    }
}
