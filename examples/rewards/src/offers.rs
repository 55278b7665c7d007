//! Owns the list of offers: pulled now and then, kept while the provider is away.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use cpalead::{Client, OfferList};

/// How often the list is pulled.
pub const EVERY: Duration = Duration::from_secs(600);

/// How often it is tried until there is a list.
const AT_FIRST: Duration = Duration::from_secs(30);

/// The latest list of offers.
#[derive(Clone, Debug, Default)]
pub struct Offers(Arc<RwLock<Option<Arc<OfferList>>>>);

impl Offers {
    /// The list, or `None` until the first pull.
    #[must_use]
    pub fn get(&self) -> Option<Arc<OfferList>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Pulls the whole list.
    ///
    /// # Errors
    ///
    /// When the provider does not answer, or answers without offers while there were some. The list
    /// stays as it was.
    pub async fn pull(&self, client: &Client) -> Result<usize, String> {
        let list = client
            .offers()
            .limit(5_000)
            .await
            .map_err(|error| error.to_string())?;
        if list.is_empty() && self.get().is_some() {
            return Err("the answer has no offers, so the list before it stays".to_owned());
        }
        let count = list.len();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(list));
        Ok(count)
    }

    /// Pulls the list again and again.
    pub async fn keep_fresh(self, client: Client) {
        loop {
            let wait = self.get().map_or(AT_FIRST, |_| EVERY);
            tokio::time::sleep(wait).await;
            if let Err(error) = self.pull(&client).await {
                eprintln!("offers: {error}");
            }
        }
    }
}
