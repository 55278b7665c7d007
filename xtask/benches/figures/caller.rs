//! The measured clients: the library and three written by hand. All ask the same sandbox for the
//! same offers.
//!
//! - by hand: reqwest, then `serde_json::Value`;
//! - plain: reqwest, the body read chunk by chunk up to a limit and not decoded;
//! - decoded: the plain call, with the body decoded by the library.

use std::hint::black_box;
use std::time::{Duration, Instant};

use cpalead::{Client, OfferList, OfferType, OffersRequest};
use cpalead_sandbox::Sandbox;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use crate::{Fault, Outcome, PUBLISHER};

const CAP: usize = 32 << 20;

/// The requested answer.
pub(crate) struct Answer<'a> {
    pub(crate) address: &'a str,
    pub(crate) encoding: &'a str,
    pub(crate) limit: usize,
}

impl<'a> Answer<'a> {
    pub(crate) fn new(address: &'a str, encoding: &'a str, limit: &str) -> Result<Self, Fault> {
        let limit = limit.parse()?;
        Ok(Self {
            address,
            encoding,
            limit,
        })
    }
}

/// One client of each kind, for one request.
pub(crate) struct Caller {
    runtime: Runtime,
    request: OffersRequest,
    hand: reqwest::Client,
    url: String,
    query: [(&'static str, String); 4],
}

impl Caller {
    pub(crate) fn new(answer: &Answer<'_>) -> Result<Self, Fault> {
        let Answer {
            address,
            encoding,
            limit,
        } = answer;
        let accept = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_str(encoding)?)]);
        let headers = accept.clone();
        let client = Client::builder(PUBLISHER)
            .base_url(*address)
            .http(move |http| http.default_headers(headers).no_proxy())
            .build()?;
        let all = [
            OfferType::Cpa,
            OfferType::Cpi,
            OfferType::Cpe,
            OfferType::Cpr,
        ];
        let request = all
            .into_iter()
            .fold(client.offers(), OffersRequest::offer_type)
            .with_offerwall_offers()
            .limit(u32::try_from(*limit)?);
        let query = [
            ("id", PUBLISHER.to_string()),
            ("type", "cpa,cpi,cpe,cpr".to_owned()),
            ("offerwall_offers", "true".to_owned()),
            ("limit", limit.to_string()),
        ];
        Ok(Self {
            runtime: Builder::new_current_thread().enable_all().build()?,
            request,
            hand: reqwest::Client::builder()
                .default_headers(accept)
                .no_proxy()
                .build()?,
            url: format!("{address}/api/offers"),
            query,
        })
    }

    pub(crate) async fn ours(&self) -> Result<OfferList, Fault> {
        Ok(self.request.clone().await?)
    }

    async fn send(&self) -> reqwest::Result<reqwest::Response> {
        let request = self.hand.get(&self.url).query(&self.query);
        request.send().await?.error_for_status()
    }

    pub(crate) async fn by_hand(&self) -> Result<Value, Fault> {
        Ok(serde_json::from_slice(&self.send().await?.bytes().await?)?)
    }

    pub(crate) async fn plain(&self) -> Result<Vec<u8>, Fault> {
        let mut response = self.send().await?;
        let announced = usize::try_from(response.content_length().unwrap_or(0))?;
        let mut body = Vec::with_capacity(announced.min(CAP));
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > CAP {
                return Err("the body is too large".into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    pub(crate) async fn decoded(&self) -> Result<OfferList, Fault> {
        Ok(OfferList::from_json(self.plain().await?)?)
    }

    /// Makes a call and checks the number of offers, so that the intended call is measured.
    pub(crate) fn check(&self, offers: usize) -> Result<(), Fault> {
        let list = self.runtime.block_on(self.decoded())?;
        if list.len() == offers {
            return Ok(());
        }
        Err(format!("the answer has {} offers instead of {offers}", list.len()).into())
    }

    /// The time of one call, without the time to drop its result.
    pub(crate) fn once<T>(&self, call: impl AsyncFn() -> Result<T, Fault>) -> Duration {
        self.runtime.block_on(async {
            let begun = Instant::now();
            let answer = black_box(call().await);
            let took = begun.elapsed();
            if let Err(error) = answer {
                panic!("a measured call failed: {error}");
            }
            took
        })
    }
}

/// Checks that all requests were equal. Otherwise their times could not be compared.
pub(crate) fn same_request(sandbox: &Sandbox) -> Outcome {
    let asked = sandbox.requests();
    let mut sorted = asked.into_iter().map(|request| {
        let mut parameters = request.parameters;
        parameters.sort_unstable();
        parameters
    });
    let first = sorted.next();
    if first.is_none() || sorted.any(|other| Some(other) != first) {
        return Err("the clients did not send the same request".into());
    }
    Ok(())
}
