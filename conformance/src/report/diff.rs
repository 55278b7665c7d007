//! What changed between two reports.

use std::collections::BTreeMap;
use std::fmt;

use super::contents::Report;

/// A requirement whose verdict is not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The id of the requirement.
    pub id: String,
    /// The verdict of the first report, if it has the requirement.
    pub before: Option<&'static str>,
    /// The verdict of the second report, if it has the requirement.
    pub after: Option<&'static str>,
}

/// The changes between two reports, by id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    /// The changes.
    pub changes: Vec<Change>,
}

impl Report {
    /// What changed from this report to a later one. Read both with [`Report::read`], which refuses
    /// reports that are not complete.
    #[must_use]
    pub fn diff(&self, later: &Report) -> Diff {
        let names = |report: &Report| -> BTreeMap<String, &'static str> {
            report
                .results
                .iter()
                .map(|entry| (entry.id.clone(), entry.verdict.name()))
                .collect()
        };
        let (before, after) = (names(self), names(later));
        let mut ids: Vec<&String> = before.keys().chain(after.keys()).collect();
        ids.sort();
        ids.dedup();
        let change = |id: &String| Change {
            id: id.clone(),
            before: before.get(id).copied(),
            after: after.get(id).copied(),
        };
        let changes = ids
            .into_iter()
            .map(change)
            .filter(|change| change.before != change.after);
        Diff {
            changes: changes.collect(),
        }
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.changes.is_empty() {
            return writeln!(f, "no changes");
        }
        for Change { id, before, after } in &self.changes {
            let (before, after) = (before.unwrap_or("absent"), after.unwrap_or("absent"));
            writeln!(f, "{id}: {before} -> {after}")?;
        }
        Ok(())
    }
}
