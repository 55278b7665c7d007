//! Which reversal belongs to which conversion: one to one, and never guessed.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use super::earned::Earned;
use super::reversed::Reversed;

/// How many days after its conversion a reversal may be, to be matched without a lead id. It is
/// ours: the provider documents no limit.
pub const MOST_DAYS: u16 = 45;

/// How many days a reversal may lie before its conversion: time zones are not documented.
const DAYS_BEFORE: i64 = 1;

/// A conversion that was taken back, and its reversal.
///
/// ```
/// # fn show(found: &cpalead::reconciliation::Match) {
/// println!("take back {:?}", found.earned().reference_value());
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    earned: Earned,
    reversed: Reversed,
    by: MatchedBy,
}

/// How a reversal was matched.
///
/// ```
/// assert_eq!(cpalead::reconciliation::MatchedBy::Lead.as_str(), "lead");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MatchedBy {
    /// Both name the same lead.
    Lead,
    /// Offer, sub-id and amount are equal, at most one of them names a lead, and each is the
    /// nearest in time to the other.
    Fields,
}

/// Reversals that fit in more than one way, and the conversions that they fit.
///
/// Either they share a lead id that stands on one side more than once, or they share offer, sub-id
/// and amount, and time does not decide: two are equally near, or one has no time.
///
/// ```
/// # fn show(ambiguous: &cpalead::reconciliation::Ambiguous) {
/// println!("{} of {}", ambiguous.reversed().len(), ambiguous.candidates().len());
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ambiguous {
    reversed: Vec<Reversed>,
    candidates: Vec<Earned>,
}

/// What became of each reversal.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Outcome {
    pub(super) matches: Vec<Match>,
    pub(super) ambiguous: Vec<Ambiguous>,
    pub(super) unmatched: Vec<Reversed>,
}

/// The rows of one side with the same offer, sub-id and amount; without and with a lead id.
#[derive(Debug, Default)]
struct Side {
    by_day: [BTreeMap<i64, Vec<usize>>; 2],
    timeless: [Vec<usize>; 2],
}

/// A row of a side: its place, its day, and whether it names a lead.
#[derive(Clone, Copy, Debug)]
struct Place {
    row: usize,
    day: Option<i64>,
    has_lead: bool,
}

/// Where in time the other side is.
#[derive(Clone, Copy, Debug)]
enum Look {
    Back,
    Ahead,
}

impl Match {
    /// The conversion.
    #[must_use]
    pub fn earned(&self) -> &Earned {
        &self.earned
    }

    /// The reversal.
    #[must_use]
    pub fn reversed(&self) -> &Reversed {
        &self.reversed
    }

    /// How the two were matched.
    #[must_use]
    pub fn by(&self) -> MatchedBy {
        self.by
    }
}

impl MatchedBy {
    /// The way as a word: `lead` or `fields`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            MatchedBy::Lead => "lead",
            MatchedBy::Fields => "fields",
        }
    }
}

impl Ambiguous {
    /// The reversals.
    #[must_use]
    pub fn reversed(&self) -> &[Reversed] {
        &self.reversed
    }

    /// The conversions that they fit; none of them was matched.
    #[must_use]
    pub fn candidates(&self) -> &[Earned] {
        &self.candidates
    }
}

