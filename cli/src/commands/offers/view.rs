//! Offers as rows: which fields are shown, and the cell of each field.

use cpalead::{Country, DailyCap, Offer, OfferField, PayoutSource, plain};
use serde::Serialize;

use crate::audience::{Audience, Runs};
use crate::output::SheetRow;
use crate::output::cells::{joined, optional};
use crate::output::provider_row::{DEFECTS, KnownFields};
use crate::output::shown_payout::ShownPayout;
use crate::output::table::{Cell, Column};

/// Which fields are shown, and for whom the payout is.
pub(crate) struct View {
    fields: Vec<OfferField>,
    audience: Option<Audience>,
}

impl View {
    /// Without named fields, all are shown.
    pub(crate) fn new(fields: &[OfferField], audience: Option<Audience>) -> View {
        let named = |field: &OfferField| {
            fields.is_empty() || *field == OfferField::Id || fields.contains(field)
        };
        let fields: Vec<_> = OfferField::ALL.iter().copied().filter(named).collect();
        View { fields, audience }
    }

    /// The offer as a row.
    pub(crate) fn row<'a>(&'a self, offer: &'a Offer) -> OfferRow<'a> {
        let audience = self.audience.as_ref();
        OfferRow {
            offer,
            view: self,
            payout: audience.map(|audience| {
                let payout = audience.payout(offer);
                payout.map(|payout| ShownPayout::new(&payout))
            }),
            runs: audience.map(|audience| audience.runs(offer)),
        }
    }

    pub(crate) fn header(&self) -> Vec<String> {
        let mut header: Vec<_> = self.fields.iter().map(ToString::to_string).collect();
        if self.audience.is_some() {
            header.extend(ShownPayout::HEADER.map(str::to_owned));
            header.push(Runs::NAME.to_owned());
        }
        header.push(DEFECTS.to_owned());
        header
    }

    /// Explains the star, if the table has one.
    pub(crate) fn footnote<'a>(
        &self,
        offers: impl IntoIterator<Item = &'a Offer>,
    ) -> Option<String> {
        let audience = self.audience.as_ref()?;
        let country = audience.country();
        let mut payouts = offers
            .into_iter()
            .filter_map(|offer| audience.payout(offer));
        payouts
            .any(|payout| payout.source() == PayoutSource::Default)
            .then(|| format!("* default amount: the offer has no amount for {country}"))
    }

    fn has(&self, field: OfferField) -> bool {
        self.fields.contains(&field)
    }

    pub(crate) fn columns(&self) -> Vec<Column> {
        let mut columns = Vec::new();
        if self.has(OfferField::OfferRank) {
            columns.push(Column::right("RANK"));
        }
        columns.push(Column::right("ID"));
        if self.has(OfferField::Title) {
            columns.push(Column::left("TITLE").cut_to(25, 12));
        }
        if self.has(OfferField::PayoutType) {
            columns.push(Column::left("TYPE").cut_to(4, 4));
        }
        if self.has(OfferField::Device) {
            columns.push(Column::left("DEVICES").cut_to(11, 7));
        }
        match &self.audience {
            Some(audience) => {
                columns.push(Column::left("RUNS"));
                let country = audience.country();
                columns.push(Column::right(format!("PAYOUT {country}")));
            }
            None if self.has(OfferField::Amount) => columns.push(Column::right("AMOUNT")),
            None => {}
        }
        if self.has(OfferField::Countries) {
            columns.push(Column::left("COUNTRIES").cut_to(9, 9));
        }
        columns
    }
}

/// An offer with its payout, if one was asked for.
#[derive(Serialize)]
pub(crate) struct OfferRow<'a> {
    #[serde(flatten)]
    offer: &'a Offer,
    #[serde(skip)]
    view: &'a View,
    #[serde(skip_serializing_if = "Option::is_none")]
    payout: Option<Option<ShownPayout>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    runs: Option<Runs>,
}

