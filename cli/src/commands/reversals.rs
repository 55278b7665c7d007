//! `cpalead reversals`: any range of days, with its plan, its progress, and how to resume it.

use std::time::Duration;

use cpalead::{Reversal, ReversalsPlan, ReversalsStream};
use serde::Serialize;

use crate::args::ReversalsArgs;
use crate::commands::defects::{ASSUMES_UTC, DefectWarnings};
use crate::config::{Session, Settings};
use crate::failure::Failure;
use crate::output::cells::{fields, optional, with_cents};
use crate::output::provider_row::{DEFECTS, KnownFields, write_answer};
use crate::output::table::{Cell, Column};
use crate::output::{Sheet, SheetRow, Style, note};
use crate::progress::{Progress, words};
use crate::{resume, signals};

/// How many windows of a plan are listed.
const MAX_LISTED: usize = 12;

/// The columns of the CSV: every field of a reversal that the library reads.
const COLUMNS: [&str; 10] = [
    "date",
    "offer_id",
    "subid",
    "amount",
    "reason",
    "lead_id",
    "transaction_id",
    "payout",
    "timestamp",
    "campid",
];

pub(crate) async fn run(
    args: ReversalsArgs,
    settings: Settings,
    style: Style,
    verbose: bool,
) -> Result<(), Failure> {
    let session = settings.open().await?;
    let request = session.client.reversals(args.start..=args.end);
    let plan = request.plan().await?;
    note_plan(&plan);
    let mut sheet = Sheet::new(style, header(), columns());
    let mut warnings = DefectWarnings::new("reversal", verbose);
    let mut stream = request.stream();
    let ended = fetch(&session, &mut stream, &plan, &mut sheet, &mut warnings).await;
    warnings.count_the_rest();
    // Each finished window may have cost a minute of waiting, so its rows are printed even after a
    // failure.
    let written = if matches!(&ended, Err(failure) if failure.is_quiet()) {
        Ok(())
    } else {
        sheet.finish()
    };
    let ended = ended.map_err(|failure| match stream.resume_from() {
        Some(day) => failure.resumed_by(resume::command(std::env::args_os(), day)),
        None => failure,
    });
    let complete = if args.lenient {
        Ok(())
    } else {
        warnings.complete()
    };
    ended.and(written).and(complete)
}

async fn fetch(
    session: &Session,
    stream: &mut ReversalsStream,
    plan: &ReversalsPlan,
    sheet: &mut Sheet,
    warnings: &mut DefectWarnings,
) -> Result<(), Failure> {
    let mut progress = Progress::new(plan.calls(), plan.duration());
    let mut assumes_utc = false;
    let mut end = std::pin::pin!(signals::stop());
    loop {
        let next = tokio::select! {
            biased;
            () = &mut end => return Err(Failure::interrupted()),
            next = stream.next() => next,
            () = tokio::time::sleep(Duration::from_secs(1)) => {
                progress.tick();
                continue;
            }
        };
        let next = next.transpose().map_err(|error| session.failure(error))?;
        let Some(window) = next else {
            break;
        };
        let (days, report) = (window.window(), window.report());
        progress.hide(|| -> Result<(), Failure> {
            warnings.name(report);
            assumes_utc |= report.iter().any(Reversal::assumes_utc);
            write_answer(sheet, report, ReversalRow)?;
            if sheet.streams() {
                sheet.flush()
            } else {
                Ok(())
            }
        })?;
        progress.done(&format!(
            "{} to {}: {} reversals",
            days.start(),
            days.end(),
            report.len()
        ));
    }
    if assumes_utc {
        note(ASSUMES_UTC);
    }
    if sheet.rows() == 0 {
        note("no reversals");
    }
    Ok(())
}

pub(super) fn note_plan(plan: &ReversalsPlan) {
    let calls = plan.calls();
    let first = match plan.wait() {
        Duration::ZERO => "the first at once".to_owned(),
        wait => format!("the first in {}", words(wait)),
    };
    let plural = if calls == 1 { "call" } else { "calls" };
    let all = match plan.duration() {
        Duration::ZERO => String::new(),
        all => format!(", about {} in all", words(all)),
    };
    note(&format!("plan: {calls} {plural}, {first}{all}"));
    for (at, window) in plan.windows().iter().take(MAX_LISTED).enumerate() {
        note(&format!(
            "  {}. {} to {}",
            at + 1,
            window.start(),
            window.end()
        ));
    }
    if calls > MAX_LISTED {
        note(&format!("  and {} more", calls - MAX_LISTED));
    }
}

fn header() -> Vec<String> {
    let columns = COLUMNS.iter().chain([&DEFECTS]);
    columns.map(|name| (*name).to_owned()).collect()
}

fn columns() -> Vec<Column> {
    vec![
        Column::left("DATE"),
        Column::right("OFFER"),
        Column::left("SUBID").cut_to(12, 6),
        Column::right("AMOUNT"),
        Column::left("REASON").cut_to(14, 6),
        Column::left("LEAD").cut_to(16, 6),
    ]
}

/// A reversal as a row.
#[derive(Serialize)]
#[serde(transparent)]
struct ReversalRow<'a>(&'a Reversal);

impl SheetRow for ReversalRow<'_> {
    fn record(&self) -> Vec<String> {
        let ReversalRow(reversal) = self;
        let [payout, timestamp, campid] = fields(self, ["payout", "timestamp", "campid"]);
        let date = reversal.date().map(|date| date.to_string());
        vec![
            date.unwrap_or_else(|| timestamp.clone()),
            optional(reversal.offer_id()),
            optional(reversal.subid()),
            optional(reversal.amount()),
            optional(reversal.reason()),
            optional(reversal.lead_id()),
            optional(reversal.transaction_id()),
            payout,
            timestamp,
            campid,
        ]
    }

    fn cells(&self) -> Vec<Cell> {
        let ReversalRow(reversal) = self;
        let unreadable = |names: &[&str]| names.iter().any(|name| reversal.is_unreadable(name));
        let date = reversal.date().map(|date| date.to_string());
        let time = reversal.timestamp().map(|time| time.to_string());
        let amount = reversal.amount().map(with_cents);
        vec![
            Cell::value(date.or(time), unreadable(&["date", "timestamp"])),
            Cell::value(reversal.offer_id(), unreadable(&["offer_id", "campid"])),
            Cell::value(reversal.subid(), unreadable(&["subid"])),
            Cell::value(amount, unreadable(&["amount", "payout"])),
            Cell::value(reversal.reason(), unreadable(&["reason"])),
            Cell::value(reversal.lead_id(), unreadable(&["lead_id"])),
        ]
    }
}

impl KnownFields for ReversalRow<'_> {
    fn knows(name: &str) -> bool {
        COLUMNS.contains(&name)
    }
}
