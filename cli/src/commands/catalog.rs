//! `cpalead catalog`: keeps the offers in the state directory, and chooses from them.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cpalead::catalog::{Catalog, CatalogEvent, CatalogFile, CatalogView, Origin, Selection};
use cpalead::clock::SystemClock;
use cpalead::{Client, MAX_LIMIT, Offer, OfferType, OffersRequest, PayoutType};
use serde::Serialize;

use crate::args::{CatalogCommand, Global, KeptArgs, SyncArgs};
use crate::audience::Audience;
use crate::commands::offers::view::View;
use crate::config::Settings;
use crate::environment::Need;
use crate::failure::Failure;
use crate::output::provider_row::ProviderRow;
use crate::output::table::{Cell, Column};
use crate::output::{Sheet, SheetRow, Style, note, warn, write_one};
use crate::progress::words;
use crate::state;

/// How far full pulls are apart, if increments are not farther apart themselves.
const FULL_EVERY: Duration = Duration::from_secs(6 * 60 * 60);

/// Where the offers are kept; nowhere with a sandbox, whose address differs in each run.
pub(crate) fn directory(global: &Global) -> Result<Option<PathBuf>, Failure> {
    if global.sandbox {
        return Ok(None);
    }
    match state::directory(global, Need::Id)? {
        Some(directory) => Ok(Some(directory.join("catalog"))),
        None => Err(Failure::configuration(
            "no directory for the offers: give --state-dir DIR or set XDG_STATE_HOME",
        )),
    }
}

pub(crate) async fn run(
    command: CatalogCommand,
    settings: Settings,
    kept_in: Option<PathBuf>,
    style: Style,
) -> Result<(), Failure> {
    let session = settings.open().await?;
    let request = request(&session.client);
    match command {
        CatalogCommand::Sync(args) => sync(request, &args, kept_in, style).await,
        CatalogCommand::Show(args) => show(&*kept(request, kept_in).await?, &args, style),
        CatalogCommand::Status => write_status(&*kept(request, kept_in).await?, style),
    }
}

/// All types. Offers for offerwalls are left out, as in the provider's default.
fn request(client: &Client) -> OffersRequest {
    let request = client.offers().limit(MAX_LIMIT);
    let types = OfferType::ALL.iter().copied();
    types.fold(request, OffersRequest::offer_type)
}

/// The kept offers. Those of a sandbox are pulled, because they are not kept.
async fn kept(
    request: OffersRequest,
    kept_in: Option<PathBuf>,
) -> Result<Arc<CatalogView>, Failure> {
    let Some(directory) = kept_in else {
        return Ok(Catalog::of(request).start().await?.get());
    };
    let found = CatalogFile::new(&*directory).read(&request)?;
    found.map(Arc::new).ok_or_else(|| {
        Failure::not_found(format!(
            "no offers of this publisher are kept in {}: run `cpalead catalog sync` first",
            directory.display()
        ))
    })
}

async fn sync(
    request: OffersRequest,
    args: &SyncArgs,
    kept_in: Option<PathBuf>,
    style: Style,
) -> Result<(), Failure> {
    let mut catalog = Catalog::of(request);
    match kept_in {
        Some(directory) => catalog = catalog.keep(CatalogFile::new(directory)),
        None => note("a sandbox has another address in each run, so its offers are not kept"),
    }
    let unsaved = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&unsaved);
    catalog = catalog.on_event(move |event| {
        tell(event);
        if let CatalogEvent::Unsaved { .. } = event
            && let Ok(mut seen) = seen.lock()
        {
            *seen = Some(event.to_string());
        }
    });
    if let Some(every) = args.every {
        catalog = catalog.every(every).full_every(every.max(FULL_EVERY));
    }
    let catalog = catalog.start().await?;
    if args.every.is_some() {
        // A signal ends it.
        return std::future::pending().await;
    }
    if catalog.get().origin() != Origin::Provider {
        catalog.refresh().await?;
    }
    let unsaved = unsaved.lock().ok().and_then(|mut seen| seen.take());
    match unsaved {
        Some(message) => Err(Failure::system(message)),
        None => write_status(&catalog.get(), style),
    }
}