impl SheetRow for OfferRow<'_> {
    fn record(&self) -> Vec<String> {
        let fields = self.view.fields.iter();
        let mut record: Vec<_> = fields.map(|field| field_cell(self.offer, *field)).collect();
        if let Some(payout) = &self.payout {
            record.extend(ShownPayout::record(payout.as_ref()));
            record.push(optional(self.runs));
        }
        record
    }

    fn cells(&self) -> Vec<Cell> {
        let (view, offer) = (self.view, self.offer);
        let mut cells = Vec::new();
        if view.has(OfferField::OfferRank) {
            let rank = offer.offer_rank().map(|rank| rank.normalize());
            cells.push(value(offer, OfferField::OfferRank, rank));
        }
        cells.push(Cell::text(offer.id().to_string()));
        if view.has(OfferField::Title) {
            let title = offer.title().map(plain::text);
            cells.push(value(offer, OfferField::Title, title));
        }
        if view.has(OfferField::PayoutType) {
            cells.push(value(offer, OfferField::PayoutType, offer.payout_type()));
        }
        if view.has(OfferField::Device) {
            cells.push(devices_cell(offer));
        }
        match (&view.audience, &self.payout, self.runs) {
            (Some(audience), Some(payout), Some(runs)) => {
                let is_unreadable =
                    runs == Runs::Yes && offer.is_payout_unreadable(audience.country());
                cells.push(Cell::text(runs.as_str()));
                cells.push(ShownPayout::cell(payout.as_ref(), is_unreadable));
            }
            _ if view.has(OfferField::Amount) => {
                let default = offer.default_payout();
                let payout = default.map(|payout| ShownPayout::new(&payout));
                let is_unreadable = offer.is_unreadable(OfferField::Amount)
                    || offer.is_unreadable(OfferField::PayoutCurrency);
                cells.push(ShownPayout::unmarked_cell(payout.as_ref(), is_unreadable));
            }
            _ => {}
        }
        if view.has(OfferField::Countries) {
            cells.push(countries_cell(offer));
        }
        cells
    }
}

impl KnownFields for OfferRow<'_> {
    fn knows(name: &str) -> bool {
        OfferField::ALL.iter().any(|field| field.as_str() == name)
    }
}

fn value(offer: &Offer, field: OfferField, value: Option<impl ToString>) -> Cell {
    Cell::value(value, offer.is_unreadable(field))
}

fn devices_cell(offer: &Offer) -> Cell {
    let words = devices(offer);
    if words.is_empty() {
        return value(offer, OfferField::Device, None::<&str>);
    }
    Cell::List(words.iter().map(|word| plain::line(word)).collect())
}

fn countries_cell(offer: &Offer) -> Cell {
    if offer.countries().is_empty() {
        let is_for_all = offer.is_for_country(Country::US) == Some(true);
        return value(offer, OfferField::Countries, is_for_all.then_some("all"));
    }
    Cell::List(offer.countries().iter().map(ToString::to_string).collect())
}

fn devices(offer: &Offer) -> Vec<&str> {
    let mut words: Vec<_> = offer.devices().map(|device| device.as_str()).collect();
    words.extend(offer.other_devices());
    if words.is_empty() && offer.is_for_any_device() {
        words.push("all");
    }
    words
}

/// The CSV cell of a field.
fn field_cell(offer: &Offer, field: OfferField) -> String {
    match field {
        OfferField::Id => offer.id().to_string(),
        OfferField::Title => optional(offer.title()),
        OfferField::Description => optional(offer.description()),
        OfferField::LongDescription => optional(offer.long_description()),
        OfferField::Conversion => optional(offer.conversion()),
        OfferField::Device => devices(offer).join(";"),
        OfferField::DailyCap => match offer.daily_cap() {
            Some(DailyCap::Limited(cap)) => cap.to_string(),
            _ => String::new(),
        },
        OfferField::IsFastPay => optional(offer.is_fast_pay()),
        OfferField::Link => optional(offer.link()),
        OfferField::PreviewLink => optional(offer.preview_link()),
        OfferField::Amount => optional(offer.amount()),
        OfferField::PayoutCurrency => optional(offer.payout_currency()),
        OfferField::PayoutType => optional(offer.payout_type()),
        OfferField::Countries => joined(offer.countries(), ";"),
        OfferField::Epc => optional(offer.epc()),
        OfferField::Creatives => {
            let urls = offer
                .creatives()
                .flat_map(|images| [images.url(), images.og_image(), images.screenshot()]);
            joined(urls.flatten(), " ")
        }
        OfferField::OfferRank => optional(offer.offer_rank()),
        OfferField::PayoutsPerCountry => {
            let payouts = offer.payouts_per_country();
            joined(
                payouts.map(|(country, amount)| format!("{country}={amount}")),
                ";",
            )
        }
        OfferField::Events => {
            let events = offer.events().map(|event| {
                let name = event.key().or(event.name()).unwrap_or_default();
                format!(
                    "{name}={}",
                    optional(event.payout().map(|payout| payout.amount()))
                )
            });
            joined(events, ";")
        }
        OfferField::ConversionMode => optional(offer.conversion_mode()),
        OfferField::VerificationMethod => optional(offer.verification_method()),
        // A field that the library adds later has an empty cell until it gets an arm here.
        _ => String::new(),
    }
}
