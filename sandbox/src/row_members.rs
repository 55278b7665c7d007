//! Owns the reading of a chosen row: one JSON object, with its members in their order and as they
//! are written.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::text::{Style, excerpt, quoted};

/// The largest chosen row, in bytes.
pub(crate) const MAX_ROW: usize = 65_536;

/// Why a chosen offer, conversion or reversal was refused.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// let sandbox = cpalead_sandbox::Sandbox::start().await?;
/// let refused = sandbox.add_offer(r#"{"title": "An offer"}"#).unwrap_err();
/// assert_eq!(refused.to_string(), "id is required: a positive integer");
/// # Ok(())
/// # })
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongRow {
    message: String,
}

impl WrongRow {
    pub(crate) fn new(message: impl Into<String>) -> WrongRow {
        WrongRow {
            message: message.into(),
        }
    }

    /// The member `name` has the JSON value `json`, and only `allowed` is.
    pub(crate) fn member(name: &str, json: &str, allowed: &str) -> WrongRow {
        let json = excerpt(json);
        WrongRow::new(format!("{name} must be {allowed}, not {json}"))
    }
}

impl fmt::Display for WrongRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for WrongRow {}

/// The members of one JSON object: names, and values as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Members(Vec<(String, String)>);

impl Members {
    /// Members of which the names are known and differ.
    pub(crate) fn of<const N: usize>(members: [(&str, String); N]) -> Members {
        Members(members.map(|(name, json)| (name.to_owned(), json)).into())
    }

    /// Reads an object.
    ///
    /// # Errors
    ///
    /// When the text is too long, is not one JSON object, or has a member twice.
    pub(crate) fn read(json: &str) -> Result<Members, WrongRow> {
        if json.len() > MAX_ROW {
            return Err(WrongRow::new(format!(
                "the row has {} bytes: at most {MAX_ROW} are allowed",
                json.len()
            )));
        }
        let read: Raw = serde_json::from_str(json)
            .map_err(|error| WrongRow::new(format!("the row must be one JSON object: {error}")))?;
        let mut names = HashSet::new();
        if let Some((name, _)) = read.0.iter().find(|(name, _)| !names.insert(name)) {
            let name = excerpt(name);
            return Err(WrongRow::new(format!("{name} is given more than once")));
        }
        Ok(Members(read.0))
    }

    /// The value of a member as JSON.
    pub(crate) fn json(&self, name: &str) -> Option<&str> {
        let (_, json) = self.0.iter().find(|(member, _)| member == name)?;
        Some(json)
    }

    /// A text, or the digits of a number. Null counts as missing.
    ///
    /// # Errors
    ///
    /// When the value is of another type.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, WrongRow> {
        let Some(json) = self.json(name).filter(|json| *json != "null") else {
            return Ok(None);
        };
        if json.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            return Ok(Some(json.to_owned()));
        }
        let text = serde_json::from_str(json)
            .map_err(|_| WrongRow::member(name, json, "a text or a number"))?;
        Ok(Some(text))
    }

    /// Removes a member and returns its text.
    ///
    /// # Errors
    ///
    /// When the value is not a text, a number or null.
    pub(crate) fn take_text(&mut self, name: &str) -> Result<Option<String>, WrongRow> {
        let text = self.text(name)?;
        self.0.retain(|(member, _)| member != name);
        Ok(text)
    }

    /// Adds a member at the end unless the name is there.
    pub(crate) fn or_else(&mut self, name: &str, json: impl FnOnce() -> String) {
        if self.json(name).is_none() {
            self.0.push((name.to_owned(), json()));
        }
    }

    pub(crate) fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }
}

impl fmt::Display for Members {
    /// Writes the object as JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = '{';
        for (name, json) in &self.0 {
            write!(f, "{between}{}:{json}", quoted(name, Style::Plain))?;
            between = ',';
        }
        f.write_str(if between == '{' { "{}" } else { "}" })
    }
}

/// The members as serde reads them, repeated ones too.
struct Raw(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_map(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
            members.push((name, value.get().to_owned()));
        }
        Ok(Raw(members))
    }
}

#[cfg(test)]
mod tests {
    use crate::row_members::{MAX_ROW, Members};

    #[track_caller]
    fn refused(json: &str, message: &str) {
        assert_eq!(Members::read(json).unwrap_err().to_string(), message);
    }

    #[test]
    fn an_object_is_written_as_it_was_read() {
        for json in [
            "{}",
            r#"{"b":1.50,"a":"\ud83d","ü\"":{"x": [1, 2]},"z":null}"#,
        ] {
            assert_eq!(Members::read(json).unwrap().to_string(), json);
        }
    }

    #[test]
    fn only_one_object_without_repeated_names_is_read() {
        refused(
            "[1]",
            "the row must be one JSON object: invalid type: sequence, expected an object at line 1 column 0",
        );
        refused(
            "{} {}",
            "the row must be one JSON object: trailing characters at line 1 column 4",
        );
        refused(r#"{"a":1,"b":2,"a":1}"#, "a is given more than once");
        let long = format!("\"{}\"", "a".repeat(MAX_ROW));
        refused(&long, "the row has 65538 bytes: at most 65536 are allowed");
        let deep = format!("{{\"a\":{}", "[".repeat(60_000));
        assert!(Members::read(&deep).is_err());
    }

    #[test]
    fn a_number_is_read_as_its_digits() {
        let members = Members::read(r#"{"a":0.50,"b":"x","c":null,"d":[]}"#).unwrap();
        assert_eq!(members.text("a").unwrap().as_deref(), Some("0.50"));
        assert_eq!(members.text("b").unwrap().as_deref(), Some("x"));
        assert_eq!(members.text("c").unwrap(), None);
        assert_eq!(
            members.text("d").unwrap_err().to_string(),
            "d must be a text or a number, not []"
        );
    }
}
