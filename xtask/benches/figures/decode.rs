//! Decoding: the bytes of a catalogue to a typed list, against serde_json's tokenizer alone and against its `Value`.

use cpalead::OfferList;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::Outcome;
use crate::measure::{Figures, in_turns, timed};

pub(crate) fn measure(body: &str, figures: &mut Figures) -> Outcome {
    let bytes = body.as_bytes();
    let read = OfferList::from_json(bytes.to_vec())?;
    if !read.rejected().is_empty() {
        return Err(
            "the measured catalogue must decode in one pass, but offers were rejected".into(),
        );
    }
    // Each gets a copy of its own, made just before and outside of the time: the library keeps its, the others lend it.
    let mut ours = || timed(bytes.to_vec(), OfferList::from_json);
    let mut again = || timed(bytes.to_vec(), OfferList::from_json);
    let mut floor = || {
        timed(bytes.to_vec(), |body| {
            serde_json::from_slice::<IgnoredAny>(&body)
        })
    };
    let mut value = || {
        timed(bytes.to_vec(), |body| {
            serde_json::from_slice::<Value>(&body)
        })
    };
    // Two pairs, not one round of three: a `Value` leaves the allocator a heap to sort out of a hundred thousand pieces, and whoever
    // comes next pays for it. Beside `Value` both do; beside the floor, which allocates nothing, only one would.
    let [ours, floor] = in_turns(151, [&mut ours, &mut floor]);
    let [beside_value, value] = in_turns(51, [&mut again, &mut value]);
    figures.set("decode_ms", ours * 1e3);
    figures.set("decode_floor_ms", floor * 1e3);
    figures.set("decode_vs_floor", ours / floor);
    figures.set("decode_beside_value_ms", beside_value * 1e3);
    figures.set("decode_value_ms", value * 1e3);
    figures.set("decode_vs_value", beside_value / value);
    Ok(())
}
