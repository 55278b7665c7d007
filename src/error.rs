//! The error of the library: opaque and one word wide, with predicates that say what happened.

mod kind;
mod message;
pub(crate) mod try_again;

use std::time::Duration;

use crate::endpoint::Endpoint;

pub(crate) use kind::{Kind, Sent};

/// Why a call failed.
///
/// The type is opaque and has predicates. Several can be true at once, such as
/// [`is_status`](Error::is_status) and [`is_rate_limited`](Error::is_rate_limited) for a 429.
///
/// Messages, debug output and sources of this error never contain the api key, the body of an
/// answer or a query string. A short, redacted part of the body is available from
/// [`excerpt`](Error::excerpt).
///
/// ```
/// let error = cpalead::Client::builder(0).build().unwrap_err();
/// assert!(error.is_configuration());
/// assert_eq!(error.to_string(), "publisher id 0 is not valid: expected a whole number from 1");
/// ```
pub struct Error(Box<Inner>);

/// A result whose error is [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

#[derive(Clone, Debug)]
struct Inner {
    kind: Kind,
    endpoint: Option<Endpoint>,
    status: Option<u16>,
    retry_after: Option<Duration>,
    excerpt: Option<String>,
    sent: Sent,
}

impl Error {
    pub(crate) fn new(kind: Kind) -> Self {
        Self(Box::new(Inner {
            kind,
            endpoint: None,
            status: None,
            retry_after: None,
            excerpt: None,
            sent: Sent::No,
        }))
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(Kind::Configuration(message.into()))
    }

