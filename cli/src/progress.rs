//! Progress on standard error: a bar with the time left on a terminal, a line for each step
//! elsewhere.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::note;

/// The progress of steps whose total time is known in advance.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    steps: usize,
    done: usize,
    end: Instant,
}

impl Progress {
    /// Starts with the number of steps and the time for all of them.
    pub(crate) fn new(steps: usize, all: Duration) -> Progress {
        let bar = (io::stderr().is_terminal() && steps > 1).then(|| {
            let target = ProgressDrawTarget::stderr();
            let bar = ProgressBar::with_draw_target(Some(steps as u64), target);
            let style = ProgressStyle::with_template("{bar:30} {pos} of {len} calls, {msg}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        let mut progress = Progress {
            bar,
            steps,
            done: 0,
            end: Instant::now() + all,
        };
        progress.tick();
        progress
    }

    /// Updates the time left.
    pub(crate) fn tick(&mut self) {
        if let Some(bar) = &self.bar {
            bar.set_message(self.left());
        }
    }

    /// Records that a step is done.
    pub(crate) fn done(&mut self, what: &str) {
        self.done += 1;
        match &self.bar {
            Some(bar) => {
                bar.inc(1);
                bar.set_message(self.left());
            }
            None if self.done < self.steps => {
                note(&format!(
                    "{} of {} done: {what}; {}",
                    self.done,
                    self.steps,
                    self.left()
                ));
            }
            None => note(&format!("{} of {} done: {what}", self.done, self.steps)),
        }
    }

    /// Hides the bar while `write` prints to the terminal.
    pub(crate) fn hide<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    fn left(&self) -> String {
        let left = self.end.saturating_duration_since(Instant::now());
        format!("about {} left", words(left))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A duration in words, rounded up to seconds, or to minutes from one hour on.
pub(crate) fn words(time: Duration) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => {
            let minutes = seconds.div_ceil(60);
            format!("{} h {} min", minutes / 60, minutes % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::words;

    #[test]
    fn times_are_rounded_up() {
        let said = |millis| words(Duration::from_millis(millis));
        assert_eq!(said(0), "0 s");
        assert_eq!(said(1), "1 s");
        assert_eq!(said(183_000), "3 min 3 s");
        assert_eq!(said(120_000), "2 min");
        assert_eq!(said(7_199_001), "2 h 0 min");
    }
}
