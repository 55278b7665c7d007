//! Lists in every form of PHP: a list, an object with gaps, one object instead of a list, an empty
//! list instead of an object, or `false`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// A model that is read from an object only.
///
/// serde reads a generated model from a list too, field by field in the order of its declaration. A
/// list in place of an offer would become an offer with a wrong amount.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

/// An object, a list of them, or an empty list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum OneOrMany<T> {
    /// A single object.
    One(T),
    /// A list, which may be empty.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    pub(crate) fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor(PhantomData))
    }
}

/// The normal form is the list.
impl<T: Serialize> Serialize for OneOrMany<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_slice().serialize(serializer)
    }
}

struct OneOrManyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrManyVisitor<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of objects")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(OneOrMany::One)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut many = Vec::new();
        while let Some(Object(one)) = list.next_element()? {
            many.push(one);
        }
        Ok(OneOrMany::Many(many))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        match value {
            false => Ok(OneOrMany::Many(Vec::new())),
            true => Err(E::invalid_type(serde::de::Unexpected::Bool(value), &self)),
        }
    }
}

/// A list of rows, also with gaps: PHP writes such a list as an object with numbers as keys.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PhpList<T>(pub(crate) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for PhpList<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PhpListVisitor(PhantomData))
    }
}

impl<T: Serialize> Serialize for PhpList<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

struct PhpListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PhpListVisitor<T> {
    type Value = PhpList<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        while let Some(Object(row)) = list.next_element()? {
            rows.push(row);
        }
        Ok(PhpList(rows))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        while let Some((index, Object(row))) = map.next_entry::<String, Object<T>>()? {
            rows.push((gap_index(&index)?, row));
        }
        rows.sort_by_key(|(index, _)| *index);
        Ok(PhpList(rows.into_iter().map(|(_, row)| row).collect()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        match value {
            false => Ok(PhpList(Vec::new())),
            true => Err(E::invalid_type(serde::de::Unexpected::Bool(value), &self)),
        }
    }
}

/// The index of a row in a list with gaps, which PHP writes as an object.
///
/// # Errors
///
/// When the key is not a number: the object is not a list then.
pub(crate) fn gap_index<E: Error>(key: &str) -> Result<u64, E> {
    let digits = key.bytes().all(|byte| byte.is_ascii_digit());
    key.parse()
        .ok()
        .filter(|_| digits)
        .ok_or_else(|| E::custom("expected a list of objects, found an object"))
}
