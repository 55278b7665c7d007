//! Finds Chromium, loads one page in it with a new profile and a time limit, and returns the page's
//! title.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::server::Server;

/// How long one page may take, including the start of the browser.
const PATIENCE: Duration = Duration::from_secs(60);

/// The path of a browser.
pub(crate) struct Chromium(PathBuf);

impl Chromium {
    /// The browser on the search path. If there is none, this prints a note and returns `None`, or
    /// fails if `CPALEAD_TEST_REQUIRE` names `chromium`.
    pub(crate) fn find() -> Option<Chromium> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path)
            .flat_map(|dir| {
                ["chromium", "chromium-browser", "google-chrome"].map(|name| dir.join(name))
            })
            .find(|program| program.is_file());
        if found.is_none() {
            let required = std::env::var("CPALEAD_TEST_REQUIRE").unwrap_or_default();
            let is_required = required.split(',').any(|name| name.trim() == "chromium");
            assert!(
                !is_required,
                "chromium is required by CPALEAD_TEST_REQUIRE, but is not on the search path: install Debian's `chromium`"
            );
            eprintln!("chromium is not installed: the browser tests did not run");
        }
        found.map(Chromium)
    }

    /// Loads a server's first page and returns its title.
    pub(crate) fn load(&self, server: &Server) -> String {
        let profile = Profile::new();
        let mut child = Command::new(&self.0)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--no-default-browser-check",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-extensions",
            ])
            // The browser can reach only the server of the test.
            .args([
                "--no-proxy-server",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ])
            .args(["--disable-dev-shm-usage", "--dump-dom"])
            .arg(format!("--user-data-dir={}", profile.0.display()))
            .arg(server.url())
            .env("HOME", &profile.0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A separate group, so that the browser and its children can be ended together, and
            // nothing else.
            .process_group(0)
            .spawn()
            .unwrap();
        let dom = read_within(&mut child, PATIENCE);
        end(&mut child);
        title(&dom)
            .unwrap_or_else(|| {
                panic!("the page did not arrive within {PATIENCE:?}; what arrived: {dom}")
            })
            .to_owned()
    }
}

/// What a child writes until it closes its output or the time is over.
fn read_within(child: &mut Child, patience: Duration) -> String {
    let mut output = child.stdout.take().unwrap();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = output.read_to_end(&mut bytes);
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receiver.recv_timeout(patience).unwrap_or_default()
}

/// Ends a child and the processes that it started, by its process group.
fn end(child: &mut Child) {
    let group = format!("-{}", child.id());
    let _ = Command::new("kill")
        .args(["-KILL", "--", &group])
        .stderr(Stdio::null())
        .status();
    let _ = child.kill();
    let _ = child.wait();
}

fn title(dom: &str) -> Option<&str> {
    let (_, rest) = dom.split_once("<title>")?;
    rest.split_once("</title>").map(|(title, _)| title)
}

/// A directory for one run of the browser, removed afterwards.
struct Profile(PathBuf);

impl Profile {
    fn new() -> Profile {
        // Tests run as threads of one process, so the ids of process and thread make the name
        // unique.
        let name = format!(
            "cpalead-browser-{}-{:?}",
            std::process::id(),
            std::thread::current().id()
        );
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name.replace(['(', ')'], ""));
        std::fs::create_dir_all(&path).unwrap();
        Profile(path)
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
