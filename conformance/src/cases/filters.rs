//! Cases on the parameters that choose offers: country, limit, type, date, fields, offerwall and
//! device.

use std::collections::BTreeSet;

use super::case::{Case, accepted, each, refused};
use crate::answer::{Answer, Row, Seen};
use crate::json;
use crate::verdict::Outcome;

pub(super) const CASES: &[(&str, Case)] = &[
    ("offers/id/required", refused),
    ("offers/id/integer", refused),
    ("offers/country/filter", country_us),
    ("offers/country/caller", country_caller),
    ("offers/limit/number", limit_three),
    ("offers/limit/default", limit_default),
    ("offers/limit/maximum", limit_maximum),
    ("offers/type/default", type_default),
    ("offers/type/list", type_list),
    ("offers/updated-since/filter", updated_since),
    ("offers/updated-since/forms", accepted),
    ("offers/fields/only", fields_only),
    ("offers/fields/envelope", accepted),
    ("offers/fields/unknown", refused),
    ("offers/offerwall/boolean", accepted),
    ("offers/offerwall/more", offerwall_more),
    ("offers/device/default", device_default),
    ("offers/device/filter", device_filter),
    ("offers/device/values", accepted),
    ("offers/device/list", device_list),
    ("offers/device/caller", accepted),
    ("offers/unknown-parameter", accepted),
];

/// The documented default and maximum of `limit`.
const DEFAULT: usize = 2_500;
const MAXIMUM: usize = 5_000;

/// Fewer offers than this may vanish between two calls.
const FEW: usize = 3;

/// The codes of an offer. An empty list means worldwide, and so does the word `ALL`.
fn countries(row: &Row<'_>) -> Option<Vec<String>> {
    let value = row.get("countries")?;
    let codes: Vec<String> = match json::list(value) {
        Some(list) => list.into_iter().filter_map(json::text).collect(),
        None => json::text(value)?.split(',').map(str::to_owned).collect(),
    };
    Some(codes.into_iter().filter(|code| !code.is_empty()).collect())
}

fn for_country(answer: &Answer<'_>, country: &str) -> Outcome {
    let expected = format!("only offers for {country}");
    let fits = |code: &String| {
        ["all", country]
            .iter()
            .any(|fit| code.eq_ignore_ascii_case(fit))
    };
    answer.each_row(&expected, |row| match countries(row) {
        None => Seen::Lacks,
        Some(codes) if codes.is_empty() => Seen::Fits,
        Some(codes) if codes.iter().any(fits) => Seen::Fits,
        Some(codes) => Seen::Breaks("countries", codes.join(",")),
    })
}

fn country_us(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| for_country(answer, "US"))
}

/// The caller's country is the one that the answer names. Without it nobody can tell.
fn country_caller(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let accepted = answer.accepted();
        if accepted != Outcome::Conforms {
            return accepted;
        }
        let named = answer
            .envelope()
            .and_then(|envelope| json::text(envelope.get("country")?));
        match named {
            Some(country) => for_country(answer, &country),
            None => Outcome::nothing("the answer does not name the caller's country"),
        }
    })
}

fn at_most(answer: &Answer<'_>, most: usize) -> Outcome {
    let expected = format!("at most {most} offers");
    match answer.needed_rows(&expected) {
        Err(outcome) => outcome,
        Ok(rows) if rows.len() > most => {
            Outcome::violates(&expected, &format!("{} offers", rows.len()), answer.place())
        }
        Ok(_) => Outcome::Conforms,
    }
}

fn limit_three(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| at_most(answer, 3))
}

