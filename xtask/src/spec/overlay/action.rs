//! Reads the overlay file, more strictly than the standard, so that a typo does not go unnoticed.

use std::fmt;

use roas_overlay::v1_1;
use roas_overlay::validation::Validate;
use serde_json::Value;

use crate::spec::outcome::Problem;

/// The keys of an action that we add to those of the standard.
const OURS: [&str; 4] = ["x-kind", "x-reason", "x-evidence", "x-old"];
const STANDARD: [&str; 5] = ["target", "description", "update", "remove", "copy"];

/// The actions of `spec/overlay.yaml`, in the order written.
#[derive(Clone, Debug)]
pub(crate) struct Overlay {
    pub(super) actions: Vec<Action>,
}

#[derive(Clone, Debug)]
pub(super) struct Action {
    number: usize,
    pub(super) inner: v1_1::Action,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Supply,
    Correction { old: Value },
}

impl Overlay {
    /// Reads an overlay from YAML (or JSON, which YAML includes).
    ///
    /// # Errors
    ///
    /// Text that is not an overlay, an unknown key, an action without its kind, reason or evidence.
    pub(crate) fn read(text: &str) -> Result<Self, Problem> {
        let fault = |what: String| Problem::failed(format!("spec/overlay.yaml: {what}"));
        // Through a YAML value, because that refuses a duplicate key.
        let yaml: yaml_serde::Value =
            yaml_serde::from_str(text).map_err(|err| fault(err.to_string()))?;
        let json = serde_json::to_value(&yaml).map_err(|err| fault(err.to_string()))?;
        let overlay: v1_1::Overlay =
            serde_json::from_value(json.clone()).map_err(|err| fault(err.to_string()))?;
        overlay
            .validate(Default::default())
            .map_err(|err| fault(err.to_string().trim().replace('\n', "; ")))?;
        let raw = json["actions"].as_array().cloned().unwrap_or_default();
        let actions = overlay.actions.into_iter().zip(&raw).enumerate();
        actions
            .map(|(at, (inner, raw))| Action::read(at + 1, inner, raw))
            .collect::<Result<_, _>>()
            .map(|actions| Self { actions })
    }
}

impl Overlay {
    /// The number of actions.
    pub(crate) fn len(&self) -> usize {
        self.actions.len()
    }

    /// The overlay without one of its actions.
    pub(crate) fn without(&self, at: usize) -> Self {
        let mut rest = self.clone();
        rest.actions.remove(at);
        rest
    }

    /// An action as messages name it.
    pub(crate) fn name(&self, at: usize) -> String {
        self.actions[at].to_string()
    }
}

impl Action {
    fn read(number: usize, inner: v1_1::Action, raw: &Value) -> Result<Self, Problem> {
        let mut action = Self {
            number,
            inner,
            kind: Kind::Supply,
        };
        let fault = |what: String| Problem::failed(format!("spec/overlay.yaml, {action}: {what}"));
        for key in raw.as_object().into_iter().flat_map(|map| map.keys()) {
            if !OURS.contains(&key.as_str()) && !STANDARD.contains(&key.as_str()) {
                return Err(fault(format!(
                    "unknown key `{key}`; the keys are {}, {}",
                    STANDARD.join(", "),
                    OURS.join(", ")
                )));
            }
        }
        for key in ["x-reason", "x-evidence"] {
            if raw[key].as_str().is_none_or(|text| text.trim().is_empty()) {
                return Err(fault(format!(
                    "`{key}` is missing; every action needs a reason and evidence"
                )));
            }
        }
        let old = raw.get("x-old").cloned();
        let kind = match (raw["x-kind"].as_str(), old) {
            (Some("supply"), None) => Kind::Supply,
            (Some("supply"), Some(_)) => {
                return Err(fault(
                    "a supply has no `x-old`; only a correction names the old value".to_owned(),
                ));
            }
            (Some("correction"), Some(old)) => Kind::Correction { old },
            (Some("correction"), None) => {
                return Err(fault(
                    "a correction has to name the wrong value in `x-old`".to_owned(),
                ));
            }
            _ => {
                return Err(fault(
                    "`x-kind` has to be `supply` or `correction`".to_owned(),
                ));
            }
        };
        action.kind = kind;
        Ok(action)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "action {} (target {})", self.number, self.inner.target)
    }
}
