//! How the rows of a list are read: straight into the public rows, or as JSON text.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::row::Row;
use crate::values::lists::gap_index;

/// How the rows of a list are read.
pub(super) trait ReadRows<'de>: Copy {
    type Row;

    fn read<A: SeqAccess<'de>>(self, list: A, most: u32) -> Result<Vec<Self::Row>, A::Error>;

    /// The rows of a list with gaps, which PHP writes as an object, in the order of its keys.
    ///
    /// # Errors
    ///
    /// When a row cannot be read, or the object is not a list.
    fn read_gaps<A: MapAccess<'de>>(self, map: A, most: u32) -> Result<Vec<Self::Row>, A::Error>;
}

/// Reads straight into the public rows, with capacity estimated from the length of the text.
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

    fn read_gaps<A: MapAccess<'de>>(self, _: A, _: u32) -> Result<Vec<R>, A::Error> {
        // Rare, so such rows are only read one by one.
        Err(A::Error::custom("a list with gaps"))
    }
}

/// Reads one row into the end of a list. A row that is returned through serde as a value would be
/// copied eight times.
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
        if R::is_blank(&model) {
            return Err(A::Error::custom("no field of the row is known"));
        }
        R::check(&model).map_err(|(_, message)| A::Error::custom(message))?;
        self.0.push(R::new(model, index));
        Ok(())
    }
}

/// Reads JSON text, so that one odd row does not stop the others.
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

    fn read_gaps<A: MapAccess<'de>>(
        self,
        mut map: A,
        most: u32,
    ) -> Result<Vec<&'de RawValue>, A::Error> {
        let mut rows = Vec::new();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            let index = gap_index(&key)?;
            room(rows.len(), most)?;
            rows.push((index, map.next_value::<&RawValue>()?));
        }
        rows.sort_by_key(|(index, _)| *index);
        if rows.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(A::Error::custom("a key of the list is there twice"));
        }
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }
}

/// The index of the next row, if the answer may have another. A few bytes of an answer can become
/// hundreds in memory, and compressed bytes thousands.
fn room<E: serde::de::Error>(rows: usize, most: u32) -> Result<u32, E> {
    let index = u32::try_from(rows).ok().filter(|index| *index < most);
    index.ok_or_else(|| E::custom(format_args!("it has more than {most} rows")))
}
