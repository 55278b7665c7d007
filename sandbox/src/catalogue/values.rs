//! Owns the values of an offer's fields, in all the forms in which they are sent.

use crate::catalogue::offer::{Devices, Kind};
use crate::catalogue::words::{COUNTRIES, EVENTS};
use crate::seed::Rng;
use crate::text::{Mills, Style, push_quoted, quoted};

/// The field `device` as JSON, and the devices that it means.
pub(crate) fn device(rng: &mut Rng, kind: Kind, index: u64) -> (String, Devices) {
    let devices = |ios, android, desktop| Devices {
        ios,
        android,
        desktop,
    };
    let (json, ios, android, desktop) = match (index % 50, kind) {
        (8, _) => ("\"iphone|ipad\"", true, false, false),
        (18, _) => ("[\"ios\",\"android\"]", true, true, false),
        (16, _) => ("null", true, true, true),
        (26, _) => ("\"smart_tv\"", false, false, false),
        (36, _) => ("\"android,kindle\"", false, true, false),
        (46, _) => ("\"\"", true, true, true),
        (_, Kind::Cpi | Kind::Cpe) => match rng.below(10) {
            0..=2 => ("\"ios\"", true, false, false),
            3..=6 => ("\"android\"", false, true, false),
            7 | 8 => ("\"ios,android\"", true, true, false),
            _ => ("\"mobile\"", true, true, false),
        },
        (_, Kind::Cpa | Kind::Cpr) => match rng.below(10) {
            0..=4 => ("\"all\"", true, true, true),
            5 => ("\"all_devices\"", true, true, true),
            6 | 7 => ("\"desktop\"", false, false, true),
            _ => ("\"mobile\"", true, true, false),
        },
    };
    (json.to_owned(), devices(ios, android, desktop))
}

pub(crate) fn countries(rng: &mut Rng) -> Vec<&'static str> {
    let count = match rng.below(100) {
        0..=11 => 0,
        12..=34 => 1,
        35..=69 => rng.between(2, 8),
        70..=89 => rng.between(9, 22),
        _ => rng.between(23, 40),
    };
    // The list is sorted by frequency. Short lists are chosen from the frequent countries.
    let reach = match count {
        1 => 8,
        _ => (count as usize * 2).min(COUNTRIES.len()),
    };
    let mut pool: Vec<&'static str> = COUNTRIES[..reach].to_vec();
    if !rng.chance(40) {
        rng.shuffle(&mut pool);
    }
    pool.truncate(count as usize);
    pool.sort_unstable();
    pool
}

pub(crate) fn payouts(
    rng: &mut Rng,
    countries: &[&'static str],
    base: Mills,
) -> Vec<(&'static str, Mills)> {
    if rng.chance(25) {
        return Vec::new();
    }
    let mut named: Vec<&'static str> = if countries.is_empty() {
        COUNTRIES.iter().copied().take(30).collect()
    } else {
        countries.to_vec()
    };
    rng.shuffle(&mut named);
    named.truncate(rng.between(1, 20) as usize);
    named.sort_unstable();
    named
        .into_iter()
        .map(|country| {
            let share = rng.between(20, 160) as u32;
            (country, Mills((base.0 * share / 100).max(5)).rounded())
        })
        .collect()
}

pub(crate) fn payouts_json(rng: &mut Rng, payouts: &[(&'static str, Mills)], index: u64) -> String {
    if payouts.is_empty() {
        // PHP writes `[]` for an empty array, even where a filled one would be a map.
        return if index % 8 == 5 {
            "null".to_owned()
        } else {
            "[]".to_owned()
        };
    }
    let texts = rng.chance(25);
    if index % 16 == 9 {
        let key = if index % 32 == 9 {
            "country"
        } else {
            "country_iso"
        };
        return list(payouts.iter().map(|(country, amount)| {
            format!(
                r#"{{"{key}":"{country}","amount":{}}}"#,
                money(*amount, texts)
            )
        }));
    }
    let entries: Vec<String> = payouts
        .iter()
        .map(|(country, amount)| {
            let country = if index % 70 == 12 {
                country.to_ascii_lowercase()
            } else {
                (*country).to_owned()
            };
            format!("\"{country}\":{}", money(*amount, texts))
        })
        .collect();
    format!("{{{}}}", entries.join(","))
}

pub(crate) type Event = ((&'static str, &'static str), Mills);

pub(crate) fn events(rng: &mut Rng, kind: Kind) -> Vec<Event> {
    if kind != Kind::Cpe {
        return Vec::new();
    }
    let count = rng.between(1, EVENTS.len() as u64) as usize;
    EVENTS[..count]
        .iter()
        .zip(1_u64..)
        .map(|(event, step)| (*event, Mills((rng.between(5, 90) * step * 10) as u32)))
        .collect()
}

pub(crate) fn daily_cap(rng: &mut Rng) -> String {
    match rng.below(10) {
        0..=4 => "false".to_owned(),
        5..=7 => (rng.between(1, 100) * 25).to_string(),
        8 => format!("\"{}\"", rng.between(1, 100) * 10),
        _ => "null".to_owned(),
    }
}

pub(crate) fn epc(rng: &mut Rng) -> String {
    match rng.below(10) {
        0..=1 => "null".to_owned(),
        2..=3 => money(Mills(rng.between(1, 900) as u32), true),
        _ => Mills(rng.between(1, 900) as u32).number(),
    }
}

pub(crate) fn creatives(rng: &mut Rng, id: u64, style: Style, index: u64) -> String {
    let url = |what: &str| quoted(&format!("https://img.example/creatives/{id}/{what}"), style);
    match index % 24 {
        23 => format!(r#"[{{"url":{}}}]"#, url("icon.png")),
        2 | 12 => "[]".to_owned(),
        22 => "null".to_owned(),
        11 => format!(r#"{{"screenshot":{}}}"#, url("screenshot-1.webp")),
        _ => {
            let mut out = format!(r#"{{"url":{}"#, url("icon-512.png"));
            if rng.chance(60) {
                out.push_str(",\"og_image\":");
                out.push_str(&url("wide-1200x630.jpg"));
            }
            if rng.chance(30) {
                out.push_str(",\"screenshot\":");
                out.push_str(&url("screenshot-1.webp"));
            }
            out.push('}');
            out
        }
    }
}

pub(crate) fn money(amount: Mills, as_text: bool) -> String {
    if as_text {
        let mut out = String::new();
        push_quoted(&mut out, &amount.fixed(), Style::Plain);
        out
    } else {
        amount.number()
    }
}

pub(crate) fn list(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    format!("[{}]", items.join(","))
}
