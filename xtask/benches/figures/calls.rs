//! Whole calls over loopback: the library's against a hand-written one, which reads the same bytes into a `serde_json::Value`.
//!
//! Both go to one sandbox, which runs in this process and keeps its answers ready; the callers are processes of their own that take turns,
//! and each has one client that it uses again and again. What the server needs is part of everybody's time. Two encodings: gzip, as
//! the library asks for unless told otherwise (`call_…`), and none (`call_identity_…`). Within a comparison the request is the same.

use cpalead_sandbox::Sandbox;
use tokio::runtime::Builder;

use crate::caller::{Answer, Caller, same_request};
use crate::measure::{Figures, in_processes, in_turns};
use crate::{Fault, OFFERS, Outcome, SEED};

/// Processes of each caller, and measurements in each process.
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
        _ => return Err(format!("nobody calls as {who}").into()),
    };
    Ok(seconds)
}
