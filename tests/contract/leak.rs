//! The api key appears nowhere: everything there is to print is printed for every failure, and searched for the key.

mod detector;
mod ear;
mod echo;

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once};
use std::time::Duration;

use cpalead::{
    ApiKey, Client, ClientBuilder, Country, Error, FileStore, RateLimits, Rejected, RetryPolicy,
    Wait,
};
use jiff::civil::date;

use crate::raw_server::{RawServer, answer, dead_address};
use crate::support::{Watch, builder};
use detector::Detector;
use echo::{CARRIERS, SPELLINGS};

/// A key that is a word to every encoding, and one that each of them must change.
const KEYS: [&str; 2] = [
    "kq7Zt0vR4mXw81JcPbN6yUeHs2LdGfA9",
    "P+l/u=s&%41?#'\"<\\>é~K2x;J9(v)",
];

/// What was looked at, and where the key was.
#[derive(Default)]
struct Cells {
    count: usize,
    leaks: Vec<String>,
}

impl Cells {
    fn look(&mut self, detector: &Detector, failure: &str, view: &str, text: &str) {
        self.count += 1;
        if let Some(spelling) = detector.find(text) {
            self.leaks
                .push(format!("{failure}, {view}: {spelling} in {text}"));
        }
    }

    fn debug(&mut self, detector: &Detector, failure: &str, view: &str, thing: &dyn Debug) {
        self.look(detector, failure, view, &format!("{thing:?}"));
        self.look(
            detector,
            failure,
            &format!("{view}, alternate"),
            &format!("{thing:#?}"),
        );
    }

    fn error(&mut self, detector: &Detector, failure: &str, error: Error) {
        self.look(detector, failure, "display", &error.to_string());
        self.look(
            detector,
            failure,
            "display, alternate",
            &format!("{error:#}"),
        );
        self.debug(detector, failure, "debug", &error);
        let words = format!("{} {:?} {:?}", error.kind(), error.path(), error.status());
        self.look(detector, failure, "kind, path, status", &words);
        self.look(
            detector,
            failure,
            "excerpt",
            error.excerpt().unwrap_or_default(),
        );
        let mut source = std::error::Error::source(&error);
        let mut chain = String::new();
        while let Some(cause) = source {
            chain.push_str(&format!("{cause} {cause:?} {cause:#?}"));
            source = cause.source();
        }
        self.look(detector, failure, "sources", &chain);
        self.look(detector, failure, "panic", &panic_message(error));
    }

    fn rejected(&mut self, detector: &Detector, failure: &str, rejected: &[Rejected]) {
        for row in rejected {
            self.look(detector, failure, "rejected row", &row.to_string());
            self.look(detector, failure, "rejected row, path", row.path());
            self.look(detector, failure, "rejected row, message", row.message());
            self.debug(detector, failure, "rejected row, debug", row);
        }
    }

    fn finish(self) {
        println!("leak: {} cells, {} leaks", self.count, self.leaks.len());
        assert!(self.leaks.is_empty(), "{}", self.leaks.join("\n"));
        assert!(self.count >= 150);
    }
}

/// What a program says that unwraps the error.
fn panic_message(error: Error) -> String {
    static QUIET: Once = Once::new();
    thread_local!(static EXPECTED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) });
    QUIET.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !EXPECTED.get() {
                usual(panic);
            }
        }));
    });
    EXPECTED.set(true);
    let result = catch_unwind(AssertUnwindSafe(|| Err::<(), _>(error).unwrap()));
    EXPECTED.set(false);
    let payload = result.expect_err("a panic");
    *payload.downcast::<String>().expect("a message")
}

/// What is called with the key in its query, and what comes of it: an error, or rows that were rejected.
enum Called {
    Failed(Error),
    Rejected(Vec<Rejected>),
}

const CALLS: [&str; 2] = ["conversions", "reversals"];

async fn call(client: &Client, what: &str) -> Called {
    let result = if what == "conversions" {
        let report = client.conversions("user-42").offer_id(5_546_840).await;
        report.map(|report| report.rejected().to_vec())
    } else {
        let windows = client.reversals(date(2026, 1, 2)..=date(2026, 1, 3)).await;
        windows.map(|windows| windows[0].report().rejected().to_vec())
    };
    match result {
        Ok(rejected) => Called::Rejected(rejected),
        Err(error) => Called::Failed(error),
    }
}

fn keyed(base_url: &str, key: &str) -> ClientBuilder {
    builder(base_url)
        .api_key(key)
        .clock(Arc::new(Watch::new()))
        .read_timeout(Duration::from_secs(5))
        .max_body(64 << 10)
}

impl Cells {
    fn called(&mut self, detector: &Detector, failure: &str, called: Called) {
        match called {
            Called::Failed(error) => self.error(detector, failure, error),
            Called::Rejected(rejected) => self.rejected(detector, failure, &rejected),
        }
    }
}

