//! The report for a pull request: the summary, and a table of what did not pass.

use super::contents::Report;
use crate::verdict::Verdict;

pub(super) fn write(report: &Report) -> String {
    let mut out = format!("## Conformance: {}\n\n", escaped(&report.summary()));
    out.push_str(&format!(
        "Target: {}. Suite: {}. Started: {}. {}.\n",
        escaped(&report.header.target),
        escaped(&report.header.suite),
        escaped(&report.header.started),
        escaped(&report.basis()),
    ));
    let judged =
        |verdict: &Verdict| !matches!(verdict, Verdict::Passed | Verdict::Unsupported { .. });
    if report.results.iter().any(|entry| judged(&entry.verdict)) {
        out.push_str("\n| verdict | requirement | details |\n| --- | --- | --- |\n");
    }
    for entry in report.results.iter().filter(|entry| judged(&entry.verdict)) {
        let details: Vec<String> = entry
            .details()
            .iter()
            .map(|(name, line)| format!("{name}: {}", escaped(line)))
            .collect();
        out.push_str(&format!(
            "| {} | {} | {} |\n",
            entry.verdict.name(),
            escaped(&entry.id),
            details.join("<br>")
        ));
    }
    let unsupported: Vec<String> = report
        .results
        .iter()
        .filter(|entry| matches!(entry.verdict, Verdict::Unsupported { .. }))
        .map(|entry| escaped(&entry.id))
        .collect();
    if !unsupported.is_empty() {
        out.push_str(&format!("\nUnsupported: {}.\n", unsupported.join(", ")));
    }
    out
}

/// Punctuation as entities, so that nothing is markup, a mention or a link.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            ' ' | ',' | '.' | ':' | ';' | '-' | '/' | '(' | ')' | '=' | '?' => out.push(c),
            c if c.is_ascii_punctuation() => out.push_str(&format!("&#{};", u32::from(c))),
            c => out.push(c),
        }
    }
    // A scheme makes a link of plain text.
    out.replace("://", ":&#47;/")
}
