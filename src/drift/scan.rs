//! Compares one answer with what the document says. Values are not read, except for the words of an
//! open set.

use serde::de::IgnoredAny;

use super::finding::{Change, Drift, Place};
use super::known::{JsonType, Known};
use super::members::{each_element, each_member};
use crate::endpoint::Endpoint;

/// How many differences of one answer are kept, however many a hostile answer has.
pub(super) const MOST: usize = 100;

/// The longest name or word that is shown, in bytes.
const LONGEST: usize = 64;

/// What one answer holds beside what the document says.
#[derive(Debug)]
pub(crate) struct Scan {
    pub(crate) drifts: Vec<Drift>,
    /// How many objects there were, and how many of them had each known member.
    pub(super) rows: Presence,
    pub(super) envelope: Presence,
}

/// How many objects were seen, and how many of them had each known member.
#[derive(Clone, Debug, Default)]
pub(super) struct Presence {
    pub(super) objects: usize,
    pub(super) counts: Vec<usize>,
}

/// Compares an answer with `known`; `list` is the member that holds the rows.
///
/// # Errors
///
/// When the text is not JSON.
pub(crate) fn scan(
    endpoint: Endpoint,
    known: &'static Known,
    list: &'static str,
    json: &str,
) -> Result<Scan, serde_json::Error> {
    #[cfg(test)]
    count::add();
    let mut scanner = Scanner {
        endpoint,
        list,
        row: None,
        path: String::new(),
        found: Vec::new(),
        total: 0,
        rows: Presence::default(),
        envelope: Presence::default(),
        failed: None,
    };
    scanner.answer(known, json);
    scanner.finish(known)
}

