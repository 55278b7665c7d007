//! Runs the client's lowering and generation.

use std::fmt::Display;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::lower::lower;

/// The sources `client.rs` and `known.rs` for the text of an effective document, with the stamp of
/// the program in `build/` below `root`.
///
/// ```
/// let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
/// let document = std::fs::read_to_string(root.join("openapi.json"))?;
/// let [client, known] = xtask::codegen::generated(root, &document)?;
/// assert!(client.contains("pub struct Offer") && known.contains("static OFFERS"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// A document that the lowering or the generator refuses.
pub fn sources(root: &Path, document: &str) -> Result<[String; 2], String> {
    crate::generate::sources(document, root)
}

/// What counts as known in the answers of each endpoint, for an effective document.
///
/// # Errors
///
/// A document without the answers' schemas.
pub fn known(document: &Value) -> Result<Value, String> {
    crate::known::known(document, crate::generate::DOMAIN_TYPES)
}

/// Writes `client.rs`, `known.rs` and `lowered.json` for the document at `openapi` to a directory.
///
/// # Errors
///
/// A document that cannot be read or generated from, or a file that cannot be written.
pub fn write(root: &Path, openapi: &Path, out: &Path) -> Result<(), String> {
    let say = |path: &Path, error: &dyn Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(openapi).map_err(|error| say(openapi, &error))?;
    let document = serde_json::from_str(&text).map_err(|error| say(openapi, &error))?;
    let lowered = lower(&document).map_err(|error| say(openapi, &error))?;
    let [client, known] = sources(root, &text).map_err(|error| say(openapi, &error))?;
    fs::create_dir_all(out).map_err(|error| say(out, &error))?;
    for (name, text) in [
        ("lowered.json", format!("{lowered:#}\n")),
        ("client.rs", client),
        ("known.rs", known),
    ] {
        let path = out.join(name);
        fs::write(&path, text).map_err(|error| say(&path, &error))?;
    }
    Ok(())
}
