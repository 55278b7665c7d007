//! What a report holds: a header, an entry for each requirement, and a footer if the run came to
//! its end.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Coverage, Requirement, Source};
use crate::feature::Feature;
use crate::verdict::{Evidence, Verdict};

/// The version of the JSON form. `report.schema.json` describes it.
pub(super) const VERSION: u32 = 1;

/// What was judged, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    pub(super) cpalead_conformance_report: u32,
    pub(super) suite: String,
    pub(super) target: String,
    features: Vec<Feature>,
    page: Option<Coverage>,
    pub(super) started: String,
}

/// The verdict on a requirement, with what a reader needs to check it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub(super) id: String,
    pub(super) says: String,
    pub(super) evidence: Evidence,
    pub(super) verdict: Verdict,
    pub(super) source: Vec<Source>,
    pub(super) because: Option<String>,
    pub(super) repeat: Vec<String>,
}

/// How many requirements got which verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Requirements that the target meets.
    pub passed: usize,
    /// Documented requirements that it does not meet.
    pub failed: usize,
    /// Observed requirements that it does not meet.
    pub warned: usize,
    /// Inferred requirements that it does not meet.
    pub noted: usize,
    /// Requirements that could not be judged.
    pub skipped: usize,
    /// Requirements that need a feature which the target lacks.
    pub unsupported: usize,
    /// Requirements for which no answer was available.
    pub broken: usize,
}

/// The end of a report. A report without it is not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Footer {
    pub(super) conclusion: Conclusion,
    pub(super) requirements: usize,
    pub(super) counts: Counts,
}

/// What a report comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Conclusion {
    /// No documented requirement failed, and all that the target supports were judged.
    Conformant,
    /// No documented requirement failed, and some could not be judged.
    Partial,
    /// A documented requirement failed.
    Failed,
    /// The target did not answer, or nothing was judged.
    Inconclusive,
}

/// What a caller takes for a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// No documented requirement failed among those that were judged.
    Judged,
    /// Besides, all requirements that the target supports were judged.
    Complete,
}

impl Conclusion {
    /// The word that reports use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Conclusion::Conformant => "conformant",
            Conclusion::Partial => "partial",
            Conclusion::Failed => "failed",
            Conclusion::Inconclusive => "inconclusive",
        }
    }

    /// The exit code of a program: 0 conformant, 1 a documented requirement failed, 3 inconclusive.
    /// A partial result is 0, or 3 where a complete one is demanded.
    #[must_use]
    pub fn exit_code(self, demand: Demand) -> u8 {
        match (self, demand) {
            (Conclusion::Conformant, _) | (Conclusion::Partial, Demand::Judged) => 0,
            (Conclusion::Failed, _) => 1,
            (Conclusion::Inconclusive, _) | (Conclusion::Partial, Demand::Complete) => 3,
        }
    }
}

impl Counts {
    pub(super) fn of(entries: &[Entry]) -> Counts {
        let mut counts = Counts::default();
        for entry in entries {
            *match entry.verdict {
                Verdict::Passed => &mut counts.passed,
                Verdict::Failed(_) => &mut counts.failed,
                Verdict::Warned(_) => &mut counts.warned,
                Verdict::Noted(_) => &mut counts.noted,
                Verdict::Skipped { .. } => &mut counts.skipped,
                Verdict::Unsupported { .. } => &mut counts.unsupported,
                Verdict::Broken { .. } => &mut counts.broken,
            } += 1;
        }
        counts
    }

    pub(super) fn conclusion(&self) -> Conclusion {
        match self {
            Counts { failed: 1.., .. } => Conclusion::Failed,
            Counts { broken: 1.., .. }
            | Counts {
                passed: 0,
                warned: 0,
                noted: 0,
                ..
            } => Conclusion::Inconclusive,
            Counts { skipped: 1.., .. } => Conclusion::Partial,
            _ => Conclusion::Conformant,
        }
    }