/// The rows' description: those of the list in the envelope, or of a bare list.
pub(super) fn rows_of(known: &'static Known, list: &str) -> Option<&'static Known> {
    let member = known.member(list);
    let inside = member.and_then(|(_, member)| member.known.items);
    inside.or(known.items)
}

struct Scanner {
    endpoint: Endpoint,
    list: &'static str,
    /// The row that is looked at.
    row: Option<usize>,
    path: String,
    found: Vec<(Drift, Option<usize>)>,
    /// How many rows there are, of any type.
    total: usize,
    rows: Presence,
    envelope: Presence,
    failed: Option<serde_json::Error>,
}

impl Scanner {
    fn answer(&mut self, known: &'static Known, json: &str) {
        let json_type = JsonType::of(json);
        match json_type {
            JsonType::Object if known.types.contains(&json_type) => self.members(known, json),
            JsonType::Array if known.types.contains(&json_type) => {
                self.path.push_str(self.list);
                self.list(rows_of(known, self.list), json);
            }
            _ => {
                let read = serde_json::from_str::<IgnoredAny>(json).map(drop);
                self.keep(read);
                self.note(Change::Type, Some(json_type), None);
            }
        }
    }

    /// The object around the rows. Where the list is missing, the other names are not told: it may
    /// be a map from sub-ids then.
    fn members(&mut self, known: &'static Known, json: &str) {
        let list = self.list;
        let mut seen = vec![0; known.members.len()];
        let mut unknown = Vec::new();
        let read = each_member(json, &mut |name, value| match known.member(name) {
            Some((at, member)) => {
                seen[at] = 1;
                self.path.push_str(member.name);
                let json_type = JsonType::of(value);
                let is_known = member.known.takes(value);
                match json_type {
                    JsonType::Array if name == list && is_known => {
                        self.list(rows_of(known, list), value);
                    }
                    JsonType::Object if name == list && is_gapped(value) => {
                        self.list(rows_of(known, list), value);
                    }
                    _ if !is_known => self.note(Change::Type, Some(json_type), None),
                    _ => {}
                }
                self.path.clear();
            }
            None if unknown.len() < MOST => unknown.push((shown(name), JsonType::of(value))),
            None => {}
        });
        self.keep(read);
        let has_list = known.member(list).is_some_and(|(at, _)| seen[at] == 1);
        if !has_list {
            self.path.push_str(list);
            self.note(Change::Gone, None, None);
            self.path.clear();
            return;
        }
        for (member, seen) in known.members.iter().zip(&seen) {
            if member.required && *seen == 0 {
                self.path.push_str(member.name);
                self.note(Change::Gone, None, None);
                self.path.clear();
            }
        }
        for (name, json_type) in unknown {
            self.path = name;
            self.note(Change::Unknown, Some(json_type), None);
            self.path.clear();
        }
        self.envelope = Presence {
            objects: 1,
            counts: seen,
        };
    }

    /// The rows, in a list or in an object with numbers as keys. The path is that of the list.
    fn list(&mut self, row: Option<&'static Known>, json: &str) {
        let Some(row) = row else {
            return;
        };
        let end = self.path.len();
        self.path.push_str("[]");
        self.rows.counts = vec![0; row.members.len()];
        let mut each = |json: &str| self.row(row, json);
        let read = match JsonType::of(json) {
            JsonType::Object => each_member(json, &mut |_, json| each(json)),
            _ => each_element(json, &mut each),
        };
        self.row = None;
        self.keep(read);
        self.path.truncate(end);
    }

    fn row(&mut self, known: &'static Known, json: &str) {
        self.row = Some(self.total);
        self.total += 1;
        if JsonType::of(json) != JsonType::Object {
            self.value(known, json);
            return;
        }
        self.rows.objects += 1;
        let mut seen = vec![false; known.members.len()];
        self.object(known, json, &mut |at| {
            seen[at] = true;
        });
        for (count, seen) in self.rows.counts.iter_mut().zip(seen) {
            *count += usize::from(seen);
        }
    }

    fn value(&mut self, known: &'static Known, json: &str) {
        let json_type = JsonType::of(json);
        if !known.takes(json) {
            self.note(Change::Type, Some(json_type), None);
            return;
        }
        match json_type {
            JsonType::String if !known.values.is_empty() => self.word(known, json),
            JsonType::Object => self.object(known, json, &mut |_| {}),
            JsonType::Array => {
                let Some(items) = known.items else {
                    return;
                };
                let end = self.path.len();
                self.path.push_str("[]");
                let read = each_element(json, &mut |json| self.value(items, json));
                self.keep(read);
                self.path.truncate(end);
            }
            _ => {}
        }
    }

    /// The members of an object; `has` is called with the number of each known one.
    fn object(&mut self, known: &'static Known, json: &str, has: &mut dyn FnMut(usize)) {
        let end = self.path.len();
        let read = each_member(json, &mut |name, value| {
            if let Some((at, member)) = known.member(name) {
                has(at);
                self.path.push('.');
                self.path.push_str(member.name);
                self.value(&member.known, value);
            } else if let Some(entries) = known.entries {
                self.path.push_str(".*");
                self.value(entries, value);
            } else if !known.members.is_empty() {
                self.path.push('.');
                self.path.push_str(&shown(name));
                self.note(Change::Unknown, Some(JsonType::of(value)), None);
            } else if let Some(items) = known.items
                && is_index(name)
            {
                self.path.push_str("[]");
                self.value(items, value);
            }
            self.path.truncate(end);
        });
        self.keep(read);
    }

    /// A word of an open set. Case is ignored, and an empty text is passed over.
    fn word(&mut self, known: &'static Known, json: &str) {
        let word = serde_json::from_str::<String>(json).unwrap_or_default();
        let word = word.trim();
        let is_known = known
            .values
            .iter()
            .any(|value| value.eq_ignore_ascii_case(word));
        if !word.is_empty() && !is_known {
            let printable = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
            let told = word.len() <= LONGEST && word.bytes().all(printable);
            self.note(Change::Value, Some(JsonType::String), told.then_some(word));
        }
    }

    /// Adds a difference at the present path, or counts it once more for another row.
    fn note(&mut self, change: Change, json_type: Option<JsonType>, value: Option<&str>) {
        let same = |(drift, _): &&mut (Drift, _)| drift.change == change && drift.path == self.path;
        if let Some((drift, row)) = self.found.iter_mut().find(same) {
            if *row != self.row {
                drift.seen += 1;
                *row = self.row;
            }
            return;
        }
        if self.found.len() == MOST {
            return;
        }
        let drift = Drift {
            endpoint: self.endpoint,
            place: match self.row {
                Some(_) => Place::Rows,
                None => Place::Envelope,
            },
            change,
            path: self.path.clone(),
            value: value.map(str::to_owned),
            json_type,
            seen: 1,
            of: 1,
        };
        self.found.push((drift, self.row));
    }

    fn keep(&mut self, read: Result<(), serde_json::Error>) {
        if let Err(error) = read {
            self.failed.get_or_insert(error);
        }
    }

    fn finish(self, known: &'static Known) -> Result<Scan, serde_json::Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut drifts: Vec<Drift> = self.found.into_iter().map(|(drift, _)| drift).collect();
        for drift in &mut drifts {
            if drift.place == Place::Rows {
                drift.of = self.total;
            }
        }
        let members = rows_of(known, self.list).map_or(&[][..], |row| row.members);
        for (member, count) in members.iter().zip(&self.rows.counts) {
            if member.required && *count == 0 && self.rows.objects > 0 && drifts.len() < MOST {
                let path = format!("{}[].{}", self.list, member.name);
                drifts.push(gone(self.endpoint, Place::Rows, path, self.rows.objects));
            }
        }
        Ok(Scan {
            drifts,
            rows: self.rows,
            envelope: self.envelope,
        })
    }
}

/// A known member that is not there any more.
pub(super) fn gone(endpoint: Endpoint, place: Place, path: String, of: usize) -> Drift {
    Drift {
        endpoint,
        place,
        change: Change::Gone,
        path,
        value: None,
        json_type: None,
        seen: 0,
        of,
    }
}

/// A name as it is shown. Others are not cut, because a secret that is cut is no longer recognised.
fn shown(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    match name.len() {
        1..=LONGEST if name.chars().all(is_plain) => name.to_owned(),
        length => format!("<name of {length} bytes>"),
    }
}

/// Whether an object is a list with gaps, which PHP writes with numbers as keys.
fn is_gapped(json: &str) -> bool {
    let mut all = true;
    each_member(json, &mut |name, _| all &= is_index(name)).is_ok() && all
}

fn is_index(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// How many answers were scanned on this thread, for the test that counts them.
#[cfg(test)]
pub(crate) mod count {
    use std::cell::Cell;

    thread_local!(static SCANS: Cell<usize> = const { Cell::new(0) });

    pub(crate) fn add() {
        SCANS.set(SCANS.get() + 1);
    }

    pub(crate) fn scans() -> usize {
        SCANS.get()
    }
}
