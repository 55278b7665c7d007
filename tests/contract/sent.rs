//! What a request for offers looks like on the wire, literally.

use cpalead::{Client, Country, Device, OfferField, OfferType, OffersRequest};
use jiff::Timestamp;
use jiff::civil::date;

use crate::raw_server::{RawServer, answer};
use crate::support::{EMPTY, builder, local};

/// A server that answers with no offers, and a client of it.
struct Wire {
    server: RawServer,
    client: Client,
}

impl Wire {
    fn new() -> Wire {
        let server = RawServer::saying(answer(
            "200 OK",
            &[("content-type", "application/json")],
            EMPTY.as_bytes(),
        ));
        let client = builder(&server.base_url())
            .api_key("never-on-offers-0123456789")
            .build()
            .expect("a client");
        Wire { server, client }
    }

    fn offers(&self) -> OffersRequest {
        self.client.offers()
    }

    /// The head of the request as it arrived, with its headers sorted.
    async fn head(&self, request: OffersRequest) -> String {
        request.await.expect("an empty answer");
        let head = self.server.heads().pop().expect("a request");
        let mut lines: Vec<_> = head.lines().collect();
        lines[1..].sort_unstable();
        lines
            .join("\n")
            .replace(&self.server.port().to_string(), "PORT")
            .replace(env!("CARGO_PKG_VERSION"), "VERSION")
    }

    /// The query of the request; the path is always the same.
    async fn query(&self, request: OffersRequest) -> String {
        let head = self.head(request).await;
        let target = head.split(' ').nth(1).expect("a target");
        let query = target.strip_prefix("/api/offers?");
        query.expect("the path of the offers").to_owned()
    }
}

