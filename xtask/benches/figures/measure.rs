//! How is measured: contestants that take turns, medians of their rounds, and figures by name.

use std::time::{Duration, Instant};

use serde_json::{Map, Value};

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
    let mut times: [Vec<Duration>; N] = std::array::from_fn(|_| Vec::with_capacity(rounds));
    let warm_up = rounds / 10 + 1;
    for round in 0..warm_up + rounds {
        for place in 0..N {
            // Every round begins with another one: what follows a large one finds the caches cold.
            let turn = (round + place) % N;
            let took = contestants[turn]();
            if round >= warm_up {
                times[turn].push(took);
            }
        }
    }
    times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    })
}

/// Figures in the order of measuring.
#[derive(Debug, Default)]
pub(crate) struct Figures(Vec<(&'static str, f64)>);

impl Figures {
    pub(crate) fn set(&mut self, name: &'static str, value: f64) {
        self.0.push((name, value));
    }

    pub(crate) fn to_json(&self) -> Value {
        let members = self.0.iter();
        Value::Object(
            members
                .map(|(name, value)| ((*name).to_owned(), number(*value)))
                .collect::<Map<_, _>>(),
        )
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
