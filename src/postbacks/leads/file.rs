//! The store of leads in a directory: one small file for each lead, shared by all processes of a
//! machine and kept across restarts.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{LeadStore, StoreError};
use crate::clock::BoxFuture;
use crate::postbacks::leads::record::{LeadOp, LeadRecord, LeadReply};
use crate::private_files::{self, Failed};

/// The version of the format of the files.
const VERSION: u64 = 1;

/// The longest file that is read, in bytes.
const MAX_FILE: u64 = 4_096;

/// How long to try to get the lock, which others usually hold for some milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long to wait between two tries.
const PAUSE: Duration = Duration::from_millis(1);

/// Keeps leads in a directory, across restarts and for all processes that use it.
///
/// ```
/// use cpalead::postbacks::{FileLeads, Leads};
///
/// let leads = Leads::new(FileLeads::new("/var/lib/shop/leads"));
/// # let _ = leads;
/// ```
///
/// - The directory is created when it is first needed. Only its owner can read it (0700) and its
///   files (0600). Names are hashes, and files contain no lead id.
/// - A file is replaced by renaming, and written to the disk before an operation ends: a lead that
///   is done stays done after a power failure.
/// - A file that cannot be read counts as a turn that was not finished: the lead is
///   [`Interrupted`](super::Lead::Interrupted). A file of a newer version is an error.
/// - A lead takes one block of the disk, usually 4 KB. Files may be deleted when no repetition can
///   come any more; how long the provider repeats is not documented.
///
/// One operation takes as long as the disk needs to write a file, usually some milliseconds. The
/// work is done on the calling thread, one operation at a time for a directory. The directory must
/// be on a local disk.
#[derive(Debug, Clone)]
pub struct FileLeads {
    directory: Arc<Path>,
}

#[derive(Serialize, Deserialize)]
struct Versioned {
    version: u64,
    #[serde(flatten)]
    record: LeadRecord,
}

#[derive(Deserialize)]
struct VersionOnly {
    version: u64,
}

impl FileLeads {
    /// Creates a store in `directory`, which need not exist.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> FileLeads {
        FileLeads {
            directory: directory.into().into(),
        }
    }

    /// Applies the operation; `None` if another process holds the lock at the moment.
    fn attempt(&self, lead: &str, op: &LeadOp) -> Result<Option<LeadReply>, StoreError> {
        let lock = private_files::try_lock(&self.directory, &self.directory.join("lock"));
        let Some(lock) = lock.map_err(|Failed { what, path, error }| failed(what, &path, error))?
        else {
            return Ok(None);
        };
        let reply = self.change(lead, op);
        let _ = lock.unlock();
        reply.map(Some)
    }

    fn change(&self, lead: &str, op: &LeadOp) -> Result<LeadReply, StoreError> {
        let path = self.directory.join(format!("{lead}.json"));
        let before = read(&path)?;
        let (reply, after) = LeadRecord::apply(before, op);
        if let Some(record) = after.filter(|_| after != before) {
            let temporary = self.directory.join(format!("{lead}.new"));
            write(&path, &temporary, record).map_err(|error| failed("write", &path, error))?;
        }
        Ok(reply)
    }
}

impl LeadStore for FileLeads {
    fn apply<'a>(
        &'a self,
        lead: &'a str,
        op: LeadOp,
    ) -> BoxFuture<'a, Result<LeadReply, StoreError>> {
        Box::pin(async move {
            let mut waited = Duration::ZERO;
            loop {
                // Nothing is awaited while the lock is held, so a caller cannot be dropped in
                // between.
                if let Some(reply) = self.attempt(lead, &op)? {
                    return Ok(reply);
                }
                if waited >= PATIENCE {
                    return Err(StoreError::new(format!(
                        "the leads in {} have been locked by another process for {} seconds; is it stopped?",
                        self.directory.display(),
                        PATIENCE.as_secs(),
                    )));
                }
                tokio::time::sleep(PAUSE).await;
                waited += PAUSE;
            }
        })
    }
}

fn read(path: &Path) -> Result<Option<LeadRecord>, StoreError> {
    let mut text = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FILE).read_to_end(&mut text));
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path, error)),
        Ok(_) => {}
    }
    if let Ok(VersionOnly { version }) = serde_json::from_slice(&text)
        && version > VERSION
    {
        return Err(StoreError::new(format!(
            "{} was written by a newer cpalead (file version {version}); update this program",
            path.display()
        )));
    }
    let unfinished = LeadRecord::Begun {
        ticket: 0,
        until: jiff::Timestamp::MIN,
    };
    let known = serde_json::from_slice::<Versioned>(&text);
    Ok(Some(known.map_or(unfinished, |known| known.record)))
}

fn write(path: &Path, temporary: &Path, record: LeadRecord) -> io::Result<()> {
    let version = VERSION;
    let text = serde_json::to_vec(&Versioned { version, record })?;
    let mut file = private_files::create(temporary)?;
    file.write_all(&text)?;
    file.sync_all()?;
    fs::rename(temporary, path)?;
    sync_directory(path)
}

/// Writes the new name to the disk. Only Unix can open a directory for that.
#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    path.parent()
        .map_or(Ok(()), |directory| File::open(directory)?.sync_all())
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

fn failed(what: &str, path: &Path, error: io::Error) -> StoreError {
    StoreError::new(format!(
        "could not {what} {} for the leads; choose a directory that this user may write to, on a disk with free space",
        path.display(),
    ))
    .caused_by(error)
}
