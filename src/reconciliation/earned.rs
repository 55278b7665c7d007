//! A conversion that was earned, as a reconciliation needs it.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::conversions::conversion::Conversion;
use crate::postbacks::{AmountRule, Postback};
use crate::values::country::Country;

/// A conversion: a row of the API, a postback, or a record of your own.
///
/// ```
/// use cpalead::reconciliation::Earned;
/// use cpalead::rust_decimal::Decimal;
///
/// let earned = Earned::new(Decimal::new(72, 2))
///     .offer_id(5_546_840)
///     .subid("user-42")
///     .at("2026-01-15T12:00:00Z".parse().unwrap())
///     .reference("reward 4711");
/// assert_eq!(earned.reference_value(), Some("reward 4711"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Earned {
    time: Option<Timestamp>,
    lead_id: Option<String>,
    offer_id: Option<u64>,
    subid: Option<String>,
    amount: Option<Decimal>,
    country: Option<Country>,
    reference: Option<String>,
}

impl Earned {
    /// A conversion that paid this amount, in US dollars.
    #[must_use]
    pub fn new(amount: Decimal) -> Earned {
        Earned {
            amount: Some(amount),
            ..Earned::default()
        }
    }

    /// The conversion that a postback reported, with the amount that counts by this rule.
    #[must_use]
    pub fn of_postback(postback: &Postback, rule: AmountRule, received: Timestamp) -> Earned {
        let given = |text: Option<&str>| text.map(str::to_owned);
        Earned {
            time: Some(received),
            lead_id: Some(postback.lead_id().to_owned()),
            offer_id: postback.campaign_id(),
            subid: given(postback.subid()),
            amount: postback.amount(rule).map(|(amount, _)| amount),
            country: postback.country(),
            reference: None,
        }
    }

    /// Sets the id of the lead; an empty one is absent.
    #[must_use]
    pub fn lead_id(mut self, lead_id: impl Into<String>) -> Earned {
        self.lead_id = Some(lead_id.into()).filter(|lead| !lead.is_empty());
        self
    }

    /// Sets the offer.
    #[must_use]
    pub fn offer_id(mut self, offer_id: u64) -> Earned {
        self.offer_id = Some(offer_id);
        self
    }

    /// Sets the sub-id; an empty one is absent.
    #[must_use]
    pub fn subid(mut self, subid: impl Into<String>) -> Earned {
        self.subid = Some(subid.into()).filter(|subid| !subid.is_empty());
        self
    }

    /// Sets the country of the user.
    #[must_use]
    pub fn country(mut self, country: Country) -> Earned {
        self.country = Some(country);
        self
    }

    /// Sets the time of the conversion.
    #[must_use]
    pub fn at(mut self, time: Timestamp) -> Earned {
        self.time = Some(time);
        self
    }

    /// Sets a name of your own, such as the number of the reward in your database.
    #[must_use]
    pub fn reference(mut self, reference: impl Into<String>) -> Earned {
        self.reference = Some(reference.into());
        self
    }

    /// The id of the lead.
    #[must_use]
    pub fn lead_id_value(&self) -> Option<&str> {
        self.lead_id.as_deref()
    }

    /// The offer.
    #[must_use]
    pub fn offer_id_value(&self) -> Option<u64> {
        self.offer_id
    }

    /// The sub-id.
    #[must_use]
    pub fn subid_value(&self) -> Option<&str> {
        self.subid.as_deref()
    }

    /// The amount, in US dollars; `None` if it is not known.
    #[must_use]
    pub fn amount_value(&self) -> Option<Decimal> {
        self.amount
    }

    /// The country of the user.
    #[must_use]
    pub fn country_value(&self) -> Option<Country> {
        self.country
    }

    /// The time of the conversion.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        self.time
    }

    /// The day of the conversion, in UTC.
    #[must_use]
    pub fn day(&self) -> Option<Date> {
        Some(self.time?.to_zoned(TimeZone::UTC).date())
    }

    /// The name of your own.
    #[must_use]
    pub fn reference_value(&self) -> Option<&str> {
        self.reference.as_deref()
    }
}

impl From<&Conversion> for Earned {
    fn from(conversion: &Conversion) -> Earned {
        let given = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        Earned {
            time: conversion.timestamp(),
            lead_id: given(conversion.lead_id()),
            offer_id: conversion.offer_id(),
            subid: given(conversion.subid()),
            amount: conversion.payout(),
            country: conversion.country(),
            reference: None,
        }
    }
}
