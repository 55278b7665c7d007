//! `cargo xtask infer`: proposes overlay actions for what recorded answers hold and the document
//! lacks. It only prints; a person decides.

mod answers;
mod shape;
mod schema;
mod propose;
mod action;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use answers::Answer;
use shape::Shape;

/// The options of `infer`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// Recorded answers, or folders of them: plain bodies, or recordings of the conformance suite.
    #[arg(required = true, value_name = "FILE|DIR")]
    pub paths: Vec<PathBuf>,
    /// The endpoint of bodies that do not show it: offers, conversions or reversals.
    #[arg(long, value_name = "NAME", value_parser = answers::ENDPOINTS)]
    pub endpoint: Option<String>,
}

/// Prints the proposals for the document of the tree this program was built from.
///
/// # Errors
///
/// A file that cannot be read or is not an answer, with its name.
pub fn run(options: &Options, out: &mut dyn io::Write) -> Result<(), String> {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.json");
    let document =
        std::fs::read_to_string(document).map_err(|error| format!("openapi.json: {error}"))?;
    let document =
        serde_json::from_str(&document).map_err(|error| format!("openapi.json: {error}"))?;
    let answers = answers::read(&options.paths, options.endpoint.as_deref())?;
    out.write_all(proposals(&document, &answers)?.as_bytes())
        .map_err(|error| format!("standard output: {error}"))
}

/// The overlay actions for answers, as YAML for the end of `spec/overlay.yaml`.
fn proposals(document: &Value, answers: &[Answer]) -> Result<String, String> {
    let mut by_endpoint: BTreeMap<&str, Vec<&Answer>> = BTreeMap::new();
    for answer in answers {
        by_endpoint
            .entry(&answer.endpoint)
            .or_default()
            .push(answer);
    }
    let mut text = String::new();
    for (endpoint, answers) in by_endpoint {
        let mut shape = Shape::default();
        for answer in &answers {
            shape.add(&answer.body);
        }
        let evidence = answers::evidence(endpoint, &answers);
        for action in propose::propose(document, endpoint, &shape) {
            text.push_str(&action.to_yaml(&evidence)?);
        }
    }
    if text.is_empty() {
        text.push_str("# The document describes everything that the answers hold.\n");
    }
    Ok(text)
}

/// The OpenAPI schema of a set of JSON values, which accepts each of them.
///
/// ```
/// use serde_json::json;
///
/// let schema = xtask::infer::schema_of(&[json!({ "a": 1 }), json!({ "a": 0.5 })]);
/// assert_eq!(
///     schema,
///     json!({ "type": "object", "properties": { "a": { "type": "number" } } }),
/// );
/// ```
#[must_use]
pub fn schema_of(values: &[Value]) -> Value {
    let mut shape = Shape::default();
    values.iter().for_each(|value| shape.add(value));
    schema::schema(&shape)
}