/// Matches sorted rows.
pub(super) fn matched(earned: &[Earned], reversed: &[Reversed]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut groups: BTreeMap<(u64, &str, Decimal), [Vec<usize>; 2]> = BTreeMap::new();
    let mut leads: BTreeMap<&str, [Vec<usize>; 2]> = BTreeMap::new();
    let lead_of_earned = |row: &usize| earned.get(*row).and_then(Earned::lead_id_value);
    for (row, lead) in (0..earned.len()).filter_map(|row| Some((row, lead_of_earned(&row)?))) {
        leads.entry(lead).or_default()[0].push(row);
    }
    let with_lead = reversed.iter().enumerate();
    for (row, lead) in with_lead.filter_map(|(row, found)| Some((row, found.lead_id()?))) {
        leads.entry(lead).or_default()[1].push(row);
    }
    let mut is_done = [vec![false; earned.len()], vec![false; reversed.len()]];
    for [ours, theirs] in leads.values() {
        match (ours.as_slice(), theirs.as_slice()) {
            ([], _) | (_, []) => continue,
            ([one], [other]) => outcome.add(earned, reversed, (*one, *other), MatchedBy::Lead),
            _ => outcome.leave(earned, reversed, ours, theirs),
        }
        ours.iter().for_each(|row| is_done[0][*row] = true);
        theirs.iter().for_each(|row| is_done[1][*row] = true);
    }
    for (row, one) in earned
        .iter()
        .enumerate()
        .filter(|(row, _)| !is_done[0][*row])
    {
        if let (Some(offer), Some(subid), Some(amount)) =
            (one.offer_id_value(), one.subid_value(), one.amount_value())
        {
            groups.entry((offer, subid, amount)).or_default()[0].push(row);
        }
    }
    for (row, one) in reversed
        .iter()
        .enumerate()
        .filter(|(row, _)| !is_done[1][*row])
    {
        match (one.offer_id(), one.subid(), one.money()) {
            (Some(offer), Some(subid), Some(amount)) => {
                groups.entry((offer, subid, amount)).or_default()[1].push(row);
            }
            _ => outcome.unmatched.push(one.clone()),
        }
    }
    for [ours, theirs] in groups.values() {
        by_time(earned, reversed, ours, theirs, &mut outcome);
    }
    outcome.matches.sort();
    outcome.unmatched.sort();
    outcome
}

/// Matches the rows of one group: again and again, the pairs of which each is nearest to the other.
///
/// A pair waits for another one only if that is nearer in time, so there are at most as many rounds
/// as distances.
fn by_time(
    earned: &[Earned],
    reversed: &[Reversed],
    ours: &[usize],
    theirs: &[usize],
    outcome: &mut Outcome,
) {
    let place = |row: usize, day: Option<Date>, lead: Option<&str>| Place {
        row,
        day: day.map(number),
        has_lead: lead.is_some(),
    };
    let place_of_earned = |row: &usize| {
        let one = &earned[*row];
        place(*row, one.day(), one.lead_id_value())
    };
    let place_of_reversed = |row: &usize| {
        let one = &reversed[*row];
        place(*row, one.day(), one.lead_id())
    };
    let (mut earned_side, mut reversed_side) = (Side::default(), Side::default());
    ours.iter()
        .for_each(|row| earned_side.add(place_of_earned(row)));
    theirs
        .iter()
        .for_each(|row| reversed_side.add(place_of_reversed(row)));
    let mut left = theirs.to_vec();
    loop {
        let mut pairs = Vec::new();
        for row in &left {
            let nearest = earned_side.nearest(place_of_reversed(row), Look::Back);
            let back = |one: &usize| reversed_side.nearest(place_of_earned(one), Look::Ahead);
            if let Some(one) = nearest.filter(|one| back(one) == Some(*row)) {
                pairs.push((one, *row));
            }
        }
        if pairs.is_empty() {
            break;
        }
        for (one, other) in pairs {
            earned_side.remove(place_of_earned(&one));
            reversed_side.remove(place_of_reversed(&other));
            outcome.add(earned, reversed, (one, other), MatchedBy::Fields);
        }
        left = reversed_side.rows();
    }
    let fits = |row: &usize| earned_side.has_any(place_of_reversed(row), Look::Back);
    let (open, unmatched): (Vec<_>, Vec<_>) = left.into_iter().partition(fits);
    let unmatched = unmatched.into_iter().map(|row| reversed[row].clone());
    outcome.unmatched.extend(unmatched);
    if !open.is_empty() {
        let mut candidates = earned_side.rows();
        candidates.retain(|row| reversed_side.has_any(place_of_earned(row), Look::Ahead));
        outcome.leave(earned, reversed, &candidates, &open);
    }
}

