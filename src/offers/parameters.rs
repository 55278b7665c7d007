//! The parameters of a request for offers: they are set, checked and turned into text here.

use super::field::{FieldSet, OfferField};
use super::list::DEFAULT_LIMIT;
use super::offer_type::OfferType;
use super::updated_since::UpdatedSince;
use crate::generated;
use crate::jsonp::Callback;
use crate::values::country::Country;
use crate::values::devices::Device;

/// The largest [`limit`](crate::OffersRequest::limit) that a request for offers can have.
///
/// Source: Publisher API documentation, Offers, `limit`.
pub const MAX_LIMIT: u32 = 5000;

/// The provider's word for the caller of the API, which it knows by address and `User-Agent`.
const CALLER: &str = "user";

/// Every documented parameter, as the caller set it.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters {
    pub(super) country: ForCountry,
    pub(super) devices: ForDevices,
    pub(super) types: Vec<OfferType>,
    pub(super) limit: Option<u32>,
    pub(super) updated_since: Option<UpdatedSince>,
    pub(super) fields: FieldSet,
    pub(super) offerwall_offers: bool,
    pub(super) subid: Option<String>,
    pub(super) subid2: Option<String>,
    pub(super) subid3: Option<String>,
    pub(super) gaid: Option<String>,
    pub(super) idfa: Option<String>,
}

/// The country that the offers are for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum ForCountry {
    #[default]
    Any,
    Named(Country),
    OfCaller,
}

/// The devices that the offers are for.
#[derive(Clone, Debug, Default)]
pub(super) enum ForDevices {
    #[default]
    Any,
    Named(Vec<Device>),
    OfCaller,
}

impl Parameters {
    pub(super) fn add_device(&mut self, device: Device) {
        match &mut self.devices {
            ForDevices::Named(named) if named.contains(&device) => {}
            ForDevices::Named(named) => named.push(device),
            ForDevices::Any | ForDevices::OfCaller => {
                self.devices = ForDevices::Named(vec![device]);
            }
        }
    }

    pub(super) fn add_type(&mut self, offer_type: OfferType) {
        if !self.types.contains(&offer_type) {
            self.types.push(offer_type);
        }
    }

    /// The id is always requested. So is the currency of an amount: an amount without its currency
    /// is half a promise.
    pub(super) fn add_field(&mut self, field: OfferField) {
        self.fields = self.fields.with(OfferField::Id).with(field);
        if matches!(field, OfferField::Amount | OfferField::PayoutsPerCountry) {
            self.fields = self.fields.with(OfferField::PayoutCurrency);
        }
    }

    /// The fields of the answer: those that were named, or all of them.
    pub(super) fn requested(&self) -> FieldSet {
        match self.fields {
            FieldSet::NONE => FieldSet::EVERY,
            fields => fields,
        }
    }

    /// The limit that the provider applies.
    pub(super) fn limit(&self) -> u32 {
        self.limit.unwrap_or(DEFAULT_LIMIT)
    }

    /// # Errors
    ///
    /// What is wrong with a parameter, in words.
    pub(super) fn check(&self) -> Result<(), String> {
        match self.limit {
            Some(limit) if !(1..=MAX_LIMIT).contains(&limit) => Err(format!(
                "limit {limit} is not allowed: expected 1 to {MAX_LIMIT}"
            )),
            _ => Ok(()),
        }
    }

    /// Whether the request is for one visitor: the calling country or device.
    pub(super) fn is_of_caller(&self) -> bool {
        let country = matches!(self.country, ForCountry::OfCaller);
        country || matches!(self.devices, ForDevices::OfCaller)
    }

    /// What the request asks for, in one form: two requests with the same words get the same
    /// offers, whatever the order in which they were set.
    pub(super) fn words(&self) -> Vec<String> {
        let mut words = vec![format!("limit={}", self.limit())];
        if let ForCountry::Named(country) = &self.country {
            words.push(format!("country={country}"));
        }
        if let ForDevices::Named(devices) = &self.devices {
            words.extend(devices.iter().map(|device| format!("device={device}")));
        }
        words.extend(self.types.iter().map(|kind| format!("type={kind}")));
        let fields = self.fields.iter();
        words.extend(fields.map(|field| format!("fields={field}")));
        if self.offerwall_offers {
            words.push("offerwall_offers=true".to_owned());
        }
        let texts = [
            ("subid", &self.subid),
            ("subid2", &self.subid2),
            ("subid3", &self.subid3),
            ("gaid", &self.gaid),
            ("idfa", &self.idfa),
        ];
        for (name, text) in texts {
            words.extend(text.iter().map(|text| format!("{name}={text}")));
        }
        words.sort();
        words
    }

    /// Names the parameters to the generated client.
    ///
    /// # Errors
    ///
    /// Those of the generated client.
    pub(super) async fn name(
        &self,
        publisher_id: u64,
        callback: Option<&Callback>,
        generated: generated::Client,
    ) -> Result<(), generated::Error<()>> {
        let country = match &self.country {
            ForCountry::Any => None,
            ForCountry::Named(country) => Some(country.as_str()),
            ForCountry::OfCaller => Some(CALLER),
        };
        let device = match &self.devices {
            ForDevices::Any => None,
            ForDevices::Named(devices) => comma_list(devices.iter().map(Device::as_str)),
            ForDevices::OfCaller => Some(CALLER.to_owned()),
        };
        let types = comma_list(self.types.iter().map(OfferType::as_str));
        let fields: Vec<_> = self.fields.iter().collect();
        let fields = comma_list(fields.iter().map(OfferField::as_str));
        let updated_since = self.updated_since.map(|time| time.to_string());
        // The generator orders its arguments by name.
        let named = generated.offers(
            callback.map(Callback::as_str),
            country,
            device.as_deref(),
            fields.as_deref(),
            callback.map(|_| "JSONP"),
            self.gaid.as_deref(),
            publisher_id,
            self.idfa.as_deref(),
            self.limit.map(u64::from),
            self.offerwall_offers.then_some("true"),
            self.subid.as_deref(),
            self.subid2.as_deref(),
            self.subid3.as_deref(),
            types.as_deref(),
            updated_since.as_deref(),
        );
        named.await.map(drop)
    }
}

fn comma_list<'a>(words: impl Iterator<Item = &'a str>) -> Option<String> {
    let words: Vec<_> = words.collect();
    (!words.is_empty()).then(|| words.join(","))
}
