//! The file that keeps the offers of a catalogue across restarts.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::event::CatalogEvent;
use super::snapshot::{Header, Identity, split};
use crate::private_files::{self, Failed};

/// The longest file that is read, in bytes. Gzip makes the largest body shorter than this.
const MAX_FILE: u64 = 300 << 20;

/// Keeps the offers of a catalogue in a directory, across restarts.
///
/// ```
/// use cpalead::catalog::CatalogFile;
///
/// let file = CatalogFile::new("/var/lib/shop/cpalead");
/// # let _ = file;
/// ```
///
/// - The directory is created when it is first needed. Only its owner can read it (0700) and its
///   files (0600). Each account and request has a separate file, which is named by a hash. It
///   contains the offers as the provider sent them, so the publisher id and the sub-ids of the
///   request are in their links. The api key is not.
/// - A file is a line of JSON and the offers in gzip, about 0.4 MB for 5,000 offers. It is replaced
///   by renaming after it was written to the disk: it is whole at every moment, also after a power
///   failure.
/// - A file of another account or request, of a newer version, or with a wrong checksum is not
///   used. It is renamed to the ending `.bad`, and reported as
///   [`SetAside`](CatalogEvent::SetAside).
/// - If it cannot be written, because the disk is full for example, that is reported as
///   [`Unsaved`](CatalogEvent::Unsaved). The catalogue goes on, and the next pull writes again.
///
/// The directory must be on a local disk.
#[derive(Clone, Debug)]
pub struct CatalogFile {
    directory: Arc<Path>,
}

/// What a file holds.
#[derive(Debug)]
pub(crate) enum Loaded {
    /// There is no file.
    Missing,
    /// The header and the body.
    Found(Header, String),
    /// The file cannot be used, and why.
    Useless(String),
}

/// A step of writing a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Locked,
    Created,
    HeaderWritten,
    HalfWritten,
    Written,
    Synced,
    Renamed,
    DirectorySynced,
}

impl CatalogFile {
    /// Keeps the offers in `directory`, which need not exist.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into().into(),
        }
    }

    /// The file of a request.
    pub(crate) fn path(&self, identity: &Identity) -> PathBuf {
        self.with_ending(identity, "catalog")
    }

    pub(crate) fn load(&self, identity: &Identity) -> Loaded {
        let path = self.path(identity);
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(MAX_FILE).read_to_end(&mut bytes));
        match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Loaded::Missing,
            Err(error) => return Loaded::Useless(format!("it cannot be read: {error}")),
            Ok(_) => {}
        }
        let parts = split(&bytes).ok_or_else(|| "it has no header".to_owned());
        let found = parts.and_then(|(line, packed)| {
            let header = Header::read(line, identity)?;
            let body = header.unpack(packed)?;
            Ok((header, body))
        });
        match found {
            Ok((header, body)) => Loaded::Found(header, body),
            Err(reason) => Loaded::Useless(reason),
        }
    }

    /// Renames a file that cannot be used.
    pub(crate) fn set_aside(&self, identity: &Identity, reason: String) -> CatalogEvent {
        let path = self.path(identity);
        let bad = self.with_ending(identity, "bad");
        let moved = fs::rename(&path, &bad).is_ok();
        CatalogEvent::SetAside {
            path,
            moved_to: moved.then_some(bad),
            reason,
        }
    }

    /// Replaces the file; false if another process holds its lock at the moment.
    ///
    /// # Errors
    ///
    /// What went wrong, and what to do.
    pub(crate) fn save(
        &self,
        identity: &Identity,
        header: &Header,
        packed: &[u8],
    ) -> Result<bool, String> {
        self.save_in_steps(identity, header, packed, &|_| {})
            .map_err(|Failed { what, path, error }| {
                format!(
                    "could not {what} {} ({error}); choose a directory that this user may write to, on a disk with free space",
                    path.display()
                )
            })
    }

    fn save_in_steps(
        &self,
        identity: &Identity,
        header: &Header,
        packed: &[u8],
        done: &dyn Fn(Step),
    ) -> Result<bool, Failed> {
        let lock = self.with_ending(identity, "lock");
        let Some(lock) = private_files::try_lock(&self.directory, &lock)? else {
            return Ok(false);
        };
        done(Step::Locked);
        let path = self.path(identity);
        let temporary = self.with_ending(identity, "new");
        let written = write(&temporary, header, packed, done)
            .and_then(|()| fs::rename(&temporary, &path))
            .and_then(|()| {
                done(Step::Renamed);
                sync_directory(&self.directory)
            });
        if written.is_err() {
            // Half a file on a full disk helps nobody.
            let _ = fs::remove_file(&temporary);
        }
        done(Step::DirectorySynced);
        let _ = lock.unlock();
        written.map(|()| true).map_err(|error| Failed {
            what: "write",
            path,
            error,
        })
    }

    fn with_ending(&self, identity: &Identity, ending: &str) -> PathBuf {
        self.directory.join(format!("{}.{ending}", identity.name()))
    }
}

fn write(path: &Path, header: &Header, packed: &[u8], done: &dyn Fn(Step)) -> io::Result<()> {
    let mut file = private_files::create(path)?;
    done(Step::Created);
    write_into(&mut file, header, packed, done)?;
    file.sync_all()?;
    done(Step::Synced);
    Ok(())
}

fn write_into(
    file: &mut File,
    header: &Header,
    packed: &[u8],
    done: &dyn Fn(Step),
) -> io::Result<()> {
    file.write_all(header.line().as_bytes())?;
    done(Step::HeaderWritten);
    let (first, second) = packed.split_at(packed.len() / 2);
    file.write_all(first)?;
    done(Step::HalfWritten);
    file.write_all(second)?;
    done(Step::Written);
    Ok(())
}

/// Writes the new name to the disk. Only Unix can open a directory for that.
#[cfg(unix)]
fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
