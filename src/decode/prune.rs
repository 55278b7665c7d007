//! JSON without one of its parts, every other byte of it kept.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_path_to_error::{Path, Segment};

/// One step down into a JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

impl Step {
    /// The steps of a path, as far as they are known.
    pub(super) fn all(path: &Path) -> Vec<Self> {
        path.iter()
            .map_while(|segment| match segment {
                Segment::Map { key } => Some(Self::Key(key.clone())),
                Segment::Seq { index } => Some(Self::Index(*index)),
                Segment::Enum { .. } | Segment::Unknown => None,
            })
            .collect()
    }
}

/// The steps in words, such as `.events[0].amount`.
pub(super) fn shown(steps: &[Step]) -> String {
    steps.iter().fold(String::new(), |mut path, step| {
        // Writing to a string does not fail.
        let _ = match step {
            Step::Key(key) => write!(path, ".{key}"),
            Step::Index(index) => write!(path, "[{index}]"),
        };
        path
    })
}

/// The JSON without the part that the steps lead to; none where they lead nowhere.
pub(super) fn without(json: &str, steps: &[Step]) -> Option<String> {
    let (step, below) = steps.split_first()?;
    let Parts { entries, is_object } = serde_json::from_str(json).ok()?;
    let leads_to = |at: usize, key: &str| match step {
        Step::Key(name) => is_object && key == name,
        Step::Index(index) => !is_object && at == *index,
    };
    let mut parts = entries.iter().enumerate();
    let (at, (_, value)) = parts.find(|(at, (key, _))| leads_to(*at, key))?;
    let place = |raw: &RawValue| {
        let start = raw.get().as_ptr() as usize - json.as_ptr() as usize;
        (start, start + raw.get().len())
    };
    let (start, end) = place(value);
    if !below.is_empty() {
        let value = without(value.get(), below)?;
        return Some([&json[..start], value.as_str(), &json[end..]].concat());
    }
    // With the part goes the comma in front of it, or behind it for the first.
    let (cut, rest) = match at.checked_sub(1) {
        Some(before) => (place(entries[before].1).1, end),
        None => {
            let open = json.find(['{', '['])? + 1;
            let behind = json[end..].trim_start();
            let comma = usize::from(behind.starts_with(','));
            (open, json.len() - behind.len() + comma)
        }
    };
    Some([&json[..cut], &json[rest..]].concat())
}

/// The members of an object, or the elements of a list under empty keys.
struct Parts<'a> {
    entries: Vec<(Cow<'a, str>, &'a RawValue)>,
    is_object: bool,
}

impl<'de: 'a, 'a> Deserialize<'de> for Parts<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PartsVisitor;

        impl<'de> Visitor<'de> for PartsVisitor {
            type Value = Parts<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object or a list")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Parts {
                    entries,
                    is_object: true,
                })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(value) = list.next_element()? {
                    entries.push((Cow::Borrowed(""), value));
                }
                Ok(Parts {
                    entries,
                    is_object: false,
                })
            }
        }

        deserializer.deserialize_any(PartsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::Step::{Index, Key};
    use super::{Step, shown, without};

    #[track_caller]
    fn check(json: &str, steps: &[Step], expected: Option<&str>) {
        assert_eq!(
            without(json, steps).as_deref(),
            expected,
            "{json} {steps:?}"
        );
    }

    #[test]
    fn the_part_goes_and_the_rest_keeps_its_bytes() {
        let key = |name: &str| Key(name.to_owned());
        check(r#"{"a":1.10,"b":2}"#, &[key("b")], Some(r#"{"a":1.10}"#));
        check(
            r#"[{"a":1,"b":"x"}, 2.50]"#,
            &[Index(0), key("b")],
            Some(r#"[{"a":1}, 2.50]"#),
        );
        check("[1,2,3]", &[Index(1)], Some("[1,3]"));
        check("[ 1 , 2 ]", &[Index(0)], Some("[ 2 ]"));
        check("[1]", &[Index(0)], Some("[]"));
        check(r#"{"a":1 ,"b":2}"#, &[key("a")], Some(r#"{"b":2}"#));
        check(r#"{"a":1}"#, &[key("c")], None);
        check(r#"{"a":1}"#, &[Index(0)], None);
        check("7", &[Index(0)], None);
        check("[1]", &[], None);
        assert_eq!(
            shown(&[key("events"), Index(0), key("amount")]),
            ".events[0].amount"
        );
    }
}
