//! Measures what the library adds to a call besides decoding: `transport_overhead` is
//! `1 + added / plain`.
//!
//! `plain` is a call with reqwest that reads the body and does not decode it. `added` is the time
//! of the library's call minus that of a plain call whose bytes the library decodes. Both decode
//! bytes that have just arrived, so the decode cancels out. The two calls of a pair follow each
//! other in alternating order, and the median is taken over the differences of the pairs, so that a
//! slow phase of the machine affects both. All calls go to one sandbox in another process, which
//! has its answers prepared.
//!
//! The figure is for the whole catalogue in gzip, the main use of the library. The same is measured
//! without encoding, and for five offers (`…_small`), where the fixed costs of a call dominate:
//! checks, the generated operation, the permit, and the time limits, which the plain client does
//! not have.

use cpalead_sandbox::Sandbox;
use tokio::runtime::Builder;

use crate::caller::{Answer, Caller, same_request};
use crate::measure::{self, Figures};
use crate::{Fault, OFFERS, Outcome, SEED};

/// The number of processes, over which the median is taken.
const TURNS: usize = 5;

pub(crate) fn measure(_: &str, figures: &mut Figures) -> Outcome {
    let whole = added("gzip", OFFERS, "60")?;
    figures.set("transport_added_us", whole.added * 1e6);
    figures.set("transport_plain_us", whole.plain * 1e6);
    figures.set("transport_overhead", whole.overhead());
    let identity = added("identity", OFFERS, "60")?;
    figures.set("transport_identity_added_us", identity.added * 1e6);
    figures.set("transport_identity_plain_us", identity.plain * 1e6);
    figures.set("transport_identity_overhead", identity.overhead());
    let small = added("gzip", 5, "3000")?;
    figures.set("transport_small_added_us", small.added * 1e6);
    figures.set("transport_small_plain_us", small.plain * 1e6);
    figures.set("transport_small_overhead", small.overhead());
    Ok(())
}

/// Seconds for one call.
struct Times {
    added: f64,
    plain: f64,
}

impl Times {
    fn overhead(&self) -> f64 {
        1.0 + self.added / self.plain
    }
}

/// What the library adds to calls for `offers` offers, with `pairs` pairs in each process.
fn added(encoding: &str, offers: usize, pairs: &str) -> Result<Times, Fault> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let sandbox = runtime.block_on(Sandbox::builder().seed(SEED).offers(OFFERS).start())?;
    let limit = offers.to_string();
    let with = ["transport", sandbox.base_url(), encoding, &limit, pairs];
    let [added, plain] = measure::in_processes_alike(TURNS, &with)?;
    same_request(&sandbox)?;
    runtime.block_on(sandbox.stop());
    Ok(Times { added, plain })
}

/// The medians over `pairs` pairs, in seconds: what the library adds to a call, and what a plain
/// call takes.
pub(crate) fn alone(answer: &Answer<'_>, pairs: usize) -> Result<[f64; 2], Fault> {
    let caller = Caller::new(answer)?;
    caller.check(answer.limit)?;
    let (mut added, mut plain) = (Vec::new(), Vec::new());
    for pair in 0..pairs + pairs / 10 {
        let ours = || caller.once(async || caller.ours().await);
        let decoded = || caller.once(async || caller.decoded().await);
        let (ours, decoded) = if pair % 2 == 0 {
            (ours(), decoded())
        } else {
            let decoded = decoded();
            (ours(), decoded)
        };
        let without = caller.once(async || caller.plain().await);
        if pair >= pairs / 10 {
            added.push(ours.as_secs_f64() - decoded.as_secs_f64());
            plain.push(without.as_secs_f64());
        }
    }
    Ok([measure::median(added), measure::median(plain)])
}
