//! The JSON in a body: UTF-8, the byte order mark, the call of JSONP around it.

use std::str::Utf8Error;

use crate::error::Error;
use crate::jsonp::{self, Callback};

/// The error for a body that is not UTF-8.
pub(crate) fn not_utf8(error: Utf8Error) -> Error {
    let at = error.valid_up_to();
    Error::decode("", format!("it is not UTF-8 from byte {at} on"))
}

/// The JSON text of an answer: behind a byte order mark, and inside the call where one was asked
/// for.
///
/// # Errors
///
/// When the answer is a call though JSON was asked for, or another call than the one asked for.
pub(super) fn json_of<'a>(text: &'a str, callback: Option<&Callback>) -> Result<&'a str, Error> {
    match callback {
        Some(callback) if !text.trim_start().starts_with('<') => {
            jsonp::unwrap(text, Some(callback))
                .map_err(|error| Error::decode("", error.to_string()))
        }
        Some(_) => Ok(text),
        None => match jsonp::callback_of(text) {
            Some(name) => Err(Error::decode(
                "",
                format!("it is a JSONP call of `{name}`, though JSON was asked for"),
            )),
            None => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        },
    }
}
