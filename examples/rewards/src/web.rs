//! Owns the paths of the server.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Path, Query, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use cpalead::postbacks::Caller;
use cpalead::{Country, Device, Offer};
use serde::{Deserialize, Serialize};

use crate::postback;
use crate::shop::Shop;

/// How many offers a visitor sees.
const SHOWN: usize = 20;

/// The routes. Serve them with `into_make_service_with_connect_info::<SocketAddr>()`, because the
/// address of the caller is one of the two proofs of a postback.
pub fn routes(shop: Arc<Shop>) -> Router {
    Router::new()
        .route("/offers", get(offers))
        .route("/go/{offer}", get(go))
        .route("/cpa", get(receive))
        .route("/users/{name}", get(user))
        .with_state(shop)
}

/// Who looks at the offers. A real shop takes the user from its session, the country from its CDN
/// or a database of addresses, and the device from the `User-Agent`.
#[derive(Debug, Deserialize)]
struct Visitor {
    user: String,
    country: String,
    device: String,
}

#[derive(Serialize)]
struct Shown<'a> {
    id: u64,
    title: String,
    task: String,
    points: u32,
    link: &'a str,
}

/// The best paying offers for the visitor.
async fn offers(State(shop): State<Arc<Shop>>, Query(visitor): Query<Visitor>) -> Response {
    let (country, device) = (
        visitor.country.parse::<Country>(),
        visitor.device.parse::<Device>(),
    );
    let (Ok(country), Ok(device)) = (country, device) else {
        let hint = "country is two letters, device is ios, android or desktop\n";
        return (StatusCode::BAD_REQUEST, hint).into_response();
    };
    let Some(list) = shop.offers.get() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "there are no offers yet\n").into_response();
    };
    let best = list.best(country, device, SHOWN);
    let links: Vec<String> = best
        .iter()
        .map(|(offer, _)| format!("/go/{}?user={}", offer.id(), encoded(&visitor.user)))
        .collect();
    let shown = best
        .iter()
        .zip(&links)
        .filter_map(|((offer, payout), link)| {
            Some(Shown {
                id: offer.id(),
                title: plain(offer.title()),
                task: plain(offer.conversion()),
                points: shop.terms.points(payout.amount())?,
                link,
            })
        });
    json(&shown.collect::<Vec<_>>())
}

#[derive(Debug, Deserialize)]
struct Clicker {
    user: String,
}

/// Records the click and sends the visitor to the offer, with the click's id as the sub-id.
async fn go(
    State(shop): State<Arc<Shop>>,
    Path(offer): Path<u64>,
    Query(clicker): Query<Clicker>,
) -> Response {
    let list = shop.offers.get();
    let Some(offer) = list.as_ref().and_then(|list| list.get(offer)) else {
        return (StatusCode::NOT_FOUND, "there is no such offer\n").into_response();
    };
    match tracked(&shop, offer, &clicker.user) {
        Ok(link) => Redirect::to(&link).into_response(),
        Err(error) => {
            eprintln!("offer {}: {error}", offer.id());
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "this offer cannot be opened now\n",
            )
                .into_response()
        }
    }
}

/// The link of an offer for one click.
fn tracked(shop: &Shop, offer: &Offer, user: &str) -> Result<String, crate::settings::Failure> {
    let link = offer.tracking_link()?;
    // The `pub` of somebody else would send the money there.
    link.check(offer.id(), shop.client.publisher_id())?;
    let click = shop.store.add_click(user, offer.id())?;
    Ok(link.subid(&click)?.as_str().to_owned())
}

/// Receives postbacks.
async fn receive(
    State(shop): State<Arc<Shop>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let forwarded = headers.get_all("x-forwarded-for").iter();
    let caller = Caller::new(peer.ip()).forwarded(forwarded.map(|value| value.as_bytes().to_vec()));
    let query = query.unwrap_or_default();
    // The database blocks, so a separate thread waits for it.
    let answered = tokio::task::spawn_blocking(move || {
        let answer = postback::answer(&shop, &query, &caller);
        println!(
            "postback {}: {}",
            shop.postbacks.masked(&query),
            answer.text
        );
        answer
    });
    let Ok(answer) = answered.await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, answer.text + "\n").into_response()
}

#[derive(Serialize)]
struct Balance {
    user: String,
    points: i64,
}

/// The points of a user.
async fn user(State(shop): State<Arc<Shop>>, Path(user): Path<String>) -> Response {
    match shop.store.points(&user) {
        Ok(points) => json(&Balance { user, points }),
        Err(error) => {
            eprintln!("users: {error}");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// Text that the provider sends may contain HTML.
fn plain(text: Option<&str>) -> String {
    text.map(cpalead::plain::text).unwrap_or_default()
}

/// All but letters and digits percent-encoded.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// JSON that people can read.
fn json(value: &impl Serialize) -> Response {
    match serde_json::to_string_pretty(value) {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text + "\n").into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
