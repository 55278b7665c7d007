//! Owns the running sandbox as its user sees it: its address, the requests it saw, and its end.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::fault::Fault;
use crate::postback::PostbackAttempt;
use crate::provider::Provider;
use crate::row_members::WrongRow;
use crate::witness::Request;

/// A publisher id for callers without one. The sandbox accepts any positive integer of 64 bits.
pub const DEFAULT_PUBLISHER_ID: u64 = 3_360_001;

/// The api key of a sandbox for which no other key is set.
pub const DEFAULT_API_KEY: &str = "sandbox-api-key";

/// A running stand-in provider. It stops when it is dropped.
///
/// It runs on separate threads, so it also answers a caller that blocks or whose runtime is busy.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// let sandbox = cpalead_sandbox::Sandbox::start().await?;
/// assert!(sandbox.base_url().starts_with("http://127.0.0.1:"));
/// sandbox.stop().await;
/// # Ok(())
/// # })
/// # }
/// ```
#[derive(Debug)]
pub struct Sandbox {
    base_url: String,
    provider: Arc<Provider>,
    stop: Option<oneshot::Sender<()>>,
    ended: oneshot::Receiver<()>,
}

/// The postback password of a sandbox for which no other one is set.
pub const DEFAULT_POSTBACK_PASSWORD: &str = "sandbox-postback-password";

impl Sandbox {
    /// The same as [`DEFAULT_PUBLISHER_ID`], as a constant of the type.
    pub const DEFAULT_PUBLISHER_ID: u64 = DEFAULT_PUBLISHER_ID;

    /// A sandbox whose thread runs until `stop` is dropped, and then drops the sender of `ended`.
    pub(crate) fn of(
        base_url: String,
        provider: Arc<Provider>,
        stop: oneshot::Sender<()>,
        ended: oneshot::Receiver<()>,
    ) -> Sandbox {
        Sandbox {
            base_url,
            provider,
            stop: Some(stop),
            ended,
        }
    }

    /// The address, without a slash at the end: `http://127.0.0.1:PORT`.
    ///
    /// The endpoints are at `/api/offers`, `/api/conversions` and `/api/reversals`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The api key that conversions and reversals accept.
    pub fn api_key(&self) -> &str {
        self.provider.api_key()
    }

    /// Adds a conversion while the sandbox runs, as if a user had completed an offer.
    ///
    /// Returns its lead id.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let sandbox = cpalead_sandbox::Sandbox::start().await?;
    /// let lead_id = sandbox.add_conversion("user-42", 5_540_000);
    /// assert_eq!(lead_id.len(), 16);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// The conversion is the first in the answers for its sub-id. Its time is the first second of
    /// today, its country is the US, and its payout is the payout of the offer there, or null if
    /// the catalogue has no such offer. The bare shape shows no lead ids, so two conversions of one
    /// offer and sub-id look the same in it.
    pub fn add_conversion(&self, subid: &str, offer_id: u64) -> String {
        self.provider.add_conversion(subid, offer_id)
    }

    /// Adds a conversion from a JSON object while the sandbox runs, and returns its lead id.
    ///
    /// `subid` and `offer_id` are required. What [`add_conversion`](Self::add_conversion) sets is
    /// set where the object does not: `country`, `payout`, `timestamp` and `lead_id`. The values of
    /// its postback that the API does not have are members too: `subid2`, `subid3`, `event_key`,
    /// `event_name`, `event_payout`, `ip_address`, `gateway_id`, `idfa` and `gaid`. Any other
    /// member is sent as it is.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let sandbox = cpalead_sandbox::Sandbox::start().await?;
    /// let row = r#"{"subid": "user-42", "offer_id": 7, "payout": "0.40", "lead_id": "lead-1"}"#;
    /// assert_eq!(sandbox.add_chosen_conversion(row)?, "lead-1");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the row has more than 65,536 bytes or is not one JSON object, a member is repeated or
    /// cannot be read, the lead id was added before, or there are 10,000 conversions.
    pub fn add_chosen_conversion(&self, json: &str) -> Result<String, WrongRow> {
        self.provider.add_chosen_conversion(json)
    }

    /// Adds a reversal from a JSON object while the sandbox runs.
    ///
    /// The `lead_id` of an added conversion suffices: `offer_id`, `subid` and `amount` are then
    /// those of the conversion. Without `date` it is of today. Any other member is sent as it is.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let sandbox = cpalead_sandbox::Sandbox::start().await?;
    /// let lead_id = sandbox.add_conversion("user-42", 5_540_000);
    /// sandbox.add_reversal(&format!(r#"{{"lead_id": "{lead_id}"}}"#))?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the row has more than 65,536 bytes or is not one JSON object, a member is repeated or
    /// cannot be read, neither an added conversion nor an offer is named, or there are 10,000
    /// added reversals.
    pub fn add_reversal(&self, json: &str) -> Result<(), WrongRow> {
        self.provider.add_reversal(json)
    }

    /// Adds an offer from a JSON object while the sandbox runs, and returns its id. An offer with
    /// the same id is replaced.
    ///
    /// The fields are sent as they are written, and no field is added. Filters read `countries`,
    /// `device` and `payout_type`; without them the offer is for all. Without `offer_rank` the
    /// offer comes first. Every `updated_since` includes it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let sandbox = cpalead_sandbox::Sandbox::start().await?;
    /// let offer = r#"{"id": 7, "title": "Seven", "amount": "0.40", "countries": ["US"]}"#;
    /// assert_eq!(sandbox.add_offer(offer)?, 7);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the row has more than 65,536 bytes or is not one JSON object, a field is repeated, the
    /// id or the link cannot be read, or there are 5,000 added offers.
    pub fn add_offer(&self, json: &str) -> Result<u64, WrongRow> {
        self.provider.add_offer(json)
    }

    /// Makes `fault` act on the next request to an endpoint, and on no other.
    ///
    /// Several calls of this function act on one request each, in their order.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// use cpalead_sandbox::{Fault, Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// sandbox.fail_next(Fault::CloudflareTimeout);
    /// let url = format!("{}/api/offers?id=3360001", sandbox.base_url());
    /// assert!(matches!(ureq::get(&url).call(), Err(ureq::Error::StatusCode(524))));
    /// assert!(ureq::get(&url).call().is_ok());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn fail_next(&self, fault: Fault) {
        self.provider.fail_next(fault);
    }

    /// The latest 10,000 attempts to send postbacks, in the order in which they ended.
    ///
    /// There are some only after [`SandboxBuilder::postback`](crate::SandboxBuilder::postback).
    pub fn postbacks(&self) -> Vec<PostbackAttempt> {
        self.provider.attempts()
    }

    /// The requests answered so far, in the order in which they arrived.
    ///
    /// A test sees here what a client really did. The latest 100,000 requests are kept.
    pub fn requests(&self) -> Vec<Request> {
        self.provider.requests()
    }

    /// Closes the port and every connection, and returns when both are done.
    pub async fn stop(mut self) {
        self.stop.take();
        // Nothing is ever sent. The error that is returned here means that the thread has dropped
        // the sender and ended.
        let _ = self.ended.await;
    }
}