impl Outcome {
    fn add(
        &mut self,
        earned: &[Earned],
        reversed: &[Reversed],
        (one, other): (usize, usize),
        by: MatchedBy,
    ) {
        self.matches.push(Match {
            earned: earned[one].clone(),
            reversed: reversed[other].clone(),
            by,
        });
    }

    fn leave(
        &mut self,
        earned: &[Earned],
        reversed: &[Reversed],
        candidates: &[usize],
        open: &[usize],
    ) {
        self.ambiguous.push(Ambiguous {
            reversed: open.iter().map(|row| reversed[*row].clone()).collect(),
            candidates: candidates.iter().map(|row| earned[*row].clone()).collect(),
        });
    }
}

impl Side {
    fn add(&mut self, place: Place) {
        let lead = usize::from(place.has_lead);
        match place.day {
            Some(day) => self.by_day[lead].entry(day).or_default().push(place.row),
            None => self.timeless[lead].push(place.row),
        }
    }

    fn remove(&mut self, place: Place) {
        let lead = usize::from(place.has_lead);
        let rows = place.day.and_then(|day| self.by_day[lead].get_mut(&day));
        rows.unwrap_or(&mut self.timeless[lead])
            .retain(|row| *row != place.row);
    }

    /// All rows, in their order.
    fn rows(&self) -> Vec<usize> {
        let by_day = self.by_day.iter().flat_map(BTreeMap::values);
        let rows = by_day.chain(&self.timeless).flatten().copied();
        let mut rows: Vec<_> = rows.collect();
        rows.sort_unstable();
        rows
    }

    /// The one row that is nearest in time to a row of the other side. `None` if there is none, if
    /// two are equally near, or if a row without a time could be meant.
    fn nearest(&self, of: Place, look: Look) -> Option<usize> {
        if !self.timeless_for(of).is_empty() {
            return None;
        }
        let day = of.day?;
        let mut near = (0..=i64::from(MOST_DAYS)).map(|away| self.rows_away(of, day, away, look));
        match near.find(|rows| !rows.is_empty())?.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// Whether any row could belong to a row of the other side.
    fn has_any(&self, of: Place, look: Look) -> bool {
        if !self.timeless_for(of).is_empty() {
            return true;
        }
        match of.day {
            Some(day) => (0..=i64::from(MOST_DAYS))
                .any(|away| !self.rows_away(of, day, away, look).is_empty()),
            None => {
                let sides = self.by_day.iter().take(sides(of));
                sides
                    .flat_map(BTreeMap::values)
                    .any(|rows| !rows.is_empty())
            }
        }
    }

    /// At most two of the rows at this distance.
    fn rows_away(&self, of: Place, day: i64, away: i64, look: Look) -> Vec<usize> {
        let (there, before) = match look {
            Look::Back => (day - away, day + away),
            Look::Ahead => (day + away, day - away),
        };
        let also = (away > 0 && away <= DAYS_BEFORE).then_some(before);
        let days = [Some(there), also].into_iter().flatten();
        let rows = days.flat_map(|day| {
            let sides = self.by_day.iter().take(sides(of));
            sides.filter_map(move |rows| rows.get(&day)).flatten()
        });
        rows.take(2).copied().collect()
    }

    fn timeless_for(&self, of: Place) -> Vec<usize> {
        let rows = self.timeless.iter().take(sides(of)).flatten();
        rows.take(1).copied().collect()
    }
}

/// How many of the two lists of a side can belong to a row: one that names a lead never belongs to
/// one that names another.
fn sides(of: Place) -> usize {
    if of.has_lead { 1 } else { 2 }
}

/// The number of a day, counted from 1970.
fn number(day: Date) -> i64 {
    day.duration_since(date(1970, 1, 1)).as_hours() / 24
}
