//! The ledger of one lane: who may start when, as a pure state machine that knows no I/O and gets the time as a parameter.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A deferral reaches at most this far ahead, whatever the provider says.
const LONGEST_DEFERRAL: Duration = Duration::from_secs(3600);

/// So many of the longest steps make the longest line of waiting callers to be believed: a week, usually.
const LONGEST_LINE: u32 = 24 * 7;

/// Names one caller's claim to a slot.
///
/// ```
/// use cpalead::rate_limits::Ticket;
///
/// assert_eq!(Ticket::from(10).to_string(), "0000000000000000000000000000000a");
/// ```
///
/// The limiter draws a random one for each call. A claim has its name before it is made, so that it can be given back
/// even when the answer to it was lost, and made twice without taking two slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Ticket(u128);

impl From<u128> for Ticket {
    fn from(number: u128) -> Ticket {
        Ticket(number)
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl From<Ticket> for String {
    fn from(ticket: Ticket) -> String {
        ticket.to_string()
    }
}

impl TryFrom<String> for Ticket {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Ticket, Self::Error> {
        u128::from_str_radix(&text, 16).map(Ticket)
    }
}

/// What a caller asks for when it wants to start a call.
///
/// ```
/// use std::time::Duration;
/// use cpalead::rate_limits::{Ask, Ticket};
///
/// let ask = Ask { ticket: Ticket::from(1), longest: Duration::from_secs(65) };
/// # let _ = ask;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// The name of the claim; the same one when the caller comes back after waiting.
    pub ticket: Ticket,
    /// The longest wait the caller accepts.
    pub longest: Duration,
}

/// One operation on a ledger.
///
/// ```
/// use cpalead::rate_limits::{Op, Ticket};
///
/// let op = Op::GiveBack(Ticket::from(1));
/// # let _ = op;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Takes a slot, or asks again for the one that the ticket holds.
    Take(Ask),
    /// Gives back the slot that the ticket holds, if it holds one.
    GiveBack(Ticket),
    /// Lets nobody start for this long, at most an hour; it never moves anything earlier.
    Defer(Duration),
    /// Looks without touching.
    Peek,
}

/// What became of an operation.
///
/// ```
/// use std::time::Duration;
/// use cpalead::rate_limits::Reply;
///
/// let start_now = Reply { held: true, wait: Duration::ZERO };
/// # let _ = start_now;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    /// Whether the asking ticket now holds a slot. Never true but after [`Op::Take`].
    pub held: bool,
    /// The time until the held slot; where none is held, until a newcomer could start.
    ///
    /// A held slot with no wait is one to start in now.
    pub wait: Duration,
}

/// The starts of one lane: at rest one number, the earliest next start; while callers wait, their slots as well.
///
/// ```
/// use std::time::Duration;
/// use cpalead::rate_limits::{Ask, Ledger, Op, Ticket};
///
/// let minute = Duration::from_secs(61);
/// let at = Duration::from_secs;
/// let ask = |number| Op::Take(Ask { ticket: Ticket::from(number), longest: Duration::from_secs(65) });
/// let mut ledger = Ledger::default();
///
/// assert_eq!(ledger.apply(at(100), minute, &ask(1)).wait, at(0));
/// let second = ledger.apply(at(110), minute, &ask(2));
/// assert!(second.held);
/// assert_eq!(second.wait, at(51));
/// // A third caller would have to wait longer than it accepts: it learns how long, and holds nothing.
/// let third = ledger.apply(at(110), minute, &ask(3));
/// assert!(!third.held);
/// assert_eq!(third.wait, at(112));
/// ```
///
/// Times are durations since any fixed point, on a scale that the store chooses. It must not run backwards: a store
/// on a clock that can jump makes up for that, as [`FileStore`](crate::rate_limits::FileStore) does.
///
/// The rules:
///
/// - A new claim gets the slot `max(now, next free)` and moves "next free" to one interval after it. Slots are handed
///   out in the order of asking.
/// - When its time has come, the caller takes again with the same ticket. Only that grants the start, and from that
///   moment the interval counts. One who comes late moves the slots behind his own; one who comes
///   later than the following slot begins has lost his and gets a new one.
/// - A slot given back is free for the next newcomer if nobody holds a later one. If somebody does, it stays empty: handing
///   it to a newcomer would overtake those who wait. Once the later ones are given back too, all of it is free.
/// - A deferral moves waiting callers as well as newcomers, in their order.
/// - With an interval of zero, nothing is taken and only deferrals count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Nobody starts before this: the end of the last deferral.
    floor: Duration,
    /// The claims whose interval is not over, by time. Only the first can be one that has started.
    claims: Vec<Claim>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Claim {
    ticket: Ticket,
    at: Duration,
    /// The end of the claim's interval, which may differ from claim to claim.
    until: Duration,
    started: bool,
}

