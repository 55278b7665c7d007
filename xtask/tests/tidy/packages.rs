//! The rules for packages, secrets and continuous integration, each with a planted violation.

use crate::planted;

#[test]
fn a_dependency_without_a_reason_is_found() {
    let check = |text: &str, expected: &str| planted("cli/Cargo.toml", text, expected);
    check("[dependencies]\n# Reads.\nserde = \"1\"\n", "");
    check(
        "[dependencies]\nserde = \"1\"\n",
        "cli/Cargo.toml:2: a comment above `serde` says what it is for",
    );
    check(
        "[target.'cfg(unix)'.dev-dependencies]\n# Reads.\na = \"1\"\nb.workspace = true\n",
        "cli/Cargo.toml:4: a comment above `b` says what it is for",
    );
    check("[package]\nname = \"a\"\n", "");
}

#[test]
fn a_sandbox_that_knows_the_library_is_found() {
    let rule = "the sandbox does not depend on `cpalead`";
    planted(
        "sandbox/Cargo.toml",
        "[dependencies]\n# Types.\ncpalead = \"1\"\n",
        &format!("sandbox/Cargo.toml:3: {rule}"),
    );
    planted(
        "sandbox/Cargo.toml",
        "[dependencies]\n# Types.\nx = { package = \"cpalead\" }\n",
        &format!("sandbox/Cargo.toml:3: {rule}"),
    );
    planted(
        "sandbox/src/lib.rs",
        "//! Owns names.\nuse cpalead::Offer;\n",
        &format!("sandbox/src/lib.rs:2: {rule}"),
    );
}

#[test]
fn a_package_from_elsewhere_is_found() {
    planted(
        "Cargo.lock",
        "source = \"registry+https://mirror.example/index\"\n",
        "Cargo.lock:1: a locked package comes from crates.io",
    );
    planted(
        "Cargo.lock",
        "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n",
        "",
    );
}

#[test]
fn secrets_and_traces_of_a_workplace_are_found() {
    let secret = "spec/a.yaml:1: no secrets, and nothing that looks like one";
    planted("spec/a.yaml", "key: AKIAABCDEFGHIJKLMNOP\n", secret);
    planted("spec/a.yaml", "-----BEGIN PRIVATE KEY-----\n", secret);
    planted("spec/a.yaml", "key: AKIA\n", "");
    let place = "README.md:1: no path, host or note of one workplace";
    planted("README.md", "see /work/main\n", place);
    planted("README.md", "see ../shared/design.md\n", place);
    planted("README.md", "as issue 4 asks\n", place);
    planted("README.md", "from http://crates.build.internal/x\n", place);
    planted("README.md", "https://github.com/a/b, issue 4\n", "");
}

#[test]
fn a_job_that_calls_what_is_not_there_is_found() {
    let check = |line: &str, expected: &str| planted(".github/workflows/ci.yml", line, expected);
    check("run: cargo xtask update-spec --check\n", "");
    check(
        "run: cargo xtask update\n",
        ".github/workflows/ci.yml:1: there is no `cargo xtask update`",
    );
    check(
        "run: cargo nextest run\n",
        ".github/workflows/ci.yml:1: there is no `cargo nextest`",
    );
    check(
        "run: bash .ci/run\n",
        ".github/workflows/ci.yml:1: there is no .ci/run",
    );
}

#[test]
fn an_action_without_a_version_is_found() {
    let check = |line: &str, expected: &str| planted(".github/workflows/ci.yml", line, expected);
    check("- uses: actions/checkout@v5\n", "");
    check(
        "- uses: actions/checkout\n",
        ".github/workflows/ci.yml:1: an action is pinned to a version",
    );
    check(
        "- uses: actions/checkout@main\n",
        ".github/workflows/ci.yml:1: an action is pinned to a version",
    );
}
