//! The report for a terminal: a line for each requirement, details below it, and the summary last.

use super::contents::Report;

pub(super) fn write(report: &Report) -> String {
    let mut out = format!(
        "target: {}, started {}\n\n",
        report.header.target, report.header.started
    );
    for entry in &report.results {
        out.push_str(&format!("{:<11} {}\n", entry.verdict.name(), entry.id));
        for (name, line) in entry.details() {
            out.push_str(&format!("            {name:<8} {line}\n"));
        }
    }
    out.push_str(&format!("\n{}\n{}\n", report.basis(), report.summary()));
    out
}
