//! What a request says about the answer it wants and about its connection, and how bodies are
//! packed.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use cpalead::jsonp::Callback;

use crate::raw_server::{RawServer, answer};
use crate::support::{EMPTY, builder, client};

const KEY: &str = "0123456789abcdef";

fn has(head: &str, line: &str) -> bool {
    head.lines().any(|found| found.eq_ignore_ascii_case(line))
}

#[tokio::test]
async fn a_body_in_gzip_is_unpacked_whatever_its_header_calls_it() {
    let body = r#"{"status":"success","offers":[{"id":5546840}]}"#;
    let packed = crate::faults::gzip(body.as_bytes());
    for name in ["gzip", "GZIP", "Gzip", "x-gzip", "identity, gzip"] {
        let answer = answer("200 OK", &[("content-encoding", name)], &packed);
        let server = RawServer::saying(answer);
        let offers = client(&server.base_url()).offers().await;
        let offers = offers.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(offers[0].id(), 5_546_840);
        assert!(has(&server.heads()[0], "accept-encoding: gzip"));
    }
}

#[tokio::test]
async fn a_request_asks_for_json_or_for_a_script() {
    let server = RawServer::saying(answer("200 OK", &[], EMPTY.as_bytes()));
    let client = client(&server.base_url());
    client.offers().await.expect("an answer");
    let callback = Callback::new("cb").expect("a name");
    client.offers().jsonp(&callback).await.expect("a script");
    let heads = server.heads();
    assert!(has(&heads[0], "accept: application/json"), "{}", heads[0]);
    let script = "accept: application/javascript, application/json;q=0.9";
    assert!(has(&heads[1], script), "{}", heads[1]);
}

#[tokio::test]
async fn a_limited_call_does_not_keep_its_connection_for_a_minute() {
    let server = RawServer::saying(answer("200 OK", &[], b"[]"));
    let client = builder(&server.base_url()).api_key(KEY).build();
    let client = client.expect("a client");
    client.conversions("user-42").await.expect("an answer");
    let day = jiff::civil::date(2026, 1, 2);
    client.reversals(day..=day).await.expect("an answer");
    let heads = server.heads();
    assert_eq!(heads.len(), 2);
    for head in heads {
        assert!(has(&head, "connection: close"), "{head}");
    }
}

#[test]
fn a_call_outside_of_a_runtime_is_an_error() {
    let client = client("http://127.0.0.1:9");
    let mut call = pin!(client.offers().send());
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(Err(error)) = call.as_mut().poll(&mut context) else {
        panic!("no error at once");
    };
    assert!(error.is_configuration() && !error.may_have_counted());
    assert_eq!(
        error.to_string(),
        "offers: there is no tokio runtime: make this call from inside of one"
    );
}
