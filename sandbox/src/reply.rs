//! Owns the last step of an answer: its compression and its HTTP headers.

use std::io::{Error, Write};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::Frame;

use crate::answer::Answer;

/// For a body of fewer bytes, gzip costs more than it saves.
const WORTH_COMPRESSING: usize = 256;

/// The encoding of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
}

/// An answer in its final form.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    answer: Answer,
    body: Bytes,
    coding: Coding,
    delay: Option<Duration>,
    cut: bool,
    location: Option<String>,
}

impl Reply {
    /// Encodes `answer` as `coding`, unless it is too short for that.
    pub(crate) fn of(mut answer: Answer, coding: Coding) -> Reply {
        let body = std::mem::take(&mut answer.body).into_bytes();
        if coding == Coding::Gzip && body.len() >= WORTH_COMPRESSING {
            let mut encoder =
                GzEncoder::new(Vec::with_capacity(body.len() / 8), Compression::default());
            let written = encoder.write_all(&body).and_then(|()| encoder.finish());
            if let Ok(packed) = written {
                return Reply {
                    answer,
                    body: packed.into(),
                    coding,
                    delay: None,
                    cut: false,
                    location: None,
                };
            }
        }
        Reply {
            answer,
            body: body.into(),
            coding: Coding::Identity,
            delay: None,
            cut: false,
            location: None,
        }
    }

    /// The same reply, with an address in the header `Location`.
    pub(crate) fn to(self, location: Option<String>) -> Reply {
        Reply { location, ..self }
    }

    /// The same reply, of which the connection carries only half of the body.
    pub(crate) fn cut(self) -> Reply {
        Reply { cut: true, ..self }
    }

    /// The same reply, sent after a delay.
    pub(crate) fn after(self, delay: Duration) -> Reply {
        let delay = Some(delay);
        Reply { delay, ..self }
    }

    pub(crate) fn delay(&self) -> Option<Duration> {
        self.delay
    }

    pub(crate) fn status(&self) -> u16 {
        self.answer.status
    }

    pub(crate) fn into_response(self, method: &Method) -> Response {
        let length = self.body.len();
        // The answer to HEAD is status 405, and an answer to HEAD never has a body.
        let body = if method == Method::HEAD {
            Body::empty()
        } else if self.cut {
            Body::new(Half {
                bytes: Some(self.body.slice(..length / 2)),
                flushed: false,
            })
        } else {
            Body::from(self.body)
        };
        let mut response = Response::new(body);
        *response.status_mut() =
            StatusCode::from_u16(self.answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(self.answer.content_type),
        );
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        if self.coding == Coding::Gzip {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        if let Some(seconds) = self.answer.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        let location = self.location.and_then(|url| url.parse().ok());
        if let Some(location) = location {
            headers.insert(header::LOCATION, location);
        }
        if let Some(allow) = self.answer.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        response
    }
}

/// A body that breaks off after its bytes, which closes the connection.
struct Half {
    bytes: Option<Bytes>,
    flushed: bool,
}

impl hyper::body::Body for Half {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if !std::mem::replace(&mut self.flushed, true) {
            // hyper sends what it has when a body is not ready. After an error it sends nothing.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(Error::other("the body is cut"))))
    }
}

/// The encoding that `Accept-Encoding` allows. A quality of zero forbids one.
pub(crate) fn coding(accepted: &str) -> Coding {
    let accepts = |part: &str| {
        let (name, quality) = part.split_once(';').unwrap_or((part, "q=1"));
        let refused = matches!(
            quality
                .trim()
                .strip_prefix("q=")
                .map(|q| q.trim_end_matches('0')),
            Some("" | "0." | ".")
        );
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    };
    if accepted.split(',').any(accepts) {
        Coding::Gzip
    } else {
        Coding::Identity
    }
}

#[cfg(test)]
mod tests {
    use crate::reply::{Coding, coding};

    #[test]
    fn gzip_is_used_when_it_is_accepted() {
        for accepted in ["gzip", "deflate, GZIP;q=0.5", "br,gzip;q=1.0"] {
            assert_eq!(coding(accepted), Coding::Gzip, "{accepted}");
        }
        for refused in ["", "identity", "gzip;q=0", "gzip; q=0.0", "br"] {
            assert_eq!(coding(refused), Coding::Identity, "{refused}");
        }
    }
}
