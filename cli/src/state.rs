//! The directory that keeps the rate limits between runs, and its usual place on each platform.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use crate::args::Global;
use crate::environment::Need;
use crate::failure::Failure;

/// The directory of the rate limits.
///
/// Commands without a key only keep a `Retry-After` of the provider there, so they do not fail if
/// the usual directory cannot be written.
pub(crate) fn directory(global: &Global, need: Need) -> Result<Option<PathBuf>, Failure> {
    if let Some(directory) = &global.state_dir {
        return Ok(Some(directory.clone()));
    }
    let usual = usual_state_dir(|name| env::var_os(name).filter(|value| !value.is_empty()));
    match (usual, need) {
        (None, Need::Key) => Err(Failure::configuration(
            "no directory for the rate limits: give --state-dir DIR or set XDG_STATE_HOME",
        )),
        (Some(directory), Need::Id) => Ok(make(&directory).is_ok().then_some(directory)),
        (usual, _) => Ok(usual),
    }
}

fn make(directory: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

fn usual_state_dir(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |value: &OsStr| Some(PathBuf::from(value)).filter(|path| path.is_absolute());
    let from = |name: &str| variable(name).and_then(|value| absolute(&value));
    if let Some(state) = from("XDG_STATE_HOME") {
        return Some(state.join("cpalead"));
    }
    if cfg!(windows) {
        return from("LOCALAPPDATA").map(|local| local.join("cpalead"));
    }
    let home = from("HOME")?;
    Some(if cfg!(target_os = "macos") {
        home.join("Library/Application Support/cpalead")
    } else {
        home.join(".local/state/cpalead")
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::path::PathBuf;

    use super::usual_state_dir;

    #[track_caller]
    fn check(variables: &[(&str, &str)], expected: Option<&str>) {
        let find = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).into())
        };
        assert_eq!(usual_state_dir(find), expected.map(PathBuf::from));
    }

    #[test]
    fn the_state_directory_is_where_the_desktop_specification_puts_it() {
        check(&[("HOME", "/h")], Some("/h/.local/state/cpalead"));
        check(
            &[("HOME", "/h"), ("XDG_STATE_HOME", "/s")],
            Some("/s/cpalead"),
        );
        // The specification says that a relative directory is ignored.
        check(
            &[("HOME", "/h"), ("XDG_STATE_HOME", "s")],
            Some("/h/.local/state/cpalead"),
        );
        check(&[], None);
    }
}
