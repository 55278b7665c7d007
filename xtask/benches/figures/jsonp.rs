//! Measures JSONP: the time to find the JSON inside a call, compared with decoding that JSON.

use std::hint::black_box;
use std::time::{Duration, Instant};

use cpalead::OfferList;
use cpalead::jsonp::{Callback, unwrap};

use crate::Outcome;
use crate::measure::{Figures, in_turns, timed};

/// Unwrapping is too fast for the clock, so one measurement repeats it this often.
const TIMES: u32 = 1_000;

pub(crate) fn measure(body: &str, figures: &mut Figures) -> Outcome {
    let callback = Callback::new("shop.showOffers")?;
    let call = format!("/**/ typeof shop.showOffers === 'function' && shop.showOffers({body});");
    if unwrap(&call, Some(&callback))? != body {
        return Err("the JSON inside the call is not the wrapped text".into());
    }
    let unwrapping = || {
        let begun = Instant::now();
        for _ in 0..TIMES {
            let _ = black_box(unwrap(black_box(&call), Some(&callback)));
        }
        begun.elapsed()
    };
    let decoding = || -> Duration { timed(body.as_bytes().to_vec(), OfferList::from_json) };
    let [unwrapped, decoded] = in_turns(31, [&mut { unwrapping }, &mut { decoding }]);
    let each = unwrapped / f64::from(TIMES);
    figures.set("jsonp_unwrap_ns", each * 1e9);
    figures.set("jsonp_overhead", each / decoded);
    Ok(())
}
