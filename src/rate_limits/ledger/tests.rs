//! Tests of the ledger: the rules one by one, and random operations against a simple model.

use std::time::Duration;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof};
use proptest::{collection, prop_assert, prop_assert_eq, proptest};

use super::{Ask, Ledger, Op, Reply, Ticket};

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn take(ticket: u128, longest: u64) -> Op {
    Op::Take(Ask {
        ticket: Ticket::from(ticket),
        longest: secs(longest),
    })
}

fn held(wait: u64) -> Reply {
    Reply {
        held: true,
        wait: secs(wait),
    }
}

fn not_held(wait: u64) -> Reply {
    Reply {
        held: false,
        wait: secs(wait),
    }
}

/// Applies operations at their times to a new ledger with an interval of 61 seconds, and compares
/// each reply.
#[track_caller]
fn check(steps: &[(u64, Op, Reply)]) {
    let mut ledger = Ledger::default();
    for (index, (now, op, expected)) in steps.iter().enumerate() {
        let reply = ledger.apply(secs(*now), secs(61), op);
        assert_eq!(reply, *expected, "step {index}: {op:?} at {now}");
    }
}

const BACK_1: Op = Op::GiveBack(Ticket(1));
const BACK_2: Op = Op::GiveBack(Ticket(2));
const BACK_3: Op = Op::GiveBack(Ticket(3));

#[test]
fn the_first_caller_starts_at_once_and_the_second_one_interval_later() {
    check(&[
        (100, take(1, 0), held(0)),
        (110, take(2, 65), held(51)),
        (161, take(2, 0), held(0)),
        (161, Op::Peek, not_held(61)),
    ]);
}

#[test]
fn a_refused_caller_learns_the_exact_wait_and_takes_nothing() {
    check(&[
        (100, take(1, 0), held(0)),
        (110, take(2, 50), not_held(51)),
        (110, take(3, 51), held(51)),
    ]);
}

#[test]
fn a_slot_that_nobody_waits_behind_is_free_again_once_given_back() {
    check(&[
        (0, take(1, 0), held(0)),
        (5, BACK_1, not_held(0)),
        (5, take(2, 0), held(0)),
    ]);
}

#[test]
fn a_slot_given_back_before_others_stays_empty_until_they_are_given_back_too() {
    check(&[
        (0, take(1, 0), held(0)),
        (0, take(2, 65), held(61)),
        (0, take(3, 200), held(122)),
        (1, BACK_2, not_held(182)),
        (2, take(3, 200), held(120)),
        (3, BACK_3, not_held(58)),
    ]);
}

#[test]
fn giving_back_twice_or_without_holding_changes_nothing() {
    check(&[
        (0, take(1, 0), held(0)),
        (0, BACK_2, not_held(61)),
        (0, BACK_1, not_held(0)),
        (0, take(2, 0), held(0)),
        (0, BACK_1, not_held(61)),
    ]);
}

#[test]
fn asking_again_with_the_same_ticket_takes_no_second_slot() {
    check(&[
        (0, take(1, 0), held(0)),
        (0, take(1, 0), held(0)),
        (0, take(2, 65), held(61)),
        (1, take(2, 65), held(60)),
        (1, Op::Peek, not_held(121)),
    ]);
}

#[test]
fn a_caller_that_starts_late_moves_the_slots_behind_it() {
    check(&[
        (0, take(1, 0), held(0)),
        (0, take(2, 65), held(61)),
        (0, take(3, 200), held(122)),
        (70, take(2, 0), held(0)),
        (122, take(3, 65), held(9)),
        (131, take(3, 0), held(0)),
    ]);
}

#[test]
fn a_caller_that_comes_when_the_next_slot_has_begun_has_lost_its_own() {
    check(&[
        (0, take(1, 0), held(0)),
        (0, take(2, 65), held(61)),
        (0, take(3, 200), held(122)),
        (122, take(3, 0), held(0)),
        (123, take(2, 65), held(60)),
    ]);
}

#[test]
fn a_deferral_moves_new_and_waiting_callers_and_keeps_their_order() {
    check(&[
        (0, take(1, 0), held(0)),
        (0, take(2, 65), held(61)),
        (0, take(3, 200), held(122)),
        (1, Op::Defer(secs(99)), not_held(221)),
        (61, take(2, 65), held(39)),
        (100, take(2, 0), held(0)),
        (122, take(3, 65), held(39)),
    ]);
}

