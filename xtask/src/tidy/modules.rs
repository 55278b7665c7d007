//! Finds out which file of a package imports which other.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::{Named, paths};
use super::pieces::pieces;
use super::tree::Source;

/// One file imports another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Import<'a> {
    /// The path of the file that imports.
    pub(super) from: &'a str,
    pub(super) line: usize,
    /// The path of the file that is imported.
    pub(super) to: &'a str,
}

/// The place of a file in its package: `["values", "text"]` for `src/values/text.rs`.
type Module<'a> = Vec<&'a str>;

/// The folders with a package's source: `src`, `cli/src` and so on.
pub(super) fn packages(sources: &[Source]) -> BTreeSet<&str> {
    sources
        .iter()
        .filter_map(|source| package(source))
        .collect()
}

/// The folder of the package that a Rust file belongs to. Integration tests belong to none.
pub(super) fn package(source: &Source) -> Option<&str> {
    let path = &source.path;
    let folder = match path.find("/src/") {
        Some(at) => &path[..at + 4],
        None => path.starts_with("src/").then_some("src")?,
    };
    source.is_rust().then_some(folder)
}

struct File<'a> {
    path: &'a str,
    named: Vec<Named<'a>>,
}

/// The files of a package, by their place in it.
pub(super) struct Package<'a> {
    files: BTreeMap<Module<'a>, File<'a>>,
    tests: BTreeSet<Module<'a>>,
}

impl<'a> Package<'a> {
    /// The files below a folder such as `cli/src`.
    pub(super) fn new(sources: &'a [Source], folder: &str) -> Self {
        let mut files = BTreeMap::new();
        let mut tests = BTreeSet::new();
        let has_library = sources
            .iter()
            .any(|source| source.path.strip_prefix(folder) == Some("/lib.rs"));
        for source in sources
            .iter()
            .filter(|source| package(source) == Some(folder))
        {
            let below = &source.path[folder.len() + 1..];
            let module = module(below, has_library);
            let paths = paths(&pieces(&source.text));
            tests.extend(paths.test_modules.iter().map(|name| {
                let mut test = module.clone();
                test.push(name);
                test
            }));
            let file = File {
                path: &source.path,
                named: paths.named,
            };
            files.insert(module, file);
        }
        Package { files, tests }
    }

    /// The paths of the files, without those that only hold tests.
    pub(super) fn paths(&self) -> impl Iterator<Item = &'a str> {
        self.without_tests().map(|(_, file)| file.path)
    }

    /// What the files import of each other. Tests may import what they like.
    ///
    /// Generated code is not in the tree, so its imports are not seen.
    pub(super) fn imports(&self) -> BTreeSet<Import<'a>> {
        let mut imports = BTreeSet::new();
        for (module, file) in self.without_tests() {
            let mut aliases: BTreeMap<&str, Module<'_>> = BTreeMap::new();
            for named in &file.named {
                let Some((target, is_module)) = self.target(module, named, &aliases) else {
                    continue;
                };
                if target != *module {
                    imports.insert(Import {
                        from: file.path,
                        line: named.line,
                        to: self.files[&target].path,
                    });
                }
                // `use crate::decode;` allows `decode::json::read()` further down.
                let name = named.alias.or(named.parts.last().copied());
                if let (true, Some(name)) = (is_module, name) {
                    aliases.insert(name, target);
                }
            }
        }
        imports
    }

    fn without_tests(&self) -> impl Iterator<Item = (&Module<'a>, &File<'a>)> {
        self.files
            .iter()
            .filter(|(module, _)| !self.is_test(module))
    }

    fn is_test(&self, module: &[&str]) -> bool {
        (0..=module.len()).any(|length| self.tests.contains(&module[..length]))
    }

    /// The file that a path leads to, and whether the path names the file as a whole.
    fn target(
        &self,
        module: &Module<'a>,
        named: &Named<'a>,
        aliases: &BTreeMap<&str, Module<'a>>,
    ) -> Option<(Module<'a>, bool)> {
        let mut place = module.clone();
        place.extend(&named.within);
        let mut parts = named.parts.as_slice();
        match parts {
            ["crate", rest @ ..] => {
                // A program beside a library is a root without modules.
                let is_program = module.first().is_some_and(|name| name.ends_with(".rs"));
                place.truncate(usize::from(is_program));
                parts = rest;
            }
            ["self" | "super", ..] => {
                while let [first @ ("self" | "super"), rest @ ..] = parts {
                    if *first == "super" {
                        place.pop();
                    }
                    parts = rest;
                }
            }
            [first, rest @ ..] => {
                place.push(first);
                if !self.files.contains_key(&place) {
                    place.clone_from(aliases.get(first)?);
                }
                parts = rest;
            }
            [] => return None,
        }
        while let [next, rest @ ..] = parts {
            place.push(next);
            if !self.files.contains_key(&place) {
                place.pop();
                break;
            }
            parts = rest;
        }
        let is_module = parts.is_empty() && self.files.contains_key(&place);
        while !self.files.contains_key(&place) {
            place.pop()?;
        }
        Some((place, is_module))
    }
}

/// The root is the library, or the program where there is no library.
fn module(below: &str, has_library: bool) -> Module<'_> {
    match below {
        "lib.rs" => Vec::new(),
        "main.rs" if !has_library => Vec::new(),
        "main.rs" => vec![below],
        _ if below.starts_with("bin/") => vec![below],
        _ => below.trim_end_matches(".rs").split('/').collect(),
    }
}
