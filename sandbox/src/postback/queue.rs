//! Owns the postbacks of the sandbox: what is queued, which attempts were made, and when another
//! one follows.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::postback::attempt::PostbackAttempt;
use crate::postback::template::Template;

/// The waits between the attempts, on the sandbox's clock. How often and when the provider tries
/// again is not documented.
const WAITS: [Duration; 4] = [
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(15 * 60),
    Duration::from_secs(60 * 60),
];

const REMEMBERED_ATTEMPTS: usize = 10_000;

/// The values of one postback: macros with their values.
pub(crate) type Values = Vec<(&'static str, String)>;

/// The postbacks of one sandbox.
pub(crate) struct Postbacks {
    pub(super) template: Template,
    pub(super) password: String,
    speed: u32,
    pub(super) started: Instant,
    queue: mpsc::UnboundedSender<Values>,
    attempts: Mutex<VecDeque<PostbackAttempt>>,
}

impl Postbacks {
    /// The postbacks, and the queue that `send_all` empties.
    pub(crate) fn new(
        template: Template,
        password: String,
        speed: u32,
    ) -> (Postbacks, mpsc::UnboundedReceiver<Values>) {
        let (queue, waiting) = mpsc::unbounded_channel();
        let postbacks = Postbacks {
            template,
            password,
            speed: speed.max(1),
            started: Instant::now(),
            queue,
            attempts: Mutex::default(),
        };
        (postbacks, waiting)
    }

    /// Sends a postback soon.
    pub(crate) fn push(&self, values: Values) {
        // It fails only while the sandbox ends.
        let _ = self.queue.send(values);
    }

    /// The latest attempts, in the order in which they ended.
    pub(crate) fn attempts(&self) -> Vec<PostbackAttempt> {
        let attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.iter().cloned().collect()
    }

    /// Keeps an attempt for [`attempts`](Self::attempts).
    pub(super) fn record(&self, attempt: PostbackAttempt) {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        if attempts.len() >= REMEMBERED_ATTEMPTS {
            attempts.pop_front();
        }
        attempts.push_back(attempt);
    }

    /// The real time until the attempt after attempt `number`, unless that was the last.
    pub(super) fn wait(&self, number: u32, status: Option<u16>) -> Option<Duration> {
        // 408, 425, 429 and 5xx are cited from the provider's documentation by a publisher's
        // program. That no answer is like a 5xx is inferred.
        let again = matches!(status, None | Some(408 | 425 | 429 | 500..));
        let wait = WAITS.get(usize::try_from(number).ok()?.checked_sub(1)?)?;
        again.then_some(*wait / self.speed)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::postback::queue::Postbacks;
    use crate::postback::template::{Targets, Template};

    #[track_caller]
    fn check(status: Option<u16>, waits: &[u64]) {
        let template = Template::parse("http://127.0.0.1/", Targets::Loopback).unwrap();
        let (postbacks, _) = Postbacks::new(template, String::new(), 10);
        let found = (1..9).map_while(|number| postbacks.wait(number, status));
        let expected = waits.iter().copied().map(Duration::from_secs);
        assert!(found.eq(expected), "{status:?}");
    }

    #[test]
    fn what_may_pass_is_tried_five_times() {
        for status in [None, Some(408), Some(425), Some(429), Some(500), Some(503)] {
            check(status, &[6, 30, 90, 360]);
        }
    }

    #[test]
    fn every_other_status_is_final() {
        for status in [200, 204, 302, 400, 403, 404, 422] {
            check(Some(status), &[]);
        }
    }
}
