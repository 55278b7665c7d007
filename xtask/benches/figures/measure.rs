//! How the benchmarks measure: contestants that take turns, in one process or several, medians, and
//! named figures.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::Fault;

/// Does the measured work once and returns the time of the timed part.
pub(crate) type Contestant<'a> = &'a mut dyn FnMut() -> Duration;

/// Times one piece of work. Its input is made before and its result dropped after the measured
/// time.
pub(crate) fn timed<I, O>(input: I, work: impl FnOnce(I) -> O) -> Duration {
    let input = std::hint::black_box(input);
    let begun = Instant::now();
    let output = std::hint::black_box(work(input));
    let took = begun.elapsed();
    drop(output);
    took
}

/// The median of each contestant over the rounds, in seconds. A tenth of the rounds is for warm-up
/// and not counted.
pub(crate) fn in_turns<const N: usize>(
    rounds: usize,
    contestants: [Contestant<'_>; N],
) -> [f64; N] {
    let mut times: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(rounds));
    let warm_up = rounds / 10 + 1;
    for round in 0..warm_up + rounds {
        for place in 0..N {
            // Every round starts with a different contestant, because one that follows a large one
            // finds cold caches.
            let turn = (round + place) % N;
            let took = contestants[turn]();
            if round >= warm_up {
                times[turn].push(took.as_secs_f64());
            }
        }
    }
    times.map(median)
}

/// The same for contestants that must not share a heap: each turn runs in a new process.
///
/// A contestant that allocates and drops a hundred thousand pieces leaves a slow allocator behind.
/// A decode after a `Value` takes up to half as long again. Real programs do not decode in both
/// ways, so the measurement must not either.
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

/// The medians of several figures that one process measures together. Each turn runs in a new
/// process.
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

/// Runs another process of this program and reads its report.
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
    <[f64; N]>::try_from(seconds)
        .map_err(|all| format!("{} figures instead of the expected number", all.len()).into())
}

/// Prints the measured times for the parent process.
pub(crate) fn report<const N: usize>(seconds: [f64; N]) {
    println!("{}", seconds.map(|value| value.to_string()).join(" "));
}

/// The middle value.
pub(crate) fn median(mut times: Vec<f64>) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Figures in the order of measurement.
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

/// A number with four significant digits, which is more than a machine can reproduce.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 {
        return Value::from(value as u64);
    }
    let digits = (3.0 - value.abs().log10().floor()).clamp(0.0, 9.0);
    let factor = 10_f64.powf(digits);
    Value::from((value * factor).round() / factor)
}
