//! The table of cases: a function for each requirement, from the answers it judges to an outcome.
//!
//! A case sees nothing but answers. It makes no calls and uses nothing of the client.

mod case;
mod offers;
mod fields;
mod filters;
mod tracking;
mod reports;
mod jsonp;
mod general;

use std::panic::{AssertUnwindSafe, catch_unwind};

use self::case::Case;
use crate::answer::Answer;
use crate::verdict::Outcome;

/// All cases, by the id of their requirement.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, Case)> {
    let tables = [
        offers::CASES,
        fields::CASES,
        filters::CASES,
        tracking::CASES,
        reports::CASES,
        jsonp::CASES,
        general::CASES,
    ];
    tables.into_iter().flatten().copied()
}

pub(crate) fn of(id: &str) -> Option<Case> {
    all().find(|(name, _)| *name == id).map(|(_, case)| case)
}

/// Runs a case. It counts as failed until it has returned, so one that panics fails alone.
pub(crate) fn judge(case: Case, answers: &[&Answer<'_>]) -> Outcome {
    let outcome = Outcome::violates("a verdict", "the case panicked", "the suite itself");
    catch_unwind(AssertUnwindSafe(|| case(answers))).unwrap_or(outcome)
}

#[cfg(test)]
mod tests {
    use super::judge;
    use crate::verdict::Outcome;

    #[test]
    fn a_case_that_panics_is_a_violation() {
        let outcome = judge(|answers| answers[0].accepted(), &[]);
        let Outcome::Violates(finding) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(finding.got, "the case panicked");
    }
}
