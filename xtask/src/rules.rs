//! `cargo xtask rules`: prints the table of the comparison's rules, or writes it to
//! `spec/RULES.md`.

use std::path::Path;
use std::{fs, io};

use crate::compare::rules_markdown;

/// The file that holds the table, below the root.
pub const FILE: &str = "spec/RULES.md";

/// The options of `rules`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// Write the table to spec/RULES.md instead of printing it.
    #[arg(long)]
    pub write: bool,
}

/// Prints the table to `out`, or writes it to its file in the tree this program was built from.
///
/// # Errors
///
/// The file or `out` cannot be written.
pub fn run(options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let table = rules_markdown();
    if options.write {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        fs::write(root.join(FILE), table)
    } else {
        out.write_all(table.as_bytes())
    }
}
