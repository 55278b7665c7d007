//! Wraps JSON into a call that is safe to serve as a script and inside a `<script>` element.

use std::borrow::Cow;
use std::fmt;

use serde::de::IgnoredAny;

use super::callback::Callback;
use super::surrogates::without_lone_surrogates;

/// The content type to send with a [`wrap`]ped text.
///
/// It includes the charset, because with a different one, bytes inside strings could become quotes.
pub const CONTENT_TYPE: &str = "application/javascript; charset=utf-8";

/// The header, name and value, to send with a [`wrap`]ped text.
///
/// It prevents browsers from guessing a different type from the content.
pub const NOSNIFF: (&str, &str) = ("x-content-type-options", "nosniff");

/// How deeply lists and objects may be nested: as deeply as the usual decoder reads.
const MAX_DEPTH: usize = 127;

/// A script that calls `callback` with `json` and does nothing else.
///
/// ```
/// use cpalead::jsonp::{Callback, wrap};
///
/// let cb = Callback::new("cb").unwrap();
/// assert_eq!(
///     wrap(&cb, r#" {"title":"</script>"} "#).unwrap(),
///     r#"/**/cb({"title":"\u003c/script\u003e"});"#,
/// );
/// assert!(wrap(&cb, "[1]);alert(1").is_err());
/// ```
///
/// The text must be exactly one JSON value. `<`, `>`, U+2028 and U+2029 are written as escapes.
/// They occur in JSON only inside strings, so the value stays the same, and no string can end the
/// script element or the line. Half of a surrogate pair, which is not a character, becomes U+FFFD.
/// The comment at the start means that an attacker cannot choose the
/// first bytes. Serve the script with [`CONTENT_TYPE`] and [`NOSNIFF`], or put it into a script
/// element of an HTML page.
///
/// # Errors
///
/// When the text is not exactly one JSON value, is nested deeper than 127 levels, or has an object
/// key `__proto__`. In a script that key would set the prototype of the object, whereas a JSON
/// decoder makes it an ordinary entry. The error never contains the text.
pub fn wrap(callback: &Callback, json: &str) -> Result<String, WrapError> {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(json) {
        return Err(WrapError(Fault::NotJson {
            line: error.line(),
            column: error.column(),
        }));
    }
    wrap_valid(callback, json)
}

/// The same as [`wrap`], for a text that is known to be exactly one JSON value and is not parsed
/// again.
///
/// # Errors
///
/// When the text is nested too deeply or has an object key `__proto__`, as for [`wrap`].
pub(crate) fn wrap_valid(callback: &Callback, json: &str) -> Result<String, WrapError> {
    let json = json.trim_matches([' ', '\t', '\r', '\n']);
    let mut script = String::with_capacity(json.len() + callback.as_str().len() + 16);
    script.push_str("/**/");
    script.push_str(callback.as_str());
    script.push('(');
    check_structure(json)?;
    let repaired = without_lone_surrogates(json);
    escape_into(&mut script, repaired.as_deref().unwrap_or(json));
    script.push_str(");");
    Ok(script)
}

/// Why a text was not wrapped; it never contains the text.
///
/// ```
/// use cpalead::jsonp::{Callback, wrap};
///
/// let cb = Callback::new("cb").unwrap();
/// let error = wrap(&cb, "[1,]").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the text is not exactly one JSON value: look at line 1, column 4",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrapError(Fault);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    NotJson { line: usize, column: usize },
    TooDeep,
    Prototype,
}

impl fmt::Display for WrapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Fault::NotJson { line, column } => {
                write!(f, "the text is not exactly one JSON value: look at line {line}, column {column}")
            }
            Fault::TooDeep => write!(f, "the JSON text is nested deeper than {MAX_DEPTH} levels; make it flatter"),
            Fault::Prototype => f.write_str(
                "the JSON text has an object key `__proto__`, which in a script would set the prototype of the object; rename or remove it",
            ),
        }
    }
}

impl std::error::Error for WrapError {}

