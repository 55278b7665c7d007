//! The kinds of failure, with the values that their messages need.

/// What failed, with the values that its message needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The input or the configuration is not valid.
    Configuration(String),
    /// No connection was established.
    Connect(String),
    /// A time limit ran out.
    Timeout(String),
    /// The connection broke, or the answer is not HTTP.
    Transport(String),
    /// The decoded body is larger than the cap, in bytes.
    TooLarge(u64),
    /// The provider redirected; the text is the target without its query.
    Redirect(String),
    /// An HTTP status outside 2xx, with the provider's message where the body has one.
    Status(Option<String>),
    /// A 2xx whose body says that the call failed, with the provider's message.
    Provider(String),
    /// A body that is not what the API document describes.
    Decode {
        /// The place in the JSON, such as `offers[3].amount`; empty for the whole body.
        path: String,
        /// What is wrong there.
        message: String,
    },
    /// The client's own limiter refused: nothing was sent.
    Limited,
    /// The store of the rate limits failed: nothing was sent.
    Store(String),
    /// The catalogue was not refreshed, for a reason other than a failed call.
    Catalog(String),
}

/// Whether an attempt may have reached the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Certainly not.
    No,
    /// Perhaps, or certainly.
    Maybe,
}
