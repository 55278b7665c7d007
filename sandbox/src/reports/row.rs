//! Owns the rows of conversions and reversals as JSON, in every set of fields that they have.

use crate::seed::Rng;
use crate::text::{Mills, Style, quoted};

/// The values that the status of a conversion has, as JSON.
const STATUSES: &[&str] = &["true", "false", "1", "0", "\"approved\""];
const SECOND_SUBIDS: &[&str] = &["null", "\"\"", "\"banner-7\""];

/// The set of fields of a row in the wrapped shape.
enum Fields {
    Usual,
    /// Other names for the same things, those of the older API among them.
    Older,
    Few,
}

impl Fields {
    fn of(rng: &mut Rng) -> Fields {
        match rng.below(8) {
            0 => Fields::Older,
            1 => Fields::Few,
            _ => Fields::Usual,
        }
    }
}

/// A conversion. The values that are not text are JSON already.
pub(super) struct Conversion<'a> {
    pub(super) offer_id: String,
    pub(super) country: &'a str,
    pub(super) subid: &'a str,
    pub(super) payout: String,
    pub(super) timestamp: String,
    pub(super) lead: &'a str,
}

impl Conversion<'_> {
    /// The row with one of its sets of fields.
    pub(super) fn varied(&self, rng: &mut Rng) -> String {
        let Conversion {
            offer_id,
            payout,
            timestamp,
            lead,
            ..
        } = self;
        match Fields::of(rng) {
            Fields::Usual => self.usual(),
            Fields::Older => {
                let subid = quoted(self.subid, Style::Plain);
                let (status, subid2) = (rng.word(STATUSES), rng.word(SECOND_SUBIDS));
                format!(
                    r#"{{"campid":{offer_id},"status":{status},"subid":{subid},"subid2":{subid2},"amount":{payout},"lead_id":"{lead}"}}"#
                )
            }
            Fields::Few => {
                format!(r#"{{"offer_id":{offer_id},"payout":{payout},"timestamp":{timestamp}}}"#)
            }
        }
    }

    pub(super) fn usual(&self) -> String {
        let Conversion {
            offer_id,
            country,
            payout,
            timestamp,
            lead,
            ..
        } = self;
        let subid = quoted(self.subid, Style::Plain);
        format!(
            r#"{{"offer_id":{offer_id},"country":"{country}","subid":{subid},"payout":{payout},"timestamp":{timestamp},"lead_id":"{lead}"}}"#
        )
    }

    /// The row of the bare shape.
    pub(super) fn bare(&self) -> String {
        let Conversion {
            offer_id,
            country,
            timestamp,
            ..
        } = self;
        let subid = quoted(self.subid, Style::Plain);
        format!(
            r#"{{"campid":{offer_id},"country":"{country}","status":true,"subid":{subid},"timestamp":{timestamp}}}"#
        )
    }
}

/// A reversal. The values that are not text are JSON already.
pub(super) struct Reversal {
    pub(super) lead: u64,
    pub(super) offer_id: String,
    pub(super) subid: String,
    pub(super) amount: String,
    pub(super) date: String,
    /// The first second of its day, in seconds since 1970.
    pub(super) time: i64,
    pub(super) reason: &'static str,
}

/// The first time that the document has: in May 1976.
const FIRST_SECOND: i64 = 200_000_000;

impl Reversal {
    /// The row with one of its sets of fields.
    pub(super) fn varied(&self, rng: &mut Rng) -> String {
        let Reversal {
            lead,
            offer_id,
            amount,
            date,
            time,
            ..
        } = self;
        let subid = quoted(&self.subid, Style::Plain);
        match Fields::of(rng) {
            // Seconds are at least so many in the document.
            Fields::Older if *time >= FIRST_SECOND => {
                let time = either(rng.chance(50), time);
                let date = rng.word(&["", r#""date":null,"#]);
                format!(
                    r#"{{"transaction_id":"{lead:016x}","campid":{offer_id},"subid":{subid},"payout":{amount},{date}"timestamp":{time},"reason":null}}"#
                )
            }
            Fields::Few => {
                format!(r#"{{"lead_id":"{lead:016x}","amount":{amount},"date":"{date}"}}"#)
            }
            Fields::Usual | Fields::Older => {
                let reason = quoted(self.reason, Style::Plain);
                format!(
                    r#"{{"lead_id":"{lead:016x}","offer_id":{offer_id},"subid":{subid},"amount":{amount},"date":"{date}","reason":{reason}}}"#
                )
            }
        }
    }
}

/// A number as JSON, or its digits as a text.
pub(super) fn either(as_text: bool, number: impl std::fmt::Display) -> String {
    if as_text {
        format!("\"{number}\"")
    } else {
        number.to_string()
    }
}

/// An amount as JSON, null if there is none.
pub(super) fn money(amount: Option<Mills>, as_text: bool) -> String {
    match amount {
        None => "null".to_owned(),
        Some(amount) if as_text => format!("\"{}\"", amount.fixed()),
        Some(amount) => amount.number(),
    }
}
