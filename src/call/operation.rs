//! Builds a request with the generated client. The hook keeps the request and stops the operation,
//! so the generated client never sends it.

use std::sync::{Arc, Mutex, PoisonError};

use progenitor_client::{ClientHooks, OperationInfo};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, HeaderValue};

use super::wire::causes;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::generated;
use crate::jsonp::Callback;

/// Where the hook stores the request of one operation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Captured(Arc<Mutex<Option<reqwest::Request>>>);

impl Captured {
    fn slot(&self) -> std::sync::MutexGuard<'_, Option<reqwest::Request>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientHooks<Captured> for generated::Client {
    /// Takes the request and ends the operation before anything is sent.
    async fn pre<E>(
        &self,
        request: &mut reqwest::Request,
        _: &OperationInfo,
    ) -> Result<(), generated::Error<E>> {
        let spent = reqwest::Request::new(reqwest::Method::GET, request.url().clone());
        *self.inner.slot() = Some(std::mem::replace(request, spent));
        Err(generated::Error::Custom(String::new()))
    }
}

/// The request that a generated operation builds from its parameters.
///
/// # Errors
///
/// When no request can be built from the parameters.
pub(super) async fn request<F, Fut, T>(
    http: &reqwest::Client,
    base_url: &str,
    operation: F,
) -> Result<reqwest::Request, Error>
where
    F: FnOnce(generated::Client) -> Fut,
    Fut: Future<Output = Result<T, generated::Error<()>>>,
{
    let captured = Captured::default();
    let client = generated::Client::new_with_client(base_url, http.clone(), captured.clone());
    let stopped = operation(client).await;
    if let Some(mut request) = captured.slot().take() {
        // The generator sends the version of the document, which the provider does not use.
        request.headers_mut().remove("api-version");
        return Ok(request);
    }
    let reason = match stopped {
        Err(generated::Error::InvalidRequest(reason)) => reason,
        Err(generated::Error::CommunicationError(error)) => causes(error, &[]),
        _ => "the generated client gives no reason".to_owned(),
    };
    Err(Error::configuration(format!(
        "the request cannot be built: {reason}"
    )))
}

/// The fields that a request asks for, as a comma list; none for all.
pub(super) fn fields_of(request: &reqwest::Request) -> Option<String> {
    let mut pairs = request.url().query_pairs();
    let (_, fields) = pairs.find(|(name, _)| name == "fields")?;
    Some(fields.into_owned())
}

/// What a request says about the answer and the connection.
pub(super) fn add_headers(
    request: &mut reqwest::Request,
    endpoint: Endpoint,
    callback: Option<&Callback>,
) {
    let headers = request.headers_mut();
    let accept = match callback {
        Some(_) => "application/javascript, application/json;q=0.9",
        None => "application/json",
    };
    headers.insert(ACCEPT, HeaderValue::from_static(accept));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    if endpoint.has_limit() {
        // The next call is a minute away. A connection that is kept so long may be dead by then,
        // and a call that fails on it may have used its minute.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
}
