//! A property: one odd field costs no other field of its offer, and never shows a payout that the
//! rest does not justify.

use cpalead::{Country, Offer, OfferList, PayoutSource};
use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use serde_json::{Map, Value, json};

const COUNTRIES: [&str; 4] = ["US", "CA", "GB", "DE"];

/// An offer with every field in a good form.
fn good() -> Map<String, Value> {
    let offer = json!({
        "id": 5546840,
        "title": "Puzzle Harbor",
        "description": "Install it",
        "long_description": "Install it, then open it",
        "conversion": "Open the app",
        "device": "ios",
        "daily_cap": 250,
        "is_fast_pay": true,
        "link": "https://q.example/view.php?id=5546840&pub=3360001&_src_sig=abc",
        "preview_link": "https://apps.example/1",
        "amount": "0.50",
        "payout_currency": "USD",
        "payout_type": "CPI",
        "countries": ["US", "CA"],
        "epc": "0.031",
        "creatives": [{"url": "https://img.example/1.png"}],
        "offer_rank": 7,
        "payouts_per_country": {"CA": "0.55", "US": "0.72"},
        "events": [{"event_key": "lvl5", "event_name": "Level 5", "amount": "0.40"}],
        "conversion_mode": "event",
        "verification_method": "postback",
    });
    offer.as_object().expect("an object").clone()
}

fn list_of(offer: &Map<String, Value>) -> OfferList {
    let body = json!({ "status": "success", "offers": [offer] }).to_string();
    OfferList::from_json(body.into_bytes()).expect("an answer")
}

/// Any JSON, with more of the forms that such fields have.
fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            "",
            "0.72",
            "$0.40",
            "0.40 EUR",
            "1,50",
            "1,234.50",
            ".5",
            "N/A",
            "unlimited",
            "yes",
            "US",
            "UK",
            "USD",
            "EUR",
            "ios",
            "all",
            "CPA",
            "false",
            "2026-01-01 00:00:00",
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|float| json!(float)),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, move |inner| {
        let key = prop_oneof![
            text.clone(),
            prop::sample::select(vec![
                "US",
                "CA",
                "GB",
                "UK",
                "country",
                "amount",
                "url",
                "event_key"
            ])
            .prop_map(str::to_owned),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The payouts in some countries: amount, currency, and where it comes from.
fn payouts(offer: &Offer) -> Vec<Option<(String, String, PayoutSource)>> {
    let payout = |code: &&str| {
        let payout = offer.payout(Country::new(code).expect("a code"))?;
        let (amount, currency) = (payout.amount().to_string(), payout.currency().to_owned());
        Some((amount, currency, payout.source()))
    };
    COUNTRIES.iter().map(payout).collect()
}

/// Whether a value has no amount in it, as PHP and people write that.
fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// Whether a JSON value can mean this amount: the same number, whatever is written around it.
fn says(value: &Value, amount: &str) -> bool {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return false,
    };
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let digits: String = text
        .chars()
        .filter(|c| c.is_ascii_digit() || "+-.eE".contains(*c))
        .collect();
    let same = |a: f64, b: f64| (a - b).abs() <= a.abs() * 1e-12;
    match (number(&text).or(number(&digits)), number(amount)) {
        (Some(said), Some(shown)) => same(said, shown),
        _ => false,
    }
}

/// The amounts that a list of payouts, in any of its forms, has for a country.
fn entries<'a>(list: &'a Value, code: &str) -> Vec<&'a Value> {
    let means = |key: &str| {
        let key = key.trim().to_ascii_uppercase();
        key == code || (key == "UK" && code == "GB")
    };
    match list {
        Value::Object(map) => map
            .iter()
            .filter(|(key, _)| means(key))
            .map(|(_, amount)| amount)
            .collect(),
        Value::Array(rows) => rows
            .iter()
            .filter(|row| {
                let named = [&row["country"], &row["country_iso"]];
                named.iter().any(|name| name.as_str().is_some_and(means))
            })
            .map(|row| &row["amount"])
            .collect(),
        _ => Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) })]

    #[test]
    fn one_odd_field_costs_no_other(
        field in prop::sample::select(good().keys().cloned().collect::<Vec<_>>()),
        value in any_json(),
    ) {
        let mut offer = good();
        let before = list_of(&offer);
        offer.insert(field.clone(), value.clone());
        let after = list_of(&offer);
        if field == "id" {
            // Without an id there is no offer; every other reason keeps it.
            prop_assert_eq!(after.len() + after.rejected_count(), 1);
            if after.is_empty() {
                return Ok(());
            }
        }
        prop_assert_eq!(after.len(), 1);
        let (before, after) = (&before[0], &after[0]);
        let fields = |offer: &Offer| {
            let mut fields = serde_json::to_value(offer).expect("JSON");
            fields.as_object_mut().expect("an object").remove(&field);
            fields
        };
        prop_assert_eq!(fields(before), fields(after));
        if field != "link" {
            prop_assert_eq!(before.link(), after.link());
        }
        let (was, is) = (payouts(before), payouts(after));
        match field.as_str() {
            "amount" => {
                // The countries with amounts of their own keep them; the others take the new amount
                // or have none, and never the old one.
                prop_assert_eq!(&was[..2], &is[..2]);
                for payout in is[2..].iter().flatten() {
                    prop_assert!(says(&value, &payout.0), "{:?}", payout);
                    prop_assert_eq!(payout.2, PayoutSource::Default);
                }
            }
            "payouts_per_country" => {
                for (code, payout) in COUNTRIES.iter().zip(&is) {
                    let own = entries(&value, code);
                    match payout {
                        None => {}
                        Some((amount, _, PayoutSource::Country)) => {
                            let amounts = own.iter().filter(|own| !is_empty(own));
                            prop_assert!(!own.is_empty(), "{} {:?}", code, payout);
                            for own in amounts {
                                prop_assert!(says(own, amount), "{} {:?}", code, payout);
                            }
                        }
                        Some((amount, _, _)) => {
                            prop_assert!(own.iter().all(|own| is_empty(own)), "{} {:?}", code, payout);
                            prop_assert_eq!(amount, "0.50");
                        }
                    }
                }
            }
            "payout_currency" => {
                let named = match &value {
                    Value::Null | Value::Bool(false) => Some("USD".to_owned()),
                    Value::String(text) if text.is_empty() => Some("USD".to_owned()),
                    Value::String(text) => Some(text.clone()),
                    Value::Number(number) => Some(number.to_string()),
                    _ => None,
                };
                for (was, is) in was.iter().zip(&is) {
                    let (was, is) = (was.as_ref().expect("a payout"), is.as_ref());
                    prop_assert_eq!(is.map(|is| &is.1), named.as_ref());
                    prop_assert!(is.is_none_or(|is| is.0 == was.0 && is.2 == was.2));
                }
            }
            _ => prop_assert_eq!(was, is),
        }
    }
}
