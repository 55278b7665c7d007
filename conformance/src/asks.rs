//! The requests that the suite can make. Each is made once, and all requirements that name it share
//! its answer.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::feature::Feature;

/// A path of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Path {
    Offers,
    Conversions,
    Reversals,
    Document,
}

impl Path {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Path::Offers => "/api/offers",
            Path::Conversions => "/api/conversions",
            Path::Reversals => "/api/reversals",
            Path::Document => "/api/openapi.json",
        }
    }

    /// Whose pace a call keeps. The document counts as a call to offers, which have no limit.
    pub(crate) fn endpoint(self) -> cpalead::Endpoint {
        match self {
            Path::Offers | Path::Document => cpalead::Endpoint::Offers,
            Path::Conversions => cpalead::Endpoint::Conversions,
            Path::Reversals => cpalead::Endpoint::Reversals,
        }
    }

    fn required(self) -> &'static [&'static str] {
        match self {
            Path::Offers => &["id"],
            Path::Conversions | Path::Reversals => &["id", "api_key"],
            Path::Document => &[],
        }
    }
}

/// A request by name.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) name: &'static str,
    pub(crate) path: Path,
    query: &'static [(&'static str, &'static str)],
    without: Option<&'static str>,
    pub(crate) features: &'static [Feature],
    /// The request is sent at once after this one, and has no slot of its ledger.
    pub(crate) at_once_after: Option<&'static str>,
}

const fn offers(name: &'static str, query: &'static [(&'static str, &'static str)]) -> Ask {
    Ask {
        name,
        path: Path::Offers,
        query,
        without: None,
        features: &[],
        at_once_after: None,
    }
}

const fn conversions(name: &'static str, query: &'static [(&'static str, &'static str)]) -> Ask {
    Ask {
        path: Path::Conversions,
        features: &[Feature::Key],
        ..offers(name, query)
    }
}

const fn reversals(name: &'static str, query: &'static [(&'static str, &'static str)]) -> Ask {
    Ask {
        path: Path::Reversals,
        features: &[Feature::Key],
        ..offers(name, query)
    }
}

const fn without(parameter: &'static str, ask: Ask) -> Ask {
    Ask {
        without: Some(parameter),
        ..ask
    }
}

const fn at_once_after(first: &'static str, ask: Ask) -> Ask {
    Ask {
        features: &[Feature::Key, Feature::Limits],
        at_once_after: Some(first),
        ..ask
    }
}

/// The name that JSONP answers must call.
pub(crate) const CALLBACK: &str = "conformance";

/// The values that offers must repeat in their links. They are the suite's own, so recordings keep
/// them.
pub(crate) const TRACKING: [(&str, &str); 5] = [
    ("subid", "conformance-one"),
    ("subid2", "conformance-two"),
    ("subid3", "conformance-three"),
    ("gaid", "00000000-0000-4000-8000-000000000001"),
    ("idfa", "00000000-0000-4000-8000-000000000002"),
];

const MONTH: &[(&str, &str)] = &[("start_date", "{month_start}"), ("end_date", "{month_end}")];

/// All requests. `{…}` stands for a value of [`Questions`].
pub(crate) const ASKS: &[Ask] = &[
    offers("offers/default", &[]),
    offers("offers/limit-three", &[("limit", "3")]),
    offers("offers/limit-maximum", &[("limit", "5000")]),
    offers(
        "offers/limit-beyond",
        &[
            ("limit", "5001"),
            ("type", "cpa,cpi,cpe,cpr"),
            ("offerwall_offers", "true"),
        ],
    ),
    offers("offers/country-us", &[("country", "US")]),
    offers("offers/country-user", &[("country", "user")]),
    offers("offers/types", &[("type", "cpi,cpe,cpr")]),
    offers("offers/since-date", &[("updated_since", "2000-01-01")]),
    offers(
        "offers/since-time",
        &[("updated_since", "2026-04-01T00:00:00Z")],
    ),
    offers("offers/since-future", &[("updated_since", "2100-01-01")]),
    offers("offers/fields", &[("fields", "id,title,amount")]),
    offers("offers/fields-unknown", &[("fields", "no_such_field")]),
    offers("offers/offerwall-true", &[("offerwall_offers", "true")]),
    offers(
        "offers/offerwall-false",
        &[("offerwall_offers", "false"), ("limit", "3")],
    ),
    offers("offers/device-ios", &[("device", "ios")]),
    offers("offers/device-android", &[("device", "android")]),
    offers("offers/device-mobile", &[("device", "mobile")]),
    offers("offers/device-desktop", &[("device", "desktop")]),
    // The largest limit, so that the list holds whatever one of the devices gets alone.
    offers(
        "offers/device-list",
        &[("device", "ios,android"), ("limit", "5000")],
    ),
    offers("offers/device-user", &[("device", "user"), ("limit", "3")]),
    Ask {
        query: &TRACKING,
        ..offers("offers/tracking", &[])
    },
    offers("offers/format-json", &[("format", "JSON"), ("limit", "3")]),
    offers(
        "offers/jsonp",
        &[("format", "JSONP"), ("callback", CALLBACK), ("limit", "3")],
    ),
    offers(
        "offers/jsonp-lower",
        &[("format", "jsonp"), ("callback", CALLBACK), ("limit", "3")],
    ),
    offers(
        "offers/callback-alone",
        &[("callback", CALLBACK), ("limit", "3")],
    ),
    offers(
        "offers/unknown-parameter",
        &[("conformance_unknown", "1"), ("limit", "3")],
    ),
    without("id", offers("offers/without-id", &[])),
    without("id", offers("offers/id-text", &[("id", "conformance")])),
    conversions("conversions/known", &[("subid", "{subid}")]),
    at_once_after(
        "conversions/known",
        conversions("conversions/too-early", &[("subid", "{subid}")]),
    ),
    conversions(
        "conversions/of-offer",
        &[("subid", "{subid}"), ("offer_id", "1")],
    ),
    conversions("conversions/by-address", &[("subid", "192.0.2.1")]),
    conversions("conversions/caller", &[("subid", "user")]),
    conversions(
        "conversions/jsonp",
        &[
            ("subid", "{subid}"),
            ("format", "JSONP"),
            ("callback", CALLBACK),
        ],
    ),
    conversions(
        "conversions/callback-alone",
        &[("subid", "{subid}"), ("callback", CALLBACK)],
    ),
    without(
        "id",
        conversions("conversions/without-id", &[("subid", "{subid}")]),
    ),
    without(
        "api_key",
        conversions("conversions/without-key", &[("subid", "{subid}")]),
    ),
    conversions("conversions/without-subid", &[]),
    reversals("reversals/month", MONTH),
    at_once_after("reversals/month", reversals("reversals/too-early", MONTH)),
    reversals(
        "reversals/too-long",
        &[("start_date", "{long_start}"), ("end_date", "{month_end}")],
    ),
    reversals(
        "reversals/jsonp",
        &[
            ("start_date", "{month_start}"),
            ("end_date", "{month_end}"),
            ("format", "JSONP"),
            ("callback", CALLBACK),
        ],
    ),
    // A few days of the month, so that an answer shows whether both dates count.
    reversals(
        "reversals/callback-alone",
        &[
            ("start_date", "{part_start}"),
            ("end_date", "{part_end}"),
            ("callback", CALLBACK),
        ],
    ),
    without("id", reversals("reversals/without-id", MONTH)),
    without("api_key", reversals("reversals/without-key", MONTH)),
    Ask {
        path: Path::Document,
        features: &[Feature::Document],
        ..offers("general/document", &[])
    },
];

