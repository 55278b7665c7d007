//! `cpalead payout`: what one offer pays in a country.

use cpalead::{Country, Offer, OfferField, OfferType};
use serde::Serialize;

use crate::args::{Format, PayoutArgs};
use crate::config::Settings;
use crate::failure::Failure;
use crate::money::Money;
use crate::output::table::{Cell, Column};
use crate::output::{Row, write_one};
use cpalead::plain;

pub(crate) async fn run(
    args: PayoutArgs,
    settings: Settings,
    format: Format,
) -> Result<(), Failure> {
    let session = settings.open().await?;
    let mut request = session
        .client
        .offers()
        .limit(5000)
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
    if let Some(offer) = offers.get(args.offer) {
        let line = Line::new(offer, args.country);
        return write_one(format, Line::header(), Line::columns(args.country), &line);
    }
    let unread = offers
        .rejected()
        .iter()
        .find(|rejected| rejected.id() == Some(args.offer));
    let why = match unread {
        Some(rejected) => format!("offer {} cannot be read: {rejected}", args.offer),
        None if offers.may_be_cut() => format!(
            "offer {} is not among the {} offers that were sent, and there may be more",
            args.offer,
            offers.len()
        ),
        None => format!(
            "offer {} is not in the catalogue of {} offers",
            args.offer,
            offers.len()
        ),
    };
    Err(Failure::not_found(why))
}

/// The offer and its payout.
#[derive(Serialize)]
struct Line<'a> {
    id: u64,
    title: Option<&'a str>,
    country: String,
    payout: Option<Money>,
}

impl<'a> Line<'a> {
    fn new(offer: &'a Offer, country: Country) -> Line<'a> {
        Line {
            id: offer.id(),
            title: offer.title(),
            country: country.to_string(),
            payout: offer.payout(country).map(|payout| Money::new(&payout)),
        }
    }

    fn header() -> Vec<String> {
        let own = ["id", "title", "country"].into_iter();
        own.chain(Money::HEADER).map(str::to_owned).collect()
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

impl Row for Line<'_> {
    fn record(&self) -> Vec<String> {
        let mut record = vec![
            self.id.to_string(),
            self.title.unwrap_or_default().to_owned(),
            self.country.clone(),
        ];
        record.extend(Money::record(self.payout.as_ref()));
        record
    }

    fn cells(&self) -> Vec<Cell> {
        let [.., source] = Money::record(self.payout.as_ref());
        vec![
            Cell::text(self.id.to_string()),
            Cell::text(plain::text(self.title.unwrap_or("-"))),
            Money::cell(self.payout.as_ref()),
            Cell::text(if source.is_empty() {
                "no amount".to_owned()
            } else {
                source
            }),
        ]
    }
}
