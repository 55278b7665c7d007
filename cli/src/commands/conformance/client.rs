//! `cpalead conformance client`: runs a foreign client against a sandbox and judges its requests.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use cpalead_conformance::{Catalogue, Event, Report, Subject};

use crate::args::{ClientArgs, Global};
use crate::failure::Failure;
use crate::signals;
use crate::values::short;

/// Judges the client behind a command. A signal ends the run, and its report has no conclusion.
pub(super) async fn judge(args: ClientArgs, global: &Global) -> Result<Report, Failure> {
    let catalogue = selected(&args.prefixes)?;
    let mut command = args.command.into_iter();
    let Some(program) = command.next() else {
        return Err(Failure::usage("the command of the adapter is missing"));
    };
    let subject = Subject::new(program, command).patience(Duration::from_secs(args.patience));
    let shown = io::stderr().is_terminal() || global.verbose;
    let on_event = |event: &Event<'_>| {
        if let Event::Asking {
            exchange,
            number,
            of,
        } = event
            && shown
        {
            // If standard error is closed, the run still has its report.
            let _ = writeln!(io::stderr(), "{number} of {of}: {exchange}");
        }
    };
    let judged = subject.judge(&catalogue, on_event, signals::stop());
    judged
        .await
        .map_err(|error| Failure::inconclusive(error.to_string()))
}

fn selected(prefixes: &[String]) -> Result<Catalogue, Failure> {
    let catalogue =
        Catalogue::clients().map_err(|error| Failure::inconclusive(error.to_string()))?;
    let selects = |prefix: &str| !catalogue.select(&[prefix]).requirements().is_empty();
    if let Some(prefix) = prefixes.iter().find(|prefix| !selects(prefix)) {
        let ids: Vec<&str> = catalogue
            .requirements()
            .iter()
            .map(|requirement| requirement.id.as_str())
            .collect();
        return Err(Failure::usage(format!(
            "no requirement on clients has an id that begins with `{}`: there are {}",
            short(prefix),
            ids.join(", ")
        )));
    }
    Ok(catalogue.select(&prefixes.iter().map(String::as_str).collect::<Vec<_>>()))
}
