//! What is read from the wire: the headers that matter, the body up to its cap, and reqwest's
//! errors as errors of this library.

use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, HeaderMap, LOCATION, RETRY_AFTER};

use super::retry_after::retry_after;
use crate::clock::Clock;
use crate::error::{Error, Kind, Sent};
use crate::redact;

/// How long the provider asks to wait.
pub(super) fn wait_asked(headers: &HeaderMap, clock: &dyn Clock) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?;
    retry_after(value.as_bytes(), clock.now())
}

/// Where a redirect points, without its query.
pub(super) fn pointed_to(headers: &HeaderMap, secrets: &[&str]) -> Option<String> {
    let location = headers.get(LOCATION)?;
    // The key is hidden before the text is cut. If the key contained `?` or `#`, it would lose its
    // end at the cut and no longer be found.
    let text = redact::scrub(&String::from_utf8_lossy(location.as_bytes()), secrets);
    let address = text.split(['?', '#']).next().unwrap_or_default();
    Some(redact::url(address, secrets))
}

/// Reads the decoded body, and stops as soon as it exceeds the cap.
///
/// # Errors
///
/// When the body is larger than the cap, or the connection fails.
pub(super) async fn read_body(
    response: &mut reqwest::Response,
    cap: u64,
    secrets: &[&str],
) -> Result<Vec<u8>, Error> {
    let announced = response
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > cap) {
        return Err(Error::new(Kind::TooLarge(cap)));
    }
    // Content-Length is only a hint, so at most 8 MB are reserved for it.
    let reserved = announced.unwrap_or(0).min(8 << 20);
    let mut body = Vec::with_capacity(usize::try_from(reserved).unwrap_or(0));
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| failed(error, secrets))?
    {
        if (body.len() + chunk.len()) as u64 > cap {
            return Err(Error::new(Kind::TooLarge(cap)));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Turns an error of reqwest into one of this library. The original is dropped, because its
/// messages and sources may contain the URL.
pub(super) fn failed(error: reqwest::Error, secrets: &[&str]) -> Error {
    let (timeout, connect, builder) = (error.is_timeout(), error.is_connect(), error.is_builder());
    let causes = causes(error, secrets);
    if builder {
        return Error::configuration(format!("the request cannot be built: {causes}"));
    }
    match (timeout, connect) {
        (true, true) => Error::new(Kind::Timeout(format!(
            "timed out while connecting: {causes}"
        ))),
        (true, false) => Error::new(Kind::Timeout(format!(
            "timed out waiting for the provider: {causes}"
        )))
        .sent(Sent::Maybe),
        (false, true) => Error::new(Kind::Connect(format!("cannot connect: {causes}"))),
        (false, false) => {
            Error::new(Kind::Transport(format!("the connection broke: {causes}"))).sent(Sent::Maybe)
        }
    }
}

/// The messages of an error and its sources, without the URL and the key.
pub(crate) fn causes(error: reqwest::Error, secrets: &[&str]) -> String {
    let error = error.without_url();
    let mut parts: Vec<String> = Vec::new();
    let mut next: Option<&dyn std::error::Error> = std::error::Error::source(&error);
    while let Some(cause) = next {
        let text = cause.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        next = cause.source();
    }
    if parts.is_empty() {
        parts.push(error.to_string());
    }
    redact::excerpt(parts.join(": ").as_bytes(), secrets)
}
