//! The options of `conformance`, and its subcommands.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use cpalead_conformance::Feature;
use jiff::civil::Date;

use crate::values;

/// `conformance` with its own options, or one of its subcommands.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
Exit status: 0 no documented requirement failed; 1 one failed; 2 usage or configuration, nothing was \
sent; 3 no result: the target did not answer, or --complete is given and a requirement was not judged; \
130 stopped, with the report so far.

Examples:
  cpalead conformance --target sandbox
  cpalead conformance --target live --dry-run
  cpalead conformance --target http://127.0.0.1:8080 --report html=out.html"
)]
pub(crate) struct ConformanceArgs {
    #[command(subcommand)]
    pub(crate) command: Option<ConformanceCommand>,
    /// What to judge: live, sandbox, replay:DIR, or the address of a server
    #[arg(long, value_name = "TARGET", value_parser = target, required_unless_present = "list")]
    pub(crate) target: Option<TargetName>,
    /// Record each exchange into this folder, which must be empty or not there
    #[arg(long, value_name = "DIR", value_parser = values::directory)]
    pub(crate) record: Option<PathBuf>,
    /// Print the requirements and end
    #[arg(long, conflicts_with_all = ["target", "record", "dry_run"])]
    pub(crate) list: bool,
    #[command(flatten)]
    pub(crate) ask: AskArgs,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

/// What an adapter is, for those who write one.
const CLIENT_HELP: &str = "\
The command is started once for each scenario. It reads one line of JSON on standard input, makes the \
calls, and prints one line: {\"rows\": 3}, {\"error\": \"...\"} or {\"unsupported\": \"...\"}. The README \
of cpalead-conformance describes the members and has four adapters.

Example:
  cpalead conformance client -- node adapter.mjs";

#[derive(Debug, Subcommand)]
pub(crate) enum ConformanceCommand {
    /// Judge a target and record each exchange, without anything secret or personal
    Record {
        /// The folder, which must be empty or not there
        #[arg(value_name = "DIR", value_parser = values::directory)]
        folder: PathBuf,
        /// What to judge: live, sandbox, or the address of a server
        #[arg(long, value_name = "TARGET", value_parser = target)]
        target: TargetName,
        #[command(flatten)]
        ask: AskArgs,
        #[command(flatten)]
        show: ShowArgs,
    },
    /// Judge the answers that were recorded
    Replay {
        /// The folder
        #[arg(value_name = "DIR", value_parser = values::directory)]
        folder: PathBuf,
        /// Begin of the ids to judge, such as `offers/limit/` [default: all]
        #[arg(value_name = "PREFIX")]
        prefixes: Vec<String>,
        #[command(flatten)]
        show: ShowArgs,
    },
    /// Judge a client of the API by what it sends to a sandbox
    #[command(after_help = CLIENT_HELP)]
    Client {
        #[command(flatten)]
        client: ClientArgs,
        #[command(flatten)]
        show: ShowArgs,
    },
    /// Show which verdicts changed between two reports in JSON or NDJSON
    Diff {
        /// The earlier report
        #[arg(value_name = "A")]
        before: PathBuf,
        /// The later report
        #[arg(value_name = "B")]
        after: PathBuf,
        /// Exit with status 1 if a verdict changed
        #[arg(long)]
        check: bool,
    },
}

/// The client that is judged.
#[derive(Debug, Args)]
pub(crate) struct ClientArgs {
    /// Begin of the ids to judge, such as `clients/minute/`. May be repeated [default: all]
    #[arg(long = "only", value_name = "PREFIX")]
    pub(crate) prefixes: Vec<String>,
    /// Seconds that the command may take for a scenario
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) patience: u64,
    /// The command of the adapter, after `--`
    #[arg(value_name = "COMMAND", required = true, last = true)]
    pub(crate) command: Vec<String>,
}

/// What is asked.
#[derive(Debug, Default, Args)]
pub(crate) struct AskArgs {
    /// Begin of the ids to judge, such as `offers/limit/` [default: all]
    #[arg(value_name = "PREFIX")]
    pub(crate) prefixes: Vec<String>,
    /// Print the calls and the earliest end, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Call the provider without a question at the terminal
    #[arg(long)]
    pub(crate) yes: bool,
    /// A feature that the target lacks: shapes, parameters, filters, refusals, key, limits or
    /// document. May be repeated
    #[arg(long, value_name = "FEATURE", value_parser = feature)]
    pub(crate) without: Vec<Feature>,
    /// A sub-id that has conversions [default: user-42]
    #[arg(long, value_name = "SUBID", value_parser = values::not_blank)]
    pub(crate) subid: Option<String>,
    /// Last day of the month of reversals to ask for [default: today in UTC, 2026-11-20 for the
    /// sandbox]
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(crate) day: Option<Date>,
}

