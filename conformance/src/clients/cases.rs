//! Cases on clients: pure functions from the requests that the sandbox saw to an outcome.

use std::time::Duration;

use cpalead_sandbox::{DEFAULT_PUBLISHER_ID, Request};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::scenario::{LONG_END, LONG_START, MINUTE};
use crate::verdict::Outcome;

/// What the sandbox saw in a scenario.
pub(super) struct Seen {
    pub(super) requests: Vec<Request>,
    /// The sandbox's host and port.
    pub(super) host: String,
}

/// Judges the scenarios of a requirement, in the order in which it names them.
pub(super) type Case = fn(&[&Seen]) -> Outcome;

const CASES: &[(&str, Case)] = &[
    ("clients/parameters/names", names),
    ("clients/parameters/lists", lists),
    ("clients/parameters/values", values),
    ("clients/id/sent", id),
    ("clients/key/sent", key),
    ("clients/key/not-at-offers", no_key),
    ("clients/subid/sent", subid),
    ("clients/minute/conversions", minute),
    ("clients/minute/reversals", minute),
    ("clients/reversals/month", month),
    ("clients/reversals/whole-range", whole_range),
    ("clients/retry-after/limit", retry_after),
    ("clients/retry-after/unavailable", retry_after),
    ("clients/failure/few-calls", few_calls),
    ("clients/redirect/key", not_followed),
    ("clients/redirect/key-elsewhere", not_followed),
];

/// How much earlier than the minute a request may arrive: clocks and networks are not exact.
const GRACE: Duration = Duration::from_millis(20);

/// The most calls for one question to a server that fails.
const FEW: usize = 10;

pub(super) fn of(id: &str) -> Option<Case> {
    CASES
        .iter()
        .find(|(name, _)| *name == id)
        .map(|(_, case)| *case)
}

#[cfg(test)]
pub(super) fn count() -> usize {
    CASES.len()
}

/// Judges each request.
fn each(seen: &[&Seen], judge: impl Fn(&Request) -> Outcome) -> Outcome {
    let requests = seen.iter().flat_map(|scenario| &scenario.requests);
    match Outcome::all(requests.map(judge)) {
        Outcome::NothingToJudge(_) => Outcome::nothing("the client sent no request"),
        outcome => outcome,
    }
}

fn place(request: &Request) -> String {
    format!("{} {}", request.method, request.path)
}

fn check(fits: bool, expected: &str, got: &str, request: &Request) -> Outcome {
    if fits {
        return Outcome::Conforms;
    }
    Outcome::violates(expected, got, &place(request))
}

/// The documented parameters of a path, but the key.
fn documented(path: &str) -> Option<&'static [&'static str]> {
    match path {
        "/api/offers" => Some(&[
            "id",
            "country",
            "limit",
            "type",
            "updated_since",
            "fields",
            "offerwall_offers",
            "device",
            "subid",
            "subid2",
            "subid3",
            "gaid",
            "idfa",
            "format",
            "callback",
        ]),
        "/api/conversions" => Some(&["id", "subid", "offer_id", "format", "callback"]),
        "/api/reversals" => Some(&["id", "start_date", "end_date", "format", "callback"]),
        _ => None,
    }
}

fn names(seen: &[&Seen]) -> Outcome {
    each(seen, |request| {
        let Some(known) = documented(&request.path) else {
            let expected = "GET /api/offers, /api/conversions or /api/reversals";
            return check(false, expected, "another path", request);
        };
        if request.method != "GET" {
            return check(false, "the method GET", &request.method, request);
        }
        let names: Vec<&str> = request
            .parameters
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        if let Some(name) = names.iter().find(|name| !known.contains(name)) {
            let got = format!("the parameter {name}");
            return check(false, "only documented parameters", &got, request);
        }
        let twice = known
            .iter()
            .find(|name| names.iter().filter(|other| other == name).count() > 1);
        let got = twice.map_or_else(String::new, |name| format!("{name} more than once"));
        check(twice.is_none(), "each parameter once", &got, request)
    })
}

/// The parameters whose values the page itself writes in capitals and in small letters.
const ANY_CASE: [&str; 3] = ["country", "type", "device"];

/// Whether a parameter has one of the values.
fn has(request: &Request, name: &str, expected: &[&str]) -> Outcome {
    let got = request.parameter(name);
    let same = |one: &str, other: &str| match ANY_CASE.contains(&name) {
        true => one.eq_ignore_ascii_case(other),
        false => one == other,
    };
    let fits = |got: &str| expected.iter().any(|value| same(got, value));
    let expected = format!("{name}={}", expected.join(" or "));
    let shown = got.map_or_else(|| format!("no {name}"), |got| format!("{name}={got}"));
    check(got.is_some_and(fits), &expected, &shown, request)
}

fn lists(seen: &[&Seen]) -> Outcome {
    each(seen, |request| {
        Outcome::all([
            has(request, "type", &["cpi,cpe", "cpe,cpi"]),
            has(request, "device", &["ios,android", "android,ios"]),
            fields(request),
        ])
    })
}

/// A client may add fields that it needs itself.
fn fields(request: &Request) -> Outcome {
    let got = request.parameter("fields").unwrap_or_default();
    let has_all = ["id", "title", "amount"]
        .iter()
        .all(|name| got.split(',').any(|field| field == *name));
    check(
        has_all,
        "fields=id,title,amount",
        &format!("fields={got}"),
        request,
    )
}

