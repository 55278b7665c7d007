//! Starts the program and calls it.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

/// How long something that happens soon may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The program, running. It is killed when this is dropped.
pub(crate) struct Server {
    child: Child,
    /// Both of its streams.
    log: NamedTempFile,
    /// Where it listens: `127.0.0.1:PORT`.
    pub(crate) address: String,
}

/// The program with its database in `directory` and with free ports.
pub(crate) fn program(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rewards"));
    command
        .env_clear()
        .env("REWARDS_DATABASE", directory.join("rewards.sqlite"))
        .env("REWARDS_LISTEN", "127.0.0.1:0")
        .env("REWARDS_SANDBOX_PORT", "0");
    command
}

impl Server {
    pub(crate) fn start(directory: &Path) -> Server {
        Server::of(&mut program(directory))
    }

    /// Starts a command and reads the address that it prints.
    pub(crate) fn of(command: &mut Command) -> Server {
        let log = NamedTempFile::new().unwrap();
        let child = command
            .stdout(append(&log))
            .stderr(append(&log))
            .spawn()
            .unwrap();
        let mut server = Server {
            child,
            log,
            address: String::new(),
        };
        until(|| server.after("listening on http://").is_some());
        server.address = server.after("listening on http://").unwrap();
        server
    }

    /// The address of its sandbox.
    pub(crate) fn sandbox(&self) -> String {
        self.after("the sandbox is on http://").unwrap()
    }

    /// Kills it, and returns all that it printed on both streams.
    pub(crate) fn killed(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.printed()
    }

    fn printed(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
    }

    /// The rest of a whole line that begins like this.
    fn after(&self, begin: &str) -> Option<String> {
        let printed = self.printed();
        let mut lines = printed
            .split_inclusive('\n')
            .filter_map(|line| line.strip_suffix('\n'));
        lines.find_map(|line| Some(line.strip_prefix(begin)?.to_owned()))
    }
}

/// A stream into the file, at its end.
fn append(log: &NamedTempFile) -> Stdio {
    OpenOptions::new()
        .append(true)
        .open(log.path())
        .unwrap()
        .into()
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status and the body of an answer.
pub(crate) fn get(address: &str, path: &str, headers: &str) -> (u16, String) {
    send(
        address,
        &format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n"),
    )
}

pub(crate) fn post(address: &str, path: &str, json: &str) -> (u16, String) {
    let length = json.len();
    let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n");
    let kind = "content-type: application/json\r\n";
    send(
        address,
        &format!("{head}{kind}content-length: {length}\r\n\r\n{json}"),
    )
}

fn send(address: &str, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), body.to_owned())
}

/// The sub-id of a click of ann on the first offer that she sees.
pub(crate) fn click(address: &str) -> String {
    let (_, list) = get(address, "/offers?user=ann&country=US&device=ios", "");
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let path = list[0]["link"].as_str().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let location = answer
        .lines()
        .find_map(|line| line.strip_prefix("location: "))
        .unwrap();
    location.rsplit_once("&subid=").unwrap().1.to_owned()
}

pub(crate) fn points(address: &str, user: &str) -> i64 {
    let (status, body) = get(address, &format!("/users/{user}"), "");
    assert_eq!(status, 200, "{body}");
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    body["points"].as_i64().unwrap()
}

/// Asks again and again until the answer is yes.
pub(crate) fn until(ask: impl Fn() -> bool) {
    let begun = Instant::now();
    while !ask() {
        assert!(
            begun.elapsed() < PATIENCE,
            "the answer was no for {PATIENCE:?}"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}
