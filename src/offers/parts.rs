//! The parts of an offer that are objects in the JSON: its events and its images.

use crate::generated::types;
use crate::offers::payout::{Payout, PayoutSource};
use crate::values::amount::Amount;
use crate::values::text::Text;

/// An event of a CPE offer.
///
/// Its fields are inferred from the provider's postback. Any of them may be missing.
///
/// ```
/// # fn show(event: cpalead::OfferEvent<'_>) {
/// println!("{:?} pays {:?}", event.name(), event.payout());
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct OfferEvent<'a> {
    model: &'a types::OfferEvent,
    // None if the currency is there and cannot be read.
    currency: Option<&'a Option<Text>>,
}

impl<'a> OfferEvent<'a> {
    pub(super) fn new(model: &'a types::OfferEvent, currency: Option<&'a Option<Text>>) -> Self {
        Self { model, currency }
    }

    /// The key of the event in a postback.
    #[must_use]
    pub fn key(&self) -> Option<&'a str> {
        self.model.event_key.as_ref().map(Text::as_str)
    }

    /// What the user must do, in words.
    #[must_use]
    pub fn name(&self) -> Option<&'a str> {
        self.model.event_name.as_ref().map(Text::as_str)
    }

    /// What the event pays.
    ///
    /// It is always the default amount: no amounts by country are known for events.
    #[must_use]
    pub fn payout(&self) -> Option<Payout<'a>> {
        let amount = self.model.amount.and_then(|Amount(amount)| amount)?;
        Some(Payout::new(amount, self.currency?, PayoutSource::Default))
    }
}

/// A set of images of an offer; each is a URL that may be missing.
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

    /// The URL of the image, most often an icon.
    #[must_use]
    pub fn url(&self) -> Option<&'a str> {
        self.model.url.as_ref().map(Text::as_str)
    }

    /// The URL of a wide image for a preview.
    #[must_use]
    pub fn og_image(&self) -> Option<&'a str> {
        self.model.og_image.as_ref().map(Text::as_str)
    }

    /// The URL of a picture of what the offer promotes.
    #[must_use]
    pub fn screenshot(&self) -> Option<&'a str> {
        self.model.screenshot.as_ref().map(Text::as_str)
    }
}
