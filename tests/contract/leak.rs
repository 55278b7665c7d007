//! The api key appears nowhere: for every failure, every text that can be printed is searched for
//! the key.

pub(crate) mod capture;
mod detector;
mod echo;
mod search;

use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cpalead::jsonp::Callback;
use cpalead::rate_limits::{FileStore, MemoryStore, RateLimits, Wait};
use cpalead::{ApiKey, Client, ClientBuilder, Country, Defect, Error, RetryPolicy};
use jiff::civil::date;

use crate::raw_server::{Exchange, RawServer, answer};
use crate::support::{CountingClock, UNREACHABLE, builder, local};
use detector::Detector;
use echo::{CARRIERS, SPELLINGS};
use search::Search;

/// One key that every encoding leaves unchanged, and one that every encoding must change.
const KEYS: [&str; 2] = [
    "kq7Zt0vR4mXw81JcPbN6yUeHs2LdGfA9",
    "P+l/u=s&%41?#'\"<\\>é~K2x;J9(v)",
];

/// A test must search at least this many texts, so that it cannot pass by searching nothing.
const LEAST: usize = 40;

/// The result of a call: an error, or the defects of the answer.
enum Called {
    Failed(Error),
    Answered(Vec<Defect>),
}

/// The first two calls send the key in their query. The others never send it, but their client
/// knows it.
const CALLS: [&str; 4] = ["conversions", "reversals", "offers", "jsonp"];

async fn call(client: &Client, what: &str) -> Called {
    let result = match what {
        "conversions" => {
            let report = client.conversions("user-42").offer_id(5_546_840).await;
            report.map(|report| report.defects().to_vec())
        }
        "reversals" => {
            let windows = client.reversals(date(2026, 1, 2)..=date(2026, 1, 3)).await;
            windows.map(|windows| windows[0].report().defects().to_vec())
        }
        "offers" => client
            .offers()
            .await
            .map(|offers| offers.defects().to_vec()),
        _ => {
            let callback = Callback::new("showOffers").expect("a name");
            client.offers().jsonp(&callback).await.map(|_| Vec::new())
        }
    };
    match result {
        Ok(defects) => Called::Answered(defects),
        Err(error) => Called::Failed(error),
    }
}

fn keyed(base_url: &str, key: &str) -> ClientBuilder {
    // The clock jumps, so waits cost nothing. Without them, the limiter would refuse calls.
    let patient = RateLimits::default()
        .wait(Wait::AtMost(Duration::from_secs(7_200)))
        .store(MemoryStore::new());
    builder(base_url)
        .api_key(key)
        .clock(Arc::new(CountingClock::new()))
        .rate_limits(patient)
        .read_timeout(Duration::from_secs(5))
        .max_body(64 << 10)
}

#[tokio::test]
async fn no_answer_that_echoes_the_key_makes_it_leak() {
    let mut search = Search::default();
    for key in KEYS {
        let detector = Detector::new(key);
        for (place, carry) in CARRIERS {
            // One server and one client for all spellings: setting up TLS for thousands of clients
            // takes a minute.
            let current = Arc::new(AtomicUsize::new(0));
            let chosen = Arc::clone(&current);
            let server = RawServer::start(move |exchange| {
                let (_, spell) = SPELLINGS[chosen.load(Ordering::SeqCst)];
                let text = spell(exchange.head(), key);
                carry(exchange, &text);
            });
            let client = keyed(&server.base_url(), key).build().expect("a client");
            for (index, (spelling, _)) in SPELLINGS.iter().enumerate() {
                current.store(index, Ordering::SeqCst);
                for what in CALLS {
                    let called = call(&client, what).await;
                    let failure = format!("{what}: {spelling} in {place}");
                    search.called(&detector, &failure, called);
                }
            }
            // The test is only valid if the server received the key.
            let heads = server.heads();
            let keyed = heads.iter().filter(|head| detector.find(head).is_some());
            // A range of reversals asks again when the provider speaks of its limit.
            assert!(keyed.count() >= 2 * SPELLINGS.len(), "{place}");
        }
    }
    search.finish(150);
}

#[tokio::test]
async fn no_name_or_word_that_echoes_the_key_makes_drift_leak_it() {
    let mut search = Search::default();
    for key in KEYS {
        let detector = Detector::new(key);
        for (spelling, spell) in SPELLINGS {
            let text = spell("GET /api/offers?id=1 HTTP/1.1", key);
            let body = serde_json::json!({
                "status": "success",
                &text: 1,
                "offers": [{ "id": 1, &text: 1, "payout_type": text }],
            });
            let server = RawServer::saying(answer("200 OK", &[], body.to_string().as_bytes()));
            let told = Arc::new(Mutex::new(Vec::new()));
            let keep = Arc::clone(&told);
            let client = keyed(&server.base_url(), key)
                .on_drift(move |drift| keep.lock().expect("no panic").push(drift.clone()))
                .build()
                .expect("a client");
            client.offers().await.expect("an answer");
            let told = told.lock().expect("no panic");
            assert!(told.len() >= 2, "{spelling}: {told:?}");
            for drift in told.iter() {
                search.look(&detector, spelling, "display", &drift.to_string());
                search.debug(&detector, spelling, "debug", drift);
            }
        }
    }
    search.finish(LEAST);
}

