//! Compares two effective OpenAPI documents: what changed, and what each change means on the wire and to our Rust API.
//!
//! Two axes, because they part ways: a renamed operation is nothing to a client already shipped and a compile error to
//! the next one; a lowered maximum breaks the shipped client and leaves every signature as it was.
//!
//! Rule ids are those of oasdiff where it has the rule. Our verdicts differ from its own where our situation does:
//! enums and objects are open in our clients, so that a new value or field is an addition; operation ids and schema
//! names are what the handwritten layer is written against; security and servers are never a detail, because a client
//! that carries a key goes nowhere new on its own; and prose that states a limit or a term is shown to a person.
//!
//! Architecture invariant: nothing here reads, writes or prints, and the schema walk is a work list that visits each
//! pair of schemas once, so that cyclic and hostile documents end. The one recursion is that of `Value` itself, which
//! the JSON parser bounds.

mod document;
mod keywords;
mod operation;
mod parameter;
mod prose;
mod refs;
mod report;
mod response;
mod rest;
mod schema;
mod slot;
mod text;
mod union;
mod walk;

#[cfg(test)]
mod mutations;
#[cfg(test)]
mod tests;

use serde_json::Value;

/// The id of the change that stops everything: it is accepted by its name only, never by `all`.
///
/// ```
/// assert_eq!(xtask::compare::SERVERS_CHANGED, "servers-changed");
/// ```
pub const SERVERS_CHANGED: &str = "servers-changed";

/// How much a change matters to one kind of reader, from least to most.
///
/// ```
/// use xtask::compare::Level;
///
/// assert!(Level::Review > Level::Additive);
/// assert_eq!(Level::Breaking.as_str(), "breaking");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing to do.
    Info,
    /// Something new that nobody is forced to use.
    Additive,
    /// A person has to judge it: the document alone does not tell.
    Review,
    /// What worked stops working.
    Breaking,
}

impl Level {
    /// The word used in reports and in the JSON form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Additive => "additive",
            Self::Review => "review",
            Self::Breaking => "breaking",
        }
    }
}

/// The version step that the changes suggest, in the words of semantic versioning.
///
/// Below 1.0 a major step is a new second number; the word stays the same.
///
/// ```
/// use xtask::compare::Step;
///
/// assert!(Step::Major > Step::Minor);
/// assert_eq!(Step::None.as_str(), "none");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Nothing that a release would carry.
    None,
    /// A release that nobody has to read about.
    Patch,
    /// New things, or a behaviour that changed under unchanged signatures.
    Minor,
    /// Code that compiled may no longer compile.
    Major,
}

impl Step {
    /// The word used in reports and in the JSON form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

/// One difference between the two documents.
///
/// ```
/// use xtask::compare::{Change, Level, Step};
///
/// let change = Change {
///     id: "request-parameter-max-decreased".to_owned(),
///     level: Level::Breaking,
///     api_level: Level::Review,
///     place: "GET /api/offers query limit".to_owned(),
///     text: "The request parameter `limit` has a maximum of `1000` instead of `5000`.".to_owned(),
/// };
/// assert!(change.is_breaking());
/// assert_eq!(change.step(), Step::Minor);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    /// The rule, named as oasdiff names it where it has one.
    pub id: String,
    /// What it means on the wire, to clients already shipped.
    pub level: Level,
    /// What it means to our Rust API.
    pub api_level: Level,
    /// Where: `GET /api/offers 200 offers[].amount`.
    pub place: String,
    /// What happened, in one sentence. Values from the documents are in backticks and hold no control characters.
    pub text: String,
}

impl Change {
    /// The step that this change alone suggests.
    #[must_use]
    pub fn step(&self) -> Step {
        match (self.api_level, self.level) {
            (Level::Breaking, _) => Step::Major,
            (Level::Review | Level::Additive, _) | (_, Level::Breaking) => Step::Minor,
            (_, Level::Review | Level::Additive) => Step::Patch,
            (Level::Info, Level::Info) => Step::None,
        }
    }

    /// Whether a person has to accept it: it is breaking on either axis.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        self.level.max(self.api_level) == Level::Breaking
    }
}

/// All differences between two documents, the gravest first.
///
/// ```
/// use xtask::compare::{Comparison, Step};
///
/// let nothing = Comparison::default();
/// assert_eq!(nothing.step(), Step::None);
/// assert_eq!(nothing.to_text(), "no change\n");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The changes, by falling gravity, then by place and rule.
    pub changes: Vec<Change>,
}

impl Comparison {
    /// The version step that all changes together suggest.
    #[must_use]
    pub fn step(&self) -> Step {
        self.changes
            .iter()
            .map(Change::step)
            .max()
            .unwrap_or(Step::None)
    }

    /// The gravest level on the wire; `None` when nothing changed.
    #[must_use]
    pub fn wire_level(&self) -> Option<Level> {
        self.changes.iter().map(|change| change.level).max()
    }

    /// The gravest level for our Rust API; `None` when nothing changed.
    #[must_use]
    pub fn api_level(&self) -> Option<Level> {
        self.changes.iter().map(|change| change.api_level).max()
    }

    /// The breaking changes whose rule id is not among `accepted`.
    ///
    /// `all` accepts every id but [`SERVERS_CHANGED`], which has to be named.
    pub fn unaccepted<S: AsRef<str>>(&self, accepted: &[S]) -> Vec<&Change> {
        let named = |id: &str| accepted.iter().any(|word| word.as_ref() == id);
        let all = named("all");
        self.changes
            .iter()
            .filter(|change| change.is_breaking())
            .filter(|change| !named(&change.id) && (!all || change.id == SERVERS_CHANGED))
            .collect()
    }

    /// One paragraph for the changelog, in Markdown.
    #[must_use]
    pub fn changelog(&self) -> String {
        report::changelog(self)
    }

    /// The report for programs: `{"step":…,"changes":[{"id","level","api_level","place","text"}]}`.
    #[must_use]
    pub fn to_json(&self) -> String {
        report::json(self)
    }

    /// The report for a pull request.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        report::markdown(self)
    }

    /// The report for a terminal.
    #[must_use]
    pub fn to_text(&self) -> String {
        report::plain(self)
    }
}

/// Compares the standing document with a new one, with all references resolved.
///
/// Both are taken as they come: what is not an OpenAPI 3.0 document compares as an empty one in the parts that are
/// missing. A document compared with itself has no change; neither has one whose keys, parameters, tags, enum values or
/// required names stand in another order.
///
/// ```
/// use serde_json::json;
/// use xtask::compare::{Level, Step, compare};
///
/// let standing = json!({"servers": [{"url": "https://www.cpalead.com"}]});
/// let new = json!({"servers": [{"url": "https://elsewhere.example"}]});
/// let found = compare(&standing, &new);
///
/// assert_eq!(found.changes[0].id, "servers-changed");
/// assert_eq!(found.wire_level(), Some(Level::Breaking));
/// assert_eq!(found.step(), Step::Major);
/// assert_eq!(found.unaccepted(&["all"]).len(), 1);
/// assert!(found.unaccepted(&["servers-changed"]).is_empty());
/// assert!(compare(&standing, &standing).changes.is_empty());
/// ```
#[must_use]
pub fn compare(standing: &Value, new: &Value) -> Comparison {
    if standing == new {
        // Not for speed: a document too deep for the walk still equals itself.
        return Comparison::default();
    }
    walked(standing, new)
}

fn walked(standing: &Value, new: &Value) -> Comparison {
    let mut walk = walk::Walk::new(standing, new);
    document::compare(&mut walk);
    Comparison {
        changes: walk.finish(),
    }
}
