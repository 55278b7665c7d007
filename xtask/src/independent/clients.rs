//! Owns the checks in which a generated client reads the sandbox.
//!
//! Each of them generates a client from the document, reads 300 offers, conversions and reversals
//! with it, and compares the values of important fields with the JSON of the same answers.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::process::succeed;
use super::tools::Tools;
use super::workshop::Workshop;

/// How many offers the sandbox has. Each client asks for 300 of them, and CPR offers are not sent.
const OFFERS: u32 = 600;

const GENERATING: Duration = Duration::from_secs(180);

const READING: Duration = Duration::from_secs(120);

pub(super) fn openapi_python_client(workshop: &Workshop, tools: &Tools) -> Result<String, String> {
    let scratch = workshop.scratch("openapi-python-client")?;
    generate_python_client(workshop, tools, &scratch)?;
    let sandbox = workshop.sandbox(OFFERS)?;
    let mut read = tools.python("python");
    read.arg(workshop.script("read_with_python_client.py"));
    read.arg(&sandbox.url).env("PYTHONPATH", scratch);
    Ok(last_line(&succeed(&mut read, READING)?))
}

/// Generates the Python package `generated_client` into a folder.
pub(super) fn generate_python_client(
    workshop: &Workshop,
    tools: &Tools,
    folder: &Path,
) -> Result<(), String> {
    let settings = folder.join("settings.yaml");
    fs::write(
        &settings,
        "package_name_override: generated_client\npost_hooks: []\n",
    )
    .map_err(|error| format!("cannot write {}: {error}", settings.display()))?;
    let mut generate = tools.python("openapi-python-client");
    generate.args(["generate", "--meta", "none", "--fail-on-warning"]);
    generate.arg("--path").arg(workshop.document());
    generate.arg("--config").arg(settings);
    generate
        .arg("--output-path")
        .arg(folder.join("generated_client"));
    succeed(&mut generate, GENERATING).map(drop)
}

pub(super) fn pydantic(workshop: &Workshop, tools: &Tools) -> Result<String, String> {
    let scratch = workshop.scratch("pydantic")?;
    let mut generate = tools.python("datamodel-codegen");
    generate.arg("--input").arg(workshop.document());
    generate.args(["--input-file-type", "openapi", "--formatters", "builtin"]);
    generate.args(["--output-model-type", "pydantic_v2.BaseModel"]);
    generate
        .arg("--output")
        .arg(scratch.join("generated_models.py"));
    succeed(&mut generate, GENERATING)?;

    let sandbox = workshop.sandbox(OFFERS)?;
    let mut read = tools.python("python");
    read.arg(workshop.script("read_with_pydantic.py"));
    read.arg(&sandbox.url).env("PYTHONPATH", scratch);
    Ok(last_line(&succeed(&mut read, READING)?))
}

pub(super) fn openapi_typescript(workshop: &Workshop, tools: &Tools) -> Result<String, String> {
    let scratch = workshop.scratch("openapi-typescript")?;
    let mut generate = tools.node("openapi-typescript/bin/cli.js");
    generate.arg(workshop.document());
    generate.arg("--output").arg(scratch.join("generated.d.ts"));
    succeed(&mut generate, GENERATING)?;

    // The compiler looks for packages in the directories above the program.
    let copied = fs::copy(workshop.script("read.ts"), scratch.join("read.ts")).map(drop);
    copied
        .and_then(|()| fs::write(scratch.join("package.json"), r#"{"type":"module"}"#))
        .and_then(|()| link(&tools.modules(), &scratch.join("node_modules")))
        .map_err(|error| format!("cannot write to {}: {error}", scratch.display()))?;
    let mut compile = tools.node("typescript/bin/tsc");
    compile.args([
        "--strict",
        "--exactOptionalPropertyTypes",
        "--noUncheckedIndexedAccess",
    ]);
    compile.args([
        "--target", "es2022", "--module", "nodenext", "--types", "node", "read.ts",
    ]);
    succeed(compile.current_dir(&scratch), GENERATING)?;

    let sandbox = workshop.sandbox(OFFERS)?;
    let mut read = std::process::Command::new("node");
    read.arg(scratch.join("read.js")).arg(&sandbox.url);
    Ok(last_line(&succeed(&mut read, READING)?))
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(windows)]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(from, to)
}

/// What a script says at its end.
fn last_line(printed: &str) -> String {
    printed.lines().last().unwrap_or_default().to_owned()
}
