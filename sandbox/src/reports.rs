//! Owns the conversions and reversals endpoints: their parameters, their seeded rows, and the two
//! shapes of their answers.

mod added;
mod row;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::answer::{Refusal, positive, publisher};
use crate::catalogue::Offer;
use crate::fault::{Active, Fault};
use crate::query::Query;
pub(crate) use crate::reports::added::{Added, AddedReversal};
use crate::reports::row::{Conversion, Reversal, either, money};
use crate::seed::{self, Rng};
use crate::text::{excerpt, push_fmt};

/// The sub-id that always has conversions.
const KNOWN_SUBID: &str = "user-42";
/// Another one, which is answered in the bare shape.
const KNOWN_LEGACY_SUBID: &str = "legacy-42";

/// Sub-ids that begin like this are answered in the bare shape, whatever the sandbox's shape is.
const LEGACY: &str = "legacy-";
/// Reversals that end before this year are answered in the bare shape as well.
const LEGACY_YEARS: i16 = 2010;

/// These keep the random numbers of the reports apart from each other and from those of the
/// catalogue.
const CONVERSIONS: u64 = 0x0c0f;
const REVERSALS: u64 = 0x0e7e;
pub(crate) const ADDED: u64 = 0x0add;

const DAY: i64 = 86_400;
const REASONS: &[&str] = &[
    "fraud",
    "duplicate lead",
    "proxy or VPN",
    "advertiser rejected",
    "invalid e-mail",
];

/// The shape of the answers of conversions and reversals. The provider does not document it.
///
/// Every sandbox answers some requests in the bare shape, so a client meets both: requests for a
/// sub-id that begins with `legacy-`, and requests for reversals that end before 2010.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// use cpalead_sandbox::{Sandbox, Shape};
///
/// let sandbox = Sandbox::builder().shape(Shape::Bare).start().await?;
/// # sandbox.stop().await;
/// # Ok(())
/// # })
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// An object with a status and the list: `{"status":"success","conversions":[…]}`.
    #[default]
    Wrapped,
    /// The list alone. Its conversions have the field names of the older API: `campid` and
    /// `status`, without a payout and a lead id.
    Bare,
}

/// Everything from which the rows are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Book<'a> {
    pub(crate) seed: u64,
    pub(crate) today: Date,
    pub(crate) shape: Shape,
    pub(crate) catalogue: &'a [Offer],
    pub(crate) added: &'a [Added],
    pub(crate) reversals: &'a [AddedReversal],
}

fn shape_of(subid: &str, shape: Shape) -> Shape {
    if subid.starts_with(LEGACY) {
        Shape::Bare
    } else {
        shape
    }
}

/// A request for conversions, with its parameters parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conversions {
    pub(crate) publisher: u64,
    subid: String,
    offer: Option<u64>,
}

impl Conversions {
    /// Reads the parameters. `caller` is the IP address that `subid=user` stands for.
    ///
    /// # Errors
    ///
    /// When a parameter is missing or wrong: the first such parameter.
    pub(crate) fn read(
        query: &Query,
        caller: &str,
        faults: &Active,
    ) -> Result<Conversions, Refusal> {
        let publisher = publisher(query)?;
        let subid = match query.text("subid") {
            None => {
                return Err(Refusal::parameter(
                    "subid is required: a sub-id, an ip address, or user",
                ));
            }
            Some("user") if !faults.has(Fault::UserAsText) => caller,
            Some(subid) => subid,
        };
        let offer = query.given("offer_id").map(|id| {
            positive(id).ok_or_else(|| {
                let id = excerpt(id);
                Refusal::parameter(format!("offer_id must be a positive integer, not \"{id}\""))
            })
        });
        Ok(Conversions {
            publisher,
            subid: subid.to_owned(),
            offer: offer.transpose()?,
        })
    }

    /// The answer as JSON, with the newest conversions first.
    pub(crate) fn answer(&self, book: Book<'_>) -> String {
        let mut rng = Rng::new(book.seed ^ seed::of_text(&self.subid), CONVERSIONS);
        let known = [KNOWN_SUBID, KNOWN_LEGACY_SUBID].contains(&self.subid.as_str());
        let count = if known {
            rng.between(3, 5)
        } else {
            rng.below(6)
        };
        let mut age = 0;
        let asked = |offer: u64| self.offer.is_none_or(|id| id == offer);
        let added = book.added.iter().rev();
        let mut rows: Vec<String> = added
            .filter(|added| added.subid == self.subid && asked(added.offer))
            .map(|added| match shape_of(&self.subid, book.shape) {
                Shape::Wrapped => added.wrapped().to_owned(),
                Shape::Bare => added.bare().to_owned(),
            })
            .collect();
        for _ in 0..count {
            // Every row draws its random numbers even if it is filtered out, so that a filter does
            // not change the other rows.
            let mut rng = Rng::new(rng.next(), CONVERSIONS);
            age += rng.between(600, 5 * DAY as u64) as i64;
            let Some(offer) = rng.choose(book.catalogue) else {
                break;
            };
            if asked(offer.id) {
                rows.push(self.row(&mut rng, offer, book, midnight(book.today) - age));
            }
        }
        listed("conversions", &rows, shape_of(&self.subid, book.shape))
    }

    fn row(&self, rng: &mut Rng, offer: &Offer, book: Book<'_>, timestamp: i64) -> String {
        let country = rng.choose(&offer.countries).map_or("US", AsRef::as_ref);
        let id = either(rng.chance(25), offer.id);
        let timestamp = either(rng.chance(50), timestamp);
        let payout = money(offer.payout(country), rng.chance(70));
        let lead = format!("{:016x}", rng.next());
        let row = Conversion {
            offer_id: id,
            country,
            subid: &self.subid,
            payout,
            timestamp,
            lead: &lead,
        };
        match shape_of(&self.subid, book.shape) {
            Shape::Bare => row.bare(),
            // People see the rows of this sub-id first.
            Shape::Wrapped if self.subid == KNOWN_SUBID => row.usual(),
            Shape::Wrapped => row.varied(rng),
        }
    }
}

