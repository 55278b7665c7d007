//! One proposed action of the overlay, and its text.

use serde::Serialize;
use serde_json::Value;

/// A proposed action, without its evidence.
#[derive(Debug)]
pub(super) struct Action {
    /// Where it applies, as a JSON pointer.
    pub(super) target: String,
    /// How often each part was seen.
    pub(super) counts: Vec<String>,
    pub(super) description: &'static str,
    pub(super) reason: &'static str,
    /// What the document says now, where that is replaced.
    pub(super) old: Option<Value>,
    pub(super) update: Value,
}

/// The action in the order in which the overlay writes it.
#[derive(Serialize)]
struct Written<'a> {
    target: String,
    description: &'a str,
    #[serde(rename = "x-kind")]
    kind: &'a str,
    #[serde(rename = "x-reason")]
    reason: &'a str,
    #[serde(rename = "x-evidence")]
    evidence: &'a str,
    #[serde(rename = "x-old", skip_serializing_if = "Option::is_none")]
    old: Option<&'a Value>,
    update: &'a Value,
}

impl Action {
    /// The action as an element of the overlay's `actions`, with the counts in front as a comment.
    pub(super) fn to_yaml(&self, evidence: &str) -> Result<String, String> {
        let written = Written {
            target: json_path(&self.target),
            description: self.description,
            kind: match self.old {
                Some(_) => "correction",
                None => "supply",
            },
            reason: self.reason,
            evidence,
            old: self.old.as_ref(),
            update: &self.update,
        };
        let yaml = yaml_serde::to_string(&[written])
            .map_err(|error| format!("the proposal cannot be written: {error}"))?;
        let mut text = String::from("\n");
        for count in &self.counts {
            text.push_str(&format!("  # {count}\n"));
        }
        for line in yaml.lines() {
            text.push_str(&format!("  {line}\n"));
        }
        Ok(text)
    }
}

/// The JSONPath of a JSON pointer, such as `$.components.schemas.Answer.oneOf[1].properties`.
fn json_path(pointer: &str) -> String {
    let mut path = String::from("$");
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        if token.bytes().all(|byte| byte.is_ascii_digit()) {
            path.push_str(&format!("[{token}]"));
        } else if token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            path.push_str(&format!(".{token}"));
        } else {
            let token = token.replace('\\', "\\\\").replace('\'', "\\'");
            path.push_str(&format!("['{token}']"));
        }
    }
    path
}
