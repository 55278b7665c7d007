//! Applies `spec/overlay.yaml` to the normal form of a document, by the rules of supplies and
//! corrections.

mod action;
mod supply;

use enumset::EnumSet;
use roas_overlay::apply::{Apply, ApplyOptions};
use roas_overlay::common::apply::{compile_path, locate};
use serde_json::Value;

use super::coverage::{self, Cover};
use super::outcome::{Exit, Problem, plain};
use super::walk;
use action::{Action, Kind};

pub(crate) use action::Overlay;

/// A place where the document differs from a supply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Where, as a JSON pointer into the normal form.
    pub(crate) place: String,
    /// What the document says.
    pub(crate) theirs: String,
    /// What the supply says.
    pub(crate) ours: String,
    /// How much of what the document describes the supply accepts.
    pub(crate) cover: Cover,
}

/// Applies every action in the order written, and returns where supplies differ from the document.
///
/// # Errors
///
/// A target that matches nothing, or a correction whose old value is gone.
pub(crate) fn apply(overlay: &Overlay, document: &mut Value) -> Result<Vec<Difference>, Problem> {
    let before = document.clone();
    let mut found = Vec::new();
    for action in &overlay.actions {
        match &action.kind {
            Kind::Supply => supply(action, document, &mut found)?,
            Kind::Correction { old } => correct(action, old, document)?,
        }
    }
    Ok(found
        .into_iter()
        .map(|raw| Difference {
            cover: if raw.place.contains("/parameters/") && coverage::takes_every_text(&raw.theirs)
            {
                // On the wire a parameter is text, also a number or a list joined by commas.
                Cover::Whole
            } else {
                coverage::cover(document, &raw.ours, &before, &raw.theirs)
            },
            place: plain(&raw.place),
            theirs: plain(&coverage::words(&before, &raw.theirs)).replace('`', "'"),
            ours: coverage::words(document, &raw.ours),
        })
        .collect())
}

fn supply(
    action: &Action,
    document: &mut Value,
    found: &mut Vec<supply::Raw>,
) -> Result<(), Problem> {
    let places = places(action, document)?;
    if places.is_empty() {
        return Err(Problem::failed(format!(
            "spec/overlay.yaml, {action}: the target matches nothing. The normal form always has the paths, \
             parameters and component lists that a supply needs, so the target is misspelt: correct it"
        )));
    }
    if action.inner.is_remove() {
        return strictly(
            action,
            action.inner.update.clone(),
            &action.inner.target,
            document,
        );
    }
    // Each place needs a separate update, because the document's prose at that place is kept.
    for place in places {
        let mut update = action.inner.update.clone().unwrap_or_default();
        if let Some(node) = document.pointer_mut(&place) {
            supply::prepare(node, &mut update, &place, found);
        }
        strictly(action, Some(update), &json_path(&place), document)?;
    }
    Ok(())
}

fn correct(action: &Action, old: &Value, document: &mut Value) -> Result<(), Problem> {
    let places = places(action, document)?;
    if places.is_empty() {
        return Err(Problem::new(
            Exit::Correction,
            format!(
                "spec/overlay.yaml, {action}: the document no longer has what the correction is about. \
                 The provider removed or moved it: delete the correction, or point it at the new place"
            ),
        ));
    }
    for place in &places {
        let now = document.pointer(place).unwrap_or(&Value::Null);
        if let Some((at, wanted, is)) = mismatch(old, now, place) {
            let fixed = action
                .inner
                .update
                .as_ref()
                .is_some_and(|update| mismatch(update, now, place).is_none());
            let advice = if fixed {
                "The provider fixed it: delete the correction"
            } else {
                "The provider changed it to something else: read it, then delete the correction or update its x-old"
            };
            return Err(Problem::new(
                Exit::Correction,
                format!(
                    "spec/overlay.yaml, {action}: the old value is gone. At {at} the correction expects {wanted}, \
                     the document has {is}. {advice}"
                ),
            ));
        }
    }
    // A correction replaces a list, but the merge of the overlay standard would append to it.
    if let Some(Value::Object(update)) = &action.inner.update {
        for place in &places {
            if let Some(Value::Object(node)) = document.pointer_mut(place) {
                node.retain(|key, value| !(value.is_array() && update.contains_key(key)));
            }
        }
    }
    strictly(
        action,
        action.inner.update.clone(),
        &action.inner.target,
        document,
    )
}

fn places(action: &Action, document: &Value) -> Result<Vec<String>, Problem> {
    let path = compile_path(&action.inner.target).map_err(|fault| {
        Problem::failed(format!(
            "spec/overlay.yaml, {action}: the target is not a valid JSONPath: {fault}"
        ))
    })?;
    Ok(locate(document, &path))
}

/// Applies one action with roas-overlay at its strictest.
fn strictly(
    action: &Action,
    update: Option<Value>,
    target: &str,
    document: &mut Value,
) -> Result<(), Problem> {
    let mut inner = action.inner.clone();
    inner.update = update;
    target.clone_into(&mut inner.target);
    let overlay = roas_overlay::v1_1::Overlay {
        actions: vec![inner],
        ..Default::default()
    };
    let options =
        EnumSet::from(ApplyOptions::ErrorOnZeroMatch) | ApplyOptions::ErrorOnMixedKindMatch;
    overlay
        .apply(document, options)
        .map(drop)
        .map_err(|fault| Problem::failed(format!("spec/overlay.yaml, {action}: {}", fault.kind)))
}

/// The first place where `now` differs from `old`, with both values.
fn mismatch(old: &Value, now: &Value, place: &str) -> Option<(String, Value, Value)> {
    match (old, now) {
        (Value::Object(old), Value::Object(now)) => old.iter().find_map(|(key, wanted)| {
            let place = walk::below(place, key);
            match now.get(key) {
                Some(is) => mismatch(wanted, is, &place),
                None => Some((place, wanted.clone(), Value::Null)),
            }
        }),
        (old, now) if old == now => None,
        (old, now) => Some((place.to_owned(), old.clone(), now.clone())),
    }
}

/// The JSONPath of a JSON pointer. A number may be an index or a key, so both are tried.
fn json_path(pointer: &str) -> String {
    let mut path = String::from("$");
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        if token.bytes().all(|byte| byte.is_ascii_digit()) && !token.is_empty() {
            path.push_str(&format!("[{token},'{token}']"));
        } else {
            path.push_str(&format!(
                "['{}']",
                token.replace('\\', "\\\\").replace('\'', "\\'")
            ));
        }
    }
    path
}

#[cfg(test)]
mod tests;
