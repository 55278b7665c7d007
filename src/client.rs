//! The client: cheap to clone, one per account.

pub(crate) mod builder;

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;

use crate::call::inner::Inner;
use crate::conversions::ConversionsRequest;
use crate::conversions::subject::Subject;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::offers::OffersRequest;
use crate::reversals::ReversalsRequest;

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
    inner: Arc<Inner>,
}

impl Client {
    fn new(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
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
        self.inner.publisher_id
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
        OffersRequest::new(Arc::clone(&self.inner))
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
        self.inner.next_free(endpoint).await
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
        ConversionsRequest::of_subject(Arc::clone(&self.inner), subject.into())
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
        ConversionsRequest::of_caller(Arc::clone(&self.inner))
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
        ReversalsRequest::new(Arc::clone(&self.inner), *days.start(), *days.end())
    }
}

/// The publisher id and the address; the key is not there, in no form.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("publisher_id", &self.inner.publisher_id)
            .field("base_url", &self.inner.base_url)
            .finish_non_exhaustive()
    }
}
