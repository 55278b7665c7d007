//! The ledger of one lane, which decides who may start when: a pure state machine without I/O that
//! gets the time as a parameter.
//!
//! The same rules exist a second time in `store/redis/ledger.lua`, because only a script on the
//! Redis server is atomic there. Change both together. The test
//! `the_script_does_what_the_ledger_does` gives both the same random operations and compares the
//! replies.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The longest deferral that is accepted, whatever the provider asks for.
const LONGEST_DEFERRAL: Duration = Duration::from_secs(3600);

/// The longest line of waiting callers that is accepted from a stored ledger, in steps of the
/// longest interval or deferral: usually a week.
const LONGEST_LINE: u32 = 24 * 7;

/// Identifies one caller that asks for a slot.
///
/// ```
/// use cpalead::rate_limits::Ticket;
///
/// assert_eq!(Ticket::from(10).to_string(), "0000000000000000000000000000000a");
/// ```
///
/// The limiter draws a random ticket for each call, before it asks for a slot. The slot can
/// therefore be given back even if the store's reply was lost, and asking twice with one ticket
/// takes only one slot.
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
    /// Identifies the caller. It uses the same ticket when it asks again after waiting.
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
    /// Takes a slot, or asks again for the slot that the ticket holds.
    Take(Ask),
    /// Gives back the slot that the ticket holds, if any.
    GiveBack(Ticket),
    /// Prevents every start for this long, at most an hour. It never moves a start earlier.
    Defer(Duration),
    /// Returns the wait and changes nothing.
    Peek,
}

/// The result of an operation.
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
    /// Whether the asking ticket now holds a slot. Only [`Op::Take`] can make this true.
    pub held: bool,
    /// The time until the held slot begins, or, if none is held, until a new caller could start.
    ///
    /// If a slot is held and the wait is zero, the call may start now.
    pub wait: Duration,
}

/// The starts of one lane: the earliest next start, and the slots of callers that wait.
///
/// ```
/// use std::time::Duration;
/// use cpalead::rate_limits::{Ask, Ledger, Op, Ticket};
///
/// let minute = Duration::from_secs(61);
/// let at = Duration::from_secs;
/// let longest = at(65);
/// let ask = |number| Op::Take(Ask { ticket: Ticket::from(number), longest });
/// let mut ledger = Ledger::default();
///
/// assert_eq!(ledger.apply(at(100), minute, &ask(1)).wait, at(0));
/// let second = ledger.apply(at(110), minute, &ask(2));
/// assert!(second.held);
/// assert_eq!(second.wait, at(51));
/// // A third caller would have to wait longer than it accepts, so it gets no slot.
/// let third = ledger.apply(at(110), minute, &ask(3));
/// assert!(!third.held);
/// assert_eq!(third.wait, at(112));
/// ```
///
/// Times are durations since a fixed point that the store chooses. They must not run backwards. A
/// store whose clock can jump has to correct for that, as
/// [`FileStore`](crate::rate_limits::FileStore) does.
///
/// The rules:
///
/// - A new caller gets the slot `max(now, next free)`, and "next free" moves to one interval after
///   it. Slots are given in the order of asking.
/// - A caller that has to wait takes again with the same ticket when its slot begins. Only this
///   second take grants the start, and the interval counts from then. A caller that comes late
///   moves the slots behind its own. A caller that comes after the following slot has begun has
///   lost its slot and gets a new one.
/// - A slot that is given back is free for the next new caller if nobody holds a later slot.
///   Otherwise it stays empty, because a new caller in it would overtake those who wait. Once the
///   later slots are given back too, all of them are free.
/// - A deferral moves waiting callers as well as new ones, and keeps their order.
/// - With an interval of zero no slots are taken, and only deferrals delay a start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The end of the last deferral: no call starts before it.
    floor: Duration,
    /// The slots whose interval is not over, by time. Only the first can have started.
    #[serde(rename = "claims")]
    slots: Vec<Slot>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Slot {
    ticket: Ticket,
    at: Duration,
    /// The end of the slot's interval, which may differ from slot to slot.
    until: Duration,
    started: bool,
}

impl Ledger {
    /// A ledger for a lane of which only one thing is known: a call may have started at `now`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use cpalead::rate_limits::{Ledger, Op};
    ///
    /// let minute = Duration::from_secs(61);
    /// let mut ledger = Ledger::just_used(Duration::ZERO, minute);
    /// let reply = ledger.apply(Duration::from_secs(1), minute, &Op::Peek);
    /// assert_eq!(reply.wait, Duration::from_secs(60));
    /// ```
    #[must_use]
    pub fn just_used(now: Duration, interval: Duration) -> Ledger {
        Ledger {
            floor: now.saturating_add(interval),
            slots: Vec::new(),
        }
    }

    /// Applies `op` at the time `now`, in a lane whose starts keep `interval` between them.
    pub fn apply(&mut self, now: Duration, interval: Duration, op: &Op) -> Reply {
        // The interval of these slots is over. A start in one of them now could collide with the
        // following slot.
        self.slots.retain(|slot| slot.until > now);
        match op {
            Op::Take(ask) => return self.take(now, interval, ask),
            Op::GiveBack(ticket) => self.slots.retain(|slot| slot.ticket != *ticket),
            Op::Defer(wait) => {
                let until = now.saturating_add((*wait).min(LONGEST_DEFERRAL));
                self.floor = self.floor.max(until);
                self.settle();
            }
            Op::Peek => {}
        }
        self.not_held(now)
    }

    /// Whether the ledger is possible at `now` with intervals of at most `longest`.
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
    /// A store that reads what others may have written should check this, because a damaged ledger
    /// could demand a wait of centuries. Intervals and deferrals of up to an hour are always
    /// possible, since another client may have asked for them.
    #[must_use]
    pub fn is_sound(&self, now: Duration, longest: Duration) -> bool {
        let step = longest.max(LONGEST_DEFERRAL);
        let horizon = now.saturating_add(step.saturating_mul(LONGEST_LINE));
        let mut before = Duration::ZERO;
        for slot in &self.slots {
            if slot.at < before || slot.until < slot.at || slot.until - slot.at > step {
                return false;
            }
            before = slot.until;
        }
        self.floor <= now.saturating_add(step) && before <= horizon
    }

    fn take(&mut self, now: Duration, interval: Duration, ask: &Ask) -> Reply {
        let found = self.slots.iter().position(|slot| slot.ticket == ask.ticket);
        let at = match found {
            Some(index) => self.slots[index].at.max(self.floor),
            None => self.next_free(),
        }
        .max(now);
        let wait = at.saturating_sub(now);
        if wait > ask.longest {
            self.slots.retain(|slot| slot.ticket != ask.ticket);
            return self.not_held(now);
        }
        if !interval.is_zero() {
            let slot = Slot {
                ticket: ask.ticket,
                at,
                until: at.saturating_add(interval),
                started: wait.is_zero(),
            };
            match found {
                Some(index) => self.slots[index] = slot,
                None => self.slots.push(slot),
            }
            self.settle();
        }
        Reply { held: true, wait }
    }

    /// Moves each slot that has not started behind the floor and behind the slots before it, and no
    /// further.
    fn settle(&mut self) {
        let mut earliest = self.floor;
        for slot in &mut self.slots {
            if !slot.started {
                let late = earliest.saturating_sub(slot.at);
                slot.at = slot.at.saturating_add(late);
                slot.until = slot.until.saturating_add(late);
            }
            earliest = earliest.max(slot.until);
        }
    }

    fn next_free(&self) -> Duration {
        self.slots
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
mod tests;