/// A request for reversals, with its parameters parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reversals {
    pub(crate) publisher: u64,
    start: Date,
    end: Date,
}

impl Reversals {
    /// Reads the parameters.
    ///
    /// # Errors
    ///
    /// When a parameter is wrong, the start is after the end, or the range is longer than one
    /// calendar month.
    pub(crate) fn read(query: &Query, today: Date, faults: &Active) -> Result<Reversals, Refusal> {
        let publisher = publisher(query)?;
        let (start, end) = match (day(query, "start_date")?, day(query, "end_date")?) {
            (Some(start), Some(end)) => (start, end),
            (Some(start), None) => (start, month_from(start).min(today).max(start)),
            (None, end) => {
                let end = end.unwrap_or(today);
                (month_to(end), end)
            }
        };
        if end < start {
            return Err(Refusal::parameter(format!(
                "end_date {end} is before start_date {start}"
            )));
        }
        // No date lies one month after the last dates that jiff has. No end can be too late for
        // those.
        let too_far = start.checked_add(1.month()).is_ok_and(|first| end >= first);
        if too_far && !faults.has(Fault::MonthIgnored) {
            return Err(Refusal::parameter(format!(
                "{start} to {end} is too long: a maximum of one month can be pulled at a time"
            )));
        }
        Ok(Reversals {
            publisher,
            start,
            end,
        })
    }

    /// The answer as JSON, with the oldest reversals first. Only added ones are after today.
    pub(crate) fn answer(&self, book: Book<'_>) -> String {
        let first = days(self.start);
        let last = days(self.end.min(book.today));
        let mut rows: Vec<(i64, String)> = Vec::new();
        for week in first.div_euclid(7)..=last.div_euclid(7) {
            let mut rng = Rng::new(book.seed ^ week as u64, REVERSALS);
            for _ in 0..rng.between(2, 6) {
                let mut rng = Rng::new(rng.next(), REVERSALS);
                let day = week * 7 + rng.below(7) as i64;
                if (first..=last).contains(&day) {
                    rows.extend(row_of_reversal(&mut rng, book, day).map(|row| (day, row)));
                }
            }
        }
        let asked = |added: &&AddedReversal| (self.start..=self.end).contains(&added.date);
        let added = book.reversals.iter().filter(asked);
        rows.extend(added.map(|added| (days(added.date), added.row.clone())));
        rows.sort_by_key(|(day, _)| *day);
        let rows: Vec<String> = rows.into_iter().map(|(_, row)| row).collect();
        let shape = if self.end.year() < LEGACY_YEARS {
            Shape::Bare
        } else {
            book.shape
        };
        listed("reversals", &rows, shape)
    }
}

fn row_of_reversal(rng: &mut Rng, book: Book<'_>, day: i64) -> Option<String> {
    let offer = rng.choose(book.catalogue)?;
    let country = rng.choose(&offer.countries).map_or("US", AsRef::as_ref);
    let id = either(rng.chance(25), offer.id);
    let amount = money(offer.payout(country), rng.chance(70));
    let subid = match rng.below(4) {
        0 => KNOWN_SUBID.to_owned(),
        _ => format!("user-{}", rng.between(1, 400)),
    };
    let reason = rng.word(REASONS);
    let row = Reversal {
        lead: rng.next(),
        offer_id: id,
        subid,
        amount,
        date: EPOCH.checked_add(day.days()).ok()?.to_string(),
        time: day * DAY,
        reason,
    };
    Some(row.varied(rng))
}

const EPOCH: Date = date(1970, 1, 1);
/// The first day that has the form yyyy-mm-dd.
const FIRST_DAY: Date = date(0, 1, 1);

/// Days since 1970.
fn days(date: Date) -> i64 {
    date.duration_since(EPOCH).as_secs().div_euclid(DAY)
}

/// The first second of a day, in seconds since 1970.
pub(crate) fn midnight(date: Date) -> i64 {
    days(date) * DAY
}

/// The last day of the month that begins with `start`.
fn month_from(start: Date) -> Date {
    let last = start.checked_add(1.month()).and_then(Date::yesterday);
    last.unwrap_or(Date::MAX)
}

/// The first day of a month that ends with `end`. It has 28 days, as the shortest month.
fn month_to(end: Date) -> Date {
    let first = end.checked_sub(27.days()).unwrap_or(FIRST_DAY);
    first.max(FIRST_DAY)
}

/// The parameter `name` as a date in the documented form.
fn day(query: &Query, name: &str) -> Result<Option<Date>, Refusal> {
    let Some(text) = query.given(name) else {
        return Ok(None);
    };
    // jiff accepts more forms than this one, so the form is checked separately.
    let strict = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let date = text.parse().ok().filter(|_| strict).ok_or_else(|| {
        let text = excerpt(text);
        Refusal::parameter(format!(
            "{name} must be a date in the form yyyy-mm-dd, not \"{text}\""
        ))
    })?;
    Ok(Some(date))
}

fn listed(name: &str, rows: &[String], shape: Shape) -> String {
    let rows = rows.join(",");
    let mut out = String::with_capacity(rows.len() + 64);
    match shape {
        Shape::Wrapped => push_fmt(
            &mut out,
            format_args!(r#"{{"status":"success","{name}":[{rows}]}}"#),
        ),
        Shape::Bare => push_fmt(&mut out, format_args!("[{rows}]")),
    }
    out
}
