//! Clients as subjects: the sandbox plays the provider, a foreign client asks it, and the suite
//! judges what the client sent and how often.

mod scenario;
mod adapter;
mod cases;

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use cpalead_sandbox::Sandbox;
use jiff::Timestamp;

use self::cases::Seen;
use self::scenario::{SCENARIOS, SPEED, Scenario};
use crate::catalogue::{Catalogue, CatalogueError, Names, PAGE, Requirement};
use crate::error::Error;
use crate::plain;
use crate::report::{Entry, Report};
use crate::run::Event;
use crate::verdict::{Outcome, Verdict};

/// The requirements on clients. They judge scenarios in the place of exchanges.
const FILE: (&str, &str) = ("clients.toml", include_str!("../catalogue/clients.toml"));

const NAMES: Names = Names {
    exchange: |name| SCENARIOS.iter().any(|scenario| scenario.name == name),
    case: |id| cases::of(id).is_some(),
};

/// After so many scenarios in a row that broke, the rest is not tried.
const BROKEN_IN_A_ROW: usize = 3;

/// How long an adapter may take for a scenario, unless another time is set.
const PATIENCE: Duration = Duration::from_secs(30);

/// A foreign client behind its adapter: a command that reads one line of JSON on standard input,
/// makes the calls that it asks for, and prints one line of JSON.
///
/// ```
/// use cpalead_conformance::Subject;
///
/// let subject = Subject::new("python3", ["adapters/requests.py"]);
/// ```
#[derive(Debug, Clone)]
pub struct Subject {
    program: String,
    arguments: Vec<String>,
    patience: Duration,
}

/// What came of a scenario.
enum Made {
    Seen(Seen),
    Unsupported(String),
    Broken(String),
}

impl Catalogue {
    /// The requirements on clients, for [`Subject::judge`].
    ///
    /// # Errors
    ///
    /// Never in a released package, because its tests read this catalogue.
    pub fn clients() -> Result<Catalogue, CatalogueError> {
        let files = [(FILE.0.to_owned(), FILE.1.to_owned())];
        Catalogue::parse(&files, PAGE, &NAMES)
    }
}

impl Subject {
    /// A client that `program` runs. It is started once for each scenario.
    pub fn new<A: Into<String>>(
        program: impl Into<String>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Subject {
        Subject {
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            patience: PATIENCE,
        }
    }

    /// Sets how long the command may take for a scenario, 30 seconds by default.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Subject {
        self.patience = patience;
        self
    }

    /// Runs the scenarios that the requirements judge, and judges them.
    ///
    /// A command that hangs, ends early, prints too much or prints something else than the answer
    /// breaks the requirements on that scenario. When `stop` is ready, the run ends at once, and
    /// its report has no footer.
    ///
    /// # Errors
    ///
    /// When the sandbox cannot be started.
    pub async fn judge(
        &self,
        catalogue: &Catalogue,
        mut on_event: impl FnMut(&Event<'_>),
        stop: impl Future<Output = ()>,
    ) -> Result<Report, Error> {
        let started = Timestamp::now();
        let mut all = BTreeMap::new();
        let complete = tokio::select! {
            made = self.make(catalogue, &mut all, &mut on_event) => { made?; true }
            () = stop => false,
        };
        let mut entries = Vec::new();
        for requirement in catalogue.requirements() {
            let Some(verdict) = verdict(requirement, &all) else {
                continue;
            };
            on_event(&Event::Judged {
                id: &requirement.id,
                verdict: &verdict,
            });
            let scenarios = requirement.exchanges.iter();
            let repeat = scenarios.map(|name| format!("scenario {name}")).collect();
            entries.push(Entry::new(requirement, verdict, repeat));
        }
        let report = Report::new(&self.name(), &[], None, started, entries);
        Ok(if complete { report.finished() } else { report })
    }

    /// The command as reports show it: names of files without their folders.
    fn name(&self) -> String {
        let short = |part: &str| {
            let name = std::path::Path::new(part).file_name();
            name.map_or_else(
                || part.to_owned(),
                |name| name.to_string_lossy().into_owned(),
            )
        };
        let parts = [&self.program].into_iter().chain(&self.arguments);
        let parts: Vec<String> = parts.map(|part| short(part)).collect();
        plain::line(&format!("client {}", parts.join(" ")))
    }

    async fn make(
        &self,
        catalogue: &Catalogue,
        all: &mut BTreeMap<&'static str, Made>,
        on_event: &mut impl FnMut(&Event<'_>),
    ) -> Result<(), Error> {
        let needed = |scenario: &&Scenario| {
            let mut requirements = catalogue.requirements().iter();
            requirements.any(|it| it.exchanges.iter().any(|name| name == scenario.name))
        };
        let needed: Vec<&Scenario> = SCENARIOS.iter().filter(needed).collect();
        let mut broken = 0;
        for (number, scenario) in (1..).zip(&needed) {
            if broken >= BROKEN_IN_A_ROW {
                let why = format!("not tried, because {BROKEN_IN_A_ROW} scenarios in a row broke");
                all.insert(scenario.name, Made::Broken(why));
                continue;
            }
            on_event(&Event::Asking {
                exchange: scenario.name,
                number,
                of: needed.len(),
            });
            let made = self.try_out(scenario).await?;
            broken = match &made {
                Made::Broken(_) => broken + 1,
                _ => 0,
            };
            all.insert(scenario.name, made);
        }
        Ok(())
    }

    async fn try_out(&self, scenario: &Scenario) -> Result<Made, Error> {
        let failed =
            |error: std::io::Error| Error::new(format!("cannot start the sandbox: {error}"));
        let mut builder = Sandbox::builder().speed(SPEED);
        if let Some(fault) = scenario.always {
            builder = builder.fault(fault, 1.0);
        }
        let sandbox = builder.start().await.map_err(failed)?;
        if let Some(fault) = scenario.first {
            sandbox.fail_next(fault);
        }
        let line = scenario.line(sandbox.base_url(), sandbox.api_key());
        let answered = adapter::ask(&self.program, &self.arguments, &line, self.patience).await;
        let requests = sandbox.requests();
        let host = sandbox.base_url().trim_start_matches("http://").to_owned();
        sandbox.stop().await;
        Ok(match answered {
            Ok(adapter::Answer::Unsupported(why)) => Made::Unsupported(why),
            Ok(_) => Made::Seen(Seen { requests, host }),
            Err(why) => Made::Broken(why),
        })
    }
}

/// The verdict, or none while the run has not come to the scenarios.
fn verdict(requirement: &Requirement, all: &BTreeMap<&'static str, Made>) -> Option<Verdict> {
    let mut seen = Vec::new();
    for name in &requirement.exchanges {
        match all.get(name.as_str())? {
            Made::Seen(scenario) => seen.push(scenario),
            Made::Broken(why) => {
                let why = format!("{name}: {why}");
                return Some(Verdict::Broken { why });
            }
            Made::Unsupported(why) => {
                let why = plain::line(&format!("{name}: the adapter does not support it: {why}"));
                return Some(Verdict::Skipped { why });
            }
        }
    }
    let outcome = match cases::of(&requirement.id) {
        None => Outcome::nothing("the requirement has no case"),
        Some(case) => {
            let panicked = Outcome::violates("a verdict", "the case panicked", "the suite itself");
            catch_unwind(AssertUnwindSafe(|| case(&seen))).unwrap_or(panicked)
        }
    };
    Some(Verdict::of(outcome, requirement.evidence))
}

#[cfg(test)]
mod tests;
