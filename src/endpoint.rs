//! The three endpoints of the Publisher API.

use std::fmt;

/// An endpoint of the provider.
///
/// ```
/// assert_eq!(cpalead::Endpoint::Conversions.to_string(), "conversions");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// The list of offers. It has no documented limit, and only a `Retry-After` from the provider
    /// delays a call.
    Offers,
    /// The conversions of a sub-id; one call a minute.
    Conversions,
    /// The reversals between two dates; one call a minute.
    Reversals,
}

impl Endpoint {
    /// Whether a call needs the api key.
    ///
    /// Source: in the Publisher API documentation only Conversions and Reversals list `api_key`.
    pub(crate) fn needs_key(self) -> bool {
        match self {
            Endpoint::Offers => false,
            Endpoint::Conversions | Endpoint::Reversals => true,
        }
    }

    /// Whether the provider limits the calls.
    ///
    /// Source: Publisher API documentation: only Conversions and Reversals state a limit.
    pub(crate) fn has_limit(self) -> bool {
        match self {
            Endpoint::Offers => false,
            Endpoint::Conversions | Endpoint::Reversals => true,
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Endpoint::Offers => "offers",
            Endpoint::Conversions => "conversions",
            Endpoint::Reversals => "reversals",
        })
    }
}
