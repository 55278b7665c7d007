//! What the document says about one place of an answer: its JSON types, words, members and rows.
//! The tables themselves are generated from the document.

use std::fmt;

/// A type of JSON.
///
/// ```
/// assert_eq!(cpalead::drift::JsonType::Boolean.to_string(), "boolean");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JsonType {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number, whole or not.
    Number,
    /// A text.
    String,
    /// A list.
    Array,
    /// An object.
    Object,
}

impl JsonType {
    /// The type of a JSON text, by its first character.
    pub(crate) fn of(json: &str) -> Self {
        match json.trim_start().as_bytes().first() {
            Some(b'n') => Self::Null,
            Some(b't' | b'f') => Self::Boolean,
            Some(b'"') => Self::String,
            Some(b'[') => Self::Array,
            Some(b'{') => Self::Object,
            _ => Self::Number,
        }
    }

    /// The name that JSON Schema has for it: `null`, `boolean`, `number`, `string`, `array` or
    /// `object`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

impl fmt::Display for JsonType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is known of one place.
#[derive(Debug)]
pub(crate) struct Known {
    /// What may be there.
    pub(crate) types: &'static [JsonType],
    /// The words of an open set; empty where there is no such set.
    pub(crate) values: &'static [&'static str],
    /// The members of an object, in the order of their names.
    pub(crate) members: &'static [Member],
    /// What stands under each key of a map.
    pub(crate) entries: Option<&'static Known>,
    /// What stands in a list.
    pub(crate) items: Option<&'static Known>,
}

/// One member of an object.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) known: Known,
}

impl Known {
    /// Whether a JSON text may be there. PHP writes `false` for a value that it does not have.
    pub(crate) fn takes(&self, json: &str) -> bool {
        let is_absent = json == "false" && self.types.contains(&JsonType::Null);
        is_absent || self.types.contains(&JsonType::of(json))
    }

    /// The member with this name, and its number.
    pub(crate) fn member(&self, name: &str) -> Option<(usize, &'static Member)> {
        let found = self
            .members
            .binary_search_by(|member| member.name.cmp(name));
        found.ok().map(|at| (at, &self.members[at]))
    }
}
