//! Owns the outcome of a check, and the summary of all of them.

use std::fmt::Write;

/// How a check ended, with what there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed(String),
    Failed(String),
    Skipped(String),
}

/// The number of checks that ended each way, one line for each check, and the details of those that
/// failed.
pub(super) fn summary(results: &[(&str, Outcome)]) -> String {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let mut text = String::new();
    for (name, outcome) in results {
        let (count, word, said) = match outcome {
            Outcome::Passed(said) => (&mut passed, "passed", said),
            Outcome::Failed(said) => (&mut failed, "FAILED", said),
            Outcome::Skipped(said) => (&mut skipped, "skipped", said),
        };
        *count += 1;
        let said = said.trim_end().replace('\n', "\n    ");
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{name:22} {word:7} {said}");
    }
    let all = results.len();
    let _ = writeln!(
        text,
        "{all} checks: {passed} passed, {failed} failed, {skipped} skipped"
    );
    text
}

#[cfg(test)]
mod tests {
    use super::{Outcome, summary};

    #[test]
    fn the_summary_counts_skipped_checks_separately() {
        let results = [
            ("schemathesis", Outcome::Passed("594 calls".to_owned())),
            ("prism", Outcome::Failed("2 problems:\na\nb\n".to_owned())),
            ("ajv", Outcome::Skipped("node is not installed".to_owned())),
        ];
        insta::assert_snapshot!(summary(&results), @r"
        schemathesis           passed  594 calls
        prism                  FAILED  2 problems:
            a
            b
        ajv                    skipped node is not installed
        3 checks: 1 passed, 1 failed, 1 skipped
        ");
    }
}
