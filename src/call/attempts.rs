//! The attempts of one call: permit, api key, send, bounded read, and a retry where that is safe.

use std::sync::Arc;
use std::time::Duration;

use super::inner::{Inner, limited};
use super::retry::{self, Decision};
use super::trace;
use super::wire::{failed, pointed_to, read_body, wait_asked};
use crate::decode::json::not_utf8;
use crate::decode::words::words_of_failure;
use crate::endpoint::Endpoint;
use crate::error::{Error, Kind, Sent};
use crate::rate_limits::limiter::Limiter;
use crate::rate_limits::permit::Permit;
use crate::redact;

/// The body of a 2xx answer, as text.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) text: Arc<String>,
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
}

/// Makes attempts until there is an answer or no further attempt is allowed.
///
/// # Errors
///
/// The error of the last attempt, or the limiter's refusal.
pub(super) async fn send(
    inner: &Inner,
    limiter: &Limiter,
    endpoint: Endpoint,
    request: reqwest::Request,
) -> Result<Body, Error> {
    let clock = &inner.clock;
    let mut attempt = 1;
    // When the first attempt began. The wait for its slot does not count as time for retries.
    let mut begun = None;
    let mut before: Option<Error> = None;
    loop {
        let asked = clock.steady();
        let permit = match limiter.acquire(endpoint).await {
            Ok(permit) => permit,
            Err(error) => {
                let error = limited(error).at(endpoint);
                // What the provider answered is more useful than that the next attempt may not
                // start yet.
                return Err(match before {
                    Some(failure) => failure.with_retry_after(error.retry_after()),
                    None => error,
                });
            }
        };
        let begun = *begun.get_or_insert_with(|| clock.steady());
        let waited = clock.steady().saturating_sub(asked);
        let result = make(inner, limiter, endpoint, &request, permit).await;
        trace::attempt(&trace::Attempt {
            number: attempt,
            url: &|| redact::url(request.url().as_str(), &inner.secrets()),
            status: result
                .as_ref()
                .map_or_else(Error::status, |body| Some(body.status)),
            error: result.as_ref().err().map(Error::kind),
            waited,
        });
        let mut failure = match result {
            Ok(body) => return Ok(body),
            Err(failure) => failure.at(endpoint),
        };
        let may_retry = may_retry(endpoint, &failure);
        if before.as_ref().is_some_and(Error::may_have_counted) {
            failure = failure.sent(Sent::Maybe);
        }
        if !may_retry {
            return Err(failure);
        }
        let elapsed = clock.steady().saturating_sub(begun);
        let asked = failure.retry_after();
        match inner
            .retry
            .next(attempt, elapsed, asked, inner.jitter.random())
        {
            Decision::Wait(wait) => clock.sleep(wait).await,
            Decision::GiveUp => return Err(failure),
        }
        before = Some(failure);
        attempt += 1;
    }
}

/// An attempt at a limited endpoint may have used the one call of this minute. There only an
/// attempt that was never sent is repeated.
fn may_retry(endpoint: Endpoint, failure: &Error) -> bool {
    let never_left = !failure.may_have_counted() && (failure.is_connect() || failure.is_timeout());
    match endpoint {
        Endpoint::Offers => {
            let busy = failure.is_status() && failure.status().is_some_and(retry::is_retryable);
            never_left || failure.is_transport() || busy
        }
        Endpoint::Conversions | Endpoint::Reversals => never_left,
    }
}

/// One attempt, from the key to the last byte of the body.
async fn make(
    inner: &Inner,
    limiter: &Limiter,
    endpoint: Endpoint,
    request: &reqwest::Request,
    permit: Permit,
) -> Result<Body, Error> {
    let secrets = inner.secrets();
    let Some(mut request) = request.try_clone() else {
        return Err(Error::configuration("the request cannot be repeated"));
    };
    if let (Some(key), true) = (&inner.api_key, endpoint.needs_key()) {
        request
            .url_mut()
            .query_pairs_mut()
            .append_pair("api_key", key.expose());
    }
    let sending = Sending(Some(permit));
    let sent = inner.http.execute(request).await;
    let mut response = sent.map_err(|error| {
        let error = failed(error, Some(&inner.base_url), &secrets);
        if error.may_have_counted() {
            error
        } else {
            sending.give_back(error)
        }
    })?;
    let status = response.status().as_u16();
    let mut retry_after = wait_asked(response.headers(), &*inner.clock);
    if status == 429 || retry_after.is_some() {
        let wait = limiter.postpone(endpoint, retry_after).await;
        // The provider may ask for less than the limiter's interval. What counts is when the next
        // call can start.
        retry_after = retry_after.max(wait);
    }
    if (300..400).contains(&status)
        && let Some(place) = pointed_to(response.headers(), &secrets)
    {
        return Err(answered(Kind::Redirect(place), status, retry_after));
    }
    let read = read_body(&mut response, inner.max_body, &secrets).await;
    if !(200..300).contains(&status) {
        // The status says more than a body that broke off.
        let body = read.unwrap_or_default();
        let words = words_of_failure(&String::from_utf8_lossy(&body));
        let words = words.map(|words| redact::excerpt(words.as_bytes(), &secrets));
        let error = answered(Kind::Status(words), status, retry_after)
            .with_excerpt(redact::excerpt(&body, &secrets));
        if retry_after.is_some() || !error.is_rate_limited() {
            return Err(error);
        }
        // The words alone say that the limit was exceeded.
        let wait = limiter.postpone(endpoint, None).await;
        return Err(error.with_retry_after(wait));
    }
    let read = read.and_then(|bytes| {
        String::from_utf8(bytes).map_err(|error| {
            let excerpt = redact::excerpt(error.as_bytes(), &secrets);
            not_utf8(error.utf8_error()).with_excerpt(excerpt)
        })
    });
    match read {
        Ok(text) => Ok(Body {
            text: Arc::new(text),
            status,
            retry_after,
        }),
        Err(error) => Err(error
            .with_status(status)
            .with_retry_after(retry_after)
            .sent(Sent::Maybe)),
    }
}

/// The permit of a running call. However the attempt ends, the permit is used up, unless it is
/// certain that nothing was sent.
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

fn answered(kind: Kind, status: u16, retry_after: Option<Duration>) -> Error {
    Error::new(kind)
        .with_status(status)
        .with_retry_after(retry_after)
        .sent(Sent::Maybe)
}
