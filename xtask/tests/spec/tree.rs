//! A copy of the files that the pipeline reads and writes, in a temporary directory.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;
use xtask::spec::{Limits, Options, Outcome, Problem, World, update_in};

/// The date of every run in these tests.
pub(crate) const TODAY: &str = "2027-01-02";

/// A tree to run the pipeline in. It is removed when it is dropped.
pub(crate) struct Tree {
    pub(crate) root: PathBuf,
    pub(crate) limits: Limits,
}

impl Tree {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let root =
            std::env::temp_dir().join(format!("cpalead-spec-{}-{number}", std::process::id()));
        fs::create_dir_all(root.join("spec")).unwrap();
        for path in [
            "spec/upstream.json",
            "spec/provenance.toml",
            "spec/overlay.yaml",
            "openapi.json",
        ] {
            fs::copy(home().join(path), root.join(path)).unwrap();
        }
        let limits = Limits {
            time: Duration::from_secs(5),
            ..Limits::default()
        };
        Self { root, limits }
    }

    pub(crate) fn run(&self, options: &Options) -> Result<Outcome, Problem> {
        self.run_with(options, b"")
    }

    pub(crate) fn run_with(&self, options: &Options, input: &[u8]) -> Result<Outcome, Problem> {
        let mut world = World {
            today: TODAY.to_owned(),
            limits: self.limits,
            input: &mut &*input,
            step: &mut |_| {},
            generate: &|_| Ok(Vec::new()),
        };
        update_in(&self.root, options, &mut world)
    }

    /// The options for a document from a file with this content.
    pub(crate) fn from(&self, content: &[u8]) -> Options {
        let path = self.root.join("given.json");
        fs::write(&path, content).unwrap();
        Options {
            from: Some(path.to_string_lossy().into_owned()),
            offline: true,
            ..Options::default()
        }
    }

    pub(crate) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap()
    }

    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.text(path);
        assert!(text.contains(from), "{path} has no {from}");
        fs::write(self.root.join(path), text.replacen(from, to, 1)).unwrap();
    }

    pub(crate) fn effective(&self) -> Value {
        serde_json::from_str(&self.text("openapi.json")).unwrap()
    }

    /// All files that the pipeline may write, including leftovers.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        for directory in ["", "spec/"] {
            for entry in fs::read_dir(self.root.join(directory)).unwrap() {
                let entry = entry.unwrap();
                let name = entry.file_name().to_string_lossy().into_owned();
                if entry.file_type().unwrap().is_file()
                    && name != "given.json"
                    && name != ".update-spec.lock"
                {
                    files.insert(
                        format!("{directory}{name}"),
                        fs::read(entry.path()).unwrap(),
                    );
                }
            }
        }
        files
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// The tree from which this test was built.
pub(crate) fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The provider's standing document, for a test to change.
pub(crate) fn upstream() -> Value {
    serde_json::from_slice(&fs::read(home().join("spec/upstream.json")).unwrap()).unwrap()
}