fn values(seen: &[&Seen]) -> Outcome {
    each(seen, |request| match request.path.as_str() {
        "/api/offers" => Outcome::all([
            has(request, "country", &["US"]),
            has(request, "limit", &["5"]),
            has(request, "offerwall_offers", &["true"]),
            has(
                request,
                "updated_since",
                &[
                    "2026-04-01",
                    "2026-04-01T00:00:00Z",
                    "2026-04-01T00:00:00+00:00",
                ],
            ),
            has(request, "subid", &["user-42"]),
        ]),
        "/api/conversions" => Outcome::all([
            has(request, "subid", &["user-42"]),
            has(request, "offer_id", &["5540001"]),
        ]),
        _ => Outcome::all([
            has(request, "start_date", &["2026-11-01"]),
            has(request, "end_date", &["2026-11-09"]),
        ]),
    })
}

fn id(seen: &[&Seen]) -> Outcome {
    let id = DEFAULT_PUBLISHER_ID.to_string();
    each(seen, |request| has(request, "id", &[&id]))
}

fn key(seen: &[&Seen]) -> Outcome {
    each(seen, |request| {
        check(
            request.has_key,
            "the parameter api_key",
            "no api_key",
            request,
        )
    })
}

fn no_key(seen: &[&Seen]) -> Outcome {
    each(seen, |request| {
        check(
            !request.has_key,
            "no api_key",
            "the parameter api_key",
            request,
        )
    })
}

fn subid(seen: &[&Seen]) -> Outcome {
    each(seen, |request| has(request, "subid", &["user-42"]))
}

/// The time between two requests in a row, with the later one.
fn pauses(scenario: &Seen) -> impl Iterator<Item = (Duration, &Request)> {
    let pairs = scenario.requests.windows(2);
    pairs.map(|pair| (pair[1].arrived.saturating_sub(pair[0].arrived), &pair[1]))
}

fn apart(scenario: &Seen) -> Outcome {
    let expected = format!(
        "requests at least {} ms apart, a minute here",
        MINUTE.as_millis()
    );
    let judged = pauses(scenario).map(|(pause, request)| {
        let got = format!("a request after {} ms", pause.as_millis());
        check(pause + GRACE >= MINUTE, &expected, &got, request)
    });
    match Outcome::all(judged) {
        Outcome::NothingToJudge(_) if scenario.requests.is_empty() => {
            Outcome::nothing("the client sent no request")
        }
        // One request, and an error for the rest, keeps the minute as well.
        Outcome::NothingToJudge(_) => Outcome::Conforms,
        outcome => outcome,
    }
}

fn minute(seen: &[&Seen]) -> Outcome {
    Outcome::all(seen.iter().map(|scenario| apart(scenario)))
}

fn dates(request: &Request) -> Option<(Date, Date)> {
    let date = |name| request.parameter(name)?.parse::<Date>().ok();
    Some((date("start_date")?, date("end_date")?))
}

fn month(seen: &[&Seen]) -> Outcome {
    let expected = "start_date and end_date that are at most a month apart";
    let judged = each(seen, |request| {
        let Some((start, end)) = dates(request) else {
            return check(false, expected, "no two dates", request);
        };
        let month = start.checked_add(1.month()).unwrap_or(start);
        let got = format!("{start} to {end}");
        check(end <= month, expected, &got, request)
    });
    match judged {
        // A client that refuses the range has asked for nothing.
        Outcome::NothingToJudge(_) => Outcome::Conforms,
        outcome => outcome,
    }
}

fn whole_range(seen: &[&Seen]) -> Outcome {
    let (Ok(start), Ok(end)) = (LONG_START.parse::<Date>(), LONG_END.parse::<Date>()) else {
        return Outcome::nothing("the range of the scenario cannot be read");
    };
    let requests = seen.iter().flat_map(|scenario| &scenario.requests);
    let served = requests.filter(|request| request.status == 200);
    let mut windows: Vec<(Date, Date)> = served.filter_map(dates).collect();
    windows.sort_unstable();
    if windows.is_empty() {
        return Outcome::nothing("the client did not split the range");
    }
    let mut next = start;
    for (from, to) in windows {
        if from <= next {
            next = next.max(to.tomorrow().unwrap_or(to));
        }
    }
    if next > end {
        return Outcome::Conforms;
    }
    let expected = format!("{start} to {end} in parts");
    Outcome::violates(
        &expected,
        &format!("nothing for {next}"),
        "GET /api/reversals",
    )
}

/// The first answer has a `Retry-After` of the sandbox's minute.
fn retry_after(seen: &[&Seen]) -> Outcome {
    minute(seen)
}

fn few_calls(seen: &[&Seen]) -> Outcome {
    let count: usize = seen.iter().map(|scenario| scenario.requests.len()).sum();
    match count {
        0 => Outcome::nothing("the client sent no request"),
        1..=FEW => Outcome::Conforms,
        _ => {
            let expected = format!("at most {FEW} requests");
            Outcome::violates(&expected, &format!("{count} requests"), "GET /api/offers")
        }
    }
}

/// The first request was answered with a redirect to the same request. A later one with the key
/// that comes at once has followed it; one that comes after the minute has tried again.
fn not_followed(seen: &[&Seen]) -> Outcome {
    Outcome::all(seen.iter().map(|scenario| {
        if scenario.requests.is_empty() {
            return Outcome::nothing("the client sent no request");
        }
        let followed = pauses(scenario).find(|(pause, request)| {
            request.has_key && (*pause + GRACE < MINUTE || request.host != scenario.host)
        });
        let Some((_, request)) = followed else {
            return Outcome::Conforms;
        };
        let got = format!("the request with its key at {}", request.host);
        check(
            false,
            "no request with the key where the redirect leads",
            &got,
            request,
        )
    }))
}
