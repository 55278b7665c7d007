//! Reconciliation: which conversions were taken back, what that sums up to, and how often it
//! happens.
//!
//! A postback never says that a conversion was reversed; only the reversals of the API do. It is
//! not documented that they name the lead, so [`Reconciliation`] matches by the lead id where both
//! sides have one, and otherwise by offer, sub-id, amount and time. What fits in more than one way
//! is listed, and never guessed. The module is pure: it reads no clock and no network.

mod earned;
mod matching;
mod rate;
mod reversed;
mod sum;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::ToSpan;
use jiff::civil::Date;

use crate::values::country::Country;
pub use earned::Earned;
use matching::Outcome;
pub use matching::{Ambiguous, MOST_DAYS, Match, MatchedBy};
pub use rate::Rate;
pub use reversed::Reversed;
pub use sum::Sum;

/// Conversions or postbacks against the reversals of a range of days.
///
/// ```
/// use cpalead::reconciliation::{Earned, MatchedBy, Reconciliation};
/// use cpalead::rust_decimal::Decimal;
/// use cpalead::{Report, Reversal};
/// use jiff::civil::date;
///
/// let body = br#"[{"lead_id":"a1","subid":"u","amount":"0.72","date":"2026-01-20"}]"#;
/// let reversals = Report::<Reversal>::from_json(body.to_vec())?;
/// let paid = [Earned::new(Decimal::new(72, 2)).lead_id("a1").reference("reward 4711")];
///
/// let january = date(2026, 1, 1)..=date(2026, 1, 31);
/// let reconciliation = Reconciliation::new(january.clone())
///     .earned(paid)
///     .reversed(&reversals)
///     .covered([january])
///     .finish();
///
/// let found = &reconciliation.matches()[0];
/// assert_eq!(found.by(), MatchedBy::Lead);
/// assert_eq!(found.earned().reference_value(), Some("reward 4711"));
/// assert!(reconciliation.not_covered().is_empty());
/// # Ok::<(), cpalead::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a reconciliation has no answers until `finish`"]
pub struct Reconciliation {
    days: RangeInclusive<Date>,
    earned: Vec<Earned>,
    reversed: Vec<Reversed>,
    covered: Vec<RangeInclusive<Date>>,
}

/// The answers of a [`Reconciliation`]. They do not depend on the order of what was given.
///
/// ```
/// # fn show(reconciled: &cpalead::reconciliation::Reconciled) {
/// for found in reconciled.matches() {
///     println!("take back {:?}", found.earned().reference_value());
/// }
/// println!("{} need a person", reconciled.ambiguous().len() + reconciled.unmatched().len());
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Reconciled {
    earned: Vec<Earned>,
    outcome: Outcome,
    not_covered: Vec<RangeInclusive<Date>>,
}

/// The totals of a reconciliation.
///
/// `reversed` is always the sum of `matched`, `ambiguous` and `unmatched`. Amounts of reversals
/// count without their sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// All conversions that were given.
    pub earned: Sum,
    /// All reversals that were given.
    pub reversed: Sum,
    /// The reversals with their conversion.
    pub matched: Sum,
    /// The reversals that fit in more than one way.
    pub ambiguous: Sum,
    /// The reversals without any conversion.
    pub unmatched: Sum,
}

impl Reconciliation {
    /// Starts a reconciliation of the reversals of these days.
    pub fn new(days: RangeInclusive<Date>) -> Reconciliation {
        Reconciliation {
            days,
            earned: Vec::new(),
            reversed: Vec::new(),
            covered: Vec::new(),
        }
    }

    /// Adds conversions: a report of them, or one's own records of postbacks.
    pub fn earned(mut self, earned: impl IntoIterator<Item = impl Into<Earned>>) -> Self {
        self.earned.extend(earned.into_iter().map(Into::into));
        self
    }

    /// Adds reversals.
    ///
    /// Give each only once: [`Reversal::key`](crate::Reversal::key) tells whether two pulls show
    /// the same.
    pub fn reversed(mut self, reversed: impl IntoIterator<Item = impl Into<Reversed>>) -> Self {
        self.reversed.extend(reversed.into_iter().map(Into::into));
        self
    }

