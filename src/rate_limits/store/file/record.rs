//! What a file of the file store says: its format, how it is read with suspicion, and how much time has passed since.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::clock::Clock;
use crate::rate_limits::ledger::Ledger;
use crate::rate_limits::store::Lane;

/// The version of the format that this code writes, and the newest that it reads.
pub(super) const VERSION: u64 = 1;

const FORMAT: &str = "cpalead rate limits";

/// A file of a thousand waiting callers has about 150 kB.
const LARGEST: u64 = 4 << 20;

/// No file is thirty thousand years old.
const LATEST: Duration = Duration::from_secs(1 << 40);

/// One lane's ledger with the time at which it was written, on three scales.
///
/// The ledger's times count on a scale of the file's own, on which the writing was at `at`. A reader adds what has passed
/// since, told from the machine's steady clock if it still counts in the same boot, else from the wall clock.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    format: String,
    version: u64,
    lane: String,
    written: Timestamp,
    boot: Option<String>,
    steady: Duration,
    /// The time of writing on the scale of `ledger`.
    pub(super) at: Duration,
    pub(super) ledger: Ledger,
    /// For a ledger that stands beside a newer file: the mark of that file when it was last seen.
    pub(super) beside: Option<String>,
}

/// One moment on the scales of a clock, read once so that they belong together.
pub(super) struct Moment {
    wall: Timestamp,
    steady: Duration,
    boot: Option<String>,
}

/// What was found under a path.
pub(super) enum Found {
    Missing,
    Ours(Box<Record>),
    Newer { version: u64, print: String },
    Unreadable(String),
}

/// The part that every version has.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u64,
}

impl Moment {
    pub(super) fn of(clock: &dyn Clock) -> Moment {
        Moment {
            wall: clock.now(),
            steady: clock.steady(),
            boot: clock.boot().map(str::to_owned),
        }
    }
}

impl Record {
    pub(super) fn new(
        lane: &Lane,
        moment: Moment,
        at: Duration,
        ledger: Ledger,
        beside: Option<String>,
    ) -> Record {
        Record {
            format: FORMAT.to_owned(),
            version: VERSION,
            lane: lane.name().to_owned(),
            written: moment.wall,
            boot: moment.boot,
            steady: moment.steady,
            at,
            ledger,
            beside,
        }
    }

    pub(super) fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }

    /// The time since the writing; `None` if the wall clock, needed to tell, has been set back before it.
    ///
    /// In the latter case the reader takes it that no time has passed and writes the file anew, so that time counts
    /// from there: nobody waits longer than was due at the first writing.
    pub(super) fn passed(&self, now: &Moment) -> Option<Duration> {
        if self.boot.is_some() && self.boot == now.boot {
            return Some(now.steady.saturating_sub(self.steady));
        }
        let by_wall = Duration::try_from(now.wall.duration_since(self.written)).ok()?;
        Some(match now.boot {
            // The file is of an earlier boot. All of this boot lies between, and more is not certain: the wall clock may
            // have been set in the meantime. After a minute of running that is as good as knowing.
            Some(_) => by_wall.min(now.steady),
            None => by_wall,
        })
    }
}

/// Reads the file with suspicion: whatever cannot be a ledger of ours is said to be unreadable, with the reason.
///
/// # Errors
///
/// When the file is there but cannot be read at all.
pub(super) fn read(path: &Path, longest: Duration) -> io::Result<Found> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(LARGEST + 1).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Missing),
        Err(error) => return Err(error),
    };
    Ok(parse(&bytes, longest).unwrap_or_else(Found::Unreadable))
}

fn parse(bytes: &[u8], longest: Duration) -> Result<Found, String> {
    if bytes.len() as u64 > LARGEST {
        return Err("it is too large".to_owned());
    }
    let header: Header =
        serde_json::from_slice(bytes).map_err(|error| format!("it is damaged: {error}"))?;
    if header.format != FORMAT {
        return Err("it belongs to something else".to_owned());
    }
    if header.version > VERSION {
        return Ok(Found::Newer {
            version: header.version,
            print: print(bytes),
        });
    }
    let record: Record =
        serde_json::from_slice(bytes).map_err(|error| format!("it is damaged: {error}"))?;
    if record.at > LATEST || !record.ledger.is_sound(record.at, longest) {
        return Err("it is damaged: its times cannot be".to_owned());
    }
    Ok(Found::Ours(Box::new(record)))
}

/// A mark by which a changed file is known.
fn print(bytes: &[u8]) -> String {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
