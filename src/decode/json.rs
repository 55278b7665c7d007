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
    let (text, defect) = match php_message(text) {
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
fn php_message(text: &str) -> Option<(String, Option<&str>)> {
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
    // The JSON begins a line, or follows a tag.
    let begins = start.char_indices().filter(|(at, c)| {
        let before = start[..*at].chars().next_back();
        matches!(c, '{' | '[') && matches!(before, Some('\n' | '>'))
    });
    let mut rest = begins.map(|(at, _)| &start[at..]);
    // Each try reads as far as its text is JSON: few are enough.
    let json = rest
        .by_ref()
        .take(8)
        .find(|rest| serde_json::from_str::<IgnoredAny>(rest).is_ok());
    Some((message, json))
}

/// The text with U+FFFD in place of each half of a surrogate pair that stands alone; none where
/// there is none.
///
/// JavaScript writes such halves for text that was cut inside of an emoji. They are not characters,
/// and no JSON reader in Rust takes them.
pub(crate) fn without_lone_surrogates(json: &str) -> Option<String> {
    let bytes = json.as_bytes();
    let unit = |at: usize| -> Option<u16> {
        let digits = json.get(at + 2..at + 6)?;
        let is_escape = bytes[at..].starts_with(b"\\u");
        u16::from_str_radix(digits, 16).ok().filter(|_| is_escape)
    };
    let mut repaired = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = json[at..].find('\\') {
        at += found;
        match unit(at) {
            Some(0xd800..0xdc00) if matches!(unit(at + 6), Some(0xdc00..0xe000)) => at += 12,
            Some(0xd800..0xe000) => {
                repaired.push_str(&json[copied..at]);
                repaired.push_str("\\ufffd");
                at += 6;
                copied = at;
            }
            Some(_) => at += 6,
            // The next character is escaped, and may be a backslash itself.
            None => at += 1 + json[at + 1..].chars().next().map_or(0, char::len_utf8),
        }
    }
    if copied == 0 {
        return None;
    }
    repaired.push_str(&json[copied..]);
    Some(repaired)
}

#[cfg(test)]
mod tests {
    use super::{php_message, without_lone_surrogates};

    #[test]
    fn halves_of_surrogate_pairs_are_replaced_and_pairs_are_kept() {
        #[track_caller]
        fn check(json: &str, expected: Option<&str>) {
            assert_eq!(without_lone_surrogates(json).as_deref(), expected, "{json}");
        }

        check(r#"{"a":"fraud \ud83d"}"#, Some(r#"{"a":"fraud \ufffd"}"#));
        check(r#""\uDE00 \ud83d\ude00""#, Some(r#""\ufffd \ud83d\ude00""#));
        check(r#""\ud83d\ud83d\ude00""#, Some(r#""\ufffd\ud83d\ude00""#));
        check(r#""\ud83d\ude00""#, None);
        check(r#""\\ud83d""#, None);
        check(r#""\u00e9\n""#, None);
        check("\"\\", None);
    }

    #[test]
    fn messages_of_php_are_told_from_pages_and_from_json() {
        #[track_caller]
        fn check(text: &str, message: Option<&str>, json: Option<&str>) {
            let found = php_message(text);
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
        check("Fatal error: x", Some("Fatal error: x"), None);
        check("<!DOCTYPE html><p>Warning: x", None, None);
        check("{\"Warning: \":1}", None, None);
        check("Nothing here", None, None);
    }
}
