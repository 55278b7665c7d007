//! A country, as the two letters that the provider's parameters and lists use.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

mod codes;

/// A two-letter country code, in upper case (ISO 3166-1 alpha-2).
///
/// ```
/// use cpalead::Country;
///
/// let country: Country = "us".parse()?;
/// assert_eq!(country, Country::US);
/// assert_eq!(country.as_str(), "US");
/// # Ok::<(), cpalead::ParseCountryError>(())
/// ```
///
/// The assigned codes are constants. [`Country::new`] takes any two ASCII letters, because the
/// provider may use a code that the standard gains later, or one such as `XK` that it never had.
/// Parsing takes assigned codes only: with a mistyped code, an offer would show its default payout
/// in silence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// The code from its two letters; lower case becomes upper case.
    ///
    /// ```
    /// use cpalead::Country;
    ///
    /// assert_eq!(Country::new("gb"), Some(Country::GB));
    /// assert_eq!(Country::new("USA"), None);
    /// ```
    #[must_use]
    pub const fn new(code: &str) -> Option<Self> {
        match code.as_bytes() {
            [a, b] => Self::of([*a, *b]),
            _ => None,
        }
    }

    /// The code that this one is used for by mistake: `GB` for `UK`, which ISO 3166-1 reserves
    /// without assigning it.
    pub(crate) fn meant(self) -> Option<Self> {
        (self.0 == *b"UK").then_some(Self::GB)
    }

    /// A number in the order of the codes. Numbers are compared in place, where two arrays of bytes
    /// would be compared by a call.
    pub(crate) const fn number(self) -> u16 {
        u16::from_be_bytes(self.0)
    }

    pub(crate) const fn of([a, b]: [u8; 2]) -> Option<Self> {
        if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() {
            Some(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
        } else {
            None
        }
    }

    /// The two letters.
    ///
    /// ```
    /// assert_eq!(cpalead::Country::DE.as_str(), "DE");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Both bytes are ASCII letters by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Country {
    type Err = ParseCountryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let code = Self::new(text);
        let assigned = code.filter(|code| Self::ASSIGNED.binary_search(code).is_ok());
        assigned.ok_or_else(|| ParseCountryError {
            found: text.chars().take(24).collect(),
            meant: code.and_then(Self::meant),
            has_two_letters: code.is_some(),
        })
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CountryVisitor;

        impl Visitor<'_> for CountryVisitor {
            type Value = Country;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a two-letter country code")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Country, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(CountryVisitor)
    }
}

/// Text that is not an assigned country code.
///
/// ```
/// let error = "UK".parse::<cpalead::Country>().unwrap_err();
/// assert_eq!(error.to_string(), "`UK` is not an assigned country code: did you mean GB?");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseCountryError {
    found: String,
    meant: Option<Country>,
    has_two_letters: bool,
}

impl fmt::Display for ParseCountryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = &self.found;
        match (self.meant, self.has_two_letters) {
            (Some(meant), _) => write!(
                f,
                "`{found}` is not an assigned country code: did you mean {meant}?"
            ),
            (None, true) => write!(
                f,
                "`{found}` is not an assigned country code: expected one of ISO 3166-1 such as US, CA or GB"
            ),
            (None, false) => write!(
                f,
                "`{found}` is not a country code: expected two letters such as US, CA or GB"
            ),
        }
    }
}

impl std::error::Error for ParseCountryError {}

#[cfg(test)]
mod tests {
    use super::Country;

    #[track_caller]
    fn refused(text: &str, message: &str) {
        assert_eq!(text.parse::<Country>().unwrap_err().to_string(), message);
    }

    #[test]
    fn assigned_codes_are_parsed_in_any_case_and_no_others() {
        let parsed = |a: u8, b: u8| {
            let text = String::from_utf8(vec![a, b]).unwrap();
            text.parse::<Country>().is_ok()
        };
        let letters = || b'A'..=b'Z';
        let count = letters()
            .flat_map(|a| letters().map(move |b| (a, b)))
            .filter(|(a, b)| parsed(*a, *b))
            .count();
        assert_eq!(count, 249);
        assert_eq!("gb".parse(), Ok(Country::GB));
    }

    #[test]
    fn a_code_that_is_not_assigned_is_refused_with_what_may_be_meant() {
        refused(
            "uk",
            "`uk` is not an assigned country code: did you mean GB?",
        );
        refused(
            "XX",
            "`XX` is not an assigned country code: expected one of ISO 3166-1 such as US, CA or GB",
        );
        refused(
            "USA",
            "`USA` is not a country code: expected two letters such as US, CA or GB",
        );
        assert_eq!(
            Country::new("XK").map(|code| code.to_string()),
            Some("XK".into())
        );
    }
}
