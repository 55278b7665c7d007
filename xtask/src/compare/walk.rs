//! The state of one comparison: both documents, the work list of schema pairs, the changes found so
//! far.

use super::change::{Change, SERVERS_CHANGED};
use super::location::{Carrier, Location};
use super::refs::{self, Resolved};
use super::rules::{COMPARISON_STOPPED, Rule};
use super::text;
use super::verdict::Verdict;
use serde_json::Value;
use std::collections::{HashMap, HashSet, VecDeque};

/// More pairs of schemas than any real document has. Beyond it the comparison reports that it
/// stopped.
const MOST_PAIRS: usize = 100_000;
/// Deeper than any real document nests.
const DEEPEST: usize = 100;

/// How much of a value a pair of schemas describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The whole description.
    Whole,
    /// A member of a union. Whether null is allowed was decided for the whole union.
    Member,
    /// A plain schema and the union member that it became, or the reverse. Prose and title are not
    /// compared.
    Wrapped,
}

/// Two schemas to compare. Their references are not followed yet.
#[derive(Debug)]
pub(super) struct Pair<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    pub(super) location: Location,
    pub(super) role: Role,
}

/// A visited pair. Both nodes are identified by address, which is stable while the documents are
/// borrowed.
type Visit = (usize, usize, Carrier);

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
    /// What is reported only once, and not at every use of a shared schema.
    said: HashSet<String>,
    /// The names of the schemas that some operation refers to.
    reached: HashSet<&'a str>,
    /// The addresses of the schemas that some operation refers to, by any name.
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
    pub(super) fn resolve_old(&self, node: &'a Value) -> Resolved<'a> {
        refs::resolve(self.old, node)
    }

    /// Follows the references of a node of the new document.
    pub(super) fn resolve_new(&self, node: &'a Value) -> Resolved<'a> {
        refs::resolve(self.new, node)
    }

    /// Reports a change outside of schemas.
    pub(super) fn report(&mut self, rule: &Rule, place: impl Into<String>, text: &str) {
        self.add(rule.id(None, ""), rule.verdict(None), place.into(), text);
    }

    /// Reports a change of a part of a request or response; `text` is the whole sentence.
    pub(super) fn report_in(&mut self, carrier: Carrier, rule: &Rule, place: String, text: &str) {
        self.report_keyword_in(carrier, rule, "", place, text);
    }

    /// Reports a change of the value at `location`; `said` is the sentence without its subject.
    pub(super) fn report_at(&mut self, location: &Location, rule: &Rule, said: &str) {
        self.report_keyword(location, rule, "", said);
    }

    /// The same for a rule that covers several keywords: `keyword` is the one to name in the rule's
    /// id.
    pub(super) fn report_keyword(
        &mut self,
        location: &Location,
        rule: &Rule,
        keyword: &str,
        said: &str,
    ) {
        let text = format!("{} {said}", location.subject());
        self.report_keyword_in(location.carrier, rule, keyword, location.place(), &text);
    }

    fn report_keyword_in(
        &mut self,
        carrier: Carrier,
        rule: &Rule,
        keyword: &str,
        place: String,
        text: &str,
    ) {
        let verdict = rule.verdict(Some(carrier.part));
        let verdict = if carrier.in_error {
            verdict.in_error_response()
        } else {
            verdict
        };
        self.add(rule.id(Some(carrier.part), keyword), verdict, place, text);
    }

    fn add(&mut self, id: String, verdict: Verdict, place: String, text: &str) {
        self.found.push(Found {
            change: Change {
                id,
                level: verdict.wire,
                api_level: verdict.api,
                place,
                text: text::sentence(text),
            },
            visit: self.current,
        });
    }

    /// Whether `words` were not passed before.
    pub(super) fn first_time(&mut self, words: String) -> bool {
        self.said.insert(words)
    }

    /// Puts a pair on the work list.
    pub(super) fn push(&mut self, old: &'a Value, new: &'a Value, location: Location, role: Role) {
        if location.depth > DEEPEST || self.visits.len() > MOST_PAIRS {
            self.stopped_at.get_or_insert_with(|| location.place());
            return;
        }
        self.queue.push_back(Pair {
            old,
            new,
            location,
            role,
        });
    }

    /// Takes the next pair from the work list.
    pub(super) fn next_pair(&mut self) -> Option<Pair<'a>> {
        self.current = None;
        self.queue.pop_front()
    }

    /// Counts a use of a pair of resolved schemas. For the first use it returns true, and the
    /// changes reported next belong to this pair.
    pub(super) fn visit(&mut self, carrier: Carrier, old: Resolved<'a>, new: Resolved<'a>) -> bool {
        self.reached.extend(old.name.into_iter().chain(new.name));
        let visit = (address(old.node), address(new.node), carrier);
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

    /// Whether an operation refers to this schema, by its name or through a schema that only refers
    /// to it.
    pub(super) fn is_reached(&self, name: &str, node: &Value) -> bool {
        self.reached.contains(name) || self.reached_nodes.contains(&address(node))
    }

    /// The changes, in the order of the report.
    pub(super) fn finish(mut self) -> Vec<Change> {
        if let Some(place) = self.stopped_at.take() {
            // Without a change in the report it would read as "no change".
            self.current = None;
            self.report(
                &COMPARISON_STOPPED,
                place,
                "the comparison stopped here, because the documents nest too deep or refer too widely",
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
                    // A changed server stops everything, so it comes first.
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
