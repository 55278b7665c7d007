//! The JSON in a body: UTF-8, the byte order mark, what PHP prints in front, the call of JSONP
//! around it.

use std::str::Utf8Error;

use serde::de::IgnoredAny;

use super::defect::{Defect, bounded};
use crate::error::Error;
use crate::jsonp::{self, Callback};
use crate::plain;

/// The error for a body that is not UTF-8.
pub(crate) fn not_utf8(error: Utf8Error) -> Error {
    let at = error.valid_up_to();
    Error::decode("", format!("it is not UTF-8 from byte {at} on"))
}

/// The JSON text of an answer, and what had to be passed over to find it.
///
/// It stands behind a byte order mark, behind messages of PHP, and inside the call where one was
/// asked for.
///
/// # Errors
///
/// When the answer is a call though JSON was asked for, or another call than the one asked for.
pub(super) fn json_of<'a>(
    text: &'a str,
    callback: Option<&Callback>,
) -> Result<(&'a str, Option<Defect>), Error> {
    let text = text.trim_start_matches('\u{feff}');
    let (text, defect) = match php_message(text, callback) {
        Some((message, Some(rest))) => {
            let message = format!("PHP printed a message in front of the JSON: {message}");
            (rest, Some(Defect::of_answer(message)))
        }
        Some((message, None)) => {
            let message = format!("it is a message of PHP, not JSON: {message}");
            return Err(Error::decode("", message));
        }
        None => (text, None),
    };
    let text = match callback {
        Some(callback) if !text.trim_start().starts_with('<') => {
            jsonp::unwrap(text, Some(callback))
                .map_err(|error| Error::decode("", error.to_string()))?
        }
        Some(_) => text,
        None => match jsonp::callback_of(text) {
            Some(name) => {
                let message = format!("it is a JSONP call of `{name}`, though JSON was asked for");
                return Err(Error::decode("", message));
            }
            None => text,
        },
    };
    Ok((text, defect))
}

/// The first line of what PHP printed in front of an answer, and the JSON behind it, if there is
/// any.
pub(super) fn php_message<'a>(
    text: &'a str,
    callback: Option<&Callback>,
) -> Option<(String, Option<&'a str>)> {
    const LEVELS: [&str; 6] = [
        "Warning: ",
        "Notice: ",
        "Deprecated: ",
        "Fatal error: ",
        "Parse error: ",
        "Strict Standards: ",
    ];
    let start = text.trim_start();
    // Anything else is told apart by its first character.
    let is_page = |name: &str| {
        let begins = start.get(..name.len());
        begins.is_some_and(|begins| begins.eq_ignore_ascii_case(name))
    };
    let may_be = start.starts_with(['<', 'W', 'N', 'D', 'F', 'P', 'S']);
    if !may_be || is_page("<!doctype") || is_page("<html") {
        return None;
    }
    let first_line = |text: &str| {
        let lines = bounded(text);
        // A tag becomes a blank, also the one between a word and its colon.
        let mut lines = lines
            .lines()
            .map(|line| plain::text(line).replace(" :", ":"));
        lines.find(|line| !line.is_empty()).unwrap_or_default()
    };
    let message = first_line(start);
    let said = message.strip_prefix("PHP ").unwrap_or(&message);
    if !LEVELS.iter().any(|level| said.starts_with(level)) {
        return None;
    }
    // The JSON follows a tag or a blank.
    let mut behind = start.char_indices().filter_map(|(at, c)| {
        let rest = &start[at..];
        let called = callback.is_some_and(|callback| rest.starts_with(callback.as_str()));
        let begins = matches!(c, '{' | '[') || called || rest.starts_with("/**/");
        let before = start[..at].chars().next_back();
        (begins && matches!(before, Some('\n' | '>' | ' '))).then_some(rest)
    });
    // Each try reads as far as its text is JSON: few are enough.
    let json = behind.by_ref().take(8).find(|rest| {
        let json = jsonp::unwrap(rest, callback).unwrap_or(rest);
        serde_json::from_str::<IgnoredAny>(json).is_ok()
    });
    // The message ends where the JSON begins.
    let message = match json {
        Some(json) => first_line(&start[..start.len() - json.len()]),
        None => message,
    };
    Some((message, json))
}

#[cfg(test)]
mod tests {
    use super::php_message;

    #[test]
    fn messages_of_php_are_told_from_pages_and_from_json() {
        #[track_caller]
        fn check(text: &str, message: Option<&str>, json: Option<&str>) {
            let found = php_message(text, None);
            assert_eq!(found.as_ref().map(|found| &*found.0), message, "{text}");
            assert_eq!(found.and_then(|found| found.1), json, "{text}");
        }

        check(
            "<br />\n<b>Warning</b>:  Undefined variable $x in <b>/a.php</b> on line <b>3</b><br />\n{\"a\":1}",
            Some("Warning: Undefined variable $x in /a.php on line 3"),
            Some("{\"a\":1}"),
        );
        check(
            "PHP Notice:  x in a.php on line 3\n[1]",
            Some("PHP Notice: x in a.php on line 3"),
            Some("[1]"),
        );
        check(
            "<br /><b>Warning</b>: x on line 3<br />{\"a\":1}",
            Some("Warning: x on line 3"),
            Some("{\"a\":1}"),
        );
        check("Fatal error: x", Some("Fatal error: x"), None);
        check("<!DOCTYPE html><p>Warning: x", None, None);
        check("{\"Warning: \":1}", None, None);
        check("Nothing here", None, None);
    }
}
