//! The client of one account, where every call starts.

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
    #[must_use]
    pub fn publisher_id(&self) -> u64 {
        self.inner.publisher_id
    }

    /// Starts a request for offers; no api key is needed.
    ///
    /// Source: Publisher API documentation, Offers API.
    pub fn offers(&self) -> OffersRequest {
        OffersRequest::new(Arc::clone(&self.inner))
    }

    /// How long a call to an endpoint would have to wait now.
    ///
    /// No slot is taken.
    ///
    /// # Errors
    ///
    /// When the store of the rate limits fails.
    pub async fn next_free(&self, endpoint: Endpoint) -> Result<Duration, Error> {
        self.inner.next_free(endpoint).await
    }

    /// Starts a request for the conversions of a sub-id or an IP address; the api key is needed.
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

    /// Starts a request for the conversions of this machine's IP address (`subid=user`).
    ///
    /// It is the address from which this program calls. On a server that is the server's address,
    /// not the user's.
    pub fn conversions_of_caller(&self) -> ConversionsRequest {
        ConversionsRequest::of_caller(Arc::clone(&self.inner))
    }

    /// Starts a request for the reversals of a range of days of any length; the api key is needed.
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

    /// Starts a request for the reversals of the last days, today included; for a job that runs
    /// every night and takes back what is new.
    ///
    /// The provider's time zone is not documented. The range therefore begins and ends so that it
    /// covers as many whole days wherever the provider is: it can be two days longer than `days`.
    /// [`Reversal::key`](crate::Reversal::key) tells apart what an earlier night has seen.
    ///
    /// ```no_run
    /// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
    /// # fn take_back_once(key: &str, reversal: &cpalead::Reversal) {}
    /// # fn show_to_a_person(reversal: &cpalead::Reversal) {}
    /// let mut windows = client.reversals_of_last(45).stream();
    /// while let Some(window) = windows.next().await {
    ///     for reversal in window?.report() {
    ///         match reversal.key() {
    ///             Some(key) => take_back_once(&key, reversal),
    ///             None => show_to_a_person(reversal),
    ///         }
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn reversals_of_last(&self, days: u16) -> ReversalsRequest {
        ReversalsRequest::of_last(Arc::clone(&self.inner), days)
    }
}

/// Shows the publisher id and the address, and never the key.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("publisher_id", &self.inner.publisher_id)
            .field("base_url", &self.inner.base_url)
            .finish_non_exhaustive()
    }
}
