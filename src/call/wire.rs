//! What is read from the wire: the headers that matter, the body up to its cap, and reqwest's
//! errors as errors of this library.

use std::time::Duration;

use reqwest::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER,
};

use super::retry_after::retry_after;
use super::unpack::{Encoding, Unpacked};
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
    let headers = response.headers();
    let encodings = headers.get_all(CONTENT_ENCODING).iter();
    let encoding = Encoding::of(encodings.map(HeaderValue::as_bytes))
        .map_err(|error| error.scrubbed(|text| redact::excerpt(text.as_bytes(), secrets)))?;
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok())
        // Of a packed body only the packed length is known.
        .filter(|_| encoding == Encoding::Identity);
    if announced.is_some_and(|length| length > cap) {
        return Err(Error::new(Kind::TooLarge(cap)));
    }
    // Content-Length is only a hint, so at most 8 MB are reserved for it.
    let reserved = usize::try_from(announced.unwrap_or(0).min(8 << 20)).unwrap_or(0);
    let mut body: Option<Unpacked> = None;
    // Packing makes nothing larger, but for a few bytes. Without this cap, packed nothing could be
    // sent without end.
    let packed_cap = cap.saturating_add(cap / 100).saturating_add(1024);
    let mut received = 0_u64;
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| failed(error, None, secrets))?
    {
        received += chunk.len() as u64;
        if received > packed_cap {
            return Err(Error::new(Kind::TooLarge(cap)));
        }
        body.get_or_insert_with(|| Unpacked::new(encoding, cap, reserved))
            .push(&chunk)?;
    }
    // An answer without a body is not packed, whatever its header says.
    body.map_or(Ok(Vec::new()), Unpacked::finish)
}

/// Turns an error of reqwest into one of this library. The original is dropped, because its
/// messages and sources may contain the URL.
///
/// `base_url` is named where no connection to it was established.
pub(super) fn failed(error: reqwest::Error, base_url: Option<&str>, secrets: &[&str]) -> Error {
    let place = base_url.map(|url| format!(" to {}", redact::url(url, secrets)));
    let place = place.unwrap_or_default();
    let (timeout, connect, builder) = (error.is_timeout(), error.is_connect(), error.is_builder());
    let causes = causes(error, secrets);
    if builder {
        return Error::configuration(format!("the request cannot be built: {causes}"));
    }
    match (timeout, connect) {
        (true, true) => Error::new(Kind::Timeout(format!(
            "timed out while connecting{place}: {causes}"
        ))),
        (true, false) => Error::new(Kind::Timeout(format!(
            "timed out waiting for the provider: {causes}"
        )))
        .sent(Sent::Maybe),
        (false, true) => Error::new(Kind::Connect(format!("cannot connect{place}: {causes}"))),
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
