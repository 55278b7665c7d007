//! Owns the record of a request: what it asked for, when it arrived, and the status of its answer.

use std::time::Duration;

/// A request that the sandbox received.
///
/// ```
/// fn starts(requests: &[cpalead_sandbox::Request]) -> Vec<std::time::Duration> {
///     let conversions = requests.iter().filter(|request| request.path == "/api/conversions");
///     conversions.map(|request| request.arrived).collect()
/// }
/// # assert!(starts(&[]).is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// The method, such as `GET`.
    pub method: String,
    /// The path, such as `/api/offers`.
    pub path: String,
    /// The host and port that the client asked, as in its header `Host`.
    pub host: String,
    /// Whether the request had a parameter `api_key`.
    pub has_key: bool,
    /// The decoded parameters in their order, without the api key.
    pub parameters: Vec<(String, String)>,
    /// The time of arrival: the real time since the sandbox started, whatever the speed of its
    /// clock.
    pub arrived: Duration,
    /// The status of the answer.
    pub status: u16,
}

impl Request {
    /// The last value of the parameter `name`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let (_, value) = self.parameters.iter().rev().find(|(key, _)| key == name)?;
        Some(value)
    }
}