/// Refuses deep nesting, and the key that has a different meaning in a script.
fn check_structure(json: &str) -> Result<(), WrapError> {
    let bytes = json.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let start = at;
                at = string_end(bytes, at);
                if is_proto(&json[start..at - 1])
                    && bytes[at..].trim_ascii_start().first() == Some(&b':')
                {
                    return Err(WrapError(Fault::Prototype));
                }
            }
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(WrapError(Fault::TooDeep));
        }
    }
    Ok(())
}

/// The end of the string that was opened just before `at`, after its closing quote, which valid
/// JSON always has.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Whether the content of a JSON string is `__proto__`, escaped or not.
fn is_proto(inside: &str) -> bool {
    const NAME: &str = "__proto__";
    if !inside.contains('\\') {
        return inside == NAME;
    }
    // The longest form spells each of the nine letters as `\u` and four digits.
    if inside.len() > NAME.len() * 6 {
        return false;
    }
    let quoted = format!("\"{inside}\"");
    serde_json::from_str::<Cow<'_, str>>(&quoted).is_ok_and(|name| name == NAME)
}

/// Copies JSON, and escapes the characters that have a meaning in HTML or in older JavaScript.
fn escape_into(script: &mut String, json: &str) {
    let mut copied = 0;
    for (at, byte) in json.bytes().enumerate() {
        let escape = match byte {
            b'<' => "\\u003c",
            b'>' => "\\u003e",
            // The first byte of both separators. Checking it first avoids decoding the other
            // characters.
            0xe2 if json[at..].starts_with('\u{2028}') => "\\u2028",
            0xe2 if json[at..].starts_with('\u{2029}') => "\\u2029",
            _ => continue,
        };
        script.push_str(&json[copied..at]);
        script.push_str(escape);
        copied = at
            + if byte == 0xe2 {
                '\u{2028}'.len_utf8()
            } else {
                1
            };
    }
    script.push_str(&json[copied..]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{
        Just, ProptestConfig, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest,
    };
    use serde_json::{Map, Value};

    use super::{MAX_DEPTH, wrap};
    use crate::jsonp::{Callback, unwrap};

    fn cb() -> Callback {
        Callback::new("shop.cb").unwrap()
    }

    #[track_caller]
    fn gives(json: &str, script: &str) {
        assert_eq!(wrap(&cb(), json).unwrap(), script);
    }

    #[track_caller]
    fn refused(json: &str, message: &str) {
        assert_eq!(wrap(&cb(), json).unwrap_err().to_string(), message);
    }

    #[test]
    fn a_value_becomes_the_argument_of_one_call() {
        gives("{\"a\":[1,null]}", "/**/shop.cb({\"a\":[1,null]});");
        gives(" \r\n\t[ 1 ]\n", "/**/shop.cb([ 1 ]);");
        gives("\"\"", "/**/shop.cb(\"\");");
        gives("-0.0e-1", "/**/shop.cb(-0.0e-1);");
    }

    #[test]
    fn what_could_end_the_script_or_the_line_is_escaped() {
        gives(
            r#""</script><!--]]>""#,
            r#"/**/shop.cb("\u003c/script\u003e\u003c!--]]\u003e");"#,
        );
        gives("\"\u{2028}\u{2029}\"", r#"/**/shop.cb("\u2028\u2029");"#);
        // Half an emoji is not a character.
        gives(r#""fraud \ud83d""#, r#"/**/shop.cb("fraud \ufffd");"#);
        gives("{\"<\":\"&\"}", r#"/**/shop.cb({"\u003c":"&"});"#);
        gives(r#""\\<\"""#, r#"/**/shop.cb("\\\u003c\"");"#);
        gives(r#""\ud800 ü \u0000""#, r#"/**/shop.cb("\ufffd ü \u0000");"#);
    }

    #[test]
    fn what_is_not_exactly_one_value_is_refused() {
        refused(
            "",
            "the text is not exactly one JSON value: look at line 1, column 0",
        );
        refused(
            "[1,]",
            "the text is not exactly one JSON value: look at line 1, column 4",
        );
        refused(
            "[1]);alert(1",
            "the text is not exactly one JSON value: look at line 1, column 4",
        );
        refused(
            "{}\n{}",
            "the text is not exactly one JSON value: look at line 2, column 1",
        );
        for text in [
            "\u{feff}[]",
            "[1]//",
            "'a'",
            "NaN",
            "undefined",
            "01",
            "\"a\nb\"",
            "\"a\u{1}\"",
            "\"\\x\"",
            "[<]",
            "\u{a0}1",
            "{a:1}",
            "alert(1)",
        ] {
            assert!(wrap(&cb(), text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_key_that_sets_a_prototype_is_refused_in_every_spelling() {
        const MESSAGE: &str = "the JSON text has an object key `__proto__`, which in a script would set the prototype of the object; rename or remove it";
        refused(r#"{"__proto__":{}}"#, MESSAGE);
        refused("[{\"a\":{\"__proto__\" \n:1}}]", MESSAGE);
        refused(r#"{"\u005f_proto\u005F_":1}"#, MESSAGE);
        refused(
            r#"{"\u005f\u005f\u0070\u0072\u006f\u0074\u006f\u005f\u005f":1}"#,
            MESSAGE,
        );
        gives(r#"["__proto__"]"#, r#"/**/shop.cb(["__proto__"]);"#);
        gives(
            r#"{"a":"__proto__","__proto":1}"#,
            r#"/**/shop.cb({"a":"__proto__","__proto":1});"#,
        );
        gives(r#"{"\"__proto__":1}"#, r#"/**/shop.cb({"\"__proto__":1});"#);
    }

    #[test]
    fn nesting_may_be_as_deep_as_a_decoder_reads() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let script = wrap(&cb(), &nested(MAX_DEPTH)).unwrap();
        assert!(serde_json::from_str::<Value>(unwrap(&script, Some(&cb())).unwrap()).is_ok());
        let deep = nested(MAX_DEPTH + 1);
        assert!(serde_json::from_str::<Value>(&deep).is_err());
        refused(
            &deep,
            "the JSON text is nested deeper than 127 levels; make it flatter",
        );
        refused(
            &nested(1_000_000),
            "the JSON text is nested deeper than 127 levels; make it flatter",
        );
    }

    /// Any JSON value, in which some strings are those that matter here.
    fn value() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            any::<String>(),
            prop::sample::select(vec![
                "</script>",
                "<!--",
                "]]>",
                "\u{2028}\u{2029}",
                ");alert(1)//",
                "\"",
                "\\",
                "*/",
                "__proto__",
                "\u{feff}"
            ])
            .prop_map(str::to_owned),
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            text.clone().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 6, move |inner| {
            let entry = (
                text.clone()
                    .prop_filter("refused by design", |key| key != "__proto__"),
                inner.clone(),
            );
            prop_oneof![
                prop::collection::vec(inner, 0..6).prop_map(Value::from),
                prop::collection::vec(entry, 0..6)
                    .prop_map(|entries| Value::from(Map::from_iter(entries))),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

        #[test]
        fn unwrapping_gives_back_the_value_that_was_wrapped(value in value(), pretty in any::<bool>()) {
            let json = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            let script = wrap(&cb(), &json).unwrap();
            prop_assert_eq!(script.find(['<', '>', '\u{2028}', '\u{2029}']), None);
            let back = unwrap(&script, Some(&cb())).unwrap();
            prop_assert_eq!(serde_json::from_str::<Value>(back).unwrap(), serde_json::from_str::<Value>(&json).unwrap());
            // Wrapping again what came out changes nothing more.
            prop_assert_eq!(wrap(&cb(), back).unwrap(), script);
        }

        #[test]
        fn no_text_makes_it_panic_and_only_json_is_wrapped(text in any::<String>()) {
            for text in [text.clone(), format!("\"{text}\""), format!("[\"{text}"), format!("{{\"{text}\":1}}")] {
                let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
                prop_assert_eq!(wrap(&cb(), &text).is_ok(), is_json);
            }
        }
    }
}
