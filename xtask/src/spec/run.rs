//! One run of `update-spec`: where the document comes from, what becomes of it, how the run ends.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use super::carry::{Carried, carry};
use super::fetch::{Fetched, fetch, read_all};
use super::outcome::{Exit, Outcome, Problem};
use super::overlay::{Difference, Overlay};
use super::provenance::{self, Kind, Provenance};
use super::report::{Form, Report};
use super::write::{Planned, restore, write};
use super::{Limits, changelog, held};
use crate::compare::{Comparison, SERVERS_CHANGED, compare};

/// Where the provider publishes its document.
const PUBLISHED: &str = "https://www.cpalead.com/api/openapi.json";
/// The provider's server, for documents that do not name one.
const HOME: &str = "https://www.cpalead.com";

const UPSTREAM: &str = "spec/upstream.json";
const PROVENANCE: &str = "spec/provenance.toml";
const OVERLAY: &str = "spec/overlay.yaml";
const EFFECTIVE: &str = "openapi.json";
const CHANGELOG: &str = "CHANGELOG.md";

/// What `update-spec` was asked to do.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// Where the document comes from: a URL, a file, or - for standard input. Without it, the provider's address.
    #[arg(long, value_name = "URL|FILE|-")]
    pub from: Option<String>,
    /// Write nothing; end with status 4 where there is something to write.
    #[arg(long)]
    pub check: bool,
    /// Open no socket: without --from the document is spec/upstream.json.
    #[arg(long)]
    pub offline: bool,
    /// Take the update in spite of these breaking changes. `all` means all but servers-changed, which has to be named.
    #[arg(long, value_name = "ID,…|all", value_delimiter = ',')]
    pub accept: Vec<String>,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t)]
    pub report: Form,
}

/// What a run takes from the world around it.
pub struct World<'a> {
    /// The day, as YYYY-MM-DD.
    pub today: String,
    /// The bounds of reading.
    pub limits: Limits,
    /// Standard input.
    pub input: &'a mut dyn Read,
    /// Called before each change to the disk.
    pub step: &'a mut dyn FnMut(&str),
}

impl std::fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World")
            .field("today", &self.today)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Takes the provider's document over into the tree this program was built from.
///
/// # Errors
///
/// Whatever keeps the document from being taken over, with the exit status of it.
pub fn update(options: &Options) -> Result<Outcome, Problem> {
    let seconds = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |time| time.as_secs());
    let mut input = io::stdin();
    let mut world = World {
        today: provenance::day(seconds),
        limits: Limits::default(),
        input: &mut input,
        step: &mut |_| {},
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(PathBuf::new, Path::to_owned);
    update_in(&root, options, &mut world)
}

/// Takes the provider's document over into a tree.
///
/// # Errors
///
/// Whatever keeps the document from being taken over, with the exit status of it.
pub fn update_in(
    root: &Path,
    options: &Options,
    world: &mut World<'_>,
) -> Result<Outcome, Problem> {
    let restored = restore(root)?;
    let tree = Tree::read(root)?;
    let taken = take(root, options, &tree, world)?;
    let standing = carry(&tree.upstream, UPSTREAM, &tree.overlay, HOME);
    let home = standing
        .as_ref()
        .map_or_else(|_| HOME.to_owned(), |standing| server(&standing.normal));
    let ours = taken.bytes == tree.upstream;
    let mut new = if ours {
        standing.clone()?
    } else {
        carry(&taken.bytes, &taken.source, &tree.overlay, &home)?
    };
    if restored {
        new.notes.push(
            "an earlier run was ended while it wrote; its files were put back first".to_owned(),
        );
    }
    let effective: Value = serde_json::from_str(&tree.effective).unwrap_or_default();
    let mut comparison = compare(&effective, &new.effective);
    let new_differences = new_differences(
        standing.as_ref().ok().filter(|_| !ours),
        &new.differences,
        ours,
    );
    if let (false, Ok(standing)) = (ours, &standing) {
        held::add(&mut comparison, &standing.normal, &new.normal);
        held::add_uncovered(&mut comparison, &new_differences);
    }

    // What we edited ourselves is for a reviewer to judge; only what the provider changed waits to be accepted here.
    let refused = if ours {
        Vec::new()
    } else {
        comparison.unaccepted(&options.accept)
    };
    let files = files(&tree, &taken, &new, &comparison, ours, world);
    let exit = match (refused.is_empty(), files.is_empty(), options.check) {
        (false, ..) => Exit::Breaking,
        (true, false, true) => Exit::Update,
        _ => Exit::Done,
    };
    let verdict = match exit {
        Exit::Breaking => breaking(
            &refused
                .iter()
                .map(|change| change.id.as_str())
                .collect::<Vec<_>>(),
            options,
        ),
        Exit::Update if ours => format!(
            "{} is out of date; `cargo xtask update-spec --offline` writes it anew",
            stale(&files)
        ),
        Exit::Update => format!(
            "An update is there; `{}` takes it.",
            command(options, &options.accept)
        ),
        _ if files.is_empty() => taken.up_to_date.clone(),
        _ => {
            let names: Vec<&str> = files.iter().map(|file| file.path).collect();
            write(root, &files, world.step)?;
            format!("Applied: wrote {}.", names.join(", "))
        }
    };
    let report = Report {
        exit,
        verdict,
        source: taken.source.clone(),
        comparison: &comparison,
        differences: &new.differences,
        new_differences: &new_differences,
        lacking: &new.lacking,
        notes: &new.notes,
    };
    Ok(Outcome {
        exit,
        report: report.write(options.report),
    })
}

