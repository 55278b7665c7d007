//! The options of `offers` and `payout`.

use clap::Args;
use cpalead::{Country, Device, OfferField, OfferType, UpdatedSince};

use crate::audience::Audience;
use crate::values::{self, CountryChoice, DeviceChoice};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cpalead --sandbox offers --country US --limit 5 --payout-country US
  cpalead offers --device ios,android --fields id,title,link --output csv
  cpalead offers --updated-since 2026-04-01 --output ndjson | jq .title

With --payout-country, `runs` says whether the offer is for users in that country with one of the devices of \
--device: yes, no, or unknown where the provider's lists do not say. Only an offer that runs has a payout. \
A table marks default amounts with *. JSON has an object `payout` with `amount`, \
`currency` and `source` (country or default), or null if the offer does not run, has no \
amount, or it cannot be read. CSV has the columns payout.amount, payout.currency, payout.source and runs. \
With --fields, the fields that decide this are requested too: countries, and device with --device.")]
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
    /// Add whether each offer runs in this country, and what it pays there
    #[arg(long, value_name = "CC")]
    pub(crate) payout_country: Option<Country>,
    /// Print the offers as the provider sent them, byte for byte; not as a table
    #[arg(long)]
    pub(crate) raw: bool,
}

impl OffersArgs {
    /// The users whose payout is shown.
    pub(crate) fn audience(&self) -> Option<Audience> {
        let country = self.payout_country?;
        Some(Audience::of_request(country, &self.device))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cpalead --sandbox payout 5556958 --country US
  cpalead payout 5546840 --country GB --device ios --output json

The command pulls the whole catalogue, with offers of every type and those for offerwalls. If the offer \
is not in it, the exit status is 1. `runs` says whether the offer is for these users: yes, no, or unknown \
where the provider's lists do not say. If the offer does not run, has no amount, or the amount cannot be read, \
the payout is null and the exit status is 0.")]
pub(crate) struct PayoutArgs {
    /// Id of the offer
    #[arg(value_name = "OFFER_ID", value_parser = values::offer_id, allow_negative_numbers = true)]
    pub(crate) offer: u64,
    /// Country of the user, a two-letter code
    #[arg(long, value_name = "CC")]
    pub(crate) country: Country,
    /// Device of the user: ios, android, mobile or desktop [default: any]
    #[arg(long, value_name = "D")]
    pub(crate) device: Option<Device>,
}
