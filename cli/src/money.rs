//! A payout as it is printed: exact in JSON and CSV, with its currency and a mark in a table.

use cpalead::{Payout, PayoutSource};
use serde::Serialize;

use crate::output::cells::{money, optional};
use crate::output::table::Cell;
use cpalead::plain;

/// A payout as it is printed.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Money {
    amount: String,
    currency: String,
    source: &'static str,
    #[serde(skip)]
    shown: String,
}

impl Money {
    /// The columns of a payout in CSV.
    pub(crate) const HEADER: [&str; 3] = ["payout.amount", "payout.currency", "payout.source"];

    pub(crate) fn new(payout: &Payout<'_>) -> Money {
        let unit = plain::line(payout.currency());
        let mark = if payout.source() == PayoutSource::Default {
            '*'
        } else {
            ' '
        };
        Money {
            amount: payout.amount().to_string(),
            shown: format!("{} {unit}{mark}", money(payout.amount())),
            currency: payout.currency().to_owned(),
            source: payout.source().as_str(),
        }
    }

    /// The cells of [`HEADER`](Self::HEADER).
    pub(crate) fn record(money: Option<&Money>) -> [String; 3] {
        [
            optional(money.map(|money| &money.amount)),
            optional(money.map(|money| &money.currency)),
            optional(money.map(|money| money.source)),
        ]
    }

    /// For the table: with its currency, and a `*` where it is the default.
    pub(crate) fn cell(money: Option<&Money>) -> Cell {
        Cell::text(money.map_or("- ", |money| &money.shown))
    }

    /// For a column of defaults alone, which need no mark.
    pub(crate) fn plain_cell(money: Option<&Money>) -> Cell {
        Cell::text(money.map_or("-", |money| money.shown.trim_end_matches(['*', ' '])))
    }
}
