//! The requirements, read from the catalogue and checked against the provider's page.

mod coverage;
mod page;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use toml::Spanned;

pub use self::coverage::Coverage;
use self::page::Page;
use crate::answer::Answer;
use crate::asks;
use crate::cases;
use crate::exchange::Exchange;
use crate::feature::Feature;
use crate::verdict::{Evidence, Outcome, Verdict};

pub(crate) const PAGE: &str = include_str!("../publisher-api.txt");
const FILES: [(&str, &str); 6] = [
    ("general.toml", include_str!("../catalogue/general.toml")),
    ("offers.toml", include_str!("../catalogue/offers.toml")),
    (
        "conversions.toml",
        include_str!("../catalogue/conversions.toml"),
    ),
    (
        "reversals.toml",
        include_str!("../catalogue/reversals.toml"),
    ),
    ("jsonp.toml", include_str!("../catalogue/jsonp.toml")),
    (NOT_RULES, include_str!("../catalogue/not-rules.toml")),
];

/// The file with the sentences of the page that bind nobody.
const NOT_RULES: &str = "not-rules.toml";

/// A quotation from the provider's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The part of the page.
    pub part: String,
    /// The words.
    pub quote: String,
}

/// Something that an answer must be, with its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Its name in words, such as `offers/limit/maximum`.
    pub id: String,
    /// What it demands.
    pub says: String,
    /// How well it is known.
    pub evidence: Evidence,
    /// Where the page says so. Documented requirements have at least one.
    pub sources: Vec<Source>,
    /// Why it is believed, if the page does not say so.
    pub because: Option<String>,
    /// What the target needs.
    pub features: Vec<Feature>,
    /// The exchanges that it judges.
    pub exchanges: Vec<String>,
}

/// All requirements.
#[derive(Debug, Clone)]
pub struct Catalogue {
    requirements: Vec<Requirement>,
    coverage: Coverage,
    uncovered: Vec<String>,
}

/// Why a catalogue was refused: the file, the line and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueError {
    file: String,
    line: usize,
    message: String,
}

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for CatalogueError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Requirements {
    requirement: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    says: String,
    evidence: Evidence,
    #[serde(default)]
    source: Vec<Spanned<Source>>,
    because: Option<String>,
    features: Vec<Feature>,
    exchanges: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NotRules {
    sentence: Vec<Spanned<Sentence>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sentence {
    part: String,
    quote: String,
    because: String,
}

impl Requirement {
    /// Judges exchanges, in the order in which [`exchanges`](Requirement::exchanges) names them.
    #[must_use]
    pub fn judge(&self, exchanges: &[&Exchange]) -> Verdict {
        let answers: Vec<Answer<'_>> = exchanges
            .iter()
            .map(|exchange| Answer::of(exchange))
            .collect();
        self.judge_answers(&answers.iter().collect::<Vec<_>>())
    }

    /// The same, for answers that have been read.
    pub(crate) fn judge_answers(&self, answers: &[&Answer<'_>]) -> Verdict {
        let outcome = cases::of(&self.id).map_or_else(
            || Outcome::nothing("the requirement has no case"),
            |case| cases::judge(case, answers),
        );
        Verdict::of(outcome, self.evidence)
    }
}

impl Catalogue {
    /// The catalogue of this package.
    ///
    /// # Errors
    ///
    /// Never in a released package, because its tests read this catalogue.
    pub fn bundled() -> Result<Catalogue, CatalogueError> {
        let files = FILES.map(|(name, text)| (name.to_owned(), text.to_owned()));
        Catalogue::parse(&files, PAGE, &ON_ANSWERS)
    }

    /// Reads a folder of TOML files in the place of the bundled ones.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, has an unknown key, an id that stands elsewhere, or a quotation
    /// that is not in the page.
    pub fn read(folder: &Path) -> Result<Catalogue, CatalogueError> {
        let failed = |path: &Path, error: std::io::Error| CatalogueError {
            file: path.display().to_string(),
            line: 1,
            message: format!("cannot be read: {error}"),
        };
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(folder).map_err(|error| failed(folder, error))? {
            let path = entry.map_err(|error| failed(folder, error))?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                let text = std::fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
                files.insert(path.display().to_string(), text);
            }
        }
        Catalogue::parse(&files.into_iter().collect::<Vec<_>>(), PAGE, &ON_ANSWERS)
    }

    /// Reads files, and checks them against the page and what they may name.
    pub(crate) fn parse(
        files: &[(String, String)],
        page: &str,
        names: &Names,
    ) -> Result<Catalogue, CatalogueError> {
        let page = Page::read(page);
        let mut requirements: Vec<Requirement> = Vec::new();
        let (mut places, mut others) = (Vec::new(), Vec::new());
        for (file, text) in files {
            let reader = Reader {
                file,
                text,
                page: &page,
                names,
            };
            if file.ends_with(NOT_RULES) {
                for sentence in reader.toml::<NotRules>()?.sentence {
                    let at = sentence.span().start;
                    let Sentence {
                        part,
                        quote,
                        because,
                    } = sentence.into_inner();
                    if because.is_empty() {
                        return Err(reader.error(at, "a sentence without a reason in `because`"));
                    }
                    others.extend(reader.quoted(at, &part, &quote)?);
                }
                continue;
            }
            for entry in reader.toml::<Requirements>()?.requirement {
                let at = entry.span().start;
                let requirement = reader.requirement(at, entry.into_inner(), &mut places)?;
                if requirements.iter().any(|other| other.id == requirement.id) {
                    let message = format!("the id \"{}\" stands twice", requirement.id);
                    return Err(reader.error(at, &message));
                }
                requirements.push(requirement);
            }
        }
        let covered = page.len() - page.untouched(&places).len();
        places.extend(others);
        let uncovered = page.untouched(&places);
        Ok(Catalogue {
            requirements,
            coverage: Coverage {
                rules: covered + uncovered.len(),
                covered,
            },
            uncovered: uncovered.into_iter().map(str::to_owned).collect(),
        })
    }

    /// The requirements, in the order of the catalogue.
    #[must_use]
    pub fn requirements(&self) -> &[Requirement] {
        &self.requirements
    }

    /// The sentences of the page that have neither a requirement nor a reason to be left out.
    #[must_use]
    pub fn uncovered(&self) -> &[String] {
        &self.uncovered
    }

    /// How many rules of the page the requirements quote, whichever of them are selected.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        self.coverage
    }

    /// The requirements whose ids begin with one of the prefixes. Without prefixes, all of them.
    #[must_use]
    pub fn select(&self, prefixes: &[&str]) -> Catalogue {
        let chosen = |requirement: &&Requirement| {
            prefixes.is_empty()
                || prefixes
                    .iter()
                    .any(|prefix| requirement.id.starts_with(prefix))
        };
        Catalogue {
            requirements: self.requirements.iter().filter(chosen).cloned().collect(),
            coverage: self.coverage,
            uncovered: self.uncovered.clone(),
        }
    }
}

/// What requirements may name.
pub(crate) struct Names {
    pub(crate) exchange: fn(&str) -> bool,
    pub(crate) case: fn(&str) -> bool,
}

const ON_ANSWERS: Names = Names {
    exchange: |name| asks::named(name).is_some(),
    case: |id| cases::of(id).is_some(),
};

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    page: &'a Page,
    names: &'a Names,
}

