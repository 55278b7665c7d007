//! Owns the catalogue: offers made from a seed, in the provider's order, the same bytes everywhere and always.

mod make;
mod values;
mod words;

use crate::offers;
use crate::seed::Rng;
use crate::text::{Mills, Style, push_escaped, push_fmt, push_percent_encoded};

/// The most offers a catalogue can have: the provider's own maximum for one answer.
pub(crate) const MAX_OFFERS: usize = 5_000;

/// How an offer pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Cpa,
    Cpi,
    Cpe,
    Cpr,
}

impl Kind {
    /// The name used in requests.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Cpa => "cpa",
            Kind::Cpi => "cpi",
            Kind::Cpe => "cpe",
            Kind::Cpr => "cpr",
        }
    }
}

/// The families of devices an offer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Devices {
    pub(crate) ios: bool,
    pub(crate) android: bool,
    pub(crate) desktop: bool,
}

/// One offer: what filters need to know, and its fields as they are sent.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) id: u64,
    pub(crate) kind: Kind,
    pub(crate) featured: bool,
    pub(crate) rank: usize,
    /// Seconds since 1970. The provider has such a time, for `updated_since`, but does not show it.
    pub(crate) updated: i64,
    pub(crate) offerwall: bool,
    pub(crate) devices: Devices,
    /// Empty means worldwide.
    pub(crate) countries: Vec<&'static str>,
    pub(crate) amount: Option<Mills>,
    pub(crate) payouts: Vec<(&'static str, Mills)>,
    style: Style,
    link: LinkParts,
    /// Names, and values as JSON. The value of the link depends on the request and is empty here.
    fields: Vec<(&'static str, String)>,
}

#[derive(Debug, Clone)]
struct LinkParts {
    host: &'static str,
    signature: u64,
}

impl Offer {
    /// Appends the offer as JSON: all its fields, or those in `only`. `link_tail` is appended to the query of its link.
    pub(crate) fn push_json(
        &self,
        out: &mut String,
        publisher: u64,
        link_tail: &str,
        only: Option<&[&str]>,
    ) {
        let mut between = '{';
        for (name, value) in &self.fields {
            if only.is_some_and(|only| !only.contains(name)) {
                continue;
            }
            out.push(between);
            between = ',';
            push_fmt(out, format_args!("\"{name}\":"));
            if *name == "link" {
                let link = self.link(publisher, link_tail);
                out.push('"');
                push_escaped(out, &link, self.style);
                out.push('"');
            } else {
                out.push_str(value);
            }
        }
        if between == '{' {
            out.push('{');
        }
        out.push('}');
    }

    /// What a conversion in `country` pays, if the offer has an amount at all.
    pub(crate) fn payout(&self, country: &str) -> Option<Mills> {
        let named = self.payouts.iter().find(|(name, _)| *name == country);
        named.map(|(_, amount)| *amount).or(self.amount)
    }

    fn link(&self, publisher: u64, tail: &str) -> String {
        let LinkParts { host, signature } = self.link;
        format!(
            "https://{host}/view.php?id={}&pub={publisher}&_src=api&_src_sig={signature:016x}{tail}",
            self.id
        )
    }
}

/// The parameters that tracking adds to a link.
pub(crate) fn link_tail(parameters: &[(&str, &str)]) -> String {
    let mut tail = String::new();
    for (name, value) in parameters {
        push_fmt(&mut tail, format_args!("&{name}="));
        push_percent_encoded(&mut tail, value);
    }
    tail
}

/// The offers of `seed`, featured ones first, then by rank.
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

/// The whole catalogue of `seed` as the JSON answer that publisher `publisher_id` would get: every offer, of every
/// type, those for offerwalls too. At most 5,000 offers. A pure function, for benchmarks and tests without a server.
///
/// ```
/// let json = cpalead_sandbox::catalogue_json(1, 3, cpalead_sandbox::DEFAULT_PUBLISHER_ID);
/// assert!(json.starts_with(r#"{"status":"success","number_offers":3,"#));
/// assert_eq!(json, cpalead_sandbox::catalogue_json(1, 3, 3_360_001));
/// ```
pub fn catalogue_json(seed: u64, offers: usize, publisher_id: u64) -> String {
    let catalogue = generate(seed, offers);
    let all: Vec<&Offer> = catalogue.iter().collect();
    offers::Request::everything(publisher_id).write(&all)
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use serde_json::Value;

    use crate::catalogue::{catalogue_json, generate};

    fn offers(count: usize) -> Vec<Value> {
        let answer: Value = serde_json::from_str(&catalogue_json(1, count, 7)).unwrap();
        answer["offers"].as_array().unwrap().clone()
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        assert_eq!(catalogue_json(5, 300, 1), catalogue_json(5, 300, 1));
        assert_ne!(catalogue_json(5, 300, 1), catalogue_json(6, 300, 1));
        // Fixed for good: whoever changes the bytes of a seed breaks the fixtures of others, and must mean it.
        assert_eq!(
            crate::seed::of_text(&catalogue_json(1, 5_000, 3_360_001)),
            2_841_327_391_185_342_865
        );
    }

    #[test]
    fn five_thousand_offers_are_as_large_as_the_real_ones() {
        let bytes = catalogue_json(1, 5_000, 3_360_001).len();
        assert!((4_500_000..5_000_000).contains(&bytes), "{bytes} bytes");
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
        let json = catalogue_json(1, 200, 1);
        for part in ["<b>", "&amp;", "&hellip;", "<script>", "パ", "\\u", "\\/"] {
            assert!(json.contains(part), "{part}");
        }
    }
}
