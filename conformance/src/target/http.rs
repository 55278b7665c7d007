//! Makes one call and reads its answer, with the same hardening as the client: no redirects, no
//! referer, no retries, a cap on the body, and errors without the URL.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Url, redirect, retry};

use crate::asks::Ask;
use crate::error::Error;
use crate::exchange::Exchange;
use crate::plain;
use crate::scrub::{PUBLISHER, Scrubber};

/// The largest body that is read. The provider's largest answers have about 10 MiB.
const LARGEST: usize = 16 << 20;

/// The headers that cases look at.
const KEPT: [&str; 5] = [
    "allow",
    "cache-control",
    "content-type",
    "location",
    "retry-after",
];

/// The longest header that is kept, in characters.
const LONGEST_HEADER: usize = 200;

/// A server, and who asks it.
pub(crate) struct Server {
    client: Client,
    base: Url,
    publisher: u64,
    key: Option<String>,
}

impl Server {
    pub(crate) fn new(base: &str, publisher: u64, key: Option<String>) -> Result<Server, Error> {
        let url = Url::parse(base)
            .ok()
            .filter(|url| url.host_str().is_some_and(|host| !host.is_empty()));
        let Some(base) = url else {
            return Err(Error::new(
                "the address of the target is not a URL such as http://127.0.0.1:8080",
            ));
        };
        let host = base.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let local = host == "localhost"
            || host
                .parse()
                .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        if base.scheme() != "https" && !(base.scheme() == "http" && local) {
            return Err(Error::new(
                "the address of the target is not https, and not http to this machine",
            ));
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(Error::new(
                "the address of the target has a user name; remove it",
            ));
        }
        if key.as_ref().is_some_and(|key| key.chars().count() < 8) {
            return Err(Error::new(
                "the api key has fewer than 8 characters, too few to be found and hidden",
            ));
        }
        let mut builder = Client::builder()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(retry::never())
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_secs(30))
            .timeout(Duration::from_secs(60))
            .user_agent(concat!("cpalead-conformance/", env!("CARGO_PKG_VERSION")));
        if local {
            builder = builder.no_proxy();
        }
        let client = builder
            .build()
            .map_err(|_| Error::new("no HTTP client can be built: is there a TLS backend?"))?;
        Ok(Server {
            client,
            base,
            publisher,
            key,
        })
    }

    pub(crate) fn has_key(&self) -> bool {
        self.key.is_some()
    }

    pub(crate) fn scrubber(&self, asked: &str) -> Scrubber {
        Scrubber::new(self.key.as_deref(), self.publisher, asked)
    }

    /// Makes a call. The answer is scrubbed before it is returned.
    pub(crate) async fn call(
        &self,
        ask: &Ask,
        query: &[(String, String)],
        scrubber: &mut Scrubber,
    ) -> Result<Exchange, String> {
        let mut url = self.base.clone();
        url.set_path(&format!(
            "{}{}",
            self.base.path().trim_end_matches('/'),
            ask.path.text()
        ));
        let mut scrubbed = Vec::new();
        {
            let mut pairs = url.query_pairs_mut();
            pairs.clear();
            if ask.carries("id") {
                pairs.append_pair("id", &self.publisher.to_string());
                scrubbed.push(("id".to_owned(), PUBLISHER.to_owned()));
            }
            if let Some(key) = self.key.as_ref().filter(|_| ask.carries("api_key")) {
                pairs.append_pair("api_key", key);
            }
            for (name, value) in query {
                pairs.append_pair(name, value);
                let value = if name == "subid" {
                    scrubber.subid(value)
                } else {
                    value.clone()
                };
                scrubbed.push((name.clone(), value));
            }
        }
        let mut answer = self
            .client
            .get(url)
            .send()
            .await
            .map_err(|error| failed(error, scrubber))?;
        let mut body = Vec::new();
        while let Some(chunk) = answer
            .chunk()
            .await
            .map_err(|error| failed(error, scrubber))?
        {
            if body.len() + chunk.len() > LARGEST {
                return Err(format!("the body is larger than {} MiB", LARGEST >> 20));
            }
            body.extend_from_slice(&chunk);
        }
        let (headers, in_headers) = kept(answer.headers(), scrubber);
        let (body, in_body) = scrubber.bytes(&body);
        Ok(Exchange {
            name: ask.name.to_owned(),
            path: ask.path.text().to_owned(),
            query: scrubbed,
            status: answer.status().as_u16(),
            headers,
            body,
            key_echoed: in_headers || in_body,
        })
    }
}

fn kept(headers: &HeaderMap, scrubber: &mut Scrubber) -> (Vec<(String, String)>, bool) {
    let (mut kept, mut echoed) = (Vec::new(), false);
    for name in KEPT {
        let Some(value) = headers.get(name) else {
            continue;
        };
        let (value, found) = scrubber.text(&String::from_utf8_lossy(value.as_bytes()));
        echoed |= found;
        // The query of a redirect may repeat anything.
        let value = value.split(['?', '#']).next().unwrap_or_default();
        kept.push((
            name.to_owned(),
            value.chars().take(LONGEST_HEADER).collect(),
        ));
    }
    (kept, echoed)
}

/// The messages of an error and its causes, without the URL and the secrets.
fn failed(error: reqwest::Error, scrubber: &mut Scrubber) -> String {
    let error = error.without_url();
    let mut parts = vec![error.to_string()];
    let mut next = std::error::Error::source(&error);
    while let Some(cause) = next {
        parts.push(cause.to_string());
        next = cause.source();
    }
    plain::line(&scrubber.text(&parts.join(": ")).0)
}
