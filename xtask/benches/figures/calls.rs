//! Whole calls over loopback: the library's against a hand-written one, and against one that only reads the bytes.
//!
//! All go to one sandbox in this process, which keeps its answers ready, and each has a client of its own that it uses again and
//! again; what the server needs is part of everybody's time. Two encodings: gzip, as the library asks for unless told otherwise
//! (`call_…`), and none (`call_identity_…`). Within one comparison the answers are the same bytes.
//!
//! - by hand: reqwest, then `serde_json::Value`;
//! - plain: reqwest, the body read chunk by chunk with a cap, and nothing made of it.
//!
//! `transport_overhead` is what the library does around the bytes: its call without its decode, which is measured by itself on the
//! same bytes and in the same rounds, over the plain call. It is taken three times: on five offers, where the fixed costs of a call
//! show, and on the whole catalogue with either encoding. The figure is that of five offers; the others stand beside it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use cpalead::{Client, OfferList, OfferType, OffersRequest};
use cpalead_sandbox::Sandbox;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use crate::measure::{Figures, in_turns, timed};
use crate::{OFFERS, Outcome, PUBLISHER, SEED};

const CAP: usize = 32 << 20;

type Fault = Box<dyn std::error::Error>;

pub(crate) fn measure(_: &str, figures: &mut Figures) -> Outcome {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let sandbox = runtime.block_on(Sandbox::builder().seed(SEED).offers(OFFERS).start())?;
    let parties = |encoding, limit| Parties::new(&runtime, &sandbox, encoding, limit);

    let gzip = parties("gzip", OFFERS)?.times(41, 1)?;
    figures.set("call_ms", gzip.ours * 1e3);
    figures.set("call_by_hand_ms", gzip.by_hand * 1e3);
    figures.set("call_plain_ms", gzip.plain * 1e3);
    figures.set("call_vs_by_hand", gzip.ours / gzip.by_hand);

    let identity = parties("identity", OFFERS)?.times(41, 1)?;
    figures.set("call_identity_ms", identity.ours * 1e3);
    figures.set("call_identity_by_hand_ms", identity.by_hand * 1e3);
    figures.set("call_identity_plain_ms", identity.plain * 1e3);
    figures.set("call_identity_vs_by_hand", identity.ours / identity.by_hand);

    let small = parties("gzip", 5)?.times(201, 10)?;
    figures.set("call_small_us", small.ours * 1e6);
    figures.set("call_small_by_hand_us", small.by_hand * 1e6);
    figures.set("call_small_plain_us", small.plain * 1e6);
    figures.set("call_small_decode_us", small.decode * 1e6);
    figures.set("transport_overhead", small.transport());
    figures.set("transport_overhead_gzip", gzip.transport());
    figures.set("transport_overhead_identity", identity.transport());

    runtime.block_on(sandbox.stop());
    Ok(())
}

/// Seconds for one call of each, and for one decode of the same bytes.
struct Times {
    ours: f64,
    by_hand: f64,
    plain: f64,
    decode: f64,
}

impl Times {
    fn transport(&self) -> f64 {
        (self.ours - self.decode) / self.plain
    }
}

/// Those who call for the same answer.
struct Parties<'a> {
    runtime: &'a Runtime,
    request: OffersRequest,
    hand: reqwest::Client,
    url: reqwest::Url,
    body: Vec<u8>,
}

impl<'a> Parties<'a> {
    fn new(
        runtime: &'a Runtime,
        sandbox: &Sandbox,
        encoding: &'static str,
        limit: usize,
    ) -> Result<Self, Fault> {
        let accept = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(encoding))]);
        let headers = accept.clone();
        let client = Client::builder(PUBLISHER)
            .base_url(sandbox.base_url())
            .http(move |http| http.default_headers(headers).no_proxy())
            .build()?;
        let hand = reqwest::Client::builder()
            .default_headers(accept)
            .no_proxy()
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
            .limit(u32::try_from(limit)?);
        let query =
            format!("id={PUBLISHER}&type=cpa,cpi,cpe,cpr&offerwall_offers=true&limit={limit}");
        let url = format!("{}/api/offers?{query}", sandbox.base_url()).parse()?;
        let mut parties = Self {
            runtime,
            request,
            hand,
            url,
            body: Vec::new(),
        };
        parties.body = runtime.block_on(parties.plain())?;
        let ours = runtime.block_on(parties.ours())?;
        let asked = sandbox.requests();
        let [.., by_hand, by_library] = asked.as_slice() else {
            return Err("the sandbox saw fewer than two calls".into());
        };
        let sorted = |parameters: &[(String, String)]| {
            let mut parameters = parameters.to_vec();
            parameters.sort_unstable();
            parameters
        };
        if ours.len() != limit || sorted(&by_hand.parameters) != sorted(&by_library.parameters) {
            return Err(format!(
                "the calls to compare differ: {by_hand:?}, {by_library:?}, {} offers",
                ours.len()
            )
            .into());
        }
        Ok(parties)
    }

    async fn ours(&self) -> Result<OfferList, Fault> {
        Ok(self.request.clone().await?)
    }

    async fn by_hand(&self) -> Result<Value, Fault> {
        let response = self
            .hand
            .get(self.url.clone())
            .send()
            .await?
            .error_for_status()?;
        Ok(serde_json::from_slice(&response.bytes().await?)?)
    }

    async fn plain(&self) -> Result<Vec<u8>, Fault> {
        let mut response = self
            .hand
            .get(self.url.clone())
            .send()
            .await?
            .error_for_status()?;
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

    /// Medians of rounds of so many calls each.
    fn times(&self, rounds: usize, calls: u32) -> Result<Times, Fault> {
        let [ours, by_hand, plain, decode] = in_turns(
            rounds,
            [
                &mut || self.several(calls, async || self.ours().await),
                &mut || self.several(calls, async || self.by_hand().await),
                &mut || self.several(calls, async || self.plain().await),
                &mut || {
                    (0..calls)
                        .map(|_| timed(self.body.clone(), OfferList::from_json))
                        .sum()
                },
            ],
        )
        .map(|seconds| seconds / f64::from(calls));
        Ok(Times {
            ours,
            by_hand,
            plain,
            decode,
        })
    }

    /// The time of so many calls, without dropping what they return.
    fn several<T>(&self, calls: u32, call: impl AsyncFn() -> Result<T, Fault>) -> Duration {
        self.runtime.block_on(async {
            let mut total = Duration::ZERO;
            for _ in 0..calls {
                let begun = Instant::now();
                let answer = black_box(call().await);
                total += begun.elapsed();
                if let Err(error) = answer {
                    panic!("a measured call failed: {error}");
                }
            }
            total
        })
    }
}
