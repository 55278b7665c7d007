//! Compares two effective OpenAPI documents: what changed, and what each change means on the wire
//! and to our Rust API.
//!
//! There are two axes because they differ. A renamed operation does not affect a released client,
//! but the next release does not compile against it. A lowered maximum breaks the released client
//! and leaves every signature as it was.
//!
//! Every verdict comes from one table, `compare/rules.rs`, which `cargo xtask rules` prints.
//! The ids are those of oasdiff where it has the rule. The table says where our levels differ from
//! oasdiff's, and why.
//!
//! Architecture invariant: nothing here reads, writes or prints. The schema walk is a work list
//! that visits each pair of schemas once, so that cyclic and hostile documents end. Only `Value`
//! itself is recursive, and the JSON parser limits its depth.

// In reading order: from the document down to single keywords, then what all of them use.
mod document;
mod servers;
mod security;
mod operation;
mod parameter;
mod response;
mod schema;
mod union;
mod keywords;
mod rest;
mod prose;
mod walk;
pub(crate) mod rules;
mod location;
mod refs;
mod text;
mod verdict;
mod change;
mod report;

#[cfg(test)]
mod mutations;
#[cfg(test)]
mod tests;

use serde_json::Value;

pub use change::{Change, Comparison, Level, SERVERS_CHANGED, Step};
pub use rules::markdown as rules_markdown;

/// Compares the standing document with a new one, with all references resolved.
///
/// Neither document has to be valid: a part that is missing or malformed compares as an empty one.
/// A document compared with itself has no change. The order of keys, parameters, tags, enum values
/// and required names does not matter.
///
/// ```
/// use serde_json::json;
/// use xtask::compare::{Level, Step, compare};
///
/// let standing = json!({"servers": [{"url": "https://www.cpalead.com"}]});
/// let new = json!({"servers": [{"url": "https://elsewhere.example"}]});
/// let found = compare(&standing, &new);
///
/// assert_eq!(found.changes[0].id, "servers-changed");
/// assert_eq!(found.wire_level(), Some(Level::Breaking));
/// assert_eq!(found.step(), Step::Major);
/// assert_eq!(found.unaccepted(&["all"]).len(), 1);
/// assert!(found.unaccepted(&["servers-changed"]).is_empty());
/// assert!(compare(&standing, &standing).changes.is_empty());
/// ```
#[must_use]
pub fn compare(standing: &Value, new: &Value) -> Comparison {
    if standing == new {
        // Not for speed: a document that is too deep for the walk still equals itself.
        return Comparison::default();
    }
    walked(standing, new)
}

fn walked(standing: &Value, new: &Value) -> Comparison {
    let mut walk = walk::Walk::new(standing, new);
    document::compare(&mut walk);
    Comparison {
        changes: walk.finish(),
    }
}
