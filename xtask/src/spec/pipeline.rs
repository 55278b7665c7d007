//! Processes one document from its bytes to the effective form: every step that needs neither disk
//! nor network.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::coverage::Cover;
use super::expected::{OPERATIONS, SCHEMAS};
use super::outcome::{Exit, Problem, plain};
use super::overlay::{self, Difference, Overlay};
use super::{
    check, component_names, convert, format, instead, mend, names, normalize, parse, repair,
    settle, swagger, valid, verify, walk,
};

/// A processed document, with the notes about it.
#[derive(Clone, Debug)]
pub(crate) struct Processed {
    /// The document in its normal form, before the overlay: what the provider says, under our
    /// names.
    pub(crate) normal: Value,
    /// The document that the client is generated from.
    pub(crate) effective: Value,
    /// Its text.
    pub(crate) text: String,
    /// Where supplies differ from the document.
    pub(crate) differences: Vec<Difference>,
    /// Parameters that only the overlay has.
    pub(crate) lacking: Vec<String>,
    /// What was converted, left out or renamed.
    pub(crate) notes: Vec<String>,
}

/// Processes a document. `home` is the origin of the standing one.
///
/// # Errors
///
/// A fault of the document or the overlay, with its place.
pub(crate) fn process(
    bytes: &[u8],
    from: &str,
    overlay: &Overlay,
    home: &str,
) -> Result<Processed, Problem> {
    let mut document = parse::parse(bytes, from)?;
    instead::refuse(&document, from)?;
    let mut notes = repair::repair(&mut document);
    swagger::read(&mut document, &mut notes);
    notes.append(&mut mend::mend(&mut document)?);
    notes.append(&mut component_names::make_valid(&mut document));
    verify::document(&document)?;
    notes.append(&mut convert::convert(&mut document));
    normalize::normalize(&mut document, home, &mut notes)?;
    names::give(&mut document, &mut notes);
    settle::settle(&mut document, &mut notes);
    let normal = document.clone();
    let lacking = names::lacking(&mut document);
    let mut differences = rowless(&normal);
    let bare = document.clone();
    differences.append(&mut overlay::apply(overlay, &mut document)?);
    finish(&mut document, &mut notes).map_err(|problem| blame(overlay, &bare, problem))?;
    Ok(Processed {
        text: format::text(&document),
        normal,
        effective: document,
        differences,
        lacking,
        notes,
    })
}

/// What follows the overlay: the document is checked for the generator and against OpenAPI.
fn finish(document: &mut Value, notes: &mut Vec<String>) -> Result<(), Problem> {
    prune(document);
    check::leave_out_clashes(document, notes);
    check::check(document, notes)?;
    valid::check(document).map_err(|fault| {
        Problem::unverified(format!(
            "the effective document is not valid OpenAPI 3.0: {fault}. Correct it in spec/overlay.yaml"
        ))
    })
}

/// The problem of a document that the overlay was applied to. Where the document is right without
/// one of our actions, that action is at fault.
fn blame(overlay: &Overlay, bare: &Value, problem: Problem) -> Problem {
    let at_fault = (0..overlay.len()).find(|action| {
        let mut document = bare.clone();
        overlay::apply(&overlay.without(*action), &mut document).is_ok()
            && finish(&mut document, &mut Vec::new()).is_ok()
    });
    match at_fault {
        Some(action) => Problem::new(
            Exit::Failed,
            format!(
                "spec/overlay.yaml, {}: the action breaks the document, which is right without it: {}",
                overlay.name(action),
                problem.message
            ),
        ),
        None => problem,
    }
}

/// Responses that are described, but without rows where the client looks for them.
fn rowless(normal: &Value) -> Vec<Difference> {
    let mut differences = Vec::new();
    for ours in OPERATIONS {
        let answer = &normal["components"]["schemas"][ours.response];
        let Some(properties) = answer["properties"]
            .as_object()
            .filter(|map| !map.is_empty())
        else {
            continue;
        };
        if !properties.contains_key(ours.rows) {
            let names: Vec<&str> = properties.keys().map(String::as_str).collect();
            differences.push(Difference {
                place: format!("/components/schemas/{}", ours.response),
                theirs: plain(&format!("an object of {}", names.join(", "))).replace('`', "'"),
                ours: format!("the rows under {}", ours.rows),
                cover: Cover::Nothing,
            });
        }
    }
    differences
}

/// Removes the components that nothing refers to any more, except those with our names.
fn prune(document: &mut Value) {
    let mut used: BTreeSet<String> = SCHEMAS.iter().map(|name| (*name).to_owned()).collect();
    let mut leads: BTreeMap<String, Vec<String>> = BTreeMap::new();
    walk::references(document, &mut |place, reference| {
        let Some(name) = reference
            .strip_prefix("#/components/schemas/")
            .map(str::to_owned)
        else {
            return;
        };
        match place
            .strip_prefix("/components/schemas/")
            .and_then(|rest| rest.split('/').next())
        {
            Some(holder) => leads.entry(holder.to_owned()).or_default().push(name),
            None => {
                used.insert(name);
            }
        }
    });
    let mut open: Vec<String> = used.iter().cloned().collect();
    while let Some(name) = open.pop() {
        for next in leads.remove(&name).into_iter().flatten() {
            if used.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    if let Some(schemas) = walk::components(document) {
        schemas.retain(|name, _| used.contains(name));
    }
}
