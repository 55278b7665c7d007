//! What is wrong with an answer, while the rest of it was read.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

/// More than redaction looks at, and little enough to keep while it does.
const MESSAGE_CHARS: usize = 16 << 10;

/// The part of a provider's text that a message keeps.
///
/// It is longer than what is ever shown, so that a secret in it is whole when redaction looks for
/// it.
pub(super) fn bounded(text: &str) -> String {
    text.chars().take(MESSAGE_CHARS).collect()
}

/// Something that is wrong with an answer, while the rest of it was read.
///
/// A value that cannot be read costs the field that it is in: the field is absent from its row. A
/// row is dropped only if it is not an object or, for an offer, has no id.
///
/// ```
/// let body = br#"{"status":"success","offers":[{"id":1,"epc":"N/A"},{"title":"no id"}]}"#;
/// let offers = cpalead::OfferList::from_json(body.to_vec())?;
///
/// assert_eq!(offers.len(), 1);
/// assert_eq!(offers.defects()[0].to_string(), "offers[1]: missing field `id`");
/// for defect in offers.defects() {
///     println!("{defect}");
/// }
/// # Ok::<(), cpalead::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    kind: DefectKind,
    index: Option<u32>,
    path: String,
    message: String,
    name: RowName,
}

/// What a defect costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DefectKind {
    /// The whole row is missing from the list.
    RowDropped,
    /// The field, or a part of it, is absent from its row.
    FieldUnreadable,
    /// Nothing, if the assumption that the message names is right.
    Assumed,
}

impl DefectKind {
    /// `row_dropped`, `field_unreadable` or `assumed`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RowDropped => "row_dropped",
            Self::FieldUnreadable => "field_unreadable",
            Self::Assumed => "assumed",
        }
    }
}

/// How people find a row again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowName {
    pub(crate) offer_id: Option<u64>,
    pub(crate) lead_id: Option<Box<str>>,
    pub(crate) subid: Option<Box<str>>,
}

impl Defect {
    /// A defect in a row, at a path below it such as `.amount`.
    pub(super) fn in_row(
        kind: DefectKind,
        (list, index): (&str, u32),
        path: &str,
        message: String,
        name: RowName,
    ) -> Self {
        Self {
            kind,
            index: Some(index),
            path: bounded(&format!("{list}[{index}]{path}")),
            message,
            name,
        }
    }

    /// A defect of the answer as a whole.
    pub(super) fn of_answer(message: String) -> Self {
        Self {
            kind: DefectKind::Assumed,
            index: None,
            path: String::new(),
            message,
            name: RowName::default(),
        }
    }

    /// Passes every part that may hold the provider's text through a filter.
    pub(super) fn scrub(&mut self, filter: &dyn Fn(&str) -> String) {
        self.path = filter(&self.path);
        self.message = filter(&self.message);
        for name in [&mut self.name.lead_id, &mut self.name.subid] {
            *name = name.take().map(|name| filter(&name).into_boxed_str());
        }
    }

    /// What it costs.
    #[must_use]
    pub fn kind(&self) -> DefectKind {
        self.kind
    }

    /// Whether the row is missing from the list.
    #[must_use]
    pub fn drops_row(&self) -> bool {
        self.kind == DefectKind::RowDropped
    }

    /// The place of the row in the provider's list, from 0; none for a defect of the whole answer.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        self.index.map(|index| index as usize)
    }

    /// The id of the row's offer, where that much could be read.
    #[must_use]
    pub fn offer_id(&self) -> Option<u64> {
        self.name.offer_id
    }

    /// The lead id of the row, where that much could be read.
    #[must_use]
    pub fn lead_id(&self) -> Option<&str> {
        self.name.lead_id.as_deref()
    }

    /// The sub-id of the row, where that much could be read.
    #[must_use]
    pub fn subid(&self) -> Option<&str> {
        self.name.subid.as_deref()
    }

    /// Where the defect is, such as `offers[3].amount`; empty for the whole answer.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong there.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// The place and the reason; the row is named by its ids where they could be read.
impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RowName {
            offer_id,
            lead_id,
            subid,
        } = &self.name;
        f.write_str(if self.path.is_empty() {
            "the answer"
        } else {
            &self.path
        })?;
        let mut names = Vec::new();
        names.extend(lead_id.as_ref().map(|lead| format!("lead {lead}")));
        names.extend(subid.as_ref().map(|subid| format!("sub-id {subid}")));
        names.extend(offer_id.map(|id| format!("offer {id}")));
        if !names.is_empty() {
            write!(f, " ({})", names.join(", "))?;
        }
        write!(f, ": {}", self.message)
    }
}

/// `{"kind":"field_unreadable","path":"offers[3].epc","message":"…","offer_id":7}`, with the ids of
/// the row that could be read.
impl Serialize for Defect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut defect = serializer.serialize_map(None)?;
        defect.serialize_entry("kind", self.kind.as_str())?;
        defect.serialize_entry("path", &self.path)?;
        defect.serialize_entry("message", &self.message)?;
        let RowName {
            offer_id,
            lead_id,
            subid,
        } = &self.name;
        if let Some(offer_id) = offer_id {
            defect.serialize_entry("offer_id", offer_id)?;
        }
        if let Some(lead_id) = lead_id {
            defect.serialize_entry("lead_id", lead_id)?;
        }
        if let Some(subid) = subid {
            defect.serialize_entry("subid", subid)?;
        }
        defect.end()
    }
}
