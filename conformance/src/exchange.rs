//! One request and its answer, as cases see it and recordings keep it: scrubbed, and without the
//! api key.

/// A request and its answer.
///
/// Everything in it has been scrubbed, so the verdicts on an exchange are those on its recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Its name, such as `offers/default`.
    pub name: String,
    /// The path of the request.
    pub path: String,
    /// The parameters of the request, decoded, without the api key.
    pub query: Vec<(String, String)>,
    /// The status of the answer.
    pub status: u16,
    /// The headers that cases look at, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed.
    pub body: Vec<u8>,
    /// Whether the answer repeated the api key, in any spelling, before it was scrubbed.
    pub key_echoed: bool,
}

impl Exchange {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The value of a parameter of the request.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut query = self.query.iter();
        query
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}
