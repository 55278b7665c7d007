//! Owns the generation of one offer: the form in which each of its fields is sent.
//!
//! Common forms are chosen at random. Rare forms depend on the offer's index, so that the 200
//! offers of a default sandbox contain every form.

use std::borrow::Cow;

use crate::catalogue::offer::{Kind, Link, Offer};
use crate::catalogue::values::{
    countries, creatives, daily_cap, device, epc, events, list, money, payouts, payouts_json,
};
use crate::catalogue::words::{
    ADJECTIVES, APP_NOUNS, FOREIGN_TITLES, GAME_KINDS, GAME_NOUNS, HOSTS, INSTALL_TASKS, MARKUP,
    SENTENCES, SIGN_UP_TASKS, SITE_NOUNS,
};
use crate::seed::Rng;
use crate::text::{Mills, Style, quoted};

/// 2026-11-20T00:00:00Z. Every offer was updated in the half year before this time.
const NEWEST_UPDATE: i64 = 1_795_132_800;
const HALF_A_YEAR: u64 = 182 * 86_400;

/// The offer at `index` of the catalogue of `seed`, ranked `rank`.
pub(crate) fn offer(seed: u64, index: u64, rank: usize) -> Offer {
    let mut rng = Rng::new(seed, index);
    let rare = |cycle: u64, at: u64| index % cycle == at;
    let style = if rare(25, 24) {
        Style::Php
    } else {
        Style::Plain
    };
    let text = |text: &str| quoted(text, style);
    let kind = match index % 20 {
        0 => Kind::Cpr,
        1..=4 => Kind::Cpe,
        5..=11 => Kind::Cpi,
        _ => Kind::Cpa,
    };
    let id = 5_540_000 + index * 7 + rng.below(7);
    let name = name(&mut rng, kind);
    let (device, devices) = device(&mut rng, kind, index);
    let countries = countries(&mut rng);
    let events = events(&mut rng, kind);
    let base = match kind {
        Kind::Cpe => Mills(events.iter().map(|(_, amount)| amount.0).sum()),
        Kind::Cpi => Mills(rng.between(4, 240) as u32 * 10).rounded(),
        Kind::Cpa | Kind::Cpr => Mills(rng.between(10, 1_900) as u32 * 10).rounded(),
    };
    let amount = (!rare(97, 50)).then_some(base);
    let payouts = match amount {
        Some(base) if kind != Kind::Cpe => payouts(&mut rng, &countries, base),
        _ => Vec::new(),
    };

    let mut fields: Vec<(Cow<'static, str>, String)> = Vec::with_capacity(24);
    let mut field = |name, value: String| fields.push((Cow::Borrowed(name), value));
    field(
        "id",
        if rare(40, 39) {
            text(&id.to_string())
        } else {
            id.to_string()
        },
    );
    field("title", text(&title(&mut rng, &name, kind, index)));
    let described = text(&description(&mut rng, &name, 2, index));
    field("description", if rare(45, 43) { null() } else { described });
    if rare(12, 7) {
        field(
            "long_description",
            text(&description(&mut rng, &name, 5, index)),
        );
    }
    let tasks = if matches!(kind, Kind::Cpi | Kind::Cpe) {
        INSTALL_TASKS
    } else {
        SIGN_UP_TASKS
    };
    field("conversion", text(rng.word(tasks)));
    field("device", device);
    if !rare(60, 59) {
        field("daily_cap", daily_cap(&mut rng));
    }
    field(
        "is_fast_pay",
        match (index % 15, rng.chance(40)) {
            (13, fast) => format!("\"{}\"", u8::from(fast)),
            (14, fast) => u8::from(fast).to_string(),
            (_, fast) => fast.to_string(),
        },
    );
    field("link", String::new());
    field(
        "preview_link",
        match index % 18 {
            16 => null(),
            17 => "\"\"".to_owned(),
            _ => text(&format!("https://apps.example/app/{}?hl=en", id % 100_000)),
        },
    );
    if let Some(amount) = amount {
        field("amount", money(amount, rng.chance(50)));
    }
    field("payout_currency", "\"USD\"".to_owned());
    field(
        "payout_type",
        match index % 30 {
            29 | 3 => text(kind.name()),
            _ => text(&kind.name().to_ascii_uppercase()),
        },
    );
    field(
        "countries",
        match index % 60 {
            33 if !countries.is_empty() => text(&countries.join(",")),
            at if at % 4 == 1 && countries.is_empty() => null(),
            _ => list(countries.iter().map(|country| text(country))),
        },
    );
    field("epc", epc(&mut rng));
    field("creatives", creatives(&mut rng, id, style, index));
    field(
        "offer_rank",
        match index % 50 {
            31 => text(&rank.to_string()),
            _ => rank.to_string(),
        },
    );
    if !rare(80, 21) {
        field(
            "payouts_per_country",
            payouts_json(&mut rng, &payouts, index),
        );
    }
    if kind == Kind::Cpe {
        field(
            "events",
            list(events.iter().map(|((key, name), amount)| {
                let amount = money(*amount, index.is_multiple_of(2));
                let name = text(name);
                match index % 40 {
                    21 => format!(r#"{{"amount":{amount}}}"#),
                    22 => format!(r#"{{"event_key":"{key}","event_name":{name}}}"#),
                    _ => {
                        format!(r#"{{"event_key":"{key}","event_name":{name},"amount":{amount}}}"#)
                    }
                }
            })),
        );
        field("conversion_mode", "\"event\"".to_owned());
        field("verification_method", "\"postback\"".to_owned());
    } else if rare(20, 7) {
        field("events", null());
    }
    if rare(22, 13) {
        field("tags", list(["new", "hot"].map(text)));
        field(
            "boost",
            format!(r#"{{"clicks":{},"until":null}}"#, rng.between(10, 500)),
        );
    }

    Offer {
        id,
        kind,
        featured: rare(67, 10),
        rank,
        updated: NEWEST_UPDATE - rng.below(HALF_A_YEAR) as i64,
        offerwall: rare(14, 6),
        devices,
        countries: countries.into_iter().map(Cow::Borrowed).collect(),
        amount,
        payouts: payouts
            .into_iter()
            .map(|(code, amount)| (Cow::Borrowed(code), amount))
            .collect(),
        style,
        link: Link::Made {
            host: rng.word(HOSTS),
            signature: rng.next(),
        },
        fields,
    }
}

fn null() -> String {
    "null".to_owned()
}

fn name(rng: &mut Rng, kind: Kind) -> String {
    let adjective = rng.word(ADJECTIVES);
    match kind {
        Kind::Cpi if rng.chance(35) => format!("{adjective} {}", rng.word(APP_NOUNS)),
        Kind::Cpi | Kind::Cpe => {
            let (noun, what) = (rng.word(GAME_NOUNS), rng.word(GAME_KINDS));
            format!("{adjective} {noun} {what}")
        }
        Kind::Cpa | Kind::Cpr => format!("{adjective} {}", rng.word(SITE_NOUNS)),
    }
}

fn title(rng: &mut Rng, name: &str, kind: Kind, index: u64) -> String {
    match index % 40 {
        4 => format!("<b>{name}</b> &ndash; Play &amp; Win&hellip;"),
        9 => format!("{name}&nbsp;(It&#39;s free!)"),
        14 | 24 | 34 => rng.word(FOREIGN_TITLES).to_owned(),
        // A title that a spreadsheet would read as a formula.
        19 => format!("+100 Coins: {name}"),
        28 => format!("=1+1 {name}, \"The Sequel\""),
        _ => match kind {
            Kind::Cpi => format!(
                "{name} ({})",
                rng.word(&["iOS", "Android", "Free", "Install"])
            ),
            Kind::Cpe => format!("{name} - Reach the goals"),
            Kind::Cpa | Kind::Cpr => format!(
                "{name} - {}",
                rng.word(&["Sign Up", "Join Free", "Quick Entry", "Email Submit"])
            ),
        },
    }
}

fn description(rng: &mut Rng, name: &str, sentences: u64, index: u64) -> String {
    if index % 45 == 44 && sentences < 5 {
        return String::new();
    }
    let mut parts: Vec<String> = Vec::new();
    for _ in 0..rng.between(sentences, sentences + 2) {
        parts.push(rng.word(SENTENCES).replace("{name}", name));
    }
    if index.is_multiple_of(5) {
        let markup = MARKUP.get((index / 5) as usize % MARKUP.len());
        parts.extend(markup.map(|&markup| markup.to_owned()));
    }
    parts.join(" ")
}