/// What is wrong is a warning, the rest a note.
fn tell(event: &CatalogEvent) {
    match event {
        CatalogEvent::Pulled { .. }
        | CatalogEvent::Unchanged { .. }
        | CatalogEvent::Adopted { .. } => note(&event.to_string()),
        event => warn(&event.to_string()),
    }
}

fn show(view: &CatalogView, args: &KeptArgs, style: Style) -> Result<(), Failure> {
    let offers = chosen(view, args);
    let audience = args
        .country
        .map(|country| Audience::new(country, args.device.into_iter().collect()));
    let shown = View::new(&[], audience);
    let footnote = shown.footnote(offers.iter().copied());
    let mut sheet = Sheet::new(style, shown.header(), shown.columns()).footnote(footnote);
    for offer in &offers {
        sheet.row(&ProviderRow {
            row: shown.row(offer),
            raw: view.offers().raw(offer),
            defects: Vec::new(),
        })?;
    }
    if offers.is_empty() {
        note("no kept offer matches");
    }
    sheet.finish()
}

fn chosen<'a>(view: &'a CatalogView, args: &KeptArgs) -> Vec<&'a Offer> {
    let of_type = |selection: Selection<'a>| match args.offer_type {
        Some(offer_type) => selection.of_type(offer_type),
        None => selection,
    };
    if let (Some(country), Some(device), Some(count)) = (args.country, args.device, args.best) {
        let best = view.best(country, device, usize::MAX).into_iter();
        let offers = best.map(|(offer, _)| offer);
        let is_of_type = |offer: &&Offer| {
            let wanted = args.offer_type.as_ref();
            wanted.is_none_or(|wanted| {
                offer.payout_type().map(PayoutType::as_str) == Some(wanted.as_str())
            })
        };
        return offers.filter(is_of_type).take(count).collect();
    }
    match (args.country, args.device) {
        (Some(country), Some(device)) => of_type(view.for_user(country, device)).collect(),
        (Some(country), None) => of_type(view.for_country(country)).collect(),
        (None, Some(device)) => of_type(view.for_device(device)).collect(),
        (None, None) => match args.offer_type {
            Some(offer_type) => view.of_type(offer_type).collect(),
            None => view.offers().iter().collect(),
        },
    }
}

/// How old the kept offers are.
#[derive(Serialize)]
struct StatusRow {
    offers: usize,
    generation: u64,
    pulled_at: String,
    age_s: u64,
}

impl StatusRow {
    fn new(view: &CatalogView) -> StatusRow {
        StatusRow {
            offers: view.len(),
            generation: view.generation(),
            pulled_at: format!("{:.0}", view.pulled_at()),
            age_s: view.age(&SystemClock).as_secs(),
        }
    }
}

impl SheetRow for StatusRow {
    fn record(&self) -> Vec<String> {
        vec![
            self.offers.to_string(),
            self.generation.to_string(),
            self.pulled_at.clone(),
            self.age_s.to_string(),
        ]
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::text(self.offers.to_string()),
            Cell::text(self.generation.to_string()),
            Cell::text(self.pulled_at.clone()),
            Cell::text(words(Duration::from_secs(self.age_s))),
        ]
    }
}

fn write_status(view: &CatalogView, style: Style) -> Result<(), Failure> {
    let header = ["offers", "generation", "pulled_at", "age_s"].map(str::to_owned);
    let columns = vec![
        Column::right("OFFERS"),
        Column::right("GENERATION"),
        Column::left("PULLED AT"),
        Column::right("AGE"),
    ];
    write_one(
        style.format,
        header.to_vec(),
        columns,
        &StatusRow::new(view),
    )
}
