//! Owns the comparison of a row as the library read it with the row as it was sent.

use std::collections::BTreeSet;

use cpalead::jiff::Timestamp;
use cpalead::rust_decimal::Decimal;
use serde_json::{Map, Value};

/// Reads JSON with every number as a text, because a floating-point number would lose digits.
pub(crate) fn exact(json: &str) -> serde_json::Result<Value> {
    let mut quoted = String::with_capacity(json.len());
    let (mut in_text, mut escaped, mut in_number) = (false, false, false);
    for c in json.chars() {
        let number = !in_text
            && (c.is_ascii_digit()
                || c == '-'
                || (in_number && matches!(c, '.' | 'e' | 'E' | '+')));
        if number != in_number {
            quoted.push('"');
            in_number = number;
        }
        quoted.push(c);
        match c {
            '"' if !escaped => in_text = !in_text,
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            _ => {}
        }
        escaped = false;
    }
    serde_json::from_str(&quoted)
}

/// The fields of a row that were not read as they were sent, with what was sent.
pub(crate) fn lost(raw: &Value, read: &Value) -> Vec<(String, &'static str)> {
    let (Value::Object(raw), Value::Object(read)) = (raw, read) else {
        return vec![("row".to_owned(), kind(raw))];
    };
    raw.iter()
        .filter(|(name, _)| is_documented(name))
        .filter(|(name, value)| !is_kept(name, value, read.get(*name)))
        .map(|(name, value)| (name.clone(), kind(value)))
        .collect()
}

/// Whether `name` is a field of the document. Others are available as JSON only.
fn is_documented(name: &str) -> bool {
    NUMBERS.contains(&name) || TEXTS.contains(&name) || OTHERS.contains(&name)
}

const NUMBERS: [&str; 7] = [
    "amount",
    "campid",
    "epc",
    "id",
    "offer_id",
    "offer_rank",
    "payout",
];

const TEXTS: [&str; 21] = [
    "conversion",
    "conversion_mode",
    "country",
    "date",
    "description",
    "event_key",
    "event_name",
    "lead_id",
    "link",
    "long_description",
    "og_image",
    "payout_currency",
    "payout_type",
    "preview_link",
    "reason",
    "screenshot",
    "subid",
    "subid2",
    "title",
    "transaction_id",
    "url",
];

const OTHERS: [&str; 9] = [
    "countries",
    "creatives",
    "daily_cap",
    "device",
    "events",
    "is_fast_pay",
    "payouts_per_country",
    "status",
    "timestamp",
];

fn is_kept(name: &str, raw: &Value, read: Option<&Value>) -> bool {
    if is_empty(raw) {
        return read.is_none_or(is_empty);
    }
    let Some(read) = read else {
        return name == "daily_cap" && *raw == Value::Bool(false);
    };
    match name {
        "daily_cap" if *raw == Value::Bool(false) => read.is_null(),
        "daily_cap" => number(raw).is_some() && number(raw) == number(read),
        "is_fast_pay" => yes_or_no(raw).is_some() && yes_or_no(raw) == yes_or_no(read),
        "status" => raw == read || yes_or_no(raw) == yes_or_no(read),
        "timestamp" => seconds(raw).is_some() && seconds(raw) == seconds(read),
        "countries" | "device" => tokens(raw) == tokens(read),
        "payouts_per_country" => payouts(raw) == payouts(read),
        "creatives" | "events" => same_rows(raw, read),
        name if NUMBERS.contains(&name) => number(raw).is_some() && number(raw) == number(read),
        _ => raw == read,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(rows) => rows.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

fn number(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    let scientific = || Decimal::from_scientific(&text).ok();
    let exact = text.parse::<Decimal>().ok().or_else(scientific)?;
    Some(exact.normalize())
}

fn yes_or_no(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        other => match number(other)?.to_string().as_str() {
            "0" => Some(false),
            "1" => Some(true),
            _ => None,
        },
    }
}

/// A time as it was sent, in seconds, or as the library writes it.
fn seconds(value: &Value) -> Option<Decimal> {
    let written = value
        .as_str()
        .and_then(|text| text.parse::<Timestamp>().ok());
    written
        .map(|time| Decimal::from(time.as_second()))
        .or_else(|| number(value))
}

/// The names in a list, or in a text with separators.
fn tokens(value: &Value) -> BTreeSet<String> {
    let texts = match value {
        Value::String(text) => vec![text.as_str()],
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    texts
        .iter()
        .flat_map(|text| text.split([',', '|', ':', ';', ' ']))
        .filter(|token| !token.is_empty() && !token.eq_ignore_ascii_case("all"))
        .map(str::to_lowercase)
        .collect()
}

/// Each country with its amount, of a map or a list.
fn payouts(value: &Value) -> BTreeSet<(String, Option<Decimal>)> {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(_, amount)| !is_empty(amount))
            .map(|(country, amount)| (country.to_lowercase(), number(amount)))
            .collect(),
        Value::Array(rows) => rows
            .iter()
            .filter_map(|row| {
                let country = row.get("country").or_else(|| row.get("country_iso"))?;
                let amount = row.get("amount").filter(|amount| !is_empty(amount))?;
                Some((country.as_str()?.to_lowercase(), number(amount)))
            })
            .collect(),
        _ => BTreeSet::new(),
    }
}

/// Objects in a list, or one object without a list.
fn same_rows(raw: &Value, read: &Value) -> bool {
    let rows = |value: &Value| match value {
        Value::Array(rows) => rows.iter().map(|row| row.as_object().cloned()).collect(),
        other => vec![other.as_object().cloned()],
    };
    let (raw, read): (Vec<Option<Map<_, _>>>, Vec<_>) = (rows(raw), rows(read));
    let same = |(raw, read): (&Option<Map<_, _>>, &Option<Map<_, _>>)| {
        let (Some(raw), Some(read)) = (raw, read) else {
            return false;
        };
        raw.iter()
            .filter(|(name, _)| is_documented(name))
            .all(|(name, value)| is_kept(name, value, read.get(name)))
    };
    raw.len() == read.len() && raw.iter().zip(&read).all(same)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(false) => "false",
        Value::Bool(true) => "true",
        Value::Number(_) | Value::String(_) => "a text or a number",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
