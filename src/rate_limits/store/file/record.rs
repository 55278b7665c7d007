//! The format of the file store's files: how they are written and checked, and how much time has
//! passed since.

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

/// The largest file that is read. With a thousand waiting callers a file has about 150 kB.
const LARGEST: u64 = 4 << 20;

/// The latest time that is accepted: about thirty thousand years.
const LATEST: Duration = Duration::from_secs(1 << 40);

/// The ledger of one lane, and the time at which it was written on three scales.
///
/// The times in the ledger are on a scale that belongs to the file. On that scale the file was
/// written at `at`. A reader adds the time that has passed since then: by the machine's steady
/// clock within the same boot, otherwise by the wall clock.
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
    /// For a ledger beside a newer file: the fingerprint of that file when it was last seen.
    pub(super) beside: Option<String>,
}

/// One moment on all scales of a clock.
pub(super) struct Moment {
    wall: Timestamp,
    steady: Duration,
    boot: Option<String>,
}

/// What was found at a path.
pub(super) enum Found {
    Missing,
    Ours(Box<Record>),
    Newer { version: u64, print: String },
    Unreadable(String),
}

/// The fields that every version has.
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

    /// The time since the file was written; `None` if only the wall clock could tell, and it has
    /// been set back to before that.
    ///
    /// For `None` the reader assumes that no time has passed and writes the file again, so that
    /// time counts from then. No caller waits longer than it had to when the file was first
    /// written.
    pub(super) fn passed(&self, now: &Moment) -> Option<Duration> {
        if self.boot.is_some() && self.boot == now.boot {
            return Some(now.steady.saturating_sub(self.steady));
        }
        let by_wall = Duration::try_from(now.wall.duration_since(self.written)).ok()?;
        Some(match now.boot {
            // The file is from an earlier boot. Only the time since this boot is certain, because
            // the wall clock may have been set in the meantime. Once the machine has been up for a
            // minute, that is enough.
            Some(_) => by_wall.min(now.steady),
            None => by_wall,
        })
    }
}

/// Reads and checks the file. Anything that is not a valid ledger is [`Found::Unreadable`], with
/// the reason.
///
/// # Errors
///
/// When the file exists but cannot be read at all.
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
        return Err("it is damaged: its times are impossible".to_owned());
    }
    Ok(Found::Ours(Box::new(record)))
}

/// A fingerprint that changes when the file changes.
fn print(bytes: &[u8]) -> String {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
