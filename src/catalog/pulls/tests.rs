//! Tests of the guards with the body that trips each, of the watermark under jumping clocks, and
//! the property that any order of pulls and failures ends as one full pull would.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::{OVERLAP, Pull, Pulls, Verdict, pause};
use crate::catalog::moment::Moment;
use crate::offers::field::FieldSet;
use crate::offers::list::OfferList;

const EVERY: Duration = Duration::from_secs(600);
const FULL_EVERY: Duration = Duration::from_secs(6 * 3600);

fn noon() -> Timestamp {
    "2026-01-15T12:00:00Z".parse().unwrap()
}

fn at(minutes: i64) -> Moment {
    Moment {
        wall: noon() + SignedDuration::from_mins(minutes),
        steady: Duration::from_secs(60 * u64::try_from(minutes).unwrap()),
    }
}

/// An answer with these rows to a request with this limit.
fn answer(rows: &[String], limit: u32) -> OfferList {
    let body = format!(r#"{{"status":"success","offers":[{}]}}"#, rows.join(","));
    OfferList::read(body, limit, FieldSet::EVERY, &str::to_owned).unwrap()
}

fn offers(ids: std::ops::Range<u64>) -> OfferList {
    let rows: Vec<_> = ids.map(|id| format!(r#"{{"id":{id}}}"#)).collect();
    answer(&rows, 1_000)
}

/// What a pull does to a catalogue of the offers 1 to 10, which was pulled at noon.
struct Run {
    pulls: Pulls,
    list: OfferList,
}

impl Run {
    fn new() -> Run {
        let mut run = Run {
            pulls: Pulls::new(FULL_EVERY),
            list: OfferList::empty(),
        };
        assert_eq!(run.pull(Pull::Full, 0, &offers(1..11)), "10 offers");
        run
    }

    fn pull(&mut self, pull: Pull, minutes: i64, answer: &OfferList) -> String {
        match self
            .pulls
            .judge(pull, &at(minutes), Some(&self.list), answer)
        {
            Verdict::Emptied => "emptied".to_owned(),
            Verdict::Shrunk => "shrunk".to_owned(),
            Verdict::Taken { merged, cut } => {
                if let Some(body) = merged.body {
                    self.list = OfferList::from_json(body.into_bytes()).unwrap();
                }
                let cut = if cut == super::Cut::Yes { ", cut" } else { "" };
                format!("{} offers{cut}", self.list.len())
            }
        }
    }

    fn next(&self, minutes: i64) -> Pull {
        self.pulls.next(&at(minutes), true)
    }
}

fn since(minutes: i64) -> Pull {
    Pull::Since(noon() + SignedDuration::from_mins(minutes))
}

#[test]
fn a_full_pull_without_offers_is_never_believed_and_an_empty_increment_is_normal() {
    let mut run = Run::new();
    for minutes in [400, 410, 420] {
        assert_eq!(run.next(minutes), Pull::Full);
        assert_eq!(run.pull(Pull::Full, minutes, &offers(0..0)), "emptied");
    }
    assert_eq!(run.list.len(), 10);
    let mut run = Run::new();
    assert_eq!(run.pull(run.next(10), 10, &offers(0..0)), "10 offers");
    assert_eq!(run.next(20), since(0));
}

#[test]
fn less_than_half_is_believed_when_the_next_full_pull_says_the_same() {
    let mut run = Run::new();
    assert_eq!(run.pull(Pull::Full, 10, &offers(1..6)), "5 offers");
    let mut run = Run::new();
    assert_eq!(run.pull(Pull::Full, 10, &offers(1..5)), "shrunk");
    assert_eq!(run.list.len(), 10);
    assert_eq!(run.next(20), Pull::Full);
    assert_eq!(run.pull(Pull::Full, 20, &offers(1..5)), "4 offers");
    // Each time less than half of the time before: never the same.
    let mut run = Run::new();
    assert_eq!(run.pull(Pull::Full, 10, &offers(1..5)), "shrunk");
    assert_eq!(run.pull(Pull::Full, 20, &offers(1..2)), "shrunk");
    // A sound answer in between ends the doubt.
    assert_eq!(run.pull(Pull::Full, 30, &offers(1..11)), "10 offers");
    assert_eq!(run.pull(Pull::Full, 40, &offers(1..2)), "shrunk");
}

#[test]
fn a_cut_answer_removes_nothing_and_leaves_the_watermark() {
    let rows = |ids: std::ops::Range<u64>| {
        let rows: Vec<_> = ids.map(|id| format!(r#"{{"id":{id}}}"#)).collect();
        answer(&rows, 3)
    };
    let mut run = Run::new();
    assert_eq!(run.pull(Pull::Full, 370, &rows(20..23)), "13 offers, cut");
    assert_eq!(run.next(380), since(-10));
    // A cut increment hides updates: the next pull is a full one, and the watermark stays.
    assert_eq!(
        run.pull(run.next(380), 380, &rows(30..33)),
        "16 offers, cut"
    );
    assert_eq!(run.next(390), Pull::Full);
    assert_eq!(
        run.pulls.kept().watermark,
        Some(noon() - SignedDuration::from_mins(10))
    );
}

#[test]
fn a_full_pull_is_due_after_its_interval() {
    let run = Run::new();
    assert_eq!(run.next(359), since(-10));
    assert_eq!(run.next(360), Pull::Full);
    assert_eq!(run.pulls.next(&at(10), false), Pull::Full);
}

#[test]
fn a_clock_that_jumps_leads_to_a_full_pull() {
    let run = Run::new();
    let jumped = |minutes: i64| Moment {
        wall: at(10).wall + SignedDuration::from_mins(minutes),
        steady: at(10).steady,
    };
    assert_eq!(run.pulls.next(&jumped(4), true), since(-10));
    assert_eq!(run.pulls.next(&jumped(6), true), Pull::Full);
    assert_eq!(run.pulls.next(&jumped(-6), true), Pull::Full);
    // Restored in another process: a watermark that has not come yet.
    let mut restored = Pulls::new(FULL_EVERY);
    restored.restore(run.pulls.kept(), &at(20));
    assert_eq!(restored.next(&at(20), true), since(-10));
    let before = Moment {
        wall: noon() - SignedDuration::from_mins(1),
        steady: Duration::ZERO,
    };
    assert_eq!(restored.next(&before, true), Pull::Full);
    restored.restore(run.pulls.kept(), &before);
    assert_eq!(restored.next(&before, true), Pull::Full);
}

#[test]
fn the_pause_grows_with_the_failures_up_to_the_interval() {
    let check = |failures, random, seconds: f64| {
        assert_eq!(pause(failures, EVERY, random).as_secs_f64(), seconds);
    };
    check(1, 0, 2.5);
    check(1, 2_500_000_000, 5.0);
    check(2, 0, 5.0);
    check(7, 0, 160.0);
    check(8, 0, 300.0);
    check(u32::MAX, 300_000_000_000, 600.0);
    assert_eq!(pause(1, Duration::ZERO, u64::MAX), Duration::ZERO);
}

/// One thing that happens.
#[derive(Clone, Debug)]
enum Event {
    /// An offer is new, or changes.
    Set(u64),
    Removed(u64),
    Passes(i64),
    /// The wall clock of this machine is set, by minutes.
    Jumps(i64),
    Pull,
    FailedPull,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (1..9_u64).prop_map(Event::Set),
        1 => (1..9_u64).prop_map(Event::Removed),
        4 => (0..400_i64).prop_map(Event::Passes),
        1 => (-30..30_i64).prop_map(Event::Jumps),
        4 => Just(Event::Pull),
        2 => Just(Event::FailedPull),
    ]
}

/// A provider, whose clock is right.
#[derive(Default)]
struct Provider {
    minutes: i64,
    version: u64,
    /// The row and the time of its last update, by id.
    rows: BTreeMap<u64, (String, i64)>,
}

impl Provider {
    fn answer(&self, pull: Pull) -> OfferList {
        let since = match pull {
            Pull::Full => i64::MIN,
            Pull::Since(time) => time.duration_since(noon()).as_mins(),
        };
        let rows = self.rows.values().filter(|(_, updated)| *updated >= since);
        let rows: Vec<_> = rows.map(|(row, _)| row.clone()).collect();
        answer(&rows, 1_000)
    }
}

proptest! {
    /// Removals show in full pulls alone, so the last pull is a full one if anything was removed.
    #[test]
    fn any_order_of_pulls_and_failures_ends_as_one_full_pull_would(
        events in proptest::collection::vec(event(), 1..60),
        last_is_full in any::<bool>(),
    ) {
        let mut provider = Provider::default();
        let mut run = Run { pulls: Pulls::new(FULL_EVERY), list: OfferList::empty() };
        let (mut has_view, mut skew, mut removed) = (false, 0, false);
        // Enough offers that no guard doubts the rest.
        for id in 100..130 {
            provider.rows.insert(id, (format!(r#"{{"id":{id},"offer_rank":{id}}}"#), 0));
        }
        let mut last_success = None;
        let mut events = events;
        events.push(Event::Pull);
        let count = events.len();
        for (nth, event) in events.into_iter().enumerate() {
            match event {
                Event::Set(id) => {
                    provider.version += 1;
                    let row = format!(r#"{{"id":{id},"offer_rank":{id},"title":"{}"}}"#, provider.version);
                    provider.rows.insert(id, (row, provider.minutes));
                }
                Event::Removed(id) => removed |= provider.rows.remove(&id).is_some(),
                Event::Passes(minutes) => provider.minutes += minutes,
                Event::Jumps(minutes) => skew = minutes,
                Event::Pull | Event::FailedPull => {
                    let now = Moment {
                        wall: noon() + SignedDuration::from_mins(provider.minutes + skew),
                        steady: Duration::from_secs(60 * u64::try_from(provider.minutes).unwrap()),
                    };
                    let is_last = nth + 1 == count;
                    let must_be_full = is_last && (last_is_full || removed || skew > 10);
                    let pull = match must_be_full {
                        true => Pull::Full,
                        false => run.pulls.next(&now, has_view),
                    };
                    if matches!(event, Event::FailedPull) {
                        let before = run.pulls.kept();
                        let _ = run.pulls.next(&now, has_view);
                        prop_assert_eq!(before, run.pulls.kept());
                        continue;
                    }
                    if pull == Pull::Full {
                        removed = false;
                    }
                    // A clock that is ahead by more than the overlap misses updates until the next
                    // full pull, as the documentation says. This test then repeats it in full.
                    let pull = if skew > 10 { Pull::Full } else { pull };
                    let verdict = run.pulls.judge(pull, &now, has_view.then_some(&run.list), &provider.answer(pull));
                    let Verdict::Taken { merged, .. } = verdict else {
                        panic!("doubted");
                    };
                    has_view = true;
                    last_success = Some(now.wall);
                    if let Some(body) = merged.body {
                        run.list = OfferList::from_json(body.into_bytes()).unwrap();
                    }
                }
            }
            let watermark = run.pulls.kept().watermark;
            let overlap = SignedDuration::try_from(OVERLAP).unwrap();
            prop_assert!(watermark <= last_success.map(|start| start - overlap));
        }
        let found: Vec<_> = run.list.raws().map(|(_, raw)| raw.to_owned()).collect();
        let expected: Vec<_> = provider.rows.values().map(|(row, _)| row.clone()).collect();
        prop_assert_eq!(found, expected);
    }
}
