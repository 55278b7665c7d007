//! The figures of `cargo xtask bench` in bytes: the peak of the heap while a catalogue is decoded,
//! and what a kept catalogue holds after a thousand increments.
//!
//! The count starts before the body is allocated, so the body, which the list keeps, is included.
//! The sandbox of the increments runs in this process. What it keeps of each call counts as well.

use std::error::Error;

use cpalead::catalog::Catalog;
use cpalead::{Client, MAX_LIMIT, OfferList};
use cpalead_sandbox::Sandbox;
use serde_json::Value;

#[global_allocator]
static HEAP: dhat::Alloc = dhat::Alloc;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test --benches` runs this too, but needs no figures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let body = cpalead_sandbox::catalogue_json(7, 5_000, 3_360_001);
    let (peak, kept) = peak_and_kept(|| OfferList::from_json(body.as_bytes().to_vec()));
    let (value, _) = peak_and_kept(|| {
        let bytes = body.as_bytes().to_vec();
        serde_json::from_slice::<Value>(&bytes)
    });
    let (catalog_kept, catalog_body) = increments()?;
    let catalog_bytes = catalog_body.len();
    let (_, catalog_list) =
        peak_and_kept(|| OfferList::from_json(catalog_body.as_bytes().to_vec()));
    let of_body = |bytes: usize| ratio(bytes, body.len());
    let figures = serde_json::json!({
        "decode_peak_bytes": peak,
        "decode_kept_bytes": kept,
        "decode_value_peak_bytes": value,
        "decode_peak_vs_body": of_body(peak),
        "decode_value_peak_vs_body": of_body(value),
        "catalog_kept_bytes": catalog_kept,
        "catalog_body_bytes": catalog_bytes,
        "catalog_kept_vs_body": ratio(catalog_kept, catalog_bytes),
        "catalog_kept_vs_list": ratio(catalog_kept, catalog_list),
    });
    println!("{figures}");
    Ok(())
}

/// The bytes allocated by the work: at the peak, and when it was done.
fn peak_and_kept<T>(work: impl FnOnce() -> T) -> (usize, usize) {
    let counting = dhat::Profiler::builder().testing().build();
    let result = work();
    let counted = dhat::HeapStats::get();
    drop(counting);
    drop(result);
    (counted.max_bytes, counted.curr_bytes)
}

fn ratio(bytes: usize, of: usize) -> f64 {
    (bytes as f64 / of as f64 * 1e3).round() / 1e3
}

/// The bytes that a catalogue of 5,000 offers keeps after many increments, and its body.
/// Each increment has a new offer.
fn increments() -> Result<(usize, String), Box<dyn Error>> {
    const OFFERS: usize = 4_000;
    const INCREMENTS: u64 = 1_000;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let sandbox = Sandbox::builder().seed(7).offers(OFFERS).start().await?;
        let counting = dhat::Profiler::builder().testing().build();
        let client = Client::builder(3_360_001)
            .base_url(sandbox.base_url())
            .build()?;
        let catalog = Catalog::of(client.offers().limit(MAX_LIMIT))
            .start()
            .await?;
        for id in 9_000_000..9_000_000 + INCREMENTS {
            sandbox.add_offer(&format!(
                r#"{{"id":{id},"amount":"0.50","countries":["US"]}}"#
            ))?;
            catalog.refresh().await?;
        }
        let kept = dhat::HeapStats::get().curr_bytes;
        drop(counting);
        Ok((kept, catalog.get().offers().body().to_owned()))
    })
}
