//! A reversal: one row of a reversals report.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::ser::{Serialize, Serializer};

use crate::decode::row::{Row, Unreadable};
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
    unreadable: Unreadable,
}

impl Row for Reversal {
    type Model = types::Reversal;

    const TIMES: &'static [&'static str] = &["date", "timestamp"];

    fn is_blank(model: &types::Reversal) -> bool {
        *model == types::Reversal::default()
    }

    fn new(model: types::Reversal, index: u32) -> Self {
        Self {
            model,
            index,
            unreadable: Unreadable::default(),
        }
    }

    fn index(&self) -> u32 {
        self.index
    }

    fn set_unreadable(&mut self, fields: Unreadable) {
        self.unreadable = fields;
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
    /// field has a value, and where `amount` cannot be read.
    #[must_use]
    pub fn amount(&self) -> Option<Decimal> {
        let amount = |amount: Amount| amount.0;
        let own = self.model.amount.and_then(amount);
        // A payout in place of an amount that cannot be read would be a guess.
        own.or_else(|| {
            let other = self.model.payout.and_then(amount);
            other.filter(|_| !self.is_unreadable("amount"))
        })
    }

    /// The day of the reversal: the one that the field `date` begins with, or the day in UTC of a
    /// time in it.
    #[must_use]
    pub fn date(&self) -> Option<Date> {
        self.model.date.as_ref()?.date()
    }

    /// When the conversion was taken back, where the provider sends a time.
    ///
    /// Seconds, milliseconds, and dates in the forms that PHP and JavaScript write are read.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.model.timestamp.and_then(|time| time.timestamp)
    }

    /// Whether the provider sent the time without a time zone, so that UTC was assumed.
    #[must_use]
    pub fn assumes_utc(&self) -> bool {
        self.model.timestamp.is_some_and(|time| time.assumes_utc)
    }

    /// Whether the provider sent a field, such as `timestamp`, that could not be read. Its getter
    /// returns `None` then.
    ///
    /// [`Report::defects`](crate::Report::defects) says why.
    #[must_use]
    pub fn is_unreadable(&self, field: &str) -> bool {
        self.unreadable.has(field)
    }

    /// The fields that the provider sent and that could not be read.
    pub fn unreadable_fields(&self) -> impl Iterator<Item = &str> {
        self.unreadable.names()
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
