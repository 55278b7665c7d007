//! Files that only their owner can read, for the stores on disk.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// What could not be done, for a message: `could not open PATH`.
pub(crate) struct Failed {
    pub(crate) what: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) error: io::Error,
}

/// Creates a file anew, with mode 0600.
///
/// A leftover of a process that died, or a link that somebody else has put there, is removed and
/// not written through.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    match private().create_new(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path).and_then(|()| private().create_new(true).open(path))
        }
        opened => opened,
    }
}

/// Locks a file in a directory, both of which are created if they do not exist. `None` if another
/// process holds the lock at the moment.
///
/// Unlock the file when done. Closing it is not enough: a child process that is being started may
/// hold a copy of it for a moment.
pub(crate) fn try_lock(directory: &Path, path: &Path) -> Result<Option<File>, Failed> {
    let failed = |what, path: &Path, error| Failed {
        what,
        path: path.to_owned(),
        error,
    };
    let open = || private().create(true).truncate(false).open(path);
    let file = match open() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_directory(directory)
                .map_err(|error| failed("create the directory", directory, error))?;
            open()
        }
        opened => opened,
    }
    .map_err(|error| failed("open", path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed("lock", path, error)),
    }
}

/// Creates a directory and those above it, with mode 0700.
fn make_directory(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
