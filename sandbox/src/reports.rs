//! Owns the conversions and reversals endpoints: their parameters, their seeded rows, and the two
//! shapes of their answers.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::answer::{Refusal, digits, publisher};
use crate::catalogue::Offer;
use crate::query::Query;
use crate::seed::{self, Rng};
use crate::text::{Mills, Style, excerpt, push_fmt, quoted};

/// The sub-id that always has conversions.
const KNOWN_SUBID: &str = "user-42";

/// These keep the random numbers of the reports apart from each other and from those of the
/// catalogue.
const CONVERSIONS: u64 = 0x0c0f;
const REVERSALS: u64 = 0x0e7e;
const ADDED: u64 = 0x0add;

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
}

/// A conversion that was added while the sandbox ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Added {
    subid: String,
    offer: u64,
    lead: String,
}

impl Added {
    /// The conversion after those of the book. Its lead depends on the seed and on their number
    /// only.
    pub(crate) fn next(book: Book<'_>, subid: &str, offer: u64) -> Added {
        let lead = Rng::new(book.seed ^ book.added.len() as u64, ADDED).next();
        Added {
            subid: subid.to_owned(),
            offer,
            lead: format!("{lead:016x}"),
        }
    }

    pub(crate) fn lead(&self) -> &str {
        &self.lead
    }

    /// The row as JSON. Its time is the first second of today and its country is the US, so two
    /// rows of one offer have the same bytes in the bare shape.
    fn row(&self, book: Book<'_>) -> String {
        let mut offers = book.catalogue.iter();
        let payout = offers
            .find(|offer| offer.id == self.offer)
            .and_then(|offer| offer.payout("US"));
        Row {
            offer_id: self.offer.to_string(),
            country: "US",
            subid: &self.subid,
            payout: money(payout, true),
            timestamp: midnight(book.today).to_string(),
            lead: &self.lead,
        }
        .json(book.shape)
    }
}

/// A row of the conversions. The values that are not text are JSON already.
struct Row<'a> {
    offer_id: String,
    country: &'a str,
    subid: &'a str,
    payout: String,
    timestamp: String,
    lead: &'a str,
}

impl Row<'_> {
    fn json(&self, shape: Shape) -> String {
        let Row {
            offer_id,
            country,
            payout,
            timestamp,
            lead,
            ..
        } = self;
        let subid = quoted(self.subid, Style::Plain);
        match shape {
            Shape::Wrapped => format!(
                r#"{{"offer_id":{offer_id},"country":"{country}","subid":{subid},"payout":{payout},"timestamp":{timestamp},"lead_id":"{lead}"}}"#
            ),
            Shape::Bare => format!(
                r#"{{"campid":{offer_id},"country":"{country}","status":true,"subid":{subid},"timestamp":{timestamp}}}"#
            ),
        }
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
    pub(crate) fn read(query: &Query, caller: &str) -> Result<Conversions, Refusal> {
        let publisher = publisher(query)?;
        let subid = match query.get("subid") {
            None => {
                return Err(Refusal::parameter(
                    "subid is required: a sub-id, an ip address, or user",
                ));
            }
            Some("user") => caller,
            Some(subid) => subid,
        };
        let offer = query.get("offer_id").map(|id| {
            digits(id).ok_or_else(|| {
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
        let known = self.subid == KNOWN_SUBID;
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
            .map(|added| added.row(book))
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
        listed("conversions", &rows, book.shape)
    }

    fn row(&self, rng: &mut Rng, offer: &Offer, book: Book<'_>, timestamp: i64) -> String {
        let country = rng.choose(&offer.countries).copied().unwrap_or("US");
        let id = either(rng.chance(25), offer.id);
        let timestamp = either(rng.chance(50), timestamp);
        let payout = money(offer.payout(country), rng.chance(70));
        let lead = format!("{:016x}", rng.next());
        Row {
            offer_id: id,
            country,
            subid: &self.subid,
            payout,
            timestamp,
            lead: &lead,
        }
        .json(book.shape)
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
    /// When a parameter is missing or wrong, the start is after the end, or the range is longer
    /// than one calendar month.
    pub(crate) fn read(query: &Query) -> Result<Reversals, Refusal> {
        let publisher = publisher(query)?;
        let (start, end) = (day(query, "start_date")?, day(query, "end_date")?);
        if end < start {
            return Err(Refusal::parameter(format!(
                "end_date {end} is before start_date {start}"
            )));
        }
        // No date lies one month after the last dates that jiff has. No end can be too late for
        // those.
        let too_far = start.checked_add(1.month()).is_ok_and(|first| end >= first);
        if too_far {
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

    /// The answer as JSON, with the oldest reversals first. There are none after today.
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
        rows.sort_by_key(|(day, _)| *day);
        let rows: Vec<String> = rows.into_iter().map(|(_, row)| row).collect();
        listed("reversals", &rows, book.shape)
    }
}

fn row_of_reversal(rng: &mut Rng, book: Book<'_>, day: i64) -> Option<String> {
    let offer = rng.choose(book.catalogue)?;
    let country = rng.choose(&offer.countries).copied().unwrap_or("US");
    let id = either(rng.chance(25), offer.id);
    let amount = money(offer.payout(country), rng.chance(70));
    let subid = match rng.below(4) {
        0 => KNOWN_SUBID.to_owned(),
        _ => format!("user-{}", rng.between(1, 400)),
    };
    let reason = quoted(rng.word(REASONS), Style::Plain);
    let lead = rng.next();
    let date = EPOCH.checked_add(day.days()).ok()?;
    Some(format!(
        r#"{{"lead_id":"{lead:016x}","offer_id":{id},"subid":"{subid}","amount":{amount},"date":"{date}","reason":{reason}}}"#
    ))
}

const EPOCH: Date = date(1970, 1, 1);

/// Days since 1970.
fn days(date: Date) -> i64 {
    date.duration_since(EPOCH).as_secs().div_euclid(DAY)
}

fn midnight(date: Date) -> i64 {
    days(date) * DAY
}

/// The parameter `name` as a date in the documented form.
fn day(query: &Query, name: &str) -> Result<Date, Refusal> {
    let Some(text) = query.get(name) else {
        return Err(Refusal::parameter(format!(
            "{name} is required, in the form yyyy-mm-dd"
        )));
    };
    // jiff accepts more forms than this one, so the form is checked separately.
    let strict = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    text.parse().ok().filter(|_| strict).ok_or_else(|| {
        let text = excerpt(text);
        Refusal::parameter(format!(
            "{name} must be a date in the form yyyy-mm-dd, not \"{text}\""
        ))
    })
}

fn either(as_text: bool, number: impl std::fmt::Display) -> String {
    if as_text {
        format!("\"{number}\"")
    } else {
        number.to_string()
    }
}

fn money(amount: Option<Mills>, as_text: bool) -> String {
    match amount {
        None => "null".to_owned(),
        Some(amount) if as_text => format!("\"{}\"", amount.fixed()),
        Some(amount) => amount.number(),
    }
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
