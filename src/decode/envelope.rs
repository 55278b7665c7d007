//! The object around the rows of an answer, read in one pass with the rows in whatever form is asked for.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use super::rejected::bounded;
use super::row::{Bare, Row, Shape};
use crate::error::{Error, Kind};
use crate::values::text::Text;

/// The members of an answer that matter, with the rows in whatever form they were asked for.
pub(super) struct Envelope<T> {
    pub(super) rows: Option<Vec<T>>,
    pub(super) status: Option<Text>,
    pub(super) message: Option<Text>,
    pub(super) error: Option<Text>,
    pub(super) country: Option<Text>,
}

impl<T> Envelope<T> {
    /// `status` is `success`, or it is the error: the word `error`, or the message itself. An `error` is one whatever stands beside it;
    /// a `message` alone is one where there are no rows, since an empty list would be a lie then.
    pub(super) fn check_status(&self) -> Result<(), Error> {
        fn said(member: Option<&Text>) -> Option<&str> {
            member.map(Text::as_str).filter(|text| !text.is_empty())
        }
        let error = said(self.error.as_ref()).filter(|error| !matches!(*error, "false" | "0"));
        let (status, message) = (said(self.status.as_ref()), said(self.message.as_ref()));
        let failed = match status {
            Some(status) => !status.eq_ignore_ascii_case("success"),
            None => message.is_some() && self.rows.as_ref().is_none_or(Vec::is_empty),
        };
        if error.is_none() && !failed {
            return Ok(());
        }
        // `true` says that there is an error, not which.
        let error = error.filter(|error| *error != "true" && *error != "1");
        let words = message.or(error).or(status).unwrap_or("no reason given");
        Err(refused(words))
    }
}

fn refused(words: &str) -> Error {
    Error::new(Kind::Provider(bounded(words)))
}

pub(super) fn read<'de, S: ReadRows<'de>>(
    text: &'de str,
    shape: Shape,
    rows: S,
) -> Result<Envelope<S::Row>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let envelope = EnvelopeSeed { shape, rows }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(envelope)
}

/// Where in a text that cannot be read the fault is, such as `offers`; empty where it is the whole.
pub(super) fn place_of_fault(text: &str, shape: Shape) -> String {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    let _ = EnvelopeSeed { shape, rows: Raw }.deserialize(tracked);
    let path = track.path().to_string();
    // An unknown part at the end is a name that broke off: the place is what holds it.
    let known = path
        .strip_suffix('?')
        .map(|held| held.trim_end_matches('.'));
    match known.unwrap_or(&path) {
        "." => String::new(),
        known => known.to_owned(),
    }
}

/// How the rows of a list are read.
pub(super) trait ReadRows<'de>: Copy {
    type Row;

    fn read<A: SeqAccess<'de>>(self, list: A, most: u32) -> Result<Vec<Self::Row>, A::Error>;
}

/// Straight into the rows of the public face, with room for as many as the length of the text lets expect.
pub(super) struct Typed<R> {
    expected: usize,
    rows: PhantomData<R>,
}

impl<R> Typed<R> {
    pub(super) fn expecting(rows: usize) -> Self {
        Self {
            expected: rows,
            rows: PhantomData,
        }
    }
}

impl<R> Clone for Typed<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Typed<R> {}

impl<'de, R: Row> ReadRows<'de> for Typed<R> {
    type Row = R;

    fn read<A: SeqAccess<'de>>(self, mut list: A, most: u32) -> Result<Vec<R>, A::Error> {
        let mut rows = Vec::with_capacity(self.expected);
        while list.next_element_seed(Next(&mut rows, most))?.is_some() {}
        rows.shrink_to_fit();
        Ok(rows)
    }
}

/// Reads one row to the end of a list. Handed up through serde as a value, a row would be copied eight times on its way.
struct Next<'a, R>(&'a mut Vec<R>, u32);

impl<'de, R: Row> DeserializeSeed<'de> for Next<'_, R> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, R: Row> Visitor<'de> for Next<'_, R> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let model = R::Model::deserialize(MapAccessDeserializer::new(map))?;
        let index = room(self.0.len(), self.1)?;
        R::check(&model).map_err(A::Error::custom)?;
        self.0.push(R::new(model, index));
        Ok(())
    }
}

