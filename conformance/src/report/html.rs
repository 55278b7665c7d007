//! The report as one page, without scripts. It loads nothing, and its policy says so to the
//! browser.

use maud::{DOCTYPE, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use super::contents::Report;
use crate::base64;

const STYLE: &str = "\
:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-top:1px solid #8888}\
dl{margin:.3rem 0;display:grid;grid-template-columns:6rem 1fr}dd{margin:0;overflow-wrap:anywhere}\
.failed,.broken{font-weight:bold;color:#c00}.warned{color:#a60}";

pub(super) fn write(report: &Report) -> String {
    let hash = base64::encode(&Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
    );
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { "CPAlead conformance: " (report.summary()) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "CPAlead conformance" }
                p { strong { (report.summary()) } }
                p {
                    "Target: " (report.header.target) ". Suite: " (report.header.suite)
                    ". Started: " (report.header.started) ". " (report.basis()) "."
                }
                table {
                    thead { tr { th scope="col" { "Verdict" } th scope="col" { "Requirement" } } }
                    tbody {
                        @for entry in &report.results {
                            tr {
                                td class=(entry.verdict.name()) { (entry.verdict.name()) }
                                td {
                                    code { (entry.id) } br; (entry.says)
                                    @let details = entry.details();
                                    @if !details.is_empty() {
                                        dl {
                                            @for (name, line) in &details { dt { (name) } dd { (line) } }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}
