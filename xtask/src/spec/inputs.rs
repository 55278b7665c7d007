//! Reads the inputs of a run: the files as they are, and the new document with its provenance.

use std::fs;
use std::path::Path;

use super::fetch::{Fetched, fetch, read_all};
use super::options::{Options, World};
use super::outcome::{Exit, Problem};
use super::overlay::Overlay;
use super::provenance::{self, Kind, Provenance};

/// Where the provider publishes its document.
const PUBLISHED: &str = "https://www.cpalead.com/api/openapi.json";
pub(super) const UPSTREAM: &str = "spec/upstream.json";
pub(super) const PROVENANCE: &str = "spec/provenance.toml";
pub(super) const OVERLAY: &str = "spec/overlay.yaml";
pub(super) const EFFECTIVE: &str = "openapi.json";
pub(super) const CHANGELOG: &str = "CHANGELOG.md";

/// The files as they are before a run.
pub(super) struct Tree {
    pub(super) upstream: Vec<u8>,
    pub(super) provenance: Provenance,
    pub(super) overlay: Overlay,
    pub(super) effective: String,
    pub(super) changelog: String,
}

impl Tree {
    pub(super) fn read(root: &Path) -> Result<Self, Problem> {
        let bytes = |path: &str| {
            fs::read(root.join(path))
                .map_err(|err| Problem::failed(format!("cannot read {path}: {err}")))
        };
        let text = |path: &str| {
            String::from_utf8(bytes(path)?)
                .map_err(|_| Problem::failed(format!("{path} is not UTF-8 text")))
        };
        Ok(Self {
            upstream: bytes(UPSTREAM)?,
            provenance: Provenance::read(&text(PROVENANCE)?)?,
            overlay: Overlay::read(&text(OVERLAY)?)?,
            // If one of these is missing or broken, it is written again.
            effective: text(EFFECTIVE).unwrap_or_default(),
            changelog: text(CHANGELOG).unwrap_or_default(),
        })
    }
}

/// A document as it was read, with the record of its source.
pub(super) struct Input {
    pub(super) bytes: Vec<u8>,
    pub(super) source: String,
    pub(super) provenance: Provenance,
    pub(super) up_to_date: String,
}

pub(super) fn read_input(
    root: &Path,
    options: &Options,
    tree: &Tree,
    world: &mut World<'_>,
) -> Result<Input, Problem> {
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
                "--offline opens no socket, but --from {from} needs one; remove one of the two"
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
        // The standing file itself, perhaps edited: its source stays, its fingerprint is computed
        // again.
        let mut input = standing(tree)
            .unwrap_or_else(|_| given(bytes.clone(), Kind::File, UPSTREAM, tree, world));
        input.provenance = Provenance {
            sha256: provenance::sha256(&bytes),
            ..tree.provenance.clone()
        };
        input.bytes = bytes;
        return Ok(input);
    }
    // The file name only, because directories may be private.
    let name = Path::new(from)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Ok(given(bytes, Kind::File, &name, tree, world))
}

/// The standing document, if its fingerprint is the recorded one.
fn standing(tree: &Tree) -> Result<Input, Problem> {
    let found = provenance::sha256(&tree.upstream);
    if found != tree.provenance.sha256 {
        return Err(Problem::unverified(format!(
            "{UPSTREAM} is not the document that {PROVENANCE} records: its sha256 is {found}, but {} was recorded. If it was \
             edited by mistake, run `git checkout -- {UPSTREAM}`; if on purpose, run \
             `cargo xtask update-spec --offline --from {UPSTREAM}`",
            tree.provenance.sha256
        )));
    }
    Ok(Input {
        bytes: tree.upstream.clone(),
        source: UPSTREAM.to_owned(),
        provenance: tree.provenance.clone(),
        up_to_date: format!("Up to date: {EFFECTIVE} matches {UPSTREAM} and {OVERLAY}."),
    })
}

fn download(url: &str, tree: &Tree, world: &World<'_>) -> Result<Input, Problem> {
    let source = url.split(['?', '#']).next().unwrap_or_default().to_owned();
    let up_to_date = format!("Up to date: {source} has not changed.");
    Ok(match fetch(url, Some(&tree.provenance), world.limits)? {
        Fetched::NotModified => Input {
            source,
            up_to_date,
            ..standing(tree)?
        },
        Fetched::Document {
            bytes,
            etag,
            last_modified,
        } => {
            let mut input = given(bytes, Kind::Download, url, tree, world);
            if input.bytes != tree.upstream {
                input.provenance.etag = etag;
                input.provenance.last_modified = last_modified;
            }
            Input {
                source,
                up_to_date,
                ..input
            }
        }
    })
}

/// A document from outside. If it equals the standing one, the recorded source stays.
fn given(bytes: Vec<u8>, kind: Kind, source: &str, tree: &Tree, world: &World<'_>) -> Input {
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
    Input {
        bytes,
        source: source.to_owned(),
        provenance,
        up_to_date: format!("Up to date: {source} is the standing document."),
    }
}
