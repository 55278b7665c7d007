//! The figures of `cargo xtask bench` in bytes: the peak of the heap while a catalogue is decoded.
//!
//! The count starts before the body is allocated, so the body, which the list keeps, is included.

use std::error::Error;

use cpalead::OfferList;
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
    let of_body = |bytes: usize| (bytes as f64 / body.len() as f64 * 1e3).round() / 1e3;
    let figures = serde_json::json!({
        "decode_peak_bytes": peak,
        "decode_kept_bytes": kept,
        "decode_value_peak_bytes": value,
        "decode_peak_vs_body": of_body(peak),
        "decode_value_peak_vs_body": of_body(value),
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
