//! The options of `conversions` and `reversals`.

use clap::{ArgGroup, Args};
use jiff::civil::Date;

use crate::values;

#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("whose").required(true).args(["subid", "caller"]),
    after_help = "\
Examples:
  cpalead --sandbox conversions user-42
  cpalead conversions user-42 --offer-id 5546840 --output csv
  cpalead conversions user-42 --watch --output ndjson

The provider allows one call a minute; --wait sets how long to wait for it. With --watch, the command \
polls once a minute regardless of --wait. Ctrl-C ends it with exit status 0.

If conversions are left out because they cannot be read, the exit status is 1, or 0 with --lenient."
)]
pub(crate) struct ConversionsArgs {
    /// Sub-id or IP address
    #[arg(value_name = "SUBID", value_parser = values::subject)]
    pub(crate) subid: Option<String>,
    /// Use the IP address that you call from, as the provider sees it
    #[arg(long)]
    pub(crate) caller: bool,
    /// Only conversions of this offer
    #[arg(long, value_name = "N", value_parser = values::offer_id, allow_negative_numbers = true)]
    pub(crate) offer_id: Option<u64>,
    /// Keep polling, and print each new conversion once
    #[arg(long)]
    pub(crate) watch: bool,
    /// Print the conversions as the provider sent them, byte for byte; not as a table
    #[arg(long, conflicts_with = "watch")]
    pub(crate) raw: bool,
    /// End with exit status 0 although conversions were left out
    #[arg(long)]
    pub(crate) lenient: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cpalead --sandbox reversals --start 2026-01-15 --end 2026-05-03
  cpalead reversals --start 2026-01-01 --end 2026-01-31 --output csv

One call covers at most one month, and the provider allows one call a minute. A year takes about 11 minutes. \
The command prints its plan before the first call. If it ends early, it still prints the rows that it has, and \
then the command that resumes from there.

If reversals are left out because they cannot be read, the exit status is 1, or 0 with --lenient.")]
pub(crate) struct ReversalsArgs {
    /// First day, YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(crate) start: Date,
    /// Last day, YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(crate) end: Date,
    /// Print the reversals as the provider sent them, byte for byte; not as a table
    #[arg(long)]
    pub(crate) raw: bool,
    /// End with exit status 0 although reversals were left out
    #[arg(long)]
    pub(crate) lenient: bool,
}
