//! Owns the faults: which of them act on a request, and what they do to its query and its answer.

mod active;
mod list;
mod page;
mod row;
mod wrong_query;

use std::collections::VecDeque;

use crate::seed::Rng;

pub(crate) use self::active::Active;
pub use self::list::{Fault, ParseFaultError};
pub(crate) use self::page::{instead_of_answer, location, warning};
pub(crate) use self::row::with_odd_rows;
pub(crate) use self::wrong_query::misread;

/// This keeps the random numbers of the faults apart from those of the data.
const FAULTS: u64 = 0x0fa1;

/// The faults that may act, with their probabilities, and those that act on the next requests.
#[derive(Debug)]
pub(crate) struct Faults {
    seed: u64,
    drawn: u64,
    chances: Vec<(Fault, f64)>,
    next: VecDeque<Fault>,
}

impl Faults {
    pub(crate) fn new(seed: u64, chances: Vec<(Fault, f64)>) -> Faults {
        Faults {
            seed,
            drawn: 0,
            chances,
            next: VecDeque::new(),
        }
    }

    /// Makes `fault` act on one request, after those that wait already.
    pub(crate) fn push_next(&mut self, fault: Fault) {
        self.next.push_back(fault);
    }

    /// The faults that act on the next request. They depend on the seed and on the number of the
    /// request only.
    pub(crate) fn draw(&mut self) -> Active {
        let mut rng = Rng::new(self.seed ^ self.drawn, FAULTS);
        self.drawn += 1;
        let mut acting: Vec<Fault> = self.next.pop_front().into_iter().collect();
        for (fault, probability) in &self.chances {
            // 53 bits are what a float holds exactly.
            let drawn = (rng.next() >> 11) as f64 / (1_u64 << 53) as f64;
            if drawn < *probability {
                acting.push(*fault);
            }
        }
        Active::new(acting)
    }
}

#[cfg(test)]
mod tests {
    use crate::fault::{Fault, Faults};

    #[track_caller]
    fn check(probability: f64, expected: std::ops::RangeInclusive<usize>) {
        let mut faults = Faults::new(1, vec![(Fault::ServerError, probability)]);
        let acted = (0..1000).filter(|_| faults.draw().has(Fault::ServerError));
        let acted = acted.count();
        assert!(expected.contains(&acted), "{acted} of 1000");
    }

    #[test]
    fn a_fault_acts_as_often_as_its_probability_says() {
        check(0.0, 0..=0);
        check(0.1, 70..=130);
        check(1.0, 1000..=1000);
    }

    #[test]
    fn the_same_seed_draws_the_same_faults() {
        let drawn = |seed| {
            let mut faults = Faults::new(seed, vec![(Fault::CutBody, 0.5)]);
            let acted: Vec<_> = (0..64).map(|_| faults.draw()).collect();
            acted
        };
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
    }

    #[test]
    fn faults_for_the_next_requests_act_once_each_and_in_order() {
        let mut faults = Faults::new(1, Vec::new());
        faults.push_next(Fault::CutBody);
        faults.push_next(Fault::SlowAnswer);
        assert!(faults.draw().has(Fault::CutBody));
        assert!(faults.draw().has(Fault::SlowAnswer));
        assert!(!faults.draw().has(Fault::SlowAnswer));
    }
}
