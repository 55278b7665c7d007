//! The devices and the countries that an offer is for.

use super::field::OfferField;
use super::offer::Offer;
use super::payout::Payout;
use crate::values::country::Country;
use crate::values::devices::{Device, Devices};

impl Offer {
    /// Whether the offer is for users in this country with this device.
    ///
    /// The answer is `None` where it is not known: the request left out the devices or the
    /// countries, they cannot be read, or the offer has a word for devices that nobody knows.
    /// `mobile` includes iOS and Android, and `iphone` and `ipad` are iOS.
    ///
    /// ```
    /// # fn show(offers: &cpalead::OfferList) {
    /// use cpalead::{Country, Device};
    ///
    /// let for_visitor = |offer: &&cpalead::Offer| {
    ///     offer.is_for(Country::US, Device::Ios) == Some(true)
    /// };
    /// let shown: Vec<_> = offers.iter().filter(for_visitor).collect();
    /// # }
    /// ```
    #[must_use]
    pub fn is_for(&self, country: Country, device: Device) -> Option<bool> {
        match (self.is_for_country(country), self.is_for_device(device)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }

    /// Whether the offer is for users with this device; see [`is_for`](Self::is_for).
    #[must_use]
    pub fn is_for_device(&self, device: Device) -> Option<bool> {
        match &self.model.device {
            Some(devices) => devices.include(device),
            None => self.is_absent(OfferField::Device).then_some(true),
        }
    }

    /// What the offer pays for a user in this country with this device.
    ///
    /// Unlike [`payout`](Self::payout), which says what the list says, it is `None` where the offer
    /// does not run or is not known to run.
    #[must_use]
    pub fn payable(&self, country: Country, device: Device) -> Option<Payout<'_>> {
        let runs = self.is_for(country, device) == Some(true);
        runs.then(|| self.payout(country)).flatten()
    }

    /// The devices of the offer that are documented.
    ///
    /// [`is_for_device`](Self::is_for_device) says which devices they include.
    pub fn devices(&self) -> impl Iterator<Item = Device> + '_ {
        self.model.device.iter().flat_map(Devices::known)
    }

    /// The devices of the offer that are not documented, in the words of the provider.
    pub fn other_devices(&self) -> impl Iterator<Item = &str> {
        let unknown = self.model.device.iter().flat_map(Devices::unknown);
        unknown.map(AsRef::as_ref)
    }

    /// Whether the offer is for all devices: the provider says so, or names no device.
    ///
    /// It is false when the request left out the devices, or they cannot be read.
    #[must_use]
    pub fn is_for_any_device(&self) -> bool {
        match &self.model.device {
            Some(devices) => devices.are_any(),
            None => self.is_absent(OfferField::Device),
        }
    }

    /// The countries of the offer, in the order of the answer.
    ///
    /// See [`is_for_country`](Offer::is_for_country) for what an empty list means.
    #[must_use]
    pub fn countries(&self) -> &[Country] {
        self.model
            .countries
            .as_ref()
            .map_or(&[], |countries| countries.codes())
    }

    /// Whether the offer is for users in this country: the list names it, is empty, or says `ALL`.
    ///
    /// It is `None` when the request left out the countries, or they cannot be read. An empty list
    /// means every country: that was observed and is not documented.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let for_us = offer.is_for_country(cpalead::Country::US) == Some(true);
    /// # }
    /// ```
    #[must_use]
    pub fn is_for_country(&self, country: Country) -> Option<bool> {
        match &self.model.countries {
            Some(countries) => Some(countries.include(country)),
            None => self.is_absent(OfferField::Countries).then_some(true),
        }
    }

    /// Whether [`is_for_country`](Self::is_for_country) is true of every country.
    pub(crate) fn is_for_every_country(&self) -> bool {
        match &self.model.countries {
            Some(countries) => countries.are_any(),
            None => self.is_absent(OfferField::Countries),
        }
    }

    /// Whether the provider could have sent the field and did not.
    fn is_absent(&self, field: OfferField) -> bool {
        !self.is_left_out(field) && !self.is_unreadable(field)
    }
}
