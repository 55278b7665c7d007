//! Whether an offer runs for the users that the options name, and what it pays for them.

use std::fmt;

use cpalead::{Country, Device, Offer, OfferField, Payout};
use serde::ser::{Serialize, Serializer};

use crate::values::DeviceChoice;

/// Users in a country, with any of these devices. Without a device, the offer's devices do not
/// matter.
#[derive(Debug, Clone)]
pub(crate) struct Audience {
    country: Country,
    devices: Vec<Device>,
}

/// Whether an offer runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runs {
    Yes,
    No,
    /// The countries or the devices were not sent, or cannot be read.
    Unknown,
}

impl Audience {
    pub(crate) fn new(country: Country, devices: Vec<Device>) -> Audience {
        Audience { country, devices }
    }

    /// The same for the devices of a request. Which one the calling device is, is not known here.
    pub(crate) fn of_request(country: Country, devices: &[DeviceChoice]) -> Audience {
        let named = devices.iter().filter_map(|device| match device {
            DeviceChoice::Named(device) => Some(*device),
            DeviceChoice::OfCaller => None,
        });
        Audience::new(country, named.collect())
    }

    pub(crate) fn country(&self) -> Country {
        self.country
    }

    /// The fields that decide whether an offer runs.
    pub(crate) fn fields(&self) -> impl Iterator<Item = OfferField> {
        let device = (!self.devices.is_empty()).then_some(OfferField::Device);
        [OfferField::Countries].into_iter().chain(device)
    }

    pub(crate) fn runs(&self, offer: &Offer) -> Runs {
        if self.devices.is_empty() {
            return Runs::of(offer.is_for_country(self.country));
        }
        let answers = self.devices.iter();
        let answers = answers.map(|device| Runs::of(offer.is_for(self.country, *device)));
        answers.fold(Runs::No, |all, one| match (all, one) {
            (Runs::Yes, _) | (_, Runs::Yes) => Runs::Yes,
            (Runs::Unknown, _) | (_, Runs::Unknown) => Runs::Unknown,
            _ => Runs::No,
        })
    }

    /// What the offer pays: nothing where it does not run, or is not known to run.
    pub(crate) fn payout<'a>(&self, offer: &'a Offer) -> Option<Payout<'a>> {
        if self.devices.is_empty() {
            let runs = self.runs(offer) == Runs::Yes;
            return runs.then(|| offer.payout(self.country)).flatten();
        }
        let devices = self.devices.iter();
        devices
            .filter_map(|device| offer.payable(self.country, *device))
            .next()
    }
}

impl Runs {
    /// The name of the column.
    pub(crate) const NAME: &str = "runs";

    fn of(answer: Option<bool>) -> Runs {
        match answer {
            Some(true) => Runs::Yes,
            Some(false) => Runs::No,
            None => Runs::Unknown,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Runs::Yes => "yes",
            Runs::No => "no",
            Runs::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Runs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
