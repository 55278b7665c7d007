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

    /// # Errors
    ///
    /// When the model is not such a row, though each of its fields may be missing.
    fn check(_: &Self::Model) -> Result<(), &'static str> {
        Ok(())
    }

    /// The row, at the given index of the provider's list.
    fn new(model: Self::Model, index: u32) -> Self;

    /// That index.
    fn index(&self) -> u32;
}
