//! The names at the root of the library: few, and reviewed when they change.

use std::fs;

use xtask::tidy::at_the_root;

use crate::root;

/// A reader of the documentation does not take in more than this.
const MOST: usize = 50;

#[test]
fn the_library_offers_few_names_at_its_root() {
    let library = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let names = at_the_root(&library);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("names_at_the_root", names.join("\n"));
    });
    // A module is where names go that are too many for the root.
    let count = names
        .iter()
        .filter(|name| !name.ends_with(" (module)"))
        .count();
    assert!(
        count <= MOST,
        "{count} names at the root of the library, of at most {MOST}: move some into a public module"
    );
}

#[test]
fn a_name_is_counted_in_every_spelling() {
    let library = "pub mod a;\nmod b;\npub(crate) mod c;\npub use {d, e};\nuse b::F;\n\
                   pub use b::{\n    G, h::{I as J, K},\n};\npub(crate) use b::L;\n\
                   #[cfg(feature = \"m\")]\npub use b::M;\n/// pub use b::N;\n";
    assert_eq!(
        at_the_root(library),
        ["G", "J", "K", "M", "a (module)", "d", "e"]
    );
}
