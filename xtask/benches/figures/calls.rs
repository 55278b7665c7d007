//! Whole calls over loopback: the library's against a hand-written one, and against one that only reads the bytes.
//!
//! All go to one sandbox, which runs in this process and keeps its answers ready; the callers are processes of their own that take turns,
//! and each has one client that it uses again and again. What the server needs is part of everybody's time. Two encodings: gzip, as
//! the library asks for unless told otherwise (`call_…`), and none (`call_identity_…`). Within a comparison the request is the same.
//!
//! - by hand: reqwest, then `serde_json::Value`;
//! - plain: reqwest, the body read chunk by chunk with a cap, and nothing made of it;
//! - decoded: the plain call, and the library's decode of what it brought.
//!
//! `transport_overhead` is what the library does around the bytes, over the plain call: `1 + (library - decoded) / plain`. Decoding is in both
//! that are subtracted, each time on bytes that have just arrived, so that it drops out; a decode measured by itself finds
//! warmer caches. The figure is that of the whole catalogue in gzip, the call that the library is for. Beside it stands the same without
//! encoding, and for five offers, where the fixed costs of a call show: some microseconds for checks, the generated operation,
//! the permit and the time limits, which the plain client does without.

use std::hint::black_box;
use std::time::{Duration, Instant};

use cpalead::{Client, OfferList, OfferType, OffersRequest};
use cpalead_sandbox::Sandbox;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use crate::measure::{Figures, in_processes, in_turns};
use crate::{Fault, OFFERS, Outcome, PUBLISHER, SEED};

const CAP: usize = 32 << 20;

/// Processes of each caller, and measurements in each process.
const TURNS: usize = 7;
const ROUNDS: usize = 15;

pub(crate) fn measure(_: &str, figures: &mut Figures) -> Outcome {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let sandbox = runtime.block_on(Sandbox::builder().seed(SEED).offers(OFFERS).start())?;

    let gzip = Times::of(&sandbox, "gzip", OFFERS, "1")?;
    figures.set("call_ms", gzip.ours * 1e3);
    figures.set("call_by_hand_ms", gzip.by_hand * 1e3);
    figures.set("call_plain_ms", gzip.plain * 1e3);
    figures.set("call_vs_by_hand", gzip.ours / gzip.by_hand);

    let identity = Times::of(&sandbox, "identity", OFFERS, "1")?;
    figures.set("call_identity_ms", identity.ours * 1e3);
    figures.set("call_identity_by_hand_ms", identity.by_hand * 1e3);
    figures.set("call_identity_plain_ms", identity.plain * 1e3);
    figures.set("call_identity_vs_by_hand", identity.ours / identity.by_hand);

    let small = Times::of(&sandbox, "gzip", 5, "100")?;
    figures.set("call_small_us", small.ours * 1e6);
    figures.set("call_small_by_hand_us", small.by_hand * 1e6);
    figures.set("call_small_plain_us", small.plain * 1e6);
    figures.set("call_small_decoded_us", small.decoded * 1e6);
    figures.set("transport_overhead", gzip.transport());
    figures.set("transport_overhead_identity", identity.transport());
    figures.set("transport_overhead_small", small.transport());
    figures.set(
        "transport_added_small_us",
        (small.ours - small.decoded) * 1e6,
    );

    same_request(&sandbox)?;
    runtime.block_on(sandbox.stop());
    Ok(())
}

/// All calls for one number of offers must have asked for the same, or their times could not be compared.
fn same_request(sandbox: &Sandbox) -> Outcome {
    let asked = sandbox.requests();
    let of = |limit: &str| {
        let same = asked
            .iter()
            .filter(|request| request.parameter("limit") == Some(limit));
        let sorted = same.map(|request| {
            let mut parameters = request.parameters.clone();
            parameters.sort_unstable();
            parameters
        });
        sorted.collect::<Vec<_>>()
    };
    for limit in ["5", "5000"] {
        let requests = of(limit);
        if requests.is_empty() || requests.iter().any(|other| *other != requests[0]) {
            return Err(format!("the calls for {limit} offers did not ask for the same").into());
        }
    }
    Ok(())
}

/// Seconds for one call of each.
struct Times {
    ours: f64,
    by_hand: f64,
    plain: f64,
    decoded: f64,
}

impl Times {
    /// So many calls make one measurement: a small one takes less time than a scheduler's whim.
    fn of(sandbox: &Sandbox, encoding: &str, limit: usize, calls: &str) -> Result<Self, Fault> {
        let limit = limit.to_string();
        let with = [sandbox.base_url(), encoding, &limit, calls];
        let callers = ["ours", "by-hand", "plain", "decoded"];
        let [ours, by_hand, plain, decoded] = in_processes(TURNS, "calls", callers, &with)?;
        Ok(Self {
            ours,
            by_hand,
            plain,
            decoded,
        })
    }

    fn transport(&self) -> f64 {
        1.0 + (self.ours - self.decoded) / self.plain
    }
}

/// What is called for.
pub(crate) struct Answer<'a> {
    pub(crate) address: &'a str,
    pub(crate) encoding: &'a str,
    pub(crate) limit: usize,
}

/// The median time of one call by one caller, in seconds.
pub(crate) fn alone(who: &str, answer: &Answer<'_>, calls: u32) -> Result<f64, Fault> {
    let caller = Caller::new(answer)?;
    let list = OfferList::from_json(caller.runtime.block_on(caller.plain())?)?;
    if list.len() != answer.limit {
        return Err(format!("{} offers came in place of {}", list.len(), answer.limit).into());
    }
    drop(list);
    let [seconds] = match who {
        "ours" => in_turns(
            ROUNDS,
            [&mut || caller.several(calls, async || caller.ours().await)],
        ),
        "by-hand" => in_turns(
            ROUNDS,
            [&mut || caller.several(calls, async || caller.by_hand().await)],
        ),
        "plain" => in_turns(
            ROUNDS,
            [&mut || caller.several(calls, async || caller.plain().await)],
        ),
        "decoded" => in_turns(
            ROUNDS,
            [&mut || caller.several(calls, async || caller.decoded().await)],
        ),
        _ => return Err(format!("nobody calls as {who}").into()),
    };
    Ok(seconds / f64::from(calls))
}

struct Caller {
    runtime: Runtime,
    request: OffersRequest,
    hand: reqwest::Client,
    url: String,
    query: [(&'static str, String); 4],
}

impl Caller {
    fn new(answer: &Answer<'_>) -> Result<Self, Fault> {
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

    async fn ours(&self) -> Result<OfferList, Fault> {
        Ok(self.request.clone().await?)
    }

    async fn send(&self) -> reqwest::Result<reqwest::Response> {
        let request = self.hand.get(&self.url).query(&self.query);
        request.send().await?.error_for_status()
    }

    async fn by_hand(&self) -> Result<Value, Fault> {
        Ok(serde_json::from_slice(&self.send().await?.bytes().await?)?)
    }

    async fn plain(&self) -> Result<Vec<u8>, Fault> {
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

    async fn decoded(&self) -> Result<OfferList, Fault> {
        Ok(OfferList::from_json(self.plain().await?)?)
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
