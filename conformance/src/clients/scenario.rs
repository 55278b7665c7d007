//! The scenarios: what a client is asked to do, and what the sandbox does meanwhile.

use std::time::Duration;

use cpalead_sandbox::{DEFAULT_PUBLISHER_ID, Fault};
use serde_json::{Value, json};

/// How fast the sandbox's clock is.
pub(super) const SPEED: u32 = 60;

/// The sandbox's minute. `Retry-After` has whole seconds, so it cannot be shorter.
pub(super) const MINUTE: Duration = Duration::from_secs(1);

/// A range of three months.
pub(super) const LONG_START: &str = "2026-08-21";
pub(super) const LONG_END: &str = "2026-11-20";

/// One task for a client.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    call: &'static str,
    times: u32,
    arguments: fn() -> Value,
    /// The fault on the first request.
    pub(super) first: Option<Fault>,
    /// The fault on all requests.
    pub(super) always: Option<Fault>,
}

const fn of(name: &'static str, call: &'static str, arguments: fn() -> Value) -> Scenario {
    Scenario {
        name,
        call,
        times: 1,
        arguments,
        first: None,
        always: None,
    }
}

const fn first(fault: Fault, scenario: Scenario) -> Scenario {
    Scenario {
        first: Some(fault),
        ..scenario
    }
}

fn filters() -> Value {
    json!({
        "country": "US",
        "type": ["cpi", "cpe"],
        "device": ["ios", "android"],
        "fields": ["id", "title", "amount"],
        "limit": 5,
        "offerwall_offers": true,
        "updated_since": "2026-04-01",
        "subid": "user-42",
    })
}

fn subid() -> Value {
    json!({ "subid": "user-42" })
}

/// All scenarios, in the order in which they are tried.
pub(super) const SCENARIOS: &[Scenario] = &[
    of("offers/plain", "offers", || json!({})),
    of("offers/filtered", "offers", filters),
    first(
        Fault::Unavailable,
        of("offers/unavailable", "offers", || json!({ "limit": 5 })),
    ),
    Scenario {
        always: Some(Fault::ServerError),
        ..of("offers/down", "offers", || json!({ "limit": 5 }))
    },
    of(
        "conversions/of-offer",
        "conversions",
        || json!({ "subid": "user-42", "offer_id": 5_540_001 }),
    ),
    Scenario {
        times: 2,
        ..of("conversions/twice", "conversions", subid)
    },
    first(
        Fault::TooManyRequests,
        of("conversions/too-many", "conversions", subid),
    ),
    first(
        Fault::Redirect,
        of("conversions/redirect", "conversions", subid),
    ),
    first(
        Fault::RedirectElsewhere,
        of("conversions/redirect-elsewhere", "conversions", subid),
    ),
    of(
        "reversals/days",
        "reversals",
        || json!({ "start_date": "2026-11-01", "end_date": "2026-11-09" }),
    ),
    of(
        "reversals/long",
        "reversals",
        || json!({ "start_date": LONG_START, "end_date": LONG_END }),
    ),
];

impl Scenario {
    /// The line that the adapter reads.
    pub(super) fn line(&self, base_url: &str, key: &str) -> String {
        let minute = u64::try_from(MINUTE.as_millis()).unwrap_or(u64::MAX);
        let line = json!({
            "cpalead_client_scenario": 1,
            "name": self.name,
            "base_url": base_url,
            "publisher_id": DEFAULT_PUBLISHER_ID,
            "api_key": key,
            "minute_ms": minute,
            "call": self.call,
            "times": self.times,
            "arguments": (self.arguments)(),
        });
        format!("{line}\n")
    }
}
