//! Cases on the forms of an offer's fields and of the envelope, as programs have seen them.

use std::collections::BTreeSet;

use serde_json::value::RawValue;

use super::case::{Case, each};
use super::offers::{field, is_code};
use crate::answer::{Answer, Row, Seen};
use crate::json;
use crate::verdict::Outcome;

pub(super) const CASES: &[(&str, Case)] = &[
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
        let Ok(rows) = answer.rows().map(<[Row<'_>]>::len) else {
            return Outcome::nothing("the answer has no rows");
        };
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
