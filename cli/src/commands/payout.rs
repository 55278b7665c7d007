//! `cpalead payout`: whether one offer runs in a country, and what it pays there.

use cpalead::{Defect, Device, MAX_LIMIT, Offer, OfferField, OfferList, OfferType, plain};
use serde::Serialize;

use crate::answer::{Entry, entries};
use crate::args::{Format, PayoutArgs};
use crate::audience::{Audience, Runs};
use crate::config::Settings;
use crate::failure::Failure;
use crate::output::provider_row::RowDefect;
use crate::output::shown_payout::ShownPayout;
use crate::output::table::{Cell, Column};
use crate::output::{SheetRow, warn, write_one};

pub(crate) async fn run(
    args: PayoutArgs,
    settings: Settings,
    format: Format,
) -> Result<(), Failure> {
    let session = settings.open().await?;
    let mut request = session
        .client
        .offers()
        .limit(MAX_LIMIT)
        .with_offerwall_offers()
        .fields([
            OfferField::Title,
            OfferField::Amount,
            OfferField::PayoutCurrency,
            OfferField::PayoutsPerCountry,
            OfferField::Countries,
            OfferField::Device,
        ]);
    for offer_type in OfferType::ALL.iter().copied() {
        request = request.offer_type(offer_type);
    }
    let offers = request.await?;
    let found = entries(&offers).find_map(|entry| match entry {
        Entry::Row(offer, defects) if offer.id() == args.offer => Some((offer, defects)),
        _ => None,
    });
    if let Some((offer, defects)) = found {
        for defect in &defects {
            warn(&defect.to_string());
        }
        let row = PayoutRow::new(offer, &args, defects);
        let columns = PayoutRow::columns(&args);
        return write_one(format, PayoutRow::header(), columns, &row);
    }
    Err(Failure::not_found(why_missing(&offers, args.offer)))
}

/// Why the offer is missing from the list, as far as the list shows.
fn why_missing(offers: &OfferList, id: u64) -> String {
    let rejected = offers.rejected();
    if let Some(row) = rejected.iter().find(|row| row.offer_id() == Some(id)) {
        return format!("offer {id} cannot be read: {row}");
    }
    let count = offers.len();
    // Only the first rejected rows are listed, and some of those have no readable id.
    let listed = rejected
        .iter()
        .filter(|row| row.offer_id().is_some())
        .count();
    let unknown = offers.rejected_count() - listed;
    if unknown > 0 {
        let all = count + offers.rejected_count();
        return format!(
            "offer {id} was not found: {count} of {all} offers could be read, and {unknown} of the others have unknown ids"
        );
    }
    if offers.may_be_cut() {
        return format!(
            "offer {id} is not among the {count} offers that were sent, and there may be more"
        );
    }
    format!("offer {id} is not in the catalogue of {count} offers")
}

/// The offer and its payout.
#[derive(Serialize)]
struct PayoutRow<'a> {
    id: u64,
    title: Option<&'a str>,
    country: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<&'static str>,
    payout: Option<ShownPayout>,
    runs: Runs,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    defects: Vec<RowDefect<'a>>,
    #[serde(skip)]
    is_unreadable: bool,
}

impl<'a> PayoutRow<'a> {
    fn new(offer: &'a Offer, args: &PayoutArgs, defects: Vec<&'a Defect>) -> PayoutRow<'a> {
        let audience = Audience::new(args.country, args.device.into_iter().collect());
        let payout = audience.payout(offer);
        PayoutRow {
            id: offer.id(),
            title: offer.title(),
            country: args.country.to_string(),
            device: args.device.as_ref().map(Device::as_str),
            payout: payout.map(|payout| ShownPayout::new(&payout)),
            runs: audience.runs(offer),
            defects: defects.into_iter().map(RowDefect::new).collect(),
            is_unreadable: offer.is_payout_unreadable(args.country),
        }
    }

    fn header() -> Vec<String> {
        let own = ["id", "title", "country", "device"].into_iter();
        let all = own.chain(ShownPayout::HEADER).chain([Runs::NAME]);
        all.map(str::to_owned).collect()
    }

    fn columns(args: &PayoutArgs) -> Vec<Column> {
        vec![
            Column::right("ID"),
            Column::left("TITLE").cut_to(28, 12),
            Column::left("RUNS"),
            Column::right(format!("PAYOUT {}", args.country)),
            Column::left("SOURCE"),
        ]
    }
}

impl SheetRow for PayoutRow<'_> {
    fn record(&self) -> Vec<String> {
        let mut record = vec![
            self.id.to_string(),
            self.title.unwrap_or_default().to_owned(),
            self.country.clone(),
            self.device.unwrap_or_default().to_owned(),
        ];
        record.extend(ShownPayout::record(self.payout.as_ref()));
        record.push(self.runs.to_string());
        record
    }

    fn cells(&self) -> Vec<Cell> {
        let [.., source] = ShownPayout::record(self.payout.as_ref());
        let is_unreadable = self.is_unreadable && self.runs == Runs::Yes;
        vec![
            Cell::text(self.id.to_string()),
            Cell::text(plain::text(self.title.unwrap_or("-"))),
            Cell::text(self.runs.as_str()),
            ShownPayout::cell(self.payout.as_ref(), is_unreadable),
            Cell::text(match source.as_str() {
                "" if self.runs != Runs::Yes => "-",
                "" if is_unreadable => "unreadable",
                "" => "no amount",
                source => source,
            }),
        ]
    }
}
