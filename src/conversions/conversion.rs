//! A conversion: one row of a conversions report.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::ser::{Serialize, Serializer};

use crate::decode::row::Row;
use crate::generated::types;
use crate::values::amount::Amount;
use crate::values::conversion_status::ConversionStatus;
use crate::values::country::Country;
use crate::values::text::Text;

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
}

impl Row for Conversion {
    type Model = types::Conversion;

    fn check(model: &types::Conversion) -> Result<(), &'static str> {
        // An object of another shape has none of the fields and must not count as a row.
        match *model == types::Conversion::default() {
            false => Ok(()),
            true => Err("none of its fields is known"),
        }
    }

    fn new(model: types::Conversion, index: u32) -> Self {
        Self { model, index }
    }

    fn index(&self) -> u32 {
        self.index
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
    }

    /// What the conversion pays, in US dollars (inferred): the field `payout`, else `amount`.
    ///
    /// It is `None`, never zero, where neither field has a value.
    #[must_use]
    pub fn payout(&self) -> Option<Decimal> {
        let amount = |amount: Amount| amount.0;
        self.model
            .payout
            .and_then(amount)
            .or(self.model.amount.and_then(amount))
    }

    /// When the provider counted the conversion.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.model.timestamp.map(|time| time.0)
    }

    /// The status; its values are not documented.
    #[must_use]
    pub fn status(&self) -> Option<&ConversionStatus> {
        self.model.status.as_ref()
    }
}

impl Serialize for Conversion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.model.serialize(serializer)
    }
}
