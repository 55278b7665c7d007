//! The client: cheap to clone, one per account.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;

use crate::builder::ClientBuilder;
use crate::conversions::{ConversionsRequest, Subject};
use crate::error::Error;
use crate::limits::Endpoint;
use crate::offers::OffersRequest;
use crate::reversals::ReversalsRequest;
use crate::transport::{Shared, limited};

/// A client of the Publisher API for one publisher.
///
/// Cloning is cheap: clones share their connections and their limits.
///
/// ```no_run
/// # async fn run() -> cpalead::Result<()> {
/// use cpalead::Country;
///
/// let client = cpalead::Client::builder(3_360_001).build()?;
/// let offers = client.offers().country(Country::US).limit(10).await?;
/// for offer in &offers {
///     println!("{} {:?}", offer.id(), offer.payout(Country::US));
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

impl Client {
    /// Begins a client for the publisher with this id, a whole number from 1.
    ///
    /// ```
    /// let client = cpalead::Client::builder(3_360_001).build()?;
    /// # Ok::<(), cpalead::Error>(())
    /// ```
    pub fn builder(publisher_id: u64) -> ClientBuilder {
        ClientBuilder::new(publisher_id)
    }

    pub(crate) fn new(shared: Shared) -> Self {
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The publisher id that the client was built with.
    ///
    /// ```
    /// let client = cpalead::Client::builder(3_360_001).build()?;
    /// assert_eq!(client.publisher_id(), 3_360_001);
    /// # Ok::<(), cpalead::Error>(())
    /// ```
    #[must_use]
    pub fn publisher_id(&self) -> u64 {
        self.shared.publisher_id
    }

    /// Begins a request for offers; no api key is needed.
    ///
    /// Source: Publisher API documentation, Offers API.
    ///
    /// ```no_run
    /// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
    /// let offers = client.offers().country(cpalead::Country::US).await?;
    /// # Ok(()) }
    /// ```
    pub fn offers(&self) -> OffersRequest {
        OffersRequest::new(Arc::clone(&self.shared))
    }

    /// How long a call to an endpoint would have to wait now; no slot is taken.
    ///
    /// # Errors
    ///
    /// When the store of the limits fails.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> cpalead::Result<()> {
    /// use cpalead::Endpoint;
    ///
    /// let client = cpalead::Client::builder(3_360_001).build()?;
    /// println!("{:?}", client.next_free(Endpoint::Conversions).await?);
    /// # Ok(()) }
    /// ```
    pub async fn next_free(&self, endpoint: Endpoint) -> Result<Duration, Error> {
        let wait = self.shared.limiter.peek(endpoint).await;
        wait.map_err(|error| limited(error).at(endpoint))
    }

    /// Begins a request for the conversions of a sub-id or an IP address; the api key is needed.
    ///
    /// Source: Publisher API documentation, Conversions API.
    ///
    /// ```no_run
    /// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
    /// let conversions = client.conversions("user-42").await?;
    /// # Ok(()) }
    /// ```
    pub fn conversions(&self, subject: impl Into<Subject>) -> ConversionsRequest {
        ConversionsRequest::of_subject(Arc::clone(&self.shared), subject.into())
    }

    /// Begins a request for the conversions of the caller's own IP address (`subid=user`).
    ///
    /// The caller is whoever runs this program: on a server that is the server, not the user.
    ///
    /// ```no_run
    /// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
    /// let conversions = client.conversions_of_caller().await?;
    /// # Ok(()) }
    /// ```
    pub fn conversions_of_caller(&self) -> ConversionsRequest {
        ConversionsRequest::of_caller(Arc::clone(&self.shared))
    }

    /// Begins a request for the reversals of a range of days of any length; the api key is needed.
    ///
    /// Source: Publisher API documentation, Reversals API.
    ///
    /// ```no_run
    /// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
    /// use jiff::civil::date;
    ///
    /// let windows = client.reversals(date(2026, 9, 1)..=date(2026, 9, 30)).await?;
    /// # Ok(()) }
    /// ```
    pub fn reversals(&self, days: RangeInclusive<Date>) -> ReversalsRequest {
        ReversalsRequest::new(Arc::clone(&self.shared), *days.start(), *days.end())
    }
}

/// The publisher id and the address; the key is not there, in no form.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("publisher_id", &self.shared.publisher_id)
            .field("base_url", &self.shared.base_url)
            .finish_non_exhaustive()
    }
}
