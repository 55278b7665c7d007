//! What a case is, and the parts that many cases share.

use crate::answer::Answer;
use crate::verdict::Outcome;

/// Judges the answers to the exchanges of a requirement, in the order in which it names them.
pub(crate) type Case = fn(&[&Answer<'_>]) -> Outcome;

/// Judges each answer on its own.
pub(super) fn each(answers: &[&Answer<'_>], judge: impl Fn(&Answer<'_>) -> Outcome) -> Outcome {
    Outcome::all(answers.iter().map(|answer| judge(answer)))
}

pub(super) fn accepted(answers: &[&Answer<'_>]) -> Outcome {
    Outcome::all(answers.iter().map(|answer| answer.accepted()))
}

pub(super) fn refused(answers: &[&Answer<'_>]) -> Outcome {
    Outcome::all(answers.iter().map(|answer| answer.refused()))
}
