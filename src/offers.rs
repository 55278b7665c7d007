//! The request for offers, with every documented parameter.

pub(crate) mod audience;
pub(crate) mod field;
pub(crate) mod list;
pub(crate) mod offer;
pub(crate) mod offer_type;
pub(crate) mod parameters;
pub(crate) mod parts;
pub(crate) mod payout;
pub(crate) mod tracking_link;
pub(crate) mod updated_since;

use std::future::IntoFuture;
use std::sync::Arc;

use crate::call::Call;
use crate::call::inner::Inner;
use crate::clock::BoxFuture;
use crate::decode::Decoded;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::jsonp::{self, Callback};
use crate::values::country::Country;
use crate::values::devices::Device;
use field::{FieldSet, OfferField};
use list::{OfferList, SHAPE};
use offer::Offer;
use offer_type::OfferType;
use parameters::{ForCountry, ForDevices, Parameters};
use updated_since::UpdatedSince;

/// A request for offers; made by [`Client::offers`](crate::Client::offers), sent by `.await`.
///
/// A parameter with several values collects them. For any other, the last value counts.
///
/// ```no_run
/// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
/// use cpalead::{Country, Device, OfferType};
///
/// let offers = client
///     .offers()
///     .country(Country::US)
///     .device(Device::Ios)
///     .device(Device::Android)
///     .offer_type(OfferType::Cpi)
///     .limit(100)
///     .subid("user-42")
///     .await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct OffersRequest {
    call: Call,
    parameters: Parameters,
}

impl OffersRequest {
    pub(crate) fn new(inner: Arc<Inner>) -> Self {
        Self {
            call: Call::new(inner, Endpoint::Offers, SHAPE),
            parameters: Parameters::default(),
        }
    }

    /// Only offers for this country.
    ///
    /// Source: Publisher API documentation, Offers, `country`.
    pub fn country(mut self, country: Country) -> Self {
        self.parameters.country = ForCountry::Named(country);
        self
    }

    /// Only offers for the country of the machine that calls the API (`country=user`).
    ///
    /// On a server that is the country of the data centre, not of the user.
    ///
    /// Source: Publisher API documentation, Offers, `country`.
    pub fn country_of_caller(mut self) -> Self {
        self.parameters.country = ForCountry::OfCaller;
        self
    }

    /// Only offers for this device; call it again to add more.
    ///
    /// Source: Publisher API documentation, Offers, `device`.
    ///
    /// ```
    /// # fn show(client: cpalead::Client) {
    /// use cpalead::Device;
    ///
    /// let request = client.offers().device(Device::Ios).device(Device::Android);
    /// # }
    /// ```
    pub fn device(mut self, device: Device) -> Self {
        self.parameters.add_device(device);
        self
    }

    /// Only offers for the device that calls the API (`device=user`).
    ///
    /// On a server that is the server, not the device of the user. The call replaces the devices
    /// that were named before.
    ///
    /// Source: Publisher API documentation, Offers, `device`.
    pub fn device_of_caller(mut self) -> Self {
        self.parameters.devices = ForDevices::OfCaller;
        self
    }

    /// Only offers of this type; call it again to add more.
    ///
    /// Without a type, the provider returns CPA, CPI and CPE offers.
    ///
    /// Source: Publisher API documentation, Offers, `type`.
    ///
    /// ```
    /// # fn show(client: cpalead::Client) {
    /// use cpalead::OfferType;
    ///
    /// let request = client.offers().offer_type(OfferType::Cpi).offer_type(OfferType::Cpr);
    /// # }
    /// ```
    pub fn offer_type(mut self, offer_type: OfferType) -> Self {
        self.parameters.add_type(offer_type);
        self
    }

    /// At most this many offers: 1 to [`MAX_LIMIT`](crate::MAX_LIMIT); the default is 2500.
    ///
    /// There is no paging: to get all offers, narrow the request.
    ///
    /// Source: Publisher API documentation, Offers, `limit`.
    pub fn limit(mut self, limit: u32) -> Self {
        self.parameters.limit = Some(limit);
        self
    }

    /// Only offers updated at or after this time: a [`jiff::civil::Date`] or a
    /// [`jiff::Timestamp`].
    ///
    /// Removed offers are not reported, so do a full pull from time to time (inferred).
    ///
    /// Source: Publisher API documentation, Offers, `updated_since`.
    ///
    /// ```
    /// # fn show(client: cpalead::Client) {
    /// let request = client.offers().updated_since(jiff::civil::date(2026, 4, 1));
    /// # }
    /// ```
    pub fn updated_since(mut self, time: impl Into<UpdatedSince>) -> Self {
        self.parameters.updated_since = Some(time.into());
        self
    }

    /// Only this field of each offer; call it again to add more.
    ///
    /// The id is always requested, and so is the currency of an amount. Payouts need
    /// [`Amount`](OfferField::Amount) and [`PayoutsPerCountry`](OfferField::PayoutsPerCountry).
    /// [`Offer::is_left_out`](crate::Offer::is_left_out) says which fields were not requested.
    ///
    /// Source: Publisher API documentation, Offers, `fields`.
    ///
    /// ```
    /// # fn show(client: cpalead::Client) {
    /// use cpalead::OfferField;
    ///
    /// let request = client.offers().field(OfferField::Title).field(OfferField::Link);
    /// # }
    /// ```
    pub fn field(mut self, field: OfferField) -> Self {
        self.parameters.add_field(field);
        self
    }

