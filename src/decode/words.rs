//! The provider's words for a refusal, wherever an answer has them.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::defect::bounded;

/// The longest text outside of JSON that is taken for words.
const PLAIN_CHARS: usize = 500;

/// The words in the members of an answer that are about how it went.
#[derive(Debug, Default, Deserialize)]
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
        let says_so = |raw: &&RawValue| {
            let nothing = [
                "false",
                "0",
                "null",
                "\"\"",
                "\"0\"",
                "\"false\"",
                "[]",
                "{}",
            ];
            !nothing.contains(&raw.get())
        };
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
            .find_map(|raw| words_of(raw, 0));
        direct.or_else(|| {
            // `data` may hold anything: only an object with words in it counts.
            let data = self.data.filter(|data| data.get().starts_with('{'))?;
            words_of(data, 0)
        })
    }
}

/// The words in a value: a text, the first of a list, or those of an object.
fn words_of(raw: &RawValue, depth: u8) -> Option<String> {
    let json = raw.get();
    if depth > 2 {
        return None;
    }
    match json.as_bytes().first()? {
        b'"' => {
            let text = serde_json::from_str::<Cow<'_, str>>(json).ok()?;
            Some(bounded(text.trim())).filter(|text| !matches!(text.as_str(), "" | "true" | "1"))
        }
        b'[' => {
            let list = serde_json::from_str::<Vec<&RawValue>>(json).ok()?;
            list.into_iter().find_map(|raw| words_of(raw, depth + 1))
        }
        b'{' => {
            let said = serde_json::from_str::<Said<'_>>(json).ok()?;
            let members = [
                said.message,
                said.error_msg,
                said.msg,
                said.error,
                said.errors,
            ];
            members
                .into_iter()
                .flatten()
                .find_map(|raw| words_of(raw, depth + 1))
        }
        _ => None,
    }
}

/// The provider's words in the body of a failure: in JSON, or a short text that is not a page.
pub(crate) fn words_of_failure(body: &str) -> Option<String> {
    let text = body.trim_start_matches('\u{feff}').trim();
    if text.starts_with('{') {
        let said = serde_json::from_str::<Said<'_>>(text).ok()?;
        let status = || said.status.and_then(|raw| words_of(raw, 0));
        return said.words().or_else(status);
    }
    if text.starts_with('"') {
        return words_of(serde_json::from_str(text).ok()?, 0);
    }
    let is_words = !text.is_empty() && !text.starts_with(['<', '[']);
    let is_short = text.chars().nth(PLAIN_CHARS).is_none();
    (is_words && is_short).then(|| text.to_owned())
}

/// Whether words say that a list is empty, such as "No conversions found".
pub(super) fn says_none(words: &str, list: &str) -> bool {
    let words = words.trim().to_ascii_lowercase();
    let about = [list, "result", "record", "row", "data", "lead", "found"];
    words.starts_with("no ") && about.iter().any(|about| words.contains(about))
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
        assert!(!says_none("No permission", "reversals"));
        assert!(!says_none("Not found", "reversals"));
    }
}
