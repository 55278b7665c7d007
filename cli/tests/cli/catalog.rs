//! `catalog`: what it keeps, what it chooses from the kept offers, and what it refuses.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use cpalead_sandbox::Sandbox;
use tempfile::TempDir;

use crate::support::{Outcome, Run, Server, cpalead, signal};

/// A sandbox, and a state directory for its offers.
struct Kept {
    sandbox: Sandbox,
    state: TempDir,
}

impl Kept {
    fn new() -> Kept {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let builder = Sandbox::builder().offers(200);
        Kept {
            sandbox: runtime.block_on(builder.start()).unwrap(),
            state: TempDir::new().unwrap(),
        }
    }

    fn synced() -> Kept {
        let kept = Kept::new();
        kept.run("sync").ends_with(0);
        kept
    }

    fn run(&self, words: &str) -> Run {
        cpalead(&format!("catalog {words}"))
            .arg("--state-dir")
            .arg(self.state.path())
            .env("CPALEAD_PUBLISHER_ID", "3360001")
            .env("CPALEAD_BASE_URL", self.sandbox.base_url())
    }

    fn calls(&self) -> usize {
        self.sandbox.requests().len()
    }

    /// The files of kept offers.
    fn files(&self) -> Vec<PathBuf> {
        let Ok(files) = fs::read_dir(self.state.path().join("catalog")) else {
            return Vec::new();
        };
        let paths = files.map(|file| file.unwrap().path());
        paths
            .filter(|path| path.extension().is_some_and(|end| end == "catalog"))
            .collect()
    }
}

fn ids(outcome: &Outcome) -> Vec<u64> {
    let rows = outcome.json();
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row["id"].as_u64().unwrap()).collect()
}

#[test]
fn kept_offers_are_shown_without_a_call() {
    let kept = Kept::new();
    let synced = kept.run("sync").ends_with(0);
    assert!(
        synced.err.contains("full pull: generation 1 has"),
        "{}",
        synced.err
    );
    assert_eq!(kept.calls(), 1);

    let status = kept.run("status").ends_with(0).json();
    let all = ids(&kept.run("show").ends_with(0));
    assert_eq!(status["offers"], all.len());
    assert_eq!(status["generation"], 1);
    assert_eq!(kept.calls(), 1);

    // The next sync asks for what changed.
    let again = kept.run("sync").ends_with(0);
    assert!(
        again.err.contains("increment: nothing changed"),
        "{}",
        again.err
    );
    assert_eq!(kept.calls(), 2);
}

#[test]
fn the_offers_of_a_country_and_a_device_are_those_that_run_there() {
    let kept = Kept::synced();
    let both = kept.run("show --country CA --device ios").ends_with(0);
    let shown = ids(&both);
    assert!(!shown.is_empty());
    for row in both.json().as_array().unwrap() {
        assert_eq!(row["runs"], "yes");
    }
    let types = kept.run("show --type cpi").ends_with(0).json();
    let types = types.as_array().unwrap();
    assert!(!types.is_empty() && types.iter().all(|row| row["payout_type"] == "CPI"));

    let best = kept
        .run("show --country CA --device ios --best 5")
        .ends_with(0);
    let amounts: Vec<f64> = best
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["payout"]["amount"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(amounts.len(), 5);
    assert!(amounts.is_sorted_by(|a, b| a >= b), "{amounts:?}");
    assert!(ids(&best).iter().all(|id| shown.contains(id)));
    let of_type = kept
        .run("show --country CA --device ios --type cpi --best 3")
        .ends_with(0);
    for row in of_type.json().as_array().unwrap() {
        assert_eq!(row["payout_type"], "CPI");
    }
}

#[test]
fn without_kept_offers_the_command_that_pulls_them_is_named() {
    let kept = Kept::new();
    for command in ["show", "status"] {
        let outcome = kept.run(command).ends_with(1);
        assert!(outcome.out.is_empty());
        assert!(
            outcome.err.ends_with("run `cpalead catalog sync` first\n"),
            "{}",
            outcome.err
        );
    }
    assert_eq!(kept.calls(), 0);
}

#[test]
fn a_damaged_file_is_set_aside_and_pulled_again() {
    let kept = Kept::synced();
    let path = kept.files().remove(0);
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 20;
    bytes[last] ^= 1;
    fs::write(&path, bytes).unwrap();
    let outcome = kept.run("show").ends_with(1);
    assert!(
        outcome.err.contains("its checksum is wrong"),
        "{}",
        outcome.err
    );
    let synced = kept.run("sync").ends_with(0);
    assert!(
        synced.err.contains("its checksum is wrong"),
        "{}",
        synced.err
    );
    kept.run("show").ends_with(0);
}

#[test]
fn a_failed_sync_leaves_the_kept_offers() {
    let kept = Kept::synced();
    let before = ids(&kept.run("show").ends_with(0));
    let broken = Server::raw("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n");
    // Another address is another account, which has nothing yet.
    let other = kept
        .run("sync")
        .env("CPALEAD_BASE_URL", &broken.url)
        .ends_with(1);
    assert!(other.out.is_empty());
    assert_eq!(ids(&kept.run("show").ends_with(0)), before);
}

#[test]
fn offers_that_cannot_be_written_are_a_failure() {
    let kept = Kept::new();
    fs::write(
        kept.state.path().join("catalog"),
        "a file where the directory should be",
    )
    .unwrap();
    let outcome = kept.run("sync").ends_with(1);
    assert!(outcome.out.is_empty());
    assert!(
        outcome
            .err
            .contains("error: the catalogue could not be written to"),
        "{}",
        outcome.err
    );
}

#[test]
fn a_sync_that_goes_on_ends_with_a_signal() {
    let kept = Kept::new();
    let mut child = kept.run("sync --every 1m").spawn();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("full pull: generation 1 has")));
    // The offers are written after they were reported.
    let begun = Instant::now();
    while kept.files().is_empty() {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "nothing was written"
        );
        std::thread::yield_now();
    }
    signal(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!ids(&kept.run("show").ends_with(0)).is_empty());
}

#[test]
fn a_sandbox_of_the_command_is_pulled_each_time() {
    let status = cpalead("--sandbox catalog status").ends_with(0).json();
    assert_eq!(status["generation"], 1);
    let best = cpalead("--sandbox catalog show --country US --device ios --best 5 --output table")
        .ends_with(0)
        .out;
    assert_eq!(best.lines().count(), 6, "{best}");
}

#[test]
fn wrong_options_name_what_is_allowed() {
    let short = cpalead("catalog sync --every 10s").ends_with(2).err;
    assert!(
        short.contains("`10s` is not a valid interval: expected at least 60s"),
        "{short}"
    );
    let alone = cpalead("catalog show --best 5").ends_with(2).err;
    assert!(
        alone.contains("--country <CC>") && alone.contains("--device <D>"),
        "{alone}"
    );
    let table = Kept::synced()
        .run("show --raw --output table")
        .ends_with(2)
        .err;
    assert!(table.contains("--raw prints no table"), "{table}");
}
