//! The kinds of failure, and what their messages need.

/// What failed, with what its message needs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The caller asked for what cannot be asked for.
    Configuration(String),
    /// No connection came about.
    Connect(String),
    /// A time limit ran out.
    Timeout(String),
    /// The connection broke, or what came over it is not HTTP.
    Transport(String),
    /// The decoded body is larger than the cap, in bytes.
    TooLarge(u64),
    /// The provider pointed elsewhere; the text is the place without its query.
    Redirect(String),
    /// An HTTP status outside 2xx.
    Status,
    /// A 2xx whose body says that the call failed, with the provider's words.
    Provider(String),
    /// A body that is not what the document describes.
    Decode {
        /// Where in the JSON, such as `offers[3].amount`; empty for the whole.
        path: String,
        /// What is wrong there.
        message: String,
    },
    /// The client's own limiter refused: nothing was sent.
    Limited,
    /// The store of the rate limits failed: nothing was sent.
    Store(String),
}

/// Whether an attempt can have reached the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Certainly not.
    No,
    /// It may have, or it has.
    Maybe,
}
