//! Writes the report of a run: for a terminal, for a pull request, for programs.

use serde_json::{Value, json};

use super::coverage::Cover;
use super::outcome::{Exit, Problem, plain};
use super::overlay::Difference;
use crate::compare::Comparison;

/// The form of a report.
///
/// ```
/// assert_eq!(xtask::spec::Form::default(), xtask::spec::Form::Text);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// Lines for a terminal.
    #[default]
    Text,
    /// Markdown for a pull request.
    Md,
    /// JSON for programs.
    Json,
}

/// Everything that a maintainer needs for a decision.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    pub(crate) exit: Exit,
    pub(crate) verdict: String,
    pub(crate) source: String,
    pub(crate) comparison: &'a Comparison,
    pub(crate) differences: &'a [Difference],
    /// The differences that the standing document did not have.
    pub(crate) new_differences: &'a [Difference],
    pub(crate) lacking: &'a [String],
    pub(crate) notes: &'a [String],
}

/// The report of a failed run. As text it is empty, because standard error has the message.
///
/// ```
/// use xtask::spec::{Form, Options, failure, update};
///
/// let from = Some("no/such/file.json".to_owned());
/// let problem = update(&Options { from, ..Options::default() }).unwrap_err();
/// assert_eq!(failure(&problem, Form::Text), "");
/// assert!(failure(&problem, Form::Json).contains("\"status\": 1"));
/// ```
#[must_use]
pub fn failure(problem: &Problem, form: Form) -> String {
    let status = problem.exit.status();
    match form {
        Form::Text => String::new(),
        Form::Md => format!(
            "## The provider's document\n\nThe update failed with status {status}; nothing was written.\n\n\
             {}\n",
            problem.message.replace('<', "&lt;")
        ),
        Form::Json => {
            let report = json!({
                "status": status, "verdict": problem.message, "step": null, "changes": [], "differences": [],
                "lacking": [], "notes": [],
            });
            format!("{report:#}\n")
        }
    }
}

impl Report<'_> {
    /// The report in one of its forms.
    pub(crate) fn write(&self, form: Form) -> String {
        match form {
            Form::Text => self.text(),
            Form::Md => self.markdown(),
            Form::Json => self.json(),
        }
    }

    fn text(&self) -> String {
        let mut out = format!("{}\nsource: {}\n", self.verdict, self.source);
        if !self.comparison.changes.is_empty() {
            out += &format!("\n{}", self.comparison.to_text());
        }
        for (title, lines) in self.sections() {
            out += &format!("\n{title}\n");
            for line in lines {
                out += &format!("  {line}\n");
            }
        }
        out
    }

    fn markdown(&self) -> String {
        let mut out = format!(
            "## The provider's document\n\n{}\n\nSource: `{}`\n\n",
            self.verdict, self.source
        );
        out += &self.comparison.to_markdown();
        for (title, lines) in self.sections() {
            out += &format!(
                "\n<details><summary>{title} ({})</summary>\n\n",
                lines.len()
            );
            for line in lines {
                out += &format!(
                    "- {}\n",
                    line.replace('<', "&lt;").replace(['\n', '\r'], " ")
                );
            }
            out += "\n</details>\n";
        }
        out
    }

    fn json(&self) -> String {
        let mut report: Value =
            serde_json::from_str(&self.comparison.to_json()).unwrap_or_else(|_| json!({}));
        report["status"] = json!(self.exit.status());
        report["verdict"] = json!(self.verdict);
        report["source"] = json!(self.source);
        report["lacking"] = json!(self.lacking);
        report["notes"] = json!(self.notes);
        report["differences"] = self
            .differences
            .iter()
            .map(|one| {
                json!({
                    "place": one.place, "theirs": one.theirs, "ours": one.ours, "covered": one.cover.as_str(),
                    "new": self.new_differences.contains(one),
                })
            })
            .collect();
        format!("{report:#}\n")
    }

    fn sections(&self) -> Vec<(&'static str, Vec<String>)> {
        let outside = |one: &&Difference| one.cover != Cover::Whole;
        let words = |one: &Difference| {
            let new = if self.new_differences.contains(one) {
                "; new"
            } else {
                ""
            };
            format!(
                "{}: the provider says {}, we read {}{new}",
                one.place, one.theirs, one.ours
            )
        };
        let sections = [
            (
                "The provider describes what the overlay does not cover",
                self.differences.iter().filter(outside).map(words).collect(),
            ),
            (
                "The provider differs from the overlay, but within what it covers",
                self.differences
                    .iter()
                    .filter(|one| one.cover == Cover::Whole)
                    .map(words)
                    .collect(),
            ),
            ("Only in the overlay", self.lacking.to_vec()),
            ("Notes", self.notes.to_vec()),
        ];
        sections
            .into_iter()
            .filter(|(_, lines): &(_, Vec<String>)| !lines.is_empty())
            .map(|(title, lines)| (title, lines.iter().map(|line| plain(line)).collect()))
            .collect()
    }
}
