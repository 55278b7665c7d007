//! Drift over HTTP: what a client tells its listener, and what a listener cannot change.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cpalead::clock::ManualClock;
use cpalead::jsonp::Callback;
use cpalead::{Client, OfferField};

use crate::raw_server::{RawServer, answer};
use crate::setup::noon;
use crate::support::builder;

const HOUR: Duration = Duration::from_secs(60 * 60);

type Told = Arc<Mutex<Vec<String>>>;

/// A server that sends these bodies in order, and a client of it that keeps what it tells.
fn start(bodies: Vec<&'static str>) -> (RawServer, Client, ManualClock, Told) {
    let server = RawServer::start(move |mut exchange| {
        let nth = (exchange.number() - 1).min(bodies.len() - 1);
        exchange.send(&answer("200 OK", &[], bodies[nth].as_bytes()));
        exchange.finish();
    });
    let clock = ManualClock::eager(noon());
    let told = Told::default();
    let lines = Arc::clone(&told);
    let client = builder(&server.base_url())
        .api_key("key-0123456789")
        .clock(Arc::new(clock.clone()))
        .on_drift(move |drift| {
            let line = format!("{}: {drift}", drift.endpoint());
            lines.lock().expect("no panic").push(line);
            panic!("a listener that panics");
        })
        .build()
        .expect("a client");
    (server, client, clock, told)
}

fn lines(told: &Told) -> String {
    told.lock().expect("no panic").join("\n")
}

#[tokio::test]
async fn a_listener_hears_each_difference_once_and_changes_no_answer() {
    let odd = r#"{"status":"success","offers":[{"id":1,"boost":true},{"id":2,"epc":[]}]}"#;
    let odder = r#"{"status":"success","page":2,"offers":[{"id":1,"boost":true},{"id":2}]}"#;
    let (_server, client, clock, told) = start(vec![odd, odder]);
    let first = client.offers().await.expect("an answer");
    assert_eq!(first.len(), 2);
    client.offers().await.expect("an answer");
    let of_first = "offers: offers[].boost: field that the document lacks, boolean in 1 of 2 rows\n\
                    offers: offers[].epc: type that the document lacks, array in 1 of 2 rows";
    assert_eq!(lines(&told), of_first);
    clock.advance(HOUR);
    client.offers().await.expect("an answer");
    let page = "offers: page: member of the envelope that the document lacks, number";
    assert_eq!(lines(&told), format!("{of_first}\n{page}"));
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_told_and_a_refusal_is_not() {
    let moved = r#"{"status":"success","offers":[{"offer":{"id":1}}]}"#;
    let refused = r#"{"status":"error","message":"Invalid publisher id"}"#;
    let (_server, client, clock, told) = start(vec![refused, moved]);
    let error = client.offers().await.expect_err("a refusal");
    assert!(error.is_provider(), "{error}");
    assert_eq!(lines(&told), "");
    clock.advance(HOUR);
    let error = client.offers().await.expect_err("no row can be read");
    assert!(error.is_decode(), "{error}");
    assert_eq!(
        lines(&told),
        "offers: offers[].offer: field that the document lacks, object in 1 of 1 rows\n\
         offers: offers[].id: field that none of 1 rows has",
    );
}

#[tokio::test]
async fn fields_that_were_not_asked_for_are_not_gone() {
    let all = r#"{"status":"success","offers":[{"id":1,"title":"t","epc":1}]}"#;
    let few = r#"{"status":"success","offers":[{"id":1}]}"#;
    let (_server, client, clock, told) = start(vec![all, few]);
    client.offers().await.expect("an answer");
    clock.advance(HOUR);
    client
        .offers()
        .field(OfferField::Title)
        .await
        .expect("an answer");
    assert_eq!(
        lines(&told),
        "offers: offers[].title: field that none of 1 rows has"
    );
}

#[tokio::test]
async fn conversions_and_jsonp_are_compared_too() {
    let conversions = r#"[{"subid":"user-42","note":"x"}]"#;
    let script = r#"show({"status":"success","offers":[{"id":1,"boost":true}]})"#;
    let (_server, client, _, told) = start(vec![conversions, script]);
    client.conversions("user-42").await.expect("an answer");
    let callback = Callback::new("show").expect("a name");
    client.offers().jsonp(&callback).await.expect("a script");
    assert_eq!(
        lines(&told),
        "conversions: conversions[].note: field that the document lacks, string in 1 of 1 rows\n\
         offers: offers[].boost: field that the document lacks, boolean in 1 of 1 rows",
    );
}

#[tokio::test]
#[cfg(feature = "tracing")]
async fn drift_is_an_event_at_warn_and_no_error_of_the_call() {
    let odd = r#"{"status":"success","offers":[{"id":1,"boost":true}]}"#;
    let odder = r#"{"status":"success","offers":[{"id":1,"boost":true,"rank":1}]}"#;
    let (_server, client, clock, _) = start(vec![odd, odder]);
    // The first call registers the events: only registered ones are sure to reach the capture.
    client.offers().await.expect("an answer");
    clock.advance(HOUR);
    let capture = crate::leak::capture::tracing::Capture::default();
    let capturing = tracing::subscriber::set_default(capture.clone());
    client.offers().await.expect("an answer");
    drop(capturing);
    let lines = capture.lines();
    let warned = lines.iter().filter(|line| line.starts_with("WARN"));
    let warned: Vec<_> = warned.collect();
    assert_eq!(warned.len(), 1, "{lines:#?}");
    assert!(warned[0].contains("offers[].rank: field that the document lacks"));
    let failed = lines.iter().find(|line| line.contains("error.type=\""));
    assert_eq!(failed, None);
}
