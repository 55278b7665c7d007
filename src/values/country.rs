//! A country: the two letters that the provider's parameters and lists name it by.

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
/// Any two ASCII letters are taken, not only the assigned codes: the provider may use one that the standard gained later, or
/// one such as `XK` that it never had. The assigned codes are constants.
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

    /// A number in the order of the codes: compared at once, where two arrays of bytes are compared by a call.
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
        Self::new(text).ok_or_else(|| ParseCountryError {
            found: text.chars().take(24).collect(),
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

/// Text that is not a two-letter country code.
///
/// ```
/// let error = "USA".parse::<cpalead::Country>().unwrap_err();
/// assert_eq!(error.to_string(), "`USA` is no country: expected a two-letter code such as US, CA or GB");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseCountryError {
    found: String,
}

impl fmt::Display for ParseCountryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no country: expected a two-letter code such as US, CA or GB",
            self.found
        )
    }
}

impl std::error::Error for ParseCountryError {}
