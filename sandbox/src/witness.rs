//! Owns the witness: what each request asked, when, and what it got.

use std::time::Duration;

/// One request as the sandbox saw it.
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
    /// The decoded parameters in the order they came, without the api key.
    pub parameters: Vec<(String, String)>,
    /// When it arrived: real time since the sandbox started, whatever the speed of its clock.
    pub arrived: Duration,
    /// The status it was answered with.
    pub status: u16,
}

impl Request {
    /// The last value given for the parameter `name`.
    ///
    /// ```
    /// fn asked_for(request: &cpalead_sandbox::Request) -> Option<&str> {
    ///     request.parameter("country")
    /// }
    /// ```
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let (_, value) = self.parameters.iter().rev().find(|(key, _)| key == name)?;
        Some(value)
    }
}
