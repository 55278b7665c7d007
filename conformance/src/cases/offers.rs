//! Cases on what the page says of offers: their order, payouts, types and links.

use serde_json::value::RawValue;

use super::case::{Case, accepted, each};
use crate::answer::{Answer, Row, Seen, link_parameters};
use crate::json;
use crate::verdict::Outcome;

pub(super) const CASES: &[(&str, Case)] = &[
    ("offers/list", accepted),
    ("offers/key/not-needed", key_not_needed),
    ("offers/order/rank", rank_order),
    ("offers/order/featured-by-rank", featured_by_rank),
    ("offers/rank/present", rank_present),
    ("offers/payout/by-country", payout_by_country),
    ("offers/payout/default", payout_default),
    ("offers/payout/map", payout_map),
    ("offers/type/never-cpc", never_cpc),
    ("offers/link/present", link_present),
    ("offers/link/shape", link_shape),
];

fn key_not_needed(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| match answer.exchange.status {
        status @ (401 | 403) => Outcome::violates(
            "offers without an api key",
            &format!("status {status}"),
            answer.place(),
        ),
        _ if answer.rows().is_ok() => Outcome::Conforms,
        _ => Outcome::nothing("the answer has no rows, for another reason"),
    })
}

fn ranks(rows: &[Row<'_>]) -> Vec<u64> {
    let ranks = rows
        .iter()
        .filter_map(|row| json::whole(row.get("offer_rank")?));
    ranks.collect()
}

/// The page does not say which offers are featured, so any offers before the last step back may be.
/// They cannot be half of all offers, or "featured" would mean nothing.
fn rank_order(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let expected = "featured offers first, and then offers with ascending offer_rank";
        let ranks = match answer.needed_rows(expected) {
            Ok(rows) => ranks(rows),
            Err(outcome) => return outcome,
        };
        if ranks.len() < 2 {
            return Outcome::nothing("fewer than two offers have a rank");
        }
        let ascending = 1 + ranks
            .windows(2)
            .rev()
            .take_while(|pair| pair[0] <= pair[1])
            .count();
        if ascending * 2 >= ranks.len() {
            return Outcome::Conforms;
        }
        let at = ranks.len() - ascending;
        let got = format!(
            "rank {} after rank {}, at offer {at} of {}",
            ranks[at],
            ranks[at - 1],
            ranks.len()
        );
        Outcome::violates(
            expected,
            &got,
            &format!("{}: offers[{at}].offer_rank", answer.place()),
        )
    })
}

fn featured_by_rank(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let ranks = ranks(answer.rows().unwrap_or_default());
        if ranks.len() < 2 {
            return Outcome::nothing("fewer than two offers have a rank");
        }
        let back = ranks.windows(2).filter(|pair| pair[0] > pair[1]).count();
        if back <= 1 {
            return Outcome::Conforms;
        }
        let got = format!("the rank steps back {back} times");
        Outcome::violates(
            "featured offers in the order of their rank, too",
            &got,
            answer.place(),
        )
    })
}

