//! One run at a time: two that wrote at once would each restore what the other was writing.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::outcome::Problem;

/// The lock's place below the root. The file stays: to remove it would let two runs lock two files of one name.
const LOCK: &str = "spec/.update-spec.lock";

/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Waits for other runs in the same tree to end, but not longer than `longest`. Who holds the file is alone.
///
/// # Errors
///
/// Another run that does not end, or a place that is no tree of this project.
pub(crate) fn alone(root: &Path, longest: Duration) -> Result<Option<File>, Problem> {
    let failed = |err: io::Error| Problem::failed(format!("cannot lock {LOCK}: {err}"));
    let opened = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(root.join(LOCK));
    let file = match opened {
        Ok(file) => file,
        // Where nobody can write, nobody writes at the same time, and a check needs no more than that.
        Err(err) if [PermissionDenied, ReadOnlyFilesystem].contains(&err.kind()) => {
            return Ok(None);
        }
        Err(err) => return Err(failed(err)),
    };
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) if start.elapsed() >= longest => {
                return Err(Problem::failed(
                    "another update-spec is at work in this tree; run it again when that one has ended",
                ));
            }
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
            Err(TryLockError::Error(err)) => return Err(failed(err)),
        }
    }
}
