//! The report as TAP 14. Warnings and notes are `ok`, with the finding below.

use serde_json::Value;

use super::contents::{Entry, Report};
use crate::verdict::Verdict;

pub(super) fn write(report: &Report) -> String {
    let mut out = "TAP version 14\n".to_owned();
    for (number, entry) in (1..).zip(&report.results) {
        out.push_str(&test(number, entry));
    }
    match report.footer {
        // The plan may stand at the end. Without a plan the test is not complete.
        Some(footer) => out.push_str(&format!("1..{}\n", footer.requirements)),
        None => out.push_str("Bail out! the run was stopped\n"),
    }
    out.push_str(&format!("# {}\n", escaped(&report.summary())));
    out
}

fn test(number: usize, entry: &Entry) -> String {
    let id = escaped(&entry.id);
    let mut out = match &entry.verdict {
        Verdict::Passed | Verdict::Warned(_) | Verdict::Noted(_) => format!("ok {number} - {id}\n"),
        Verdict::Failed(_) | Verdict::Broken { .. } => format!("not ok {number} - {id}\n"),
        other => {
            let why = escaped(&other.reason().unwrap_or_default());
            return format!("ok {number} - {id} # SKIP {why}\n");
        }
    };
    if entry.verdict != Verdict::Passed {
        out.push_str("  ---\n");
        out.push_str(&format!("  verdict: {}\n", entry.verdict.name()));
        let details = entry.details();
        for (name, line) in details.iter().filter(|(name, _)| *name != "repeat") {
            // A JSON string is a quoted string of YAML.
            out.push_str(&format!("  {name}: {}\n", Value::from(line.as_str())));
        }
        out.push_str("  repeat:\n");
        for request in &entry.repeat {
            out.push_str(&format!("    - {}\n", Value::from(request.as_str())));
        }
        out.push_str("  ...\n");
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#")
}