/// How the verdicts are reported.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Exit with status 3 if a requirement that the target supports was not judged
    #[arg(long)]
    pub(crate) complete: bool,
    /// Form of the report on standard output [default: text]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(crate) format: Option<ReportFormat>,
    /// Write a report into a file as well. May be repeated
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report)]
    pub(crate) report: Vec<(ReportFormat, PathBuf)>,
}

/// What is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TargetName {
    Live,
    Sandbox,
    Replay(PathBuf),
    Server(String),
}

/// The form of a report. Its values have no help text, because their names say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    Text,
    Json,
    Ndjson,
    Junit,
    Tap,
    Markdown,
    Html,
}

impl From<ReportFormat> for cpalead_conformance::Format {
    fn from(format: ReportFormat) -> cpalead_conformance::Format {
        match format {
            ReportFormat::Text => Self::Text,
            ReportFormat::Json => Self::Json,
            ReportFormat::Ndjson => Self::Ndjson,
            ReportFormat::Junit => Self::Junit,
            ReportFormat::Tap => Self::Tap,
            ReportFormat::Markdown => Self::Markdown,
            ReportFormat::Html => Self::Html,
        }
    }
}

/// Reads a target. The provider has a name only, so that each run keeps its rate limits.
pub(crate) fn target(text: &str) -> Result<TargetName, String> {
    match text.split_once(':') {
        None if text == "live" => Ok(TargetName::Live),
        None if text == "sandbox" => Ok(TargetName::Sandbox),
        Some(("replay", folder)) if !folder.is_empty() => Ok(TargetName::Replay(folder.into())),
        Some(("http" | "https", rest)) => {
            let host = rest
                .trim_start_matches('/')
                .split(['/', ':', '?', '#'])
                .next();
            let host = host
                .unwrap_or_default()
                .trim_end_matches('.')
                .to_ascii_lowercase();
            if host == "cpalead.com" || host.ends_with(".cpalead.com") {
                return Err(
                    "this is the provider: use live, which keeps its rate limits".to_owned(),
                );
            }
            Ok(TargetName::Server(text.to_owned()))
        }
        _ => Err(format!(
            "`{}` is not a target: expected live, sandbox, replay:DIR, or an address such as http://127.0.0.1:8080",
            values::short(text)
        )),
    }
}

fn feature(text: &str) -> Result<Feature, String> {
    Feature::named(text).ok_or_else(|| {
        let names = Feature::ALL.map(Feature::name).join(", ");
        format!(
            "`{}` is not a feature: expected one of {names}",
            values::short(text)
        )
    })
}

fn report(text: &str) -> Result<(ReportFormat, PathBuf), String> {
    let Some((name, path)) = text.split_once('=').filter(|(_, path)| !path.is_empty()) else {
        return Err("expected a format and a file, such as junit=report.xml".to_owned());
    };
    let format = <ReportFormat as ValueEnum>::from_str(name, false).map_err(|_| {
        format!(
            "`{}` is not a format: expected text, json, ndjson, junit, tap, markdown or html",
            values::short(name)
        )
    })?;
    Ok((format, path.into()))
}

#[cfg(test)]
mod tests {
    use super::{TargetName, report, target};

    #[test]
    fn a_target_is_a_name_a_folder_or_an_address() {
        assert_eq!(target("live"), Ok(TargetName::Live));
        assert_eq!(target("replay:a:b"), Ok(TargetName::Replay("a:b".into())));
        let server = TargetName::Server("http://127.0.0.1:1".to_owned());
        assert_eq!(target("http://127.0.0.1:1"), Ok(server));
        assert_eq!(
            target("prod").unwrap_err(),
            "`prod` is not a target: expected live, sandbox, replay:DIR, or an address such as http://127.0.0.1:8080"
        );
        for text in ["", "replay", "replay:", "LIVE", "ftp://x"] {
            assert!(target(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_provider_is_called_by_its_name_only() {
        for text in [
            "https://www.cpalead.com",
            "https://CPALEAD.com./api",
            "http://cpalead.com:80",
        ] {
            assert_eq!(
                target(text).unwrap_err(),
                "this is the provider: use live, which keeps its rate limits"
            );
        }
        assert!(target("https://cpalead.com.example").is_ok());
    }

    #[test]
    fn a_report_has_a_format_and_a_file() {
        assert!(report("tap=a=b").is_ok());
        for text in ["tap", "tap=", "pdf=x", "=x"] {
            assert!(report(text).is_err(), "{text}");
        }
    }
}
