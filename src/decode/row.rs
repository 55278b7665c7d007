//! What a row is, and what an answer with rows looks like.

use serde::de::DeserializeOwned;

/// What an answer of one endpoint looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// The member that holds the rows.
    pub(crate) list: &'static str,
    /// Whether the rows may also come as a bare list.
    pub(crate) bare: Bare,
    /// How many rows an answer may have: several times what is documented or plausible.
    pub(crate) most: u32,
}

/// Whether a list without an object around it is an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bare {
    /// It is.
    Taken,
    /// It is not.
    Refused,
}

/// A public type that holds one row, made from its generated model and its place in the list.
pub(crate) trait Row: Sized {
    /// The generated model.
    type Model: DeserializeOwned;

    /// The field without which there is no row.
    const KEY: Option<&'static str> = None;

    /// The fields that hold times: a `DateTime` of PHP is read there.
    const TIMES: &'static [&'static str] = &[];

    /// The fields that hold money: a dollar sign is read there.
    const MONEY: &'static [&'static str] = &["amount", "payout"];

    /// Looks at what the types of the fields cannot see.
    ///
    /// # Errors
    ///
    /// The field that cannot be read, and why.
    fn check(_: &Self::Model) -> Result<(), (&'static str, String)> {
        Ok(())
    }

    /// The currency that the row names for its amounts.
    fn currency(_: &Self::Model) -> Option<&str> {
        None
    }

    /// Whether no field of the row is known: it has another shape then.
    fn is_blank(_: &Self::Model) -> bool {
        false
    }

    /// The row, at the given index of the provider's list.
    fn new(model: Self::Model, index: u32) -> Self;

    /// That index.
    fn index(&self) -> u32;

    /// Notes the fields that were there and could not be read.
    fn set_unreadable(&mut self, fields: Unreadable);
}

/// The names of the fields of a row that were there and could not be read. Nearly every row has
/// none, and pays for one pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::box_collection)]
pub(crate) struct Unreadable(Option<Box<Vec<Box<str>>>>);

impl Unreadable {
    pub(super) fn add(&mut self, field: &str) {
        if !self.has(field) {
            self.0.get_or_insert_default().push(field.into());
        }
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        self.names().any(|name| name == field)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .flat_map(|names| names.iter())
            .map(|name| &**name)
    }
}
