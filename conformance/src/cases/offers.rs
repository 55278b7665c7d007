//! Cases on the rows and the envelope of offers.

use std::collections::BTreeSet;

use serde_json::value::RawValue;

use super::{Case, accepted, each};
use crate::answer::{Answer, Row, Seen, link_parameters};
use crate::json;
use crate::verdict::Outcome;

pub(super) const CASES: &[(&str, Case)] = &[
    ("offers/list", accepted),
    ("offers/key/not-needed", accepted),
    ("offers/order/rank", rank_order),
    ("offers/order/featured-by-rank", featured_by_rank),
    ("offers/rank/present", rank_present),
    ("offers/payout/by-country", payout_by_country),
    ("offers/payout/default", payout_default),
    ("offers/payout/map", payout_map),
    ("offers/type/never-cpc", never_cpc),
    ("offers/link/present", link_present),
    ("offers/link/shape", link_shape),
    ("offers/envelope/status", envelope_status),
    ("offers/envelope/number", envelope_number),
    ("offers/envelope/object", envelope_object),
    ("offers/id/number", id_number),
    ("offers/id/unique", id_unique),
    ("offers/title/text", title_text),
    ("offers/amount/decimal", amount_decimal),
    ("offers/currency/usd", currency_usd),
    ("offers/countries/codes", countries_codes),
    ("offers/daily-cap/form", daily_cap_form),
    ("offers/fast-pay/form", fast_pay_form),
    ("offers/epc/form", epc_form),
    ("offers/creatives/form", creatives_form),
    ("offers/device/form", device_form),
    ("offers/events/list", events_list),
];

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
        let rows = match answer.rows() {
            Ok(rows) => rows,
            Err(got) => {
                return Outcome::violates(
                    "offers in the order of their rank",
                    &got,
                    answer.place(),
                );
            }
        };
        let ranks = ranks(&rows);
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
        let expected = "featured offers first, and then offers with ascending offer_rank";
        Outcome::violates(
            expected,
            &got,
            &format!("{}: offers[{at}].offer_rank", answer.place()),
        )
    })
}

fn featured_by_rank(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let ranks = ranks(&answer.rows().unwrap_or_default());
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

fn is_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// The countries of `payouts_per_country` with their amounts, as a map or as a list of objects.
fn payouts<'a>(value: &'a RawValue) -> Option<Vec<(String, Option<&'a RawValue>)>> {
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
fn field(
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

fn envelope_status(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let status = answer
            .envelope()
            .and_then(|envelope| envelope.get("status"));
        match status {
            Some(status) if json::text(status).as_deref() == Some("success") => Outcome::Conforms,
            other => {
                let got = other.map_or("no status", RawValue::get);
                Outcome::violates("\"status\":\"success\"", got, answer.place())
            }
        }
    })
}

fn envelope_number(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let rows = answer.rows().unwrap_or_default().len();
        let number = answer
            .envelope()
            .and_then(|envelope| envelope.get("number_offers"));
        let expected = format!("number_offers is {rows}, the number of offers");
        match number {
            Some(number) if json::whole(number) == u64::try_from(rows).ok() => Outcome::Conforms,
            other => {
                let got = other.map_or("no number_offers", RawValue::get);
                Outcome::violates(&expected, got, answer.place())
            }
        }
    })
}

fn envelope_object(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let list = answer
            .envelope()
            .and_then(|envelope| json::list(envelope.get("offers")?));
        match list {
            Some(_) => Outcome::Conforms,
            None => Outcome::violates(
                "an object with the list `offers`",
                "another form",
                answer.place(),
            ),
        }
    })
}