#[tokio::test]
async fn no_answer_that_echoes_the_key_makes_it_leak() {
    let mut cells = Cells::default();
    for key in KEYS {
        let detector = Detector::new(key);
        for (place, carry) in CARRIERS {
            for (spelling, spell) in SPELLINGS {
                let server = RawServer::start(move |exchange| {
                    let text = spell(exchange.head(), key);
                    carry(exchange, &text);
                });
                let client = keyed(&server.base_url(), key).build().expect("a client");
                for what in CALLS {
                    let called = call(&client, what).await;
                    let failure = format!("{what}: {spelling} in {place}");
                    cells.called(&detector, &failure, called);
                }
                let heads = server.heads();
                assert_eq!(heads.len(), 2, "{place}");
                // That the server was sent the key is what all of this rests on.
                assert!(heads.iter().all(|head| detector.find(head).is_some()));
            }
        }
    }
    cells.finish();
}

#[tokio::test]
async fn no_failure_below_an_answer_makes_the_key_leak() {
    let mut cells = Cells::default();
    for key in KEYS {
        let detector = Detector::new(key);
        let silent = RawServer::start(|exchange| exchange.hold());
        let closed = RawServer::start(|exchange| exchange.finish());
        let reset = RawServer::start(|exchange| exchange.reset());
        let busy = RawServer::saying(answer("429 Too Many", &[("retry-after", "600")], b""));
        let tls = silent.base_url().replace("http:", "https:");
        let brief = |base_url: &str| keyed(base_url, key).timeout(Duration::from_millis(150));
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("a file");
        std::fs::write(&file, "").expect("a file");
        let away = RateLimits::default().store(FileStore::new(&file));
        let hasty = RateLimits::default()
            .wait(Wait::FailFast)
            .store(cpalead::MemoryStore::new());
        let failures = [
            ("nobody listens", keyed(&dead_address(), key)),
            ("no answer", brief(&silent.base_url())),
            ("no tls", brief(&tls)),
            ("closed", keyed(&closed.base_url(), key)),
            ("reset", keyed(&reset.base_url(), key)),
            (
                "told to wait",
                keyed(&busy.base_url(), key).rate_limits(hasty),
            ),
            ("no store", keyed(&closed.base_url(), key).rate_limits(away)),
            (
                "no such name",
                brief("http://localhost:1").http(|http| http.no_proxy()),
            ),
        ];
        for (failure, builder) in failures {
            cells.debug(&detector, failure, "builder", &builder);
            let client = builder
                .retry(RetryPolicy::none())
                .build()
                .expect("a client");
            for what in CALLS {
                // Twice: the second one may be refused by the limiter.
                for _ in 0..2 {
                    let called = call(&client, what).await;
                    cells.called(&detector, failure, called);
                }
            }
            cells.debug(&detector, failure, "client", &client);
        }
    }
    cells.finish();
}

#[tokio::test]
async fn nothing_that_holds_the_key_leaks_it_in_its_debug_output() {
    let mut cells = Cells::default();
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
            cells.debug(&detector, name, "debug", thing);
        }
        let plan = client
            .reversals(date(2026, 1, 2)..=date(2026, 1, 3))
            .plan()
            .await;
        cells.debug(&detector, "plan", "debug", &plan);
    }
    println!("leak: {} cells, {} leaks", cells.count, cells.leaks.len());
    assert!(cells.leaks.is_empty(), "{}", cells.leaks.join("\n"));
}

#[test]
fn no_setting_that_holds_the_key_by_mistake_makes_it_leak() {
    let mut cells = Cells::default();
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
            cells.debug(&detector, failure, "builder", &builder);
            let error = builder.build().expect_err(failure);
            cells.error(&detector, failure, error);
        }
    }
    println!("leak: {} cells, {} leaks", cells.count, cells.leaks.len());
    assert!(cells.leaks.is_empty(), "{}", cells.leaks.join("\n"));
}

#[tokio::test]
async fn nothing_leaks_into_the_log_at_its_most_talkative() {
    let mut cells = Cells::default();
    ear::listen();
    for key in KEYS {
        let detector = Detector::new(key);
        let broken = RawServer::start(|exchange| exchange.finish());
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
            let verbose =
                keyed(base_url, key).http(|http| http.no_proxy().connection_verbose(true));
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
    println!("leak: {} cells, {} leaks", cells.count, cells.leaks.len());
    assert!(cells.leaks.is_empty(), "{}", cells.leaks.join("\n"));
}

#[test]
fn a_leak_that_is_planted_is_found_in_every_spelling() {
    for key in KEYS {
        let detector = Detector::new(key);
        let head = format!("GET /api/conversions?id=1&api_key={key} HTTP/1.1\r\nhost: x");
        for (spelling, text) in echo::planted(&head, key) {
            for planted in [
                format!("before {text} behind"),
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
