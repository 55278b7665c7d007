//! Owns HTTP: connections and their limits, routing, compression, and the witness of every request.

use std::collections::VecDeque;
use std::io::Write;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use jiff::civil::Date;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};

use crate::answer::{Answer, Form, Refusal};
use crate::catalogue::Offer;
use crate::limit::{Limited, Limits};
use crate::offers;
use crate::query::Query;
use crate::reports::{Book, Conversions, Reversals, Shape};

/// How long a client may take for a request's head, and stay idle between two requests.
const HEADER_TIME: Duration = Duration::from_secs(30);
const HEADER_BYTES: usize = 64 * 1024;
const CONNECTIONS: usize = 512;
const REMEMBERED_REQUESTS: usize = 100_000;
/// Answers about offers that are kept ready: the same question has the same answer for as long as the sandbox runs.
const REMEMBERED_ANSWERS: usize = 8;
/// Below this a gzip header costs more than it saves.
const WORTH_COMPRESSING: usize = 256;

/// One request as the sandbox saw it.
///
/// ```
/// fn starts(requests: &[cpalead_sandbox::Request]) -> Vec<std::time::Duration> {
///     let conversions = requests.iter().filter(|request| request.path == "/api/conversions");
///     conversions.map(|request| request.arrived).collect()
/// }
/// # assert!(starts(&[]).is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// The method, such as `GET`.
    pub method: String,
    /// The path, such as `/api/offers`.
    pub path: String,
    /// The decoded parameters in the order they came, without the api key.
    pub parameters: Vec<(String, String)>,
    /// When it arrived: real time since the sandbox started, whatever the speed of its clock.
    pub arrived: Duration,
    /// The status it was answered with.
    pub status: u16,
}

impl Request {
    /// The last value given for the parameter `name`.
    ///
    /// ```
    /// fn asked_for(request: &cpalead_sandbox::Request) -> Option<&str> {
    ///     request.parameter("country")
    /// }
    /// ```
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let (_, value) = self.parameters.iter().rev().find(|(key, _)| key == name)?;
        Some(value)
    }
}

/// What a provider is made of.
pub(crate) struct Settings {
    pub(crate) seed: u64,
    pub(crate) api_key: String,
    pub(crate) speed: u32,
    pub(crate) today: Date,
    pub(crate) shape: Shape,
    pub(crate) catalogue: Vec<Offer>,
}

/// The state all connections share.
pub(crate) struct Provider {
    settings: Settings,
    started: Instant,
    limits: Mutex<Limits>,
    requests: Mutex<VecDeque<Request>>,
    ready: Mutex<VecDeque<(Asked, Reply)>>,
}

/// What an answer about offers depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    query: String,
    user_agent: String,
    gzip: Coding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Identity,
    Gzip,
}

/// An answer in the form it is sent in.
#[derive(Debug, Clone)]
struct Reply {
    answer: Answer,
    body: Bytes,
    coding: Coding,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider")
            .field("offers", &self.settings.catalogue.len())
            .finish_non_exhaustive()
    }
}

impl Provider {
    pub(crate) fn new(settings: Settings) -> Provider {
        Provider {
            limits: Mutex::new(Limits::new(settings.speed)),
            settings,
            started: Instant::now(),
            requests: Mutex::default(),
            ready: Mutex::default(),
        }
    }

    pub(crate) fn api_key(&self) -> &str {
        &self.settings.api_key
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        let mut requests: Vec<Request> = lock(&self.requests).iter().cloned().collect();
        requests.sort_by_key(|request| request.arrived);
        requests
    }

    fn witness(&self, request: Request) {
        let mut requests = lock(&self.requests);
        if requests.len() >= REMEMBERED_REQUESTS {
            requests.pop_front();
        }
        requests.push_back(request);
    }

    fn answer(&self, call: &Call<'_>, query: &Query) -> Result<Answer, Refusal> {
        match call.path {
            "/api/offers" => {
                let form = Form::read(query)?;
                let request = offers::Request::read(query, call.user_agent)?;
                Ok(form.answer(request.answer(&self.settings.catalogue)))
            }
            "/api/conversions" => {
                self.check_key(query)?;
                let form = Form::read(query)?;
                let request = Conversions::read(query, &call.caller.to_string())?;
                self.take(Limited::Conversions, request.publisher)?;
                Ok(form.answer(request.answer(self.book())))
            }
            "/api/reversals" => {
                self.check_key(query)?;
                let form = Form::read(query)?;
                let request = Reversals::read(query)?;
                self.take(Limited::Reversals, request.publisher)?;
                Ok(form.answer(request.answer(self.book())))
            }
            _ => Ok(Answer::not_found()),
        }
    }

