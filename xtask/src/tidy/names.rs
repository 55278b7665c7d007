//! Reads off `src/lib.rs` which names the library offers at its root.

use super::paths::paths;
use super::pieces::{Kind, Piece, pieces};

/// The names at the root of a library: its public modules and what it exports, sorted.
///
/// ```
/// let library = "pub mod clock;\nmod error;\npub use error::{Error, Kind as Why};";
/// let names = xtask::tidy::at_the_root(library);
/// assert_eq!(names, ["Error", "Why", "clock (module)"]);
/// ```
#[must_use]
pub fn at_the_root(library: &str) -> Vec<String> {
    let pieces = pieces(library);
    let code: Vec<Piece<'_>> = pieces
        .into_iter()
        .filter(|piece| piece.kind == Kind::Code)
        .collect();
    let mut names = Vec::new();
    let mut is_export = false;
    let exports = code.iter().filter(|piece| {
        is_export |= piece.text.trim_start().starts_with("pub use ");
        let keep = is_export;
        is_export &= !piece.text.contains(';');
        keep
    });
    let exports: Vec<Piece<'_>> = exports.copied().collect();
    for named in paths(&exports).named {
        names.extend(
            named
                .alias
                .or(named.parts.last().copied())
                .map(str::to_owned),
        );
    }
    for piece in &code {
        let module = piece.text.trim().strip_prefix("pub mod ");
        names.extend(
            module.map(|name| format!("{} (module)", name.trim_end_matches([';', '{', ' ']))),
        );
    }
    names.sort();
    names
}
