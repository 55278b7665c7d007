//! The parts of an offer that are objects of their own: its events and its images.

use crate::generated::types;
use crate::offers::payout::{Payout, PayoutSource};
use crate::values::amount::Amount;
use crate::values::text::Text;

/// An event of a CPE offer.
///
/// ```
/// # fn show(event: cpalead::OfferEvent<'_>) {
/// println!("{:?}", event.name());
/// # }
/// ```
///
/// The names of its fields are inferred from the provider's postback, and may be missing.
#[derive(Clone, Copy, Debug)]
pub struct OfferEvent<'a> {
    model: &'a types::OfferEvent,
    currency: &'a Option<Text>,
}

impl<'a> OfferEvent<'a> {
    pub(super) fn new(model: &'a types::OfferEvent, currency: &'a Option<Text>) -> Self {
        Self { model, currency }
    }

    /// The key that a postback names the event by.
    ///
    /// ```
    /// # fn show(event: cpalead::OfferEvent<'_>) {
    /// let key = event.key();
    /// # }
    /// ```
    #[must_use]
    pub fn key(&self) -> Option<&'a str> {
        self.model.event_key.as_ref().map(Text::as_str)
    }

    /// The event in words.
    ///
    /// ```
    /// # fn show(event: cpalead::OfferEvent<'_>) {
    /// let name = event.name();
    /// # }
    /// ```
    #[must_use]
    pub fn name(&self) -> Option<&'a str> {
        self.model.event_name.as_ref().map(Text::as_str)
    }

    /// What the event pays. No amount by country is known for events, so that it is always the default.
    ///
    /// ```
    /// # fn show(event: cpalead::OfferEvent<'_>) {
    /// let payout = event.payout();
    /// # }
    /// ```
    #[must_use]
    pub fn payout(&self) -> Option<Payout<'a>> {
        let amount = self.model.amount.and_then(|Amount(amount)| amount)?;
        Some(Payout::new(amount, self.currency, PayoutSource::Default))
    }
}

/// A set of images of an offer.
///
/// ```
/// # fn show(creative: cpalead::Creative<'_>) {
/// let icon = creative.url();
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Creative<'a> {
    model: &'a types::Creative,
}

impl<'a> Creative<'a> {
    pub(super) fn new(model: &'a types::Creative) -> Self {
        Self { model }
    }

    /// The image, most often an icon.
    ///
    /// ```
    /// # fn show(creative: cpalead::Creative<'_>) {
    /// let icon = creative.url();
    /// # }
    /// ```
    #[must_use]
    pub fn url(&self) -> Option<&'a str> {
        self.model.url.as_ref().map(Text::as_str)
    }

    /// A wide image for a preview.
    ///
    /// ```
    /// # fn show(creative: cpalead::Creative<'_>) {
    /// let wide = creative.og_image();
    /// # }
    /// ```
    #[must_use]
    pub fn og_image(&self) -> Option<&'a str> {
        self.model.og_image.as_ref().map(Text::as_str)
    }

    /// A picture of what the offer promotes.
    ///
    /// ```
    /// # fn show(creative: cpalead::Creative<'_>) {
    /// let screenshot = creative.screenshot();
    /// # }
    /// ```
    #[must_use]
    pub fn screenshot(&self) -> Option<&'a str> {
        self.model.screenshot.as_ref().map(Text::as_str)
    }
}
