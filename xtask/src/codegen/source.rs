//! Runs the client's lowering and generation, and finds single models in the result.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::generate::{JsonSchema, generate};
use crate::lower::lower;

/// The generated source of the client for an effective document, formatted.
///
/// ```
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.json");
/// let document = std::fs::read_to_string(path)?;
/// let source = xtask::codegen::source(&serde_json::from_str(&document)?)?;
/// assert!(xtask::codegen::model(&source, "Offer")?.contains("pub struct Offer"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// A document that the lowering or the generator refuses.
pub fn source(document: &Value) -> Result<String, String> {
    generate(&lower(document)?, JsonSchema::Left)
}

/// What counts as known in the answers of each endpoint, for an effective document.
///
/// # Errors
///
/// A document without the answers' schemas.
pub fn known(document: &Value) -> Result<Value, String> {
    crate::known::known(document, crate::generate::DOMAIN_TYPES)
}

/// A model and its implementations, from the generated source.
///
/// # Errors
///
/// Source that does not parse or does not have the model.
pub fn model(source: &str, name: &str) -> Result<String, String> {
    let file = syn::parse_file(source).map_err(|error| format!("the source: {error}"))?;
    let types = file.items.into_iter().find_map(|item| match item {
        syn::Item::Mod(types) if types.ident == "types" => types.content,
        _ => None,
    });
    let (_, items) = types.ok_or("the generated source has no module `types`")?;
    let items: Vec<syn::Item> = items
        .into_iter()
        .filter(|item| match item {
            syn::Item::Struct(found) => found.ident == name,
            syn::Item::Enum(found) => found.ident == name,
            syn::Item::Impl(found) => is(&found.self_ty, name),
            _ => false,
        })
        .collect();
    if items.is_empty() {
        return Err(format!("the generated source has no model `{name}`"));
    }
    Ok(prettyplease::unparse(&syn::File {
        shebang: None,
        attrs: Vec::new(),
        items,
    }))
}

/// Writes `client.rs` and `lowered.json` for the document at `openapi` to a directory.
///
/// # Errors
///
/// A document that cannot be read or generated from, or a file that cannot be written.
pub fn write(openapi: &Path, out: &Path) -> Result<(), String> {
    let say = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(openapi).map_err(|error| say(openapi, &error))?;
    let document = serde_json::from_str(&text).map_err(|error| say(openapi, &error))?;
    let lowered = lower(&document).map_err(|error| say(openapi, &error))?;
    let client = generate(&lowered, JsonSchema::Left).map_err(|error| say(openapi, &error))?;
    fs::create_dir_all(out).map_err(|error| say(out, &error))?;
    for (name, text) in [
        ("lowered.json", format!("{lowered:#}\n")),
        ("client.rs", client),
    ] {
        let path = out.join(name);
        fs::write(&path, text).map_err(|error| say(&path, &error))?;
    }
    Ok(())
}

fn is(found: &syn::Type, name: &str) -> bool {
    match found {
        syn::Type::Path(found) => found.path.is_ident(name),
        _ => false,
    }
}
