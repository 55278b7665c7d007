//! The object around the rows of an answer, read in one pass together with the rows.

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use super::defect::bounded;
use super::read_rows::{Raw, ReadRows};
use super::row::{Bare, Shape};
use super::words::{Said, says_none};
use crate::error::{Error, Kind};
use crate::values::text::Text;

/// The members of an answer that matter. The rows are public rows or JSON text.
pub(super) struct Envelope<'de, T> {
    pub(super) rows: Option<Vec<T>>,
    pub(super) country: Option<Text>,
    said: Said<'de>,
    /// Words in place of the list.
    instead: Option<String>,
}

impl<'de, T> Envelope<'de, T> {
    /// The same answer with other rows.
    pub(super) fn with_rows<U>(self, rows: Option<Vec<U>>) -> Envelope<'de, U> {
        Envelope {
            rows,
            country: self.country,
            said: self.said,
            instead: self.instead,
        }
    }

    /// The rows of an answer that says that it is a success.
    ///
    /// A `status` other than `success` or a word for it is a failure: the word `error`, or the
    /// message itself. A member `error` is one in any case. A `message` without a status is one
    /// where there are no rows, because an empty list would be a lie then; unless it says that
    /// there are none.
    pub(super) fn into_rows(self, shape: Shape) -> Result<(Vec<T>, Option<Text>), Error> {
        let status = self
            .said
            .status
            .map(text_of)
            .filter(|text| !text.is_empty());
        let is_success = match status.as_deref() {
            // Only the first is observed; the others are words for it where a list stands beside.
            Some(status) if status.eq_ignore_ascii_case("success") => true,
            Some(status) => {
                let words = ["ok", "true", "1", "200"];
                let said = words.iter().any(|word| status.eq_ignore_ascii_case(word));
                said && self.rows.is_some()
            }
            None => {
                let has_rows = self.rows.as_ref().is_some_and(|rows| !rows.is_empty());
                has_rows || (self.said.words().is_none() && self.instead.is_none())
            }
        };
        let words = self.said.words().or_else(|| self.instead.clone());
        let says_none = words
            .as_ref()
            .is_some_and(|words| says_none(words, shape.list));
        let may_be_empty = says_none && (is_success || status.is_none());
        if self.said.fails() || !(is_success || may_be_empty) {
            let status = status.filter(|status| !status.eq_ignore_ascii_case("success"));
            let words = words.or(status.map(Cow::into_owned));
            return Err(refused(words.as_deref().unwrap_or("no reason given")));
        }
        match (self.rows, words) {
            (Some(rows), _) => Ok((rows, self.country)),
            (None, _) if may_be_empty => Ok((Vec::new(), self.country)),
            (None, Some(words)) => Err(refused(&words)),
            (None, None) => Err(Error::decode(
                "",
                format!("it has no list `{}`", shape.list),
            )),
        }
    }
}

/// The text of a member whose type the documentation does not give.
fn text_of(raw: &RawValue) -> Cow<'_, str> {
    match raw.get() {
        "null" => Cow::Borrowed(""),
        json => serde_json::from_str(json).map_or(Cow::Borrowed(json), Cow::Owned),
    }
}

fn refused(words: &str) -> Error {
    Error::new(Kind::Provider(bounded(words)))
}

pub(super) fn read<'de, S: ReadRows<'de>>(
    text: &'de str,
    shape: Shape,
    rows: S,
) -> Result<Envelope<'de, S::Row>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let envelope = EnvelopeSeed { shape, rows }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(envelope)
}

/// The place of the fault in a text that cannot be read, such as `offers`; empty for the whole.
pub(super) fn place_of_fault(text: &str, shape: Shape) -> String {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    let _ = EnvelopeSeed { shape, rows: Raw }.deserialize(tracked);
    let path = track.path().to_string();
    // An unknown part at the end is a name that is cut off. The place is what contains it.
    let known = path
        .strip_suffix('?')
        .map(|held| held.trim_end_matches('.'));
    match known.unwrap_or(&path) {
        "." => String::new(),
        known => known.to_owned(),
    }
}

struct EnvelopeSeed<S> {
    shape: Shape,
    rows: S,
}

impl<'de, S: ReadRows<'de>> DeserializeSeed<'de> for EnvelopeSeed<S> {
    type Value = Envelope<'de, S::Row>;

    fn deserialize<D: serde::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: ReadRows<'de>> Visitor<'de> for EnvelopeSeed<S> {
    type Value = Envelope<'de, S::Row>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with a list `{}`", self.shape.list)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        if self.shape.bare == Bare::Refused {
            return Err(A::Error::invalid_type(serde::de::Unexpected::Seq, &self));
        }
        Ok(Envelope {
            rows: Some(self.rows.read(list, self.shape.most)?),
            country: None,
            said: Said::default(),
            instead: None,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut list = None;
        let mut country = None;
        let mut said = Said::default();
        while let Some(key) = map.next_key::<Key<'_>>()? {
            let slot = match key.0 {
                Some(name) if name == self.shape.list => {
                    let seed = ListSeed(self.rows, self.shape.most);
                    if list.replace(map.next_value_seed(seed)?).is_some() {
                        return Err(twice(self.shape.list));
                    }
                    continue;
                }
                Some("country") => &mut country,
                Some("status") => &mut said.status,
                Some("message") => &mut said.message,
                Some("error") => &mut said.error,
                Some("errors") => &mut said.errors,
                Some("errorMsg" | "error_msg" | "errorMessage" | "error_message") => {
                    &mut said.error_msg
                }
                Some("msg") => &mut said.msg,
                Some("data") => &mut said.data,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            // Which of two values did the provider mean?
            if slot.replace(map.next_value::<&RawValue>()?).is_some() {
                return Err(twice(key.0.unwrap_or_default()));
            }
        }
        let (rows, instead) = match list {
            Some(List::Rows(rows)) => (Some(rows), None),
            Some(List::Words(words)) => (None, Some(words)),
            None => (None, None),
        };
        Ok(Envelope {
            rows,
            country: country.map(text_of).map(|text| Text::from(&*text)),
            said,
            instead,
        })
    }
}

fn twice<E: serde::de::Error>(name: &str) -> E {
    E::custom(format_args!("`{name}` is there twice"))
}

/// What stands where the list is expected.
enum List<T> {
    Rows(Vec<T>),
    Words(String),
}

struct ListSeed<S>(S, u32);

impl<'de, S: ReadRows<'de>> DeserializeSeed<'de> for ListSeed<S> {
    type Value = List<S::Row>;

    fn deserialize<D: serde::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: ReadRows<'de>> Visitor<'de> for ListSeed<S> {
    type Value = List<S::Row>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        self.0.read(list, self.1).map(List::Rows)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        self.0.read_gaps(map, self.1).map(List::Rows)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(List::Rows(Vec::new()))
    }

    /// PHP writes `false` for a list that it does not have.
    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        match value {
            false => Ok(List::Rows(Vec::new())),
            true => Err(E::invalid_type(serde::de::Unexpected::Bool(value), &self)),
        }
    }

    fn visit_str<E: serde::de::Error>(self, words: &str) -> Result<Self::Value, E> {
        Ok(List::Words(bounded(words)))
    }
}

/// The name of a member. No name that is looked for contains escapes, so an escaped one is treated
/// as unknown.
struct Key<'de>(Option<&'de str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E: serde::de::Error>(
                self,
                name: &'de str,
            ) -> Result<Key<'de>, E> {
                Ok(Key(Some(name)))
            }

            fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Key<'de>, E> {
                Ok(Key(None))
            }
        }

        deserializer.deserialize_str(KeyVisitor)
    }
}
