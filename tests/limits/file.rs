//! The file store when clocks jump, machines reboot, and files are damaged, foreign, newer or
//! readable by others.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cpalead::clock::{BoxFuture, Clock};
use cpalead::rate_limits::{Account, Ask, FileStore, Lane, Op, Reply, Store, Ticket, Warning};
use jiff::{SignedDuration, Timestamp};

/// A machine whose wall clock a test can set, and which a test can reboot.
#[derive(Debug)]
struct Machine(Mutex<State>);

#[derive(Debug, Clone)]
struct State {
    wall: Timestamp,
    steady: Duration,
    boot: Option<&'static str>,
}

impl Machine {
    fn new(boot: Option<&'static str>) -> Machine {
        Machine(Mutex::new(State {
            wall: "2026-01-15T12:00:00Z".parse().expect("a timestamp"),
            steady: secs(5000),
            boot,
        }))
    }

    fn pass(&self, seconds: u64) {
        let mut state = self.0.lock().expect("no panic");
        state.steady += secs(seconds);
        state.wall += secs(seconds);
    }

    fn set_wall_by(&self, hours: i64) {
        self.0.lock().expect("no panic").wall += SignedDuration::from_hours(hours);
    }

    /// Turns the machine off for `off` seconds; it has then been up for `up` seconds.
    fn reboot(&self, boot: &'static str, off: u64, up: u64) {
        let mut state = self.0.lock().expect("no panic");
        state.wall += secs(off + up);
        state.steady = secs(up);
        state.boot = Some(boot);
    }

