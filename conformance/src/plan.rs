//! The plan of a run, known before the first byte is sent: which calls, in which order, and how
//! long they take at least.

use std::fmt;
use std::time::Duration;

use crate::asks::{ASKS, Ask, Path, Questions};
use crate::catalogue::{Catalogue, Coverage, Requirement};
use crate::error::Error;
use crate::feature::Feature;
use crate::target::Target;

/// How long a call takes, for the estimate.
const CALL: Duration = Duration::from_millis(250);

/// A run that has not begun.
#[derive(Debug)]
pub struct Plan {
    pub(crate) target: Target,
    pub(crate) questions: Questions,
    pub(crate) requirements: Vec<Requirement>,
    pub(crate) coverage: Coverage,
    pub(crate) asks: Vec<&'static Ask>,
    lanes: Vec<Lane>,
}

/// The calls to one endpoint.
#[derive(Debug)]
struct Lane {
    name: &'static str,
    calls: usize,
    /// Those that wait for a slot.
    paced: u32,
    first: Duration,
    interval: Duration,
}

impl Catalogue {
    /// Plans a run of these requirements. Nothing is sent, and no slot is taken.
    ///
    /// # Errors
    ///
    /// When the store of the rate limits cannot be read.
    pub async fn plan(&self, target: Target, questions: Questions) -> Result<Plan, Error> {
        let requirements = self.requirements().to_vec();
        let can = |requirement: &&Requirement| missing(requirement, target.features()).is_none();
        let judged: Vec<&Requirement> = requirements.iter().filter(can).collect();
        let asks = in_turn(&judged);
        let mut lanes = Vec::new();
        let limiter = target.limiter();
        for path in [
            Path::Offers,
            Path::Conversions,
            Path::Reversals,
            Path::Document,
        ] {
            let calls = asks.iter().filter(|ask| ask.path == path);
            let paced = calls.clone().filter(|ask| ask.at_once_after.is_none());
            let (mut first, mut interval) = (Duration::ZERO, Duration::ZERO);
            if let Some(limiter) = &limiter {
                let free = limiter.peek(path.endpoint()).await;
                first = free.map_err(|error| Error::new(error.to_string()))?;
                interval = limiter.interval(path.endpoint());
            }
            let name = match path {
                Path::Offers => "offers",
                Path::Conversions => "conversions",
                Path::Reversals => "reversals",
                Path::Document => "document",
            };
            let paced = u32::try_from(paced.count()).unwrap_or(u32::MAX);
            lanes.push(Lane {
                name,
                calls: calls.count(),
                paced,
                first,
                interval,
            });
        }
        lanes.retain(|lane| lane.calls > 0);
        Ok(Plan {
            target,
            questions,
            requirements,
            coverage: self.coverage(),
            asks,
            lanes,
        })
    }
}

/// The feature that a requirement needs and the target lacks.
pub(crate) fn missing(requirement: &Requirement, features: &[Feature]) -> Option<Feature> {
    requirement
        .features
        .iter()
        .copied()
        .find(|feature| !features.contains(feature))
}

/// The calls that are needed, each once. Offers come first, and then conversions and reversals in
/// turn, because their minutes pass at the same time.
fn in_turn(requirements: &[&Requirement]) -> Vec<&'static Ask> {
    let needed = |ask: &&Ask| {
        requirements
            .iter()
            .any(|requirement| requirement.exchanges.iter().any(|name| name == ask.name))
    };
    let needed: Vec<&'static Ask> = ASKS.iter().filter(needed).collect();
    let of = |path: Path| {
        let calls = needed.iter().copied().filter(move |ask| ask.path == path);
        calls.filter(|ask| ask.at_once_after.is_none())
    };
    let mut order: Vec<&'static Ask> = of(Path::Offers).chain(of(Path::Document)).collect();
    let (mut conversions, mut reversals) = (of(Path::Conversions), of(Path::Reversals));
    loop {
        let pair = [conversions.next(), reversals.next()];
        if pair.iter().all(Option::is_none) {
            break;
        }
        for ask in pair.into_iter().flatten() {
            order.push(ask);
            order.extend(
                needed
                    .iter()
                    .copied()
                    .filter(|other| other.at_once_after == Some(ask.name)),
            );
        }
    }
    order
}

impl Plan {
    /// The number of calls.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.lanes.iter().map(|lane| lane.calls).sum()
    }

    /// How long the calls take at least, if no other program uses the account.
    #[must_use]
    pub fn at_least(&self) -> Duration {
        let waits = self
            .lanes
            .iter()
            .map(|lane| lane.first + lane.interval * lane.paced.saturating_sub(1));
        let calls = u32::try_from(self.calls()).unwrap_or(u32::MAX);
        waits.max().unwrap_or_default() + CALL * calls
    }
}

/// Whole seconds, rounded up, with minutes and hours.
struct Rough(Duration);

impl fmt::Display for Rough {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_millis().div_ceil(1_000);
        match (seconds / 60, seconds % 60) {
            (0, seconds) => write!(f, "{seconds} s"),
            (minutes, 0) => write!(f, "{minutes} min"),
            (minutes, seconds) => write!(f, "{minutes} min {seconds} s"),
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "target: {}", self.target.name())?;
        let calls: Vec<String> = self
            .lanes
            .iter()
            .map(|lane| format!("{} {}", lane.calls, lane.name))
            .collect();
        if self.target.limiter().is_none() {
            writeln!(f, "recordings: {}", calls.join(", "))?;
        } else {
            writeln!(
                f,
                "calls: {}: at least {}",
                calls.join(", "),
                Rough(self.at_least())
            )?;
            for lane in self.lanes.iter().filter(|lane| !lane.first.is_zero()) {
                writeln!(
                    f,
                    "{}: the next slot is free in {}",
                    lane.name,
                    Rough(lane.first)
                )?;
            }
        }
        for feature in Feature::ALL {
            let lacks = |requirement: &&Requirement| {
                missing(requirement, self.target.features()) == Some(feature)
            };
            match self.requirements.iter().filter(lacks).count() {
                0 => {}
                1 => writeln!(f, "unsupported: {} (1 requirement)", feature.name())?,
                count => writeln!(f, "unsupported: {} ({count} requirements)", feature.name())?,
            }
        }
        Ok(())
    }
}
