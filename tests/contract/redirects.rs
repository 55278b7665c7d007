//! Redirects are never followed, and the error names their target without its query.

use cpalead::Error;

use crate::raw_server::{RawServer, answer, begun};
use crate::support::{EMPTY, builder, local, portable};

const KEY: &str = "redirected-key-0123456789";

/// Calls conversions, whose query holds the key, at a server that redirects to a second server.
/// Nothing may arrive there.
async fn redirected(status: &'static str, place: fn(&str, &str) -> String) -> Error {
    let other = RawServer::saying(answer("200 OK", &[], EMPTY.as_bytes()));
    let target = other.base_url();
    let server = RawServer::start(move |mut exchange| {
        let place = place(&target, exchange.target());
        exchange.send(&begun(
            status,
            &[("location", &place), ("content-length", "0")],
        ));
        exchange.finish();
    });
    let client = builder(&server.base_url())
        .api_key(KEY)
        .http(|http| {
            local(http)
                .redirect(reqwest::redirect::Policy::limited(10))
                .referer(true)
        })
        .build()
        .expect("a client");
    let error = client
        .conversions("user-42")
        .await
        .expect_err("not followed");
    assert_eq!(
        other.connections(),
        0,
        "something arrived at the second server"
    );
    assert_eq!(server.heads().len(), 1);
    assert!(error.is_redirect(), "{error}");
    let shown = format!("{error} {error:?} {:?}", error.excerpt());
    assert!(
        !shown.contains(KEY) && !shown.contains("user-42"),
        "{shown}"
    );
    error
}

#[tokio::test]
async fn every_kind_of_redirect_is_refused() {
    for (status, line) in [
        (301, "301 Moved Permanently"),
        (302, "302 Found"),
        (303, "303 See Other"),
        (307, "307 Temporary Redirect"),
        (308, "308 Permanent Redirect"),
    ] {
        let error = redirected(line, |other, target| format!("{other}{target}")).await;
        assert_eq!(error.status(), Some(status));
        assert_eq!(
            portable(&error.to_string()),
            format!(
                "conversions: the provider redirects to http://127.0.0.1:PORT/api/conversions; not followed (status {status})"
            )
        );
    }
}

#[tokio::test]
async fn the_target_is_shown_without_user_query_and_fragment() {
    let error = redirected("302 Found", |other, target| {
        let host = other.trim_start_matches("http://");
        let (_, query) = target.split_once('?').expect("a query");
        format!("http://{KEY}:secret@{host}/login/{KEY}/?{query}#{query}")
    })
    .await;
    assert_eq!(
        portable(&error.to_string()),
        "conversions: the provider redirects to http://127.0.0.1:PORT/login/(redacted)/; not followed (status 302)"
    );
}

#[tokio::test]
async fn a_relative_target_is_not_followed_either() {
    let error = redirected("302 Found", |_, target| format!("/login{target}")).await;
    assert_eq!(
        error.to_string(),
        "conversions: the provider redirects to /login/api/conversions; not followed (status 302)"
    );
}

#[tokio::test]
async fn a_refresh_header_is_not_followed() {
    let other = RawServer::saying(answer("200 OK", &[], EMPTY.as_bytes()));
    let refresh = format!("0; url={}", other.base_url());
    let head = [
        ("refresh", refresh.as_str()),
        ("location", other.base_url().as_str()),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let server = RawServer::start(move |mut exchange| {
        let headers = head.each_ref().map(|(name, value)| (*name, value.as_str()));
        exchange.send(&answer("200 OK", &headers, EMPTY.as_bytes()));
        exchange.finish();
    });
    let client = builder(&server.base_url()).build().expect("a client");
    assert!(client.offers().await.expect("an answer").is_empty());
    assert_eq!(other.connections(), 0);
}