impl Ledger {
    /// A ledger of which nothing is known but that a call may have started just `now`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use cpalead::rate_limits::{Ledger, Op};
    ///
    /// let minute = Duration::from_secs(61);
    /// let mut ledger = Ledger::just_used(Duration::ZERO, minute);
    /// assert_eq!(ledger.apply(Duration::from_secs(1), minute, &Op::Peek).wait, Duration::from_secs(60));
    /// ```
    #[must_use]
    pub fn just_used(now: Duration, interval: Duration) -> Ledger {
        Ledger {
            floor: now.saturating_add(interval),
            claims: Vec::new(),
        }
    }

    /// Applies `op` at the time `now`, in a lane whose starts keep `interval` between them.
    ///
    /// ```
    /// use std::time::Duration;
    /// use cpalead::rate_limits::{Ledger, Op};
    ///
    /// let minute = Duration::from_secs(61);
    /// let mut ledger = Ledger::default();
    /// ledger.apply(Duration::ZERO, minute, &Op::Defer(Duration::from_secs(30)));
    /// assert_eq!(ledger.apply(Duration::ZERO, minute, &Op::Peek).wait, Duration::from_secs(30));
    /// ```
    pub fn apply(&mut self, now: Duration, interval: Duration, op: &Op) -> Reply {
        // The interval of these is over. Who comes for such a slot now could collide with the following one.
        self.claims.retain(|claim| claim.until > now);
        match op {
            Op::Take(ask) => return self.take(now, interval, ask),
            Op::GiveBack(ticket) => self.claims.retain(|claim| claim.ticket != *ticket),
            Op::Defer(wait) => {
                let until = now.saturating_add((*wait).min(LONGEST_DEFERRAL));
                self.floor = self.floor.max(until);
                self.settle();
            }
            Op::Peek => {}
        }
        self.not_held(now)
    }

    /// Whether the ledger could have come about by `now` with intervals of at most `longest`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use cpalead::rate_limits::Ledger;
    ///
    /// let ledger = Ledger::just_used(Duration::from_secs(10), Duration::from_secs(86_400));
    /// assert!(ledger.is_sound(Duration::from_secs(10), Duration::from_secs(86_400)));
    /// assert!(!ledger.is_sound(Duration::from_secs(10), Duration::from_secs(61)));
    /// ```
    ///
    /// For stores that read what others may have written: a damaged ledger could demand a wait of centuries. Intervals
    /// and deferrals of up to an hour are always sound, since another client may have asked for them.
    #[must_use]
    pub fn is_sound(&self, now: Duration, longest: Duration) -> bool {
        let step = longest.max(LONGEST_DEFERRAL);
        let horizon = now.saturating_add(step.saturating_mul(LONGEST_LINE));
        let mut before = Duration::ZERO;
        for claim in &self.claims {
            if claim.at < before || claim.until < claim.at || claim.until - claim.at > step {
                return false;
            }
            before = claim.until;
        }
        self.floor <= now.saturating_add(step) && before <= horizon
    }

    fn take(&mut self, now: Duration, interval: Duration, ask: &Ask) -> Reply {
        let found = self
            .claims
            .iter()
            .position(|claim| claim.ticket == ask.ticket);
        let at = match found {
            Some(index) => self.claims[index].at.max(self.floor),
            None => self.next_free(),
        }
        .max(now);
        let wait = at.saturating_sub(now);
        if wait > ask.longest {
            self.claims.retain(|claim| claim.ticket != ask.ticket);
            return self.not_held(now);
        }
        if !interval.is_zero() {
            let claim = Claim {
                ticket: ask.ticket,
                at,
                until: at.saturating_add(interval),
                started: wait.is_zero(),
            };
            match found {
                Some(index) => self.claims[index] = claim,
                None => self.claims.push(claim),
            }
            self.settle();
        }
        Reply { held: true, wait }
    }

