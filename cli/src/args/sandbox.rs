//! The commands of `sandbox`.

use clap::{Args, Subcommand};
use cpalead_sandbox::{Fault, MAX_OFFERS};

#[derive(Debug, Subcommand)]
pub(crate) enum SandboxCommand {
    /// Serve the stand-in provider on 127.0.0.1 until Ctrl-C
    #[command(after_help = "\
Examples:
  cpalead sandbox serve --port 8080 --offers 5000
  cpalead sandbox serve --fault cloudflare-timeout:0.2 --fault slow-answer:0.1
  cpalead sandbox serve --postback 'http://127.0.0.1:3000/cpa?l={lead_id}'

--list-faults prints the name of each fault, what it does, and the source of the rule that it breaks.")]
    Serve(ServeArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Port to listen on; 0 picks a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,
    /// Seed of all data: the same seed gives the same answers
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Number of offers in the catalogue, 0 to 5000
    #[arg(long, value_name = "N", default_value_t = 2500, value_parser = clap::value_parser!(u16).range(..=MAX_OFFERS as i64))]
    pub(crate) offers: u16,
    /// Fault to show, by name, with the probability for each request [default: 1]
    #[arg(long, value_name = "NAME[:PROBABILITY]", value_parser = Fault::parse_option)]
    pub(crate) fault: Vec<(Fault, f64)>,
    /// Open POST /admin/offers, /admin/conversions and /admin/reversals, which add data
    #[arg(long)]
    pub(crate) admin: bool,
    /// Send a postback for each added conversion to this http:// URL, with macros such as {subid};
    /// {password} is sandbox-postback-password
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) postback: Option<String>,
    /// Let postbacks leave this machine
    #[arg(long, requires = "postback")]
    pub(crate) postback_to_any_host: bool,
    /// Print the faults and end
    #[arg(long)]
    pub(crate) list_faults: bool,
}
