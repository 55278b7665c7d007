//! Makes values from a document printable: short, on one line, without control characters, quoted
//! as code.

use serde_json::Value;

const LONGEST: usize = 80;

/// A name from the document as code.
pub(super) fn name(text: &str) -> String {
    format!("`{}`", clean(text, LONGEST))
}

/// A value from the document as code.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::String(text) => name(text),
        Value::Null => "nothing".to_owned(),
        other => name(&other.to_string()),
    }
}

/// Names from the document, each as code, with commas.
pub(super) fn names<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = texts.into_iter().map(name).collect();
    quoted.join(", ")
}

/// The text on one line with at most `longest` characters, safe for a terminal and a code span.
///
/// Bidirectional and zero-width characters are replaced too, because they change what a reader
/// sees.
pub(super) fn clean(text: &str, longest: usize) -> String {
    let mut out = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == longest {
            out.push('…');
            break;
        }
        match character {
            '`' => out.push('\''),
            '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}' => out.push('\u{fffd}'),
            c if c.is_control() || c == '\u{2028}' || c == '\u{2029}' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// The sentence with its first letter in upper case and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}
