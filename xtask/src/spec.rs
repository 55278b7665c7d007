//! The spec pipeline: from the provider's document to the effective one that the client is generated from.

mod canonical;
mod outcome;
mod overlay;
mod shape;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

pub use outcome::{Exit, Outcome, Problem};

/// What `update-spec` was asked to do.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// Where the document comes from: a URL, a file, or - for standard input.
    #[arg(long, value_name = "URL|FILE|-")]
    pub from: Option<String>,
    /// Write nothing; end with status 4 where there is something to write.
    #[arg(long)]
    pub check: bool,
    /// Open no socket: without --from the document is spec/upstream.json.
    #[arg(long)]
    pub offline: bool,
}

/// Takes the provider's document over into the tree this program was built from.
///
/// # Errors
///
/// Whatever keeps the document from being taken over, with the exit status of it.
pub fn update(options: &Options) -> Result<Outcome, Problem> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let from = options
        .from
        .clone()
        .map_or_else(|| root.join("spec/upstream.json"), PathBuf::from);
    let read = |path: &Path| {
        std::fs::read_to_string(path)
            .map_err(|err| Problem::failed(format!("cannot read {}: {err}", path.display())))
    };
    let mut document: Value = serde_json::from_str(&read(&from)?)
        .map_err(|err| Problem::unverified(format!("{} is no JSON: {err}", from.display())))?;
    if document["components"]["schemas"].is_null() {
        document["components"]["schemas"] = json!({});
    }
    let overlay = overlay::Overlay::read(&read(&root.join("spec/overlay.yaml"))?)?;
    overlay::apply(&overlay, &mut document)?;
    let text = canonical::text(&document);
    let standing = std::fs::read_to_string(root.join("openapi.json")).unwrap_or_default();
    let exit = match (text == standing, options.check) {
        (true, _) => Exit::Done,
        (false, true) => Exit::Update,
        (false, false) => {
            std::fs::write(root.join("openapi.json"), &text)
                .map_err(|err| Problem::failed(format!("cannot write openapi.json: {err}")))?;
            Exit::Done
        }
    };
    let report = if exit == Exit::Update {
        "openapi.json is behind: cargo xtask update-spec --offline\n"
    } else {
        ""
    };
    Ok(Outcome {
        exit,
        report: report.to_owned(),
    })
}
