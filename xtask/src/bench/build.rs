//! Measures what the library costs its users to build: a small program with it, one with it but
//! without the generator, and one with plain reqwest.
//!
//! All are clean builds in separate directories, with cargo's dev profile and the versions of this
//! workspace's lock file. Crates are fetched before. Each program is built once, because a build
//! takes minutes and a few percent do not matter. Seconds are those of the processors, which hardly
//! depend on what else the machine does. Linux tells them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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

/// Builds all three and counts their crates.
pub(super) fn measure(root: &Path) -> Result<Map<String, Value>, String> {
    let home = std::env::temp_dir().join(format!("cpalead-bench-{}", std::process::id()));
    let measured = all(root, &home);
    // A failure does not matter: the directory is temporary.
    let _ = fs::remove_dir_all(&home);
    measured
}

fn all(root: &Path, home: &Path) -> Result<Map<String, Value>, String> {
    let path = root.display().to_string();
    let ours = format!("cpalead = {{ path = {path:?} }}\n{TOKIO}\n");
    let lean = format!(
        "cpalead = {{ path = {path:?}, default-features = false, features = [\"rustls\"] }}\n{TOKIO}\n"
    );
    let plain = format!("{REQWEST}{TOKIO}\n");
    let with = Project::new(root, home.join("with-cpalead"), &ours, OURS)?;
    let lean = Project::new(root, home.join("without-generator"), &lean, OURS)?;
    let plain = Project::new(root, home.join("with-reqwest"), &plain, PLAIN)?;
    let (with_seconds, lean_seconds, plain_seconds) =
        (with.build()?, lean.build()?, plain.build()?);
    let (with_crates, lean_crates, plain_crates) =
        (with.crates()?, lean.crates()?, plain.crates()?);
    let rounded = |value: f64| (value * 100.0).round() / 100.0;
    let figures = json!({
        "build_s": rounded(with_seconds),
        "build_lean_s": rounded(lean_seconds),
        "build_plain_s": rounded(plain_seconds),
        "build_vs_plain": rounded(with_seconds / plain_seconds),
        "build_lean_vs_plain": rounded(lean_seconds / plain_seconds),
        "build_crates": with_crates,
        "build_lean_crates": lean_crates,
        "build_plain_crates": plain_crates,
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

    /// Seconds of processor time of a clean build.
    fn build(&self) -> Result<f64, String> {
        eprintln!("measuring: a clean build in {}", self.directory.display());
        let before = processor_seconds()?;
        self.run(&["build", "--offline"])?;
        Ok(processor_seconds()? - before)
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

/// The processor time of all processes that this one has started and that have ended.
///
/// Linux tells it in `/proc/self/stat`, in hundredths of a second.
fn processor_seconds() -> Result<f64, String> {
    let stat = fs::read_to_string("/proc/self/stat").map_err(|error| {
        format!("the processor time of a build is only known on Linux: {error}")
    })?;
    // The name of the program stands in brackets and may contain blanks.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks: Vec<u64> = fields
        .split_whitespace()
        .skip(CHILDREN)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    match ticks[..] {
        [user, system] => Ok((user + system) as f64 / 100.0),
        _ => Err("/proc/self/stat has another format than expected".to_owned()),
    }
}

/// How many fields stand between the program's name and the time of ended children.
const CHILDREN: usize = 13;

/// The cargo that runs this program, or the one on the path.
pub(super) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
