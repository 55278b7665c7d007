//! The one place where a call leaves: the generated client's hook hands its request over, and an answer or an error comes back.
//!
//! Permit, key, attempt, bounded read and retry are here; what an answer means is `answer`'s.

mod wire;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use progenitor_client::{ClientHooks, OperationInfo};

use crate::clock::Clock;
use crate::error::{Error, Kind, Sent};
use crate::generated;
use crate::limits::{Endpoint, LimitError, Limiter, Permit};
use crate::redact;
use crate::retry::{self, Decision, Jitter, RetryPolicy};
use crate::secret::ApiKey;
use crate::trace;

pub(crate) use wire::causes;
use wire::{failed, pointed_to, read_body, wait_asked};

/// What all calls of a client share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) http: reqwest::Client,
    pub(crate) base_url: String,
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
    pub(crate) publisher_id: u64,
    pub(crate) api_key: Option<ApiKey>,
    pub(crate) max_body: u64,
    pub(crate) retry: RetryPolicy,
    pub(crate) limiter: Limiter,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) jitter: Arc<dyn Jitter>,
}

/// The body of a 2xx answer, as text.
pub(crate) struct Body {
    pub(crate) text: Arc<String>,
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
}

/// One call: the generated client carries it to the hook, and the outcome back.
#[derive(Clone)]
pub(crate) struct Call {
    shared: Arc<Shared>,
    limiter: Limiter,
    endpoint: Endpoint,
    // The hook's signature has no place for an error of ours, so the outcome travels beside it.
    outcome: Arc<Mutex<Option<Result<Body, Error>>>>,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl ClientHooks<Call> for generated::Client {
    async fn exec(
        &self,
        request: reqwest::Request,
        _: &OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        let (outcome, answer) = match self.inner.run(request).await {
            Ok((body, answer)) => (Ok(body), answer),
            Err(error) => (Err(error), reqwest::Response::from(http::Response::new(""))),
        };
        *self.inner.slot() = Some(outcome);
        // Nobody reads this answer, which is empty or read to its end: what counts lies in the call.
        Ok(answer)
    }
}

impl Shared {
    /// Runs one generated operation under a limiter of this client's, and returns what its hook met.
    ///
    /// # Errors
    ///
    /// When no usable answer came.
    pub(crate) async fn call<F, Fut, T>(
        self: &Arc<Self>,
        limiter: &Limiter,
        endpoint: Endpoint,
        operation: F,
    ) -> Result<Body, Error>
    where
        F: FnOnce(generated::Client) -> Fut,
        Fut: Future<Output = Result<T, generated::Error<()>>>,
    {
        let call = Call {
            shared: Arc::clone(self),
            limiter: limiter.clone(),
            endpoint,
            outcome: Arc::default(),
        };
        let http = self.http.clone();
        let client = generated::Client::new_with_client(&self.base_url, http, call.clone());
        let generated = operation(client).await;
        let outcome = call.slot().take();
        match (outcome, generated) {
            (Some(outcome), _) => outcome,
            (None, Err(error)) => Err(unsent(error).at(endpoint)),
            (None, Ok(_)) => Err(Error::configuration("the request was not sent").at(endpoint)),
        }
    }

    /// A call with all that it does, reading its answer included, inside of its span.
    ///
    /// # Errors
    ///
    /// The call's own.
    pub(crate) fn traced<T>(
        &self,
        endpoint: Endpoint,
        call: impl Future<Output = Result<T, Error>>,
    ) -> impl Future<Output = Result<T, Error>> {
        trace::within(trace::call(endpoint, &self.host, self.port), call)
    }

    /// A printable beginning of a body, without the key.
    pub(crate) fn excerpt(&self, body: &[u8]) -> String {
        redact::excerpt(body, &self.secrets())
    }

    /// An error that a body turned out to be, with what is known of its answer, and without the key where the provider repeats it.
    pub(crate) fn explained(&self, error: Error, endpoint: Endpoint, body: &Body) -> Error {
        error
            .scrubbed(|text| self.excerpt(text.as_bytes()))
            .at(endpoint)
            .with_status(body.status)
            .with_retry_after(body.retry_after)
            .with_excerpt(self.excerpt(body.text.as_bytes()))
            .sent(Sent::Maybe)
    }

    /// # Errors
    ///
    /// When there is no api key, which the endpoint needs.
    pub(crate) fn demand_key(&self, endpoint: Endpoint) -> Result<(), Error> {
        match self.api_key {
            Some(_) => Ok(()),
            None => {
                Err(Error::configuration("no api key is set, and this call needs one").at(endpoint))
            }
        }
    }

