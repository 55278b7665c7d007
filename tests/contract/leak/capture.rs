//! What programs hear that listen to the library and to everything below it: logs and spans.

use super::cells::Cells;
use super::detector::Detector;
#[cfg(feature = "tracing")]
use super::spans;
use super::{CALLS, KEYS, LEAST, call, ear, keyed};
use crate::raw_server::{Exchange, RawServer, answer, dead_address};
use crate::support::local;

#[tokio::test]
async fn nothing_leaks_into_the_log_at_its_most_talkative() {
    let mut cells = Cells::default();
    ear::listen();
    for key in KEYS {
        let detector = Detector::new(key);
        let broken = RawServer::start(Exchange::finish);
        let redirect = RawServer::saying(answer("302 Found", &[("location", "/x")], b""));
        let good = RawServer::saying(answer("200 OK", &[], b"[]"));
        let dead = dead_address();
        for base_url in [
            &broken.base_url(),
            &redirect.base_url(),
            &good.base_url(),
            &dead,
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
        let lines = ear::lines();
        assert!(!lines.is_empty(), "nothing was logged at all");
        for line in lines {
            cells.look(&detector, "log", "line", &line);
        }
    }
    cells.finish(LEAST);
}

#[tokio::test]
#[cfg(feature = "tracing")]
async fn nothing_leaks_into_spans_and_events_at_any_level() {
    let mut cells = Cells::default();
    for key in KEYS {
        let detector = Detector::new(key);
        let notes = spans::Notes::default();
        let listening = tracing::subscriber::set_default(notes.clone());
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
        let dead = dead_address();
        let addresses = [&broken, &refuses, &redirects, &good].map(RawServer::base_url);
        for base_url in addresses.iter().chain([&dead]) {
            let client = keyed(base_url, key).build().expect("a client");
            for what in CALLS {
                for _ in 0..2 {
                    call(&client, what).await;
                }
            }
            let request = client.offers().subid("user-42");
            let _ = request.await;
        }
        drop(listening);
        let lines = notes.lines();
        let ours = lines
            .iter()
            .filter(|line| line.contains("/api/conversions"));
        assert!(ours.count() >= 10, "the library told of nothing");
        for line in lines {
            cells.look(&detector, "tracing", "line", &line);
            assert!(
                !line.contains("user-42"),
                "a sub-id belongs to a person: {line}"
            );
        }
    }
    cells.finish(LEAST);
}
