//! Owns the reading of a chosen offer: its fields stay as they are written, and what filters
//! compare is read from them.

use std::borrow::Cow;

use serde_json::Value;

use crate::answer::positive;
use crate::catalogue::offer::{Devices, Kind, Link, Offer};
use crate::row_members::{Members, WrongRow};
use crate::text::{Mills, Style, country};

/// The offer that `json` describes.
///
/// # Errors
///
/// When the text is not one object, or the id or the link cannot be read.
pub(crate) fn read(json: &str) -> Result<Offer, WrongRow> {
    let members = Members::read(json)?;
    let wrong_id = || WrongRow::new("id is required: a positive integer");
    let id = members.text("id")?.ok_or_else(wrong_id)?;
    let id = positive(&id).ok_or_else(wrong_id)?;
    let value = |name| {
        let json = members.json(name).unwrap_or("null");
        // A text that JSON allows and Rust does not, such as half an emoji, counts as missing.
        serde_json::from_str::<Value>(json).unwrap_or_default()
    };
    let link = match members.json("link") {
        Some(json) if !json.starts_with('"') => {
            return Err(WrongRow::member("link", json, "a text"));
        }
        Some(_) => members.text("link")?.unwrap_or_default(),
        None => String::new(),
    };
    let rank = members.text("offer_rank").ok().flatten();
    let rank = rank.and_then(|rank| usize::try_from(positive(&rank)?).ok());
    Ok(Offer {
        id,
        kind: kind(&value("payout_type")),
        // An offer without a rank comes first, as featured offers do.
        featured: rank.is_none(),
        rank: rank.unwrap_or_default(),
        // Every `updated_since` includes a chosen offer.
        updated: i64::MAX,
        offerwall: false,
        devices: devices(&words(&value("device"))),
        countries: countries(&words(&value("countries"))),
        amount: members
            .text("amount")
            .ok()
            .flatten()
            .and_then(|amount| Mills::read(&amount)),
        payouts: payouts(members.json("payouts_per_country").unwrap_or_default()),
        style: Style::Plain,
        link: Link::Whole(link),
        fields: fields(members),
    })
}

fn fields(members: Members) -> Vec<(Cow<'static, str>, String)> {
    let fields = members.into_pairs().into_iter();
    fields
        .map(|(name, json)| (Cow::Owned(name), json))
        .collect()
}

/// An unknown type counts as CPA, so that a request without `type` includes it.
fn kind(value: &Value) -> Kind {
    let kinds = [Kind::Cpa, Kind::Cpi, Kind::Cpe, Kind::Cpr];
    let text = value.as_str().unwrap_or_default();
    let named = kinds
        .into_iter()
        .find(|kind| text.eq_ignore_ascii_case(kind.name()));
    named.unwrap_or(Kind::Cpa)
}

/// The words of a list, or of a text with separators.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => {
            let words = text.split([',', '|', ':', ';', ' ']);
            words
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect()
        }
        Value::Array(list) => list.iter().flat_map(words).collect(),
        _ => Vec::new(),
    }
}

/// No words mean every device, and an unknown word means none.
fn devices(words: &[String]) -> Devices {
    let is = |names: &[&str]| {
        let named = |word: &String| names.iter().any(|name| word.eq_ignore_ascii_case(name));
        words.is_empty() || words.iter().any(named)
    };
    Devices {
        ios: is(&["all", "all_devices", "mobile", "ios", "iphone", "ipad"]),
        android: is(&["all", "all_devices", "mobile", "android"]),
        desktop: is(&["all", "all_devices", "desktop"]),
    }
}

/// Words that are not codes are left out. No codes mean worldwide.
fn countries(words: &[String]) -> Vec<Cow<'static, str>> {
    let codes = words.iter().filter_map(|word| country(word));
    codes.map(Cow::Owned).collect()
}

/// The payouts of a map. Other forms count as missing.
fn payouts(json: &str) -> Vec<(Cow<'static, str>, Mills)> {
    let Ok(map) = Members::read(json) else {
        return Vec::new();
    };
    let read = |(code, _): (String, String)| {
        let amount = map.text(&code).ok().flatten()?;
        Some((Cow::Owned(country(&code)?), Mills::read(&amount)?))
    };
    map.clone()
        .into_pairs()
        .into_iter()
        .filter_map(read)
        .collect()
}
