//! Helpers of the tests of faults: what two answers have in common, and how they differ.

use serde_json::Value;

use crate::support::Answer;

pub(crate) fn is_served(good: &Answer, bad: &Answer) -> bool {
    [400, 401].contains(&good.status) && bad.status == 200 && bad.text.contains("},{")
}

pub(crate) fn is_json_only(good: &Answer, bad: &Answer) -> bool {
    good.text == format!("f({});", bad.text)
}

pub(crate) fn calls_callback(good: &Answer, bad: &Answer) -> bool {
    bad.text == format!("callback{}", &good.text[1..])
}

pub(crate) fn count(answer: &Answer) -> usize {
    answer.list("offers").len()
}

pub(crate) fn more(good: &Answer, bad: &Answer) -> bool {
    count(bad) > count(good)
}

/// The distinct values of a field, sorted.
fn distinct(rows: &[Value], name: &str) -> String {
    let text = |row: &Value| row[name].as_str().unwrap_or_default().to_owned();
    let mut values: Vec<String> = rows.iter().map(text).collect();
    values.sort();
    values.dedup();
    values.join(",")
}

pub(crate) fn types(answer: &Answer) -> String {
    let mut rows = answer.list("offers");
    for row in &mut rows {
        row["payout_type"] = row["payout_type"].as_str().unwrap().to_uppercase().into();
    }
    distinct(&rows, "payout_type")
}

pub(crate) fn subids(answer: &Answer) -> String {
    let mut rows = answer.list("conversions");
    rows.retain(|row| row.get("subid").is_some());
    distinct(&rows, "subid")
}

pub(crate) fn fields(answer: &Answer) -> String {
    let row = &answer.list("offers")[0];
    row.as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect::<Vec<_>>()
        .join(",")
}

pub(crate) fn all_in_us(answer: &Answer) -> bool {
    let worldwide = |countries: &Value| countries.as_array().is_none_or(Vec::is_empty);
    answer.list("offers").iter().all(|offer| {
        let countries = &offer["countries"];
        countries.to_string().contains("US") || (worldwide(countries) && !countries.is_string())
    })
}

pub(crate) fn same_rows(good: &Answer, bad: &Answer) -> bool {
    let sorted = |answer: &Answer| {
        let mut rows: Vec<_> = answer.list("offers").iter().map(Value::to_string).collect();
        rows.sort();
        rows
    };
    sorted(good) == sorted(bad) && good.text != bad.text
}

/// How many offers have a larger rank than the one before.
pub(crate) fn ascents(answer: &Answer) -> usize {
    let rows = answer.list("offers");
    let ranks: Vec<u64> = rows
        .iter()
        .filter_map(|row| row["offer_rank"].as_u64())
        .collect();
    ranks.windows(2).filter(|pair| pair[0] < pair[1]).count()
}

pub(crate) fn lost(good: &Answer, bad: &Answer, part: &str) -> bool {
    count(good) == count(bad) && good.text.contains(part) && !bad.text.contains(part)
}

fn dates(answer: &Answer) -> Vec<String> {
    let rows = answer.list("reversals");
    let date = |row: &Value| row["date"].as_str().map(str::to_owned);
    rows.iter().filter_map(date).collect()
}

pub(crate) fn earliest(answer: &Answer) -> String {
    dates(answer).into_iter().min().unwrap()
}

pub(crate) fn latest(answer: &Answer) -> String {
    dates(answer).into_iter().max().unwrap()
}
