//! The logs and spans of the library and of everything below it do not contain the key.

mod log;
#[cfg(feature = "tracing")]
pub(crate) mod tracing;

use super::detector::Detector;
use super::search::Search;
use super::{CALLS, KEYS, LEAST, call, keyed};
use crate::raw_server::{Exchange, RawServer, answer};
use crate::support::{UNREACHABLE, local};

#[tokio::test]
async fn nothing_leaks_into_the_log_at_its_most_detailed_level() {
    let mut search = Search::default();
    log::start();
    for key in KEYS {
        let detector = Detector::new(key);
        let broken = RawServer::start(Exchange::finish);
        let redirect = RawServer::saying(answer("302 Found", &[("location", "/x")], b""));
        let good = RawServer::saying(answer("200 OK", &[], b"[]"));
        for base_url in [
            broken.base_url().as_str(),
            &redirect.base_url(),
            &good.base_url(),
            UNREACHABLE,
        ] {
            let usual = keyed(base_url, key);
            let verbose = keyed(base_url, key).http(|http| local(http).connection_verbose(true));
            for builder in [usual, verbose] {
                let client = builder.build().expect("a client");
                for what in CALLS {
                    call(&client, what).await;
                }
            }
        }
        let lines = log::lines();
        assert!(!lines.is_empty(), "nothing was logged");
        for line in lines {
            search.look(&detector, "log", "line", &line);
        }
    }
    search.finish(LEAST);
}

#[tokio::test]
#[cfg(feature = "tracing")]
async fn nothing_leaks_into_spans_and_events_at_any_level() {
    let mut search = Search::default();
    for key in KEYS {
        let detector = Detector::new(key);
        let capture = tracing::Capture::default();
        let capturing = ::tracing::subscriber::set_default(capture.clone());
        let broken = RawServer::start(Exchange::finish);
        let refuses = RawServer::start(move |mut exchange| {
            let body = format!(r#"{{"status":"error","message":"{}"}}"#, exchange.target());
            let status = if exchange.number() % 2 == 1 {
                "200 OK"
            } else {
                "429 Too Many"
            };
            exchange.send(&answer(status, &[], body.as_bytes()));
            exchange.finish();
        });
        let redirects = RawServer::start(|mut exchange| {
            let place = format!("https://other.example{}", exchange.target());
            exchange.send(&answer("302 Found", &[("location", &place)], b""));
            exchange.finish();
        });
        let good = RawServer::saying(answer("200 OK", &[], b"[]"));
        let addresses = [&broken, &refuses, &redirects, &good].map(RawServer::base_url);
        for base_url in addresses.iter().map(String::as_str).chain([UNREACHABLE]) {
            let client = keyed(base_url, key).build().expect("a client");
            for what in CALLS {
                for _ in 0..2 {
                    call(&client, what).await;
                }
            }
            let request = client.offers().subid("user-42");
            let _ = request.await;
        }
        drop(capturing);
        let lines = capture.lines();
        let ours = lines
            .iter()
            .filter(|line| line.contains("/api/conversions"));
        assert!(ours.count() >= 10, "the library traced too little");
        for line in lines {
            search.look(&detector, "tracing", "line", &line);
            assert!(
                !line.contains("user-42"),
                "a sub-id can identify a person: {line}"
            );
        }
    }
    search.finish(LEAST);
}
