//! How is measured: contestants that take turns, in this process or in one of their own, medians, and figures by name.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::Fault;

/// One who is measured: does its work once and says how long the timed part took.
pub(crate) type Contestant<'a> = &'a mut dyn FnMut() -> Duration;

/// Times one piece of work. What it takes is made before, and what it returns is dropped after.
pub(crate) fn timed<I, O>(input: I, work: impl FnOnce(I) -> O) -> Duration {
    let input = std::hint::black_box(input);
    let begun = Instant::now();
    let output = std::hint::black_box(work(input));
    let took = begun.elapsed();
    drop(output);
    took
}

/// The median of each contestant over the rounds, in seconds. A tenth of the rounds, unmeasured, warms up.
pub(crate) fn in_turns<const N: usize>(
    rounds: usize,
    contestants: [Contestant<'_>; N],
) -> [f64; N] {
    let mut times: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(rounds));
    let warm_up = rounds / 10 + 1;
    for round in 0..warm_up + rounds {
        for place in 0..N {
            // Every round begins with another one: what follows a large one finds the caches cold.
            let turn = (round + place) % N;
            let took = contestants[turn]();
            if round >= warm_up {
                times[turn].push(took.as_secs_f64());
            }
        }
    }
    times.map(median)
}

/// The same for contestants that must not share a heap, each in a process of its own, which is started anew for each turn.
///
/// Somebody who makes and drops a hundred thousand pieces leaves an allocator that is slow for whoever comes next: up to a half, for a
/// decode after a `Value`. No program decodes in both ways, so that nobody measured should.
pub(crate) fn in_processes<const N: usize>(
    turns: usize,
    group: &str,
    contestants: [&str; N],
    with: &[&str],
) -> Result<[f64; N], Fault> {
    let mut times: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(turns));
    for turn in 0..turns {
        for place in 0..N {
            let who = (turn + place) % N;
            let [seconds] = alone(&[&[group, contestants[who]], with].concat())?;
            times[who].push(seconds);
        }
    }
    Ok(times.map(median))
}

/// One process that measures several things beside each other, started anew for each turn: the median of each.
pub(crate) fn in_processes_alike<const N: usize>(
    turns: usize,
    with: &[&str],
) -> Result<[f64; N], Fault> {
    let mut times: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(turns));
    for _ in 0..turns {
        for (times, seconds) in times.iter_mut().zip(alone::<N>(with)?) {
            times.push(seconds);
        }
    }
    Ok(times.map(median))
}

/// What another process of this program reports.
fn alone<const N: usize>(with: &[&str]) -> Result<[f64; N], Fault> {
    let output = Command::new(std::env::current_exe()?)
        .arg("--alone")
        .args(with)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("{} failed with {}", with.join(" "), output.status).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let seconds: Result<Vec<f64>, _> = text.split_whitespace().map(str::parse).collect();
    let seconds = seconds?;
    <[f64; N]>::try_from(seconds).map_err(|all| format!("{} figures came", all.len()).into())
}

/// Says what was measured to the process that waits for it.
pub(crate) fn report<const N: usize>(seconds: [f64; N]) {
    println!("{}", seconds.map(|value| value.to_string()).join(" "));
}

/// The one in the middle.
pub(crate) fn median(mut times: Vec<f64>) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Figures in the order of measuring.
#[derive(Debug, Default)]
pub(crate) struct Figures(Vec<(&'static str, f64)>);

impl Figures {
    pub(crate) fn set(&mut self, name: &'static str, value: f64) {
        self.0.push((name, value));
    }

    pub(crate) fn to_json(&self) -> Value {
        let members = self
            .0
            .iter()
            .map(|(name, value)| ((*name).to_owned(), number(*value)));
        Value::Object(members.collect::<Map<_, _>>())
    }
}

/// Four digits that count: more than a machine repeats.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 {
        return Value::from(value as u64);
    }
    let digits = (3.0 - value.abs().log10().floor()).clamp(0.0, 9.0);
    let factor = 10_f64.powf(digits);
    Value::from((value * factor).round() / factor)
}
