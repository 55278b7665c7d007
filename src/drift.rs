//! Drift: what answers hold beside what the provider's document says.
//!
//! The provider may add a field, a payout type or a member at any time. The client reads such an
//! answer as well as it can, and says nothing. A listener that is set with
//! [`ClientBuilder::on_drift`](crate::ClientBuilder::on_drift) hears of it, and
//! [`Drift::of_answer`] tells the same of a recorded body.
//!
//! The names, types and words that count as known come from the document that the client is
//! generated from, and from what its types read beyond that.

pub(crate) mod known;
pub(crate) mod members;
pub(crate) mod finding;
pub(crate) mod scan;
pub(crate) mod monitor;

pub use finding::{Drift, DriftKind};
pub use known::JsonType;

use crate::decode;
use crate::decode::json::{json_of, not_utf8};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::generated::known::{CONVERSIONS, OFFERS, REVERSALS};
use crate::jsonp::without_lone_surrogates;
use known::Known;
use scan::{Scan, scan};

impl Drift {
    /// The differences between the body of a recorded answer and the document.
    ///
    /// A field counts as gone here only if the document requires it: a single answer does not show
    /// what was there before. At most 100 differences are returned.
    ///
    /// # Errors
    ///
    /// When the body is not JSON, or says that the call failed.
    pub fn of_answer(endpoint: Endpoint, body: &[u8]) -> Result<Vec<Drift>, Error> {
        let text = str::from_utf8(body).map_err(|error| not_utf8(error).at(endpoint))?;
        let (json, _) = json_of(text, None).map_err(|error| error.at(endpoint))?;
        let (_, list) = known_of(endpoint);
        if let Some(failure) = decode::failure(json, list) {
            return Err(failure.at(endpoint));
        }
        let scan = compare(endpoint, json)
            .map_err(|error| Error::decode("", error.to_string()).at(endpoint))?;
        Ok(scan.drifts)
    }
}

/// What the document says about the answers of an endpoint, and the member that holds the rows.
pub(crate) fn known_of(endpoint: Endpoint) -> (&'static Known, &'static str) {
    match endpoint {
        Endpoint::Offers => (&OFFERS, "offers"),
        Endpoint::Conversions => (&CONVERSIONS, "conversions"),
        Endpoint::Reversals => (&REVERSALS, "reversals"),
    }
}

/// Compares an answer with the document.
///
/// # Errors
///
/// When the text is not JSON.
pub(crate) fn compare(endpoint: Endpoint, json: &str) -> Result<Scan, serde_json::Error> {
    let (known, list) = known_of(endpoint);
    // Names with half a surrogate pair are read from a copy.
    scan(endpoint, known, list, json).or_else(|error| match without_lone_surrogates(json) {
        Some(repaired) => scan(endpoint, known, list, &repaired),
        None => Err(error),
    })
}

#[cfg(test)]
mod tests;
