//! A reversal: one row of a reversals report.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::ser::{Serialize, Serializer};

use crate::decode::row::Row;
use crate::generated::types;
use crate::values::amount::Amount;
use crate::values::text::Text;

/// One reversal: a conversion whose money was taken back.
///
/// The fields are not documented: all of them are inferred. Any of them may be missing.
///
/// ```
/// # fn show(reversal: &cpalead::Reversal) {
/// println!("{:?} {:?}", reversal.offer_id(), reversal.subid());
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Reversal {
    model: types::Reversal,
    index: u32,
}

impl Row for Reversal {
    type Model = types::Reversal;

    fn check(model: &types::Reversal) -> Result<(), &'static str> {
        // An object of another shape has none of the fields and must not count as a row.
        match *model == types::Reversal::default() {
            false => Ok(()),
            true => Err("none of its fields is known"),
        }
    }

    fn new(model: types::Reversal, index: u32) -> Self {
        Self { model, index }
    }

    fn index(&self) -> u32 {
        self.index
    }
}

impl Reversal {
    /// The number of the offer whose conversion was taken back.
    #[must_use]
    pub fn offer_id(&self) -> Option<u64> {
        self.model.offer_id.or(self.model.campid).map(|id| id.0)
    }

    /// The sub-id that the click carried.
    #[must_use]
    pub fn subid(&self) -> Option<&str> {
        self.model.subid.as_ref().map(Text::as_str)
    }

    /// The number of the lead that was taken back.
    #[must_use]
    pub fn lead_id(&self) -> Option<&str> {
        self.model.lead_id.as_ref().map(Text::as_str)
    }

    /// The number of the transaction that was taken back, where the provider sends one.
    #[must_use]
    pub fn transaction_id(&self) -> Option<&str> {
        self.model.transaction_id.as_ref().map(Text::as_str)
    }

    /// What was taken back, in US dollars (inferred): the field `amount`, else `payout`.
    ///
    /// The sign is kept as the provider sent it. The amount is `None`, never zero, where neither
    /// field has a value.
    #[must_use]
    pub fn amount(&self) -> Option<Decimal> {
        let amount = |amount: Amount| amount.0;
        self.model
            .amount
            .and_then(amount)
            .or(self.model.payout.and_then(amount))
    }

    /// The day of the reversal, where the field `date` begins with a day such as `2026-09-12`.
    #[must_use]
    pub fn date(&self) -> Option<Date> {
        let text = self.model.date.as_ref()?.as_str();
        text.get(..10)?.parse().ok()
    }

    /// When the conversion was taken back, where the provider sends a time.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.model.timestamp.map(|time| time.0)
    }

    /// Why the conversion was taken back, in the words of the provider.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.model.reason.as_ref().map(Text::as_str)
    }
}

impl Serialize for Reversal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.model.serialize(serializer)
    }
}