/// As JSON text, so that one bad row does not stop the others.
#[derive(Clone, Copy)]
pub(super) struct Raw;

impl<'de> ReadRows<'de> for Raw {
    type Row = &'de RawValue;

    fn read<A: SeqAccess<'de>>(
        self,
        mut list: A,
        most: u32,
    ) -> Result<Vec<&'de RawValue>, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = list.next_element()? {
            room(rows.len(), most)?;
            rows.push(row);
        }
        Ok(rows)
    }
}

/// The index of the next row, where there may be another: a few bytes of an answer can become hundreds in memory, and compressed bytes
/// thousands.
fn room<E: serde::de::Error>(rows: usize, most: u32) -> Result<u32, E> {
    let index = u32::try_from(rows).ok().filter(|index| *index < most);
    index.ok_or_else(|| E::custom(format_args!("it has more than {most} rows")))
}

struct EnvelopeSeed<S> {
    shape: Shape,
    rows: S,
}

impl<'de, S: ReadRows<'de>> DeserializeSeed<'de> for EnvelopeSeed<S> {
    type Value = Envelope<S::Row>;

    fn deserialize<D: serde::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: ReadRows<'de>> Visitor<'de> for EnvelopeSeed<S> {
    type Value = Envelope<S::Row>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with a list `{}`", self.shape.list)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        if self.shape.bare == Bare::Refused {
            return Err(A::Error::invalid_type(serde::de::Unexpected::Seq, &self));
        }
        Ok(Envelope {
            rows: Some(self.rows.read(list, self.shape.most)?),
            status: None,
            message: None,
            error: None,
            country: None,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut rows = None;
        let (mut status, mut message, mut error, mut country) = (None, None, None, None);
        while let Some(key) = map.next_key::<Key<'_>>()? {
            match key.name(self.shape.list) {
                Member::List => {
                    let list = ListSeed(self.rows, self.shape.most);
                    if rows.replace(map.next_value_seed(list)?).is_some() {
                        return Err(A::Error::custom(format_args!(
                            "`{}` is there twice",
                            self.shape.list
                        )));
                    }
                }
                Member::Status => once(&mut status, map.next_value::<Lenient>()?, "status")?,
                Member::Message => once(&mut message, map.next_value::<Lenient>()?, "message")?,
                Member::Error => once(&mut error, map.next_value::<Lenient>()?, "error")?,
                Member::Country => once(&mut country, map.next_value::<Lenient>()?, "country")?,
                Member::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Envelope {
            rows: rows.flatten(),
            status: status.flatten(),
            message: message.flatten(),
            error: error.flatten(),
            country: country.flatten(),
        })
    }
}

/// A member that is there twice is no answer to rely on: which of the two did the provider mean?
fn once<E: serde::de::Error>(
    slot: &mut Option<Option<Text>>,
    value: Lenient,
    name: &'static str,
) -> Result<(), E> {
    match slot.replace(value.0) {
        None => Ok(()),
        Some(_) => Err(E::custom(format_args!("`{name}` is there twice"))),
    }
}

struct ListSeed<S>(S, u32);

impl<'de, S: ReadRows<'de>> DeserializeSeed<'de> for ListSeed<S> {
    type Value = Option<Vec<S::Row>>;

    fn deserialize<D: serde::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: ReadRows<'de>> Visitor<'de> for ListSeed<S> {
    type Value = Option<Vec<S::Row>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        self.0.read(list, self.1).map(Some)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// A member whose type the documentation does not give: its text, or nothing where it has none.
struct Lenient(Option<Text>);

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        Ok(Self(match raw {
            "null" => None,
            _ => serde_json::from_str::<Text>(raw)
                .ok()
                .or_else(|| Some(raw.into())),
        }))
    }
}

enum Member {
    List,
    Status,
    Message,
    Error,
    Country,
    Other,
}

/// A member's name; one with escapes in it is none that is looked for.
struct Key<'de>(Option<&'de str>);

impl Key<'_> {
    fn name(&self, list: &str) -> Member {
        match self.0 {
            Some(name) if name == list => Member::List,
            Some("status") => Member::Status,
            Some("message") => Member::Message,
            Some("error") => Member::Error,
            Some("country") => Member::Country,
            _ => Member::Other,
        }
    }
}

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
