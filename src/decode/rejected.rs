//! A row that could not be read, while the others could.

use std::fmt;

/// More than redaction looks at, and little enough to keep.
const MESSAGE_CHARS: usize = 16 << 10;

/// The part of a provider's text that a message keeps.
///
/// It is longer than what is ever shown, so that a secret in it is whole when redaction looks for it.
pub(super) fn bounded(text: &str) -> String {
    text.chars().take(MESSAGE_CHARS).collect()
}

/// A row that could not be read, while the others could.
///
/// ```
/// # fn show(offers: &cpalead::OfferList) {
/// for rejected in offers.rejected() {
///     eprintln!("offer {:?} left out: {rejected}", rejected.id());
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    index: u32,
    id: Option<u64>,
    path: String,
    message: String,
}

impl Rejected {
    pub(super) fn new(index: u32, id: Option<u64>, path: String, message: String) -> Self {
        Self {
            index,
            id,
            path,
            message,
        }
    }

    /// Passes every part that may hold the provider's text through a filter.
    pub(super) fn scrub(&mut self, filter: impl Fn(&str) -> String) {
        self.path = filter(&self.path);
        self.message = filter(&self.message);
    }

    /// The place in the provider's list, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index as usize
    }

    /// The id of the offer, where that much could be read.
    #[must_use]
    pub fn id(&self) -> Option<u64> {
        self.id
    }

    /// Where the fault is, such as `offers[3].amount`.
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

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}