    fn secrets(&self) -> Vec<&str> {
        self.api_key.iter().map(ApiKey::expose).collect()
    }
}

/// An operation that failed before its hook could not build its request.
fn unsent(error: generated::Error<()>) -> Error {
    let reason = match error {
        generated::Error::InvalidRequest(reason) => reason,
        generated::Error::CommunicationError(error) => causes(error, &[]),
        _ => "for no reason given".to_owned(),
    };
    Error::configuration(format!("the request cannot be built: {reason}"))
}

impl Call {
    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Result<Body, Error>>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Attempts until there is an answer, or no further attempt is allowed.
    async fn run(&self, mut request: reqwest::Request) -> Result<(Body, reqwest::Response), Error> {
        // The generator announces the document's version; the provider never asked for it.
        request.headers_mut().remove("api-version");
        let Shared {
            clock,
            retry,
            jitter,
            ..
        } = &*self.shared;
        let mut attempt = 1;
        // When the first attempt began: waiting for its slot is the limiter's time, not the retries'.
        let mut begun = None;
        let mut before: Option<Error> = None;
        loop {
            let asked = clock.steady();
            let permit = match self.limiter.acquire(self.endpoint).await {
                Ok(permit) => permit,
                Err(error) => {
                    let error = limited(error).at(self.endpoint);
                    // What the provider said says more than that the next attempt may not start yet.
                    return Err(match before {
                        Some(failure) => failure.with_retry_after(error.retry_after()),
                        None => error,
                    });
                }
            };
            let begun = *begun.get_or_insert_with(|| clock.steady());
            let waited = clock.steady().saturating_sub(asked);
            let result = self.attempt(&request, permit).await;
            trace::attempt(&trace::Attempt {
                number: attempt,
                url: &|| redact::url(request.url().as_str(), &self.shared.secrets()),
                status: result
                    .as_ref()
                    .map_or_else(Error::status, |(body, _)| Some(body.status)),
                error: result.as_ref().err().map(Error::kind),
                waited,
            });
            let mut failure = match result {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure.at(self.endpoint),
            };
            let mendable = self.may_retry(&failure);
            if before.as_ref().is_some_and(Error::may_have_counted) {
                failure = failure.sent(Sent::Maybe);
            }
            if !mendable {
                return Err(failure);
            }
            let elapsed = clock.steady().saturating_sub(begun);
            match retry.next(attempt, elapsed, failure.retry_after(), jitter.random()) {
                Decision::Wait(wait) => clock.sleep(wait).await,
                Decision::GiveUp => return Err(failure),
            }
            before = Some(failure);
            attempt += 1;
        }
    }

    /// An attempt at a limited endpoint may have used its minute, so that only one that never left is made again.
    fn may_retry(&self, failure: &Error) -> bool {
        let never_left =
            !failure.may_have_counted() && (failure.is_connect() || failure.is_timeout());
        match self.endpoint {
            Endpoint::Offers => {
                let busy = failure.is_status() && failure.status().is_some_and(retry::is_retryable);
                never_left || failure.is_transport() || busy
            }
            _ => never_left,
        }
    }

    /// One attempt, from the key to the last byte of the body; with it the answer that it was read from.
    async fn attempt(
        &self,
        request: &reqwest::Request,
        permit: Permit,
    ) -> Result<(Body, reqwest::Response), Error> {
        let shared = &*self.shared;
        let secrets = shared.secrets();
        let Some(mut request) = request.try_clone() else {
            return Err(Error::configuration("the request cannot be repeated"));
        };
        if let (Some(key), true) = (&shared.api_key, self.endpoint != Endpoint::Offers) {
            request
                .url_mut()
                .query_pairs_mut()
                .append_pair("api_key", key.expose());
        }
        let sending = Sending(Some(permit));
        let sent = shared.http.execute(request).await;
        let mut response = sent.map_err(|error| {
            let error = failed(error, &secrets);
            if error.may_have_counted() {
                error
            } else {
                sending.give_back(error)
            }
        })?;
        let status = response.status().as_u16();
        let mut retry_after = wait_asked(response.headers(), &*shared.clock);
        if status == 429 || retry_after.is_some() {
            let wait = deferred(&self.limiter, self.endpoint, retry_after).await;
            // The provider may ask for less than our own interval: what counts is when the next call can start.
            retry_after = retry_after.max(wait);
        }
        if (300..400).contains(&status)
            && let Some(place) = pointed_to(response.headers(), &secrets)
        {
            return Err(answered(Kind::Redirect(place), status, retry_after));
        }
        let read = read_body(&mut response, shared.max_body, &secrets).await;
        if !(200..300).contains(&status) {
            // The status says more than a body that broke off.
            let excerpt = redact::excerpt(&read.unwrap_or_default(), &secrets);
            return Err(answered(Kind::Status, status, retry_after).with_excerpt(excerpt));
        }
        let bytes = read.map_err(|error| {
            error
                .with_status(status)
                .with_retry_after(retry_after)
                .sent(Sent::Maybe)
        })?;
        match String::from_utf8(bytes) {
            Ok(text) => {
                let text = Arc::new(text);
                let body = Body {
                    text,
                    status,
                    retry_after,
                };
                Ok((body, response))
            }
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let excerpt = redact::excerpt(error.as_bytes(), &secrets);
                Err(
                    Error::decode("", format!("it is not UTF-8 from byte {at} on"))
                        .with_status(status)
                        .with_retry_after(retry_after)
                        .with_excerpt(excerpt)
                        .sent(Sent::Maybe),
                )
            }
        }
    }
}

/// A permit under way: whatever ends the attempt uses it up, unless it is known that nothing left.
struct Sending(Option<Permit>);

impl Sending {
    fn give_back(mut self, error: Error) -> Error {
        drop(self.0.take());
        error
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if let Some(permit) = self.0.take() {
            permit.start();
        }
    }
}

/// Our error for a limiter's refusal.
pub(crate) fn limited(error: LimitError) -> Error {
    match error {
        LimitError::Limited { retry_after } => {
            Error::new(Kind::Limited).with_retry_after(Some(retry_after))
        }
        LimitError::Store(error) => Error::new(Kind::Store(error.to_string())),
    }
}

/// Moves the next start later, as the provider asks, and says how long it is until then.
pub(crate) async fn deferred(
    limiter: &Limiter,
    endpoint: Endpoint,
    retry_after: Option<Duration>,
) -> Option<Duration> {
    // A store that fails here has nothing to add to the answer that the caller gets.
    limiter.defer(endpoint, retry_after).await.ok()?;
    let wait = limiter.peek(endpoint).await.ok()?;
    (!wait.is_zero()).then_some(wait)
}

fn answered(kind: Kind, status: u16, retry_after: Option<Duration>) -> Error {
    Error::new(kind)
        .with_status(status)
        .with_retry_after(retry_after)
        .sent(Sent::Maybe)
}
