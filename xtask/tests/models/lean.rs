//! A build without the generator: what a user's program compiles, and what a stale source says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::root;

/// A package in a temporary directory.
struct Package {
    directory: tempfile::TempDir,
}

impl Package {
    fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
        }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs cargo offline, with the crates that this workspace is built from.
    fn cargo(&self, arguments: &[&str]) -> Output {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Command::new(cargo)
            .args(arguments)
            .arg("--offline")
            .current_dir(self.directory.path())
            .env("CARGO_TARGET_DIR", self.directory.path().join("target"))
            .env_remove("CPALEAD_OPENAPI")
            .output()
            .unwrap()
    }
}

/// The lock file of a program that depends on the library.
#[track_caller]
fn lock_of(dependency: &str) -> String {
    let program = Package::new();
    let root = root().canonicalize().unwrap();
    program.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"program\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\ncpalead = {{ path = {:?}, {dependency} }}\n",
            root.display().to_string()
        ),
    );
    program.write("src/main.rs", "fn main() {}\n");
    let lock = program.directory.path().join("Cargo.lock");
    fs::copy(root.join("Cargo.lock"), &lock).unwrap();
    // Removes the packages that the program does not need.
    let output = program.cargo(&["metadata", "--format-version=1"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    fs::read_to_string(lock).unwrap()
}

#[test]
fn the_lock_file_of_a_lean_program_has_no_generator() {
    let lean = lock_of(r#"default-features = false, features = ["rustls"]"#);
    assert!(lean.contains("name = \"progenitor-client\""), "{lean}");
    for package in ["progenitor", "typify", "openapiv3", "prettyplease"] {
        assert!(
            !lean.contains(&format!("name = \"{package}\"")),
            "{package}"
        );
    }
    let default = lock_of("default-features = true");
    assert!(default.contains("name = \"progenitor\""), "{default}");
}

/// A package that has only the build script of the library, so that it is built in a second.
fn build_script() -> Package {
    let package = Package::new();
    package.write(
        "Cargo.toml",
        "[package]\nname = \"script\"\nedition = \"2024\"\n\n[workspace]\n\n[features]\ngenerate = []\n",
    );
    package.write("src/lib.rs", "");
    let copied = ["build.rs", "openapi.json"].map(PathBuf::from);
    for path in copied
        .into_iter()
        .chain(files("build"))
        .chain(files("src/generated"))
    {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        package.write(&path.to_string_lossy(), &text);
    }
    package
}

fn files(directory: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(directory)).unwrap();
    entries
        .map(|entry| Path::new(directory).join(entry.unwrap().file_name()))
        .collect()
}

#[track_caller]
fn check_refused(change: impl Fn(&Package), message: &str) {
    let package = build_script();
    change(&package);
    let output = package.cargo(&["check", "--quiet"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains(message), "{said}");
}

#[test]
fn the_checked_in_sources_build_without_the_generator() {
    let output = build_script().cargo(&["check", "--quiet"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[test]
fn one_edited_byte_is_found_without_the_generator() {
    let mended_by = "was generated from; run `cargo xtask update-spec --offline` to write it again";
    for path in ["openapi.json", "build/lower.rs"] {
        let edit = |package: &Package| {
            let text = fs::read_to_string(root().join(path)).unwrap();
            package.write(path, &text.replacen('o', "0", 1));
        };
        check_refused(edit, mended_by);
    }
    check_refused(
        |package| package.write("src/generated/known.rs", "// Edited.\n"),
        "src/generated/known.rs was generated from",
    );
}

#[test]
fn line_ends_of_windows_make_no_difference() {
    let package = build_script();
    let text = fs::read_to_string(root().join("openapi.json")).unwrap();
    package.write("openapi.json", &text.replace('\n', "\r\n"));
    let output = package.cargo(&["check", "--quiet"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
