//! `cpalead conversions`: the conversions of one sub-id, once or continuously.

use std::time::Duration;

use cpalead::{Client, Conversion, ConversionStatus, ConversionsRequest, DefectKind, Error};
use serde::Serialize;

use crate::args::{ConversionsArgs, Format};
use crate::commands::defects::{ASSUMES_UTC, DefectWarnings};
use crate::config::Settings;
use crate::failure::Failure;
use crate::output::cells::{fields, optional, with_cents};
use crate::output::provider_row::{DEFECTS, KnownFields, ProviderRow, RowDefect, write_answer};
use crate::output::table::{Cell, Column};
use crate::output::{Sheet, SheetRow, Style, note, warn};
use crate::signals;

/// A wait is reported once it has lasted this long.
const SILENT_WAIT: Duration = Duration::from_secs(2);

/// How long to wait for more rows before the ones that have arrived are flushed.
const FLUSH_DELAY: Duration = Duration::from_millis(50);

/// The columns of the CSV: every field of a conversion that the library reads.
const COLUMNS: [&str; 10] = [
    "timestamp",
    "offer_id",
    "subid",
    "subid2",
    "country",
    "payout",
    "status",
    "lead_id",
    "amount",
    "campid",
];

pub(crate) async fn run(
    args: ConversionsArgs,
    settings: Settings,
    style: Style,
    verbose: bool,
) -> Result<(), Failure> {
    let session = settings.open().await?;
    let mut call = Box::pin(request(&args, &session.client).send());
    let report = match tokio::time::timeout(SILENT_WAIT, &mut call).await {
        Ok(report) => report,
        Err(_) => {
            note(
                "waiting: the provider allows one call a minute, and the last call may be less than a minute ago",
            );
            call.await
        }
    };
    let report = report.map_err(|error| session.failure(error))?;
    let mut warnings = DefectWarnings::new("conversion", verbose);
    warnings.name(&report);
    warnings.count_the_rest();
    if report.is_empty() && report.rejected_count() == 0 {
        note("no conversions");
    }
    if report.iter().any(Conversion::assumes_utc) {
        note(ASSUMES_UTC);
    }
    let mut sheet = Sheet::new(style, header(), columns());
    write_answer(&mut sheet, &report, ConversionRow)?;
    sheet.finish()?;
    if args.lenient {
        return Ok(());
    }
    warnings.complete()
}

/// Prints each new conversion once, until Ctrl-C ends it normally.
pub(crate) async fn watch(
    args: ConversionsArgs,
    settings: Settings,
    format: Format,
) -> Result<(), Failure> {
    let session = settings.open().await?;
    let mut watch = request(&args, &session.client).watch();
    let mut sheet = Sheet::new(format, header(), columns());
    let mut waiting = 0;
    let mut end = std::pin::pin!(signals::stop());
    note("watching: press Ctrl-C to end");
    loop {
        tokio::select! {
            biased;
            () = &mut end => return sheet.finish(),
            next = watch.next() => match next {
                Some(Ok(conversion)) => {
                    sheet.row(&watched(&conversion))?;
                    waiting += 1;
                }
                Some(Err(error)) if is_final(&error) => {
                    sheet.finish()?;
                    return Err(session.failure(error));
                }
                Some(Err(error)) => warn(&format!("{error}; still watching")),
                None => return sheet.finish(),
            },
            () = tokio::time::sleep(FLUSH_DELAY), if waiting > 0 => {
                sheet.flush()?;
                waiting = 0;
            }
        }
    }
}

/// A conversion of a watch, which hands over the names of unreadable fields only.
fn watched(conversion: &Conversion) -> ProviderRow<'_, ConversionRow<'_>> {
    let defects = conversion.unreadable_fields().map(|field| RowDefect {
        kind: DefectKind::FieldUnreadable.as_str(),
        path: field.into(),
        message: "it cannot be read: without --watch, the reason is printed".into(),
    });
    ProviderRow {
        row: ConversionRow(conversion),
        raw: None,
        defects: defects.collect(),
    }
}

/// Whether the next poll would fail in the same way, because the provider refuses the key or the id
/// or because the rate limits cannot be stored.
fn is_final(error: &Error) -> bool {
    let refused = error
        .status()
        .is_some_and(|status| matches!(status, 400..=499 if status != 408));
    error.is_configuration() || error.is_store() || (refused && !error.is_rate_limited())
}

fn request(args: &ConversionsArgs, client: &Client) -> ConversionsRequest {
    let request = match &args.subid {
        Some(subid) => client.conversions(subid.as_str()),
        None => client.conversions_of_caller(),
    };
    match args.offer_id {
        Some(offer) => request.offer_id(offer),
        None => request,
    }
}

fn header() -> Vec<String> {
    let columns = COLUMNS.iter().chain([&DEFECTS]);
    columns.map(|name| (*name).to_owned()).collect()
}

fn columns() -> Vec<Column> {
    vec![
        Column::left("TIME (UTC)"),
        Column::right("OFFER"),
        Column::left("SUBID").cut_to(12, 6),
        Column::left("COUNTRY"),
        Column::right("PAYOUT"),
        Column::left("STATUS").cut_to(8, 6),
        Column::left("LEAD").cut_to(10, 6),
    ]
}

/// A conversion as a row.
#[derive(Serialize)]
#[serde(transparent)]
struct ConversionRow<'a>(&'a Conversion);

impl SheetRow for ConversionRow<'_> {
    fn record(&self) -> Vec<String> {
        let ConversionRow(conversion) = self;
        let [amount, campid] = fields(self, ["amount", "campid"]);
        vec![
            optional(conversion.timestamp()),
            optional(conversion.offer_id()),
            optional(conversion.subid()),
            optional(conversion.subid2()),
            optional(conversion.country()),
            optional(conversion.payout()),
            optional(status(conversion)),
            optional(conversion.lead_id()),
            amount,
            campid,
        ]
    }

    // The second sub-id is left out, because the other columns need the space.
    fn cells(&self) -> Vec<Cell> {
        let ConversionRow(conversion) = self;
        let unreadable = |names: &[&str]| names.iter().any(|name| conversion.is_unreadable(name));
        let time = conversion.timestamp().map(|time| time.to_string());
        let time = time.map(|time| time.replace('T', " ").replace('Z', ""));
        let payout = conversion.payout().map(with_cents);
        vec![
            Cell::value(time, unreadable(&["timestamp"])),
            Cell::value(conversion.offer_id(), unreadable(&["offer_id", "campid"])),
            Cell::value(conversion.subid(), unreadable(&["subid"])),
            Cell::value(conversion.country(), unreadable(&["country"])),
            Cell::value(payout, unreadable(&["payout", "amount"])),
            Cell::value(status(conversion), unreadable(&["status"])),
            Cell::value(conversion.lead_id(), unreadable(&["lead_id"])),
        ]
    }
}

impl KnownFields for ConversionRow<'_> {
    fn knows(name: &str) -> bool {
        COLUMNS.contains(&name)
    }
}

fn status(conversion: &Conversion) -> Option<String> {
    match conversion.status()? {
        ConversionStatus::Flag(flag) => Some(flag.to_string()),
        ConversionStatus::Text(text) => Some(text.to_string()),
        _ => None,
    }
}
