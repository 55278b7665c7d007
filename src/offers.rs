//! Offers: the request with every documented parameter.

mod send;
mod updated_since;

use std::future::IntoFuture;
use std::sync::Arc;

use crate::answer;
use crate::clock::BoxFuture;
use crate::country::Country;
use crate::devices::Device;
use crate::error::Error;
use crate::jsonp::Callback;
use crate::limits::Endpoint;
use crate::offer::Offer;
use crate::offer_field::{FieldSet, OfferField};
use crate::offer_list::{DEFAULT_LIMIT, OfferList, SHAPE};
use crate::open::OfferType;
use crate::transport::Shared;

pub use updated_since::UpdatedSince;

/// A request for offers; made by [`Client::offers`](crate::Client::offers), sent by `.await`.
///
/// Parameters that take several values add up; of the others the last one counts.
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
    shared: Arc<Shared>,
    country: Option<Place>,
    devices: Vec<Device>,
    device_of_caller: Option<Caller>,
    types: Vec<OfferType>,
    limit: Option<u32>,
    updated_since: Option<UpdatedSince>,
    fields: FieldSet,
    offerwall: Option<Offerwall>,
    subid: Option<String>,
    subid2: Option<String>,
    subid3: Option<String>,
    gaid: Option<String>,
    idfa: Option<String>,
}

/// Whose country is meant.
#[derive(Clone, Copy, Debug)]
enum Place {
    Named(Country),
    OfCaller,
}

/// That the caller's own device is meant.
#[derive(Clone, Copy, Debug)]
struct Caller;

/// That offers marked for offerwalls are wanted too.
#[derive(Clone, Copy, Debug)]
struct Offerwall;

