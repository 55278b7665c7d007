//! Owns the running sandbox as its user sees it: where it is, what it witnessed, and its end.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::provider::Provider;
use crate::witness::Request;

/// A publisher id to use when none is at hand. The sandbox takes any positive integer of up to 16 digits.
///
/// ```
/// assert_eq!(cpalead_sandbox::DEFAULT_PUBLISHER_ID, 3_360_001);
/// ```
pub const DEFAULT_PUBLISHER_ID: u64 = 3_360_001;

/// The api key of a sandbox that was given none.
///
/// ```
/// assert_eq!(cpalead_sandbox::DEFAULT_API_KEY, "sandbox-api-key");
/// ```
pub const DEFAULT_API_KEY: &str = "sandbox-api-key";

/// A running stand-in provider. It stops when it is dropped.
///
/// It runs on threads of its own, so that a caller who blocks, or whose runtime is busy, is answered all the same.
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

impl Sandbox {
    /// [`DEFAULT_PUBLISHER_ID`] under the type's own name.
    ///
    /// ```
    /// assert_eq!(cpalead_sandbox::Sandbox::DEFAULT_PUBLISHER_ID, 3_360_001);
    /// ```
    pub const DEFAULT_PUBLISHER_ID: u64 = DEFAULT_PUBLISHER_ID;

    /// A sandbox that lives on a thread of its own until `stop` is dropped, and drops the sender of `ended` then.
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

    /// Where it listens, with no slash at the end: `http://127.0.0.1:PORT`. The endpoints are at `/api/offers`,
    /// `/api/conversions` and `/api/reversals`.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let sandbox = cpalead_sandbox::Sandbox::start().await?;
    /// let url = format!("{}/api/offers?id=3360001", sandbox.base_url());
    /// # assert!(!url.contains("//api"));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The api key that conversions and reversals accept.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let sandbox = cpalead_sandbox::Sandbox::builder().api_key("other").start().await?;
    /// assert_eq!(sandbox.api_key(), "other");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn api_key(&self) -> &str {
        self.provider.api_key()
    }

    /// Adds a conversion while the sandbox runs, as when a user completes an offer, and returns its lead id.
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
    /// It comes before all others in the answers for its sub-id, is dated to the first second of today, in the US, and pays
    /// what the offer pays there: nothing when the catalogue has no such offer. The bare shape shows no lead ids, so that
    /// two conversions of one offer and sub-id look the same in it.
    pub fn add_conversion(&self, subid: &str, offer_id: u64) -> String {
        self.provider.add_conversion(subid, offer_id)
    }

    /// The requests answered so far, in the order they arrived: the witness of what a client really did. The latest
    /// 100,000 are kept.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let sandbox = cpalead_sandbox::Sandbox::start().await?;
    /// assert!(sandbox.requests().is_empty());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn requests(&self) -> Vec<Request> {
        self.provider.requests()
    }

    /// Closes the port and every connection, and returns when that is done.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let sandbox = cpalead_sandbox::Sandbox::start().await?;
    /// sandbox.stop().await;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn stop(mut self) {
        self.stop.take();
        // The sender is never used, so this is an error by design: it says that the thread has dropped it and ended.
        let _ = self.ended.await;
    }
}