    /// Adds days whose reversals were given, for example of each window that was fetched.
    pub fn covered(mut self, days: impl IntoIterator<Item = RangeInclusive<Date>>) -> Self {
        self.covered.extend(days);
        self
    }

    /// Matches what was given.
    #[must_use]
    pub fn finish(mut self) -> Reconciled {
        self.earned.sort();
        self.reversed.sort();
        let not_covered = gaps(&self.days, self.covered);
        Reconciled {
            outcome: matching::matched(&self.earned, &self.reversed),
            earned: self.earned,
            not_covered,
        }
    }
}

impl Reconciled {
    /// The conversions that were taken back, each with its one reversal.
    #[must_use]
    pub fn matches(&self) -> &[Match] {
        &self.outcome.matches
    }

    /// The reversals that fit in more than one way, with the conversions that they fit.
    #[must_use]
    pub fn ambiguous(&self) -> &[Ambiguous] {
        &self.outcome.ambiguous
    }

    /// The reversals that fit no conversion.
    #[must_use]
    pub fn unmatched(&self) -> &[Reversed] {
        &self.outcome.unmatched
    }

    /// The days of the range whose reversals were not given: what was taken back there is missing.
    #[must_use]
    pub fn not_covered(&self) -> &[RangeInclusive<Date>] {
        &self.not_covered
    }

    /// The totals.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let matched = self.matches().iter().map(|found| found.reversed().money());
        let ambiguous = self.ambiguous().iter().flat_map(Ambiguous::reversed);
        let [matched, ambiguous, unmatched] = [
            matched.collect::<Sum>(),
            ambiguous.map(Reversed::money).collect(),
            self.unmatched().iter().map(Reversed::money).collect(),
        ];
        Totals {
            earned: self.earned.iter().map(Earned::amount_value).collect(),
            reversed: matched.plus(ambiguous).plus(unmatched),
            matched,
            ambiguous,
            unmatched,
        }
    }

    /// How much was taken back of each offer, in the order of the offers. `None` stands for the
    /// conversions without one.
    #[must_use]
    pub fn by_offer(&self) -> Vec<(Option<u64>, Rate)> {
        self.rates(Earned::offer_id_value)
    }

    /// How much was taken back of each sub-id.
    #[must_use]
    pub fn by_subid(&self) -> Vec<(Option<String>, Rate)> {
        self.rates(|earned| earned.subid_value().map(str::to_owned))
    }

    /// How much was taken back of each country.
    #[must_use]
    pub fn by_country(&self) -> Vec<(Option<Country>, Rate)> {
        self.rates(Earned::country_value)
    }

    /// How much was taken back of the conversions of each day, in UTC.
    #[must_use]
    pub fn by_day(&self) -> Vec<(Option<Date>, Rate)> {
        self.rates(Earned::day)
    }

    fn rates<K: Ord>(&self, of: impl Fn(&Earned) -> Option<K>) -> Vec<(Option<K>, Rate)> {
        let mut rates: BTreeMap<Option<K>, Rate> = BTreeMap::new();
        for earned in &self.earned {
            let rate = rates.entry(of(earned)).or_default();
            rate.earned = rate.earned.with(earned.amount_value());
        }
        for found in self.matches() {
            let rate = rates.entry(of(found.earned())).or_default();
            rate.reversed = rate.reversed.with(found.reversed().money());
        }
        rates.into_iter().collect()
    }
}

/// The days of the range that are in none of the others, as ranges.
fn gaps(
    days: &RangeInclusive<Date>,
    mut covered: Vec<RangeInclusive<Date>>,
) -> Vec<RangeInclusive<Date>> {
    covered.sort_by_key(|range| (*range.start(), *range.end()));
    let mut gaps = Vec::new();
    let mut next = Some(*days.start());
    for range in covered {
        let Some(from) = next.filter(|from| from <= days.end()) else {
            break;
        };
        if range.end() < &from {
            continue;
        }
        if range.start() > &from {
            let before = range.start().saturating_sub(1.day());
            gaps.push(from..=before.min(*days.end()));
        }
        next = range.end().checked_add(1.day()).ok();
    }
    if let Some(from) = next.filter(|from| from <= days.end()) {
        gaps.push(from..=*days.end());
    }
    gaps
}

#[cfg(test)]
mod tests;
