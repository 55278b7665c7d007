//! The rule on which way the library's modules depend: read off their paths that begin with `crate`.

use super::library::{files, module};
use super::{Source, Violation};

/// From the bottom to the top. A module names only those of lower layers.
const LAYERS: &[&[&str]] = &[
    &[
        "amount",
        "clock",
        "country",
        "decode_error",
        "jsonp",
        "offer_field",
        "plain",
        "redact",
        "retry",
        "text",
        "windows",
    ],
    &[
        "countries",
        "devices",
        "ledger",
        "number",
        "open",
        "payout",
        "payouts",
        "secret",
    ],
    &["store"],
    &["limits"],
    &["error", "trace"],
    &["lists"],
    &["decode", "generated"],
    &["conversion", "offer", "reversal"],
    &["schema", "transport"],
    &["answer"],
    &["listed"],
    &["offer_list", "report"],
    &["conversions", "offers", "reversals", "watch"],
    &["builder", "client"],
    &["lib"],
];

/// Two that make each other: a client begins its builder, a request for conversions begins its watch.
const PAIRS: [[&str; 2]; 2] = [["builder", "client"], ["conversions", "watch"]];

/// Imports run one way.
pub(super) fn direction(sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in files(sources) {
        let Some(own) = module(&source.path) else {
            continue;
        };
        let Some(layer) = layer(own) else {
            let rule = format!(
                "`{own}` has no place in the order of modules: give it one in xtask/src/tidy/imports.rs"
            );
            found.push(source.violation(1, rule));
            continue;
        };
        for (line, text) in source.code() {
            for other in named(text).filter(|other| *other != own) {
                let paired = PAIRS
                    .iter()
                    .any(|pair| pair.contains(&own) && pair.contains(&other));
                if self::layer(other).is_some_and(|below| below >= layer) && !paired {
                    let rule = format!(
                        "`{own}` does not name `{other}`: imports run from lib down to clock"
                    );
                    found.push(source.violation(line, rule));
                }
            }
        }
    }
    found
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The modules behind each `crate::` of a line.
fn named(line: &str) -> impl Iterator<Item = &str> {
    let paths = line
        .match_indices("crate::")
        .map(|(at, start)| &line[at + start.len()..]);
    paths.filter_map(|path| {
        path.split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
    })
}
