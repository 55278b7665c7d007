//! Owns the state of one comparison: both documents, the work list of schema pairs, and the changes found so far.

use super::refs::{self, Resolved};
use super::slot::{Slot, Spot};
use super::text;
use super::{Change, Level, SERVERS_CHANGED};
use serde_json::Value;
use std::collections::{HashMap, HashSet, VecDeque};

/// More pairs of schemas than any sound document has; past it the comparison says that it stopped.
const MOST_PAIRS: usize = 100_000;
/// Deeper than any sound document nests.
const DEEPEST: usize = 100;

/// What a change means on both axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) wire: Level,
    pub(super) api: Level,
}

/// A verdict from its two levels: the wire, then our API.
pub(super) const fn verdict(wire: Level, api: Level) -> Verdict {
    Verdict { wire, api }
}

/// What a pair of schemas is to the value that it describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The whole description.
    Whole,
    /// A member of a union: whether null is allowed was settled for the whole.
    Member,
    /// A plain schema against the member that it became, or the other way round: prose and title stayed outside.
    Wrapped,
}

/// Two schemas to compare, references not yet followed.
#[derive(Debug)]
pub(super) struct Pair<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    pub(super) spot: Spot,
    pub(super) role: Role,
}

/// A visited pair: both nodes by address, which is their identity while both documents are borrowed.
type Visit = (usize, usize, Slot);

#[derive(Debug)]
struct Found {
    change: Change,
    visit: Option<Visit>,
}

#[derive(Debug)]
struct Uses {
    count: usize,
    name: Option<String>,
}

/// The state of one comparison.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    queue: VecDeque<Pair<'a>>,
    visits: HashMap<Visit, Uses>,
    /// What was said once and is not said again at every use of a shared schema.
    said: HashSet<String>,
    /// The names of the schemas that some operation refers to.
    reached: HashSet<&'a str>,
    /// The addresses of the schemas that some operation refers to, by whatever name.
    reached_nodes: HashSet<usize>,
    found: Vec<Found>,
    current: Option<Visit>,
    stopped_at: Option<String>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(old: &'a Value, new: &'a Value) -> Self {
        Self {
            old,
            new,
            queue: VecDeque::new(),
            visits: HashMap::new(),
            said: HashSet::new(),
            reached: HashSet::new(),
            reached_nodes: HashSet::new(),
            found: Vec::new(),
            current: None,
            stopped_at: None,
        }
    }

    /// Follows the references of a node of the standing document.
    pub(super) fn old(&self, node: &'a Value) -> Resolved<'a> {
        refs::resolve(self.old, node)
    }

    /// Follows the references of a node of the new document.
    pub(super) fn new_side(&self, node: &'a Value) -> Resolved<'a> {
        refs::resolve(self.new, node)
    }

    /// Reports a change outside of schemas.
    pub(super) fn report(
        &mut self,
        id: impl Into<String>,
        verdict: Verdict,
        place: impl Into<String>,
        text: &str,
    ) {
        self.found.push(Found {
            change: Change {
                id: id.into(),
                level: verdict.wire,
                api_level: verdict.api,
                place: place.into(),
                text: text::sentence(text),
            },
            visit: self.current,
        });
    }

    /// Reports a change of the value at `spot`; `what` ends the rule id and `said` the sentence.
    pub(super) fn report_at(&mut self, spot: &Spot, what: &str, verdict: Verdict, said: &str) {
        self.report(
            format!("{}-{what}", spot.slot.prefix()),
            spot.slot.temper(verdict),
            spot.place(),
            &format!("{} {said}", spot.subject()),
        );
    }

    /// Whether this is the first time that `words` are said.
    pub(super) fn first_time(&mut self, words: String) -> bool {
        self.said.insert(words)
    }

    /// Puts a pair on the work list.
    pub(super) fn push(&mut self, old: &'a Value, new: &'a Value, spot: Spot, role: Role) {
        if spot.depth > DEEPEST || self.visits.len() > MOST_PAIRS {
            self.stopped_at.get_or_insert_with(|| spot.place());
            return;
        }
        self.queue.push_back(Pair {
            old,
            new,
            spot,
            role,
        });
    }

    /// Takes the next pair from the work list.
    pub(super) fn next_pair(&mut self) -> Option<Pair<'a>> {
        self.current = None;
        self.queue.pop_front()
    }

    /// Notes a use of a pair of resolved schemas; true for its first use, and then changes reported belong to it.
    pub(super) fn visit(&mut self, slot: Slot, old: Resolved<'a>, new: Resolved<'a>) -> bool {
        self.reached.extend(old.name.into_iter().chain(new.name));
        let visit = (address(old.node), address(new.node), slot);
        self.reached_nodes.extend([visit.0, visit.1]);
        let uses = self.visits.entry(visit).or_insert_with(|| Uses {
            count: 0,
            name: new.name.or(old.name).map(ToOwned::to_owned),
        });
        uses.count += 1;
        if uses.count == 1 {
            self.current = Some(visit);
        }
        uses.count == 1
    }

    /// Whether an operation refers to this schema, by its name or through another one that is a mere reference to it.
    pub(super) fn is_reached(&self, name: &str, node: &Value) -> bool {
        self.reached.contains(name) || self.reached_nodes.contains(&address(node))
    }

    /// The changes, in the order of the report.
    pub(super) fn finish(mut self) -> Vec<Change> {
        if let Some(place) = self.stopped_at.take() {
            // Silence would read as "no change".
            let text =
                "the documents nest too deep or refer too widely, and the comparison stopped here";
            self.current = None;
            self.report(
                "comparison-stopped",
                verdict(Level::Breaking, Level::Breaking),
                place,
                text,
            );
        }
        let visits = self.visits;
        let mut changes: Vec<Change> = self
            .found
            .into_iter()
            .map(|found| with_uses(found, &visits))
            .collect();
        changes.sort_by(|a, b| {
            let gravity = |change: &Change| {
                (
                    // Another server stops everything, so nothing stands above it.
                    change.id == SERVERS_CHANGED,
                    change.level.max(change.api_level),
                    change.level,
                    change.api_level,
                )
            };
            gravity(b)
                .cmp(&gravity(a))
                .then_with(|| (&a.place, &a.id, &a.text).cmp(&(&b.place, &b.id, &b.text)))
        });
        changes.dedup();
        changes
    }
}

fn with_uses(found: Found, visits: &HashMap<Visit, Uses>) -> Change {
    let mut change = found.change;
    let uses = found.visit.and_then(|visit| visits.get(&visit));
    if let Some(Uses {
        count,
        name: Some(name),
    }) = uses
        && *count > 1
    {
        change.text.pop();
        let name = text::name(name);
        change.text += &format!(" ({name} is used in {count} places).");
    }
    change
}

fn address(node: &Value) -> usize {
    std::ptr::from_ref(node).addr()
}