fn rank_present(answers: &[&Answer<'_>]) -> Outcome {
    let expected = "an offer_rank in each offer, a whole number from 1";
    each(answers, |answer| {
        answer.each_row(expected, |row| match row.get("offer_rank") {
            None => Seen::Breaks("offer_rank", "no offer_rank".to_owned()),
            Some(rank) if json::whole(rank).is_some_and(|rank| rank >= 1) => Seen::Fits,
            Some(rank) => Seen::Breaks("offer_rank", rank.get().to_owned()),
        })
    })
}

pub(super) fn is_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// The countries of `payouts_per_country` with their amounts, as a map or as a list of objects.
fn payouts(value: &RawValue) -> Option<Vec<(String, Option<&RawValue>)>> {
    if let Some(map) = json::object(value) {
        return Some(
            map.fields()
                .map(|(code, amount)| (code.to_owned(), Some(amount)))
                .collect(),
        );
    }
    let entries = json::list(value)?.into_iter().map(|entry| {
        let entry = json::object(entry)?;
        let code = entry.get("country").or_else(|| entry.get("country_iso"));
        let code = code.and_then(json::text).unwrap_or_default();
        Some((code, entry.get("amount")))
    });
    entries.collect()
}

fn payout_by_country(answers: &[&Answer<'_>]) -> Outcome {
    let expected = "a payout for each country of payouts_per_country, by its two-letter code";
    each(answers, |answer| {
        answer.each_row(expected, |row| {
            let field = "payouts_per_country";
            let Some(value) = row.get(field).filter(|value| !json::is_null(value)) else {
                return Seen::Lacks;
            };
            let Some(payouts) = payouts(value) else {
                return Seen::Breaks(field, value.get().to_owned());
            };
            let wrong = |(code, amount): &&(String, Option<&RawValue>)| {
                !is_code(code) || amount.and_then(json::amount).is_none()
            };
            match (payouts.is_empty(), payouts.iter().find(wrong)) {
                (true, _) => Seen::Lacks,
                (_, None) => Seen::Fits,
                (_, Some((code, amount))) => {
                    let amount = amount.map_or("no amount", RawValue::get);
                    Seen::Breaks(field, format!("\"{code}\": {amount}"))
                }
            }
        })
    })
}

/// The default is needed where a list of countries leaves some out.
fn payout_default(answers: &[&Answer<'_>]) -> Outcome {
    let expected = "a default payout in amount beside payouts_per_country";
    each(answers, |answer| {
        answer.each_row(expected, |row| {
            let listed = row.get("payouts_per_country").and_then(payouts);
            if listed.is_none_or(|listed| listed.is_empty()) {
                return Seen::Lacks;
            }
            match row.get("amount") {
                Some(amount) if json::amount(amount).is_some() => Seen::Fits,
                Some(amount) => Seen::Breaks("amount", amount.get().to_owned()),
                None => Seen::Breaks("amount", "no amount".to_owned()),
            }
        })
    })
}

fn payout_map(answers: &[&Answer<'_>]) -> Outcome {
    let expected = "payouts_per_country as a map or a list; null or [] without countries";
    field(answers, expected, "payouts_per_country", |value| {
        json::is_null(value) || payouts(value).is_some()
    })
}

/// Judges a field in the rows that have it.
pub(super) fn field(
    answers: &[&Answer<'_>],
    expected: &str,
    name: &'static str,
    fits: impl Fn(&RawValue) -> bool,
) -> Outcome {
    each(answers, |answer| {
        answer.each_row(expected, |row| match row.get(name) {
            None => Seen::Lacks,
            Some(value) if fits(value) => Seen::Fits,
            Some(value) => Seen::Breaks(name, value.get().to_owned()),
        })
    })
}

fn never_cpc(answers: &[&Answer<'_>]) -> Outcome {
    field(answers, "no offer of type CPC", "payout_type", |value| {
        json::text(value).is_none_or(|kind| !kind.eq_ignore_ascii_case("cpc"))
    })
}

fn link_present(answers: &[&Answer<'_>]) -> Outcome {
    let expected = "a link in each offer, an absolute http or https URL";
    each(answers, |answer| {
        answer.each_row(expected, |row| match row.text("link") {
            Some(link) if is_web(&link) => Seen::Fits,
            Some(link) => Seen::Breaks("link", link),
            None => Seen::Breaks("link", "no text in link".to_owned()),
        })
    })
}

fn is_web(link: &str) -> bool {
    reqwest::Url::parse(link).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn link_shape(answers: &[&Answer<'_>]) -> Outcome {
    let expected = "an https link with the offer's id, the publisher's pub and a signature";
    each(answers, |answer| {
        let publisher = answer.exchange.parameter("id").unwrap_or_default();
        answer.each_row(expected, |row| {
            let (Some(link), Some(id)) = (row.text("link"), row.id()) else {
                return Seen::Lacks;
            };
            let pairs = link_parameters(&link);
            let has = |name: &str, value: &str| pairs.iter().any(|(n, v)| n == name && v == value);
            let signed = pairs
                .iter()
                .any(|(name, value)| name == "_src_sig" && !value.is_empty());
            let fits = link.starts_with("https://")
                && has("id", &id.to_string())
                && has("pub", publisher)
                && has("_src", "api")
                && signed;
            if fits {
                Seen::Fits
            } else {
                Seen::Breaks("link", link)
            }
        })
    })
}
