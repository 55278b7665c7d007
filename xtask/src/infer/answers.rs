//! Reads recorded answers: plain bodies, and the recordings of the conformance suite.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use crate::spec;

pub(super) const ENDPOINTS: [&str; 3] = ["offers", "conversions", "reversals"];

/// The largest file that is read.
const LARGEST: u64 = 100 << 20;

/// One answer, and the day of its file.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) endpoint: String,
    pub(super) day: String,
    pub(super) body: Value,
}

/// Reads files, and all `.json` files of folders. Recordings of failures are passed over.
pub(super) fn read(paths: &[PathBuf], endpoint: Option<&str>) -> Result<Vec<Answer>, String> {
    let mut files = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => in_folder(path, &mut files)?,
            false => files.push(path.clone()),
        }
    }
    let mut answers = Vec::new();
    for file in &files {
        answers.extend(answer(file, endpoint).map_err(|fault| cannot(file, &fault))?);
    }
    if answers.is_empty() {
        return Err(
            "there are no answers to infer from: name files or folders with answers".into(),
        );
    }
    Ok(answers)
}

fn cannot(path: &Path, fault: &dyn std::fmt::Display) -> String {
    format!("{}: {fault}", path.display())
}

fn in_folder(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| cannot(folder, &error))?;
    let paths: Result<Vec<_>, _> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect();
    let mut paths = paths.map_err(|error| cannot(folder, &error))?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            in_folder(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    Ok(())
}

fn answer(path: &Path, endpoint: Option<&str>) -> Result<Option<Answer>, String> {
    let about = fs::metadata(path).map_err(|error| error.to_string())?;
    if about.len() > LARGEST {
        return Err(format!(
            "it has {} bytes: expected at most {LARGEST}",
            about.len()
        ));
    }
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let text = text.trim_start_matches('\u{feff}');
    let mut body: Value =
        serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?;
    if body["cpalead_recordings"].is_number() {
        return Ok(None);
    }
    let mut found = endpoint;
    let recording = body["cpalead_recording"].is_number().then(|| body.take());
    if let Some(recording) = &recording {
        let is_success = recording["status"]
            .as_u64()
            .is_some_and(|status| status / 100 == 2);
        let text = recording["body"].as_str().unwrap_or_default();
        let Some(json) = serde_json::from_str(text).ok().filter(|_| is_success) else {
            return Ok(None);
        };
        body = json;
        let asked = recording["path"].as_str().unwrap_or_default();
        found = ENDPOINTS
            .into_iter()
            .find(|name| asked == format!("/api/{name}"));
    }
    let by_folder = || {
        let parts = path.file_stem().into_iter().chain(path.iter().rev());
        let mut parts = parts.filter_map(|part| part.to_str());
        parts.find_map(|part| ENDPOINTS.into_iter().find(|name| *name == part))
    };
    let by_list = || ENDPOINTS.into_iter().find(|name| body.get(*name).is_some());
    let Some(endpoint) = found.or_else(by_list).or_else(by_folder) else {
        return Err(format!(
            "it does not show its endpoint: add --endpoint with one of {}",
            ENDPOINTS.join(", ")
        ));
    };
    let changed = about.modified().ok();
    let seconds = changed.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    Ok(Some(Answer {
        endpoint: endpoint.to_owned(),
        day: spec::day(seconds.map_or(0, |time| time.as_secs())),
        body,
    }))
}

/// What is known of answers: `observed (3 answers, 12,431 rows, 2026-11-20 to 2026-11-25)`. The
/// days are those on which the files were written.
pub(super) fn evidence(endpoint: &str, answers: &[&Answer]) -> String {
    let rows: usize = answers
        .iter()
        .map(|answer| match (&answer.body, &answer.body[endpoint]) {
            (Value::Array(rows), _) | (_, Value::Array(rows)) => rows.len(),
            (_, Value::Object(rows)) => rows.len(),
            _ => 0,
        })
        .sum();
    let days: BTreeSet<&str> = answers.iter().map(|answer| &*answer.day).collect();
    let days = match (days.first(), days.last()) {
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (Some(day), _) => (*day).to_owned(),
        (None, _) => String::new(),
    };
    let answers = counted(answers.len(), "answer");
    format!("observed ({answers}, {}, {days})", counted(rows, "row"))
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(count))
}

/// A number with commas: 12,431.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
