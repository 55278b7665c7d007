//! JSONP: how long it takes to find the JSON inside of a call, against decoding that JSON.

use std::hint::black_box;
use std::time::{Duration, Instant};

use cpalead::OfferList;
use cpalead::jsonp::{Callback, unwrap};

use crate::Outcome;
use crate::measure::{Figures, in_turns, timed};

/// Unwrapping takes less than a clock can tell: so many in one measurement.
const TIMES: u32 = 1_000;

pub(crate) fn measure(body: &str, figures: &mut Figures) -> Outcome {
    let callback = Callback::new("shop.showOffers")?;
    let call = format!("/**/ typeof shop.showOffers === 'function' && shop.showOffers({body});");
    if unwrap(&call, Some(&callback))? != body {
        return Err("the JSON inside of the call is not what was wrapped".into());
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
