//! `cpalead conversions`: the conversions of one sub-id, once or continuously.

use std::time::Duration;

use cpalead::{Client, Conversion, ConversionStatus, ConversionsRequest, Error};
use serde::Serialize;

use crate::args::{ConversionsArgs, Format};
use crate::commands::{stop_signal, warn_rejected};
use crate::config::Settings;
use crate::failure::Failure;
use crate::output::cells::{optional, with_cents};
use crate::output::table::{Cell, Column};
use crate::output::{Sheet, SheetRow, note, warn};

/// A wait is reported once it has lasted this long.
const SILENT_WAIT: Duration = Duration::from_secs(2);

/// How long to wait for more rows before the ones that have arrived are flushed.
const FLUSH_DELAY: Duration = Duration::from_millis(50);

pub(crate) async fn run(
    args: ConversionsArgs,
    settings: Settings,
    format: Format,
) -> Result<(), Failure> {
    let session = settings.open().await?;
    let mut call = Box::pin(request(&args, &session.client).send());
    let report = match tokio::time::timeout(SILENT_WAIT, &mut call).await {
        Ok(report) => report?,
        Err(_) => {
            note(
                "waiting: the provider allows one call a minute, and the last call may be less than a minute ago",
            );
            call.await?
        }
    };
    warn_rejected("conversion", report.rejected(), report.rejected_count());
    if report.is_empty() && report.rejected_count() == 0 {
        note("no conversions");
    }
    Sheet::new(format, header(), columns()).write(report.iter().map(ConversionRow))
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
    let mut end = std::pin::pin!(stop_signal());
    note("watching: press Ctrl-C to end");
    loop {
        tokio::select! {
            biased;
            () = &mut end => return sheet.finish(),
            next = watch.next() => match next {
                Some(Ok(conversion)) => {
                    sheet.row(&ConversionRow(&conversion))?;
                    waiting += 1;
                }
                Some(Err(error)) if is_final(&error) => {
                    sheet.finish()?;
                    return Err(error.into());
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
    let names = [
        "timestamp",
        "offer_id",
        "subid",
        "subid2",
        "country",
        "payout",
        "status",
        "lead_id",
    ];
    names.map(str::to_owned).to_vec()
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
        vec![
            optional(conversion.timestamp()),
            optional(conversion.offer_id()),
            optional(conversion.subid()),
            optional(conversion.subid2()),
            optional(conversion.country()),
            optional(conversion.payout()),
            match conversion.status() {
                Some(ConversionStatus::Flag(flag)) => flag.to_string(),
                Some(ConversionStatus::Text(text)) => text.to_string(),
                _ => String::new(),
            },
            optional(conversion.lead_id()),
        ]
    }

    fn cells(&self) -> Vec<Cell> {
        let mut record = self.record();
        record[0] = record[0].replace('T', " ").replace('Z', "");
        // The second sub-id is left out, because the other columns need the space.
        record.remove(3);
        record[4] = optional(self.0.payout().map(with_cents));
        Cell::of_record(&record)
    }
}
