//! Owns what all requests share.

use cpalead::Client;
use cpalead::postbacks::Postbacks;

use crate::offers::Offers;
use crate::points::Terms;
use crate::store::Store;

/// What all requests share.
#[derive(Debug)]
pub struct Shop {
    /// The connection to the provider.
    pub client: Client,
    /// Reads and checks postbacks.
    pub postbacks: Postbacks,
    /// The latest list of offers.
    pub offers: Offers,
    /// The database.
    pub store: Store,
    /// What a user gets of a payout.
    pub terms: Terms,
}
