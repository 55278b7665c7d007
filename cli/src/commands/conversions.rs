//! `cpalead conversions`: those of one sub-id, once or as they come.

use std::time::Duration;

use cpalead::{Client, Conversion, ConversionStatus, ConversionsRequest, Error};
use serde::{Serialize, Serializer};

use crate::args::{ConversionsArgs, Format};
use crate::commands::{asked_to_end, tell_rejected};
use crate::config::Settings;
use crate::failure::Failure;
use crate::output::cells::{money, optional};
use crate::output::table::{Cell, Column};
use crate::output::{Row, Sheet, note, warn};
use cpalead::plain;

/// How long nothing is said of a wait.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long to look for more rows before those that are there are handed on.
const GATHER: Duration = Duration::from_millis(50);

pub(crate) async fn run(
    args: ConversionsArgs,
    settings: Settings,
    format: Format,
) -> Result<(), Failure> {
    let session = settings.open().await?;
    let mut call = Box::pin(request(&args, &session.client).send());
    let report = match tokio::time::timeout(PATIENCE, &mut call).await {
        Ok(report) => report?,
        Err(_) => {
            note(
                "waiting: there is one call a minute, and the last one may have been made just now",
            );
            call.await?
        }
    };
    tell_rejected("conversion", report.rejected());
    if report.is_empty() && report.rejected().is_empty() {
        note("no conversions");
    }
    Sheet::new(format, header(), columns()).write(report.iter().map(Line))
}

/// Prints each new conversion once, until Ctrl-C, which is its usual end.
pub(crate) async fn watch(
    args: ConversionsArgs,
    settings: Settings,
    format: Format,
) -> Result<(), Failure> {
    let session = settings.open().await?;
    let mut watch = request(&args, &session.client).watch();
    let mut sheet = Sheet::new(format, header(), columns());
    let mut waiting = 0;
    let mut end = std::pin::pin!(asked_to_end());
    note("watching: Ctrl-C ends it");
    loop {
        tokio::select! {
            biased;
            () = &mut end => return sheet.finish(),
            next = watch.next() => match next {
                Some(Ok(conversion)) => {
                    sheet.row(&Line(&conversion))?;
                    waiting += 1;
                }
                Some(Err(error)) if is_final(&error) => {
                    sheet.finish()?;
                    return Err(error.into());
                }
                Some(Err(error)) => warn(&format!("{error}; the watch goes on")),
                None => return sheet.finish(),
            },
            () = tokio::time::sleep(GATHER), if waiting > 0 => {
                sheet.flush()?;
                waiting = 0;
            }
        }
    }
}

/// Whether the next poll would fail in the same way: the provider refuses the key or the id, or the limits cannot be kept.
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
struct Line<'a>(&'a Conversion);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Row for Line<'_> {
    fn record(&self) -> Vec<String> {
        let Line(conversion) = self;
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
        // The second sub-id would take the place that the others need.
        record.remove(3);
        record[4] = optional(self.0.payout().map(money));
        let shown = |text: &String| {
            if text.is_empty() {
                "-".to_owned()
            } else {
                plain::line(text)
            }
        };
        record.iter().map(|text| Cell::text(shown(text))).collect()
    }
}
