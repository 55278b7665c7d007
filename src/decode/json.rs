//! What a 2xx answer turns out to be: the rows that were asked for, or the error that its body really is.

use std::sync::Arc;

use crate::decode::{self, Answer, Json, Row, Shape};
use crate::error::Error;
use crate::jsonp::{self, Callback};
use crate::limits::{Endpoint, Limiter};
use crate::redact;
use crate::transport::{Body, Shared, deferred};

/// Reads the rows of an answer.
///
/// # Errors
///
/// When the body is not what was asked for, or says that the call failed.
pub(crate) fn rows<R: Row>(
    shared: &Shared,
    endpoint: Endpoint,
    body: &Body,
    callback: Option<&Callback>,
    shape: Shape,
) -> Result<Answer<R>, Error> {
    let read = json_of(&body.text, callback).and_then(|json| decode::decode(json, shape));
    match read {
        Ok(mut answer) => {
            for rejected in &mut answer.rejected {
                rejected.scrub(|text| shared.excerpt(text.as_bytes()));
            }
            Ok(answer)
        }
        Err(error) => Err(shared.explained(error, endpoint, body)),
    }
}

/// Reads the rows of an answer, of which some can be read if there are any: all of them odd is a change at the provider's, and an empty list would
/// be a lie.
///
/// # Errors
///
/// As for [`rows`]; and when there are rows of which none can be read.
pub(crate) fn some_rows<R: Row>(
    shared: &Shared,
    endpoint: Endpoint,
    body: &Body,
    callback: Option<&Callback>,
    shape: Shape,
) -> Result<Answer<R>, Error> {
    let answer = rows(shared, endpoint, body, callback, shape)?;
    match answer.rejected.first() {
        Some(first) if answer.rows.is_empty() => {
            let error = Error::decode(first.path(), first.message());
            Err(shared.explained(error, endpoint, body))
        }
        _ => Ok(answer),
    }
}

/// The JSON of an answer as a script that calls the function.
///
/// # Errors
///
/// When a script would read it otherwise than JSON.
pub(crate) fn rewrapped(json: Json<'_>, callback: &Callback) -> Result<String, Error> {
    jsonp::wrap(callback, json.text).map_err(|error| Error::decode("", error.to_string()))
}

/// Tells the limiter of a refusal that came in the body of a success, and passes the result on.
///
/// # Errors
///
/// The error that it was given.
pub(crate) async fn noted<T>(
    limiter: &Limiter,
    endpoint: Endpoint,
    read: Result<T, Error>,
) -> Result<T, Error> {
    match read {
        Err(error) if error.is_rate_limited() => {
            let wait = deferred(limiter, endpoint, error.retry_after()).await;
            Err(error.with_retry_after(wait))
        }
        read => read,
    }
}

/// The text of a body, its UTF-8 checked once for all that is read from it.
///
/// # Errors
///
/// When it is not UTF-8.
pub(crate) fn text_of(body: Vec<u8>) -> Result<Arc<String>, Error> {
    String::from_utf8(body).map(Arc::new).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Error::decode("", format!("it is not UTF-8 from byte {at} on"))
    })
}

/// The JSON text of an answer: behind a byte order mark, and inside the call where one was asked for.
///
/// # Errors
///
/// When the answer is a call though JSON was asked for, or another call than the one that was asked for.
pub(crate) fn json_of<'a>(
    source: &'a Arc<String>,
    callback: Option<&Callback>,
) -> Result<Json<'a>, Error> {
    let text = source.as_str();
    let text = match callback {
        Some(callback) if !text.trim_start().starts_with('<') => {
            jsonp::unwrap(text, Some(callback))
                .map_err(|error| Error::decode("", error.to_string()))
        }
        Some(_) => Ok(text),
        None => match jsonp::callback_of(text) {
            Some(name) => Err(Error::decode(
                "",
                format!("it is a JSONP call of `{name}`, though JSON was asked for"),
            )),
            None => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        },
    }?;
    Ok(Json { source, text })
}

/// The JSON inside a text that was read once already, whatever it is wrapped in.
pub(crate) fn json_inside(text: &str) -> &str {
    jsonp::unwrap(text, None).unwrap_or(text)
}

/// A part of a message that may be the provider's, as far as it may be shown where no secret is known.
pub(crate) fn shown(text: &str) -> String {
    redact::excerpt(text.as_bytes(), &[])
}
