//! One call, from permit to rows, in one function: [`Call::fetch`].

pub(crate) mod attempts;
pub(crate) mod inner;
pub(crate) mod operation;
pub(crate) mod retry;
pub(crate) mod retry_after;
pub(crate) mod trace;
pub(crate) mod unpack;
pub(crate) mod wire;

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::decode::json::json_of;
use crate::decode::row::{Row, Shape};
use crate::decode::{self, Decoded};
use crate::endpoint::Endpoint;
use crate::error::{Error, Sent};
use crate::generated;
use crate::jsonp::Callback;
use crate::rate_limits::limiter::Limiter;
use crate::rate_limits::settings::Wait;
use crate::rate_limits::store::account::Account;
use crate::redact;
use attempts::Body;
use inner::Inner;
use retry::Jitter;

/// A call, described once: its endpoint, the shape of its answer, and its limiter.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    inner: Arc<Inner>,
    endpoint: Endpoint,
    shape: Shape,
    limiter: Limiter,
}

impl Call {
    pub(crate) fn new(inner: Arc<Inner>, endpoint: Endpoint, shape: Shape) -> Self {
        let limiter = inner.limiter.clone();
        Self {
            inner,
            endpoint,
            shape,
            limiter,
        }
    }

    /// Makes the call: permit, send, read, decode and scrub, tell the limiter, trace.
    ///
    /// `operation` passes the parameters to the generated client. With a `callback` the answer may
    /// also be a call of that function. `finish` turns the rows into the result.
    ///
    /// # Errors
    ///
    /// When there is no usable answer. It is also an error if there are rows and none can be read:
    /// the provider has then changed their shape, and an empty list would be wrong.
    pub(crate) async fn fetch<R, T, F, Fut, Ignored>(
        &self,
        callback: Option<&Callback>,
        operation: F,
        finish: impl FnOnce(Decoded<R>) -> Result<T, Error>,
    ) -> Result<T, Error>
    where
        R: Row,
        F: FnOnce(generated::Client) -> Fut,
        Fut: Future<Output = Result<Ignored, generated::Error<()>>>,
    {
        self.demand_key()?;
        if tokio::runtime::Handle::try_current().is_err() {
            let message = "there is no tokio runtime: make this call from inside of one";
            return Err(self.refused(message));
        }
        let Self {
            inner,
            endpoint,
            shape,
            limiter,
        } = self;
        let call = async {
            let mut request = operation::request(&inner.http, &inner.base_url, operation)
                .await
                .map_err(|error| error.at(*endpoint))?;
            operation::add_headers(&mut request, *endpoint, callback);
            let listens = inner.drift.is_some();
            let fields = listens.then(|| operation::fields_of(&request)).flatten();
            let body = attempts::send(inner, limiter, *endpoint, request).await?;
            let scrub = |text: &str| inner.excerpt(text.as_bytes());
            let read = decode::decode(&body.text, callback, *shape, &scrub)
                .and_then(rows_or_error)
                .and_then(finish);
            // A refusal has the shape of an error, which is not drift.
            if read.as_ref().err().is_none_or(Error::is_decode) {
                self.look_for_drift(&body.text, callback, fields.as_deref());
            }
            match read {
                Ok(read) => Ok(read),
                Err(error) => Err(self.refused_in(&body, error).await),
            }
        };
        trace::within(trace::call(*endpoint, &inner.host, inner.port), call).await
    }

    /// Tells the listener what the answer holds beside the document, if there is a listener.
    fn look_for_drift(&self, text: &str, callback: Option<&Callback>, fields: Option<&str>) {
        let Self {
            inner, endpoint, ..
        } = self;
        let Some(monitor) = &inner.drift else {
            return;
        };
        let Ok((json, _)) = json_of(text, callback) else {
            return;
        };
        for mut drift in monitor.look(*endpoint, fields, inner.clock.steady(), json) {
            drift.scrub(&|text| redact::scrub(text, &inner.secrets()));
            trace::drift(&drift);
            monitor.tell(&drift);
        }
    }

    /// # Errors
    ///
    /// When the endpoint needs the api key and there is none.
    pub(crate) fn demand_key(&self) -> Result<(), Error> {
        if self.endpoint.needs_key() && self.inner.api_key.is_none() {
            return Err(self.refused("no api key is set, and this call needs one"));
        }
        Ok(())
    }

    /// The error for input that cannot be sent.
    pub(crate) fn refused(&self, message: impl Into<String>) -> Error {
        Error::configuration(message).at(self.endpoint)
    }

    /// Adds to an error in the body what is known of the answer, and hides the key in it.
    ///
    /// If the provider said that the limit was exceeded, the limiter is told, although the status
    /// was a success.
    async fn refused_in(&self, body: &Body, error: Error) -> Error {
        let error = error
            .scrubbed(|text| self.inner.excerpt(text.as_bytes()))
            .at(self.endpoint)
            .with_status(body.status)
            .with_retry_after(body.retry_after)
            .with_excerpt(self.inner.excerpt(body.text.as_bytes()))
            .sent(Sent::Maybe);
        if !error.is_rate_limited() {
            return error;
        }
        let asked = error.retry_after();
        let wait = self.limiter.postpone(self.endpoint, asked).await;
        error.with_retry_after(wait)
    }

    /// The same call with a different setting for waiting than the client's.
    pub(crate) fn with_wait(&self, wait: Wait) -> Self {
        Self {
            limiter: self.limiter.with_wait(wait),
            ..self.clone()
        }
    }

    /// The same call for a caller that always has to wait; see [`Limiter::patient`].
    pub(crate) fn patient(&self, longest: Duration) -> Self {
        Self {
            limiter: self.limiter.patient(longest),
            ..self.clone()
        }
    }

    /// How long the call would have to wait now; no slot is taken.
    ///
    /// # Errors
    ///
    /// When the store of the limits fails.
    pub(crate) async fn next_free(&self) -> Result<Duration, Error> {
        self.inner.next_free(self.endpoint).await
    }

    /// The shortest time between two starts of this call.
    pub(crate) fn interval(&self) -> Duration {
        self.limiter.interval(self.endpoint)
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// The printable beginning of the provider's text, with the key hidden.
    pub(crate) fn shown(&self, text: &str) -> String {
        self.inner.excerpt(text.as_bytes())
    }

    pub(crate) fn account(&self) -> &Account {
        &self.inner.account
    }

    pub(crate) fn jitter(&self) -> &Arc<dyn Jitter> {
        &self.inner.jitter
    }

    pub(crate) fn publisher_id(&self) -> u64 {
        self.inner.publisher_id
    }
}

/// The decoded rows, or an error where there are rows and nothing in any of them can be read.
fn rows_or_error<R>(decoded: Decoded<R>) -> Result<Decoded<R>, Error> {
    match decoded.useless() {
        Some(defect) => Err(Error::decode(defect.path(), defect.message())),
        None => Ok(decoded),
    }
}
