//! One difference between an answer and the document: where it is, of which kind, and how often.

use std::fmt;

use super::known::JsonType;
use crate::endpoint::Endpoint;

/// Something in an answer that differs from what the document says.
///
/// It says where, of which JSON type and how often, and never what the value was. The one exception
/// is a new word of an open set such as `payout_type`.
///
/// ```
/// use cpalead::Endpoint;
/// use cpalead::drift::{Drift, DriftKind, JsonType};
///
/// let body = br#"{"status":"success","offers":[{"id":1,"boost":true},{"id":2}]}"#;
/// let drifts = Drift::of_answer(Endpoint::Offers, body)?;
///
/// let [drift] = drifts.as_slice() else { panic!("{drifts:?}") };
/// assert_eq!(drift.kind(), DriftKind::UnknownField);
/// assert_eq!(drift.json_type(), Some(JsonType::Boolean));
/// assert_eq!(
///     drift.to_string(),
///     "offers[].boost: field that the document lacks, boolean in 1 of 2 rows",
/// );
/// # Ok::<(), cpalead::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    pub(super) endpoint: Endpoint,
    pub(super) place: Place,
    pub(super) change: Change,
    pub(super) path: String,
    pub(super) value: Option<String>,
    pub(super) json_type: Option<JsonType>,
    pub(super) seen: usize,
    pub(super) of: usize,
}

/// How an answer differs from the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DriftKind {
    /// A row has a field that the document lacks.
    UnknownField,
    /// A field with an open set of words has a word that the document lacks.
    UnknownValue,
    /// A field has a JSON type that neither the document nor this library knows for it.
    OtherType,
    /// No row has a field that the document requires, or that every row of earlier answers had.
    FieldGone,
    /// The object around the rows has a member more, a member less, or one of another type.
    EnvelopeChanged,
}

impl DriftKind {
    /// `unknown_field`, `unknown_value`, `other_type`, `field_gone` or `envelope_changed`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownField => "unknown_field",
            Self::UnknownValue => "unknown_value",
            Self::OtherType => "other_type",
            Self::FieldGone => "field_gone",
            Self::EnvelopeChanged => "envelope_changed",
        }
    }
}

/// Whether a difference is in a row or around the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Envelope,
    Rows,
}

/// What is different at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Unknown,
    Value,
    Type,
    Gone,
}

impl Drift {
    /// The endpoint that gave the answer.
    #[must_use]
    pub fn endpoint(&self) -> Endpoint {
        self.endpoint
    }

    /// How the answer differs from the document.
    #[must_use]
    pub fn kind(&self) -> DriftKind {
        match (self.place, self.change) {
            (Place::Envelope, _) => DriftKind::EnvelopeChanged,
            (Place::Rows, Change::Unknown) => DriftKind::UnknownField,
            (Place::Rows, Change::Value) => DriftKind::UnknownValue,
            (Place::Rows, Change::Type) => DriftKind::OtherType,
            (Place::Rows, Change::Gone) => DriftKind::FieldGone,
        }
    }

    /// Where it is: `offers[].boost` in the rows, `cursor` in the object around them, empty for the
    /// whole answer.
    ///
    /// A name that is longer than 64 bytes, or has other characters than letters, digits, `_` and
    /// `-`, stands there as its length.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// In how many rows it was seen; 1 for the object around the rows, 0 for a field that is gone.
    #[must_use]
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// How many rows the answer had; 1 for the object around the rows.
    #[must_use]
    pub fn of(&self) -> usize {
        self.of
    }

    /// The JSON type that was seen first; none for a field that is gone.
    #[must_use]
    pub fn json_type(&self) -> Option<JsonType> {
        self.json_type
    }

    /// The new word of an open set, if it is printable and has at most 64 bytes.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// Passes every part that the provider wrote through a filter.
    pub(crate) fn scrub(&mut self, filter: &dyn Fn(&str) -> String) {
        self.path = filter(&self.path);
        self.value = self.value.as_deref().map(filter);
    }
}

/// The place, the difference, and how often it was seen.
impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seen, of, .. } = self;
        let json_type = self.json_type.map_or("", JsonType::as_str);
        f.write_str(match self.path.as_str() {
            "" => "the answer",
            path => path,
        })?;
        match (self.place, self.change) {
            (Place::Rows, Change::Unknown) => write!(
                f,
                ": field that the document lacks, {json_type} in {seen} of {of} rows"
            ),
            (Place::Rows, Change::Value) => {
                f.write_str(": value that the document lacks,")?;
                if let Some(value) = &self.value {
                    write!(f, " such as `{value}`,")?;
                }
                write!(f, " in {seen} of {of} rows")
            }
            (Place::Rows, Change::Type) => write!(
                f,
                ": type that the document lacks, {json_type} in {seen} of {of} rows"
            ),
            (Place::Rows, Change::Gone) => write!(f, ": field that none of {of} rows has"),
            (Place::Envelope, Change::Unknown) => write!(
                f,
                ": member of the envelope that the document lacks, {json_type}"
            ),
            (Place::Envelope, Change::Value | Change::Type) => {
                write!(f, ": type that the document lacks, {json_type}")
            }
            (Place::Envelope, Change::Gone) => f.write_str(": member of the envelope that is gone"),
        }
    }
}