    /// Only these fields of each offer; see [`field`](Self::field).
    ///
    /// ```
    /// # fn show(client: cpalead::Client) {
    /// use cpalead::OfferField::{Amount, PayoutsPerCountry, Title};
    ///
    /// let request = client.offers().fields([Title, Amount, PayoutsPerCountry]);
    /// # }
    /// ```
    pub fn fields(self, fields: impl IntoIterator<Item = OfferField>) -> Self {
        fields.into_iter().fold(self, Self::field)
    }

    /// Includes offers that are marked for offerwalls.
    ///
    /// Source: Publisher API documentation, Offers, `offerwall_offers`.
    pub fn with_offerwall_offers(mut self) -> Self {
        self.parameters.offerwall_offers = true;
        self
    }

    /// The sub-id that the provider puts into every link, such as your own id of the user.
    ///
    /// Source: Publisher API documentation, Offers, `subid`.
    pub fn subid(mut self, subid: impl Into<String>) -> Self {
        self.parameters.subid = Some(subid.into());
        self
    }

    /// A second sub-id.
    ///
    /// Source: Publisher API documentation, Offers, `subid2`.
    pub fn subid2(mut self, subid: impl Into<String>) -> Self {
        self.parameters.subid2 = Some(subid.into());
        self
    }

    /// A third sub-id.
    ///
    /// Source: Publisher API documentation, Offers, `subid3`.
    pub fn subid3(mut self, subid: impl Into<String>) -> Self {
        self.parameters.subid3 = Some(subid.into());
        self
    }

    /// The user's Google Advertising ID, put into every link.
    ///
    /// Source: Publisher API documentation, Offers, `gaid`.
    pub fn gaid(mut self, gaid: impl Into<String>) -> Self {
        self.parameters.gaid = Some(gaid.into());
        self
    }

    /// The user's Apple Identifier For Advertisers, put into every link.
    ///
    /// Source: Publisher API documentation, Offers, `idfa`.
    pub fn idfa(mut self, idfa: impl Into<String>) -> Self {
        self.parameters.idfa = Some(idfa.into());
        self
    }

    /// Sends the request; `.await` on the request does the same.
    ///
    /// # Errors
    ///
    /// When the limit is out of range, and when the call gets no usable answer; see [`Error`].
    pub async fn send(self) -> Result<OfferList, Error> {
        let (limit, requested) = (self.parameters.limit(), self.parameters.requested());
        self.fetch(None, |decoded| {
            Ok(OfferList::new(decoded, limit, requested))
        })
        .await
    }

    /// Asks for the offers as JSONP, and returns a script that can be passed on to a browser.
    ///
    /// The answer must be plain JSON or a call of the requested function, and must report success.
    /// Its JSON is then wrapped again, so that nothing in it can end the call or the script
    /// element. Serve the script with
    /// [`jsonp::CONTENT_TYPE`](crate::jsonp::CONTENT_TYPE) and
    /// [`jsonp::NOSNIFF`](crate::jsonp::NOSNIFF).
    ///
    /// # Errors
    ///
    /// As for [`send`](Self::send). Also when a script would read the answer differently than a
    /// JSON reader does, so that it cannot be wrapped.
    ///
    /// ```no_run
    /// # async fn run(client: cpalead::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use cpalead::jsonp::Callback;
    ///
    /// let callback = Callback::new("showOffers")?;
    /// let script = client.offers().limit(10).jsonp(&callback).await?;
    /// # Ok(()) }
    /// ```
    pub async fn jsonp(self, callback: &Callback) -> Result<String, Error> {
        self.fetch(Some(callback), |decoded| {
            jsonp::wrap_valid(callback, decoded.source.json())
                .map_err(|error| Error::decode("", error.to_string()))
        })
        .await
    }

    /// What a catalogue needs to know of the request that it repeats.
    ///
    /// # Errors
    ///
    /// When the request does not ask for the same offers each time, and everywhere.
    pub(crate) fn repeated(&self) -> Result<Repeated<'_>, Error> {
        let Self { call, parameters } = self;
        parameters.check().map_err(|reason| call.refused(reason))?;
        if parameters.is_of_caller() {
            let message = "a catalogue cannot be for the calling country or device, which differ from host to host: name them, or leave them out";
            return Err(call.refused(message));
        }
        if parameters.updated_since.is_some() {
            let message = "a catalogue sets updated_since itself: leave it out";
            return Err(call.refused(message));
        }
        Ok(Repeated {
            call,
            words: parameters.words(),
            limit: parameters.limit(),
            requested: parameters.requested(),
        })
    }

    async fn fetch<T>(
        &self,
        callback: Option<&Callback>,
        finish: impl FnOnce(Decoded<Offer>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Self { call, parameters } = self;
        parameters.check().map_err(|reason| call.refused(reason))?;
        let id = call.publisher_id();
        let operation = async |generated| parameters.name(id, callback, generated).await;
        call.fetch(callback, operation, finish).await
    }
}

/// A request that a catalogue repeats.
pub(crate) struct Repeated<'a> {
    pub(crate) call: &'a Call,
    /// What it asks for, in one form.
    pub(crate) words: Vec<String>,
    pub(crate) limit: u32,
    /// The fields of its answers.
    pub(crate) requested: FieldSet,
}

impl IntoFuture for OffersRequest {
    type Output = Result<OfferList, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