/// The files as they stand.
struct Tree {
    upstream: Vec<u8>,
    provenance: Provenance,
    overlay: Overlay,
    effective: String,
    changelog: String,
}

impl Tree {
    fn read(root: &Path) -> Result<Self, Problem> {
        let bytes = |path: &str| {
            fs::read(root.join(path))
                .map_err(|err| Problem::failed(format!("cannot read {path}: {err}")))
        };
        let text = |path: &str| {
            String::from_utf8(bytes(path)?)
                .map_err(|_| Problem::failed(format!("{path} is no UTF-8 text")))
        };
        Ok(Self {
            upstream: bytes(UPSTREAM)?,
            provenance: Provenance::read(&text(PROVENANCE)?)?,
            overlay: Overlay::read(&text(OVERLAY)?)?,
            // What is missing or broken here is written anew.
            effective: text(EFFECTIVE).unwrap_or_default(),
            changelog: text(CHANGELOG).unwrap_or_default(),
        })
    }
}

/// A document as it was taken, with what will be said of where it came from.
struct Taken {
    bytes: Vec<u8>,
    source: String,
    provenance: Provenance,
    up_to_date: String,
}

fn take(
    root: &Path,
    options: &Options,
    tree: &Tree,
    world: &mut World<'_>,
) -> Result<Taken, Problem> {
    let from = match &options.from {
        Some(from) => from.as_str(),
        None if options.offline => return standing(tree),
        None => PUBLISHED,
    };
    let address = from.contains("://");
    if address && options.offline {
        return Err(Problem::new(
            Exit::Usage,
            format!(
                "--offline opens no socket, and --from {from} needs one; leave one of the two out"
            ),
        ));
    }
    if address {
        return download(from, tree, world);
    }
    if from == "-" {
        let bytes = read_all(&mut *world.input, "standard input", world.limits)?;
        return Ok(given(bytes, Kind::Stdin, "standard input", tree, world));
    }
    let file = fs::File::open(from)
        .map_err(|err| Problem::failed(format!("cannot read {from}: {err}")))?;
    let bytes = read_all(file, from, world.limits)?;
    let same = |path: &Path| path.canonicalize().ok();
    if same(Path::new(from)) == same(&root.join(UPSTREAM)) {
        // The file itself, perhaps edited: where it came from stays, and its fingerprint follows.
        let mut taken = standing(tree)
            .unwrap_or_else(|_| given(bytes.clone(), Kind::File, UPSTREAM, tree, world));
        taken.provenance = Provenance {
            sha256: provenance::sha256(&bytes),
            ..tree.provenance.clone()
        };
        taken.bytes = bytes;
        return Ok(taken);
    }
    // A person's directories are nobody's business.
    let name = Path::new(from)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Ok(given(bytes, Kind::File, &name, tree, world))
}

/// The document that stands, if it is what its provenance says.
fn standing(tree: &Tree) -> Result<Taken, Problem> {
    let found = provenance::sha256(&tree.upstream);
    if found != tree.provenance.sha256 {
        return Err(Problem::unverified(format!(
            "{UPSTREAM} is not the document that {PROVENANCE} speaks of: its sha256 is {found}, and {} was recorded. If it was \
             edited by mistake, `git checkout -- {UPSTREAM}`; if on purpose, `cargo xtask update-spec --offline --from {UPSTREAM}`",
            tree.provenance.sha256
        )));
    }
    Ok(Taken {
        bytes: tree.upstream.clone(),
        source: UPSTREAM.to_owned(),
        provenance: tree.provenance.clone(),
        up_to_date: format!("Up to date: {EFFECTIVE} is what {UPSTREAM} and {OVERLAY} make."),
    })
}