#[tokio::test]
async fn no_failure_below_an_answer_makes_the_key_leak() {
    let mut search = Search::default();
    for key in KEYS {
        let detector = Detector::new(key);
        let silent = RawServer::start(Exchange::hold);
        let closed = RawServer::start(Exchange::finish);
        let reset = RawServer::start(Exchange::reset);
        let busy = RawServer::saying(answer("429 Too Many", &[("retry-after", "600")], b""));
        let tls = silent.base_url().replace("http:", "https:");
        let brief = |base_url: &str| keyed(base_url, key).timeout(Duration::from_millis(150));
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("a file");
        std::fs::write(&file, "").expect("a file");
        let away = RateLimits::default().store(FileStore::new(&file));
        let hasty = RateLimits::default()
            .wait(Wait::FailFast)
            .store(MemoryStore::new());
        let failures = [
            ("nobody listens", keyed(UNREACHABLE, key)),
            ("no answer", brief(&silent.base_url())),
            ("no tls", brief(&tls)),
            ("closed", keyed(&closed.base_url(), key)),
            ("reset", keyed(&reset.base_url(), key)),
            (
                "told to wait",
                keyed(&busy.base_url(), key).rate_limits(hasty),
            ),
            ("no store", keyed(&closed.base_url(), key).rate_limits(away)),
            ("no such name", brief("http://localhost:1").http(local)),
        ];
        for (failure, builder) in failures {
            search.debug(&detector, failure, "builder", &builder);
            let client = builder
                .retry(RetryPolicy::none())
                .build()
                .expect("a client");
            for what in CALLS {
                // Twice, because the limiter may refuse the second call.
                for _ in 0..2 {
                    let called = call(&client, what).await;
                    search.called(&detector, failure, called);
                }
            }
            search.debug(&detector, failure, "client", &client);
        }
    }
    search.finish(150);
}

#[tokio::test]
async fn nothing_that_holds_the_key_leaks_it_in_its_debug_output() {
    let mut search = Search::default();
    for key in KEYS {
        let detector = Detector::new(key);
        let client = keyed("http://127.0.0.1:9", key).build().expect("a client");
        let stream = client
            .reversals(date(2026, 1, 2)..=date(2026, 1, 3))
            .stream();
        let things: [(&str, &dyn Debug); 9] = [
            ("client", &client),
            ("builder", &keyed("http://127.0.0.1:9", key)),
            (
                "offers",
                &client.offers().country(Country::US).subid("user-42"),
            ),
            ("conversions", &client.conversions("user-42")),
            ("conversions of the caller", &client.conversions_of_caller()),
            (
                "reversals",
                &client.reversals(date(2026, 1, 2)..=date(2026, 1, 3)),
            ),
            ("stream", &stream),
            ("watch", &client.conversions("user-42").watch()),
            ("key", &ApiKey::new(key).expect("a key")),
        ];
        for (name, thing) in things {
            search.debug(&detector, name, "debug", thing);
        }
        let plan = client
            .reversals(date(2026, 1, 2)..=date(2026, 1, 3))
            .plan()
            .await;
        search.debug(&detector, "plan", "debug", &plan);
    }
    search.finish(LEAST);
}

#[test]
fn no_setting_that_holds_the_key_by_mistake_makes_it_leak() {
    let mut search = Search::default();
    for key in KEYS {
        let detector = Detector::new(key);
        let builders = [
            (
                "a key with a blank",
                builder("http://127.0.0.1:9").api_key(format!("{key} {key}")),
            ),
            (
                "a key with a line end",
                builder("http://127.0.0.1:9").api_key(format!("{key}\n{key}")),
            ),
            (
                "a key too long",
                builder("http://127.0.0.1:9").api_key(key.repeat(20)),
            ),
            (
                "a key in the query",
                builder(&format!("https://a.example/?id=1&api_key={key}")).api_key(key),
            ),
            (
                "a key in the fragment",
                builder(&format!("https://a.example/#{key}")).api_key(key),
            ),
            (
                "a key as the password",
                builder(&format!("https://me:{key}@a.example/")).api_key(key),
            ),
            (
                "a key as the user",
                builder(&format!("https://{key}@a.example/")).api_key(key),
            ),
            (
                "a key over plain http",
                builder(&format!("http://a.example/?api_key={key}")).api_key(key),
            ),
            ("a key and no publisher", Client::builder(0).api_key(key)),
            (
                "a key in the program's name",
                builder("http://127.0.0.1:9").user_agent(format!("x\n{key}")),
            ),
        ];
        for (failure, builder) in builders {
            search.debug(&detector, failure, "builder", &builder);
            let error = builder.build().expect_err(failure);
            search.error(&detector, failure, error);
        }
    }
    search.finish(LEAST);
}

#[test]
fn a_leak_that_is_planted_is_found_in_every_spelling() {
    for key in KEYS {
        let detector = Detector::new(key);
        let head = format!("GET /api/conversions?id=1&api_key={key} HTTP/1.1\r\nhost: x");
        for (spelling, text) in echo::planted(&head, key) {
            for planted in [
                format!("before {text} after"),
                format!("{:?}", format!("before{text}")),
                serde_json::to_string(&text).expect("JSON"),
            ] {
                assert!(detector.find(&planted).is_some(), "{spelling} in {planted}");
            }
        }
        let part: String = key.chars().skip(3).take(8).collect();
        assert!(
            detector.find(&format!("…{part}…")).is_some(),
            "a part of the key"
        );
        assert_eq!(
            detector.find("conversions: cannot read the answer: (redacted)"),
            None
        );
        assert_eq!(detector.find(""), None);
    }
}
