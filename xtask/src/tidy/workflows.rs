//! Rules for continuous integration: the commands that it calls exist, and actions are pinned.

use super::tree::{Source, Violation};

/// The commands of cargo and of the tools that this project uses.
const CARGO: [&str; 14] = [
    "bench", "build", "check", "clippy", "doc", "fetch", "fmt", "insta", "metadata", "package",
    "publish", "run", "test", "tree",
];

/// A job that calls a renamed command would fail only when somebody needs it.
pub(super) fn commands(sources: &[Source]) -> Vec<Violation> {
    let tasks = tasks(sources);
    let mut found = Vec::new();
    for source in sources
        .iter()
        .filter(|source| is_workflow(&source.path) || source.path == ".ci/run")
    {
        let code = (1..)
            .zip(source.text.lines())
            .filter(|(_, line)| !line.trim_start().starts_with('#'));
        for (line, text) in code {
            let words: Vec<&str> = text
                .split_whitespace()
                .map(|word| word.trim_matches(['"', '\'', ';', '`', '(', ')']))
                .collect();
            for window in words.windows(2).filter(|window| window[0] == "cargo") {
                let command = window[1];
                if command != "xtask"
                    && !CARGO.contains(&command)
                    && !command.starts_with(['-', '+', '$'])
                {
                    found.push(source.violation(line, format!("there is no `cargo {command}`")));
                }
            }
            for window in words
                .windows(3)
                .filter(|window| window[..2] == ["cargo", "xtask"])
            {
                if !tasks.iter().any(|task| task == window[2]) {
                    found.push(
                        source.violation(line, format!("there is no `cargo xtask {}`", window[2])),
                    );
                }
            }
            for word in words.iter().filter(|word| word.starts_with(".ci/")) {
                if !sources.iter().any(|source| source.path == *word) {
                    found.push(source.violation(line, format!("there is no {word}")));
                }
            }
        }
    }
    found
}

/// The names of the tasks, from the variants of the command line.
fn tasks(sources: &[Source]) -> Vec<String> {
    let main = sources
        .iter()
        .find(|source| source.path == "xtask/src/main.rs");
    let lines = main.into_iter().flat_map(|main| main.text.lines());
    let variants = lines
        .skip_while(|line| !line.starts_with("enum Command"))
        .take_while(|line| *line != "}");
    let names = variants.filter_map(|line| {
        let name = line.trim().split(['(', ',', ' ']).next()?;
        name.starts_with(|c: char| c.is_ascii_uppercase())
            .then_some(name)
    });
    names.map(kebab).collect()
}

fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for (at, c) in name.char_indices() {
        if c.is_ascii_uppercase() && at > 0 {
            kebab.push('-');
        }
        kebab.push(c.to_ascii_lowercase());
    }
    kebab
}

/// An action without a version changes whenever its owner changes it.
pub(super) fn pinned(sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| is_workflow(&source.path)) {
        for (line, text) in (1..).zip(source.text.lines()) {
            let Some((_, action)) = text.split_once("uses:") else {
                continue;
            };
            let version = action
                .split_once('@')
                .map_or("", |(_, version)| version.trim());
            let own = action.trim().starts_with("./");
            if !own && (version.is_empty() || ["main", "master", "latest"].contains(&version)) {
                found.push(source.violation(line, "an action is pinned to a version"));
            }
        }
    }
    found
}

fn is_workflow(path: &str) -> bool {
    path.starts_with(".github/workflows/")
}
