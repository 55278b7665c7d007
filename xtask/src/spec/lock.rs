//! Allows one run at a time, because two that write at once would each restore what the other
//! writes.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::outcome::Problem;

/// The path of the lock below the root. The file stays: after a removal two runs could lock two
/// files of that name.
const LOCK: &str = "spec/.update-spec.lock";

/// The time between two attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// Waits at most `longest` for other runs in the same tree to end. The returned file holds the
/// lock.
///
/// # Errors
///
/// Another run that does not end, or a directory that is not a tree of this project.
pub(crate) fn alone(root: &Path, longest: Duration) -> Result<Option<File>, Problem> {
    let failed = |err: io::Error| Problem::failed(format!("cannot lock {LOCK}: {err}"));
    let opened = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(root.join(LOCK));
    let file = match opened {
        Ok(file) => file,
        // In a tree that cannot be written, no other run writes, and a check needs nothing else.
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
                    "another update-spec is running in this tree; try again when it has ended",
                ));
            }
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
            Err(TryLockError::Error(err)) => return Err(failed(err)),
        }
    }
}