#[tokio::test]
async fn the_whole_request_is_these_lines_and_no_others() {
    let wire = Wire::new();
    insta::assert_snapshot!(wire.head(wire.offers()).await, @r#"
    GET /api/offers?id=3360001 HTTP/1.1
    accept-encoding: gzip
    accept: application/json
    host: 127.0.0.1:PORT
    user-agent: cpalead/VERSION
    "#);
}

#[tokio::test]
async fn the_name_of_the_program_goes_before_that_of_the_library() {
    let wire = Wire::new();
    let client = builder(&wire.server.base_url())
        .user_agent("offer-board/2.1")
        .build()
        .expect("a client");
    let head = wire.head(client.offers()).await;
    let own = "user-agent: offer-board/2.1 cpalead/VERSION";
    assert!(head.lines().any(|line| line == own), "{head}");
}

#[tokio::test]
async fn each_parameter_alone() {
    let wire = Wire::new();
    let w = &wire;
    let queries = [
        w.query(w.offers()).await,
        w.query(w.offers().country(Country::US)).await,
        w.query(w.offers().country("gb".parse().expect("a code")))
            .await,
        w.query(w.offers().country_of_caller()).await,
        w.query(w.offers().device(Device::Ios)).await,
        w.query(w.offers().device(Device::Ios).device(Device::Android))
            .await,
        w.query(w.offers().device_of_caller()).await,
        w.query(w.offers().offer_type(OfferType::Cpr)).await,
        w.query(
            w.offers()
                .offer_type(OfferType::Cpi)
                .offer_type(OfferType::Cpe)
                .offer_type(OfferType::Cpr),
        )
        .await,
        w.query(w.offers().limit(1)).await,
        w.query(w.offers().limit(5000)).await,
        w.query(w.offers().updated_since(date(2026, 4, 1))).await,
        w.query(
            w.offers().updated_since(
                "2026-04-01T02:00:00+02:00"
                    .parse::<Timestamp>()
                    .expect("time"),
            ),
        )
        .await,
        w.query(w.offers().field(OfferField::Title)).await,
        w.query(
            w.offers()
                .fields([OfferField::PayoutsPerCountry, OfferField::Amount]),
        )
        .await,
        w.query(w.offers().with_offerwall_offers()).await,
        w.query(w.offers().subid("user-42")).await,
        w.query(w.offers().subid2("spring")).await,
        w.query(w.offers().subid3("board")).await,
        w.query(w.offers().gaid("38400000-8cf0-11bd-b23e-10b96e40000d"))
            .await,
        w.query(w.offers().idfa("EA7583CD-A667-48BC-B806-42ECB2B48606"))
            .await,
    ];
    insta::assert_snapshot!(queries.join("\n"), @r#"
    id=3360001
    country=US&id=3360001
    country=GB&id=3360001
    country=user&id=3360001
    device=ios&id=3360001
    device=ios%2Candroid&id=3360001
    device=user&id=3360001
    id=3360001&type=cpr
    id=3360001&type=cpi%2Ccpe%2Ccpr
    id=3360001&limit=1
    id=3360001&limit=5000
    id=3360001&updated_since=2026-04-01
    id=3360001&updated_since=2026-04-01T00%3A00%3A00Z
    fields=id%2Ctitle&id=3360001
    fields=id%2Camount%2Cpayout_currency%2Cpayouts_per_country&id=3360001
    id=3360001&offerwall_offers=true
    id=3360001&subid=user-42
    id=3360001&subid2=spring
    id=3360001&subid3=board
    gaid=38400000-8cf0-11bd-b23e-10b96e40000d&id=3360001
    id=3360001&idfa=EA7583CD-A667-48BC-B806-42ECB2B48606
    "#);
}

#[tokio::test]
async fn all_parameters_together() {
    let wire = Wire::new();
    let request = wire
        .offers()
        .country(Country::DE)
        .device(Device::Mobile)
        .device(Device::Desktop)
        .offer_type(OfferType::Cpa)
        .offer_type(OfferType::Cpi)
        .limit(250)
        .updated_since(date(2026, 2, 28))
        .fields([OfferField::Title, OfferField::Link])
        .with_offerwall_offers()
        .subid("a")
        .subid2("b")
        .subid3("c")
        .gaid("d")
        .idfa("e");
    let query = wire.query(request).await;
    insta::assert_snapshot!(query.replace('&', "\n&"), @r#"
    country=DE
    &device=mobile%2Cdesktop
    &fields=id%2Ctitle%2Clink
    &gaid=d
    &id=3360001
    &idfa=e
    &limit=250
    &offerwall_offers=true
    &subid=a
    &subid2=b
    &subid3=c
    &type=cpa%2Ccpi
    &updated_since=2026-02-28
    "#);
}

#[tokio::test]
async fn text_is_encoded_so_that_it_is_neither_another_parameter_nor_other_text() {
    let wire = Wire::new();
    let w = &wire;
    let queries = [
        w.query(w.offers().subid("a b&id=1#c=d+e%20f/g?h")).await,
        w.query(w.offers().subid("é\u{1f600}\r\nX-Injected: 1"))
            .await,
        w.query(w.offers().subid("")).await,
        w.query(w.offers().subid("{subid}\"'<>\\|^`~*()[],;:@!$"))
            .await,
    ];
    insta::assert_snapshot!(queries.join("\n"), @r#"
    id=3360001&subid=a+b%26id%3D1%23c%3Dd%2Be%2520f%2Fg%3Fh
    id=3360001&subid=%C3%A9%F0%9F%98%80%0D%0AX-Injected%3A+1
    id=3360001&subid=
    id=3360001&subid=%7Bsubid%7D%22%27%3C%3E%5C%7C%5E%60%7E*%28%29%5B%5D%2C%3B%3A%40%21%24
    "#);
    assert!(
        wire.server
            .heads()
            .iter()
            .all(|head| !head.to_ascii_lowercase().contains("\nx-injected"))
    );
}

#[tokio::test]
async fn a_value_named_twice_is_sent_once_and_the_last_single_value_counts() {
    let wire = Wire::new();
    let request = wire
        .offers()
        .country(Country::US)
        .country_of_caller()
        .country(Country::CA)
        .device_of_caller()
        .device(Device::Ios)
        .device(Device::Ios)
        .offer_type(OfferType::Cpa)
        .offer_type(OfferType::Cpa)
        .fields([OfferField::Title, OfferField::Id, OfferField::Title])
        .limit(5)
        .limit(6)
        .subid("first")
        .subid("last");
    let query = wire.query(request).await;
    assert_eq!(
        query,
        "country=CA&device=ios&fields=id%2Ctitle&id=3360001&limit=6&subid=last&type=cpa"
    );
    let request = wire.offers().device(Device::Ios).device_of_caller();
    assert_eq!(wire.query(request).await, "device=user&id=3360001");
}

#[tokio::test]
async fn every_field_can_be_requested_by_its_name() {
    let wire = Wire::new();
    for field in OfferField::ALL.iter().copied() {
        let query = wire.query(wire.offers().field(field)).await;
        let expected = match field {
            OfferField::Id => "fields=id&id=3360001".to_owned(),
            // The currency is always requested with an amount.
            OfferField::Amount => "fields=id%2Camount%2Cpayout_currency&id=3360001".to_owned(),
            OfferField::PayoutsPerCountry => {
                "fields=id%2Cpayout_currency%2Cpayouts_per_country&id=3360001".to_owned()
            }
            field => format!("fields=id%2C{field}&id=3360001"),
        };
        assert_eq!(query, expected);
    }
}

#[tokio::test]
async fn the_key_is_never_sent_to_the_offers() {
    let wire = Wire::new();
    wire.head(wire.offers().subid("s")).await;
    assert!(!wire.server.heads().concat().contains("never-on-offers"));
}

#[tokio::test]
async fn a_base_url_may_end_in_the_path_of_the_api() {
    let wire = Wire::new();
    for path in ["", "/", "/api", "/api/"] {
        let client = builder(&format!("{}{path}", wire.server.base_url()))
            .build()
            .expect("a client");
        let head = wire.head(client.offers()).await;
        assert!(
            head.starts_with("GET /api/offers?id=3360001 HTTP/1.1"),
            "{path}: {head}"
        );
    }
}

#[test]
fn a_base_url_that_is_not_an_origin_is_refused_in_words() {
    for (url, message) in [
        (
            "http://127.0.0.1:9/stand-in",
            "base url http://127.0.0.1:9/stand-in is not allowed: expected no path, or /api",
        ),
        (
            "example.com",
            "base url has no scheme: expected https://example.com, or http:// to loopback",
        ),
        (
            "localhost:8080",
            "base url has no scheme: expected https://localhost:8080, or http:// to loopback",
        ),
    ] {
        let error = builder(url).build().expect_err(url);
        assert_eq!(error.to_string(), message);
        assert!(error.is_configuration());
    }
}

#[tokio::test]
async fn the_hook_cannot_undo_the_hardening() {
    let wire = Wire::new();
    let client = builder(&wire.server.base_url())
        .http(|http| {
            local(http)
                .user_agent("somebody/else")
                .referer(true)
                .redirect(reqwest::redirect::Policy::limited(10))
        })
        .build()
        .expect("a client");
    assert_eq!(
        wire.head(client.offers()).await,
        wire.head(wire.offers()).await
    );
}

#[tokio::test]
async fn a_request_can_be_sent_again_and_is_the_same() {
    let wire = Wire::new();
    let request = wire.offers().country(Country::US).subid("user-42");
    let first = wire.head(request.clone()).await;
    request.send().await.expect("an empty answer");
    assert_eq!(
        first,
        wire.head(wire.offers().country(Country::US).subid("user-42"))
            .await
    );
    assert_eq!(wire.server.heads().len(), 3);
}
