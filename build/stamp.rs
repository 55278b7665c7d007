//! The stamp of the generated sources: a fingerprint of the document and the program that they are
//! generated from.
//!
//! Only the standard library is used, so that a build without the generator can check it.

use std::fs;
use std::path::Path;

/// The generator, as the head of each generated source names it.
pub(crate) const GENERATOR: &str = "progenitor 0.15.1";

/// The directory of the generated sources, below the root of the package.
pub(crate) const DIRECTORY: &str = "src/generated";

/// The command that writes the generated sources again.
pub(crate) const COMMAND: &str = "cargo xtask update-spec --offline";

/// The files of the generating program, below the root of the package.
const PROGRAM: [&str; 4] = [
    "build/generate.rs",
    "build/known.rs",
    "build/lower.rs",
    "build/stamp.rs",
];

/// Names a difference between an edition of a file for Windows and one for Unix.
const CARRIAGE_RETURN: u8 = b'\r';

/// The stamp of what is generated from `document` by the program below `root`.
pub(crate) fn of(document: &str, root: &Path) -> Result<String, String> {
    let mut hash = fnv(OFFSET, GENERATOR.as_bytes());
    hash = fnv(hash, document.as_bytes());
    for path in PROGRAM {
        let text = fs::read(root.join(path)).map_err(|error| format!("{path}: {error}"))?;
        hash = fnv(hash, &text);
    }
    Ok(format!("{hash:016x}"))
}

/// The stamp in the head of a generated source.
pub(crate) fn found(source: &str) -> Option<&str> {
    source.lines().nth(1)?.trim_end().strip_prefix("// Stamp: ")
}

/// Where FNV-1a with 64 bits begins.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a: no protection against an attacker, who could edit the generated source as well.
fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    let kept = bytes.iter().filter(|byte| **byte != CARRIAGE_RETURN);
    kept.fold(hash, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
