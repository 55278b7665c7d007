//! The provider's words for a refusal, wherever an answer has them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::defect::bounded;
use super::json::php_message;

/// The longest text outside of JSON that is taken for words.
const PLAIN_CHARS: usize = 500;

/// The words in the members of an answer that are about how it went.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Said<'a> {
    #[serde(borrow)]
    pub(super) message: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) error: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) errors: Option<&'a RawValue>,
    #[serde(
        borrow,
        alias = "error_msg",
        alias = "errorMessage",
        alias = "error_message",
        rename = "errorMsg"
    )]
    pub(super) error_msg: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) msg: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) data: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) status: Option<&'a RawValue>,
}

impl Said<'_> {
    /// Whether a member that exists for failures says something.
    pub(super) fn fails(&self) -> bool {
        let says_so = |raw: &&RawValue| !is_nothing(raw.get());
        self.error.iter().any(says_so)
            || self.errors.iter().any(says_so)
            || self.error_msg.iter().any(says_so)
    }

    /// The words themselves, the most telling first.
    pub(super) fn words(&self) -> Option<String> {
        let members = [
            self.message,
            self.error,
            self.errors,
            self.error_msg,
            self.msg,
        ];
        let direct = members
            .into_iter()
            .flatten()
            .find_map(|raw| words_of(raw, NAMED));
        direct.or_else(|| {
            // `data` may hold anything: only an object with words in it counts.
            let data = self.data.filter(|data| data.get().starts_with('{'))?;
            words_of(data, 0)
        })
    }
}

/// The depth of a value that stands under a name for words.
const NAMED: u8 = 1;

/// Whether a member that exists for failures says that there is none.
fn is_nothing(json: &str) -> bool {
    match json.as_bytes().first() {
        Some(b'"') => {
            let text = serde_json::from_str::<Cow<'_, str>>(json).unwrap_or_default();
            let text = text.trim().to_ascii_lowercase();
            matches!(text.as_str(), "" | "0" | "false" | "none" | "null") || is_zero(&text)
        }
        Some(b'[' | b'{') => json[1..json.len() - 1].trim().is_empty(),
        _ => matches!(json, "false" | "null") || is_zero(json),
    }
}

fn is_zero(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(|number| number == 0.0)
}

/// The words in a value: a text, the first of a list, or those of an object.
fn words_of(raw: &RawValue, depth: u8) -> Option<String> {
    let json = raw.get();
    if depth > 3 {
        return None;
    }
    match json.as_bytes().first()? {
        b'"' => {
            let text = serde_json::from_str::<Cow<'_, str>>(json).ok()?;
            Some(bounded(text.trim())).filter(|text| !matches!(text.as_str(), "" | "true" | "1"))
        }
        b'[' => {
            let First(first) = serde_json::from_str(json).ok()?;
            words_of(first?, depth + 1)
        }
        b'{' => {
            let said = serde_json::from_str::<Said<'_>>(json).ok();
            let members = said.map(|said| {
                [
                    said.message,
                    said.error_msg,
                    said.msg,
                    said.error,
                    said.errors,
                ]
            });
            let named = members.into_iter().flatten().flatten();
            let words = named.into_iter().find_map(|raw| words_of(raw, depth + 1));
            // Errors by field: the first of them.
            words.or_else(|| {
                let First(first) = serde_json::from_str(json).ok()?;
                words_of(first.filter(|_| depth >= NAMED)?, depth + 1)
            })
        }
        _ => None,
    }
}

/// The first element of a list, or the first value of an object.
struct First<'a>(Option<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for First<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FirstVisitor;

        impl<'de> Visitor<'de> for FirstVisitor {
            type Value = First<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list or an object")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let first = list.next_element()?;
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(First(first))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let first = map.next_entry::<IgnoredAny, _>()?;
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(First(first.map(|(_, value)| value)))
            }
        }

        deserializer.deserialize_any(FirstVisitor)
    }
}