impl OffersRequest {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            country: None,
            devices: Vec::new(),
            device_of_caller: None,
            types: Vec::new(),
            limit: None,
            updated_since: None,
            fields: FieldSet::NONE,
            offerwall: None,
            subid: None,
            subid2: None,
            subid3: None,
            gaid: None,
            idfa: None,
        }
    }

    /// Only offers for this country.
    ///
    /// Source: Publisher API documentation, Offers, `country`.
    ///
    /// ```
    /// # fn show(client: cpalead::Client) {
    /// let request = client.offers().country(cpalead::Country::US);
    /// # }
    /// ```
    pub fn country(mut self, country: Country) -> Self {
        self.country = Some(Place::Named(country));
        self
    }

    /// Only offers for the country that the caller of the API is in (`country=user`).
    ///
    /// The caller is whoever runs this program: on a server that is the data centre, not the user.
    ///
    /// ```
    /// # fn show(client: cpalead::Client) {
    /// let request = client.offers().country_of_caller();
    /// # }
    /// ```
    pub fn country_of_caller(mut self) -> Self {
        self.country = Some(Place::OfCaller);
        self
    }

    /// Only offers for this device; call it again for more.
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
        self.device_of_caller = None;
        if !self.devices.contains(&device) {
            self.devices.push(device);
        }
        self
    }

    /// Only offers for the device that calls the API (`device=user`), which on a server is the server.
    ///
    /// ```
    /// # fn show(client: cpalead::Client) {
    /// let request = client.offers().device_of_caller();
    /// # }
    /// ```
    pub fn device_of_caller(mut self) -> Self {
        self.devices.clear();
        self.device_of_caller = Some(Caller);
        self
    }

    /// Only offers of this type; call it again for more. Without it: CPA, CPI and CPE.
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
        if !self.types.contains(&offer_type) {
            self.types.push(offer_type);
        }
        self
    }

    /// At most so many offers: 1 to 5000, and 2500 unless set. There is no paging: narrow the request instead.
    ///
    /// Source: Publisher API documentation, Offers, `limit`.
    ///
    /// ```
    /// # fn show(client: cpalead::Client) {
    /// let request = client.offers().limit(100);
    /// # }
    /// ```
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Only offers updated at or after this time: a [`jiff::civil::Date`] or a
    /// [`jiff::Timestamp`].
    ///
    /// Offers that have gone are not told of, so that a full pull is needed from time to time (inferred).
    ///
    /// Source: Publisher API documentation, Offers, `updated_since`.
    ///
    /// ```
    /// # fn show(client: cpalead::Client) {
    /// let request = client.offers().updated_since(jiff::civil::date(2026, 4, 1));
    /// # }
    /// ```
    pub fn updated_since(mut self, time: impl Into<UpdatedSince>) -> Self {
        self.updated_since = Some(time.into());
        self
    }

    /// Only this field of each offer; call it again for more. The id always comes along, and with an amount its currency.
    ///
    /// What is left out is said to be so by [`Offer::is_left_out`](crate::Offer::is_left_out). Payouts need
    /// [`Amount`](OfferField::Amount) and [`PayoutsPerCountry`](OfferField::PayoutsPerCountry).
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
        self.fields = self.fields.with(OfferField::Id).with(field);
        if matches!(field, OfferField::Amount | OfferField::PayoutsPerCountry) {
            // An amount without its currency is half a promise.
            self.fields = self.fields.with(OfferField::PayoutCurrency);
        }
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

    /// Offers that are marked for offerwalls too.
    ///
    /// Source: Publisher API documentation, Offers, `offerwall_offers`.
    ///
    /// ```
    /// # fn show(client: cpalead::Client) {
    /// let request = client.offers().with_offerwall_offers();
    /// # }
    /// ```
    pub fn with_offerwall_offers(mut self) -> Self {
        self.offerwall = Some(Offerwall);
        self
    }

    /// The sub-id that the provider puts into every link, such as your user's number.
    ///
    /// Source: Publisher API documentation, Offers, `subid`.
    ///
    /// ```
    /// # fn show(client: cpalead::Client) {
    /// let request = client.offers().subid("user-42");
    /// # }
    /// ```
    pub fn subid(mut self, subid: impl Into<String>) -> Self {
        self.subid = Some(subid.into());
        self
    }

    /// A second sub-id.
    ///
    /// ```
    /// # fn show(client: cpalead::Client) {
    /// let request = client.offers().subid("user-42").subid2("spring");
    /// # }
    /// ```
    pub fn subid2(mut self, subid: impl Into<String>) -> Self {
        self.subid2 = Some(subid.into());
        self
    }

    /// A third sub-id.
    ///
    /// ```
    /// # fn show(client: cpalead::Client) {
    /// let request = client.offers().subid("user-42").subid3("board");
    /// # }
    /// ```
    pub fn subid3(mut self, subid: impl Into<String>) -> Self {
        self.subid3 = Some(subid.into());
        self
    }

    /// The user's Google Advertising ID, put into every link.
    ///
    /// ```
    /// # fn show(client: cpalead::Client) {
    /// let request = client.offers().gaid("38400000-8cf0-11bd-b23e-10b96e40000d");
    /// # }
    /// ```
    pub fn gaid(mut self, gaid: impl Into<String>) -> Self {
        self.gaid = Some(gaid.into());
        self
    }

    /// The user's Apple Identifier For Advertisers, put into every link.
    ///
    /// ```
    /// # fn show(client: cpalead::Client) {
    /// let request = client.offers().idfa("EA7583CD-A667-48BC-B806-42ECB2B48606");
    /// # }
    /// ```
    pub fn idfa(mut self, idfa: impl Into<String>) -> Self {
        self.idfa = Some(idfa.into());
        self
    }

    /// Sends the request; `.await` on the request does the same.
    ///
    /// # Errors
    ///
    /// When the limit is out of range, and when no usable answer came; see [`Error`].
    ///
    /// ```no_run
    /// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
    /// let offers = client.offers().limit(10).send().await?;
    /// # Ok(()) }
    /// ```
    pub async fn send(self) -> Result<OfferList, Error> {
        let shared = Arc::clone(&self.shared);
        let call = async {
            let body = self.fetch(None).await?;
            let answer = answer::some_rows(&self.shared, Endpoint::Offers, &body, None, SHAPE)?;
            let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
            Ok(OfferList::new(answer, body.text, limit, self.requested()))
        };
        shared.traced(Endpoint::Offers, call).await
    }

    /// Asks for the offers as JSONP, and returns the answer as a script to pass on to a browser.
    ///
    /// The answer is read and checked like any other: it is plain JSON or calls the function that was asked for, and says that all went
    /// well. Then it is wrapped anew, so that nothing in it can end the call or the script element. Serve it with
    /// [`jsonp::CONTENT_TYPE`](crate::jsonp::CONTENT_TYPE) and [`jsonp::NOSNIFF`](crate::jsonp::NOSNIFF).
    ///
    /// # Errors
    ///
    /// As for [`send`](Self::send); and when the answer cannot be wrapped, because a script would read it otherwise than JSON.
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
        let shared = Arc::clone(&self.shared);
        let call = async {
            let body = self.fetch(Some(callback)).await?;
            let shared = &*self.shared;
            let asked = Some(callback);
            answer::some_rows::<Offer>(shared, Endpoint::Offers, &body, asked, SHAPE)?;
            answer::json_of(&body.text, asked)
                .and_then(|json| answer::rewrapped(json, callback))
                .map_err(|error| shared.explained(error, Endpoint::Offers, &body))
        };
        shared.traced(Endpoint::Offers, call).await
    }
}

impl IntoFuture for OffersRequest {
    type Output = Result<OfferList, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
