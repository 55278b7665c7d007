//! Measures whole calls over loopback: the library, and a hand-written client that reads the bytes
//! into a `serde_json::Value`.
//!
//! Both call one sandbox, which runs in this process and has its answers prepared. The callers run
//! in separate processes that take turns, and each uses one client for all calls. The time of the
//! server is part of every figure. There are two encodings: gzip, the library's default (`call_…`),
//! and none (`call_identity_…`). Within a comparison the request is the same.

use cpalead_sandbox::Sandbox;
use tokio::runtime::Builder;

use crate::caller::{Answer, Caller, same_request};
use crate::measure::{Figures, in_processes, in_turns};
use crate::{Fault, OFFERS, Outcome, SEED};

/// The number of processes of each caller, and of measurements in each process.
const TURNS: usize = 7;
const ROUNDS: usize = 15;

pub(crate) fn measure(_: &str, figures: &mut Figures) -> Outcome {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let sandbox = runtime.block_on(Sandbox::builder().seed(SEED).offers(OFFERS).start())?;
    let limit = OFFERS.to_string();
    let callers = ["ours", "by-hand"];

    let with = [sandbox.base_url(), "gzip", &limit];
    let [ours, by_hand] = in_processes(TURNS, "calls", callers, &with)?;
    figures.set("call_ms", ours * 1e3);
    figures.set("call_by_hand_ms", by_hand * 1e3);
    figures.set("call_vs_by_hand", ours / by_hand);

    let with = [sandbox.base_url(), "identity", &limit];
    let [ours, by_hand] = in_processes(TURNS, "calls", callers, &with)?;
    figures.set("call_identity_ms", ours * 1e3);
    figures.set("call_identity_by_hand_ms", by_hand * 1e3);
    figures.set("call_identity_vs_by_hand", ours / by_hand);

    same_request(&sandbox)?;
    runtime.block_on(sandbox.stop());
    Ok(())
}

/// The median time of one call by one caller, in seconds.
pub(crate) fn alone(who: &str, answer: &Answer<'_>) -> Result<f64, Fault> {
    let caller = Caller::new(answer)?;
    caller.check(answer.limit)?;
    let [seconds] = match who {
        "ours" => in_turns(ROUNDS, [&mut || caller.once(async || caller.ours().await)]),
        "by-hand" => in_turns(
            ROUNDS,
            [&mut || caller.once(async || caller.by_hand().await)],
        ),
        _ => return Err(format!("unknown caller {who}").into()),
    };
    Ok(seconds)
}
