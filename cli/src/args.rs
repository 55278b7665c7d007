//! The options as clap parses them: their names, their help, and the list of commands.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use cpalead::jsonp::Callback;
use cpalead::{Country, OfferField, OfferType, UpdatedSince, Wait};
use cpalead_sandbox::{Fault, MAX_OFFERS};
use jiff::civil::Date;

use crate::values::{self, CountryChoice, DeviceChoice};

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
out; 2 usage or configuration; 3 rate limited.

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
    /// List the conversions of a sub-id, an IP address or your own address
    Conversions(ConversionsArgs),
    /// List the reversals between two days, in as many calls as needed
    Reversals(ReversalsArgs),
    /// Wrap or unwrap JSONP, from standard input to standard output
    #[command(subcommand)]
    Jsonp(JsonpCommand),
    /// Run the stand-in provider as a separate server
    #[command(subcommand)]
    Sandbox(SandboxCommand),
    /// Print a completion script for a shell
    #[command(after_help = "Example: cpalead completions fish | source")]
    Completions {
        /// The shell
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cpalead --sandbox offers --country US --limit 5 --payout-country US
  cpalead offers --device ios,android --fields id,title,link --output csv
  cpalead offers --updated-since 2026-04-01 --output ndjson | jq .title

With --payout-country, a table marks default amounts with *. JSON has an object `payout` with `amount`, \
`currency` and `source` (country or default), or null if the offer has no \
amount or it cannot be read. CSV has the columns payout.amount, payout.currency and payout.source.")]
pub(crate) struct OffersArgs {
    /// Only offers for this country, a two-letter code; `user` means the country you call from
    #[arg(long, value_name = "CC|user", value_parser = values::country)]
    pub(crate) country: Option<CountryChoice>,
    /// Only offers for these devices: ios, android, mobile, desktop; or `user`, the calling device
    #[arg(long, value_name = "D,…", value_delimiter = ',', value_parser = values::device)]
    pub(crate) device: Vec<DeviceChoice>,
    /// Only offers of these types: cpa, cpi, cpe, cpr [default: all except cpr]
    #[arg(long = "type", value_name = "T,…", value_delimiter = ',')]
    pub(crate) types: Vec<OfferType>,
    /// Largest number of offers, 1 to 5000 [default: 2500]
    #[arg(long, value_name = "N", value_parser = values::limit, allow_negative_numbers = true)]
    pub(crate) limit: Option<u32>,
    /// Only offers updated since a day, YYYY-MM-DD, or a point in time such as 2026-04-01T00:00:00Z
    #[arg(long, value_name = "DATE", value_parser = values::updated_since)]
    pub(crate) updated_since: Option<UpdatedSince>,
    /// Only these fields of each offer, such as id,title,amount
    #[arg(long, value_name = "F,…", value_delimiter = ',')]
    pub(crate) fields: Vec<OfferField>,
    /// Include offers that are marked for offerwalls
    #[arg(long)]
    pub(crate) offerwall_offers: bool,
    /// Sub-id to put into every link
    #[arg(long, value_name = "S", value_parser = values::not_blank)]
    pub(crate) subid: Option<String>,
    /// Second sub-id
    #[arg(long, value_name = "S", value_parser = values::not_blank)]
    pub(crate) subid2: Option<String>,
    /// Third sub-id
    #[arg(long, value_name = "S", value_parser = values::not_blank)]
    pub(crate) subid3: Option<String>,
    /// Google advertising id to put into every link
    #[arg(long, value_name = "G", value_parser = values::not_blank)]
    pub(crate) gaid: Option<String>,
    /// Apple advertising id to put into every link
    #[arg(long, value_name = "I", value_parser = values::not_blank)]
    pub(crate) idfa: Option<String>,
    /// Add the payout of each offer for users in this country
    #[arg(long, value_name = "CC")]
    pub(crate) payout_country: Option<Country>,
    /// Print the offers as the provider sent them, byte for byte; not as a table
    #[arg(long)]
    pub(crate) raw: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example: cpalead --sandbox payout 5556958 --country US

The command pulls the whole catalogue, with offers of every type and those for offerwalls. If the offer \
is not in it, the exit status is 1. If the offer has no amount, or it cannot be read, the payout is \
null and the exit status is 0.")]
pub(crate) struct PayoutArgs {
    /// Id of the offer
    #[arg(value_name = "OFFER_ID", value_parser = values::offer_id, allow_negative_numbers = true)]
    pub(crate) offer: u64,
    /// Country of the user, a two-letter code
    #[arg(long, value_name = "CC")]
    pub(crate) country: Country,
}

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

#[derive(Debug, Subcommand)]
pub(crate) enum JsonpCommand {
    /// Wrap JSON in a call that is safe to serve as a script
    #[command(after_help = "Example: echo '[1]' | cpalead jsonp wrap --callback shop.show")]
    Wrap {
        /// Name of the function to call
        #[arg(long, value_name = "NAME")]
        callback: Callback,
    },
    /// Unwrap the JSON from a call; plain JSON passes through unchanged
    #[command(after_help = "Example: echo 'cb([1]);' | cpalead jsonp unwrap --callback cb")]
    Unwrap {
        /// Name of the function that must be called [default: any]
        #[arg(long, value_name = "NAME")]
        callback: Option<Callback>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SandboxCommand {
    /// Serve the stand-in provider on 127.0.0.1 until Ctrl-C
    #[command(after_help = "\
Examples:
  cpalead sandbox serve --port 8080 --offers 5000
  cpalead sandbox serve --fault cloudflare-timeout:0.2 --fault slow-answer:0.1

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
    /// Print the faults and end
    #[arg(long)]
    pub(crate) list_faults: bool,
}
