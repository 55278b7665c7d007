//! Owns the sending of postbacks: a GET request for each attempt, over a separate connection.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Uri, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use crate::postback::attempt::PostbackAttempt;
use crate::postback::queue::{Postbacks, Values};
use crate::postback::template::Targets;

/// How long the answer may take, in real time. A publisher's program cites it from the provider's
/// documentation.
const ANSWER_TIME: Duration = Duration::from_secs(15);

/// How many attempts are made at the same time.
const AT_ONCE: usize = 16;

/// Sends what is queued until the sandbox ends.
pub(crate) async fn send_all(
    postbacks: Arc<Postbacks>,
    mut waiting: mpsc::UnboundedReceiver<Values>,
) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    while let Some(values) = waiting.recv().await {
        tokio::spawn(send(Arc::clone(&postbacks), values, Arc::clone(&places)));
    }
}

/// Makes the attempts of one postback.
async fn send(postbacks: Arc<Postbacks>, values: Values, places: Arc<Semaphore>) {
    let url = postbacks.template.fill(&values, &postbacks.password);
    let shown = postbacks
        .template
        .fill(&values, "***")
        .replace("%2A%2A%2A", "***");
    let lead_id = values.iter().find(|(name, _)| *name == "lead_id");
    let lead_id = lead_id.map(|(_, lead)| lead.clone()).unwrap_or_default();
    for number in 1.. {
        let Ok(place) = places.acquire().await else {
            return;
        };
        let sent = postbacks.started.elapsed();
        let answer = timeout(ANSWER_TIME, call(&postbacks, &url)).await;
        drop(place);
        let status = answer.ok().and_then(Result::ok);
        postbacks.record(PostbackAttempt {
            lead_id: lead_id.clone(),
            url: shown.clone(),
            number,
            sent,
            status,
        });
        match postbacks.wait(number, status) {
            Some(wait) => tokio::time::sleep(wait).await,
            None => return,
        }
    }
}

/// Calls `url` and returns the status of the answer. A redirect is not followed.
async fn call(postbacks: &Postbacks, url: &str) -> io::Result<u16> {
    let template = &postbacks.template;
    let mut addresses = lookup_host((template.host(), template.port())).await?;
    let allowed = template.targets;
    let address = addresses.find(|found| allowed == Targets::AnyHost || found.ip().is_loopback());
    let address = address.ok_or(io::ErrorKind::AddrNotAvailable)?;
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    let uri: Uri = url.parse().map_err(io::Error::other)?;
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let host = authority.rsplit('@').next().unwrap_or_default();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::get(path)
        .header(header::HOST, host)
        .header(header::USER_AGENT, "cpalead-sandbox")
        .header(header::CONNECTION, "close")
        .body(Body::empty())
        .map_err(io::Error::other)?;
    // The connection ends when the answer is dropped. The body does not matter.
    tokio::spawn(connection);
    let answer = sender.send_request(request).await;
    Ok(answer.map_err(io::Error::other)?.status().as_u16())
}
