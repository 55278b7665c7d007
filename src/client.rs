//! The client: cheap to clone, one per account.

use std::fmt;
use std::sync::Arc;

use crate::builder::ClientBuilder;
use crate::offers::OffersRequest;
use crate::transport::Shared;

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
    #[must_use]
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
    #[must_use]
    pub fn offers(&self) -> OffersRequest {
        OffersRequest::new(Arc::clone(&self.shared))
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
