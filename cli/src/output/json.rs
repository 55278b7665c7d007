//! JSON as it is printed: on one line or indented, harmless on a terminal, with the provider's
//! unknown fields as they came.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::io;

use cpalead::plain;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

/// The value on one line.
pub(super) fn line(value: &impl Serialize) -> io::Result<String> {
    Ok(harmless(&serde_json::to_string(value)?).into_owned())
}

/// The value on several lines, indented.
pub(super) fn pretty(value: &impl Serialize) -> io::Result<String> {
    Ok(harmless(&serde_json::to_string_pretty(value)?).into_owned())
}

/// Escapes characters that JSON allows but that a terminal acts on. They occur only inside strings,
/// so the value stays the same. Line breaks and tabs occur only between values, and stay.
pub(super) fn harmless(json: &str) -> Cow<'_, str> {
    let hidden = |c: char| !matches!(c, '\n' | '\r' | '\t') && plain::is_hidden(c);
    if !json.contains(hidden) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// JSON with a blank in place of each line break. A line break in JSON is layout, because the ones
/// inside strings are escaped.
pub(super) fn one_line(json: &str) -> Cow<'_, str> {
    if json.contains(['\n', '\r']) {
        Cow::Owned(json.replace(['\n', '\r'], " "))
    } else {
        Cow::Borrowed(json)
    }
}

/// Fields of an object, with their values as they came.
#[derive(Debug, Default)]
pub(super) struct RawFields(Vec<(String, Box<RawValue>)>);

impl RawFields {
    /// The fields of an object; none if the text is not an object.
    ///
    /// The digits of a number and the order of the fields are kept. A field that is there twice has
    /// its last value, as for other readers of JSON.
    pub(super) fn of(json: &str) -> RawFields {
        serde_json::from_str(&one_line(json)).unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The other fields than those with such a name.
    pub(super) fn without(mut self, is_such: impl Fn(&str) -> bool) -> RawFields {
        self.0.retain(|(name, _)| !is_such(name));
        self
    }
}

impl Serialize for RawFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for RawFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawFields, D::Error> {
        struct FieldsVisitor;

        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = RawFields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawFields, A::Error> {
                let mut fields: Vec<(String, Box<RawValue>)> = Vec::new();
                let mut places: HashMap<String, usize> = HashMap::new();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    match places.get(&name) {
                        Some(&at) => fields[at].1 = value,
                        None => {
                            places.insert(name.clone(), fields.len());
                            fields.push((name, value));
                        }
                    }
                }
                Ok(RawFields(fields))
            }
        }

        deserializer.deserialize_map(FieldsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::{RawFields, harmless, line};

    #[test]
    fn escaped_json_is_the_same_value_and_harmless_on_a_terminal() {
        let text = "\u{9b}31m\u{202e}x\u{e0041}é\u{7f}";
        let plain = serde_json::to_string(text).unwrap();
        let json = harmless(&plain);
        assert_eq!(json, r#""\u009b31m\u202ex\udb40\udc41é\u007f""#);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    #[track_caller]
    fn check(json: &str, expected: &str) {
        let fields = RawFields::of(json).without(|name| name == "id");
        assert_eq!(line(&fields).unwrap(), expected, "{json}");
    }

    #[test]
    fn unknown_fields_keep_their_text_and_are_on_one_line() {
        check(
            r#"{"z":1.10,"id":7,"a":{"b": 12345678901234567890123.0}}"#,
            r#"{"z":1.10,"a":{"b": 12345678901234567890123.0}}"#,
        );
        check("{\"a\":[1,\r\n\t2]}", "{\"a\":[1,  \t2]}");
        check(r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#);
        check(r#"{"\u0069d":1,"x\ny":null}"#, r#"{"x\ny":null}"#);
        check("7", "{}");
    }
}
