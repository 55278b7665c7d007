//! Measures what the library costs its users to build: a small program with it, and one with plain
//! reqwest.
//!
//! Both are clean builds in separate directories, with cargo's dev profile and the versions of this
//! workspace's lock file. Crates are fetched before. Each program is built once, because a build
//! takes minutes and a few percent do not matter.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::{Map, Value, json};

/// With the library: one call, and what each offer pays.
const OURS: &str = r#"//! Shows what offers pay.

#[tokio::main(flavor = "current_thread")]
async fn main() -> cpalead::Result<()> {
    let client = cpalead::Client::builder(3_360_001).build()?;
    for offer in &client.offers().limit(5).await? {
        println!("{} {:?}", offer.id(), offer.payout(cpalead::Country::US));
    }
    Ok(())
}
"#;

/// The same without the library, with the usual crates.
const PLAIN: &str = r#"//! Shows what offers pay.

#[derive(Debug, serde::Deserialize)]
struct Answer {
    offers: Vec<Offer>,
}

#[derive(Debug, serde::Deserialize)]
struct Offer {
    id: u64,
    amount: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = "https://www.cpalead.com/api/offers?id=3360001&limit=5";
    let body = reqwest::get(url).await?.error_for_status()?.bytes().await?;
    for offer in serde_json::from_slice::<Answer>(&body)?.offers {
        println!("{} {:?}", offer.id, offer.amount);
    }
    Ok(())
}
"#;

const TOKIO: &str = r#"tokio = { version = "1", features = ["macros", "rt"] }"#;

const REQWEST: &str = r#"reqwest = { version = "0.13.5", default-features = false, features = ["gzip", "rustls"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
"#;

/// Builds both and counts their crates.
pub(super) fn measure(root: &Path) -> Result<Map<String, Value>, String> {
    let home = std::env::temp_dir().join(format!("cpalead-bench-{}", std::process::id()));
    let measured = both(root, &home);
    // A failure does not matter: the directory is temporary.
    let _ = fs::remove_dir_all(&home);
    measured
}

fn both(root: &Path, home: &Path) -> Result<Map<String, Value>, String> {
    let ours = format!(
        "cpalead = {{ path = {:?} }}\n{TOKIO}\n",
        root.display().to_string()
    );
    let plain = format!("{REQWEST}{TOKIO}\n");
    let with = Project::new(root, home.join("with-cpalead"), &ours, OURS)?;
    let without = Project::new(root, home.join("with-reqwest"), &plain, PLAIN)?;
    let (with_seconds, without_seconds) = (with.build()?, without.build()?);
    let (with_crates, without_crates) = (with.crates()?, without.crates()?);
    let rounded = |value: f64| (value * 100.0).round() / 100.0;
    let figures = json!({
        "build_s": rounded(with_seconds),
        "build_plain_s": rounded(without_seconds),
        "build_vs_plain": rounded(with_seconds / without_seconds),
        "build_crates": with_crates,
        "build_plain_crates": without_crates,
    });
    Ok(figures.as_object().cloned().unwrap_or_default())
}

/// A program of one file, with its dependencies fetched.
struct Project {
    directory: PathBuf,
}

impl Project {
    fn new(
        root: &Path,
        directory: PathBuf,
        dependencies: &str,
        main: &str,
    ) -> Result<Self, String> {
        let manifest = format!(
            "[package]\nname = \"program\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{dependencies}"
        );
        let write = || {
            fs::create_dir_all(directory.join("src"))?;
            fs::write(directory.join("Cargo.toml"), manifest)?;
            fs::write(directory.join("src/main.rs"), main)?;
            // Cargo removes unused packages from the copy and keeps the versions of the others.
            fs::copy(root.join("Cargo.lock"), directory.join("Cargo.lock"))
        };
        write().map_err(|error| {
            format!(
                "cannot write the program in {}: {error}",
                directory.display()
            )
        })?;
        let project = Self { directory };
        project.run(&["fetch"])?;
        Ok(project)
    }

    /// Seconds of a clean build.
    fn build(&self) -> Result<f64, String> {
        eprintln!("measuring: a clean build in {}", self.directory.display());
        let begun = Instant::now();
        self.run(&["build", "--offline"])?;
        Ok(begun.elapsed().as_secs_f64())
    }

    /// The number of crates that the program needs at run time or to build, without itself.
    fn crates(&self) -> Result<usize, String> {
        let tree = [
            "tree",
            "--offline",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ];
        let printed = self.run(&tree)?;
        let crates = printed.lines().filter_map(|line| {
            let (name, rest) = line.split_once(' ')?;
            Some((name, rest.split(' ').next()?))
        });
        Ok(crates.collect::<BTreeSet<_>>().len().saturating_sub(1))
    }

    fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let said = self
            .command(arguments)
            .output()
            .map_err(|error| format!("cannot start cargo: {error}"))?;
        let all = arguments.join(" ");
        if !said.status.success() {
            let place = self.directory.display();
            let why = String::from_utf8_lossy(&said.stderr).into_owned();
            return Err(format!("`cargo {all}` failed in {place}: {why}"));
        }
        String::from_utf8(said.stdout)
            .map_err(|error| format!("cannot read what `cargo {all}` printed: {error}"))
    }

    /// Cargo without the settings for builds of this workspace.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = cargo();
        command
            .args(arguments)
            .current_dir(&self.directory)
            .stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PROFILE_")
                || matches!(&*text, "CARGO_INCREMENTAL" | "RUSTFLAGS")
            {
                command.env_remove(name);
            }
        }
        command.env("CARGO_TARGET_DIR", self.directory.join("target"));
        command
    }
}

/// The cargo that runs this program, or the one on the path.
pub(super) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
