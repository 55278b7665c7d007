//! `cpalead report-bug`: one archive with a recording, the verdicts on it, and the versions.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use cpalead_conformance::{Format, Recordings, Report, contains_secret};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use tempfile::{NamedTempFile, TempDir};

use super::conformance::run::{Judged, Order, judge};
use crate::args::{Global, ReportBugArgs, TargetName};
use crate::failure::Failure;
use crate::output;

pub(crate) async fn run(args: ReportBugArgs, global: &Global) -> Result<(), Failure> {
    let ReportBugArgs {
        target,
        recording,
        file,
        ask,
    } = args;
    if file.exists() {
        return Err(exists(&file));
    }
    let temporary = TempDir::new().map_err(|error| system("make a temporary folder", &error))?;
    let (target, folder, record) = match (target, recording) {
        (Some(TargetName::Replay(folder)), _) | (None, Some(folder)) => {
            (TargetName::Replay(folder.clone()), folder, None)
        }
        (Some(target), _) => {
            let folder = temporary.path().join("recording");
            (target, folder.clone(), Some(folder))
        }
        (None, None) => return Err(Failure::usage("--target or --recording is missing")),
    };
    let order = Order {
        target,
        record,
        ask,
    };
    let Some(Judged { report, secret }) = judge(order, global).await? else {
        return Ok(());
    };
    if report.conclusion().is_none() {
        return Err(Failure::interrupted());
    }
    let files = contents(&report, &folder, secret.as_deref())?;
    pack(&file, &files)?;
    let mut text = format!("{}:\n", file.display());
    for (name, bytes) in &files {
        text.push_str(&format!("{:>9} bytes  {name}\n", bytes.len()));
    }
    let mut verdicts = Vec::new();
    report
        .write(Format::Text, &mut verdicts)
        .map_err(|error| system("write", &error))?;
    let verdicts = String::from_utf8_lossy(&verdicts);
    text.push_str(verdicts.lines().last().unwrap_or_default());
    output::write_text(&format!("{text}\n"))
}

/// The files of the archive. None of them may contain the secret.
fn contents(
    report: &Report,
    folder: &Path,
    secret: Option<&str>,
) -> Result<Vec<(String, String)>, Failure> {
    let refused = |error: cpalead_conformance::Error| Failure::configuration(error.to_string());
    let versions = json!({
        "cpalead": env!("CARGO_PKG_VERSION"),
        "os": std::env::consts::OS,
        "arch": std::env::consts::ARCH,
    });
    let mut files = vec![("versions.json".to_owned(), format!("{versions:#}\n"))];
    for (name, format) in [("report.json", Format::Json), ("report.txt", Format::Text)] {
        let mut bytes = Vec::new();
        let written = report.write(format, &mut bytes);
        written.map_err(|error| system("write the report", &error))?;
        files.push((
            name.to_owned(),
            String::from_utf8_lossy(&bytes).into_owned(),
        ));
    }
    let recordings = Recordings::open(folder, secret).map_err(refused)?;
    for (name, text) in recordings.files().map_err(refused)? {
        files.push((format!("recording/{name}"), text));
    }
    let holds = |text: &str| secret.is_some_and(|secret| contains_secret(text, secret));
    match files.iter().find(|(_, text)| holds(text)) {
        Some((name, _)) => Err(Failure::configuration(format!(
            "{name} would contain the api key, so nothing was written"
        ))),
        None => Ok(files),
    }
}

/// Writes the archive in one step, so that half of it is never seen.
fn pack(path: &Path, files: &[(String, String)]) -> Result<(), Failure> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let failed = |error: io::Error| system(&format!("write {}", path.display()), &error);
    let temporary = NamedTempFile::new_in(folder).map_err(failed)?;
    let packed = GzEncoder::new(temporary, Compression::default());
    let mut archive = tar::Builder::new(packed);
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        let name = format!("cpalead-report/{name}");
        archive
            .append_data(&mut header, name, text.as_bytes())
            .map_err(failed)?;
    }
    let packed = archive.into_inner().map_err(failed)?;
    let mut temporary = packed.finish().map_err(failed)?;
    temporary.flush().map_err(failed)?;
    match temporary.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(exists(path)),
        Err(error) => Err(failed(error.error)),
    }
}

fn exists(path: &Path) -> Failure {
    Failure::usage(format!(
        "{} exists already: give another name with --file",
        path.display()
    ))
}

fn system(what: &str, error: &io::Error) -> Failure {
    Failure::system(format!("cannot {what}: {error}"))
}
