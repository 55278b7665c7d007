//! Whom an offer is for: its devices and its countries.

use super::field::OfferField;
use super::offer::Offer;
use crate::values::country::Country;
use crate::values::devices::{Device, Devices};

impl Offer {
    /// The documented devices among those of the offer. See [`is_for_any_device`](Offer::is_for_any_device) when there is none.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let for_ios = offer.is_for_any_device() || offer.devices().any(|device| device == cpalead::Device::Ios);
    /// # }
    /// ```
    pub fn devices(&self) -> impl Iterator<Item = Device> + '_ {
        self.model.device.iter().flat_map(Devices::known)
    }

    /// Words for devices that are not documented, as the provider sent them.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let unknown: Vec<&str> = offer.other_devices().collect();
    /// # }
    /// ```
    pub fn other_devices(&self) -> impl Iterator<Item = &str> {
        let unknown = self.model.device.iter().flat_map(Devices::unknown);
        unknown.map(AsRef::as_ref)
    }

    /// Whether the provider says that any device will do, or names none. False where the devices were left out.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let any = offer.is_for_any_device();
    /// # }
    /// ```
    #[must_use]
    pub fn is_for_any_device(&self) -> bool {
        match &self.model.device {
            Some(devices) => devices.are_any(),
            None => !self.is_left_out(OfferField::Device),
        }
    }

    /// The countries, in the provider's order. See [`is_for_country`](Offer::is_for_country) for what an empty list means.
    ///
    /// ```
    /// # fn show(offer: &cpalead::Offer) {
    /// let countries = offer.countries();
    /// # }
    /// ```
    #[must_use]
    pub fn countries(&self) -> &[Country] {
        self.model
            .countries
            .as_ref()
            .map_or(&[], |countries| countries.codes())
    }

    /// Whether users in the country are meant: the list names it, or names none at all, or says `ALL`.
    ///
    /// Nothing where the countries were left out. That an empty list means every country is observed, not documented.
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
            None => (!self.is_left_out(OfferField::Countries)).then_some(true),
        }
    }
}
