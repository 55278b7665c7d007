//! What is wrong with the provider's rows, on standard error and in the exit status.

use crate::answer::Answer;
use crate::failure::Failure;
use crate::output::warn;

/// The note for times that the provider sent without a time zone.
pub(super) const ASSUMES_UTC: &str =
    "the provider sent times without a time zone: they are taken for UTC";

/// How many dropped rows, and how many other defects, are named one by one without `--verbose`.
const MAX_NAMED: usize = 5;

/// Names the defects of all answers of one command.
pub(crate) struct DefectWarnings {
    /// One row in a word, such as `offer`.
    what: &'static str,
    most: usize,
    dropped: Count,
    others: Count,
}

#[derive(Default)]
struct Count {
    all: usize,
    named: usize,
}

impl DefectWarnings {
    pub(crate) fn new(what: &'static str, verbose: bool) -> DefectWarnings {
        DefectWarnings {
            what,
            most: if verbose { usize::MAX } else { MAX_NAMED },
            dropped: Count::default(),
            others: Count::default(),
        }
    }

    /// Names the first defects of the command, or with `--verbose` all that the library lists.
    pub(crate) fn name(&mut self, answer: &impl Answer) {
        let (dropped, others) = answer.defects().split_at(answer.dropped().len());
        for row in dropped.iter().take(self.most - self.dropped.named) {
            warn(&format!("{} left out: {row}", self.what));
            self.dropped.named += 1;
        }
        for defect in others.iter().take(self.most - self.others.named) {
            warn(&defect.to_string());
            self.others.named += 1;
        }
        self.dropped.all += answer.dropped_count();
        self.others.all += answer.defect_count() - answer.dropped_count();
    }

    /// Says how many more there were than were named.
    pub(crate) fn count_the_rest(&self) {
        let what = self.what;
        self.say_more(&self.dropped, what, " left out");
        self.say_more(&self.others, "defect", "");
    }

    fn say_more(&self, count: &Count, what: &str, left_out: &str) {
        let hint = match self.most {
            MAX_NAMED => "; -v names all of them",
            _ => "",
        };
        match count.all - count.named {
            0 => {}
            1 => warn(&format!("1 more {what}{left_out}{hint}")),
            more => warn(&format!("{more} more {what}s{left_out}{hint}")),
        }
    }

    /// # Errors
    ///
    /// When rows were dropped: a sum over the others would be wrong in silence.
    pub(crate) fn complete(&self) -> Result<(), Failure> {
        let what = self.what;
        match self.dropped.all {
            0 => Ok(()),
            1 => Err(Failure::incomplete(format!("1 {what} was left out"))),
            more => Err(Failure::incomplete(format!("{more} {what}s were left out"))),
        }
    }
}
