//! `cpalead payout`: what one offer pays in a country.

use cpalead::{Country, Defect, MAX_LIMIT, Offer, OfferField, OfferList, OfferType, plain};
use serde::Serialize;

use crate::answer::{Entry, entries};
use crate::args::{Format, PayoutArgs};
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
        let row = PayoutRow::new(offer, args.country, defects);
        return write_one(
            format,
            PayoutRow::header(),
            PayoutRow::columns(args.country),
            &row,
        );
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
    payout: Option<ShownPayout>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    defects: Vec<RowDefect<'a>>,
    #[serde(skip)]
    is_unreadable: bool,
}

impl<'a> PayoutRow<'a> {
    fn new(offer: &'a Offer, country: Country, defects: Vec<&'a Defect>) -> PayoutRow<'a> {
        PayoutRow {
            id: offer.id(),
            title: offer.title(),
            country: country.to_string(),
            payout: offer
                .payout(country)
                .map(|payout| ShownPayout::new(&payout)),
            defects: defects.into_iter().map(RowDefect::new).collect(),
            is_unreadable: offer.is_payout_unreadable(country),
        }
    }

    fn header() -> Vec<String> {
        let own = ["id", "title", "country"].into_iter();
        own.chain(ShownPayout::HEADER).map(str::to_owned).collect()
    }

    fn columns(country: Country) -> Vec<Column> {
        vec![
            Column::right("ID"),
            Column::left("TITLE").cut_to(28, 12),
            Column::right(format!("PAYOUT {country}")),
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
        ];
        record.extend(ShownPayout::record(self.payout.as_ref()));
        record
    }

    fn cells(&self) -> Vec<Cell> {
        let [.., source] = ShownPayout::record(self.payout.as_ref());
        vec![
            Cell::text(self.id.to_string()),
            Cell::text(plain::text(self.title.unwrap_or("-"))),
            ShownPayout::cell(self.payout.as_ref(), self.is_unreadable),
            Cell::text(match source.as_str() {
                "" if self.is_unreadable => "unreadable",
                "" => "no amount",
                source => source,
            }),
        ]
    }
}
