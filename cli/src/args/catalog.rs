//! The options of `catalog`.

use std::time::Duration;

use clap::{Args, Subcommand};
use cpalead::{Country, Device, OfferType};

use crate::values;

#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  cpalead catalog sync --every 10m
  cpalead catalog show --country US --device ios --best 20
  cpalead catalog status --output json

The offers are kept in the directory `catalog` of the state directory, readable by you alone. They are \
those of every type, without those for offerwalls, and their links have no sub-ids: `cpalead link` sets them.")]
pub(crate) enum CatalogCommand {
    /// Pull what changed, and write the offers to the disk
    Sync(SyncArgs),
    /// Show kept offers, in the provider's order; nothing is sent
    Show(KeptArgs),
    /// Show how many offers are kept and how old they are; nothing is sent
    Status,
}

impl CatalogCommand {
    pub(crate) fn is_raw(&self) -> bool {
        matches!(self, CatalogCommand::Show(args) if args.raw)
    }
}

#[derive(Debug, Args)]
pub(crate) struct SyncArgs {
    /// Go on and pull this often, such as 10m or 1h, at least 60s; all offers every six hours
    #[arg(long, value_name = "DURATION", value_parser = values::interval, allow_negative_numbers = true)]
    pub(crate) every: Option<Duration>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
With --country, only offers that run there are shown, with what they pay there. With --best, those that pay \
most come first.")]
pub(crate) struct KeptArgs {
    /// Only offers for this country, a two-letter code, with what they pay there
    #[arg(long, value_name = "CC")]
    pub(crate) country: Option<Country>,
    /// Only offers for this device: ios, android, mobile or desktop
    #[arg(long, value_name = "D")]
    pub(crate) device: Option<Device>,
    /// Only offers of this type: cpa, cpi, cpe or cpr
    #[arg(long = "type", value_name = "T")]
    pub(crate) offer_type: Option<OfferType>,
    /// Only the N offers that pay most
    #[arg(long, value_name = "N", requires = "country", requires = "device")]
    pub(crate) best: Option<usize>,
    /// Print the offers as the provider sent them, byte for byte; not as a table
    #[arg(long)]
    pub(crate) raw: bool,
}
