//! Plans a run, shows what it costs, and makes it.

use std::cell::RefCell;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use cpalead_conformance::{Catalogue, Event, Questions, Report};

use super::target::{self, Opened};
use crate::args::{AskArgs, Global, TargetName};
use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;
use crate::signals;
use crate::values::short;

/// The sub-id that has conversions in the sandbox.
const SUBID: &str = "user-42";

const SECOND: Duration = Duration::from_secs(1);

/// What is to be judged, and where its exchanges are recorded.
pub(crate) struct Order {
    pub(crate) target: TargetName,
    pub(crate) record: Option<PathBuf>,
    pub(crate) ask: AskArgs,
}

/// The report of a run, and the api key that it was made with.
pub(crate) struct Judged {
    pub(crate) report: Report,
    pub(crate) secret: Option<String>,
}

/// The requirements with one of these prefixes. Each prefix must select something.
pub(crate) fn selected(prefixes: &[String]) -> Result<Catalogue, Failure> {
    let catalogue =
        Catalogue::bundled().map_err(|error| Failure::inconclusive(error.to_string()))?;
    let selects = |prefix: &str| !catalogue.select(&[prefix]).requirements().is_empty();
    if let Some(prefix) = prefixes.iter().find(|prefix| !selects(prefix)) {
        return Err(Failure::usage(format!(
            "no requirement has an id that begins with `{}`: conformance --list prints the ids",
            short(prefix)
        )));
    }
    Ok(catalogue.select(&prefixes.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// Judges the target, or prints the plan for `--dry-run`.
///
/// A signal ends the run, and its report has no conclusion.
pub(crate) async fn judge(order: Order, global: &Global) -> Result<Option<Judged>, Failure> {
    let Order {
        target: name,
        record,
        ask,
    } = order;
    let catalogue = selected(&ask.prefixes)?;
    let is_replayed = matches!(name, TargetName::Replay(_));
    if let Some(folder) = &record {
        if is_replayed {
            return Err(Failure::usage(
                "recordings are not recorded again: copy the folder",
            ));
        }
        check_empty(folder)?;
    }
    let opened = target::open(&name, global).await?;
    let Opened {
        mut target,
        day,
        secret,
        sandbox: _sandbox,
    } = opened;
    for feature in ask.without {
        target = target.without(feature);
    }
    if let Some(folder) = record {
        target = target.record_to(folder);
    }
    let subid = ask.subid.unwrap_or_else(|| SUBID.to_owned());
    let questions = Questions::new(subid, ask.day.unwrap_or(day));
    let plan = catalogue.plan(target, questions).await;
    let plan = plan.map_err(|error| Failure::configuration(error.to_string()))?;
    if ask.dry_run {
        output::write_text(&plan.to_string())?;
        return Ok(None);
    }
    // If standard error is closed, the run still has its report.
    let _ = write!(io::stderr(), "{plan}");
    if name == TargetName::Live && !ask.yes {
        confirm(plan.calls())?;
    }
    let shown = io::stderr().is_terminal() || global.verbose;
    let progress =
        (shown && !is_replayed).then(|| RefCell::new(Progress::new(plan.calls(), plan.at_least())));
    let mut asked: Option<String> = None;
    let on_event = |event: &Event<'_>| {
        let done = match event {
            Event::Asking { exchange, .. } => asked.replace((*exchange).to_owned()),
            _ => asked.take(),
        };
        if let (Some(progress), Some(done)) = (&progress, done) {
            progress.borrow_mut().done(&done);
        }
    };
    // Listening for a signal starts before anything is sent.
    let stop = ticking(signals::stop(), progress.as_ref());
    let report = plan.run(on_event, stop).await;
    let failed = |error: cpalead_conformance::Error| {
        if is_replayed {
            Failure::configuration(error.to_string())
        } else {
            Failure::inconclusive(error.to_string())
        }
    };
    let report = report.map_err(failed)?;
    Ok(Some(Judged { report, secret }))
}

/// Waits for the signal, and updates the time left until then.
async fn ticking(stop: impl Future<Output = ()>, progress: Option<&RefCell<Progress>>) {
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(SECOND) => {
                if let Some(progress) = progress {
                    progress.borrow_mut().tick();
                }
            }
        }
    }
}

/// A folder that is not empty is refused before anything is sent.
fn check_empty(folder: &Path) -> Result<(), Failure> {
    let first = std::fs::read_dir(folder).map(|mut entries| entries.next());
    match first {
        Ok(Some(_)) => Err(Failure::usage(format!(
            "{} is not empty: record into a new folder",
            folder.display()
        ))),
        Ok(None) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::usage(format!(
            "cannot record into {}: {error}",
            folder.display()
        ))),
    }
}

/// Asks at the terminal before the provider is called.
fn confirm(calls: usize) -> Result<(), Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::usage(
            "calls to the provider are confirmed at a terminal: give --yes without one, or --dry-run to see the plan",
        ));
    }
    let _ = write!(
        io::stderr(),
        "Send these {calls} calls to the provider? [y/N] "
    );
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    match (read, answer.trim()) {
        (Ok(_), "y" | "Y" | "yes") => Ok(()),
        _ => Err(Failure::usage("not confirmed: nothing was sent")),
    }
}
