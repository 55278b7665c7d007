//! The figures of `cargo xtask bench` that are times: prints one flat JSON object of names and numbers.
//!
//! Contestants take turns, round after round (A B C, A B C, …), so that whatever else the machine does meets all of them alike.
//! A figure is the median of its rounds; a ratio is the ratio of two such medians, and can be checked with the figures printed.

mod calls;
mod decode;
mod jsonp;
mod lookup;
mod measure;
mod slots;

use std::error::Error;

use measure::Figures;

/// The seed of the measured catalogue, its length, and the publisher in its links.
const SEED: u64 = 7;
const OFFERS: usize = 5_000;
const PUBLISHER: u64 = 3_360_001;

type Outcome = Result<(), Box<dyn Error>>;
type Group = (&'static str, fn(&str, &mut Figures) -> Outcome);

const GROUPS: [Group; 5] = [
    ("decode", decode::measure),
    ("lookup", lookup::measure),
    ("jsonp", jsonp::measure),
    ("calls", calls::measure),
    ("slots", slots::measure),
];

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` runs this too, and has no use for figures.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let named = |name: &str| arguments.iter().any(|argument| argument == name);
    let every = !GROUPS.iter().any(|(name, _)| named(name));
    let body = cpalead_sandbox::catalogue_json(SEED, OFFERS, PUBLISHER);
    let mut figures = Figures::default();
    figures.set("offers", OFFERS as f64);
    figures.set("body_bytes", body.len() as f64);
    for (name, measure) in GROUPS {
        if every || named(name) {
            eprintln!("measuring: {name}");
            measure(&body, &mut figures)?;
        }
    }
    println!("{}", figures.to_json());
    Ok(())
}
