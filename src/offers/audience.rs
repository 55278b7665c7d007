//! The devices and the countries that an offer is for.

use super::field::OfferField;
use super::offer::Offer;
use crate::values::country::Country;
use crate::values::devices::{Device, Devices};

impl Offer {
    /// The devices of the offer that are documented.
    ///
    /// When there are none, [`is_for_any_device`](Offer::is_for_any_device) says whether the offer
    /// is for all devices.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// use cpalead::Device;
    ///
    /// // An offer for every mobile device, and one for iPhones or iPads, suits iOS as well.
    /// let for_ios = offer.is_for_any_device()
    ///     || offer.devices().any(|device| matches!(device, Device::Ios | Device::Mobile))
    ///     || offer.other_devices().any(|word| {
    ///         let word = word.to_ascii_lowercase();
    ///         word.contains("iphone") || word.contains("ipad")
    ///     });
    /// # }
    /// ```
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

    /// Whether the provider could have sent the field and did not.
    fn is_absent(&self, field: OfferField) -> bool {
        !self.is_left_out(field) && !self.is_unreadable(field)
    }
}
