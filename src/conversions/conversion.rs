//! A conversion: what the provider says of one, as far as evidence names its fields.

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
/// The fields are those of the predecessor of this API (observed) and of its postback (inferred); any may be missing.
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
        // An object of another shape has none of the fields, and must not pass for a row.
        match *model == types::Conversion::default() {
            false => Ok(()),
            true => Err("no field of it is known"),
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
    ///
    /// ```
    /// # fn show(conversion: &cpalead::Conversion) {
    /// let offer = conversion.offer_id();
    /// # }
    /// ```
    #[must_use]
    pub fn offer_id(&self) -> Option<u64> {
        self.model.offer_id.or(self.model.campid).map(|id| id.0)
    }

    /// The sub-id that the click carried.
    ///
    /// ```
    /// # fn show(conversion: &cpalead::Conversion) {
    /// let user = conversion.subid();
    /// # }
    /// ```
    #[must_use]
    pub fn subid(&self) -> Option<&str> {
        self.model.subid.as_ref().map(Text::as_str)
    }

    /// The second sub-id.
    ///
    /// ```
    /// # fn show(conversion: &cpalead::Conversion) {
    /// let campaign = conversion.subid2();
    /// # }
    /// ```
    #[must_use]
    pub fn subid2(&self) -> Option<&str> {
        self.model.subid2.as_ref().map(Text::as_str)
    }

    /// The number of the lead, unique to a conversion where the provider sends it.
    ///
    /// ```
    /// # fn show(conversion: &cpalead::Conversion) {
    /// let lead = conversion.lead_id();
    /// # }
    /// ```
    #[must_use]
    pub fn lead_id(&self) -> Option<&str> {
        self.model.lead_id.as_ref().map(Text::as_str)
    }

    /// The user's country, where the provider sends a two-letter code.
    ///
    /// ```
    /// # fn show(conversion: &cpalead::Conversion) {
    /// let country = conversion.country();
    /// # }
    /// ```
    #[must_use]
    pub fn country(&self) -> Option<Country> {
        self.model
            .country
            .as_ref()
            .and_then(|code| Country::new(code.as_str()))
    }

    /// What the conversion pays, in US dollars (inferred): `payout`, else `amount`. Never zero for want of a value.
    ///
    /// ```
    /// # fn show(conversion: &cpalead::Conversion) {
    /// let payout = conversion.payout();
    /// # }
    /// ```
    #[must_use]
    pub fn payout(&self) -> Option<Decimal> {
        let amount = |amount: Amount| amount.0;
        self.model
            .payout
            .and_then(amount)
            .or(self.model.amount.and_then(amount))
    }

    /// When the conversion was counted.
    ///
    /// ```
    /// # fn show(conversion: &cpalead::Conversion) {
    /// let time = conversion.timestamp();
    /// # }
    /// ```
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.model.timestamp.map(|time| time.0)
    }

    /// The status, which is not documented.
    ///
    /// ```
    /// # fn show(conversion: &cpalead::Conversion) {
    /// let status = conversion.status();
    /// # }
    /// ```
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
