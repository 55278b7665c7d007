//! The api key, as a value that cannot be printed and is wiped from memory with its last copy.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::plain;

/// The publisher's api key, which conversions and reversals need.
///
/// ```
/// # fn main() -> Result<(), cpalead::ApiKeyError> {
/// let key = cpalead::ApiKey::new("0123456789abcdef\n")?;
/// assert_eq!(format!("{key:?}"), "ApiKey(redacted)");
/// # Ok(()) }
/// ```
///
/// The key has no `Display`, its `Debug` does not show it, and no method returns it. Clones share
/// one allocation, which is overwritten when the last clone is dropped. Other copies are not wiped:
/// the `&str` it was made from, the provider's answers, the buffers of the operating system.
#[derive(Clone)]
pub struct ApiKey(Arc<Zeroizing<Box<str>>>);

impl ApiKey {
    /// The longest key that is accepted, in bytes.
    pub const MAX_LEN: usize = 256;

    /// Creates a key from the text in a settings page, an environment variable or a file.
    ///
    /// ```
    /// # fn main() -> Result<(), cpalead::ApiKeyError> {
    /// let from_a_file = cpalead::ApiKey::new(String::from("0123456789abcdef\r\n"))?;
    /// assert!(cpalead::ApiKey::new("two words").is_err());
    /// # drop(from_a_file); Ok(()) }
    /// ```
    ///
    /// Line ends after the key are dropped, because text files usually end with one. A `String`
    /// that is passed in is wiped.
    ///
    /// # Errors
    ///
    /// When the key is empty, longer than [`ApiKey::MAX_LEN`] bytes, or contains blanks, control
    /// characters or invisible characters. The error never contains the key.
    pub fn new(key: impl Into<String>) -> Result<ApiKey, ApiKeyError> {
        let given = Zeroizing::new(key.into());
        let key = given.trim_end_matches(['\r', '\n']);
        if key.is_empty() {
            return Err(ApiKeyError(Fault::Empty));
        }
        if key.len() > ApiKey::MAX_LEN {
            return Err(ApiKeyError(Fault::TooLong(key.len())));
        }
        let quoted = |quote| key.len() > 1 && key.starts_with(quote) && key.ends_with(quote);
        if quoted('"') || quoted('\'') {
            return Err(ApiKeyError(Fault::Quoted));
        }
        if key
            .chars()
            .any(|c| c.is_whitespace() || plain::is_hidden(c) || plain::is_joiner(c))
        {
            return Err(ApiKeyError(Fault::Character));
        }
        // A new copy of the exact size: shrinking the given string could leave its old allocation
        // unwiped.
        Ok(ApiKey(Arc::new(Zeroizing::new(Box::from(key)))))
    }

    /// The key itself, for the one place that sends it and for those that search for it to hide it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(redacted)")
    }
}

impl FromStr for ApiKey {
    type Err = ApiKeyError;

    fn from_str(key: &str) -> Result<ApiKey, ApiKeyError> {
        ApiKey::new(key)
    }
}

impl TryFrom<&str> for ApiKey {
    type Error = ApiKeyError;

    fn try_from(key: &str) -> Result<ApiKey, ApiKeyError> {
        ApiKey::new(key)
    }
}

impl TryFrom<String> for ApiKey {
    type Error = ApiKeyError;

    fn try_from(key: String) -> Result<ApiKey, ApiKeyError> {
        ApiKey::new(key)
    }
}

/// Why a text is not a valid api key; it never contains the text.
///
/// ```
/// let error = cpalead::ApiKey::new("").unwrap_err();
/// assert_eq!(error.to_string(), "api key is empty; copy it from the publisher's account");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyError(Fault);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    Empty,
    TooLong(usize),
    Character,
    Quoted,
}

impl fmt::Display for ApiKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Fault::Empty => f.write_str("api key is empty; copy it from the publisher's account"),
            Fault::TooLong(len) => {
                write!(f, "api key is {len} bytes long, and at most {} are allowed; check that it is only the key", ApiKey::MAX_LEN)
            }
            Fault::Quoted => f.write_str("api key is in quotes; give it without them"),
            Fault::Character => {
                f.write_str("api key contains a blank, a control character or an invisible character; give only the key, on one line")
            }
        }
    }
}

impl std::error::Error for ApiKeyError {}

#[cfg(test)]
mod tests {
    use super::ApiKey;

    #[track_caller]
    fn refused(key: &str, message: &str) {
        let error = ApiKey::new(key).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert!(!format!("{error:?}").contains("s3cret"));
    }

    #[test]
    fn a_key_from_a_file_loses_its_line_end_and_nothing_else() {
        for text in [
            "s3cret-key",
            "s3cret-key\n",
            "s3cret-key\r\n",
            "s3cret-key\n\n",
        ] {
            assert_eq!(ApiKey::new(text).unwrap().expose(), "s3cret-key");
        }
        assert_eq!(ApiKey::new("clé/+=&%").unwrap().expose(), "clé/+=&%");
    }

    #[test]
    fn what_cannot_be_a_key_is_refused_without_being_repeated() {
        const UNFIT: &str = "api key contains a blank, a control character or an invisible character; give only the key, on one line";
        refused("", "api key is empty; copy it from the publisher's account");
        refused(
            "\r\n",
            "api key is empty; copy it from the publisher's account",
        );
        refused(
            &"s3cret".repeat(50),
            "api key is 300 bytes long, and at most 256 are allowed; check that it is only the key",
        );
        for unfit in [
            "s3cret key",
            " s3cret",
            "s3cret ",
            "s3\tcret",
            "s3cret\nkey",
            "s3cret\0",
            "\u{feff}s3cret",
            "s3cret\u{202e}",
        ] {
            refused(unfit, UNFIT);
        }
        for quoted in ["\"s3cret\"", "'s3cret'"] {
            refused(quoted, "api key is in quotes; give it without them");
        }
    }

    #[test]
    fn the_longest_key_passes() {
        assert!(ApiKey::new("k".repeat(256)).is_ok());
    }

    #[test]
    fn debug_shows_no_key_in_any_form() {
        let key = ApiKey::new("s3cret-key").unwrap();
        assert_eq!(format!("{key:?}"), "ApiKey(redacted)");
        assert_eq!(
            format!("{:#?}", Some(&key)),
            "Some(\n    ApiKey(redacted),\n)"
        );
    }

    #[test]
    fn clones_share_one_allocation() {
        let key = ApiKey::new("s3cret-key").unwrap();
        assert!(std::ptr::eq(key.expose(), key.clone().expose()));
    }

    #[test]
    fn every_way_in_checks_the_key() {
        assert!("a b".parse::<ApiKey>().is_err());
        assert!(ApiKey::try_from("a b").is_err());
        assert!(ApiKey::try_from(String::from("a b")).is_err());
        assert_eq!("s3cret".parse::<ApiKey>().unwrap().expose(), "s3cret");
    }
}
