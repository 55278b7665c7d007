//! Searches every text that a program can print for the key: every view of every failure.

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use cpalead::{Defect, Error};

use super::Called;
use super::detector::Detector;

/// How many texts were searched, and which of them contain the key.
#[derive(Default)]
pub(super) struct Search {
    count: usize,
    leaks: Vec<String>,
}

impl Search {
    pub(super) fn look(&mut self, detector: &Detector, failure: &str, view: &str, text: &str) {
        self.count += 1;
        if let Some(spelling) = detector.find(text) {
            self.leaks
                .push(format!("{failure}, {view}: {spelling} in {text}"));
        }
    }

    pub(super) fn debug(
        &mut self,
        detector: &Detector,
        failure: &str,
        view: &str,
        thing: &dyn Debug,
    ) {
        self.look(detector, failure, view, &format!("{thing:?}"));
        self.look(
            detector,
            failure,
            &format!("{view}, alternate"),
            &format!("{thing:#?}"),
        );
    }

    pub(super) fn error(&mut self, detector: &Detector, failure: &str, error: Error) {
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

    pub(super) fn defects(&mut self, detector: &Detector, failure: &str, defects: &[Defect]) {
        for row in defects {
            self.look(detector, failure, "defect", &row.to_string());
            self.look(detector, failure, "defect, path", row.path());
            self.look(detector, failure, "defect, message", row.message());
            self.debug(detector, failure, "defect, debug", row);
        }
    }

    pub(super) fn called(&mut self, detector: &Detector, failure: &str, called: Called) {
        match called {
            Called::Failed(error) => self.error(detector, failure, error),
            Called::Answered(defects) => self.defects(detector, failure, &defects),
        }
    }

    /// Prints how many cells there were: each is one text that was searched for the key in every
    /// spelling. Fails on any leak, and on fewer cells than expected.
    pub(super) fn finish(self, least: usize) {
        println!("leak: {} cells, {} leaks", self.count, self.leaks.len());
        assert!(self.leaks.is_empty(), "{}", self.leaks.join("\n"));
        assert!(
            self.count >= least,
            "{} cells, expected {least}",
            self.count
        );
    }
}

/// The message of a program that unwraps the error.
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
    let result = catch_unwind(AssertUnwindSafe(|| unwrapped(Err(error))));
    EXPECTED.set(false);
    let payload = result.expect_err("a panic");
    *payload.downcast::<String>().expect("a message")
}

fn unwrapped(result: Result<(), Error>) {
    result.unwrap();
}
