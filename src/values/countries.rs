//! The countries of an offer: a list of codes, or text that lists them. No code at all means
//! everywhere.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeSeq, Serializer};

use serde_json::value::RawValue;
use smallvec::SmallVec;

use super::country::Country;
use super::lenient;
use super::text::Text;
use super::without_place;

/// Codes in the provider's order, and what is not a code, kept as it came.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Countries {
    codes: Box<[Country]>,
    // Rare: a pointer costs an offer less than a list would.
    #[allow(clippy::box_collection)]
    unknown: Option<Box<Vec<Box<str>>>>,
}

impl Countries {
    pub(crate) fn codes(&self) -> &[Country] {
        &self.codes
    }

    pub(crate) fn unknown(&self) -> &[Box<str>] {
        self.unknown.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Whether the offer is for the country: the list names it, or names none, or says `ALL`.
    pub(crate) fn include(&self, country: Country) -> bool {
        self.are_any() || self.codes.contains(&country)
    }

    /// Whether the offer is for every country: the list names none, or says `ALL`.
    pub(crate) fn are_any(&self) -> bool {
        let mut unknown = self.unknown().iter();
        let names_none = self.codes.is_empty() && self.unknown().is_empty();
        names_none || unknown.any(|token| token.eq_ignore_ascii_case("all"))
    }
}

impl<'de> Deserialize<'de> for Countries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        match plain_codes(raw.as_bytes()) {
            Some(countries) => Ok(countries),
            // serde_json counts lines and columns from the start of this value, not of the answer.
            None => serde_json::Deserializer::from_str(raw)
                .deserialize_any(CountriesVisitor)
                .map_err(|error| D::Error::custom(without_place(&error)))?
                .finish(),
        }
    }
}

/// `["US","CA"]` and nothing more unusual, in one loop: a catalogue has tens of thousands of codes,
/// and serde would visit each of them.
fn plain_codes(json: &[u8]) -> Option<Countries> {
    let inside = json.strip_prefix(b"[")?.strip_suffix(b"]")?;
    if inside.is_empty() {
        return Some(Countries::default());
    }
    // Every entry has five bytes with its comma, and the last one has no comma.
    let mut codes = Vec::with_capacity(inside.len() / 5 + 1);
    for entry in inside.chunks(5) {
        match entry {
            [b'"', a, b, b'"'] | [b'"', a, b, b'"', b','] => {
                // A code that is used for another one is not plain.
                codes.push(Country::of([*a, *b]).filter(|code| code.meant().is_none())?);
            }
            _ => return None,
        }
    }
    (inside.len() % 5 == 4).then(|| Countries {
        codes: codes.into_boxed_slice(),
        unknown: None,
    })
}

impl Serialize for Countries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.codes.len() + self.unknown().len()))?;
        for code in &self.codes {
            list.serialize_element(code)?;
        }
        for token in self.unknown() {
            list.serialize_element(token)?;
        }
        list.end()
    }
}

/// Countries being read. They are gathered on the stack, so that the list is allocated once, at its
/// exact size.
#[derive(Default)]
struct Gathered {
    codes: SmallVec<[Country; 64]>,
    // A code that was taken for another one.
    taken: Option<(Country, Country)>,
    #[allow(clippy::box_collection)]
    unknown: Option<Box<Vec<Box<str>>>>,
}

impl Gathered {
    fn push(&mut self, token: &str) {
        let token = token.trim();
        match Country::new(token) {
            Some(country) => self.push_code(country),
            None if token.is_empty() => {}
            None => self.unknown.get_or_insert_default().push(token.into()),
        }
    }

    fn push_code(&mut self, code: Country) {
        match code.meant() {
            None => self.codes.push(code),
            Some(meant) => {
                self.codes.push(meant);
                self.taken = Some((code, meant));
            }
        }
    }

    /// # Errors
    ///
    /// When a code was taken for another one, unless the row is read leniently.
    fn finish<E: Error>(self) -> Result<Countries, E> {
        if let Some((code, meant)) = self.taken {
            let message = format!("`{code}` was taken for {meant}");
            if !lenient::assumed("", message.as_str()) {
                return Err(E::custom(message));
            }
        }
        Ok(Countries {
            codes: self.codes.into_boxed_slice(),
            unknown: self.unknown,
        })
    }
}

struct CountriesVisitor;

impl<'de> Visitor<'de> for CountriesVisitor {
    type Value = Gathered;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of country codes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Gathered, E> {
        let mut gathered = Gathered::default();
        for token in text.split([',', '|', ':', ';', ' ']) {
            gathered.push(token);
        }
        Ok(gathered)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Gathered, A::Error> {
        let mut gathered = Gathered::default();
        while let Some(token) = list.next_element::<Token>()? {
            match token {
                Token::Code(country) => gathered.push_code(country),
                Token::Other(text) => gathered.push(text.as_str()),
            }
        }
        Ok(gathered)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Gathered, E> {
        match value {
            false => Ok(Gathered::default()),
            true => Err(E::invalid_type(serde::de::Unexpected::Bool(value), &self)),
        }
    }
}

/// One entry of the list. It is nearly always a code, and then nothing is allocated.
enum Token {
    Code(Country),
    Other(Text),
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TokenVisitor;

        impl Visitor<'_> for TokenVisitor {
            type Value = Token;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a country code")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Token, E> {
                Ok(Country::new(text).map_or_else(|| Token::Other(text.into()), Token::Code))
            }
        }

        deserializer.deserialize_str(TokenVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::Countries;
    use crate::values::country::Country;
    use crate::values::lenient::leniently;

    #[track_caller]
    fn check(json: &str, normal: &str) {
        let countries: Countries = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&countries).unwrap(), normal, "{json}");
    }

    #[test]
    fn lists_and_delimited_text_are_the_same() {
        check(r#"["US","ca"]"#, r#"["US","CA"]"#);
        check(r#""US,CA""#, r#"["US","CA"]"#);
        check(r#""US:CA|GB""#, r#"["US","CA","GB"]"#);
        check(r#""""#, "[]");
        check("[]", "[]");
        check("false", "[]");
    }

    #[test]
    fn what_is_not_a_code_is_kept() {
        check(r#"["ALL"]"#, r#"["ALL"]"#);
        check(r#"["US","LATAM",""]"#, r#"["US","LATAM"]"#);
    }

    #[test]
    fn a_code_that_is_used_for_another_is_taken_for_it_leniently_only() {
        assert!(serde_json::from_str::<Countries>(r#"["UK"]"#).is_err());
        let (countries, oddities) =
            leniently(|| serde_json::from_str::<Countries>(r#"["UK","US"]"#).unwrap());
        assert_eq!(serde_json::to_string(&countries).unwrap(), r#"["GB","US"]"#);
        assert_eq!(oddities.list[0].message, "`UK` was taken for GB");
        assert!(oddities.list[0].was_read);
    }

    #[test]
    fn an_empty_list_and_all_mean_everywhere_and_an_unknown_region_does_not() {
        let include = |json| {
            serde_json::from_str::<Countries>(json)
                .unwrap()
                .include(Country::US)
        };
        assert!(include("[]"));
        assert!(include(r#"["ALL"]"#));
        assert!(include(r#"["CA","US"]"#));
        assert!(!include(r#"["CA"]"#));
        assert!(!include(r#"["LATAM"]"#));
    }
}
