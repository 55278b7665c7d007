//! The options of every command, and the list of commands, as clap parses them.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use cpalead::Wait;

use crate::values;

mod catalog;
mod conformance;
mod drift;
mod jsonp;
mod offers;
mod report_bug;
mod reconcile;
mod reports;
mod sandbox;
mod tracking;

pub(crate) use self::catalog::{CatalogCommand, KeptArgs, SyncArgs};
pub(crate) use self::conformance::{
    AskArgs, ClientArgs, ConformanceArgs, ConformanceCommand, ReportFormat, ShowArgs, TargetName,
};
pub(crate) use self::drift::DriftArgs;
pub(crate) use self::jsonp::JsonpCommand;
pub(crate) use self::offers::{OffersArgs, PayoutArgs};
pub(crate) use self::reconcile::ReconcileArgs;
pub(crate) use self::report_bug::ReportBugArgs;
pub(crate) use self::reports::{ConversionsArgs, ReversalsArgs};
pub(crate) use self::sandbox::{SandboxCommand, ServeArgs};
pub(crate) use self::tracking::{LinkArgs, PostbackCommand};

/// Show the offers, payouts, conversions and reversals of a CPAlead publisher
#[derive(Debug, Parser)]
#[command(name = "cpalead", version, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
Environment: CPALEAD_PUBLISHER_ID, CPALEAD_API_KEY and CPALEAD_BASE_URL are used where the option is \
not given. No option takes the api key itself, because it would be visible in the list of processes.

Exit status: 0 done; 1 the provider, the network or the output failed, or rows of a report were left \
out; 2 usage or configuration; 3 rate limited. The help of `conformance` lists those of its verdicts.

Try it without an account:
  cpalead --sandbox offers --country US --limit 5 --payout-country US";

/// The options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Your publisher id [env: CPALEAD_PUBLISHER_ID]
    #[arg(long, global = true, value_name = "N", value_parser = values::publisher_id, allow_negative_numbers = true)]
    pub(crate) publisher_id: Option<u64>,
    /// File that holds the api key, `-` for standard input [env: CPALEAD_API_KEY, the key itself]
    #[arg(long, global = true, value_name = "F")]
    pub(crate) api_key_file: Option<PathBuf>,
    /// Address to call instead of https://www.cpalead.com [env: CPALEAD_BASE_URL]
    #[arg(long, global = true, value_name = "URL", value_parser = values::not_blank)]
    pub(crate) base_url: Option<String>,
    /// Call the embedded stand-in provider, which needs no account and no network
    #[arg(long, global = true)]
    pub(crate) sandbox: bool,
    /// Speed of a sandbox's clock, as a multiple of real time. The minute between two calls is
    /// shorter by that factor [default: 60 with --sandbox, 1 elsewhere]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) speed: Option<u32>,
    /// Output format [default: table on a terminal, json elsewhere]
    #[arg(long, global = true, value_name = "FORMAT", value_enum)]
    pub(crate) output: Option<Format>,
    /// Longest wait for the rate limit of one call a minute, such as 90s, 2m or 1h; `none` never
    /// waits [default: 65s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = values::wait)]
    pub(crate) wait: Option<Wait>,
    /// Directory that keeps the rate limits between runs; not used with --sandbox
    #[arg(long, global = true, value_name = "DIR", value_parser = values::directory)]
    pub(crate) state_dir: Option<PathBuf>,
    /// Longest time for one call, such as 20s or 2m [default: 60s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = values::timeout, allow_negative_numbers = true)]
    pub(crate) timeout: Option<Duration>,
    /// Print details on standard error
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

/// The output format. Its values have no help text, because that would double the length of every
/// command's help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    // Columns that fit the terminal.
    Table,
    // One JSON array, or one object where a command prints a single thing.
    Json,
    // One JSON object per line.
    Ndjson,
    // CSV with a header, safe to open in a spreadsheet.
    Csv,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List offers, with their payouts in a country
    Offers(OffersArgs),
    /// Show what one offer pays for users in a country
    Payout(PayoutArgs),
    /// Keep the offers at hand, and choose from them without a call
    #[command(subcommand)]
    Catalog(CatalogCommand),
    /// List the conversions of a sub-id, an IP address or your own address
    Conversions(ConversionsArgs),
    /// List the reversals between two days, in as many calls as needed
    Reversals(ReversalsArgs),
    /// Find the paid conversions that were taken back
    Reconcile(ReconcileArgs),
    /// Set sub-ids in a tracking link, and check where it leads
    Link(LinkArgs),
    /// Check the template of a postback, or show what a postback says
    #[command(subcommand)]
    Postback(PostbackCommand),
    /// Wrap or unwrap JSONP, from standard input to standard output
    #[command(subcommand)]
    Jsonp(JsonpCommand),
    /// Run the stand-in provider as a separate server
    #[command(subcommand)]
    Sandbox(SandboxCommand),
    /// Judge the provider or another server by the provider's documentation
    Conformance(ConformanceArgs),
    /// Show what recorded answers hold beside the provider's document
    Drift(DriftArgs),
    /// Pack a recording, the verdicts on it and the versions for a bug report
    ReportBug(ReportBugArgs),
    /// Print a completion script for a shell
    #[command(after_help = "Example: cpalead completions fish | source")]
    Completions {
        /// The shell
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
}