/// The provider's words in the body of a failure: in JSON, or a short text that is not a page.
pub(crate) fn words_of_failure(body: &str) -> Option<String> {
    let text = body.trim_start_matches('\u{feff}').trim();
    let text = match php_message(text, None) {
        Some((_, Some(json))) => json,
        Some((message, None)) => return Some(message),
        None => text,
    };
    if text.starts_with(['{', '[', '"']) {
        // What stands behind the first value says nothing more.
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        let raw = values.next()?.ok()?;
        let said = serde_json::from_str::<Said<'_>>(raw.get()).ok();
        let words = said.as_ref().and_then(|said| {
            let status = || said.status.and_then(|raw| words_of(raw, 0));
            said.words().or_else(status)
        });
        return words.or_else(|| words_of(raw, 0));
    }
    let is_words = !text.is_empty() && !text.starts_with('<');
    let is_short = text.chars().nth(PLAIN_CHARS).is_none();
    (is_words && is_short).then(|| text.to_owned())
}

/// Whether words say that the list is empty, such as "No conversions found", and nothing else.
pub(super) fn says_none(words: &str, list: &str) -> bool {
    let words = words
        .trim()
        .trim_end_matches(['.', '!'])
        .to_ascii_lowercase();
    let Some(rest) = words.strip_prefix("no ") else {
        return false;
    };
    let rest = rest.strip_prefix("new ").unwrap_or(rest);
    let things = [
        list,
        "results",
        "records",
        "rows",
        "data",
        "leads",
        "bad leads",
    ];
    let rests = ["", " found", " available", " yet", " were found", " exist"];
    let ends = |rest: &str| {
        let about = ["for this", "for the", "for that", "in this", "between "];
        rests.contains(&rest)
            || rests.iter().any(|known| {
                let behind = rest.strip_prefix(known).unwrap_or_default();
                let behind = behind.strip_prefix(' ').unwrap_or_default();
                let is_range = ["period", "range", "subid", "sub-id", "date", "month", "day"]
                    .iter()
                    .any(|word| behind.contains(word));
                about.iter().any(|about| behind.starts_with(about)) && is_range
            })
    };
    things
        .iter()
        .any(|thing| rest.strip_prefix(thing).is_some_and(ends))
}

#[cfg(test)]
mod tests {
    use super::{says_none, words_of_failure};

    #[track_caller]
    fn check(body: &str, expected: Option<&str>) {
        assert_eq!(words_of_failure(body).as_deref(), expected, "{body}");
    }

    #[test]
    fn words_are_found_under_every_name_that_was_seen() {
        for body in [
            r#"{"status":"error","message":"Invalid api key"}"#,
            r#"{"errorMsg":"Invalid api key"}"#,
            r#"{"errors":["Invalid api key","x"]}"#,
            r#"{"errors":[{"message":"Invalid api key"}]}"#,
            r#"{"msg":"Invalid api key"}"#,
            r#"{"data":{"message":"Invalid api key"}}"#,
            r#"{"error":{"code":7,"message":"Invalid api key"}}"#,
            r#"{"error":"Invalid api key"}"#,
            r#"{"status":"Invalid api key"}"#,
            r#""Invalid api key""#,
            " Invalid api key\n",
            r#"{"status":"error","errors":{"api_key":["Invalid api key"]}}"#,
            r#"[{"message":"Invalid api key"}]"#,
            r#"{"message":"Invalid api key"} trailing"#,
            "<br />\n<b>Warning</b>: x in a on line 3<br />\n{\"message\":\"Invalid api key\"}",
        ] {
            check(body, Some("Invalid api key"));
        }
    }

    #[test]
    fn pages_lists_and_flags_have_no_words() {
        for body in [
            "",
            "<html>Denied</html>",
            "[1]",
            "{}",
            r#"{"error":true}"#,
            "{broken",
        ] {
            check(body, None);
        }
        check(&"long ".repeat(200), None);
    }

    #[test]
    fn a_list_can_be_empty_in_words() {
        assert!(says_none("No conversions found", "conversions"));
        assert!(says_none("no data", "reversals"));
        assert!(says_none(
            "No reversals found for this period.",
            "reversals"
        ));
        for refusal in [
            "No api key found",
            "No publisher found for this key",
            "No data permission: account suspended",
            "No lead access: your key was revoked",
            "No results: rate limit exceeded, 1 request per minute",
        ] {
            assert!(!says_none(refusal, "reversals"), "{refusal}");
        }
        assert!(!says_none("No permission", "reversals"));
        assert!(!says_none("Not found", "reversals"));
    }
}