/// Judges the default answer, and then the answer to the largest limit.
fn limit_default(answers: &[&Answer<'_>]) -> Outcome {
    let [default, largest] = answers else {
        return Outcome::nothing("two answers are needed");
    };
    let capped = at_most(default, DEFAULT);
    let (Ok(rows), Ok(all)) = (default.rows(), largest.rows()) else {
        return capped;
    };
    // Between two calls the catalogue may change by an offer or two.
    if capped == Outcome::Conforms && all.len() > DEFAULT + 50 && rows.len() < DEFAULT {
        let got = format!("{} offers, although there are {}", rows.len(), all.len());
        return Outcome::violates("2500 offers, the default limit", &got, default.place());
    }
    // A smaller default shows in a smaller catalogue, too. A tenth may have changed.
    if capped == Outcome::Conforms && rows.len() * 10 < all.len().min(DEFAULT) * 9 {
        let got = format!("{} offers, although there are {}", rows.len(), all.len());
        return Outcome::violates("all offers, up to 2500", &got, default.place());
    }
    capped
}

/// Judges the answer to the largest limit, which must be served, and to one more than that.
fn limit_maximum(answers: &[&Answer<'_>]) -> Outcome {
    let [largest, beyond] = answers else {
        return Outcome::nothing("two answers are needed");
    };
    let served = at_most(largest, MAXIMUM);
    if served != Outcome::Conforms || beyond.rows().is_err() {
        return served;
    }
    at_most(beyond, MAXIMUM)
}

fn types(answers: &[&Answer<'_>], expected: &str, allowed: &[&str]) -> Outcome {
    each(answers, |answer| {
        answer.each_row(expected, |row| match row.text("payout_type") {
            None => Seen::Lacks,
            Some(kind) if allowed.iter().any(|name| kind.eq_ignore_ascii_case(name)) => Seen::Fits,
            Some(kind) => Seen::Breaks("payout_type", kind),
        })
    })
}

/// Judges the default answer, and then whether it has the types of the list that was requested.
fn type_default(answers: &[&Answer<'_>]) -> Outcome {
    let [default, listed] = answers else {
        return Outcome::nothing("two answers are needed");
    };
    let expected = "only CPA, CPI and CPE offers";
    Outcome::all([
        types(&[default], expected, &["cpa", "cpi", "cpe"]),
        has_types_of(default, listed),
    ])
}

/// Judges the answer to the list, and then whether it has the types of the default answer.
fn type_list(answers: &[&Answer<'_>]) -> Outcome {
    let [listed, default] = answers else {
        return Outcome::nothing("two answers are needed");
    };
    let expected = "only CPI, CPE and CPR offers";
    Outcome::all([
        types(&[listed], expected, &["cpi", "cpe", "cpr"]),
        has_types_of(listed, default),
    ])
}

/// Whether an answer has CPI and CPE offers, if the other has them. Between two calls a few may
/// have gone.
fn has_types_of(answer: &Answer<'_>, other: &Answer<'_>) -> Outcome {
    let (Ok(rows), Ok(others)) = (answer.rows(), other.rows()) else {
        return Outcome::nothing("there are no offers to compare");
    };
    let count = |rows: &[Row<'_>], kind: &str| {
        let types = rows.iter().filter_map(|row| row.text("payout_type"));
        types
            .filter(|found| found.eq_ignore_ascii_case(kind))
            .count()
    };
    for kind in ["CPI", "CPE"] {
        let there = count(others, kind);
        if there >= FEW && count(rows, kind) == 0 {
            let got = format!("none, although {} has {there}", other.place());
            return Outcome::violates(&format!("{kind} offers too"), &got, answer.place());
        }
    }
    Outcome::nothing("there is nothing to compare")
}

fn ids(answer: &Answer<'_>, expected: &str) -> Result<BTreeSet<u64>, Outcome> {
    Ok(answer
        .needed_rows(expected)?
        .iter()
        .filter_map(Row::id)
        .collect())
}

/// No offer was updated after a date to come, and all were after a date long past.
fn updated_since(answers: &[&Answer<'_>]) -> Outcome {
    let [future, past, default] = answers else {
        return Outcome::nothing("three answers are needed");
    };
    let none = match future.rows() {
        Ok(rows) if !rows.is_empty() => {
            let got = format!("{} offers", rows.len());
            Outcome::violates(
                "no offers updated after a date to come",
                &got,
                future.place(),
            )
        }
        // A refusal of a date to come is not forbidden.
        _ => Outcome::Conforms,
    };
    Outcome::all([
        none,
        holds(
            past,
            default,
            Share::NineTenths,
            "all offers since a date long past",
        ),
    ])
}

/// How many of the offers of one answer must be in another.
#[derive(Clone, Copy)]
enum Share {
    /// The same catalogue, in which a tenth may have changed between two calls.
    NineTenths,
    /// An answer that may have been cut, too.
    Half,
}

/// Whether `large` holds the offers of `small`. An answer that is full may be cut.
fn holds(large: &Answer<'_>, small: &Answer<'_>, share: Share, expected: &str) -> Outcome {
    let (large_ids, small_ids) = match (ids(large, expected), ids(small, expected)) {
        (Ok(large_ids), Ok(small_ids)) => (large_ids, small_ids),
        (Err(outcome), _) | (_, Err(outcome)) => return outcome,
    };
    if small_ids.is_empty() {
        return Outcome::nothing("there are no offers to compare");
    }
    let missing = small_ids.difference(&large_ids).count();
    let too_many = match share {
        Share::NineTenths => missing * 10 > small_ids.len(),
        Share::Half => missing * 2 > small_ids.len(),
    };
    if too_many && large_ids.len() < DEFAULT {
        let got = format!(
            "{missing} of {} offers of {} are missing",
            small_ids.len(),
            small.place()
        );
        return Outcome::violates(expected, &got, large.place());
    }
    Outcome::Conforms
}

fn fields_only(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let asked = answer.exchange.parameter("fields").unwrap_or_default();
        let asked: Vec<&str> = asked.split(',').collect();
        let rows = answer.rows().unwrap_or_default();
        let never =
            |name: &&&str| !rows.is_empty() && rows.iter().all(|row| row.get(name).is_none());
        if let Some(name) = asked.iter().find(never) {
            let got = format!("no offer with {name}");
            return Outcome::violates("all fields of the list", &got, answer.place());
        }
        answer.each_row("only the fields id, title and amount", |row| {
            let other = row
                .names()
                .find(|name| !asked.contains(name))
                .map(str::to_owned);
            match other {
                Some(name) => Seen::Breaks("", format!("the field {name}")),
                None if row.get("id").is_none() => Seen::Breaks("id", "no id".to_owned()),
                None => Seen::Fits,
            }
        })
    })
}

fn offerwall_more(answers: &[&Answer<'_>]) -> Outcome {
    let [with, without] = answers else {
        return Outcome::nothing("two answers are needed");
    };
    let expected = "offers for offerwalls beside all others";
    holds(with, without, Share::NineTenths, expected)
}

fn device_default(answers: &[&Answer<'_>]) -> Outcome {
    let Some((default, filtered)) = answers.split_first() else {
        return Outcome::nothing("answers are needed");
    };
    let expected = "offers for every device when none is named";
    let each_device = filtered.iter();
    Outcome::all(each_device.map(|answer| holds(default, answer, Share::Half, expected)))
}

/// The words of the field `device` that a filter may match, in the forms that were observed.
fn matching(asked: &str) -> &'static [&'static str] {
    match asked {
        "ios" => &["ios", "iphone", "ipad", "mobile"],
        "android" => &["android", "mobile"],
        "mobile" => &["mobile", "ios", "iphone", "ipad", "android"],
        _ => &["desktop"],
    }
}

fn device_filter(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let asked = answer.exchange.parameter("device").unwrap_or_default();
        let expected = format!("only offers for {asked}");
        let words: Vec<&str> = asked.split(',').flat_map(matching).copied().collect();
        answer.each_row(&expected, |row| {
            let Some(value) = row.get("device") else {
                return Seen::Lacks;
            };
            let devices = match json::list(value) {
                Some(list) => list
                    .into_iter()
                    .filter_map(json::text)
                    .collect::<Vec<_>>()
                    .join(","),
                None => json::text(value).unwrap_or_default(),
            };
            let devices = devices.to_ascii_lowercase();
            let fits = |device: &str| words.contains(&device) || device.starts_with("all");
            if devices.is_empty() || devices.split([',', '|', ' ', '_']).any(fits) {
                Seen::Fits
            } else {
                Seen::Breaks("device", devices)
            }
        })
    })
}

/// Judges the answer to `device=ios,android`, and then whether it has the offers of each of both.
fn device_list(answers: &[&Answer<'_>]) -> Outcome {
    let Some((listed, each_device)) = answers.split_first() else {
        return Outcome::nothing("answers are needed");
    };
    let only = device_filter(&[listed]);
    let expected = "offers for each device of the list";
    let parts = each_device.iter();
    Outcome::all(
        [only]
            .into_iter()
            .chain(parts.map(|answer| holds(listed, answer, Share::NineTenths, expected))),
    )
}
