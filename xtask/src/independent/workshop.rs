//! Owns what a check works with: the document, the scripts, a place to write, the programs of the
//! workspace, and the sandbox.

use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::process::{Server, succeed};

/// Building the sandbox includes what it depends on.
const BUILDING: Duration = Duration::from_secs(1200);

const STARTING: Duration = Duration::from_secs(30);

/// The surroundings of all checks of a run.
#[derive(Debug)]
pub(super) struct Workshop {
    root: PathBuf,
    target: PathBuf,
    sample: bool,
    write: bool,
}

/// A target of the workspace that a check runs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Program {
    Sandbox,
    PrismReader,
    Judge,
    Adapter,
}

impl Workshop {
    /// Everything that is written is below `target`, cargo's target directory.
    pub(super) fn new(root: PathBuf, target: PathBuf, sample: bool) -> Workshop {
        Workshop {
            root,
            target,
            sample,
            write: false,
        }
    }

    /// Sets whether generated files are written, and not compared.
    pub(super) fn writing(self, write: bool) -> Workshop {
        Workshop { write, ..self }
    }

    /// One of two numbers: `few` with `--sample`, and `many` without it.
    pub(super) fn size(&self, few: u32, many: u32) -> u32 {
        if self.sample { few } else { many }
    }

    pub(super) fn is_sample(&self) -> bool {
        self.sample
    }

    /// Whether generated files are written.
    pub(super) fn writes(&self) -> bool {
        self.write
    }

    /// The package of the conformance suite.
    pub(super) fn conformance(&self) -> PathBuf {
        self.root.join("conformance")
    }

    /// The adapters of the clients that the suite judges.
    pub(super) fn adapters(&self) -> PathBuf {
        self.conformance().join("adapters")
    }

    pub(super) fn document(&self) -> PathBuf {
        self.root.join("openapi.json")
    }

    /// A script in `xtask/independent`.
    pub(super) fn script(&self, name: &str) -> PathBuf {
        self.root.join("xtask/independent").join(name)
    }

    /// An empty directory for what `check` writes.
    pub(super) fn scratch(&self, check: &str) -> Result<PathBuf, String> {
        let scratch = self.target.join("independent/output").join(check);
        let emptied = match std::fs::remove_dir_all(&scratch) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => std::fs::create_dir_all(&scratch),
        };
        emptied.map_err(|error| format!("cannot empty {}: {error}", scratch.display()))?;
        Ok(scratch)
    }

    /// Starts the sandbox with this many offers, and with a rate limit too short to be noticed.
    pub(super) fn sandbox(&self, offers: u32) -> Result<Server, String> {
        let mut command = self.program(Program::Sandbox)?;
        command.args(["--offers", &offers.to_string()]);
        command.args(["--speed", &u32::MAX.to_string()]);
        Server::start(
            &mut command,
            |line| line.strip_prefix("listening on "),
            STARTING,
        )
    }

    /// Builds a program of the workspace.
    pub(super) fn program(&self, program: Program) -> Result<Command, String> {
        let (kind, name, directory) = match program {
            Program::Sandbox => ("--bin", "cpalead-sandbox", "debug"),
            Program::PrismReader => ("--example", "prism", "debug/examples"),
            Program::Judge => ("--example", "judge", "debug/examples"),
            Program::Adapter => ("--example", "adapter", "debug/examples"),
        };
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        // With the features of a test run of the workspace, so that its builds are used again.
        let features = ["build", "--quiet", "--workspace", "--all-features"];
        succeed(
            Command::new(cargo)
                .current_dir(&self.root)
                .args(features)
                .args([kind, name])
                .arg("--target-dir")
                .arg(&self.target),
            BUILDING,
        )?;
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        Ok(Command::new(self.target.join(directory).join(file)))
    }
}
