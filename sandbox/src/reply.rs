//! Owns the last step of an answer: its compression and its HTTP headers.

use std::io::Write;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;

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
                };
            }
        }
        Reply {
            answer,
            body: body.into(),
            coding: Coding::Identity,
        }
    }

    pub(crate) fn status(&self) -> u16 {
        self.answer.status
    }

    pub(crate) fn into_response(self, method: &Method) -> Response {
        let length = self.body.len();
        // The answer to HEAD is status 405, and an answer to HEAD never has a body.
        let body = if method == Method::HEAD {
            Body::empty()
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
        if let Some(allow) = self.answer.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        response
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
