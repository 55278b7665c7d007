//! Timeouts on real clocks: a call that hangs ends when the settings say so, and not later.

use std::time::{Duration, Instant};

use cpalead::{ClientBuilder, Error, RetryPolicy};

use crate::raw_server::{Exchange, RawServer, answer, begun};
use crate::support::{Always, CountingClock, EMPTY, UNREACHABLE, builder, local};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// The error and how long it took.
async fn timed(builder: ClientBuilder) -> (Error, Duration) {
    let client = builder.build().expect("a client");
    let begun = Instant::now();
    let error = client.offers().await.expect_err("no whole answer");
    (error, begun.elapsed())
}

#[tokio::test]
async fn a_drip_is_cut_off_at_the_total_timeout() {
    let server = RawServer::start(|mut exchange| {
        exchange.send(&begun("200 OK", &[("content-length", "100000")]));
        exchange.repeat(b" ", ms(50));
    });
    let (error, took) = timed(
        builder(&server.base_url())
            .read_timeout(ms(10_000))
            .timeout(ms(400)),
    )
    .await;
    println!("a drip was cut off after {took:?} with a total timeout of 400 ms");
    assert!(error.is_timeout(), "{error}");
    assert!((ms(390)..ms(1_500)).contains(&took), "{took:?}");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn silence_is_cut_off_at_the_read_timeout() {
    let server = RawServer::start(Exchange::hold);
    let (error, took) = timed(
        builder(&server.base_url())
            .read_timeout(ms(300))
            .timeout(ms(10_000)),
    )
    .await;
    println!("silence was cut off after {took:?} with a read timeout of 300 ms");
    assert!(error.is_timeout(), "{error}");
    assert!((ms(290)..ms(1_500)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn silence_within_the_body_is_cut_off_at_the_read_timeout() {
    let server = RawServer::start(|mut exchange| {
        exchange.send(&begun("200 OK", &[("content-length", "100000")]));
        exchange.send(b"{");
        exchange.hold();
    });
    let (error, took) = timed(
        builder(&server.base_url())
            .read_timeout(ms(300))
            .timeout(ms(10_000)),
    )
    .await;
    assert!(error.is_timeout() && error.may_have_counted(), "{error}");
    assert!((ms(290)..ms(1_500)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn a_drip_that_ends_in_time_is_an_answer() {
    let server = RawServer::start(|mut exchange| {
        let answer = answer("200 OK", &[], EMPTY.as_bytes());
        for bytes in answer.chunks(answer.len() / 10) {
            exchange.send(bytes);
            std::thread::sleep(ms(30));
        }
        exchange.finish();
    });
    let client = builder(&server.base_url())
        .read_timeout(ms(2_000))
        .timeout(ms(5_000))
        .build()
        .expect("a client");
    assert!(client.offers().await.expect("an answer").is_empty());
}

#[tokio::test]
async fn a_dead_port_is_an_error_at_once() {
    let (error, took) = timed(builder(UNREACHABLE).retry(RetryPolicy::none())).await;
    println!("a dead port took {took:?}");
    assert!(error.is_connect() && !error.may_have_counted(), "{error}");
    assert!(took < ms(500), "{took:?}");
}

/// A resolver of names that never answers.
#[derive(Debug)]
struct NeverResolves;

impl reqwest::dns::Resolve for NeverResolves {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_connection_that_is_not_established_ends_at_the_connect_timeout() {
    let (error, took) = timed(
        builder("http://localhost:9")
            .http(|http| local(http).dns_resolver(std::sync::Arc::new(NeverResolves)))
            .connect_timeout(ms(200))
            .retry(RetryPolicy::none()),
    )
    .await;
    assert!(error.is_timeout(), "{error}");
    assert!(!error.may_have_counted(), "{error}");
    assert!((ms(190)..ms(1_500)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn a_connection_that_is_not_established_is_retried_even_for_a_limited_call() {
    let clock = CountingClock::new();
    let client = builder("http://localhost:9")
        .api_key("0123456789abcdef")
        .clock(std::sync::Arc::new(clock.clone()))
        .jitter(std::sync::Arc::new(Always(u64::MAX)))
        .http(|http| local(http).dns_resolver(std::sync::Arc::new(NeverResolves)))
        .connect_timeout(ms(100))
        .build()
        .expect("a client");
    let error = client
        .conversions("user-42")
        .await
        .expect_err("no connection");
    assert!(error.is_timeout() && !error.may_have_counted(), "{error}");
    assert_eq!(clock.waits(), [500, 1_000]);
}

#[tokio::test]
async fn a_call_that_is_dropped_is_not_retried() {
    let server = RawServer::start(Exchange::hold);
    let client = builder(&server.base_url()).build().expect("a client");
    let call = tokio::time::timeout(ms(200), client.offers().send());
    assert!(call.await.is_err());
    tokio::time::sleep(ms(100)).await;
    assert_eq!(server.connections(), 1);
}
