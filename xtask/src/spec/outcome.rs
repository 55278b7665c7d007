//! How a run of the spec pipeline ends: its exit status, and the problem where it failed.

use std::fmt;

/// The exit status of `update-spec`.
///
/// ```
/// use xtask::spec::Exit;
///
/// // 3 is not used, because the command `cpalead` uses it for a rate limit.
/// assert_eq!([Exit::Done, Exit::Failed].map(Exit::status), [0, 1]);
/// assert_eq!([Exit::Usage, Exit::Update].map(Exit::status), [2, 4]);
/// let refusals = [Exit::Breaking, Exit::Correction, Exit::Unverified];
/// assert_eq!(refusals.map(Exit::status), [5, 6, 7]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Up to date, or applied.
    Done,
    /// The tool failed: no network, a file that cannot be read, a fault in our overlay.
    Failed,
    /// The command line was wrong.
    Usage,
    /// An update is available, but `--check` writes nothing.
    Update,
    /// The update is breaking and was not accepted.
    Breaking,
    /// A correction no longer applies: the provider changed what it corrects.
    Correction,
    /// The document failed verification.
    Unverified,
}

impl Exit {
    /// The exit status as a number.
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

/// The result of a run that succeeded.
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
    /// The report, in the form given by `--report`.
    pub report: String,
}

/// Why a run failed: one paragraph that names the place.
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
    /// The tool, the network or our files failed.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// The document failed verification.
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

/// The text without control characters, because it may quote the document and is printed on a
/// terminal.
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
