//! What a case says of an exchange, and the verdict that follows from it and from the evidence.

use serde::{Deserialize, Serialize};

use crate::feature::Feature;
use crate::plain;

/// How well a requirement is known. The severity of a violation follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// The provider's page says so. A violation is a failure.
    Documented,
    /// Programs that use the provider rely on it. A violation is a warning.
    Observed,
    /// It follows from either, or is a choice where both say nothing. A violation is a note.
    Inferred,
}

impl Evidence {
    /// The word that the catalogue and reports use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Evidence::Documented => "documented",
            Evidence::Observed => "observed",
            Evidence::Inferred => "inferred",
        }
    }
}

/// What was expected and what came instead. All texts are printable and capped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What the requirement demands.
    pub expected: String,
    /// What the answer holds.
    pub got: String,
    /// The place in the answer, such as `offers[3].payout_type`.
    pub at: String,
}

impl Finding {
    pub(crate) fn new(expected: &str, got: &str, at: &str) -> Finding {
        Finding {
            expected: plain::line(expected),
            got: plain::line(got),
            at: plain::line(at),
        }
    }
}

/// What a case says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The exchange meets the requirement.
    Conforms,
    /// The exchange does not meet it.
    Violates(Finding),
    /// The exchange holds nothing that the requirement is about.
    NothingToJudge(String),
}

impl Outcome {
    pub(crate) fn violates(expected: &str, got: &str, at: &str) -> Outcome {
        Outcome::Violates(Finding::new(expected, got, at))
    }

    pub(crate) fn nothing(why: &str) -> Outcome {
        Outcome::NothingToJudge(plain::line(why))
    }

    /// The first violation of several outcomes. Without one, a single judged part is enough.
    pub(crate) fn all(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
        let mut sum = Outcome::nothing("there is nothing to judge");
        for outcome in outcomes {
            match (&sum, outcome) {
                (_, violation @ Outcome::Violates(_)) => return violation,
                (Outcome::NothingToJudge(_), other) => sum = other,
                _ => {}
            }
        }
        sum
    }
}

/// The verdict on a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase")]
pub enum Verdict {
    /// The target meets the requirement.
    Passed,
    /// A documented requirement is not met.
    Failed(Finding),
    /// An observed requirement is not met.
    Warned(Finding),
    /// An inferred requirement is not met.
    Noted(Finding),
    /// The target should have the feature, and yet the requirement was not judged.
    Skipped {
        /// Why not.
        why: String,
    },
    /// The target does not have a feature that the requirement needs.
    Unsupported {
        /// The missing feature.
        feature: Feature,
    },
    /// No answer was available.
    Broken {
        /// What happened instead.
        why: String,
    },
}

impl Verdict {
    pub(crate) fn of(outcome: Outcome, evidence: Evidence) -> Verdict {
        match (outcome, evidence) {
            (Outcome::Conforms, _) => Verdict::Passed,
            (Outcome::Violates(finding), Evidence::Documented) => Verdict::Failed(finding),
            (Outcome::Violates(finding), Evidence::Observed) => Verdict::Warned(finding),
            (Outcome::Violates(finding), Evidence::Inferred) => Verdict::Noted(finding),
            (Outcome::NothingToJudge(why), _) => Verdict::Skipped { why },
        }
    }

    /// The word that reports use.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::Passed => "passed",
            Verdict::Failed(_) => "failed",
            Verdict::Warned(_) => "warned",
            Verdict::Noted(_) => "noted",
            Verdict::Skipped { .. } => "skipped",
            Verdict::Unsupported { .. } => "unsupported",
            Verdict::Broken { .. } => "broken",
        }
    }

    /// The finding of a violation.
    #[must_use]
    pub fn finding(&self) -> Option<&Finding> {
        match self {
            Verdict::Failed(finding) | Verdict::Warned(finding) | Verdict::Noted(finding) => {
                Some(finding)
            }
            _ => None,
        }
    }

    /// Why there is no judgement.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match self {
            Verdict::Skipped { why } | Verdict::Broken { why } => Some(why.clone()),
            Verdict::Unsupported { feature } => {
                Some(format!("the target does not support {}", feature.name()))
            }
            _ => None,
        }
    }
}
