//! `cpalead offers`: the request, and its offers as rows.

use std::time::Instant;

use cpalead::{
    Country, DailyCap, Offer, OfferField, OfferList, OffersRequest, Payout, PayoutSource,
};
use serde::Serialize;

use crate::args::{Format, OffersArgs};
use crate::commands::tell_rejected;
use crate::config::Settings;
use crate::failure::Failure;
use crate::output::cells::{joined, money, optional};
use crate::output::table::{Cell, Column};
use crate::output::{Row, Sheet, note, warn};
use crate::plain;
use crate::values::{DeviceChoice, Place};

pub(crate) async fn run(
    args: OffersArgs,
    settings: Settings,
    format: Format,
    verbose: bool,
) -> Result<(), Failure> {
    check(&args)?;
    let session = settings.open().await?;
    let begun = Instant::now();
    let offers = request(&args, session.client.offers()).await?;
    if verbose {
        let seconds = begun.elapsed().as_secs_f32();
        note(&format!("{} offers in {seconds:.2} s", offers.len()));
    }
    tell(&offers, &args);
    let view = View::new(&args);
    let rows = offers.iter().map(|offer| Priced {
        offer,
        view: &view,
        payout: view.payout(offer),
    });
    Sheet::new(format, view.header(), view.columns())
        .footnote(view.footnote(&offers))
        .write(rows)
}

/// What one option alone does not show.
fn check(args: &OffersArgs) -> Result<(), Failure> {
    if args.device.len() > 1 && args.device.contains(&DeviceChoice::OfCaller) {
        return Err(Failure::usage(
            "--device user is the device that calls: it goes with no other device",
        ));
    }
    let needed = [OfferField::Amount, OfferField::PayoutsPerCountry];
    let missing = needed.iter().filter(|field| !args.fields.contains(field));
    let missing = joined(missing, ",");
    if args.payout_country.is_some() && !args.fields.is_empty() && !missing.is_empty() {
        return Err(Failure::usage(format!(
            "--payout-country cannot know the payouts without the fields {missing}: add them to --fields"
        )));
    }
    Ok(())
}

fn request(args: &OffersArgs, mut request: OffersRequest) -> OffersRequest {
    request = match args.country {
        Some(Place::Named(country)) => request.country(country),
        Some(Place::OfCaller) => request.country_of_caller(),
        None => request,
    };
    for device in &args.device {
        request = match device {
            DeviceChoice::Named(device) => request.device(*device),
            DeviceChoice::OfCaller => request.device_of_caller(),
        };
    }
    for offer_type in &args.types {
        request = request.offer_type(*offer_type);
    }
    if let Some(limit) = args.limit {
        request = request.limit(limit);
    }
    if let Some(time) = args.updated_since {
        request = request.updated_since(time);
    }
    request = request.fields(args.fields.iter().copied());
    if args.offerwall_offers {
        request = request.with_offerwall_offers();
    }
    let set = |request, text: &Option<String>, set: fn(OffersRequest, &str) -> OffersRequest| {
        match text {
            Some(text) => set(request, text),
            None => request,
        }
    };
    request = set(request, &args.subid, |request, text| request.subid(text));
    request = set(request, &args.subid2, |request, text| request.subid2(text));
    request = set(request, &args.subid3, |request, text| request.subid3(text));
    request = set(request, &args.gaid, |request, text| request.gaid(text));
    request = set(request, &args.idfa, |request, text| request.idfa(text));
    request
}

fn tell(offers: &OfferList, args: &OffersArgs) {
    tell_rejected("offer", offers.rejected());
    if offers.is_empty() && offers.rejected().is_empty() {
        note("no offers for this request");
    }
    if offers.may_be_cut() {
        let count = offers.len() + offers.rejected().len();
        let advice = match args.limit {
            Some(5000) => "narrow the request",
            _ => "narrow the request or raise --limit",
        };
        warn(&format!(
            "the answer is as long as its limit of {count}, so there may be more: {advice}"
        ));
    }
}

/// Which fields are shown, and for which country.
struct View {
    fields: Vec<OfferField>,
    country: Option<Country>,
    currency_known: bool,
}

impl View {
    fn new(args: &OffersArgs) -> View {
        let named = |field: &OfferField| {
            args.fields.is_empty() || *field == OfferField::Id || args.fields.contains(field)
        };
        let fields: Vec<_> = OfferField::ALL.into_iter().filter(named).collect();
        View {
            currency_known: fields.contains(&OfferField::PayoutCurrency),
            fields,
            country: args.payout_country,
        }
    }

    fn payout(&self, offer: &Offer) -> Option<Option<Money>> {
        let country = self.country?;
        let payout = offer.payout(country);
        Some(payout.map(|payout| Money::new(&payout, self.currency_known)))
    }

    fn header(&self) -> Vec<String> {
        let mut header: Vec<_> = self.fields.iter().map(ToString::to_string).collect();
        if self.country.is_some() {
            header.extend(Money::HEADER.map(str::to_owned));
        }
        header
    }

