//! Tests of the file: a process that is killed at each step of writing, files that cannot be used,
//! and a disk that is full.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{CatalogFile, Loaded, Step};
use crate::catalog::event::CatalogEvent;
use crate::catalog::pulls::Kept;
use crate::catalog::snapshot::{Header, Identity, pack};
use crate::rate_limits::store::account::Account;

/// The directory and the step of a process that the test below starts.
const JOB: &str = "CPALEAD_TEST_SNAPSHOT_STEP";

const STEPS: [Step; 8] = [
    Step::Locked,
    Step::Created,
    Step::HeaderWritten,
    Step::HalfWritten,
    Step::Written,
    Step::Synced,
    Step::Renamed,
    Step::DirectorySynced,
];

fn identity(publisher: u64, word: &str) -> Identity {
    Identity::new(&Account::new(publisher), &[word.to_owned()])
}

fn ours() -> Identity {
    identity(3_360_001, "limit=5000")
}

/// A snapshot whose body is several blocks of a disk long.
fn snapshot(identity: &Identity, generation: u64) -> (Header, Vec<u8>, String) {
    let body = cpalead_sandbox::catalogue_json(generation, 300, 3_360_001);
    let at = "2026-01-15T12:00:00Z".parse().unwrap();
    let header = Header::new(identity, generation, Kept::default(), at, &body);
    (header, pack(&body), body)
}

fn save(file: &CatalogFile, identity: &Identity, generation: u64) {
    let (header, packed, _) = snapshot(identity, generation);
    assert_eq!(file.save(identity, &header, &packed), Ok(true));
}

/// The generation that a start finds. It must be whole.
#[track_caller]
fn found(file: &CatalogFile) -> u64 {
    match file.load(&ours()) {
        Loaded::Found(header, body) => {
            assert_eq!(body, snapshot(&ours(), header.generation).2);
            header.generation
        }
        other => panic!("{other:?}"),
    }
}

/// The program that the test below starts. Without its variable it does nothing.
#[test]
fn writer() {
    let Ok(job) = std::env::var(JOB) else {
        return;
    };
    let (step, directory) = job.split_once(' ').unwrap();
    let last = STEPS[step.parse::<usize>().unwrap()];
    let (header, packed, _) = snapshot(&ours(), 2);
    let kill = |step: Step| {
        if step == last {
            let own = std::process::id().to_string();
            let _ = Command::new("kill").args(["-KILL", &own]).status();
            panic!("SIGKILL did not arrive");
        }
    };
    let _ = CatalogFile::new(directory).save_in_steps(&ours(), &header, &packed, &kill);
}

#[test]
#[cfg(unix)]
fn a_process_killed_at_any_step_of_writing_leaves_a_whole_catalogue() {
    use std::os::unix::process::ExitStatusExt as _;

    for (nth, step) in STEPS.iter().enumerate() {
        let directory = tempfile::tempdir().unwrap();
        let file = CatalogFile::new(directory.path());
        save(&file, &ours(), 1);
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "catalog::file::tests::writer"])
            .env(JOB, format!("{nth} {}", directory.path().display()))
            .stdout(std::process::Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.signal(), Some(9), "{step:?}");
        let renamed = matches!(step, Step::Renamed | Step::DirectorySynced);
        assert_eq!(found(&file), if renamed { 2 } else { 1 }, "{step:?}");
        // The next process is not held up by what was left behind.
        save(&file, &ours(), 3);
        assert_eq!(found(&file), 3);
    }
}

#[test]
fn a_file_is_cut_nowhere_without_being_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let file = CatalogFile::new(directory.path());
    save(&file, &ours(), 1);
    let path = file.path(&ours());
    let bytes = fs::read(&path).unwrap();
    for length in (0..bytes.len() - 8).step_by(97) {
        fs::write(&path, &bytes[..length]).unwrap();
        assert!(matches!(file.load(&ours()), Loaded::Useless(_)), "{length}");
    }
}

#[test]
fn what_cannot_be_used_is_set_aside_by_name() {
    #[track_caller]
    fn check(change: impl Fn(&Path, &CatalogFile), reason: &str) {
        let directory = tempfile::tempdir().unwrap();
        let file = CatalogFile::new(directory.path());
        save(&file, &ours(), 1);
        let path = file.path(&ours());
        change(&path, &file);
        let Loaded::Useless(why) = file.load(&ours()) else {
            panic!("{reason}");
        };
        assert_eq!(why, reason);
        let bad = path.with_extension("bad");
        let event = file.set_aside(&ours(), why);
        assert_eq!(
            event.to_string(),
            format!(
                "cannot use {}: {reason}; it was renamed to {}",
                path.display(),
                bad.display()
            )
        );
        assert!(bad.exists() && !path.exists());
        assert!(matches!(file.load(&ours()), Loaded::Missing));
    }

    let another = |other: Identity| {
        move |path: &Path, file: &CatalogFile| {
            save(file, &other, 1);
            fs::rename(file.path(&other), path).unwrap();
        }
    };
    check(
        another(identity(3_360_002, "limit=5000")),
        "it belongs to another account",
    );
    check(
        another(identity(3_360_001, "limit=10")),
        "it belongs to another request",
    );
    let replaced = |from: &'static str, to: &'static str| {
        move |path: &Path, _: &CatalogFile| {
            let bytes = fs::read(path).unwrap();
            let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
            let line = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let mut changed = line.replacen(from, to, 1).into_bytes();
            changed.extend(&bytes[end..]);
            fs::write(path, changed).unwrap();
        }
    };
    check(
        replaced(r#""version":1"#, r#""version":2"#),
        "it was written by a newer cpalead (version 2); update this program",
    );
    check(
        replaced(r#""sha256":""#, r#""sha256":"0"#),
        "its checksum is wrong",
    );
    check(|path, _| fs::write(path, "").unwrap(), "it has no header");
}

#[test]
#[cfg(unix)]
fn only_the_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt as _;

    let directory = tempfile::tempdir().unwrap();
    let inside = directory.path().join("catalog");
    let file = CatalogFile::new(&inside);
    save(&file, &ours(), 1);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&inside), 0o700);
    assert_eq!(mode(&file.path(&ours())), 0o600);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error_that_says_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let file = CatalogFile::new(directory.path());
    // Nothing can be created in a place that is a file.
    let blocked = directory.path().join("file");
    fs::write(&blocked, "").unwrap();
    let (header, packed, _) = snapshot(&ours(), 1);
    let error = CatalogFile::new(&blocked).save(&ours(), &header, &packed);
    assert!(
        error.unwrap_err().ends_with(
            "; choose a directory that this user may write to, on a disk with free space"
        )
    );
    // `/dev/full` refuses every byte, as a full disk does.
    let mut full = fs::File::options().write(true).open("/dev/full").unwrap();
    let error = super::write_into(&mut full, &header, &packed, &|_| {}).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    save(&file, &ours(), 1);
    assert!(matches!(
        file.set_aside(&identity(1, "x"), "r".to_owned()),
        CatalogEvent::SetAside { moved_to: None, .. }
    ));
}
