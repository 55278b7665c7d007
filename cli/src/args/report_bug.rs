//! The options of `report-bug`.

use std::path::PathBuf;

use clap::Args;

use super::conformance::{AskArgs, TargetName, target};
use crate::values;

#[derive(Debug, Args)]
#[command(after_help = "\
The archive holds the recorded answers, the verdicts on them, and the versions of this program. The \
api key, the publisher id, sub-ids, IP addresses and signatures of links were replaced before they \
were recorded. Titles, offer ids, lead ids and amounts stay: read what is printed before you share it.

Examples:
  cpalead report-bug --target live offers/
  cpalead report-bug --recording DIR --file bug.tar.gz")]
pub(crate) struct ReportBugArgs {
    /// What to judge and record: live, sandbox, or the address of a server
    #[arg(long, value_name = "TARGET", value_parser = target, required_unless_present = "recording")]
    pub(crate) target: Option<TargetName>,
    /// Pack this recording instead
    #[arg(long, value_name = "DIR", value_parser = values::directory, conflicts_with = "target")]
    pub(crate) recording: Option<PathBuf>,
    /// The archive, which must not exist
    #[arg(long, value_name = "FILE", default_value = "cpalead-report.tar.gz")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) ask: AskArgs,
}