    pub(crate) fn decode(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Kind::Decode {
            path: path.into(),
            message: message.into(),
        })
    }

    pub(crate) fn catalog(message: impl Into<String>) -> Self {
        Self::new(Kind::Catalog(message.into()))
    }

    /// The same error for another of several callers that wait for one call.
    pub(crate) fn again(&self) -> Self {
        Self(self.0.clone())
    }

    pub(crate) fn at(mut self, endpoint: Endpoint) -> Self {
        self.0.endpoint = Some(endpoint);
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after.or(self.0.retry_after);
        self
    }

    pub(crate) fn with_excerpt(mut self, excerpt: String) -> Self {
        self.0.excerpt = Some(excerpt).filter(|excerpt| !excerpt.is_empty());
        self
    }

    /// Passes every part that may come from the provider through a filter.
    pub(crate) fn scrubbed(mut self, filter: impl Fn(&str) -> String) -> Self {
        match &mut self.0.kind {
            Kind::Decode { path, message } => {
                *path = filter(path);
                *message = filter(message);
            }
            Kind::Provider(words) | Kind::Status(Some(words)) => *words = filter(words),
            _ => {}
        }
        self
    }

    pub(crate) fn sent(mut self, sent: Sent) -> Self {
        self.0.sent = sent;
        self
    }

    /// Whether the input or the configuration was not valid; nothing was sent.
    ///
    /// # Troubleshooting
    ///
    /// The message names the value and what is allowed: a limit of 0, a base URL without https, a
    /// missing api key.
    #[must_use]
    pub fn is_configuration(&self) -> bool {
        matches!(self.0.kind, Kind::Configuration(_))
    }

    /// Whether no connection to the provider was established; the call has not counted.
    ///
    /// # Troubleshooting
    ///
    /// The cause is name resolution, a refused connection or a failed TLS handshake. Check the
    /// network, the proxy and the base URL.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> cpalead::Result<()> {
    /// // Nothing listens on this port.
    /// let client = cpalead::Client::builder(3_360_001)
    ///     .base_url("http://127.0.0.1:9")
    ///     .retry(cpalead::RetryPolicy::none())
    ///     .build()?;
    /// let error = client.offers().await.unwrap_err();
    /// assert!(error.is_connect() && !error.may_have_counted());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(self.0.kind, Kind::Connect(_))
    }

    /// Whether a time limit ran out: for connecting, for the next bytes, or for the whole call.
    ///
    /// # Troubleshooting
    ///
    /// A full catalogue takes the provider several seconds. Ask for fewer offers or fewer fields,
    /// or raise `ClientBuilder::read_timeout` and `timeout`. If the message mentions connecting,
    /// raise `connect_timeout`.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, Kind::Timeout(_))
    }

    /// Whether the provider answered with an HTTP status outside 2xx; see
    /// [`status`](Error::status).
    ///
    /// # Troubleshooting
    ///
    /// 400 means a bad parameter, 401 and 403 a wrong api key or publisher id, 429 more than one
    /// call a minute, and 5xx a fault of the provider.
    #[must_use]
    pub fn is_status(&self) -> bool {
        matches!(self.0.kind, Kind::Status(_))
    }

    /// Whether the provider answered with a success status and an error in the body.
    ///
    /// # Troubleshooting
    ///
    /// The message contains what the provider wrote.
    ///
    /// ```
    /// let body = br#"{"status":"error","message":"Invalid publisher id"}"#;
    /// let error = cpalead::OfferList::from_json(body.to_vec()).unwrap_err();
    /// assert!(error.is_provider());
    /// ```
    #[must_use]
    pub fn is_provider(&self) -> bool {
        matches!(self.0.kind, Kind::Provider(_))
    }

    /// Whether the body was not what the API document describes: an HTML page, half of the JSON, or
    /// a different shape.
    ///
    /// # Troubleshooting
    ///
    /// The message names the place in the JSON. An HTML page usually comes from a proxy, a login or
    /// maintenance. If the shape is different, the provider may have changed it: look for a newer
    /// release of this crate.
    ///
    /// ```
    /// let error = cpalead::OfferList::from_json(b"<html>".to_vec()).unwrap_err();
    /// assert!(error.is_decode());
    /// ```
    #[must_use]
    pub fn is_decode(&self) -> bool {
        matches!(self.0.kind, Kind::Decode { .. })
    }

    /// Whether the decoded body was larger than the cap.
    ///
    /// # Troubleshooting
    ///
    /// Ask for fewer offers or fewer fields, or raise `ClientBuilder::max_body`.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        matches!(self.0.kind, Kind::TooLarge(_))
    }

    /// Whether the provider redirected; redirects are never followed, because the query may contain
    /// the api key.
    ///
    /// # Troubleshooting
    ///
    /// The message says where the redirect points. If the provider has moved, set the base URL to
    /// the new address.
    #[must_use]
    pub fn is_redirect(&self) -> bool {
        matches!(self.0.kind, Kind::Redirect(_))
    }

    /// Whether the limit of one call a minute was exceeded, according to the client's limiter or to
    /// the provider.
    ///
    /// # Troubleshooting
    ///
    /// [`retry_after`](Error::retry_after) says how long to wait. Other processes with the same
    /// account share the limit: give all of them the same store.
    ///
    /// ```
    /// let body = br#"{"status":"Rate limit: 1 request per minute"}"#;
    /// let error = cpalead::OfferList::from_json(body.to_vec()).unwrap_err();
    /// assert!(error.is_rate_limited());
    /// ```
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        match &self.0.kind {
            Kind::Limited => true,
            Kind::Provider(words) => says_too_many(words),
            Kind::Status(Some(words)) if says_too_many(words) => true,
            _ => self.0.status == Some(429),
        }
    }

    /// Whether the connection broke during the call, the answer was not HTTP, or its gzip is
    /// broken.
    ///
    /// # Troubleshooting
    ///
    /// Calls for offers are retried. Calls for conversions and reversals are not, because the
    /// attempt may already have used the one call of this minute.
    #[must_use]
    pub fn is_transport(&self) -> bool {
        matches!(self.0.kind, Kind::Transport(_))
    }

    /// Whether the store of the rate limits failed; nothing was sent.
    ///
    /// # Troubleshooting
    ///
    /// The message names the store and the fault, such as a directory that cannot be written or a
    /// Redis server that is not available.
    #[must_use]
    pub fn is_store(&self) -> bool {
        matches!(self.0.kind, Kind::Store(_))
    }

    /// Whether a catalogue was not refreshed for a reason other than a failed call: the answer was
    /// not believed, or another process holds the turn.
    ///
    /// # Troubleshooting
    ///
    /// The message names the reason. The catalogue still serves what it had.
    #[must_use]
    pub fn is_catalog(&self) -> bool {
        matches!(self.0.kind, Kind::Catalog(_))
    }

    /// Whether an attempt may have reached the provider, and so may have used the one call of this
    /// minute.
    #[must_use]
    pub fn may_have_counted(&self) -> bool {
        self.0.sent == Sent::Maybe
    }

    /// The HTTP status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// How long to wait before trying again, if the provider or the client's limiter says so.
    ///
    /// A wait that the provider asks for is limited to one hour. If other callers wait for the same
    /// account, it can be longer.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The beginning of the body: at most 200 characters, redacted, without control characters.
    ///
    /// The text comes from the provider. It is safe for a log, but must be escaped before it goes
    /// into a web page.
    #[must_use]
    pub fn excerpt(&self) -> Option<&str> {
        self.0.excerpt.as_deref()
    }

    /// The place in the JSON that could not be read, such as `offers[3].amount`.
    ///
    /// ```
    /// let error = cpalead::OfferList::from_json(br#"{"offers":7}"#.to_vec()).unwrap_err();
    /// assert_eq!(error.path(), Some("offers"));
    /// ```
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Decode { path, .. } => Some(path)
                .filter(|path| !path.is_empty())
                .map(String::as_str),
            _ => None,
        }
    }

    /// One word for the kind of failure, for reports and metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        if self.is_rate_limited() {
            return "rate_limited";
        }
        match self.0.kind {
            Kind::Configuration(_) => "configuration",
            Kind::Connect(_) => "connect",
            Kind::Timeout(_) => "timeout",
            Kind::Transport(_) => "transport",
            Kind::TooLarge(_) => "too_large",
            Kind::Redirect(_) => "redirect",
            Kind::Status(_) => "status",
            Kind::Provider(_) => "provider",
            Kind::Decode { .. } => "decode",
            Kind::Limited => "rate_limited",
            Kind::Store(_) => "store",
            Kind::Catalog(_) => "catalog",
        }
    }
}