    fn state(&self) -> State {
        self.0.lock().expect("no panic").clone()
    }
}

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        self.state().wall
    }

    fn steady(&self) -> Duration {
        self.state().steady
    }

    fn boot(&self) -> Option<&str> {
        self.state().boot
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// A store in a separate directory, with the warnings that it gave.
struct Bench {
    directory: tempfile::TempDir,
    store: FileStore,
    warnings: Arc<Mutex<Vec<Warning>>>,
    lane: Lane,
    machine: Machine,
}

impl Bench {
    fn new(boot: Option<&'static str>) -> Bench {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let warnings = Arc::<Mutex<Vec<Warning>>>::default();
        let heard = Arc::clone(&warnings);
        let store = FileStore::new(directory.path().join("state")).on_warning(move |warning| {
            heard.lock().expect("no panic").push(warning.clone());
        });
        Bench {
            directory,
            store,
            warnings,
            lane: Lane::new(&Account::new(3_360_001), "conversions", secs(61)),
            machine: Machine::new(boot),
        }
    }

    fn apply(&self, op: Op) -> Reply {
        self.store
            .apply_now(&self.lane, op, &self.machine)
            .expect("the lock is free")
            .expect("the directory can be written")
    }

    fn take(&self, ticket: u128) -> Reply {
        self.apply(Op::Take(Ask {
            ticket: Ticket::from(ticket),
            longest: Duration::ZERO,
        }))
    }

    fn wait(&self) -> u64 {
        self.apply(Op::Peek).wait.as_secs()
    }

    fn path(&self, ending: &str) -> PathBuf {
        let name = format!("{}.{ending}", self.lane.id());
        self.directory.path().join("state").join(name)
    }

    fn write(&self, text: &str) {
        fs::create_dir_all(self.directory.path().join("state")).expect("a directory");
        fs::write(self.path("json"), text).expect("a file");
    }

    fn warnings(&self) -> Vec<Warning> {
        self.warnings.lock().expect("no panic").clone()
    }
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn within_one_boot_the_wall_clock_does_not_matter() {
    for hours in [-1, 1] {
        let bench = Bench::new(Some("first"));
        assert!(bench.take(1).held);
        bench.machine.set_wall_by(hours);
        bench.machine.pass(20);
        assert_eq!(bench.wait(), 41);
        bench.machine.pass(40);
        assert!(!bench.take(2).held);
        bench.machine.pass(1);
        assert!(bench.take(2).held);
    }
}

#[test]
fn after_a_reboot_at_least_the_uptime_has_passed() {
    let bench = Bench::new(Some("first"));
    bench.take(1);
    bench.machine.reboot("second", 30, 10);
    assert_eq!(bench.wait(), 51);
    bench.machine.pass(51);
    assert!(bench.take(2).held);
}

#[test]
fn across_a_reboot_a_clock_set_forward_frees_no_slot_early() {
    let bench = Bench::new(Some("first"));
    bench.take(1);
    bench.machine.set_wall_by(1);
    bench.machine.reboot("second", 1, 10);
    assert_eq!(bench.wait(), 51);
}

#[test]
fn across_a_reboot_a_clock_set_back_adds_one_interval_at_most() {
    let bench = Bench::new(Some("first"));
    bench.take(1);
    bench.machine.reboot("second", 1, 10);
    bench.machine.set_wall_by(-1);
    assert_eq!(bench.wait(), 61);
    assert!(!bench.take(2).held);
    bench.machine.pass(61);
    assert!(bench.take(3).held);
}

#[test]
fn without_a_shared_steady_clock_a_clock_set_back_adds_one_interval_at_most() {
    let bench = Bench::new(None);
    bench.take(1);
    bench.machine.pass(20);
    assert_eq!(bench.wait(), 41);
    bench.machine.set_wall_by(-1);
    assert!(!bench.take(2).held);
    bench.machine.pass(61);
    assert!(bench.take(3).held);
}

/// Checks that such a file counts as just used, is moved away, and is reported once.
#[track_caller]
fn check_unreadable(text: &str, reason: &str) {
    let bench = Bench::new(Some("first"));
    bench.write(text);
    assert_eq!(bench.wait(), 61, "{text}");
    let reply = bench.take(1);
    assert_eq!((reply.held, reply.wait), (false, secs(61)), "{text}");
    bench.machine.pass(61);
    assert!(bench.take(2).held, "{text}");
    assert_eq!(
        fs::read_to_string(bench.path("bad")).expect("moved away"),
        text
    );
    let [Warning::Unreadable { reason: said, .. }] = &bench.warnings()[..] else {
        panic!("{text}: {:?}", bench.warnings());
    };
    assert!(said.contains(reason), "{text}: {said}");
}

#[test]
fn a_damaged_file_counts_as_just_used() {
    check_unreadable("", "damaged");
    check_unreadable("{\"format\":", "damaged");
    check_unreadable("\u{0}\u{0}\u{0}\u{0}", "damaged");
    check_unreadable(r#"{"format":"cpalead rate limits","version":1}"#, "damaged");
    check_unreadable(
        r#"{"format":"cpalead rate limits","version":-1}"#,
        "damaged",
    );
}

#[test]
fn a_foreign_file_counts_as_just_used() {
    check_unreadable(r#"{"name":"something","version":3}"#, "damaged");
    check_unreadable(r#"{"format":"something","version":3}"#, "something else");
    check_unreadable("[1,2,3]", "damaged");
}

#[test]
fn a_file_that_demands_a_wait_of_centuries_counts_as_just_used() {
    let bench = Bench::new(Some("first"));
    bench.take(1);
    let text = fs::read_to_string(bench.path("json")).expect("the file");
    check_unreadable(
        &text.replace("\"until\":{\"secs\":61", "\"until\":{\"secs\":6100000000"),
        "times",
    );
    check_unreadable(
        &text.replace(
            "\"at\":{\"secs\":0",
            "\"at\":{\"secs\":18446744073709551615",
        ),
        "times",
    );
}

#[test]
fn a_newer_file_is_never_changed_and_counts_as_just_used_whenever_it_changes() {
    let bench = Bench::new(Some("first"));
    let newer = r#"{"format":"cpalead rate limits","version":2,"slots":"in another way"}"#;
    bench.write(newer);
    assert_eq!(bench.wait(), 61);
    assert!(!bench.take(1).held);
    bench.machine.pass(61);
    assert!(bench.take(2).held);
    assert!(!bench.take(3).held);
    assert_eq!(
        fs::read_to_string(bench.path("json")).expect("the file"),
        newer
    );

    bench.machine.pass(61);
    let changed = newer.replace("another", "the same");
    bench.write(&changed);
    let reply = bench.take(4);
    assert_eq!((reply.held, reply.wait), (false, secs(61)));
    assert_eq!(
        fs::read_to_string(bench.path("json")).expect("the file"),
        changed
    );
    assert!(matches!(
        &bench.warnings()[..],
        [Warning::Newer { version: 2, .. }]
    ));

    // The operator removes the file: a slot that was taken in the meantime still counts.
    bench.machine.pass(61);
    assert!(bench.take(5).held);
    fs::remove_file(bench.path("json")).expect("it is there");
    assert!(!bench.take(6).held);
    bench.machine.pass(61);
    assert!(bench.take(7).held);
    assert!(bench.path("json").exists());
}

#[test]
fn a_store_that_is_opened_again_remembers() {
    let bench = Bench::new(Some("first"));
    bench.take(1);
    let again = FileStore::new(bench.directory.path().join("state"));
    let reply = again.apply_now(&bench.lane, Op::Peek, &bench.machine);
    assert_eq!(reply.expect("no lock").expect("a file").wait, secs(61));
}

#[test]
fn looking_leaves_no_trace() {
    let bench = Bench::new(Some("first"));
    assert_eq!(bench.wait(), 0);
    assert!(!bench.directory.path().join("state").exists());
}

#[test]
#[cfg(unix)]
fn directory_and_files_are_private_and_contain_no_publisher_id() {
    use std::os::unix::fs::PermissionsExt as _;

    let bench = Bench::new(Some("first"));
    bench.take(1);
    let mode = |path: &Path| {
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode(&bench.directory.path().join("state")), 0o700);
    let mut seen = 0;
    for entry in fs::read_dir(bench.directory.path().join("state")).expect("a directory") {
        let path = entry.expect("an entry").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        assert!(name.starts_with(bench.lane.id()), "{name}");
        assert!(!fs::read_to_string(&path).expect("text").contains("3360001"));
        seen += 1;
    }
    assert_eq!(seen, 2, "the ledger and its lock");
}

#[test]
#[cfg(unix)]
fn a_link_at_the_path_of_the_new_file_is_not_written_through() {
    let bench = Bench::new(Some("first"));
    bench.take(1);
    let victim = bench.directory.path().join("victim");
    fs::write(&victim, "precious").expect("a file");
    std::os::unix::fs::symlink(&victim, bench.path("new")).expect("a link");
    bench.machine.pass(61);
    assert!(bench.take(2).held);
    assert_eq!(fs::read_to_string(&victim).expect("the file"), "precious");
}

#[test]
fn a_directory_that_cannot_be_made_is_an_error_that_names_it() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("file");
    fs::write(&file, "").expect("a file");
    let store = FileStore::new(file.join("state"));
    let lane = Lane::new(&Account::new(1), "conversions", secs(61));
    let reply = store.apply_now(&lane, Op::Defer(secs(1)), &Machine::new(None));
    let error = reply.expect("no lock").expect_err("no directory");
    assert!(
        error.to_string().contains(&*file.to_string_lossy()),
        "{error}"
    );
}

#[tokio::test]
async fn a_lock_that_another_holds_is_waited_for_without_blocking_the_thread() {
    let bench = Bench::new(Some("first"));
    bench.take(1);
    let lock = fs::File::open(bench.path("lock")).expect("the lock");
    lock.lock().expect("the lock is free");
    assert!(
        bench
            .store
            .apply_now(&bench.lane, Op::Defer(secs(1)), &bench.machine)
            .is_none()
    );
    // There is one thread: if the store blocked it, the lock would never be released.
    let (reply, ()) = tokio::join!(
        bench
            .store
            .apply(&bench.lane, Op::Defer(secs(100)), &bench.machine),
        async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            lock.unlock().expect("it is held");
        }
    );
    assert_eq!(reply.expect("it was released").wait, secs(100));
}
