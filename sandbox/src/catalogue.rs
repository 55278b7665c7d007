//! Owns the catalogue: offers made from a seed, in the provider's order, with the same bytes on
//! every platform.

mod chosen;
mod make;
mod offer;
mod values;
mod words;

use crate::seed::Rng;

pub(crate) use self::chosen::read as read_chosen;
pub(crate) use self::offer::{Kind, Offer, link_tail};

/// The largest number of offers in a catalogue: as many as the provider sends in one answer.
pub const MAX_OFFERS: usize = 5_000;

/// The offers of `seed`: featured offers first, then by rank.
pub(crate) fn generate(seed: u64, count: usize) -> Vec<Offer> {
    let count = count.min(MAX_OFFERS);
    let mut ranks: Vec<usize> = (1..=count).collect();
    Rng::new(seed, u64::MAX).shuffle(&mut ranks);
    let mut offers: Vec<Offer> = ranks
        .into_iter()
        .enumerate()
        .map(|(index, rank)| make::offer(seed, index as u64, rank))
        .collect();
    offers.sort_by_key(|offer| (!offer.featured, offer.rank));
    offers
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use serde_json::Value;

    use crate::catalogue::generate;

    /// The offers of seed 1 as they are sent.
    fn texts(count: usize) -> Vec<String> {
        let written = |offer: &crate::catalogue::Offer| {
            let mut text = String::new();
            offer.push_json(&mut text, 7, "", None);
            text
        };
        generate(1, count).iter().map(written).collect()
    }

    fn offers(count: usize) -> Vec<Value> {
        let texts = texts(count);
        let values = texts.iter().map(|text| serde_json::from_str(text).unwrap());
        values.collect()
    }

    #[test]
    fn ids_are_distinct_and_look_like_the_real_ones() {
        let ids: HashSet<u64> = generate(1, 5_000).iter().map(|offer| offer.id).collect();
        assert_eq!(ids.len(), 5_000);
        assert!(ids.iter().all(|id| (5_500_000..5_600_000).contains(id)));
    }

    #[test]
    fn featured_offers_come_first_and_then_the_rank_decides() {
        let offers = generate(1, 200);
        let featured = offers.iter().take_while(|offer| offer.featured).count();
        assert!((1..20).contains(&featured), "{featured}");
        for part in [&offers[..featured], &offers[featured..]] {
            assert!(part.is_sorted_by_key(|offer| offer.rank));
        }
        assert!(offers[featured..].iter().all(|offer| !offer.featured));
    }

    #[test]
    fn two_hundred_offers_show_every_variety_of_the_wire() {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for offer in offers(200) {
            let offer = offer.as_object().unwrap();
            for name in [
                "id",
                "title",
                "long_description",
                "device",
                "daily_cap",
                "is_fast_pay",
                "amount",
                "countries",
                "epc",
                "creatives",
                "payouts_per_country",
                "events",
                "preview_link",
                "payout_type",
                "tags",
            ] {
                let shape = match offer.get(name) {
                    None => "absent",
                    Some(Value::Null) => "null",
                    Some(Value::Bool(_)) => "bool",
                    Some(Value::Number(_)) => "number",
                    Some(Value::String(_)) => "string",
                    Some(Value::Array(list)) if list.is_empty() => "empty",
                    Some(Value::Array(_)) => "list",
                    Some(Value::Object(_)) => "object",
                };
                *seen.entry(format!("{name} {shape}")).or_default() += 1;
            }
            for unit in ["CPA", "CPI", "CPE", "CPR", "cpa", "cpi", "cpe"] {
                if offer["payout_type"] == unit {
                    *seen.entry(format!("type {unit}")).or_default() += 1;
                }
            }
        }
        for expected in [
            "id number",
            "id string",
            "long_description string",
            "long_description absent",
            "device string",
            "device list",
            "daily_cap bool",
            "daily_cap number",
            "daily_cap string",
            "daily_cap null",
            "is_fast_pay bool",
            "is_fast_pay number",
            "amount string",
            "amount number",
            "amount absent",
            "countries list",
            "countries empty",
            "countries string",
            "epc null",
            "epc number",
            "epc string",
            "creatives object",
            "creatives list",
            "creatives empty",
            "payouts_per_country object",
            "payouts_per_country list",
            "payouts_per_country empty",
            "events list",
            "events absent",
            "tags list",
            "type CPA",
            "type CPI",
            "type CPE",
            "type CPR",
        ] {
            assert!(
                seen.contains_key(expected),
                "no offer with {expected}: {seen:#?}"
            );
        }
    }

    #[test]
    fn an_additional_offer_changes_only_the_ranks_of_the_others() {
        let without_rank = |count| {
            let mut all = offers(count);
            for offer in &mut all {
                offer.as_object_mut().unwrap().remove("offer_rank");
            }
            all
        };
        let more = without_rank(101);
        let lost = without_rank(100);
        assert_eq!(lost.iter().filter(|offer| !more.contains(offer)).count(), 0);
    }

    #[test]
    fn texts_hold_markup_and_more_than_ascii() {
        let json = texts(200).join(",");
        for part in ["<b>", "&amp;", "&hellip;", "<script>", "パ", "\\u", "\\/"] {
            assert!(json.contains(part), "{part}");
        }
    }
}
