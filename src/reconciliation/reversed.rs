//! A reversal, as a reconciliation needs it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::reversals::reversal::Reversal;

/// A reversal: the values of a [`Reversal`] that count, without the answer that it came in.
///
/// ```
/// use cpalead::reconciliation::Reversed;
/// use cpalead::{Report, Reversal};
///
/// let body = br#"[{"lead_id":"a1","amount":"-0.72","date":"2026-01-20"}]"#;
/// let report = Report::<Reversal>::from_json(body.to_vec())?;
/// let reversed = Reversed::from(&report[0]);
/// assert_eq!(reversed.amount().map(|amount| amount.to_string()).as_deref(), Some("-0.72"));
/// # Ok::<(), cpalead::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reversed {
    day: Option<Date>,
    lead_id: Option<String>,
    offer_id: Option<u64>,
    subid: Option<String>,
    amount: Option<Decimal>,
    reason: Option<String>,
    key: Option<String>,
}

impl Reversed {
    /// The day of the reversal: its date, or the day in UTC of its time.
    #[must_use]
    pub fn day(&self) -> Option<Date> {
        self.day
    }

    /// The id of the lead.
    #[must_use]
    pub fn lead_id(&self) -> Option<&str> {
        self.lead_id.as_deref()
    }

    /// The offer.
    #[must_use]
    pub fn offer_id(&self) -> Option<u64> {
        self.offer_id
    }

    /// The sub-id.
    #[must_use]
    pub fn subid(&self) -> Option<&str> {
        self.subid.as_deref()
    }

    /// The amount in US dollars, with the sign that the provider sent.
    #[must_use]
    pub fn amount(&self) -> Option<Decimal> {
        self.amount
    }

    /// The amount without its sign: that a reversal may be written with a minus is inferred.
    #[must_use]
    pub fn money(&self) -> Option<Decimal> {
        self.amount.map(|amount| amount.abs())
    }

    /// Why the conversion was taken back, in the words of the provider.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The name of the reversal; see [`Reversal::key`].
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

impl From<&Reversal> for Reversed {
    fn from(reversal: &Reversal) -> Reversed {
        let given = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        let day_of_time = || Some(reversal.timestamp()?.to_zoned(TimeZone::UTC).date());
        Reversed {
            day: reversal.date().or_else(day_of_time),
            lead_id: given(reversal.lead_id()),
            offer_id: reversal.offer_id(),
            subid: given(reversal.subid()),
            amount: reversal.amount(),
            reason: given(reversal.reason()),
            key: reversal.key(),
        }
    }
}