    /// The counts that are not zero, in words.
    fn words(&self) -> String {
        let named = [
            (self.passed, "passed"),
            (self.failed, "failed"),
            (self.warned, "warned"),
            (self.noted, "noted"),
            (self.skipped, "skipped"),
            (self.unsupported, "unsupported"),
            (self.broken, "broken"),
        ];
        let words = named.iter().filter(|(count, _)| *count > 0);
        words
            .map(|(count, name)| format!("{count} {name}"))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

impl Entry {
    pub(crate) fn new(requirement: &Requirement, verdict: Verdict, repeat: Vec<String>) -> Entry {
        Entry {
            id: requirement.id.clone(),
            says: requirement.says.clone(),
            evidence: requirement.evidence,
            verdict,
            source: requirement.sources.clone(),
            because: requirement.because.clone(),
            repeat,
        }
    }

    /// The id of the requirement.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The verdict.
    #[must_use]
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// Where the requirement comes from, in a line.
    fn origin(&self) -> String {
        let quotes = self
            .source
            .iter()
            .map(|source| format!("{}: “{}”", source.part, source.quote));
        let because = self.because.iter().cloned();
        format!(
            "{}: {}",
            self.evidence.name(),
            quotes.chain(because).collect::<Vec<_>>().join("; ")
        )
    }

    /// The lines below a verdict that needs an explanation, each with its name.
    pub(super) fn details(&self) -> Vec<(&'static str, String)> {
        let mut lines = Vec::new();
        if let Some(finding) = self.verdict.finding() {
            lines.push(("expected", finding.expected.clone()));
            lines.push(("got", finding.got.clone()));
            lines.push(("at", finding.at.clone()));
        }
        if let Some(why) = self.verdict.reason() {
            lines.push(("why", why));
        }
        if !matches!(self.verdict, Verdict::Passed | Verdict::Unsupported { .. }) {
            lines.push(("source", self.origin()));
            lines.extend(
                self.repeat
                    .iter()
                    .map(|request| ("repeat", request.clone())),
            );
        }
        lines
    }
}

/// The verdicts of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub(super) header: Header,
    pub(super) results: Vec<Entry>,
    pub(super) footer: Option<Footer>,
}

impl Report {
    pub(crate) fn new(
        target: &str,
        features: &[Feature],
        page: Option<Coverage>,
        started: Timestamp,
        results: Vec<Entry>,
    ) -> Report {
        let header = Header {
            cpalead_conformance_report: VERSION,
            suite: env!("CARGO_PKG_VERSION").to_owned(),
            target: target.to_owned(),
            features: features.to_vec(),
            page,
            started: started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        };
        Report {
            header,
            results,
            footer: None,
        }
    }

    /// The report with a footer.
    pub(crate) fn finished(mut self) -> Report {
        let counts = Counts::of(&self.results);
        self.footer = Some(Footer {
            conclusion: counts.conclusion(),
            requirements: self.results.len(),
            counts,
        });
        self
    }

    /// The entries, in the order of the catalogue.
    #[must_use]
    pub fn results(&self) -> &[Entry] {
        &self.results
    }

    /// How many requirements got which verdict.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts::of(&self.results)
    }

    /// What the report comes to, or none if the run was stopped.
    #[must_use]
    pub fn conclusion(&self) -> Option<Conclusion> {
        self.footer.map(|footer| footer.conclusion)
    }

    /// The line above the last: how many requirements are documented, and how much of the page the
    /// catalogue covers.
    pub(super) fn basis(&self) -> String {
        let is_documented = |entry: &&Entry| entry.evidence == Evidence::Documented;
        let documented = self.results.iter().filter(is_documented).count();
        match self.header.page {
            Some(page) => format!("{documented} documented requirements; catalogue: {page}"),
            None => format!("{documented} documented requirements"),
        }
    }

    /// The last line of a report for people.
    pub(super) fn summary(&self) -> String {
        let counts = self.counts();
        match self.footer {
            None => format!(
                "stopped: no result; {} requirements: {}",
                self.results.len(),
                counts.words()
            ),
            Some(footer) => {
                let name = footer.conclusion.name();
                format!(
                    "{name}: {} requirements: {}",
                    footer.requirements,
                    counts.words()
                )
            }
        }
    }
}
