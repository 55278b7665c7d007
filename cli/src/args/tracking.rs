//! The options of `link` and `postback`.

use clap::{Args, Subcommand};

use crate::values;

#[derive(Debug, Args)]
#[command(after_help = "\
Example: cpalead link 'https://track.example/view.php?id=7&pub=42' --subid click-1 --offer 7 --publisher 42

All other bytes of the link stay as they are. A link that browsers and servers could read differently is \
refused, and so is one of another offer or publisher.")]
pub(crate) struct LinkArgs {
    /// The tracking link
    #[arg(value_name = "LINK")]
    pub(crate) link: String,
    /// Sub-id to set
    #[arg(long, value_name = "S")]
    pub(crate) subid: Option<String>,
    /// Second sub-id
    #[arg(long, value_name = "S")]
    pub(crate) subid2: Option<String>,
    /// Third sub-id
    #[arg(long, value_name = "S")]
    pub(crate) subid3: Option<String>,
    /// Google advertising id to set
    #[arg(long, value_name = "G")]
    pub(crate) gaid: Option<String>,
    /// Apple advertising id to set
    #[arg(long, value_name = "I")]
    pub(crate) idfa: Option<String>,
    /// The offer that the link must lead to
    #[arg(long, value_name = "N", value_parser = values::offer_id, allow_negative_numbers = true)]
    pub(crate) offer: Option<u64>,
    /// The publisher that the link must count for
    #[arg(long, value_name = "N", value_parser = values::publisher_id, allow_negative_numbers = true)]
    pub(crate) publisher: Option<u64>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PostbackCommand {
    /// Check the template of a postback before it is typed into the dashboard
    #[command(after_help = "\
Example: cpalead postback check 'https://shop.example/cpa?u={subid}&lead={lead_id}&p={payout}&k={password}'

Each remark is a line. Remarks do not change the exit status. A template that cannot work is an error.")]
    Check {
        /// The template
        #[arg(value_name = "TEMPLATE")]
        template: String,
    },
    /// Show what a postback says; its password is never printed
    #[command(after_help = "\
Example: cpalead postback parse - --template 'https://shop.example/cpa?l={lead_id}&p={payout}' < query.txt

Neither the password nor the address of the caller is checked. A query on the command line is visible in the \
list of processes, with its password: use `-`. `amount` is the event's if there is an event or a positive \
amount for one, and otherwise the payout.")]
    Parse {
        /// The query or the whole URL of the call, `-` for standard input
        #[arg(value_name = "QUERY", allow_hyphen_values = true)]
        query: String,
        /// The template that was typed into the dashboard
        #[arg(long, value_name = "TEMPLATE")]
        template: String,
    },
}
