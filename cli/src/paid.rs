//! The CSV of what was paid, read into conversions; each fault is named with its line.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use cpalead::reconciliation::Earned;
use cpalead::rust_decimal::Decimal;
use jiff::Timestamp;

use crate::failure::Failure;
use crate::values;

/// The largest file, in bytes.
const MAX_BYTES: u64 = 256 << 20;

/// The columns, each with its other name.
const AMOUNT: [&str; 2] = ["payout", "amount"];
const TIME: [&str; 2] = ["timestamp", "time"];

pub(crate) fn read(path: &Path) -> Result<Vec<Earned>, Failure> {
    if path.as_os_str() == "-" {
        return rows(io::stdin().lock(), "standard input");
    }
    let shown = path.display().to_string();
    let file = File::open(path)
        .map_err(|error| Failure::usage(format!("cannot read --paid {shown}: {error}")))?;
    rows(file, &shown)
}

fn rows(reader: impl Read, shown: &str) -> Result<Vec<Earned>, Failure> {
    let failed = |line: u64, why: &str| Failure::input(format!("{shown}, line {line}: {why}"));
    let mut reader = csv::Reader::from_reader(reader.take(MAX_BYTES));
    let broken = |error: &csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        match error.kind() {
            csv::ErrorKind::Utf8 { .. } => failed(line, "it is not UTF-8"),
            csv::ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => failed(
                line,
                &format!("it has {len} cells: the header has {expected_len}"),
            ),
            _ => failed(line, "it cannot be read"),
        }
    };
    let header = reader.headers().map_err(|error| broken(&error))?.clone();
    let column = |name: &str| {
        let name_of = |cell: &str| cell.trim().trim_start_matches('\u{feff}').to_owned();
        header.iter().position(|cell| name_of(cell) == name)
    };
    if AMOUNT.iter().all(|name| column(name).is_none()) {
        return Err(failed(1, "the header has no column `amount` or `payout`"));
    }
    let mut earned = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| broken(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |name: &str| {
            let cell = record.get(column(name)?)?.trim();
            Some(without_guard(cell)).filter(|cell| !cell.is_empty())
        };
        let one_of = |names: [&str; 2]| names.iter().find_map(|name| cell(name));
        let row = row(&cell, one_of(AMOUNT), one_of(TIME));
        earned.push(row.map_err(|why| failed(line, &why))?);
    }
    Ok(earned)
}

fn row<'a>(
    cell: &impl Fn(&str) -> Option<&'a str>,
    amount: Option<&str>,
    time: Option<&str>,
) -> Result<Earned, String> {
    let amount = amount.ok_or("it has no amount")?;
    let exact = Decimal::from_str_exact(amount).map_err(|_| {
        let amount = values::short(amount);
        format!("`{amount}` is not a valid amount: expected a decimal number such as 0.72")
    })?;
    let mut earned = Earned::new(exact);
    if let Some(lead) = cell("lead_id") {
        earned = earned.lead_id(lead);
    }
    if let Some(offer) = cell("offer_id") {
        earned = earned.offer_id(values::offer_id(offer)?);
    }
    if let Some(subid) = cell("subid") {
        earned = earned.subid(subid);
    }
    if let Some(country) = cell("country") {
        let country = country.parse::<cpalead::Country>();
        earned = earned.country(country.map_err(|error| error.to_string())?);
    }
    if let Some(time) = time {
        earned = earned.at(point(time)?);
    }
    if let Some(reference) = cell("reference") {
        earned = earned.reference(reference);
    }
    let has_fields = earned.offer_id_value().is_some() && earned.subid_value().is_some();
    if earned.lead_id_value().is_none() && !has_fields {
        return Err("it has no lead_id, and not both offer_id and subid".to_owned());
    }
    Ok(earned)
}

/// A point in time, or the beginning of a day in UTC.
fn point(text: &str) -> Result<Timestamp, String> {
    let whole = match values::date(text) {
        Ok(day) => format!("{day}T00:00:00Z"),
        Err(_) => text.to_owned(),
    };
    whole.parse().map_err(|_| {
        format!(
            "`{}` is not a valid time: expected one such as 2026-01-15 or 2026-01-15T12:00:00Z",
            values::short(text)
        )
    })
}

/// Without the apostrophe that keeps a spreadsheet from reading the cell as a formula.
fn without_guard(cell: &str) -> &str {
    let guarded = cell.strip_prefix('\'');
    guarded
        .filter(|rest| rest.starts_with(['=', '+', '-', '@']))
        .unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[track_caller]
    fn refused(csv: &str, message: &str) {
        let failure = rows(csv.as_bytes(), "paid.csv").unwrap_err();
        let shown = format!("{failure:?}");
        assert!(shown.contains(message), "{shown}");
    }

    #[test]
    fn each_fault_is_named_with_its_line() {
        refused(
            "lead_id\na\n",
            "paid.csv, line 1: the header has no column `amount` or `payout`",
        );
        refused("", "line 1: the header has no column");
        refused(
            "amount,lead_id\n1,a\nten,b\n",
            "paid.csv, line 3: `ten` is not a valid amount: expected a decimal number such as 0.72",
        );
        refused("amount,lead_id\n1,a\n,b\n", "line 3: it has no amount");
        refused(
            "amount,lead_id\n1\n",
            "line 2: it has 1 cells: the header has 2",
        );
        refused(
            "amount,offer_id\n1,7\n",
            "line 2: it has no lead_id, and not both offer_id and subid",
        );
        refused(
            "amount,lead_id,time\n1,a,soon\n",
            "line 2: `soon` is not a valid time",
        );
        refused(
            "amount,lead_id,country\n1,a,UK\n",
            "line 2: `UK` is not an assigned country code: did you mean GB?",
        );
        refused(
            "amount,lead_id,offer_id\n1,a,x\n",
            "line 2: `x` is not a valid offer id",
        );
        let latin = b"amount,lead_id\n1,\xe9\n";
        let failure = rows(latin.as_slice(), "paid.csv").unwrap_err();
        assert!(format!("{failure:?}").contains("line 2: it is not UTF-8"));
    }

    #[test]
    fn columns_have_two_names_and_any_order() {
        let csv =
            "\u{feff}subid,payout,amount,offer_id,timestamp,more\n'-u,,0.720,7,2026-01-15,x\n";
        let earned = rows(csv.as_bytes(), "paid.csv").unwrap();
        assert_eq!(earned[0].subid_value(), Some("-u"));
        assert_eq!(
            earned[0]
                .amount_value()
                .map(|amount| amount.to_string())
                .as_deref(),
            Some("0.720")
        );
        assert_eq!(
            earned[0].time().map(|time| time.to_string()).as_deref(),
            Some("2026-01-15T00:00:00Z")
        );
    }
}
