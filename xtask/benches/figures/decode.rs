//! Measures decoding: the bytes of a catalogue to a typed list, compared with serde_json's
//! tokenizer and its `Value`.
//!
//! Each way runs in separate processes, as in a program that uses only this way. The processes take
//! turns. The bytes are always copied before the measured time, because the library keeps its copy.
//! The time to drop the result is not measured.

use cpalead::OfferList;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::measure::{Figures, in_processes, in_turns, timed};
use crate::{Fault, OFFERS, Outcome, PUBLISHER, SEED};

/// The number of processes of each way, and of decodes in each process.
const TURNS: usize = 9;
const ROUNDS: usize = 31;

pub(crate) fn measure(body: &str, figures: &mut Figures) -> Outcome {
    let read = OfferList::from_json(body.as_bytes().to_vec())?;
    if !read.rejected().is_empty() {
        return Err(
            "the measured catalogue must decode in one pass, but offers were rejected".into(),
        );
    }
    let [ours, floor, value] = in_processes(TURNS, "decode", ["ours", "floor", "value"], &[])?;
    figures.set("decode_ms", ours * 1e3);
    figures.set("decode_floor_ms", floor * 1e3);
    figures.set("decode_value_ms", value * 1e3);
    figures.set("decode_vs_floor", ours / floor);
    figures.set("decode_vs_value", ours / value);
    Ok(())
}

/// The median of one way, in seconds.
pub(crate) fn alone(who: &str) -> Result<f64, Fault> {
    let body = cpalead_sandbox::catalogue_json(SEED, OFFERS, PUBLISHER).into_bytes();
    let [seconds] = match who {
        "ours" => in_turns(ROUNDS, [&mut || timed(body.clone(), OfferList::from_json)]),
        "floor" => in_turns(
            ROUNDS,
            [&mut || {
                timed(body.clone(), |body| {
                    serde_json::from_slice::<IgnoredAny>(&body)
                })
            }],
        ),
        "value" => in_turns(
            ROUNDS,
            [&mut || timed(body.clone(), |body| serde_json::from_slice::<Value>(&body))],
        ),
        _ => return Err(format!("unknown way to decode: {who}").into()),
    };
    Ok(seconds)
}