    /// Moves the claims that have not started out of the way of the floor and of those before them, and no further.
    fn settle(&mut self) {
        let mut earliest = self.floor;
        for claim in &mut self.claims {
            if !claim.started {
                let late = earliest.saturating_sub(claim.at);
                claim.at = claim.at.saturating_add(late);
                claim.until = claim.until.saturating_add(late);
            }
            earliest = earliest.max(claim.until);
        }
    }

    fn next_free(&self) -> Duration {
        self.claims
            .last()
            .map_or(self.floor, |last| self.floor.max(last.until))
    }

    fn not_held(&self, now: Duration) -> Reply {
        Reply {
            held: false,
            wait: self.next_free().saturating_sub(now),
        }
    }
}

#[cfg(test)]
mod tests {
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

    /// Applies operations with their times to a fresh ledger of 61 seconds and compares each reply.
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
    fn who_starts_late_moves_the_slots_behind() {
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
    fn who_comes_when_the_next_slot_has_begun_has_lost_his_own() {
        check(&[
            (0, take(1, 0), held(0)),
            (0, take(2, 65), held(61)),
            (0, take(3, 200), held(122)),
            (122, take(3, 0), held(0)),
            (123, take(2, 65), held(60)),
        ]);
    }

    #[test]
    fn a_deferral_moves_newcomers_and_those_who_wait_in_their_order() {
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
    fn a_deferral_outlives_the_slot_that_covered_it() {
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

    /// The rules as one would tell them: no start is ever forgotten, and every time is found by trying one second after
    /// the other.
    #[derive(Default)]
    struct Model {
        deferred_to: u64,
        claims: Vec<(u128, u64, u64, bool)>,
    }

    impl Model {
        fn first_free(&self, from: u64, before: usize) -> u64 {
            let mut second = from;
            while second < self.deferred_to
                || self.claims[..before]
                    .iter()
                    .any(|(_, at, interval, _)| second < at + interval)
            {
                second += 1;
            }
            second
        }

        fn move_along(&mut self) {
            for index in 0..self.claims.len() {
                if !self.claims[index].3 {
                    self.claims[index].1 = self.first_free(self.claims[index].1, index);
                }
            }
        }

        fn take(&mut self, now: u64, interval: u64, ticket: u128, longest: u64) -> Reply {
            let known = self
                .claims
                .iter()
                .position(|(name, at, interval, _)| *name == ticket && at + interval > now);
            let at = match known {
                Some(index) => self.claims[index].1.max(now).max(self.deferred_to),
                None => self.first_free(now, self.claims.len()),
            };
            if at - now > longest {
                self.claims.retain(|claim| claim.0 != ticket);
                let free = self.first_free(now, self.claims.len());
                return not_held(free - now);
            }
            if interval > 0 {
                let claim = (ticket, at, interval, at == now);
                match known {
                    Some(index) => self.claims[index] = claim,
                    None => {
                        self.claims.retain(|claim| claim.0 != ticket);
                        self.claims.push(claim);
                    }
                }
                self.move_along();
            }
            held(at - now)
        }

        fn apply(&mut self, now: u64, interval: u64, step: &Step) -> Reply {
            self.claims
                .retain(|(_, at, interval, started)| *started || at + interval > now);
            match *step {
                Step::Take(ticket, longest) => return self.take(now, interval, ticket, longest),
                Step::GiveBack(ticket) => self.claims.retain(|claim| claim.0 != ticket),
                Step::Defer(wait) => {
                    self.deferred_to = self.deferred_to.max(now + wait.min(3600));
                    self.move_along();
                }
                Step::Peek => {}
            }
            not_held(self.first_free(now, self.claims.len()) - now)
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
            // The start that counts: of the last ticket granted and not given back since.
            let mut last: Vec<(u128, u64)> = Vec::new();
            let mut waiting: Vec<u128> = Vec::new();
            for (passed, step) in &steps {
                now += if restless { *passed } else { passed / 10 };
                let before = ledger.clone();
                // Who asks again says that it has not started.
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
                        if reply.held { waiting.push(ticket); } else if before.claims.iter().all(|claim| claim.ticket != Ticket::from(ticket)) {
                            // The wait it was told is exact: accepting it is enough, one nanosecond less is not.
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
                let line: Vec<Duration> = ledger.claims.iter().map(|claim| claim.at).collect();
                prop_assert!(line.is_sorted());
                for pair in line.windows(2) {
                    prop_assert!(pair[1] - pair[0] >= secs(61));
                }
            }
        }
    }
}
