//! `cpalead reconcile`: which of the conversions in a file were taken back.

use std::time::Duration;

use cpalead::reconciliation::{Earned, MatchedBy, Reconciled, Reconciliation, Reversed, Sum};
use cpalead::{Reversal, ReversalsPlan, ReversalsStream};
use serde::Serialize;

use crate::args::{Format, ReconcileArgs};
use crate::commands::defects::DefectWarnings;
use crate::commands::reversals::note_plan;
use crate::config::{Session, Settings};
use crate::failure::Failure;
use crate::output::cells::{joined, optional, with_cents};
use crate::output::table::{Cell, Column};
use crate::output::{Sheet, SheetRow, note, warn};
use crate::progress::Progress;
use crate::{paid, resume, signals};

const COLUMNS: [&str; 12] = [
    "answer",
    "by",
    "reference",
    "lead_id",
    "offer_id",
    "subid",
    "paid",
    "time",
    "reversed",
    "date",
    "reason",
    "key",
];

pub(crate) async fn run(
    args: ReconcileArgs,
    settings: Settings,
    format: Format,
    verbose: bool,
) -> Result<(), Failure> {
    let paid = paid::read(&args.paid)?;
    let session = settings.open().await?;
    let request = session.client.reversals(args.start..=args.end);
    let plan = request.plan().await?;
    note_plan(&plan);
    let mut warnings = DefectWarnings::new("reversal", verbose);
    let mut stream = request.stream();
    let mut all = Reconciliation::new(args.start..=args.end).earned(paid);
    let ended = fetch(&session, &mut stream, &plan, &mut all, &mut warnings).await;
    warnings.count_the_rest();
    let done = all.finish();
    report(&done);
    let sheet = Sheet::new(format, COLUMNS.map(str::to_owned).to_vec(), columns());
    let written = sheet.write(rows(&done));
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
    all: &mut Reconciliation,
    warnings: &mut DefectWarnings,
) -> Result<(), Failure> {
    let mut progress = Progress::new(plan.calls(), plan.duration());
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
            return Ok(());
        };
        let (days, report) = (window.window(), window.report());
        progress.hide(|| warnings.name(report));
        let reversals: &[Reversal] = report.as_slice();
        *all = all
            .clone()
            .reversed(reversals)
            .covered([days.start()..=days.end()]);
        let (start, end, count) = (days.start(), days.end(), report.len());
        progress.done(&format!("{start} to {end}: {count} reversals"));
    }
}

/// Says what the rows sum up to, and what is missing.
fn report(done: &Reconciled) {
    let totals = done.totals();
    let sum = |sum: Sum| match sum.amount() {
        Some(amount) => format!("{} ({} USD)", sum.count(), with_cents(amount)),
        None => sum.count().to_string(),
    };
    note(&format!(
        "take back {} of {} conversions; {} ambiguous, {} unmatched",
        sum(totals.matched),
        sum(totals.earned),
        sum(totals.ambiguous),
        sum(totals.unmatched),
    ));
    for days in done.not_covered() {
        warn(&format!(
            "the reversals from {} to {} are missing",
            days.start(),
            days.end()
        ));
    }
}

fn rows(done: &Reconciled) -> Vec<Row> {
    let matches = done.matches().iter().map(|found| {
        let by = Some(found.by());
        Row::new("take_back", by, &[found.earned()], found.reversed())
    });
    let ambiguous = done.ambiguous().iter().flat_map(|open| {
        let candidates: Vec<&Earned> = open.candidates().iter().collect();
        let rows = open.reversed().iter();
        rows.map(move |one| Row::new("ambiguous", None, &candidates, one))
    });
    let unmatched = done.unmatched().iter();
    let unmatched = unmatched.map(|one| Row::new("unmatched", None, &[], one));
    matches.chain(ambiguous).chain(unmatched).collect()
}

fn columns() -> Vec<Column> {
    vec![
        Column::left("ANSWER"),
        Column::left("REFERENCE").cut_to(12, 6),
        Column::left("LEAD").cut_to(12, 6),
        Column::right("OFFER"),
        Column::left("SUBID").cut_to(12, 6),
        Column::right("PAID"),
        Column::right("REVERSED"),
        Column::left("DATE"),
    ]
}

/// A reversal with its conversion; of an ambiguous one, the references of those that it fits.
#[derive(Serialize)]
struct Row {
    answer: &'static str,
    by: Option<&'static str>,
    reference: Option<String>,
    lead_id: Option<String>,
    offer_id: Option<u64>,
    subid: Option<String>,
    paid: Option<String>,
    time: Option<String>,
    reversed: Option<String>,
    date: Option<String>,
    reason: Option<String>,
    key: Option<String>,
}

impl Row {
    fn new(
        answer: &'static str,
        by: Option<MatchedBy>,
        earned: &[&Earned],
        reversed: &Reversed,
    ) -> Row {
        /// How many references of an ambiguous row are printed.
        const MOST: usize = 20;

        let one = match earned {
            [one] if by.is_some() => Some(*one),
            _ => None,
        };
        let references = earned.iter().filter_map(|earned| earned.reference_value());
        let references = joined(references.take(MOST), ";");
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let lead = one.and_then(Earned::lead_id_value);
        Row {
            answer,
            by: by.map(|by| by.as_str()),
            reference: Some(references).filter(|text| !text.is_empty()),
            lead_id: owned(reversed.lead_id().or(lead)),
            offer_id: reversed.offer_id().or(one.and_then(Earned::offer_id_value)),
            subid: owned(reversed.subid().or(one.and_then(Earned::subid_value))),
            paid: one
                .and_then(Earned::amount_value)
                .map(|paid| paid.to_string()),
            time: one.and_then(Earned::time).map(|time| time.to_string()),
            reversed: reversed.amount().map(|amount| amount.to_string()),
            date: reversed.day().map(|day| day.to_string()),
            reason: owned(reversed.reason()),
            key: owned(reversed.key()),
        }
    }
}

impl SheetRow for Row {
    fn record(&self) -> Vec<String> {
        vec![
            self.answer.to_owned(),
            optional(self.by),
            optional(self.reference.as_ref()),
            optional(self.lead_id.as_ref()),
            optional(self.offer_id),
            optional(self.subid.as_ref()),
            optional(self.paid.as_ref()),
            optional(self.time.as_ref()),
            optional(self.reversed.as_ref()),
            optional(self.date.as_ref()),
            optional(self.reason.as_ref()),
            optional(self.key.as_ref()),
        ]
    }

    fn cells(&self) -> Vec<Cell> {
        let cell = |text: &Option<String>| Cell::value(text.as_ref(), false);
        vec![
            Cell::text(self.answer),
            cell(&self.reference),
            cell(&self.lead_id),
            Cell::value(self.offer_id, false),
            cell(&self.subid),
            cell(&self.paid),
            cell(&self.reversed),
            cell(&self.date),
        ]
    }
}