#[test]
fn a_deferral_never_moves_anything_earlier_and_reaches_one_hour_at_most() {
    check(&[
        (0, Op::Defer(secs(100)), not_held(100)),
        (0, Op::Defer(secs(10)), not_held(100)),
        (0, Op::Defer(Duration::MAX), not_held(3600)),
    ]);
}

#[test]
fn a_deferral_lasts_longer_than_the_slot_that_covered_it() {
    check(&[
        (0, take(1, 0), held(0)),
        (0, Op::Defer(secs(50)), not_held(61)),
        (1, BACK_1, not_held(49)),
    ]);
}

#[test]
fn a_waiting_caller_moved_beyond_its_longest_wait_is_refused_and_holds_nothing() {
    check(&[
        (0, take(1, 0), held(0)),
        (0, take(2, 65), held(61)),
        (1, Op::Defer(secs(3600)), not_held(3661)),
        (61, take(2, 5), not_held(3540)),
    ]);
}

#[test]
fn with_an_interval_of_zero_only_deferrals_count() {
    let mut ledger = Ledger::default();
    let mut at = |now, op: &Op| ledger.apply(secs(now), Duration::ZERO, op);
    assert_eq!(at(0, &take(1, 0)), held(0));
    assert_eq!(at(0, &take(2, 0)), held(0));
    at(0, &Op::Defer(secs(30)));
    assert_eq!(at(1, &take(3, 65)), held(29));
    assert_eq!(at(1, &take(4, 0)), not_held(29));
    assert_eq!(at(30, &take(3, 0)), held(0));
}

