//! Owns the record of one attempt to send a postback.

use std::time::Duration;

/// One attempt to send a postback, as the provider's dashboard lists it in its logs.
///
/// ```
/// fn failed(attempts: &[cpalead_sandbox::PostbackAttempt]) -> usize {
///     attempts.iter().filter(|attempt| attempt.status != Some(200)).count()
/// }
/// # assert_eq!(failed(&[]), 0);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PostbackAttempt {
    /// The lead id of the conversion.
    pub lead_id: String,
    /// The address that was called, with `***` in place of the password.
    pub url: String,
    /// 1 for the first attempt of a postback.
    pub number: u32,
    /// When it was sent: the real time since the sandbox started.
    pub sent: Duration,
    /// The status of the answer, or `None` if there was none within 15 seconds.
    pub status: Option<u16>,
}