impl Reader<'_> {
    fn error(&self, at: usize, message: &str) -> CatalogueError {
        let before = self.text.get(..at).unwrap_or_default();
        CatalogueError {
            file: self.file.to_owned(),
            line: 1 + before.matches('\n').count(),
            message: message.to_owned(),
        }
    }

    fn toml<T: for<'de> Deserialize<'de>>(&self) -> Result<T, CatalogueError> {
        toml::from_str(self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            self.error(at, error.message())
        })
    }

    /// The places of a quotation, of which there must be one.
    fn quoted(
        &self,
        at: usize,
        part: &str,
        quote: &str,
    ) -> Result<Vec<std::ops::Range<usize>>, CatalogueError> {
        if !self.page.has_part(part) {
            return Err(self.error(at, &format!("the page has no part \"{part}\"")));
        }
        let found = self.page.find(part, quote);
        if found.is_empty() {
            let message =
                format!("the quotation \"{quote}\" is not in the part \"{part}\" of the page");
            return Err(self.error(at, &message));
        }
        Ok(found)
    }

    fn requirement(
        &self,
        at: usize,
        entry: Entry,
        places: &mut Vec<std::ops::Range<usize>>,
    ) -> Result<Requirement, CatalogueError> {
        let id = &entry.id;
        let mut sources = Vec::new();
        for source in entry.source {
            let at = source.span().start;
            let source = source.into_inner();
            places.extend(self.quoted(at, &source.part, &source.quote)?);
            sources.push(source);
        }
        let documented = entry.evidence == Evidence::Documented;
        if documented && sources.is_empty() {
            return Err(self.error(at, &format!("\"{id}\" is documented and quotes nothing")));
        }
        if !documented && entry.because.is_none() {
            let name = entry.evidence.name();
            return Err(self.error(at, &format!("\"{id}\" is {name} and has no `because`")));
        }
        let unknown = entry
            .exchanges
            .iter()
            .find(|name| !(self.names.exchange)(name));
        if let Some(name) = unknown {
            return Err(self.error(
                at,
                &format!("\"{id}\" judges \"{name}\", which is not an exchange"),
            ));
        }
        if entry.exchanges.is_empty() || !(self.names.case)(id) {
            return Err(self.error(
                at,
                &format!("\"{id}\" has no case, or no exchange to judge"),
            ));
        }
        // A keyed exchange needs the key, whatever the requirement is about.
        let mut features = entry.features;
        for ask in entry.exchanges.iter().filter_map(|name| asks::named(name)) {
            features.extend(ask.features);
        }
        features.sort_unstable();
        features.dedup();
        Ok(Requirement {
            id: entry.id,
            says: entry.says,
            evidence: entry.evidence,
            sources,
            because: entry.because,
            features,
            exchanges: entry.exchanges,
        })
    }
}

#[cfg(test)]
mod tests;
