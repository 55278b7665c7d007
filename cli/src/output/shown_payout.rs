//! A payout as it is printed: exact in JSON and CSV, with its currency and a mark in a table.

use cpalead::{Payout, PayoutSource, plain};
use serde::Serialize;

use crate::output::cells::{optional, with_cents};
use crate::output::table::Cell;

/// A payout as it is printed.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ShownPayout {
    amount: String,
    currency: String,
    source: &'static str,
    #[serde(skip)]
    in_table: String,
}

impl ShownPayout {
    /// The columns of a payout in CSV.
    pub(crate) const HEADER: [&str; 3] = ["payout.amount", "payout.currency", "payout.source"];

    pub(crate) fn new(payout: &Payout<'_>) -> ShownPayout {
        let currency = plain::line(payout.currency());
        let mark = if payout.source() == PayoutSource::Default {
            '*'
        } else {
            ' '
        };
        ShownPayout {
            amount: payout.amount().to_string(),
            in_table: format!("{} {currency}{mark}", with_cents(payout.amount())),
            currency: payout.currency().to_owned(),
            source: payout.source().as_str(),
        }
    }

    /// The values of the columns in [`HEADER`](Self::HEADER).
    pub(crate) fn record(payout: Option<&ShownPayout>) -> [String; 3] {
        [
            optional(payout.map(|payout| &payout.amount)),
            optional(payout.map(|payout| &payout.currency)),
            optional(payout.map(|payout| payout.source)),
        ]
    }

    /// The table's cell: the amount with its currency, and a `*` on a default amount.
    pub(crate) fn cell(payout: Option<&ShownPayout>, is_unreadable: bool) -> Cell {
        match payout {
            Some(payout) => Cell::text(&payout.in_table),
            None if is_unreadable => Cell::Unreadable("? "),
            None => Cell::text("- "),
        }
    }

    /// The same without the mark, for a column that holds default amounts only.
    pub(crate) fn unmarked_cell(payout: Option<&ShownPayout>, is_unreadable: bool) -> Cell {
        let amount = payout.map(|payout| payout.in_table.trim_end_matches(['*', ' ']));
        Cell::value(amount, is_unreadable)
    }
}
