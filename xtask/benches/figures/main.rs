//! The figures of `cargo xtask bench` that are times: prints one flat JSON object of names and
//! numbers.
//!
//! Contestants take turns, round after round (A B C, B C A, …), so that other load on the machine
//! affects all of them equally. A figure is the median of its rounds. A ratio is the ratio of two
//! such medians, which are printed as well.

mod caller;
mod calls;
mod catalog;
mod decode;
mod jsonp;
mod lookup;
mod measure;
mod slots;
mod transport;

use std::error::Error;

use caller::Answer;
use measure::Figures;

/// The seed of the measured catalogue, its length, and the publisher in its links.
const SEED: u64 = 7;
const OFFERS: usize = 5_000;
const PUBLISHER: u64 = 3_360_001;

type Fault = Box<dyn Error>;
type Outcome = Result<(), Fault>;
type Group = (&'static str, fn(&str, &mut Figures) -> Outcome);

const GROUPS: [Group; 7] = [
    ("decode", decode::measure),
    ("lookup", lookup::measure),
    ("catalog", catalog::measure),
    ("jsonp", jsonp::measure),
    ("calls", calls::measure),
    ("transport", transport::measure),
    ("slots", slots::measure),
];

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--alone", "decode", who] => measure::report([decode::alone(who)?]),
        ["--alone", "calls", who, address, encoding, limit] => {
            let answer = Answer::new(address, encoding, limit)?;
            measure::report([calls::alone(who, &answer)?]);
        }
        ["--alone", "transport", address, encoding, limit, pairs] => {
            let answer = Answer::new(address, encoding, limit)?;
            measure::report(transport::alone(&answer, pairs.parse()?)?);
        }
        words if words.contains(&"--bench") => every(words)?,
        // `cargo test --benches` runs this too, but needs no figures.
        _ => {}
    }
    Ok(())
}

fn every(words: &[&str]) -> Outcome {
    let none_named = !GROUPS.iter().any(|(name, _)| words.contains(name));
    let body = cpalead_sandbox::catalogue_json(SEED, OFFERS, PUBLISHER);
    let mut figures = Figures::default();
    figures.set("offers", OFFERS as f64);
    figures.set("body_bytes", body.len() as f64);
    for (name, measure) in GROUPS {
        if none_named || words.contains(&name) {
            eprintln!("measuring: {name}");
            measure(&body, &mut figures)?;
        }
    }
    println!("{}", figures.to_json());
    Ok(())
}