    fn check_key(&self, query: &Query) -> Result<(), Refusal> {
        match query.get("api_key") {
            None => Err(Refusal::key("api_key is required")),
            Some(key) if key == self.settings.api_key => Ok(()),
            Some(_) => Err(Refusal::key("api_key is not valid")),
        }
    }

    fn take(&self, endpoint: Limited, publisher: u64) -> Result<(), Refusal> {
        let now = self.started.elapsed();
        let taken = lock(&self.limits).take(endpoint, publisher, now);
        taken.map_err(Refusal::limit)
    }

    fn book(&self) -> Book<'_> {
        Book {
            seed: self.settings.seed,
            today: self.settings.today,
            shape: self.settings.shape,
            catalogue: &self.settings.catalogue,
        }
    }

    fn reply(&self, call: &Call<'_>, query: &Query) -> Reply {
        if call.method != Method::GET && call.path.starts_with("/api/") {
            return Reply::of(Answer::method_not_allowed(), Coding::Identity);
        }
        let cacheable = call.path == "/api/offers";
        let asked = Asked {
            query: call.query.to_owned(),
            user_agent: call.user_agent.to_owned(),
            gzip: call.coding,
        };
        if cacheable
            && let Some((_, reply)) = lock(&self.ready).iter().find(|(key, _)| *key == asked)
        {
            return reply.clone();
        }
        let answer = self.answer(call, query).unwrap_or_else(Answer::from);
        let reply = Reply::of(answer, call.coding);
        if cacheable && reply.answer.status == 200 {
            let mut ready = lock(&self.ready);
            if ready.len() >= REMEMBERED_ANSWERS {
                ready.pop_front();
            }
            ready.push_back((asked, reply.clone()));
        }
        reply
    }
}

/// One call, as far as the answer depends on it.
struct Call<'a> {
    method: &'a Method,
    path: &'a str,
    query: &'a str,
    user_agent: &'a str,
    caller: IpAddr,
    coding: Coding,
}

impl Reply {
    fn of(mut answer: Answer, coding: Coding) -> Reply {
        let body = std::mem::take(&mut answer.body).into_bytes();
        if coding == Coding::Gzip && body.len() >= WORTH_COMPRESSING {
            // The fast level: a sandbox is asked for five megabytes more often than for a good ratio.
            let mut encoder =
                GzEncoder::new(Vec::with_capacity(body.len() / 8), Compression::fast());
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

    fn into_response(self, method: &Method) -> Response {
        let length = self.body.len();
        // A HEAD request is answered by 405, and no answer to HEAD has a body.
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

/// Serves connections until `stopped`.
pub(crate) async fn serve(
    listener: TcpListener,
    provider: Arc<Provider>,
    mut stopped: oneshot::Receiver<()>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            _ = &mut stopped => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, peer)) = accepted else {
            // Out of file descriptors, or the client is gone already: a moment's rest lets others finish.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            continue;
        };
        let app = app(Arc::clone(&provider), peer.ip());
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIME)
                .max_buf_size(HEADER_BYTES)
                .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
            // A connection that breaks is the client's affair; there is nobody to tell.
            let _ = connection.await;
            drop(place);
        });
    }
}

fn app(provider: Arc<Provider>, caller: IpAddr) -> Router {
    Router::new()
        .fallback(handle)
        .with_state((provider, caller))
}

async fn handle(
    State((provider, caller)): State<(Arc<Provider>, IpAddr)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let arrived = provider.started.elapsed();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let call = Call {
        method: &method,
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        user_agent: text(header::USER_AGENT).unwrap_or_default(),
        caller,
        coding: coding(text(header::ACCEPT_ENCODING).unwrap_or_default()),
    };
    let query = Query::parse(call.query);
    let reply = provider.reply(&call, &query);
    provider.witness(Request {
        method: method.to_string(),
        path: uri.path().to_owned(),
        parameters: query.without_key(),
        arrived,
        status: reply.answer.status,
    });
    reply.into_response(&method)
}

/// What `Accept-Encoding` allows. A quality of zero means: not this one.
fn coding(accepted: &str) -> Coding {
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

/// A lock that a panic elsewhere cannot poison: every value behind it is whole between two statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use crate::server::{Coding, coding};

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
