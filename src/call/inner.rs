//! The state that all calls of one client share.

use std::sync::Arc;
use std::time::Duration;

use super::retry::{Jitter, RetryPolicy};
use crate::api_key::ApiKey;
use crate::clock::Clock;
use crate::drift::monitor::Monitor;
use crate::endpoint::Endpoint;
use crate::error::{Error, Kind};
use crate::rate_limits::limiter::{LimitError, Limiter};
use crate::rate_limits::store::account::Account;
use crate::redact;

/// The state that all calls of a client share, made by the builder.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    pub(crate) base_url: String,
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
    pub(crate) publisher_id: u64,
    /// The name of the account in stores.
    pub(crate) account: Account,
    pub(crate) api_key: Option<ApiKey>,
    pub(crate) max_body: u64,
    pub(crate) retry: RetryPolicy,
    pub(crate) limiter: Limiter,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) jitter: Arc<dyn Jitter>,
    /// Set by `on_drift`: without it no answer is compared with the document.
    pub(crate) drift: Option<Monitor>,
}

impl Inner {
    /// How long a call to an endpoint would have to wait now; no slot is taken.
    ///
    /// # Errors
    ///
    /// When the store of the limits fails.
    pub(crate) async fn next_free(&self, endpoint: Endpoint) -> Result<Duration, Error> {
        let wait = self.limiter.peek(endpoint).await;
        wait.map_err(|error| limited(error).at(endpoint))
    }

    /// The printable beginning of a body, with the key hidden.
    pub(super) fn excerpt(&self, body: &[u8]) -> String {
        redact::excerpt(body, &self.secrets())
    }

    /// The texts that must never be shown, even if the provider repeats them.
    pub(super) fn secrets(&self) -> Vec<&str> {
        self.api_key.iter().map(ApiKey::expose).collect()
    }
}

/// Turns a refusal of the limiter into the library's error.
pub(super) fn limited(error: LimitError) -> Error {
    match error {
        LimitError::Limited { retry_after } => {
            Error::new(Kind::Limited).with_retry_after(Some(retry_after))
        }
        LimitError::Store(error) => Error::new(Kind::Store(error.to_string())),
    }
}
