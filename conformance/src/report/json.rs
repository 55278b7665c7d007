//! The report as JSON and as lines of JSON, and its reading.

use std::collections::BTreeSet;
use std::io;

use serde::{Deserialize, Serialize};

use super::contents::{Counts, Entry, Footer, Header, Report, VERSION};
use crate::error::Error;

/// A line of the NDJSON form.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Header(Header),
    Result(Box<Entry>),
    Footer(Footer),
}

pub(super) fn write(report: &Report) -> io::Result<String> {
    let mut text = serde_json::to_string_pretty(report)?;
    text.push('\n');
    Ok(text)
}

pub(super) fn write_lines(report: &Report) -> io::Result<String> {
    let mut out = String::new();
    let entries = report
        .results
        .iter()
        .cloned()
        .map(|entry| Line::Result(Box::new(entry)));
    let lines = [Line::Header(report.header.clone())]
        .into_iter()
        .chain(entries);
    for line in lines.chain(report.footer.map(Line::Footer)) {
        out.push_str(&serde_json::to_string(&line)?);
        out.push('\n');
    }
    Ok(out)
}

impl Report {
    /// Reads a report in JSON or NDJSON.
    ///
    /// # Errors
    ///
    /// When it is not a report, is of another version, has no footer, names a requirement twice, or
    /// does not hold what its footer says.
    pub fn read(text: &str) -> Result<Report, Error> {
        let report = serde_json::from_str(text).or_else(|whole| {
            read_lines(text).ok_or_else(|| Error::new(format!("this is not a report: {whole}")))
        })?;
        check(report)
    }
}

fn read_lines(text: &str) -> Option<Report> {
    let mut lines = text.lines().map(|line| serde_json::from_str(line).ok());
    let Some(Some(Line::Header(header))) = lines.next() else {
        return None;
    };
    let mut report = Report {
        header,
        results: Vec::new(),
        footer: None,
    };
    for line in lines {
        match (line?, report.footer) {
            (Line::Result(entry), None) => report.results.push(*entry),
            (Line::Footer(footer), None) => report.footer = Some(footer),
            _ => return None,
        }
    }
    Some(report)
}

fn check(report: Report) -> Result<Report, Error> {
    let version = report.header.cpalead_conformance_report;
    if version != VERSION {
        return Err(Error::new(format!(
            "this report is of version {version}, and this suite reads {VERSION}"
        )));
    }
    let Some(footer) = report.footer else {
        return Err(Error::new(
            "this report has no footer: its run was stopped, so it is not complete",
        ));
    };
    let mut seen = BTreeSet::new();
    if let Some(entry) = report.results.iter().find(|entry| !seen.insert(&entry.id)) {
        return Err(Error::new(format!("this report names {} twice", entry.id)));
    }
    let counts = Counts::of(&report.results);
    let whole = footer.requirements == report.results.len()
        && footer.counts == counts
        && footer.conclusion == counts.conclusion();
    if !whole {
        return Err(Error::new(
            "this report does not hold what its footer says: it was cut or changed",
        ));
    }
    Ok(report)
}
