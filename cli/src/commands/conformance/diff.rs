//! `conformance diff`: which verdicts changed between two reports.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use cpalead_conformance::Report;
use serde_json::json;

use crate::args::Format;
use crate::failure::Failure;
use crate::output;

/// The largest report that is read, in bytes. One of all requirements has about 100 kB.
const LARGEST: u64 = 16 << 20;

pub(super) fn run(
    before: &Path,
    after: &Path,
    check: bool,
    format: Option<Format>,
) -> Result<(), Failure> {
    let diff = read(before)?.diff(&read(after)?);
    let changes = diff
        .changes
        .iter()
        .map(|change| json!({"id": change.id, "before": change.before, "after": change.after}));
    let text = match format {
        Some(Format::Json) => format!("{}\n", json!(changes.collect::<Vec<_>>())),
        Some(Format::Ndjson) => changes.map(|change| format!("{change}\n")).collect(),
        _ => diff.to_string(),
    };
    output::write_text(&text)?;
    if check && !diff.changes.is_empty() {
        return Err(Failure::verdict(1));
    }
    Ok(())
}

fn read(path: &Path) -> Result<Report, Failure> {
    let shown = path.display();
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_string(&mut text));
    read.map_err(|error| Failure::usage(format!("cannot read {shown}: {error}")))?;
    if text.len() as u64 > LARGEST {
        return Err(Failure::usage(format!(
            "{shown} is larger than {LARGEST} bytes"
        )));
    }
    Report::read(&text).map_err(|error| Failure::usage(format!("{shown}: {error}")))
}