fn download(url: &str, tree: &Tree, world: &World<'_>) -> Result<Taken, Problem> {
    let source = url.split(['?', '#']).next().unwrap_or_default().to_owned();
    let up_to_date = format!("Up to date: {source} has nothing new.");
    Ok(match fetch(url, Some(&tree.provenance), world.limits)? {
        Fetched::NotModified => Taken {
            source,
            up_to_date,
            ..standing(tree)?
        },
        Fetched::Document {
            bytes,
            etag,
            last_modified,
        } => {
            let mut taken = given(bytes, Kind::Download, url, tree, world);
            if taken.bytes != tree.upstream {
                taken.provenance.etag = etag;
                taken.provenance.last_modified = last_modified;
            }
            Taken {
                source,
                up_to_date,
                ..taken
            }
        }
    })
}

/// A document from outside. If it is the one we have, it came from where that came from.
fn given(bytes: Vec<u8>, kind: Kind, source: &str, tree: &Tree, world: &World<'_>) -> Taken {
    let provenance = if bytes == tree.upstream {
        tree.provenance.clone()
    } else {
        Provenance {
            kind,
            source: source.to_owned(),
            date: world.today.clone(),
            sha256: provenance::sha256(&bytes),
            etag: None,
            last_modified: None,
        }
    };
    Taken {
        bytes,
        source: source.to_owned(),
        provenance,
        up_to_date: format!("Up to date: {source} is the document we have."),
    }
}

fn server(document: &Value) -> String {
    document["servers"][0]["url"]
        .as_str()
        .unwrap_or(HOME)
        .to_owned()
}

fn new_differences(standing: Option<&Carried>, new: &[Difference], ours: bool) -> Vec<Difference> {
    let known =
        |one: &&Difference| standing.is_some_and(|standing| standing.differences.contains(one));
    if ours {
        Vec::new()
    } else {
        new.iter().filter(|one| !known(one)).cloned().collect()
    }
}

/// The files that differ from what they should be.
fn files(
    tree: &Tree,
    taken: &Taken,
    new: &Carried,
    comparison: &Comparison,
    ours: bool,
    world: &World<'_>,
) -> Vec<Planned> {
    let mut files = Vec::new();
    let mut plan = |path: &'static str, differs: bool, bytes: Vec<u8>| {
        if differs {
            files.push(Planned { path, bytes });
        }
    };
    plan(UPSTREAM, !ours, taken.bytes.clone());
    plan(
        PROVENANCE,
        taken.provenance != tree.provenance,
        taken.provenance.text().into_bytes(),
    );
    if !ours && !comparison.changes.is_empty() {
        let text = changelog::with(&tree.changelog, &world.today, &comparison.changelog());
        plan(CHANGELOG, true, text.into_bytes());
    }
    plan(
        EFFECTIVE,
        new.text != tree.effective,
        new.text.clone().into_bytes(),
    );
    files
}

fn stale(files: &[Planned]) -> String {
    let names: Vec<&str> = files.iter().map(|file| file.path).collect();
    names.join(" and ")
}

fn breaking(ids: &[&str], options: &Options) -> String {
    let mut unique: Vec<&str> = ids.to_vec();
    unique.sort_unstable();
    unique.dedup();
    let host = if unique.contains(&SERVERS_CHANGED) {
        " The server has changed: a client that carries a key goes nowhere new unless a person says so, and `all` does not \
         say it."
    } else {
        ""
    };
    let accepted: Vec<String> = options
        .accept
        .iter()
        .cloned()
        .chain(unique.iter().map(|id| (*id).to_owned()))
        .collect();
    format!(
        "The update is breaking and was not accepted: {}.{host} Nothing was written; `{}` takes it.",
        unique.join(", "),
        command(options, &accepted)
    )
}

fn command(options: &Options, accepted: &[String]) -> String {
    let from = options
        .from
        .as_ref()
        .map_or_else(String::new, |from| format!(" --from {from}"));
    let offline = if options.offline { " --offline" } else { "" };
    let accept = if accepted.is_empty() {
        String::new()
    } else {
        format!(" --accept {}", accepted.join(","))
    };
    format!("cargo xtask update-spec{offline}{from}{accept}")
}
