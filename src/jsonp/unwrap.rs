//! Takes the JSON text out of a JSONP answer by reading only its head and its tail.

use std::fmt;

use super::callback::{Callback, check, is_name_byte};

/// The JSON text inside a JSONP answer, or the answer itself if it is plain JSON.
///
/// ```
/// use cpalead::jsonp::{Callback, unwrap};
///
/// let cb = Callback::new("cb").unwrap();
/// let answer = "\u{feff}/**/ typeof cb === 'function' && cb({\"offers\":[]});";
/// assert_eq!(unwrap(answer, Some(&cb)).unwrap(), r#"{"offers":[]}"#);
/// assert_eq!(unwrap(" [1] ", Some(&cb)).unwrap(), "[1]");
/// assert!(unwrap("other([1])", Some(&cb)).is_err());
/// ```
///
/// With `expected`, the call must have exactly that name. Without it, any valid name is accepted. A
/// byte order mark, blanks, comments, the guards `typeof cb === 'function' &&` and `cb &&`, and
/// semicolons around the call are skipped. Nothing else is allowed before or after the call.
///
/// # What is left to the decoder
///
/// The JSON is not checked here, because the decoder does that and a second check would double the
/// cost. For an object or a list, only the first and the last bracket are read.
/// `cb({});alert(1);cb({})` therefore gives `{});alert(1);cb({}`, which no JSON decoder accepts. If
/// a decoder accepts the returned text, the text was the only argument of the only call. So decode
/// the text to its end, and run neither the answer nor the text as a script.
///
/// For the same reason a comment that ends like the call, as in `cb({}) // or cb({})`, counts as
/// part of the JSON, and the decoder refuses it.
///
/// # Errors
///
/// When the text is empty, is neither JSON nor a call, calls a different function, has no argument,
/// is cut short, or is followed by something else. The error may contain names of functions, but
/// never the body.
pub fn unwrap<'t>(text: &'t str, expected: Option<&Callback>) -> Result<&'t str, UnwrapError> {
    let text = text.trim_matches(is_blank);
    if text.is_empty() {
        return Err(UnwrapError(Fault::Empty));
    }
    if begins_json(text) {
        return Ok(text);
    }
    let call = head(text)?;
    if let Some(expected) = expected
        && expected.as_str() != call.name
    {
        return Err(UnwrapError(Fault::Other {
            found: call.name.into(),
            expected: expected.as_str().into(),
        }));
    }
    argument(&call)
}

/// The name of the function that a JSONP answer calls; `None` if it is plain JSON or does not begin
/// like a call.
///
/// ```
/// use cpalead::jsonp::callback_of;
///
/// assert_eq!(callback_of("/**/ shop.show && shop.show([1]);"), Some("shop.show"));
/// assert_eq!(callback_of("[1]"), None);
/// assert_eq!(callback_of("<!DOCTYPE html>"), None);
/// ```
///
/// Only the head is read. This is fast for a body of any size, and does not check the rest of it.
pub fn callback_of(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(is_blank);
    if begins_json(text) {
        return None;
    }
    head(text).ok().map(|call| call.name)
}

/// Why a text is not the expected JSONP answer.
///
/// ```
/// let error = cpalead::jsonp::unwrap("cb([1]", None).unwrap_err();
/// assert_eq!(error.to_string(), "the call of `cb` is cut short: its closing bracket is missing");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnwrapError(Fault);

impl UnwrapError {
    /// The name of the function that was called instead of the expected one.
    ///
    /// ```
    /// use cpalead::jsonp::{Callback, unwrap};
    ///
    /// let cb = Callback::new("cb").unwrap();
    /// assert_eq!(unwrap("evil([1])", Some(&cb)).unwrap_err().other_callback(), Some("evil"));
    /// assert_eq!(unwrap("", Some(&cb)).unwrap_err().other_callback(), None);
    /// ```
    pub fn other_callback(&self) -> Option<&str> {
        match &self.0 {
            Fault::Other { found, .. } => Some(found),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    Empty,
    NotACall,
    Other { found: Box<str>, expected: Box<str> },
    Guard { tested: Box<str>, called: Box<str> },
    NoArgument(Box<str>),
    NotJson(Box<str>),
    CutShort(Box<str>),
    Trailing(Box<str>),
}

impl fmt::Display for UnwrapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Fault::Empty => f.write_str("the text is empty; expected JSON or a function call"),
            Fault::NotACall => f.write_str("the text is neither JSON nor a function call"),
            Fault::Other { found, expected } => write!(
                f,
                "the text calls `{found}`, but `{expected}` was asked for"
            ),
            Fault::Guard { tested, called } => {
                write!(f, "the text tests for `{tested}`, but calls `{called}`")
            }
            Fault::NoArgument(name) => write!(f, "the call of `{name}` has no argument"),
            Fault::NotJson(name) => write!(f, "the argument of `{name}` is not one JSON value"),
            Fault::CutShort(name) => write!(
                f,
                "the call of `{name}` is cut short: its closing bracket is missing"
            ),
            Fault::Trailing(name) => write!(
                f,
                "the call of `{name}` is followed by something else; exactly one call is allowed"
            ),
        }
    }
}

