//! `cpalead reversals`: any range of days, with its plan, its progress, and how to resume it.

use std::time::Duration;

use cpalead::{Reversal, ReversalsPlan, ReversalsStream};
use serde::Serialize;

use crate::args::{Format, ReversalsArgs};
use crate::commands::{stop_signal, warn_rejected};
use crate::config::Settings;
use crate::failure::Failure;
use crate::output::cells::{optional, with_cents};
use crate::output::table::{Cell, Column};
use crate::output::{Sheet, SheetRow, note};
use crate::progress::{Progress, words};
use crate::resume;

/// How many windows of a plan are listed.
const MAX_LISTED: usize = 12;

pub(crate) async fn run(
    args: ReversalsArgs,
    settings: Settings,
    format: Format,
) -> Result<(), Failure> {
    let session = settings.open().await?;
    let request = session.client.reversals(args.start..=args.end);
    let plan = request.plan().await?;
    note_plan(&plan);
    let mut sheet = Sheet::new(format, header(), columns());
    let mut stream = request.stream();
    let ended = fetch(&mut stream, &plan, &mut sheet).await;
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
    ended.and(written)
}

async fn fetch(
    stream: &mut ReversalsStream,
    plan: &ReversalsPlan,
    sheet: &mut Sheet,
) -> Result<(), Failure> {
    let mut progress = Progress::new(plan.calls(), plan.duration());
    let mut end = std::pin::pin!(stop_signal());
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
        let Some(window) = next.transpose()? else {
            break;
        };
        let (days, report) = (window.window(), window.report());
        progress.hide(|| -> Result<(), Failure> {
            warn_rejected("reversal", report.rejected(), report.rejected_count());
            for reversal in report {
                sheet.row(&ReversalRow(reversal))?;
            }
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
    if sheet.rows() == 0 {
        note("no reversals");
    }
    Ok(())
}

fn note_plan(plan: &ReversalsPlan) {
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
    let names = ["date", "offer_id", "subid", "amount", "reason", "lead_id"];
    names.map(str::to_owned).to_vec()
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
        let date = reversal.date().map(|date| date.to_string());
        let time = reversal.timestamp().map(|time| time.to_string());
        vec![
            date.or(time).unwrap_or_default(),
            optional(reversal.offer_id()),
            optional(reversal.subid()),
            optional(reversal.amount()),
            optional(reversal.reason()),
            optional(reversal.lead_id()),
        ]
    }

    fn cells(&self) -> Vec<Cell> {
        let mut record = self.record();
        record[3] = optional(self.0.amount().map(with_cents));
        Cell::of_record(&record)
    }
}