/// Whether the provider's message is about its rate limit. The provider documents no message; these
/// are the usual ones.
pub(crate) fn says_too_many(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    [
        "too many requests",
        "rate limit",
        "request per minute",
        "requests per minute",
    ]
    .iter()
    .any(|sign| words.contains(sign))
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Error, Kind, Sent};
    use crate::endpoint::Endpoint;

    #[test]
    fn an_error_is_one_word_wide_and_travels_between_threads() {
        fn travels<T: Send + Sync + 'static>() {}
        travels::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[track_caller]
    fn check(error: Error, kind: &str, message: &str) {
        assert_eq!(error.kind(), kind);
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn messages_say_what_failed_with_what_and_what_to_do() {
        let status = || Error::new(Kind::Status(None)).at(Endpoint::Offers);
        check(
            status()
                .with_status(503)
                .with_retry_after(Some(Duration::from_millis(1_500))),
            "status",
            "offers: the provider answered with an error (status 503); try again in 2 s",
        );
        check(
            status().with_status(429),
            "rate_limited",
            "offers: the provider answered with an error (status 429)",
        );
        check(
            Error::new(Kind::Provider("Rate limit: 1 request per minute".into())).with_status(200),
            "rate_limited",
            "the provider refused: Rate limit: 1 request per minute (status 200)",
        );
        check(
            Error::new(Kind::Provider("Invalid publisher id".into())),
            "provider",
            "the provider refused: Invalid publisher id",
        );
        check(
            Error::decode("offers[3].amount", "`x` is not a valid amount"),
            "decode",
            "cannot read the answer at offers[3].amount: `x` is not a valid amount",
        );
        check(
            Error::decode("", "the body is empty"),
            "decode",
            "cannot read the answer: the body is empty",
        );
        check(
            Error::new(Kind::TooLarge(1024)),
            "too_large",
            "the answer is larger than the cap of 1024 bytes",
        );
        check(
            Error::new(Kind::Redirect("https://b.example/x".into())).with_status(302),
            "redirect",
            "the provider redirects to https://b.example/x; not followed (status 302)",
        );
        check(
            Error::new(Kind::Limited)
                .at(Endpoint::Conversions)
                .with_retry_after(Some(Duration::from_secs(42))),
            "rate_limited",
            "conversions: the next call may not start yet; try again in 42 s",
        );
    }

    #[test]
    fn only_what_was_sent_may_have_counted() {
        assert!(!Error::new(Kind::Limited).may_have_counted());
        assert!(
            Error::new(Kind::Status(None))
                .sent(Sent::Maybe)
                .may_have_counted()
        );
    }
}