impl std::error::Error for UnwrapError {}

/// A call that was read up to its opening bracket.
struct Call<'t> {
    name: &'t str,
    /// The text after the bracket.
    rest: &'t str,
}

/// Whether JavaScript skips the character between words. This includes the byte order mark.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

/// Whether a text begins like a JSON value. `true`, `false` and `null` are reserved in JavaScript,
/// so they cannot be callbacks.
fn begins_json(text: &str) -> bool {
    let word = matches!(text, "true" | "false" | "null");
    word || text.starts_with([
        '{', '[', '"', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
    ])
}

/// Skips blanks and comments. A comment that is not closed is not skipped, and the caller refuses
/// it.
fn skip_trivia(mut text: &str) -> &str {
    loop {
        text = text.trim_start_matches(is_blank);
        if let Some(comment) = text.strip_prefix("//") {
            text = comment.trim_start_matches(|c: char| !is_line_end(c));
            continue;
        }
        match text
            .strip_prefix("/*")
            .and_then(|comment| comment.split_once("*/"))
        {
            Some((_, rest)) => text = rest,
            None => return text,
        }
    }
}

/// Whether a character ends a line, and therefore a comment, in JavaScript.
fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// Skips what may follow a call: semicolons, blanks and comments.
fn skip_end(mut text: &str) -> &str {
    loop {
        text = skip_trivia(text);
        match text.strip_prefix(';') {
            Some(rest) => text = rest,
            None => return text,
        }
    }
}

/// Splits a dotted name off the front, and skips blanks and comments after it.
fn name(text: &str) -> (&str, &str) {
    let end = text
        .bytes()
        .position(|b| !is_name_byte(b))
        .unwrap_or(text.len());
    (&text[..end], skip_trivia(&text[end..]))
}

/// Takes one sign off the front, and skips blanks and comments after it.
fn sign<'t>(text: &'t str, sign: &str) -> Option<&'t str> {
    text.strip_prefix(sign).map(skip_trivia)
}

/// Reads everything up to the opening bracket: comments, a guard if there is one, and the name.
fn head(text: &str) -> Result<Call<'_>, UnwrapError> {
    let not_a_call = || UnwrapError(Fault::NotACall);
    let (first, rest) = name(skip_end(text));
    let (tested, (called, rest)) = if first == "typeof" {
        let (tested, rest) = name(rest);
        let rest = sign(rest, "===")
            .or_else(|| sign(rest, "=="))
            .ok_or_else(not_a_call)?;
        let rest = sign(rest, "'function'")
            .or_else(|| sign(rest, "\"function\""))
            .ok_or_else(not_a_call)?;
        (Some(tested), name(sign(rest, "&&").ok_or_else(not_a_call)?))
    } else if let Some(rest) = sign(rest, "&&") {
        (Some(first), name(rest))
    } else {
        (None, (first, rest))
    };
    // Names are checked before they can appear in a message.
    for name in tested.into_iter().chain([called]) {
        check(name).map_err(|_| not_a_call())?;
    }
    let rest = sign(rest, "(").ok_or_else(not_a_call)?;
    match tested {
        Some(tested) if tested != called => Err(UnwrapError(Fault::Guard {
            tested: tested.into(),
            called: called.into(),
        })),
        _ => Ok(Call { name: called, rest }),
    }
}

/// The argument of a call, from its opening bracket to the end of the text.
fn argument<'t>(call: &Call<'t>) -> Result<&'t str, UnwrapError> {
    // The usual end, `})` or `])` with semicolons, is recognised from the end of the text, so that
    // a large body is not read here.
    let tail = call
        .rest
        .trim_end_matches(|c: char| is_blank(c) || c == ';');
    if let Some(json) = tail
        .strip_suffix(')')
        .map(|json| json.trim_end_matches(is_blank))
        && ((json.starts_with('{') && json.ends_with('}'))
            || (json.starts_with('[') && json.ends_with(']')))
    {
        return Ok(json);
    }
    // Anything else, such as a comment after the call, is read once from the front.
    let fault = |fault: fn(Box<str>) -> Fault| Err(UnwrapError(fault(call.name.into())));
    if call.rest.starts_with(')') {
        return fault(Fault::NoArgument);
    }
    let Some(end) = value_end(call.rest.as_bytes()) else {
        return fault(Fault::CutShort);
    };
    if end == 0 {
        return fault(Fault::NotJson);
    }
    let (json, after) = call.rest.split_at(end);
    let after = skip_trivia(after);
    let Some(after) = after.strip_prefix(')') else {
        return if after.is_empty() {
            fault(Fault::CutShort)
        } else {
            fault(Fault::NotJson)
        };
    };
    if skip_end(after).is_empty() {
        Ok(json)
    } else {
        fault(Fault::Trailing)
    }
}

