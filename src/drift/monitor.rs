//! Watches the answers of one client: which are looked at, what was told, and which fields were
//! there before.

use std::collections::HashSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::finding::{Drift, DriftKind, Place};
use super::known::Known;
use super::scan::{MOST, Presence, Scan, gone, rows_of};
use super::{compare, known_of};
use crate::endpoint::Endpoint;

/// One answer of each endpoint is looked at in this time.
const PERIOD: Duration = Duration::from_secs(60 * 60);

type Listener = Box<dyn Fn(&Drift) + Send + Sync>;

/// The listener of one client, and what it knows already.
pub(crate) struct Monitor {
    listener: Listener,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    told: HashSet<(Endpoint, DriftKind, String)>,
    offers: Past,
    conversions: Past,
    reversals: Past,
}

/// What was seen of one endpoint.
#[derive(Default)]
struct Past {
    looked: Option<Duration>,
    rows: Vec<Before>,
    envelope: Vec<Before>,
}

/// Where a known member was in the answers before.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    #[default]
    NotAsked,
    Always,
    Sometimes,
}

impl Monitor {
    pub(crate) fn new(listener: Listener) -> Self {
        Self {
            listener,
            state: Mutex::default(),
        }
    }

    /// The differences in an answer that were not told yet; none where it is not looked at.
    ///
    /// `fields` are the fields that the request asked for, as a comma list; none for all. `now` is
    /// a time of the client's steady clock, and `json` the JSON of an answer.
    pub(crate) fn look(
        &self,
        endpoint: Endpoint,
        fields: Option<&str>,
        now: Duration,
        json: &str,
    ) -> Vec<Drift> {
        {
            let mut state = self.state();
            let is_full = state.told.len() >= MOST;
            let looked = &mut state.past(endpoint).looked;
            let is_early = looked.is_some_and(|at| now.saturating_sub(at) < PERIOD);
            if is_full || is_early {
                return Vec::new();
            }
            *looked = Some(now);
        }
        let (known, list) = known_of(endpoint);
        let Ok(scan) = compare(endpoint, json) else {
            return Vec::new();
        };
        let Scan {
            mut drifts,
            rows,
            envelope,
        } = scan;
        let mut state = self.state();
        let past = state.past(endpoint);
        let row = rows_of(known, list);
        let asked = |name: &str| {
            fields.is_none_or(|fields| fields.split(',').any(|field| field.trim() == name))
        };
        for name in row.map_or_else(Vec::new, |row| vanished(row, &mut past.rows, &rows, &asked)) {
            let path = format!("{list}[].{name}");
            drifts.push(gone(endpoint, Place::Rows, path, rows.objects));
        }
        for name in vanished(known, &mut past.envelope, &envelope, &|_| true) {
            drifts.push(gone(endpoint, Place::Envelope, name.to_owned(), 1));
        }
        drifts.retain(|drift| {
            let key = (endpoint, drift.kind(), drift.path.clone());
            state.told.len() < MOST && state.told.insert(key)
        });
        drifts
    }

    /// Tells the listener. If it panics, the answer is not affected.
    pub(crate) fn tell(&self, drift: &Drift) {
        // The listener may be in any state after a panic. That is its own concern.
        let _ = catch_unwind(AssertUnwindSafe(|| (self.listener)(drift)));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn past(&mut self, endpoint: Endpoint) -> &mut Past {
        match endpoint {
            Endpoint::Offers => &mut self.offers,
            Endpoint::Conversions => &mut self.conversions,
            Endpoint::Reversals => &mut self.reversals,
        }
    }
}

/// The members that every object of earlier answers had and none has now.
fn vanished(
    known: &'static Known,
    before: &mut Vec<Before>,
    now: &Presence,
    asked: &dyn Fn(&str) -> bool,
) -> Vec<&'static str> {
    before.resize(known.members.len(), Before::NotAsked);
    let mut vanished = Vec::new();
    if now.objects == 0 {
        return vanished;
    }
    for ((member, before), count) in known.members.iter().zip(before).zip(&now.counts) {
        if !asked(member.name) {
            continue;
        }
        if *count == 0 && *before == Before::Always {
            vanished.push(member.name);
        } else if *count < now.objects {
            *before = Before::Sometimes;
        } else if *before == Before::NotAsked {
            *before = Before::Always;
        }
    }
    vanished
}

/// Without the listener, which cannot be shown.
impl fmt::Debug for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Monitor").finish_non_exhaustive()
    }
}
