//! The verdict on a change: its level on the wire and its level for our Rust API.

use super::change::Level;

/// What a change means on both axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) wire: Level,
    pub(super) api: Level,
}

impl Verdict {
    /// The verdict where the changed value belongs to an error response.
    ///
    /// Error bodies are not part of the generated API, and clients read them only to show a
    /// message.
    pub(super) fn in_error_response(self) -> Self {
        Self {
            wire: self.wire.min(Level::Review),
            api: Level::Info,
        }
    }
}
