//! The request for offers as it goes out: checked, and in the provider's words.

use super::{Caller, OffersRequest, Offerwall, Place};
use crate::devices::Device;
use crate::error::Error;
use crate::jsonp::Callback;
use crate::limits::Endpoint;
use crate::offer_field::{FieldSet, OfferField};
use crate::open::OfferType;
use crate::transport::Body;

/// What the provider sends at most (documented).
const LARGEST_LIMIT: u32 = 5000;

/// The caller of the API, whom the provider knows by address and `User-Agent`.
const CALLER: &str = "user";

impl OffersRequest {
    pub(super) fn requested(&self) -> FieldSet {
        match self.fields {
            FieldSet::NONE => FieldSet::EVERY,
            fields => fields,
        }
    }

    pub(super) async fn fetch(&self, callback: Option<&Callback>) -> Result<Body, Error> {
        if let Some(limit) = self.limit
            && !(1..=LARGEST_LIMIT).contains(&limit)
        {
            return Err(Error::configuration(format!(
                "limit {limit} is not allowed: expected 1 to {LARGEST_LIMIT}"
            ))
            .at(Endpoint::Offers));
        }
        let country = self.country.as_ref().map(|place| match place {
            Place::Named(country) => country.as_str(),
            Place::OfCaller => CALLER,
        });
        let device = match self.device_of_caller {
            Some(Caller) => Some(CALLER.to_owned()),
            None => comma_list(self.devices.iter().map(Device::as_str)),
        };
        let types = comma_list(self.types.iter().map(OfferType::as_str));
        let fields: Vec<_> = self.fields.iter().collect();
        let fields = comma_list(fields.iter().map(OfferField::as_str));
        let updated_since = self.updated_since.map(|time| time.to_string());
        let offerwall = self.offerwall.map(|Offerwall| "true");
        let id = self.shared.publisher_id;
        let call = self
            .shared
            .call(&self.shared.limiter, Endpoint::Offers, async |generated| {
                // The generator orders its arguments by name.
                generated
                    .offers(
                        callback.map(Callback::as_str),
                        country,
                        device.as_deref(),
                        fields.as_deref(),
                        callback.map(|_| "JSONP"),
                        self.gaid.as_deref(),
                        id,
                        self.idfa.as_deref(),
                        self.limit.map(u64::from),
                        offerwall,
                        self.subid.as_deref(),
                        self.subid2.as_deref(),
                        self.subid3.as_deref(),
                        types.as_deref(),
                        updated_since.as_deref(),
                    )
                    .await
            });
        call.await
    }
}

fn comma_list<'a>(words: impl Iterator<Item = &'a str>) -> Option<String> {
    let words: Vec<_> = words.collect();
    (!words.is_empty()).then(|| words.join(","))
}
