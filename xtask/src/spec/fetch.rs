//! Reads the provider's document from an address, a file or standard input, with limits on size and
//! time.

use std::io::Read;
use std::time::Duration;

use ureq::http::{HeaderMap, Response};
use ureq::{Agent, Body, Error};

use super::outcome::{Exit, Problem};
use super::provenance::{Kind, Provenance};
use super::servers;

/// The limits of reading a document.
///
/// ```
/// use std::time::Duration;
///
/// let limits = xtask::spec::Limits::default();
/// assert_eq!((limits.bytes, limits.time), (2 * 1024 * 1024, Duration::from_secs(20)));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most bytes of a document, after decompression.
    pub bytes: u64,
    /// The most time from the first packet to the last.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 2 * 1024 * 1024,
            time: Duration::from_secs(20),
        }
    }
}

/// The result of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fetched {
    /// The standing document is the newest.
    NotModified,
    /// A document, with the validators for the next conditional request.
    Document {
        bytes: Vec<u8>,
        etag: Option<String>,
        last_modified: Option<String>,
    },
}

/// How many redirects on the same server are followed.
const REDIRECTS: usize = 5;

/// Fetches a document. If `standing` is from this address, the request is conditional.
///
/// # Errors
///
/// An address that is neither https nor this machine; no network; an answer that is too slow, too
/// large or truncated; a redirect to another server; a status other than 200 and 304.
pub(crate) fn fetch(
    url: &str,
    standing: Option<&Provenance>,
    limits: Limits,
) -> Result<Fetched, Problem> {
    let home = allowed(url)?;
    let agent = agent(&home, limits);
    let standing =
        standing.filter(|standing| standing.kind == Kind::Download && standing.source == url);
    let mut url = url.to_owned();
    for _ in 0..=REDIRECTS {
        let mut request = agent.get(&url).header("Accept", "application/json");
        if let Some(etag) = standing.and_then(|standing| standing.etag.as_deref()) {
            request = request.header("If-None-Match", etag);
        }
        if let Some(date) = standing.and_then(|standing| standing.last_modified.as_deref()) {
            request = request.header("If-Modified-Since", date);
        }
        let response = request
            .call()
            .map_err(|error| unreachable(&url, limits, error))?;
        match response.status().as_u16() {
            200 => return document(&url, response, limits),
            304 if standing.is_some() => return Ok(Fetched::NotModified),
            301 | 302 | 303 | 307 | 308 => url = next(&url, &home, response.headers())?,
            status => {
                return Err(Problem::failed(format!(
                    "{} answered with status {status} and no document; nothing was checked. Try again later, or open the \
                     address in a browser and pass the saved file with --from",
                    shown(&url)
                )));
            }
        }
    }
    Err(Problem::failed(format!(
        "{} redirects more than {REDIRECTS} times; nothing was checked",
        shown(&url)
    )))
}

/// Reads everything, up to the limit.
///
/// # Errors
///
/// More than the limit, or a reader that fails.
pub(crate) fn read_all(reader: impl Read, from: &str, limits: Limits) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    reader
        .take(limits.bytes + 1)
        .read_to_end(&mut bytes)
        .map_err(|err| Problem::failed(format!("cannot read {from}: {err}")))?;
    within(&bytes, from, limits)?;
    Ok(bytes)
}

fn within(bytes: &[u8], from: &str, limits: Limits) -> Result<(), Problem> {
    if bytes.len() as u64 > limits.bytes {
        return Err(too_large(from, limits));
    }
    Ok(())
}

fn too_large(from: &str, limits: Limits) -> Problem {
    Problem::failed(format!(
        "{from} has more than {} bytes, which no document of this API needs; reading stopped there",
        limits.bytes
    ))
}

/// The origin of an address to which a request may go.
fn allowed(url: &str) -> Result<String, Problem> {
    let usage = |message: String| Problem::new(Exit::Usage, message);
    let origin = servers::origin(url).ok_or_else(|| {
        usage(format!(
            "--from {}: not an address of the form https://host/path",
            shown(url)
        ))
    })?;
    if !origin.starts_with("https://") && !servers::is_loopback(&origin) {
        return Err(usage(format!(
            "--from {}: only https is used, except to this machine",
            shown(url)
        )));
    }
    Ok(origin)
}

fn agent(home: &str, limits: Limits) -> Agent {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(limits.time))
        .user_agent(concat!("cpalead-xtask/", env!("CARGO_PKG_VERSION")));
    if servers::is_loopback(home) {
        config = config.proxy(None);
    }
    config.build().new_agent()
}

fn document(url: &str, mut response: Response<Body>, limits: Limits) -> Result<Fetched, Problem> {
    let text = |headers: &HeaderMap, name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let etag = text(response.headers(), "etag");
    let last_modified = text(response.headers(), "last-modified");
    let announced =
        text(response.headers(), "content-length").and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limits.bytes) {
        return Err(too_large(&shown(url), limits));
    }
    let mut bytes = Vec::new();
    let reader = response.body_mut().as_reader();
    if let Err(error) = reader.take(limits.bytes + 1).read_to_end(&mut bytes) {
        // The client wraps its errors in those of the reader.
        return Err(match Error::from(error) {
            Error::Timeout(which) => unreachable(url, limits, Error::Timeout(which)),
            error => Problem::failed(format!(
                "{} stopped in the middle of the document, after {} bytes: {error}; nothing was checked. Try again",
                shown(url),
                bytes.len()
            )),
        });
    }
    within(&bytes, &shown(url), limits)?;
    Ok(Fetched::Document {
        bytes,
        etag,
        last_modified,
    })
}

fn next(url: &str, home: &str, headers: &HeaderMap) -> Result<String, Problem> {
    let location = headers
        .get("location")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let next = if location.starts_with("//") {
        format!("{}:{location}", url.split(':').next().unwrap_or("https"))
    } else if location.starts_with('/') {
        format!("{home}{location}")
    } else {
        location.to_owned()
    };
    if servers::origin(&next).as_deref() == Some(home) {
        return Ok(next);
    }
    Err(Problem::failed(format!(
        "{} redirects to {}, which is another server, so it was not followed: the document needs a log-in, or it has \
         moved. Open the address in a browser; if it belongs to the provider, pass it with --from",
        shown(url),
        if location.is_empty() {
            "nowhere".to_owned()
        } else {
            shown(&next)
        }
    )))
}

fn unreachable(url: &str, limits: Limits, error: Error) -> Problem {
    let nothing = "nothing was checked, so this is not a success";
    Problem::failed(match error {
        Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve)
        | Error::HostNotFound
        | Error::ConnectionFailed
        | Error::Io(_) => format!(
            "no network: {} could not be reached ({error}); {nothing}. Try again when connected, or use \
             spec/upstream.json with --offline",
            shown(url)
        ),
        Error::Timeout(_) => format!(
            "{} did not send its document within {} s; {nothing}. Try again later",
            shown(url),
            limits.time.as_secs_f32()
        ),
        error => format!("{} could not be fetched: {error}; {nothing}", shown(url)),
    })
}

/// An address without the parts that may be secret.
fn shown(url: &str) -> String {
    let plain: String = url
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    match (plain.split_once("://"), plain.split_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://{rest}"),
        _ => plain,
    }
}
