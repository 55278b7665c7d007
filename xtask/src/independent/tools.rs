//! Owns the foreign tools: which versions there are, where they are installed, and what happens
//! when Python or Node.js is missing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::outcome::Outcome;
use super::process::succeed;

const VERSIONS: &str = include_str!("../../independent/versions.toml");

const INSTALLING: Duration = Duration::from_secs(600);

/// A language whose package manager installs tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Python,
    Node,
}

impl Tool {
    /// The name in `CPALEAD_TEST_REQUIRE`.
    fn name(self) -> &'static str {
        match self {
            Tool::Python => "python",
            Tool::Node => "node",
        }
    }

    /// What a person installs to get it.
    fn packages(self) -> &'static str {
        match self {
            Tool::Python => "Debian's `python3` and `python3-venv`",
            Tool::Node => "Debian's `nodejs` and `npm`",
        }
    }

    /// The commands that succeed only where the language is installed.
    fn probes(self) -> &'static [&'static [&'static str]] {
        match self {
            Tool::Python => &[&["python3", "-c", "import ensurepip, venv"]],
            Tool::Node => &[&["node", "--version"], &["npm", "--version"]],
        }
    }
}

#[derive(Debug, serde::Deserialize)]
struct Versions {
    python: BTreeMap<String, String>,
    node: BTreeMap<String, String>,
}

/// The directories of the installed tools.
#[derive(Debug)]
pub(super) struct Tools {
    place: PathBuf,
    required: String,
    ready: Vec<Tool>,
}

impl Tools {
    pub(super) fn new(place: &Path, required: &str) -> Tools {
        Tools {
            place: place.to_owned(),
            required: required.to_owned(),
            ready: Vec::new(),
        }
    }

    /// Installs the tools of a language unless they are installed already.
    ///
    /// # Errors
    ///
    /// The outcome of the check that needs them: skipped or failed if the language is missing,
    /// failed if the installation fails.
    pub(super) fn provide(&mut self, tool: Tool) -> Result<(), Outcome> {
        if self.ready.contains(&tool) {
            return Ok(());
        }
        let present = tool.probes().iter().all(|probe| {
            let mut command = Command::new(probe[0]);
            succeed(command.args(&probe[1..]), INSTALLING).is_ok()
        });
        if !present {
            return Err(missing(tool, &self.required));
        }
        self.install(tool).map_err(Outcome::Failed)?;
        self.ready.push(tool);
        Ok(())
    }

    /// A program that pip installed.
    pub(super) fn python(&self, program: &str) -> Command {
        Command::new(self.directory(Tool::Python).join("bin").join(program))
    }

    /// A program that npm installed. It is a script, so Node.js itself is the process: the process
    /// that is ended later is then the one that listens.
    pub(super) fn node(&self, script: &str) -> Command {
        let mut command = Command::new("node");
        command.arg(self.modules().join(script));
        command
    }

    /// The directory of the packages that npm installed.
    pub(super) fn modules(&self) -> PathBuf {
        self.directory(Tool::Node).join("node_modules")
    }

    fn directory(&self, tool: Tool) -> PathBuf {
        self.place.join(tool.name())
    }

    fn install(&self, tool: Tool) -> Result<(), String> {
        let versions: Versions = toml::from_str(VERSIONS)
            .map_err(|error| format!("xtask/independent/versions.toml: {error}"))?;
        let directory = self.directory(tool);
        let stamp = directory.join("installed.json");
        let wanted = match tool {
            Tool::Python => json!(versions.python),
            Tool::Node => json!({ "private": true, "dependencies": versions.node }),
        }
        .to_string();
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        let failed = |error| format!("cannot write to {}: {error}", directory.display());
        fs::create_dir_all(&directory).map_err(failed)?;
        match tool {
            Tool::Python => install_python(&directory, &versions.python)?,
            Tool::Node => {
                fs::write(directory.join("package.json"), &wanted).map_err(failed)?;
                install_node(&directory)?;
            }
        }
        fs::write(stamp, wanted).map_err(failed)
    }
}

fn install_python(directory: &Path, versions: &BTreeMap<String, String>) -> Result<(), String> {
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv", "--clear"]).arg(directory);
    succeed(&mut venv, INSTALLING)?;
    let mut pip = Command::new(directory.join("bin/pip"));
    pip.args(["install", "--quiet"]);
    pip.args(
        versions
            .iter()
            .map(|(name, version)| format!("{name}=={version}")),
    );
    succeed(&mut pip, INSTALLING).map(drop)
}

fn install_node(directory: &Path) -> Result<(), String> {
    let mut npm = Command::new("npm");
    // One of the packages has an installation script that reports the installation to a server.
    npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(directory);
    succeed(&mut npm, INSTALLING).map(drop)
}

/// The outcome of a check whose language is not installed.
fn missing(tool: Tool, required: &str) -> Outcome {
    let name = tool.name();
    let what = format!(
        "{name} is not installed: install {packages}",
        packages = tool.packages()
    );
    if required.split(',').any(|required| required.trim() == name) {
        Outcome::Failed(format!("{what}; CPALEAD_TEST_REQUIRE asks for it"))
    } else {
        Outcome::Skipped(what)
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Tool, VERSIONS, Versions, missing};

    #[test]
    fn every_version_is_exact() {
        let versions: Versions = toml::from_str(VERSIONS).unwrap();
        for (name, version) in versions.python.iter().chain(&versions.node) {
            let parts: Vec<&str> = version.split('.').collect();
            let exact = parts.iter().all(|part| part.parse::<u32>().is_ok());
            assert!(exact && parts.len() == 3, "{name} {version}");
        }
    }

    #[test]
    fn a_missing_language_is_skipped_unless_it_is_required() {
        assert_eq!(
            missing(Tool::Node, "redis,chromium"),
            Outcome::Skipped(
                "node is not installed: install Debian's `nodejs` and `npm`".to_owned()
            )
        );
        assert_eq!(
            missing(Tool::Python, "redis, python"),
            Outcome::Failed(
                "python is not installed: install Debian's `python3` and `python3-venv`; \
                 CPALEAD_TEST_REQUIRE asks for it"
                    .to_owned()
            )
        );
    }
}
