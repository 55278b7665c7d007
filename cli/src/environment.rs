//! The environment of a command: which settings it needs, and how environment variables are read.

use std::env;

use crate::failure::Failure;

/// What a command needs in order to call the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Offers need the publisher id alone.
    Id,
    /// Conversions and reversals also need the key, and a directory for their rate limits.
    Key,
    /// The key is used if there is one.
    KeyIfAny,
}

/// The value of an environment variable. A blank one is an error, because it is most often a
/// mistake in a script.
pub(crate) fn variable(name: &str, expected: &str) -> Result<Option<String>, Failure> {
    let Some(value) = env::var_os(name) else {
        return Ok(None);
    };
    let Some(text) = value.to_str() else {
        return Err(Failure::configuration(format!(
            "{name} is not UTF-8: expected {expected}"
        )));
    };
    if text.trim().is_empty() {
        return Err(Failure::configuration(format!(
            "{name} is blank: expected {expected}, or unset it"
        )));
    }
    Ok(Some(text.to_owned()))
}
