//! A reversal: one row of a reversals report.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::ser::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::decode::row::{Bare, Row, Shape, Unreadable};
use crate::error::Error;
use crate::generated::types;
use crate::report::Report;
use crate::values::amount::Amount;
use crate::values::text::Text;

/// What an answer with reversals looks like; both forms are inferred.
pub(crate) const SHAPE: Shape = Shape {
    list: "reversals",
    bare: Bare::Taken,
    most: 250_000,
};

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

impl Reversal {
    /// A name for the reversal that is the same in every pull and on every machine: keep it with
    /// what was taken back, so that ranges that overlap take it back only once.
    ///
    /// It is a word and 32 hexadecimal digits, the beginning of a SHA-256. The word says what the
    /// key is made of:
    ///
    /// - `lead`: the id of the lead, if the provider sends one;
    /// - `transaction`: otherwise the id of the transaction;
    /// - `row`: otherwise offer, sub-id, amount, and the day or the time. Two reversals that are
    ///   equal in all of these have the same key: count the rows of a key that arrive together.
    ///
    /// It is `None` where there is no id, and offer, sub-id, amount or day are missing. It is also
    /// `None` where a field that comes first cannot be read: the same reversal could have another
    /// key in the next pull. Such a reversal is for a person to look at.
    ///
    /// ```
    /// use cpalead::{Report, Reversal};
    ///
    /// let body = br#"[{"lead_id":"a1","amount":"0.72"},{"amount":"0.72"}]"#;
    /// let report = Report::<Reversal>::from_json(body.to_vec())?;
    /// assert!(report[0].key().is_some_and(|key| key.starts_with("lead-")));
    /// assert_eq!(report[1].key(), None);
    /// # Ok::<(), cpalead::Error>(())
    /// ```
    #[must_use]
    pub fn key(&self) -> Option<String> {
        let given = |id: Option<&str>| id.filter(|id| !id.is_empty()).map(str::to_owned);
        if self.is_unreadable("lead_id") {
            return None;
        }
        if let Some(lead) = given(self.lead_id()) {
            return Some(key_of("lead", &[lead]));
        }
        if self.is_unreadable("transaction_id") {
            return None;
        }
        if let Some(transaction) = given(self.transaction_id()) {
            return Some(key_of("transaction", &[transaction]));
        }
        if self.is_unreadable("date") {
            return None;
        }
        let day = self.date().map(|date| date.to_string());
        let time = || self.timestamp().map(|time| time.to_string());
        let parts = [
            self.offer_id()?.to_string(),
            given(self.subid())?,
            self.amount()?.normalize().to_string(),
            day.or_else(time)?,
        ];
        Some(key_of("row", &parts))
    }
}

/// The length of each part is hashed too, so that no two lists of parts look alike.
fn key_of(made_of: &str, parts: &[String]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    let digits = digest.iter().take(16).map(|byte| format!("{byte:02x}"));
    format!("{made_of}-{}", digits.collect::<String>())
}

impl Report<Reversal> {
    /// Reads an answer with reversals that was saved: the bytes of a body, as the provider sent
    /// them.
    ///
    /// If no row can be read, a call fails. This function returns the rejected rows instead,
    /// because they show what is wrong with a saved answer.
    ///
    /// # Errors
    ///
    /// When the bytes are not UTF-8, are not an answer with reversals, or are an answer that
    /// reports a failure.
    ///
    /// ```
    /// use cpalead::{Report, Reversal};
    ///
    /// let body = br#"{"reversals":[{"lead_id":"a1b2","amount":"0.72"}]}"#;
    /// let report = Report::<Reversal>::from_json(body.to_vec())?;
    /// assert_eq!(report[0].lead_id(), Some("a1b2"));
    /// # Ok::<(), cpalead::Error>(())
    /// ```
    pub fn from_json(body: Vec<u8>) -> Result<Self, Error> {
        Report::read(body, SHAPE)
    }
}

impl Serialize for Reversal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.model.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::Reversal;
    use crate::report::Report;

    fn key(fields: &str) -> Option<String> {
        let body = format!("[{fields}]");
        Report::<Reversal>::from_json(body.into_bytes()).unwrap()[0].key()
    }

    #[test]
    fn a_reversal_whose_first_field_cannot_be_read_has_no_key() {
        let row = r#""offer_id":7,"subid":"u","amount":"0.72""#;
        let dated = format!(r#"{row},"date":"2026-01-02""#);
        for odd in [
            format!(r#"{{"lead_id":["a1"],"transaction_id":"t1",{dated}}}"#),
            format!(r#"{{"transaction_id":["t1"],{dated}}}"#),
            format!(r#"{{{row},"date":"someday","timestamp":1767312000}}"#),
        ] {
            assert_eq!(key(&odd), None, "{odd}");
        }
        // A field that comes later does not matter.
        let lead = format!(r#"{{"lead_id":"a1","transaction_id":["t1"],{row},"date":"someday"}}"#);
        assert!(key(&lead).unwrap().starts_with("lead-"));
    }

    #[test]
    fn a_key_stays_the_same_and_says_what_it_is_made_of() {
        // Publishers keep these texts: they never change.
        let row = r#""offer_id":7,"subid":"u","amount":"0.720","date":"2026-01-02""#;
        let lead = key(&format!(r#"{{"lead_id":"a1",{row}}}"#));
        assert_eq!(
            lead.as_deref(),
            Some("lead-b268ea1c4e74c35ee86ceda0a1a62feb")
        );
        assert_eq!(key(r#"{"lead_id":"a1"}"#), lead);
        let transaction = key(&format!(r#"{{"lead_id":"","transaction_id":"a1",{row}}}"#));
        assert_eq!(
            transaction.as_deref(),
            Some("transaction-b268ea1c4e74c35ee86ceda0a1a62feb")
        );
        assert_eq!(
            key(&format!("{{{row}}}")).as_deref(),
            Some("row-34bc23b0cf7749dd5b51381b37f0b9bd")
        );
    }

    #[test]
    fn equal_amounts_are_equal_and_parts_do_not_run_into_each_other() {
        let row = |offer: u64, subid: &str, amount: &str| {
            key(&format!(
                r#"{{"offer_id":{offer},"subid":"{subid}","amount":{amount},"date":"2026-01-02"}}"#
            ))
        };
        assert_eq!(row(7, "u", "0.72"), row(7, "u", r#""0.7200""#));
        assert_ne!(row(7, "1u", "0.72"), row(71, "u", "0.72"));
        assert_ne!(row(7, "u", "0.72"), row(7, "u", "-0.72"));
    }

    #[test]
    fn what_could_be_any_reversal_has_no_key() {
        for fields in [
            r#""offer_id":7,"subid":"u","amount":1"#,
            r#""offer_id":7,"subid":"","amount":1,"date":"2026-01-02""#,
            r#""offer_id":7,"subid":"u","amount":"lots","date":"2026-01-02""#,
            r#""subid":"u","amount":1,"date":"2026-01-02""#,
        ] {
            assert_eq!(key(&format!("{{{fields}}}")), None, "{fields}");
        }
    }
}
