//! How a run of the spec pipeline ends: its exit status, and the problem that ended it.

use std::fmt;

/// The exit status of `update-spec`.
///
/// ```
/// use xtask::spec::Exit;
///
/// // 3 is the command line's word for a rate limit, and left free here.
/// let all = [Exit::Done, Exit::Failed, Exit::Usage, Exit::Update, Exit::Breaking, Exit::Correction, Exit::Unverified];
/// assert_eq!(all.map(Exit::status), [0, 1, 2, 4, 5, 6, 7]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Up to date, or applied.
    Done,
    /// The tool failed: no network, a file that cannot be read, a fault in our own overlay.
    Failed,
    /// The command line was wrong.
    Usage,
    /// An update is there, and `--check` kept it from being written.
    Update,
    /// The update is breaking and was not accepted.
    Breaking,
    /// A correction no longer applies: the provider changed what it corrects.
    Correction,
    /// The document is not what it should be.
    Unverified,
}

impl Exit {
    /// The number that the process ends with.
    ///
    /// ```
    /// assert_eq!(xtask::spec::Exit::Breaking.status(), 5);
    /// ```
    #[must_use]
    pub fn status(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Update => 4,
            Self::Breaking => 5,
            Self::Correction => 6,
            Self::Unverified => 7,
        }
    }
}

/// What a run that came through has to say.
///
/// ```
/// use xtask::spec::{Options, update};
///
/// let outcome = update(&Options { offline: true, check: true, ..Options::default() })?;
/// assert!(outcome.report.contains("source: spec/upstream.json"));
/// # Ok::<(), xtask::spec::Problem>(())
/// ```
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How the run ends.
    pub exit: Exit,
    /// The report, as `--report` asked for it.
    pub report: String,
}

/// Why a run did not come through: one paragraph that names the place.
///
/// ```
/// use xtask::spec::{Exit, Options, update};
///
/// let from = Some("no/such/file.json".to_owned());
/// let problem = update(&Options { from, ..Options::default() }).unwrap_err();
/// assert_eq!(problem.exit, Exit::Failed);
/// assert!(problem.to_string().starts_with("update-spec: cannot read no/such/file.json: "));
/// ```
#[derive(Clone, Debug)]
pub struct Problem {
    /// How the run ends.
    pub exit: Exit,
    /// What failed, where, and what to do.
    pub message: String,
}

impl Problem {
    /// The tool, its network or its own files failed.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// The document is not what it should be.
    pub(crate) fn unverified(message: impl Into<String>) -> Self {
        Self::new(Exit::Unverified, message)
    }

    /// A problem with any exit status.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: plain(&message.into()),
        }
    }
}

/// A text without control characters: what a stranger's document says may be in it, and it ends on a terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "update-spec: {}", self.message)
    }
}

impl std::error::Error for Problem {}