fn id_number(answers: &[&Answer<'_>]) -> Outcome {
    let expected = "an id in each offer, a number or a text of digits";
    each(answers, |answer| {
        answer.each_row(expected, |row| match row.get("id") {
            Some(_) if row.id().is_some() => Seen::Fits,
            Some(id) => Seen::Breaks("id", id.get().to_owned()),
            None => Seen::Breaks("id", "no id".to_owned()),
        })
    })
}

fn id_unique(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let ids: Vec<u64> = answer
            .rows()
            .unwrap_or_default()
            .iter()
            .filter_map(Row::id)
            .collect();
        let mut seen = BTreeSet::new();
        match ids.iter().find(|id| !seen.insert(**id)) {
            None if ids.is_empty() => Outcome::nothing("no offer has an id"),
            None => Outcome::Conforms,
            Some(id) => Outcome::violates(
                "each id once in an answer",
                &format!("{id} twice"),
                answer.place(),
            ),
        }
    })
}

fn title_text(answers: &[&Answer<'_>]) -> Outcome {
    let expected = "a title that is a text";
    field(answers, expected, "title", |value| {
        json::text(value).is_some()
    })
}

fn amount_decimal(answers: &[&Answer<'_>]) -> Outcome {
    let expected = "an amount that is a decimal number or a text of one, and not negative";
    field(answers, expected, "amount", |value| {
        json::amount(value).is_some()
    })
}

fn currency_usd(answers: &[&Answer<'_>]) -> Outcome {
    field(
        answers,
        "payout_currency \"USD\"",
        "payout_currency",
        |value| json::text(value).as_deref() == Some("USD"),
    )
}

fn countries_codes(answers: &[&Answer<'_>]) -> Outcome {
    let expected = "countries as a list of two-letter codes";
    field(answers, expected, "countries", |value| {
        match json::list(value) {
            Some(list) => list
                .into_iter()
                .all(|code| json::text(code).is_some_and(|code| is_code(&code))),
            None => json::text(value).is_some_and(|codes| codes.split(',').all(is_code)),
        }
    })
}

fn daily_cap_form(answers: &[&Answer<'_>]) -> Outcome {
    let expected = "a daily_cap that is a number, a text of one, false or null";
    field(answers, expected, "daily_cap", |value| {
        value.get() == "false" || json::is_null(value) || json::amount(value).is_some()
    })
}

fn fast_pay_form(answers: &[&Answer<'_>]) -> Outcome {
    let expected = "an is_fast_pay that is true, false, 1 or 0";
    field(answers, expected, "is_fast_pay", |value| {
        let word = json::text(value).unwrap_or_else(|| value.get().to_owned());
        matches!(word.as_str(), "true" | "false" | "1" | "0")
    })
}

fn epc_form(answers: &[&Answer<'_>]) -> Outcome {
    let expected = "an epc that is a number, a text of one, or null";
    field(answers, expected, "epc", |value| {
        json::is_null(value) || json::amount(value).is_some()
    })
}

fn creatives_form(answers: &[&Answer<'_>]) -> Outcome {
    let expected = "creatives as an object with URLs, a list of such objects, or []";
    let urls = |value: &RawValue| {
        json::object(value).is_some_and(|images| {
            images
                .fields()
                .all(|(_, url)| json::is_null(url) || json::text(url).is_some())
        })
    };
    field(answers, expected, "creatives", |value| {
        json::is_null(value)
            || urls(value)
            || json::list(value).is_some_and(|list| list.into_iter().all(urls))
    })
}

fn device_form(answers: &[&Answer<'_>]) -> Outcome {
    let expected = "a device that is a text or a list of texts";
    field(answers, expected, "device", |value| {
        json::text(value).is_some()
            || json::list(value)
                .is_some_and(|list| list.into_iter().all(|word| json::text(word).is_some()))
    })
}

fn events_list(answers: &[&Answer<'_>]) -> Outcome {
    let expected = "events as a list of objects, each with an amount";
    field(answers, expected, "events", |value| {
        json::list(value).is_some_and(|list| {
            list.into_iter().all(|event| {
                let amount = json::object(event).and_then(|event| event.get("amount"));
                amount.and_then(json::amount).is_some()
            })
        })
    })
}
