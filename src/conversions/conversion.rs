//! A conversion: one row of a conversions report.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::ser::{Serialize, Serializer};

use crate::decode::row::{Bare, Row, Shape, Unreadable};
use crate::error::Error;
use crate::generated::types;
use crate::report::Report;
use crate::values::amount::Amount;
use crate::values::conversion_status::ConversionStatus;
use crate::values::country::Country;
use crate::values::text::Text;

/// What an answer with conversions looks like: a bare list, as in the older API (observed), or a
/// list in an object (inferred).
pub(crate) const SHAPE: Shape = Shape {
    list: "conversions",
    bare: Bare::Taken,
    most: 250_000,
};

/// One conversion.
///
/// The fields of this API are not documented. These are the fields of the older API (observed) and
/// of the provider's postback (inferred). Any of them may be missing.
///
/// ```
/// # fn show(conversion: &cpalead::Conversion) {
/// println!("{:?} {:?}", conversion.offer_id(), conversion.subid());
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Conversion {
    model: types::Conversion,
    index: u32,
    unreadable: Unreadable,
}

impl Row for Conversion {
    type Model = types::Conversion;

    const TIMES: &'static [&'static str] = &["timestamp"];

    fn check(model: &types::Conversion) -> Result<(), (&'static str, String)> {
        match model.country.as_ref().map(Text::as_str) {
            Some(code) if !code.is_empty() && Country::new(code).is_none() => {
                let message = format!("`{code}` is not a country code: expected two letters");
                Err(("country", message))
            }
            _ => Ok(()),
        }
    }

    fn is_blank(model: &types::Conversion) -> bool {
        *model == types::Conversion::default()
    }

    fn new(model: types::Conversion, index: u32) -> Self {
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

impl Conversion {
    /// The number of the offer that converted.
    #[must_use]
    pub fn offer_id(&self) -> Option<u64> {
        self.model.offer_id.or(self.model.campid).map(|id| id.0)
    }

    /// The sub-id that the click carried.
    #[must_use]
    pub fn subid(&self) -> Option<&str> {
        self.model.subid.as_ref().map(Text::as_str)
    }

    /// The second sub-id.
    #[must_use]
    pub fn subid2(&self) -> Option<&str> {
        self.model.subid2.as_ref().map(Text::as_str)
    }

    /// The number of the lead, which is unique to a conversion, where the provider sends one.
    #[must_use]
    pub fn lead_id(&self) -> Option<&str> {
        self.model.lead_id.as_ref().map(Text::as_str)
    }

    /// The country of the user, where the provider sends a two-letter code.
    #[must_use]
    pub fn country(&self) -> Option<Country> {
        self.model
            .country
            .as_ref()
            .and_then(|code| Country::new(code.as_str()))
            .map(|code| code.meant().unwrap_or(code))
    }

    /// What the conversion pays, in US dollars (inferred): the field `payout`, else `amount`.
    ///
    /// It is `None`, never zero, where neither field has a value, and where `payout` cannot be
    /// read.
    #[must_use]
    pub fn payout(&self) -> Option<Decimal> {
        let amount = |amount: Amount| amount.0;
        let payout = self.model.payout.and_then(amount);
        // An amount in place of a payout that cannot be read would be a guess.
        payout.or_else(|| {
            let other = self.model.amount.and_then(amount);
            other.filter(|_| !self.is_unreadable("payout"))
        })
    }

    /// When the provider counted the conversion, where the provider sends a time.
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

    /// The status; its values are not documented.
    #[must_use]
    pub fn status(&self) -> Option<&ConversionStatus> {
        self.model.status.as_ref()
    }
}

impl Report<Conversion> {
    /// Reads an answer with conversions that was saved: the bytes of a body, as the provider sent
    /// them.
    ///
    /// If no row can be read, a call fails. This function returns the rejected rows instead,
    /// because they show what is wrong with a saved answer.
    ///
    /// # Errors
    ///
    /// When the bytes are not UTF-8, are not an answer with conversions, or are an answer that
    /// reports a failure.
    ///
    /// ```
    /// use cpalead::{Conversion, Report};
    ///
    /// let body = br#"[{"offer_id":5546840,"subid":"user-42","payout":"0.72"}]"#;
    /// let report = Report::<Conversion>::from_json(body.to_vec())?;
    /// assert_eq!(report[0].offer_id(), Some(5_546_840));
    /// # Ok::<(), cpalead::Error>(())
    /// ```
    pub fn from_json(body: Vec<u8>) -> Result<Self, Error> {
        Report::read(body, SHAPE)
    }
}

impl Serialize for Conversion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.model.serialize(serializer)
    }
}
