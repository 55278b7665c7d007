//! A small reading of JSON that shares nothing with the client: names in their order, and the raw
//! text of each value, so that no number changes.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The names and values of an object, in their order, doubled names included.
#[derive(Debug, Clone)]
pub(crate) struct Object<'a>(Vec<(String, &'a RawValue)>);

/// A JSON text by its outermost form.
#[derive(Debug)]
pub(crate) enum Json<'a> {
    Object(Object<'a>),
    List(Vec<&'a RawValue>),
    Other,
}

impl<'a> Json<'a> {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// When it is not JSON, with the reader's message.
    pub(crate) fn read(text: &'a str) -> Result<Json<'a>, String> {
        let whole: &RawValue = serde_json::from_str(text).map_err(|error| error.to_string())?;
        Ok(match whole.get().as_bytes().first() {
            Some(b'{') => object(whole).map_or(Json::Other, Json::Object),
            Some(b'[') => list(whole).map_or(Json::Other, Json::List),
            _ => Json::Other,
        })
    }
}

impl<'a> Object<'a> {
    /// The value of a name; the last one if it is doubled.
    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let mut fields = self.0.iter().rev();
        fields.find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }
}

/// The value as an object.
pub(crate) fn object(value: &RawValue) -> Option<Object<'_>> {
    serde_json::from_str(value.get()).ok()
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object<'a>, D::Error> {
        struct Fields<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Fields<'a> {
            type Value = Object<'a>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'a>, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Object(fields))
            }
        }
        deserializer.deserialize_map(Fields(PhantomData))
    }
}

/// The value as a list.
pub(crate) fn list(value: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(value.get()).ok()
}

/// The value as a text.
pub(crate) fn text(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// The digits of a number, or of a text that holds nothing but a number.
fn digits(value: &RawValue) -> Option<String> {
    let digits = text(value).unwrap_or_else(|| value.get().to_owned());
    let is_number = digits.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && serde_json::from_str::<serde_json::Number>(&digits).is_ok();
    is_number.then_some(digits)
}

/// A whole number that is not negative, as its digits without leading zeros.
pub(crate) fn whole(value: &RawValue) -> Option<u64> {
    digits(value)?.parse().ok()
}

/// An amount of money that is not negative, as the text that was sent. It never becomes a binary
/// fraction.
pub(crate) fn amount(value: &RawValue) -> Option<String> {
    digits(value).filter(|digits| !digits.starts_with('-'))
}

pub(crate) fn is_null(value: &RawValue) -> bool {
    value.get() == "null"
}

#[cfg(test)]
mod tests {
    use super::{Json, amount, object, whole};
    use serde_json::value::RawValue;

    #[track_caller]
    fn check(json: &str, expected: Option<&str>) {
        let value: &RawValue = serde_json::from_str(json).unwrap();
        assert_eq!(amount(value).as_deref(), expected, "{json}");
    }

    #[test]
    fn an_amount_keeps_its_text() {
        check("0.10", Some("0.10"));
        check("\"0.10\"", Some("0.10"));
        check(
            "0.1000000000000000055511151231257827",
            Some("0.1000000000000000055511151231257827"),
        );
        for not in [
            "\"\"", "\"ten\"", "-1", "null", "true", "[1]", "\" 1\"", "\"1,5\"", "\"0x1\"",
        ] {
            check(not, None);
        }
    }

    #[test]
    fn whole_numbers_come_as_numbers_and_as_texts() {
        let read = |json| whole(serde_json::from_str(json).unwrap());
        assert_eq!(read("7"), Some(7));
        assert_eq!(read("\"7\""), Some(7));
        assert_eq!(read("7.5"), None);
    }

    #[test]
    fn the_last_of_doubled_names_counts_and_all_are_listed() {
        let doubled = object(serde_json::from_str(r#"{"a":1,"a":2}"#).unwrap()).unwrap();
        assert_eq!(doubled.get("a").unwrap().get(), "2");
        assert_eq!(doubled.fields().count(), 2);
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_a_crash() {
        assert!(Json::read(&"[".repeat(100_000)).is_err());
        // Reading does not recurse, so a deep list is only a value that nobody reads.
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert!(matches!(Json::read(&deep), Ok(Json::List(_))));
    }
}
