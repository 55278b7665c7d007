//! The options of `reconcile`.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use crate::values;

#[derive(Debug, Args)]
#[command(after_help = "\
Example: cpalead reconcile --paid paid.csv --start 2026-01-01 --end 2026-01-31 --output csv

The file has a header and these columns, in any order; others are ignored:
  amount or payout       what the conversion paid, in US dollars; needed
  lead_id                the id of the lead
  offer_id, subid        needed where there is no lead id
  time or timestamp      2026-01-15, or 2026-01-15T12:00:00Z
  country                two letters
  reference              your own name for it, such as the number of the reward
The output of `cpalead conversions --output csv` is such a file.

Each reversal is a row. `answer` is take_back with the conversion that it belongs to, ambiguous if it fits \
more than one, or unmatched. It is matched by the lead id if both have one, and otherwise by offer, sub-id \
and amount, to the nearest conversion in time, at most 45 days before. Give the conversions of these 45 days too.

If the command ends early, it prints the rows that it has, the days that are missing, and the command that \
resumes from there.")]
pub(crate) struct ReconcileArgs {
    /// CSV of what was paid, `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) paid: PathBuf,
    /// First day of the reversals, YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(crate) start: Date,
    /// Last day of the reversals, YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(crate) end: Date,
    /// End with exit status 0 although reversals were left out
    #[arg(long)]
    pub(crate) lenient: bool,
}
