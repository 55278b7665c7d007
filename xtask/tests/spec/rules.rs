//! `spec/RULES.md` holds the table of rules that the code defines.

use std::fs;
use std::path::Path;

use xtask::compare::rules_markdown;
use xtask::rules::FILE;

#[test]
fn the_committed_table_of_rules_is_the_one_in_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(FILE);
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == rules_markdown(),
        "{FILE} is out of date; `cargo xtask rules --write` writes it again"
    );
}
