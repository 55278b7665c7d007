//! Writes several files as one: all of them or none, even if the process is killed.
//!
//! The new texts are written and the old ones copied beside the files, and a journal lists them.
//! While the journal exists the old state is valid, and the next run restores it. Removing the
//! journal makes the new state valid.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::outcome::Problem;

/// The journal's place below the root.
const JOURNAL: &str = "spec/.update-spec.journal";

/// A file to be written: its path below the root, and its bytes.
///
/// ```
/// let file = xtask::spec::Planned { path: "openapi.json", bytes: b"{}\n".to_vec() };
/// assert_eq!(file.path, "openapi.json");
/// ```
#[derive(Clone, Debug)]
pub struct Planned {
    /// The path, relative to the root.
    pub path: &'static str,
    /// All of its bytes.
    pub bytes: Vec<u8>,
}

/// Writes all files or none. `step` is called before each change to the disk, for tests that end
/// the process there.
///
/// ```
/// use xtask::spec::{Planned, write};
///
/// let root = std::env::temp_dir().join(format!("xtask-write-{}", std::process::id()));
/// std::fs::create_dir_all(root.join("spec"))?;
/// let file = Planned { path: "openapi.json", bytes: b"{}\n".to_vec() };
/// write(&root, &[file], &mut |_| {})?;
/// assert_eq!(std::fs::read(root.join("openapi.json"))?, b"{}\n");
/// std::fs::remove_dir_all(root)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// A write that fails. The old state has then been restored, or the next run restores it.
pub fn write(root: &Path, files: &[Planned], step: &mut dyn FnMut(&str)) -> Result<(), Problem> {
    let written = write_all(root, files, step);
    if written.is_err() {
        restore(root)?;
    }
    written.map_err(|err| {
        Problem::failed(format!(
            "cannot write the update; everything was left as it was: {err}"
        ))
    })
}

/// Restores the old state if a run was interrupted while writing. Returns whether anything was
/// restored.
///
/// ```
/// assert!(!xtask::spec::restore(std::path::Path::new("no/such/tree"))?);
/// # Ok::<(), xtask::spec::Problem>(())
/// ```
///
/// # Errors
///
/// A file that cannot be read or written.
pub fn restore(root: &Path) -> Result<bool, Problem> {
    restore_all(root).map_err(|err| {
        Problem::failed(format!(
            "an earlier run was interrupted while it wrote, and its files cannot be restored: {err}. Run \
             `git checkout -- spec openapi.json src/generated`, then remove {JOURNAL}"
        ))
    })
}

fn write_all(root: &Path, files: &[Planned], step: &mut dyn FnMut(&str)) -> io::Result<()> {
    let mut journal = String::new();
    for file in files {
        let path = root.join(file.path);
        step("new text");
        put(&beside(&path, "new"), &file.bytes)?;
        if path.exists() {
            step("old text");
            put(&beside(&path, "old"), &fs::read(&path)?)?;
            journal.push_str(&format!("replaces {}\n", file.path));
        } else {
            journal.push_str(&format!("creates {}\n", file.path));
        }
    }
    journal.push_str("end\n");
    let at = root.join(JOURNAL);
    step("journal text");
    put(&beside(&at, "new"), journal.as_bytes())?;
    step("journal");
    fs::rename(beside(&at, "new"), &at)?;
    settle(&at)?;
    for file in files {
        let path = root.join(file.path);
        step("rename");
        fs::rename(beside(&path, "new"), &path)?;
        settle(&path)?;
    }
    step("commit");
    fs::remove_file(&at)?;
    settle(&at)?;
    for file in files {
        step("clean");
        remove(&beside(&root.join(file.path), "old"))?;
    }
    Ok(())
}

fn restore_all(root: &Path) -> io::Result<bool> {
    let at = root.join(JOURNAL);
    let journal = match fs::read_to_string(&at) {
        Ok(journal) => journal,
        Err(err) if err.kind() == io::ErrorKind::NotFound => {
            sweep(root)?;
            return Ok(false);
        }
        Err(err) => return Err(err),
    };
    for line in journal.lines() {
        if let Some(path) = line.strip_prefix("replaces ") {
            let path = root.join(path);
            // A copy and not a move, so that an interrupted restore can be repeated.
            put(&beside(&path, "back"), &fs::read(beside(&path, "old"))?)?;
            fs::rename(beside(&path, "back"), &path)?;
            settle(&path)?;
        } else if let Some(path) = line.strip_prefix("creates ") {
            remove(&root.join(path))?;
        }
    }
    fs::remove_file(&at)?;
    settle(&at)?;
    sweep(root)?;
    Ok(true)
}

/// Removes the files that interrupted runs left behind.
fn sweep(root: &Path) -> io::Result<()> {
    for directory in [root.to_owned(), root.join("spec")] {
        let Ok(entries) = fs::read_dir(&directory) else {
            continue;
        };
        for entry in entries {
            let name = entry?.file_name();
            let name = name.to_string_lossy();
            if name.starts_with('.')
                && [".update-new", ".update-old", ".update-back"]
                    .iter()
                    .any(|end| name.ends_with(end))
            {
                remove(&directory.join(&*name))?;
            }
        }
    }
    Ok(())
}

/// `spec/x.json` as `spec/.x.json.update-new`.
fn beside(path: &Path, what: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.update-{what}"))
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(err) if err.kind() != io::ErrorKind::NotFound => Err(err),
        _ => Ok(()),
    }
}

/// Syncs the directory of a path, so that renames and removals in it are durable.
fn settle(path: &Path) -> io::Result<()> {
    match path.parent() {
        // Not every system can sync a directory. There the rename alone has to be enough.
        Some(directory) => {
            File::open(directory).map_or(Ok(()), |directory| directory.sync_all().or(Ok(())))
        }
        None => Ok(()),
    }
}
