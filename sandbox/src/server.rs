//! Owns the sockets: connections and their limits, and the translation between HTTP and the
//! provider.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::Response;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};

use crate::admin::{self, ADMIN, AdminCall};
use crate::provider::{Call, Provider};
use crate::query::Query;
use crate::reply::{Coding, Reply, coding};
use crate::row_members::MAX_ROW;

/// How long a client may take to send the head of a request, or stay idle between two requests.
const HEADER_TIME: Duration = Duration::from_secs(30);
const HEADER_BYTES: usize = 64 * 1024;
const CONNECTIONS: usize = 512;

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
            // There are no file descriptors left, or the client has closed already. A pause lets
            // other connections finish.
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
            // A broken connection concerns the client only, so the error is dropped.
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
    body: Body,
) -> Response {
    let arrived = provider.now();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let call = Call {
        method: &method,
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        host: text(header::HOST).unwrap_or_default(),
        user_agent: text(header::USER_AGENT).unwrap_or_default(),
        caller,
        coding: coding(text(header::ACCEPT_ENCODING).unwrap_or_default()),
    };
    let query = Query::parse(call.query);
    let reply = if provider.has_admin() && call.path.starts_with(ADMIN) {
        // A body that is too long is not read to its end.
        let body = to_bytes(body, MAX_ROW).await.ok();
        let body = body
            .as_ref()
            .and_then(|body| std::str::from_utf8(body).ok());
        let content_type = text(header::CONTENT_TYPE).unwrap_or_default();
        let call = AdminCall {
            method: &method,
            path: call.path,
            content_type,
            body,
        };
        Reply::of(admin::answer(&provider, &call), Coding::Identity)
    } else {
        provider.reply(&call, &query)
    };
    if let Some(time) = reply.delay() {
        tokio::time::sleep(time).await;
    }
    provider.witness(&call, query, arrived, reply.status());
    reply.into_response(&method)
}
