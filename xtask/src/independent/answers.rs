//! Owns the check in which ajv validates the answers of the sandbox against the document.

use std::process::Command;
use std::time::Duration;

use super::process::succeed;
use super::tools::Tools;
use super::workshop::Workshop;

/// Enough that every form of every field is among them.
const OFFERS: u32 = 1_500;

const VALIDATING: Duration = Duration::from_secs(120);

pub(super) fn ajv(workshop: &Workshop, tools: &Tools) -> Result<String, String> {
    let sandbox = workshop.sandbox(OFFERS)?;
    let mut validate = Command::new("node");
    validate.arg(workshop.script("validate.cjs"));
    validate.arg(workshop.document()).arg(&sandbox.url);
    validate.env("NODE_PATH", tools.modules());
    Ok(succeed(&mut validate, VALIDATING)?.trim_end().to_owned())
}
