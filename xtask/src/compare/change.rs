//! The result of a comparison: levels, version steps, single changes, and all changes together.

/// The id of the change that stops everything. It has to be accepted by name; `all` does not
/// include it.
pub const SERVERS_CHANGED: &str = "servers-changed";

/// How much a change matters on one axis, from least to most.
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
    /// Something new that nobody has to use.
    Additive,
    /// A person has to judge it, because the document alone does not decide it.
    Review,
    /// Something that worked stops working.
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
/// Below 1.0 a major step raises the second number. The word stays the same.
///
/// ```
/// use xtask::compare::Step;
///
/// assert!(Step::Major > Step::Minor);
/// assert_eq!(Step::None.as_str(), "none");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// No release is needed.
    None,
    /// A release that users need not read about.
    Patch,
    /// New features, or a behaviour that changed under the same signatures.
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
    /// The id of the rule, as `cargo xtask rules` lists it.
    pub id: String,
    /// What the change means on the wire, to clients that are already released.
    pub level: Level,
    /// What the change means to our Rust API.
    pub api_level: Level,
    /// Where: `GET /api/offers 200 offers[].amount`.
    pub place: String,
    /// What changed, in one sentence. Values from the documents are in backticks and contain no
    /// control characters.
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

    /// Whether a person has to accept it, because it is breaking on either axis.
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
    /// The changes: the gravest first, then by place and rule.
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
    /// `all` accepts every id except [`SERVERS_CHANGED`], which has to be named.
    pub fn unaccepted<S: AsRef<str>>(&self, accepted: &[S]) -> Vec<&Change> {
        let named = |id: &str| accepted.iter().any(|word| word.as_ref() == id);
        let all = named("all");
        self.changes
            .iter()
            .filter(|change| change.is_breaking())
            .filter(|change| !named(&change.id) && (!all || change.id == SERVERS_CHANGED))
            .collect()
    }
}