    /// What the star in the table means, where there is one.
    fn footnote(&self, offers: &OfferList) -> Option<String> {
        let country = self.country?;
        let mut payouts = offers.iter().filter_map(|offer| offer.payout(country));
        payouts
            .any(|payout| payout.source() == PayoutSource::Default)
            .then(|| format!("* the default amount: the offer has none of its own for {country}"))
    }

    fn has(&self, field: OfferField) -> bool {
        self.fields.contains(&field)
    }

    fn columns(&self) -> Vec<Column> {
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
        match self.country {
            Some(country) => columns.push(Column::right(format!("PAYOUT {country}"))),
            None if self.has(OfferField::Amount) => columns.push(Column::right("AMOUNT")),
            None => {}
        }
        if self.has(OfferField::Countries) {
            columns.push(Column::left("COUNTRIES").cut_to(9, 9));
        }
        columns
    }
}

/// A payout as it is printed.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Money {
    amount: String,
    /// Null where the request left the field out.
    currency: Option<String>,
    source: &'static str,
    #[serde(skip)]
    shown: String,
}

impl Money {
    /// The columns of a payout in CSV.
    pub(crate) const HEADER: [&str; 3] = ["payout.amount", "payout.currency", "payout.source"];

    pub(crate) fn new(payout: &Payout<'_>, currency_known: bool) -> Money {
        let currency = currency_known.then(|| payout.currency().to_owned());
        let unit = plain::line(currency.as_deref().unwrap_or_default());
        let mark = if payout.source() == PayoutSource::Default {
            '*'
        } else {
            ' '
        };
        Money {
            amount: payout.amount().to_string(),
            shown: format!(
                "{}{}{unit}{mark}",
                money(payout.amount()),
                if unit.is_empty() { "" } else { " " }
            ),
            currency,
            source: payout.source().as_str(),
        }
    }

    /// The cells of [`HEADER`](Self::HEADER).
    pub(crate) fn record(money: Option<&Money>) -> [String; 3] {
        [
            optional(money.map(|money| &money.amount)),
            optional(money.and_then(|money| money.currency.as_ref())),
            optional(money.map(|money| money.source)),
        ]
    }

    /// For the table: with its currency, and a `*` where it is the default.
    pub(crate) fn cell(money: Option<&Money>) -> Cell {
        Cell::text(money.map_or("- ", |money| &money.shown))
    }
}

/// An offer with its payout, if one was asked for.
#[derive(Serialize)]
struct Priced<'a> {
    #[serde(flatten)]
    offer: &'a Offer,
    #[serde(skip)]
    view: &'a View,
    #[serde(skip_serializing_if = "Option::is_none")]
    payout: Option<Option<Money>>,
}

impl Row for Priced<'_> {
    fn record(&self) -> Vec<String> {
        let fields = self.view.fields.iter();
        let mut record: Vec<_> = fields.map(|field| field_cell(self.offer, *field)).collect();
        if let Some(payout) = &self.payout {
            record.extend(Money::record(payout.as_ref()));
        }
        record
    }

    fn cells(&self) -> Vec<Cell> {
        let (view, offer) = (self.view, self.offer);
        let mut cells = Vec::new();
        if view.has(OfferField::OfferRank) {
            cells.push(Cell::text(
                offer
                    .offer_rank()
                    .map_or("-".to_owned(), |rank| rank.normalize().to_string()),
            ));
        }
        cells.push(Cell::text(offer.id().to_string()));
        if view.has(OfferField::Title) {
            cells.push(Cell::text(plain::text(offer.title().unwrap_or("-"))));
        }
        if view.has(OfferField::PayoutType) {
            let kind = offer.payout_type().map_or("-", |kind| kind.as_str());
            cells.push(Cell::text(plain::line(kind)));
        }
        if view.has(OfferField::Device) {
            cells.push(Cell::List(
                devices(offer)
                    .iter()
                    .map(|word| plain::line(word))
                    .collect(),
            ));
        }
        match &self.payout {
            Some(payout) => cells.push(Money::cell(payout.as_ref())),
            None if view.has(OfferField::Amount) => {
                let default = offer.default_payout();
                let money = default.map(|payout| Money::new(&payout, view.currency_known));
                let text = money.map_or("-".to_owned(), |money| {
                    money.shown.trim_end_matches('*').to_owned()
                });
                cells.push(Cell::text(text));
            }
            None => {}
        }
        if view.has(OfferField::Countries) {
            cells.push(countries_cell(offer));
        }
        cells
    }
}

fn countries_cell(offer: &Offer) -> Cell {
    if offer.countries().is_empty() {
        let named = offer.is_for_country(Country::US) == Some(true);
        return Cell::text(if named { "all" } else { "-" });
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

/// A field in a cell of CSV.
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
        // A field that the library learns of later gets its cell here.
        _ => String::new(),
    }
}