#[test]
fn a_ledger_survives_being_written_and_read() {
    let mut ledger = Ledger::default();
    ledger.apply(secs(7), secs(61), &take(u128::MAX, 0));
    ledger.apply(secs(7), secs(61), &take(2, 65));
    let text = serde_json::to_string(&ledger).unwrap();
    let second = r#"{"ticket":"00000000000000000000000000000002","at":{"secs":68,"nanos":0},"until":{"secs":129,"nanos":0},"started":false}"#;
    assert!(text.starts_with(r#"{"floor":{"secs":0,"nanos":0},"claims":[{"ticket":"ffff"#));
    assert!(text.ends_with(&format!("{second}]}}")), "{text}");
    assert_eq!(serde_json::from_str::<Ledger>(&text).unwrap(), ledger);
    assert!(ledger.is_sound(secs(7), secs(61)));
}

#[test]
fn the_end_of_time_does_no_harm() {
    let mut ledger = Ledger::default();
    let reply = ledger.apply(Duration::MAX, Duration::MAX, &take(1, 0));
    assert_eq!(reply, held(0));
    ledger.apply(Duration::MAX, Duration::MAX, &take(2, 0));
    ledger.apply(Duration::MAX, secs(61), &Op::Defer(Duration::MAX));
}

/// The rules in their simplest form: no start is ever forgotten, and each time is found by trying
/// one second after another.
#[derive(Default)]
struct Model {
    deferred_to: u64,
    slots: Vec<(u128, u64, u64, bool)>,
}

impl Model {
    fn first_free(&self, from: u64, before: usize) -> u64 {
        let mut second = from;
        while second < self.deferred_to
            || self.slots[..before]
                .iter()
                .any(|(_, at, interval, _)| second < at + interval)
        {
            second += 1;
        }
        second
    }

    fn move_along(&mut self) {
        for index in 0..self.slots.len() {
            if !self.slots[index].3 {
                self.slots[index].1 = self.first_free(self.slots[index].1, index);
            }
        }
    }

    fn take(&mut self, now: u64, interval: u64, ticket: u128, longest: u64) -> Reply {
        let known = self
            .slots
            .iter()
            .position(|(name, at, interval, _)| *name == ticket && at + interval > now);
        let at = match known {
            Some(index) => self.slots[index].1.max(now).max(self.deferred_to),
            None => self.first_free(now, self.slots.len()),
        };
        if at - now > longest {
            self.slots.retain(|slot| slot.0 != ticket);
            let free = self.first_free(now, self.slots.len());
            return not_held(free - now);
        }
        if interval > 0 {
            let slot = (ticket, at, interval, at == now);
            match known {
                Some(index) => self.slots[index] = slot,
                None => {
                    self.slots.retain(|slot| slot.0 != ticket);
                    self.slots.push(slot);
                }
            }
            self.move_along();
        }
        held(at - now)
    }

    fn apply(&mut self, now: u64, interval: u64, step: &Step) -> Reply {
        self.slots
            .retain(|(_, at, interval, started)| *started || at + interval > now);
        match *step {
            Step::Take(ticket, longest) => return self.take(now, interval, ticket, longest),
            Step::GiveBack(ticket) => self.slots.retain(|slot| slot.0 != ticket),
            Step::Defer(wait) => {
                self.deferred_to = self.deferred_to.max(now + wait.min(3600));
                self.move_along();
            }
            Step::Peek => {}
        }
        not_held(self.first_free(now, self.slots.len()) - now)
    }
}

#[derive(Debug, Clone)]
enum Step {
    Take(u128, u64),
    GiveBack(u128),
    Defer(u64),
    Peek,
}

impl Step {
    fn op(&self) -> Op {
        match *self {
            Step::Take(ticket, longest) => take(ticket, longest),
            Step::GiveBack(ticket) => Op::GiveBack(Ticket::from(ticket)),
            Step::Defer(wait) => Op::Defer(secs(wait)),
            Step::Peek => Op::Peek,
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..6u128, prop_oneof![Just(0), Just(65), 0..40u64, Just(1000)])
            .prop_map(|(ticket, longest)| Step::Take(ticket, longest)),
        2 => (0..6u128).prop_map(Step::GiveBack),
        1 => prop_oneof![0..80u64, Just(9999)].prop_map(Step::Defer),
        1 => Just(Step::Peek),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_ledger_does_what_the_trivial_model_does(
        interval in prop_oneof![Just(0u64), Just(1), Just(10), Just(61)],
        steps in collection::vec((prop_oneof![3 => Just(0u64), 3 => 0..30u64, 1 => 0..200u64], step()), 1..20),
    ) {
        let mut ledger = Ledger::default();
        let mut model = Model::default();
        let mut now = 0;
        for (passed, step) in &steps {
            now += passed;
            let reply = ledger.apply(secs(now), secs(interval), &step.op());
            prop_assert_eq!(reply, model.apply(now, interval, step), "{:?} at {}", step, now);
            prop_assert!(ledger.is_sound(secs(now), secs(interval)));
        }
    }

    #[test]
    fn starts_keep_the_interval_respect_deferrals_and_follow_the_order_of_asking(
        steps in collection::vec((0..100u64, step()), 1..25),
        restless in any::<bool>(),
    ) {
        let mut ledger = Ledger::default();
        let (mut now, mut deferred_to) = (0, 0);
        // The start that counts is that of the last ticket that was granted and not given back
        // since.
        let mut last: Vec<(u128, u64)> = Vec::new();
        let mut waiting: Vec<u128> = Vec::new();
        for (passed, step) in &steps {
            now += if restless { *passed } else { passed / 10 };
            let before = ledger.clone();
            // A caller that asks again has not started.
            if let Step::Take(ticket, _) = *step {
                last.retain(|(name, _)| *name != ticket);
            }
            let reply = ledger.apply(secs(now), secs(61), &step.op());
            match *step {
                Step::Take(ticket, _) if reply == held(0) => {
                    if let Some((_, start)) = last.last() {
                        prop_assert!(now - start >= 61, "started at {start} and {now}");
                    }
                    prop_assert!(now >= deferred_to);
                    last.push((ticket, now));
                    waiting.retain(|name| *name != ticket);
                }
                Step::Take(ticket, longest) => {
                    prop_assert_eq!(reply.held, reply.wait <= secs(longest) && reply.held);
                    waiting.retain(|name| *name != ticket);
                    if reply.held { waiting.push(ticket); } else if before.slots.iter().all(|slot| slot.ticket != Ticket::from(ticket)) {
                        // The wait in the reply is exact: accepting it is enough, one nanosecond
                        // less is not.
                        let exactly = Op::Take(Ask { ticket: Ticket::from(99), longest: reply.wait });
                        let less = Op::Take(Ask { ticket: Ticket::from(99), longest: reply.wait - Duration::from_nanos(1) });
                        prop_assert!(ledger.clone().apply(secs(now), secs(61), &exactly).held);
                        prop_assert!(!ledger.clone().apply(secs(now), secs(61), &less).held);
                    }
                }
                Step::GiveBack(ticket) => {
                    last.retain(|(name, _)| *name != ticket);
                    waiting.retain(|name| *name != ticket);
                }
                Step::Defer(wait) => deferred_to = deferred_to.max(now + wait.min(3600)),
                Step::Peek => {}
            }
            let line: Vec<Duration> = ledger.slots.iter().map(|slot| slot.at).collect();
            prop_assert!(line.is_sorted());
            for pair in line.windows(2) {
                prop_assert!(pair[1] - pair[0] >= secs(61));
            }
        }
    }
}
