//! Which pull is next, and what its answer may change: the watermark and the four guards. Pure.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::event::PullKind;
use super::merge::{Merged, Stay, merge};
use super::moment::{Ago, Moment};
use crate::offers::list::OfferList;

/// How far an increment reaches back before the start of the last successful pull.
///
/// The provider documents "on or after". How soon an update shows up, and how right its clock is,
/// is not documented. Rows that come twice do no harm.
pub(crate) const OVERLAP: Duration = Duration::from_secs(10 * 60);

/// A wall clock that moved by more than this beside the steady scale cannot carry a watermark.
const JUMP: Duration = Duration::from_secs(5 * 60);

/// The first pause after a failure.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// What to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pull {
    Full,
    Since(Timestamp),
}

impl Pull {
    pub(crate) fn kind(self) -> PullKind {
        match self {
            Self::Full => PullKind::Full,
            Self::Since(_) => PullKind::Increment,
        }
    }
}

/// What an answer does to the offers.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It was taken. The merged body is there if anything changed.
    Taken { merged: Merged, cut: Cut },
    /// It was not believed: no offers while there were some.
    Emptied,
    /// It was not believed: less than half of the offers.
    Shrunk,
}

/// Whether an answer was as long as its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Yes,
    No,
}

/// What is remembered from pull to pull.
#[derive(Clone, Debug)]
pub(crate) struct Pulls {
    full_every: Duration,
    watermark: Option<Timestamp>,
    /// The start of the last successful pull, if that was in this process.
    success: Option<Moment>,
    /// The last successful full pull: on the wall clock, and how long ago.
    full: Option<(Timestamp, Ago)>,
    /// Whether the next pull has to be a full one.
    is_full_due: bool,
    /// How many offers the full pull had that was not believed.
    doubted: Option<usize>,
}

/// What of it is kept with the offers, and shared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) watermark: Option<Timestamp>,
    pub(crate) full_at: Option<Timestamp>,
    pub(crate) doubted: Option<usize>,
}

impl Pulls {
    pub(crate) fn new(full_every: Duration) -> Self {
        Self {
            full_every,
            watermark: None,
            success: None,
            full: None,
            is_full_due: false,
            doubted: None,
        }
    }

    /// What to ask for now. `has_offers` is whether there is anything that an increment could
    /// change.
    pub(crate) fn next(&self, now: &Moment, has_offers: bool) -> Pull {
        let Some(watermark) = self.watermark.filter(|_| has_offers) else {
            return Pull::Full;
        };
        let full_is_due = match &self.full {
            Some((_, ago)) => ago.passed(now.steady) >= self.full_every,
            None => true,
        };
        // The clock was set back, or set anew: what it said at the last success means nothing now.
        let is_later = plus(watermark, OVERLAP) > now.wall;
        let jumped = self.success.is_some_and(|then| then.jump(now) > JUMP);
        match full_is_due || self.is_full_due || is_later || jumped {
            true => Pull::Full,
            false => Pull::Since(watermark),
        }
    }

    /// Judges the answer to a pull that started at `started`, and remembers what follows from it.
    ///
    /// - A full pull without offers is never believed while there are some. An empty increment is
    ///   normal.
    /// - A full pull with less than half of the offers is believed when the next full pull says
    ///   the same: it has not lost half of them again.
    /// - An answer that may be cut adds and changes, and removes nothing. It does not move the
    ///   watermark either, because updates may be among what was cut off. After a cut increment, a
    ///   full pull is next.
    pub(crate) fn judge(
        &mut self,
        pull: Pull,
        started: &Moment,
        old: Option<&OfferList>,
        answer: &OfferList,
    ) -> Verdict {
        let cut = match answer.may_be_cut() {
            true => Cut::Yes,
            false => Cut::No,
        };
        let had = old.map_or(0, |old| old.len());
        let has = answer.len() + answer.rejected_count();
        if pull == Pull::Full && cut == Cut::No && has * 2 < had {
            self.is_full_due = true;
            if has == 0 {
                return Verdict::Emptied;
            }
            let again = self.doubted.is_some_and(|doubted| has * 2 >= doubted);
            if !again {
                self.doubted = Some(has);
                return Verdict::Shrunk;
            }
        }
        let stay = match (pull, cut) {
            (Pull::Full, Cut::No) => Stay::Rejected,
            _ => Stay::All,
        };
        let merged = merge(old, answer, stay);
        let reached = minus(started.wall, OVERLAP);
        if cut == Cut::No || self.watermark.is_none() {
            self.watermark = Some(reached);
        } else {
            // A watermark in the future would be of a clock that was wrong.
            self.watermark = self.watermark.map(|watermark| watermark.min(reached));
        }
        self.success = Some(*started);
        match pull {
            Pull::Full => {
                self.full = Some((started.wall, Ago::now(started)));
                self.is_full_due = false;
                self.doubted = None;
            }
            Pull::Since(_) => self.is_full_due |= cut == Cut::Yes,
        }
        Verdict::Taken { merged, cut }
    }

    /// What to keep with the offers.
    pub(crate) fn kept(&self) -> Kept {
        Kept {
            watermark: self.watermark,
            full_at: self.full.map(|(at, _)| at),
            doubted: self.doubted,
        }
    }

    /// Continues from what was kept, by this process or another one.
    pub(crate) fn restore(&mut self, kept: Kept, now: &Moment) {
        if self.watermark != kept.watermark {
            self.watermark = kept.watermark;
            self.success = None;
        }
        let full = kept.full_at.map(|at| (at, Ago::at(now, at)));
        self.full = full.and_then(|(at, ago)| Some((at, ago?)));
        self.doubted = kept.doubted;
        self.is_full_due = kept.doubted.is_some();
    }
}

fn plus(time: Timestamp, span: Duration) -> Timestamp {
    let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
    time.checked_add(span).unwrap_or(Timestamp::MAX)
}

/// An earlier time, in whole seconds: what the provider makes of parts of them is not documented.
fn minus(time: Timestamp, span: Duration) -> Timestamp {
    let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
    let earlier = time.checked_sub(span).unwrap_or(Timestamp::MIN);
    Timestamp::from_second(earlier.as_second()).unwrap_or(earlier)
}

/// How long to pause after this many failures in a row: twice as long each time, from half to the
/// whole of that at random, and never longer than `every`.
pub(crate) fn pause(failures: u32, every: Duration, random: u64) -> Duration {
    let doublings = failures.saturating_sub(1).min(20);
    let longest = FIRST_PAUSE.saturating_mul(1 << doublings).min(every);
    let half = longest / 2;
    let nanos = u64::try_from(half.as_nanos()).unwrap_or(u64::MAX);
    half + Duration::from_nanos(random % nanos.saturating_add(1).max(1))
}

#[cfg(test)]
mod tests;
