//! `conformance --list`: the requirements, and how much of the provider's page they cover.

use cpalead_conformance::{Evidence, Requirement};
use serde_json::json;

use super::run::selected;
use crate::args::{AskArgs, Format, Global, ReportFormat, ShowArgs};
use crate::failure::Failure;
use crate::output;

pub(super) fn run(ask: &AskArgs, show: &ShowArgs, global: &Global) -> Result<(), Failure> {
    let catalogue = selected(&ask.prefixes)?;
    let requirements = catalogue.requirements();
    let format = match (show.format, global.output) {
        (Some(format), _) => format,
        (None, Some(Format::Json)) => ReportFormat::Json,
        (None, Some(Format::Ndjson)) => ReportFormat::Ndjson,
        (None, _) => ReportFormat::Text,
    };
    let text = match format {
        ReportFormat::Json => {
            let all: Vec<_> = requirements.iter().map(as_json).collect();
            format!("{}\n", json!(all))
        }
        ReportFormat::Ndjson => {
            let line = |requirement| format!("{}\n", as_json(requirement));
            requirements.iter().map(line).collect()
        }
        ReportFormat::Text => {
            let of = |evidence: Evidence| {
                let has = |requirement: &&Requirement| requirement.evidence == evidence;
                requirements.iter().filter(has).count()
            };
            let lines: String = requirements.iter().map(as_line).collect();
            format!(
                "{lines}\n{} documented, {} observed, {} inferred; catalogue: {}\n",
                of(Evidence::Documented),
                of(Evidence::Observed),
                of(Evidence::Inferred),
                catalogue.coverage(),
            )
        }
        _ => {
            return Err(Failure::usage(
                "--list prints text, json or ndjson: choose one with --format",
            ));
        }
    };
    output::write_text(&text)
}

fn as_line(requirement: &Requirement) -> String {
    let Requirement {
        id, evidence, says, ..
    } = requirement;
    format!("{:<10} {id}\n           {says}\n", evidence.name())
}

fn as_json(requirement: &Requirement) -> serde_json::Value {
    let features: Vec<_> = requirement.features.iter().map(|f| f.name()).collect();
    json!({
        "id": requirement.id,
        "evidence": requirement.evidence.name(),
        "says": requirement.says,
        "source": requirement.sources,
        "because": requirement.because,
        "features": features,
        "exchanges": requirement.exchanges,
    })
}