/// The request of that name.
pub(crate) fn named(name: &str) -> Option<&'static Ask> {
    ASKS.iter().find(|ask| ask.name == name)
}

/// What a run asks about: a sub-id and a day.
#[derive(Clone, PartialEq, Eq)]
pub struct Questions {
    subid: String,
    today: Date,
}

impl std::fmt::Debug for Questions {
    // The sub-id names a user.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Questions")
            .field("today", &self.today)
            .finish_non_exhaustive()
    }
}

impl Questions {
    /// Asks for conversions of `subid`, and for the reversals of the month before `today`.
    ///
    /// Choose a sub-id that has conversions, or the requirements on their rows cannot be judged.
    #[must_use]
    pub fn new(subid: impl Into<String>, today: Date) -> Questions {
        Questions {
            subid: subid.into(),
            today,
        }
    }

    pub(crate) fn subid(&self) -> &str {
        &self.subid
    }

    /// The parameters of a request, without id and key.
    pub(crate) fn query(&self, ask: &Ask) -> Vec<(String, String)> {
        // Dates at the edge of the calendar stay where they are.
        let before = |months: i64| {
            let start = self
                .today
                .checked_sub(months.months())
                .unwrap_or(self.today);
            start.tomorrow().unwrap_or(start).to_string()
        };
        let days_before = |days: i64| {
            let day = self.today.checked_sub(days.days());
            day.unwrap_or(self.today).to_string()
        };
        let value = |value: &str| match value {
            "{subid}" => self.subid.clone(),
            "{part_start}" => days_before(13),
            "{part_end}" => days_before(5),
            "{month_start}" => before(1),
            "{long_start}" => before(4),
            "{month_end}" => self.today.to_string(),
            other => other.to_owned(),
        };
        let pairs = ask.query.iter();
        pairs
            .map(|(name, text)| ((*name).to_owned(), value(text)))
            .collect()
    }
}

impl Ask {
    /// Whether the request carries the parameter, which may be `id` or `api_key`.
    pub(crate) fn carries(&self, parameter: &str) -> bool {
        self.path.required().contains(&parameter) && self.without != Some(parameter)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;

    use super::{ASKS, Questions, named};

    #[test]
    fn every_name_stands_once() {
        let names: BTreeSet<_> = ASKS.iter().map(|ask| ask.name).collect();
        assert_eq!(names.len(), ASKS.len());
        for ask in ASKS {
            assert!(
                ask.at_once_after.is_none_or(|first| named(first).is_some()),
                "{}",
                ask.name
            );
        }
    }

    #[track_caller]
    fn check(name: &str, today: jiff::civil::Date, expected: [&str; 2]) {
        let query = Questions::new("user-42", today).query(named(name).unwrap());
        let values: Vec<_> = query.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values[..2], expected);
    }

    #[test]
    fn a_month_ends_today_and_does_not_repeat_its_day() {
        check(
            "reversals/month",
            date(2026, 11, 20),
            ["2026-10-21", "2026-11-20"],
        );
        check(
            "reversals/month",
            date(2026, 3, 31),
            ["2026-03-01", "2026-03-31"],
        );
        check(
            "reversals/too-long",
            date(2026, 11, 20),
            ["2026-07-21", "2026-11-20"],
        );
        check(
            "reversals/callback-alone",
            date(2026, 11, 20),
            ["2026-11-07", "2026-11-15"],
        );
    }
}
