//! The rule on which way the library's files import each other: strictly downwards.

use std::collections::BTreeSet;

use super::modules::Package;
use super::tree::{Source, Violation};

/// Every file of the library, from the lowest floor to the highest.
///
/// A file imports only files of lower floors, so the files of one floor do not know each other. A
/// file that only re-exports, such as `jsonp` or `rate_limits`, stands above what it re-exports.
const FLOORS: &[&[&str]] = &[
    // What everything else stands on.
    &[
        "clock",
        "drift::known",
        "drift::members",
        "endpoint",
        "error::try_again",
        "jsonp::surrogates",
        "plain",
        "private_files",
        "query",
        "redact::spellings",
    ],
    &["drift::finding", "redact"],
    &["drift::scan"],
    &["api_key", "error::kind"],
    &["error"],
    &["error::message", "jsonp::callback"],
    &["jsonp::unwrap", "jsonp::wrap"],
    &["jsonp"],
    // Who may start a call when.
    &["rate_limits::ledger", "rate_limits::store::account"],
    &["rate_limits::store"],
    &[
        "rate_limits::permit",
        "rate_limits::store::file::record",
        "rate_limits::store::memory",
        "redis_connection",
    ],
    &["rate_limits::store::redis::script"],
    &[
        "rate_limits::settings",
        "rate_limits::store::file",
        "rate_limits::store::redis",
    ],
    &["rate_limits::limiter"],
    &["rate_limits"],
    // What a field holds.
    &["values", "values::lenient"],
    &[
        "values::amount",
        "values::conversion_status",
        "values::country",
        "values::daily_cap",
        "values::lists",
        "values::payout_type",
        "values::text",
        "values::time",
    ],
    &[
        "values::countries",
        "values::country::codes",
        "values::day",
        "values::devices",
        "values::number",
        "values::payouts_per_country",
    ],
    // The calls that the provider makes.
    &[
        "postbacks::caller",
        "postbacks::leads::record",
        "postbacks::macros",
        "postbacks::passwords",
    ],
    &[
        "postbacks::leads",
        "postbacks::postback",
        "postbacks::template",
    ],
    &[
        "postbacks::leads::file",
        "postbacks::leads::memory",
        "postbacks::leads::redis",
        "postbacks::receiver",
    ],
    &["postbacks"],
    &["generated"],
    // From text to rows, without a call.
    &[
        "decode::defect",
        "decode::field_names",
        "decode::prune",
        "decode::row",
    ],
    &["decode::json", "decode::read_rows"],
    &["decode::words"],
    &["decode::envelope", "decode::lenient_row"],
    &["decode"],
    &["drift", "report"],
    &["drift::monitor"],
    // The rows, and the parameters of the requests.
    &[
        "conversions::conversion",
        "conversions::subject",
        "offers::field",
        "offers::offer_type",
        "offers::payout",
        "offers::tracking_link::judge",
        "offers::updated_since",
        "reversals::reversal",
    ],
    &[
        "offers::parts",
        "reconciliation::earned",
        "reconciliation::reversed",
        "reconciliation::sum",
        "reversals::window",
    ],
    &["reconciliation::matching", "reconciliation::rate"],
    &["reconciliation"],
    &["offers::offer", "reversals::plan"],
    &[
        "offers::audience",
        "offers::list",
        "offers::tracking_link",
        "schema",
    ],
    &["offers::parameters"],
    // One call, from permit to rows.
    &[
        "call::retry",
        "call::retry_after",
        "call::trace",
        "call::unpack",
    ],
    &["call::wire"],
    &["call::inner", "call::operation"],
    &["call::attempts"],
    &["call"],
    // What a user asks for, and where every call starts.
    &["conversions", "offers", "reversals"],
    &["conversions::watch", "reversals::stream"],
    // A copy of the offers that keeps itself up to date.
    &[
        "catalog::event",
        "catalog::index",
        "catalog::merge",
        "catalog::moment",
    ],
    &["catalog::pulls", "catalog::selection", "catalog::status"],
    &["catalog::snapshot", "catalog::view"],
    &["catalog::file", "catalog::redis", "catalog::state"],
    &["catalog::builder"],
    &["catalog::keeper"],
    &["catalog::keeping"],
    &["catalog::fleet"],
    &["catalog"],
    &["client"],
    &["client::builder"],
    &["lib"],
];

/// The names in the table of floors: `values::text` for `src/values/text.rs`.
///
/// ```
/// assert_eq!(xtask::tidy::floors().last(), Some("lib"));
/// ```
pub fn floors() -> impl Iterator<Item = &'static str> {
    FLOORS.iter().copied().flatten().copied()
}

/// Every file of the library has a floor, and imports only files of lower floors.
pub(super) fn direction(sources: &[Source]) -> Vec<Violation> {
    let package = Package::new(sources, "src");
    let mut found = Vec::new();
    for path in package.paths() {
        let name = name(path);
        if floor(&name).is_none() {
            let rule =
                format!("`{name}` has no floor: add it to the table in xtask/src/tidy/floors.rs");
            found.push(Violation {
                place: format!("{path}:1"),
                rule,
            });
        }
    }
    let mut seen = BTreeSet::new();
    for import in package.imports() {
        let (from, to) = (name(import.from), name(import.to));
        let (Some(upper), Some(lower)) = (floor(&from), floor(&to)) else {
            continue;
        };
        if upper <= lower && seen.insert((import.from, import.to)) {
            let rule = format!("`{from}` imports `{to}`, which is not on a lower floor");
            found.push(Violation {
                place: format!("{}:{}", import.from, import.line),
                rule,
            });
        }
    }
    found
}

/// The name of a file in the table: `values::text` for `src/values/text.rs`.
fn name(path: &str) -> String {
    let below = path.strip_prefix("src/").unwrap_or(path);
    below.trim_end_matches(".rs").replace('/', "::")
}

fn floor(name: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&name))
}