/// Where the JSON value at the start of a text ends, according to its brackets and quotes; `None`
/// if it does not end.
fn value_end(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        match text.get(at)? {
            b'"' => {
                at = string_end(text, at + 1)?;
                if depth == 0 {
                    return Some(at);
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 1 => depth -= 1,
            b'}' | b']' if depth == 1 => return Some(at + 1),
            _ if depth > 0 => {}
            _ => break,
        }
        at += 1;
    }
    // A number or a word.
    let more = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    Some(text.iter().position(|b| !more(b)).unwrap_or(text.len()))
}

/// The end of the string that was opened just before `at`, after its closing quote.
fn string_end(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{
        ProptestConfig, Strategy, any, prop, prop_assert, prop_oneof, proptest,
    };

    use super::{callback_of, unwrap};
    use crate::jsonp::Callback;

    #[track_caller]
    fn gives(text: &str, json: &str) {
        let cb = Callback::new("a.cb").unwrap();
        assert_eq!(unwrap(text, Some(&cb)), Ok(json));
        assert_eq!(unwrap(text, None), Ok(json));
    }

    #[track_caller]
    fn refused(text: &str, message: &str) {
        let cb = Callback::new("a.cb").unwrap();
        assert_eq!(unwrap(text, Some(&cb)).unwrap_err().to_string(), message);
    }

    #[test]
    fn the_usual_shapes_are_unwrapped() {
        for before in [
            "",
            "\u{feff}",
            " \r\n\t",
            ";",
            "/**/",
            "/**/ ",
            "/* a.cb([2]) */\n",
            "// a.cb([2])\n",
            "//\u{2028}",
            "/***//**/",
            "typeof a.cb === 'function' && ",
            "/**/ typeof a.cb === 'function' && ",
            "/**/typeof a.cb==\"function\"&&",
            "a.cb && ",
            "a.cb&&\n",
            "\u{feff}/**/a.cb /**/ && /**/ ",
        ] {
            for call in ["a.cb(", "a.cb (", "a.cb/**/(\n", "a.cb( /* x */ "] {
                for after in [
                    ")",
                    ");",
                    ") ;\n",
                    ");;",
                    " );\r\n",
                    ") // a.cb",
                    ");// )",
                    "); /* ) */",
                    "/**/);/* ) /* ) **/\n",
                    ")\u{a0}\u{feff}",
                ] {
                    for json in [
                        "{\"a\":\")]}\"}",
                        "[{}]",
                        "{}",
                        "[]",
                        "\"a\\\")\"",
                        "-1.5e+3",
                        "true",
                        "null",
                        "[\"\\\\\"]",
                    ] {
                        gives(&format!("{before}{call}{json}{after}"), json);
                    }
                }
            }
        }
    }

    #[test]
    fn plain_json_passes_without_its_byte_order_mark_and_blanks() {
        gives("\u{feff} {\"a\":1}\r\n", "{\"a\":1}");
        for json in ["[]", "\"cb(1)\"", "-0", "17", "true", "false", "null"] {
            gives(json, json);
        }
    }

    #[test]
    fn nothing_is_copied() {
        let text = String::from("a.cb([1])");
        let json = unwrap(&text, None).unwrap();
        assert!(text.as_bytes().as_ptr_range().contains(&json.as_ptr()));
    }

    #[test]
    fn only_the_requested_callback_is_accepted() {
        refused("cb([1])", "the text calls `cb`, but `a.cb` was asked for");
        refused(
            "b.a.cb([1])",
            "the text calls `b.a.cb`, but `a.cb` was asked for",
        );
        refused(
            "A.CB([1])",
            "the text calls `A.CB`, but `a.cb` was asked for",
        );
        refused(
            "typeof cb === 'function' && a.cb([1])",
            "the text tests for `cb`, but calls `a.cb`",
        );
        refused(
            "a.cb && cb([1])",
            "the text tests for `a.cb`, but calls `cb`",
        );
        assert_eq!(unwrap("cb([1])", None), Ok("[1]"));
    }

    #[test]
    fn text_that_is_not_a_call_is_refused() {
        refused("", "the text is empty; expected JSON or a function call");
        refused(
            "\u{feff}\n",
            "the text is empty; expected JSON or a function call",
        );
        for text in [
            "<!DOCTYPE html>",
            "Too many requests",
            "a.cb",
            "a.cb;",
            "a.cb = [1]",
            "(a.cb)([1])",
            "eval([1])",
            "new a.cb([1])",
            "a..cb([1])",
            "a.cb`x`",
            "typeof a.cb && a.cb([1])",
            "typeof a.cb === 'object' && a.cb([1])",
            "typeof a.cb === 'function'",
            "a.cb || a.cb([1])",
            "/* a.cb([1])",
            "// a.cb([1])",
            "/**/",
            "nullx",
            ")]}'",
            "a\u{0301}(1)",
        ] {
            refused(text, "the text is neither JSON nor a function call");
        }
        refused(
            &format!("{}([1])", "a".repeat(65)),
            "the text is neither JSON nor a function call",
        );
    }

    #[test]
    fn a_call_must_hold_one_value_and_end_the_text() {
        refused("a.cb()", "the call of `a.cb` has no argument");
        refused("a.cb(/**/)", "the call of `a.cb` has no argument");
        for text in [
            "a.cb(",
            "a.cb([1]",
            "a.cb({\"a\":\")\"",
            "a.cb(\"a)",
            "a.cb(\"a\\",
            "a.cb(1",
            "a.cb([1] // )",
        ] {
            refused(
                text,
                "the call of `a.cb` is cut short: its closing bracket is missing",
            );
        }
        for text in [
            "a.cb([1],2)",
            "a.cb([1],)",
            "a.cb(1;)",
            "a.cb(,)",
            "a.cb(;)",
            "a.cb(])",
            "a.cb('a')",
            "a.cb(a.cb(1))",
            "a.cb([1];/*",
        ] {
            refused(text, "the argument of `a.cb` is not one JSON value");
        }
        for text in [
            "a.cb(1));",
            "a.cb([1]);alert(1)",
            "a.cb(1);alert(1);a.cb(2)",
            "a.cb([1]) /*",
            "a.cb([1]).then",
            "a.cb([1]);<p>",
            "a.cb(\"\")(\"\")",
        ] {
            refused(
                text,
                "the call of `a.cb` is followed by something else; exactly one call is allowed",
            );
        }
    }

    #[test]
    fn what_is_left_to_the_decoder_is_refused_by_it() {
        for text in [
            "a.cb({});alert(1);a.cb({})",
            "a.cb([1]);alert(1);a.cb([2]);",
            "a.cb({}) // or a.cb({})",
            "a.cb({\"a\":1}/**/,{})",
            "a.cb([1}])",
        ] {
            let json = unwrap(text, None).unwrap();
            assert!(
                serde_json::from_str::<serde_json::Value>(json).is_err(),
                "{json}"
            );
        }
    }

    #[test]
    fn the_name_that_is_called_can_be_told_without_a_body() {
        assert_eq!(callback_of("/**/a.cb({"), Some("a.cb"));
        assert_eq!(callback_of(";a.cb && a.cb(<"), Some("a.cb"));
        for text in ["", "[1]", "null", "a.cb", "<html>", "a.cb && b([1])"] {
            assert_eq!(callback_of(text), None);
        }
    }

    #[test]
    fn an_odd_body_of_megabytes_takes_linear_time() {
        let started = std::time::Instant::now();
        for unit in [
            "/**/", "//\n", "/*", "(", ")", "a.cb(", "\"", "[", ";", "a.cb&&",
        ] {
            let _ = unwrap(&unit.repeat(1_000_000), None);
            let _ = unwrap(&format!("a.cb({}", unit.repeat(1_000_000)), None);
            let _ = unwrap(&format!("a.cb([{}", unit.repeat(1_000_000)), None);
        }
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }

    /// Pieces that have a meaning for the reader, among arbitrary text.
    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            prop::sample::select(vec![
                "a.cb",
                "cb",
                "(",
                ")",
                ";",
                "{",
                "}",
                "[",
                "]",
                "\"",
                "\\",
                "/*",
                "*/",
                "//",
                "\n",
                "\u{2028}",
                "\u{feff}",
                "typeof ",
                "===",
                "'function'",
                "&&",
                "1",
                "true",
                ",",
                ":"
            ])
            .prop_map(str::to_owned),
            any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

        #[test]
        fn no_text_makes_it_panic_and_what_is_returned_is_inside(text in pieces()) {
            let cb = Callback::new("a.cb").unwrap();
            for expected in [None, Some(&cb)] {
                if let Ok(json) = unwrap(&text, expected) {
                    prop_assert!(!json.is_empty() && text.contains(json));
                }
            }
            let _ = callback_of(&text);
        }

        #[test]
        fn no_text_at_all_makes_it_panic(text in any::<String>()) {
            let _ = unwrap(&text, None);
            let _ = callback_of(&text);
            let _ = unwrap(&format!("cb({text}"), None);
        }
    }
}
