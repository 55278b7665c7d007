//! A run: makes each exchange once, judges what it allows, and reports.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use cpalead::rate_limits::Limiter;
use jiff::Timestamp;

use crate::answer::Answer;
use crate::asks::{self, Ask};
use crate::catalogue::Requirement;
use crate::error::Error;
use crate::exchange::Exchange;
use crate::plain;
use crate::plan::{Plan, missing};
use crate::report::{Entry, Report};
use crate::scrub::{PUBLISHER, Scrubber};
use crate::verdict::Verdict;

/// After so many calls without an answer in a row, the rest is not asked.
const PATIENCE: u32 = 3;

/// The most bytes of all answers of a run. The provider's take about 120 MiB.
const LARGEST: usize = 256 << 20;

/// What a run is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// An exchange begins, once its slot is free.
    Asking {
        /// Its name.
        exchange: &'a str,
        /// Its number, from 1.
        number: usize,
        /// How many there are.
        of: usize,
    },
    /// A requirement was judged.
    Judged {
        /// Its id.
        id: &'a str,
        /// The verdict.
        verdict: &'a Verdict,
    },
}

/// What came of an exchange.
enum Made {
    Answered(Exchange),
    Broken(String),
    NotRecorded,
}

type All = BTreeMap<&'static str, Made>;
type Answers<'a> = BTreeMap<&'a str, Answer<'a>>;

impl Plan {
    /// Makes the calls and judges the answers.
    ///
    /// When `stop` is ready, the run ends at once. Its report holds what was judged until then, and
    /// has no footer.
    ///
    /// # Errors
    ///
    /// When recordings cannot be written, or one that is read was changed or contains the key.
    pub async fn run(
        self,
        mut on_event: impl FnMut(&Event<'_>),
        stop: impl Future<Output = ()>,
    ) -> Result<Report, Error> {
        let started = Timestamp::now();
        let mut all = All::new();
        let complete = tokio::select! {
            made = self.make(&mut all, &mut on_event) => { made?; true }
            () = stop => false,
        };
        let (mut entries, mut answers) = (Vec::new(), Answers::new());
        for (next, requirement) in (1..).zip(&self.requirements) {
            let Some(verdict) = self.judge(requirement, &all, &mut answers) else {
                continue;
            };
            // Read answers are large. Those that nobody needs any more are dropped.
            let later = &self.requirements[next..];
            answers.retain(|name, _| {
                later
                    .iter()
                    .any(|other| other.exchanges.iter().any(|n| n == name))
            });
            on_event(&Event::Judged {
                id: &requirement.id,
                verdict: &verdict,
            });
            entries.push(Entry::new(requirement, verdict, self.repeat(requirement)));
        }
        let report = Report::new(
            self.target.name(),
            self.target.features(),
            Some(self.coverage),
            started,
            entries,
        );
        Ok(if complete { report.finished() } else { report })
    }

    async fn make(
        &self,
        all: &mut All,
        on_event: &mut impl FnMut(&Event<'_>),
    ) -> Result<(), Error> {
        let (limiter, recorder) = (self.target.limiter(), self.target.recorder()?);
        let mut scrubber = self.target.scrubber(&self.questions);
        let (mut silent, mut bytes) = (0, 0);
        for (number, ask) in (1..).zip(&self.asks) {
            let made = match (self.target.recorded(ask)?, &limiter, &mut scrubber) {
                (Some(Some(exchange)), ..) => Made::Answered(exchange),
                (Some(None), ..) | (None, None, _) | (None, _, None) => Made::NotRecorded,
                _ if silent >= PATIENCE => Made::Broken(format!(
                    "not asked, because {PATIENCE} calls in a row had no answer"
                )),
                (None, Some(limiter), Some(scrubber)) => {
                    on_event(&Event::Asking {
                        exchange: ask.name,
                        number,
                        of: self.asks.len(),
                    });
                    self.ask(ask, limiter, scrubber).await
                }
            };
            if let Made::Answered(exchange) = &made {
                bytes += exchange.body.len();
            }
            let made = if bytes > LARGEST {
                Made::Broken(format!(
                    "the answers of this run are larger than {} MiB",
                    LARGEST >> 20
                ))
            } else {
                made
            };
            match (&made, &recorder) {
                (Made::Answered(exchange), Some(recorder)) => recorder.keep(exchange)?,
                (Made::Broken(_), _) => silent += 1,
                _ => {}
            }
            if matches!(made, Made::Answered(_)) {
                silent = 0;
            }
            all.insert(ask.name, made);
        }
        Ok(())
    }

    async fn ask(&self, ask: &Ask, limiter: &Limiter, scrubber: &mut Scrubber) -> Made {
        let endpoint = ask.path.endpoint();
        if ask.at_once_after.is_none() {
            match limiter.acquire(endpoint).await {
                Ok(permit) => permit.start(),
                Err(error) => return Made::Broken(plain::line(&error.to_string())),
            }
        }
        let exchange = match self
            .target
            .call(ask, &self.questions.query(ask), scrubber)
            .await
        {
            Ok(exchange) => exchange,
            Err(why) => return Made::Broken(why),
        };
        match exchange.status {
            429 if ask.at_once_after.is_none() => {
                let wait = exchange
                    .header("retry-after")
                    .and_then(|value| value.parse().ok());
                let wait = wait.map(Duration::from_secs);
                // The answer is the same whether the store remembers it or not.
                let _ = limiter.defer(endpoint, wait).await;
                Made::Broken("the target says that there were too many calls (429)".to_owned())
            }
            // A gateway in front of the target, not the target itself.
            status @ (502..=504 | 520..=530) => {
                Made::Broken(format!("the target is away ({status})"))
            }
            _ => Made::Answered(exchange),
        }
    }

    /// The verdict, or none while the run has not come to the exchanges.
    fn judge<'a>(
        &self,
        requirement: &'a Requirement,
        all: &'a All,
        answers: &mut Answers<'a>,
    ) -> Option<Verdict> {
        if let Some(feature) = missing(requirement, self.target.features()) {
            return Some(Verdict::Unsupported { feature });
        }
        for name in &requirement.exchanges {
            match all.get(name.as_str())? {
                Made::Answered(exchange) => {
                    answers.entry(name).or_insert_with(|| Answer::of(exchange));
                }
                Made::Broken(why) => {
                    return Some(Verdict::Broken {
                        why: format!("{name}: {why}"),
                    });
                }
                Made::NotRecorded => {
                    let why = format!("there is no recording of {name}");
                    return Some(Verdict::Skipped { why });
                }
            }
        }
        let judged = requirement
            .exchanges
            .iter()
            .filter_map(|name| answers.get(name.as_str()));
        Some(requirement.judge_answers(&judged.collect::<Vec<_>>()))
    }

    /// The requests of a requirement, without anything secret.
    fn repeat(&self, requirement: &Requirement) -> Vec<String> {
        let asks = requirement
            .exchanges
            .iter()
            .filter_map(|name| asks::named(name));
        let line = |ask: &Ask| {
            let mut pairs = Vec::new();
            if ask.carries("id") {
                pairs.push(format!("id={PUBLISHER}"));
            }
            if ask.carries("api_key") {
                pairs.push("api_key=…".to_owned());
            }
            for (name, value) in self.questions.query(ask) {
                let value = if value == self.questions.subid() {
                    "subid-1".to_owned()
                } else {
                    value
                };
                pairs.push(format!("{name}={value}"));
            }
            plain::line(&format!("GET {}?{}", ask.path.text(), pairs.join("&")))
        };
        asks.map(line).collect()
    }
}
