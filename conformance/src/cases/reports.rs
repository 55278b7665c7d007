//! Cases on conversions and reversals: their parameters, their minute and their rows.

use super::case::{Case, accepted, each, refused};
use crate::answer::{Answer, Row, Seen};
use crate::json;
use crate::verdict::Outcome;

pub(super) const CASES: &[(&str, Case)] = &[
    ("conversions/lookup", accepted),
    ("conversions/limit/minute", too_early),
    ("conversions/limit/retry-after", retry_after),
    ("conversions/id/required", refused),
    ("conversions/api-key/required", refused),
    ("conversions/subid/required", refused),
    ("conversions/subid/own-rows", own_rows),
    ("conversions/subid/address", accepted),
    ("conversions/subid/caller", accepted),
    ("conversions/offer-id/filter", offer_filter),
    ("conversions/row/fields", conversion_fields),
    ("reversals/list", accepted),
    ("reversals/limit/minute", too_early),
    ("reversals/limit/retry-after", retry_after),
    ("reversals/id/required", refused),
    ("reversals/api-key/required", refused),
    ("reversals/start-date", |answers| {
        in_range(answers, Bound::Start)
    }),
    ("reversals/end-date", |answers| {
        in_range(answers, Bound::End)
    }),
    ("reversals/range/month", range_of_a_month),
    ("reversals/row/amount", reversal_amount),
];

/// The first answer was served, and the second, asked at once, must not be.
fn too_early(answers: &[&Answer<'_>]) -> Outcome {
    let [first, second] = answers else {
        return Outcome::nothing("two answers are needed");
    };
    if first.rows().is_err() {
        return Outcome::nothing("the first of the two calls was not served");
    }
    second.refused()
}

fn retry_after(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let status = answer.exchange.status;
        let header = answer.exchange.header("retry-after");
        let seconds = header.and_then(|value| value.parse::<u64>().ok());
        if status == 429 && seconds.is_some_and(|seconds| (1..=60).contains(&seconds)) {
            return Outcome::Conforms;
        }
        let got = format!(
            "status {status}, Retry-After {}",
            header.unwrap_or("absent")
        );
        Outcome::violates(
            "429 with a Retry-After of 1 to 60 seconds",
            &got,
            answer.place(),
        )
    })
}

fn own_rows(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let asked = answer.exchange.parameter("subid").unwrap_or_default();
        answer.each_row("only conversions of the sub-id", |row| {
            match row.text("subid") {
                None => Seen::Lacks,
                Some(subid) if subid == asked => Seen::Fits,
                Some(subid) => Seen::Breaks("subid", subid),
            }
        })
    })
}

/// The offer of a row, under its present and its older name.
fn offer_of(row: &Row<'_>) -> Option<u64> {
    json::whole(row.get("offer_id").or_else(|| row.get("campid"))?)
}

/// Judges the filtered answer, and then the answer without the filter.
fn offer_filter(answers: &[&Answer<'_>]) -> Outcome {
    let [filtered, whole] = answers else {
        return Outcome::nothing("two answers are needed");
    };
    let asked = filtered
        .exchange
        .parameter("offer_id")
        .and_then(|id| id.parse().ok());
    let expected = "only conversions of the offer";
    let judged = filtered.each_row(expected, |row| match offer_of(row) {
        None => Seen::Lacks,
        id if id == asked => Seen::Fits,
        Some(id) => Seen::Breaks("offer_id", id.to_string()),
    });
    match judged {
        Outcome::NothingToJudge(_) => match (filtered.rows(), whole.rows()) {
            (Ok(none), Ok(some)) if none.is_empty() && !some.is_empty() => Outcome::Conforms,
            _ => Outcome::nothing("the sub-id has no conversions with an offer's id"),
        },
        judged => judged,
    }
}

fn conversion_fields(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let expected = "an offer's id, a country and a time in each conversion";
        answer.each_row(expected, |row| {
            if offer_of(row).is_none() {
                return Seen::Breaks("offer_id", "neither offer_id nor campid".to_owned());
            }
            if row.text("country").is_none() {
                return Seen::Breaks("country", "no country".to_owned());
            }
            match row.get("timestamp").and_then(json::whole) {
                Some(_) => Seen::Fits,
                None => Seen::Breaks("timestamp", "no whole number of seconds".to_owned()),
            }
        })
    })
}

#[derive(Clone, Copy)]
enum Bound {
    Start,
    End,
}

/// Dates in the documented form compare like their texts.
fn is_date(text: &str) -> bool {
    text.len() >= 10 && text.is_char_boundary(10) && text[..10].parse::<jiff::civil::Date>().is_ok()
}

fn in_range(answers: &[&Answer<'_>], bound: Bound) -> Outcome {
    let name = match bound {
        Bound::Start => "start_date",
        Bound::End => "end_date",
    };
    each(answers, |answer| {
        let accepted = answer.accepted();
        if accepted != Outcome::Conforms {
            return accepted;
        }
        let asked = answer.exchange.parameter(name).unwrap_or_default();
        let expected = match bound {
            Bound::Start => format!("no reversals before {asked}"),
            Bound::End => format!("no reversals after {asked}"),
        };
        answer.each_row(&expected, |row| {
            match row.text("date").filter(|date| is_date(date)) {
                None => Seen::Lacks,
                Some(date) => {
                    let outside = match bound {
                        Bound::Start => &date[..10] < asked,
                        Bound::End => &date[..10] > asked,
                    };
                    if outside {
                        Seen::Breaks("date", date)
                    } else {
                        Seen::Fits
                    }
                }
            }
        })
    })
}

/// A range of four months may be refused or cut. Its rows must not span more than a month.
fn range_of_a_month(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let Ok(rows) = answer.rows() else {
            return Outcome::Conforms;
        };
        let dates = rows
            .iter()
            .filter_map(|row| row.text("date").filter(|date| is_date(date)));
        let mut days: Vec<jiff::civil::Date> =
            dates.filter_map(|date| date[..10].parse().ok()).collect();
        days.sort_unstable();
        let (Some(first), Some(last)) = (days.first(), days.last()) else {
            return Outcome::nothing("the rows have no dates");
        };
        let span = last.duration_since(*first).as_hours() / 24;
        if span <= 31 {
            return Outcome::Conforms;
        }
        let got = format!("reversals from {first} to {last}");
        Outcome::violates(
            "a refusal, or reversals of one month at most",
            &got,
            answer.place(),
        )
    })
}

fn reversal_amount(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let expected = "an amount that is null, a decimal number, or a text of one";
        answer.each_row(expected, |row| match row.get("amount") {
            None => Seen::Lacks,
            Some(amount) if json::is_null(amount) || json::amount(amount).is_some() => Seen::Fits,
            Some(amount) => Seen::Breaks("amount", amount.get().to_owned()),
        })
    })
}
