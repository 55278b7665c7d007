//! Starts the program and calls it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The program, running. It is killed when this is dropped.
pub(crate) struct Server {
    child: Child,
    /// Its first lines, up to the address.
    pub(crate) out: String,
    /// Where it listens: `127.0.0.1:PORT`.
    pub(crate) address: String,
    rest: Option<std::process::ChildStdout>,
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
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut out = String::new();
        let address = loop {
            let begin = out.len();
            if reader.read_line(&mut out).unwrap() == 0 {
                let mut err = String::new();
                child
                    .stderr
                    .take()
                    .unwrap()
                    .read_to_string(&mut err)
                    .unwrap();
                unreachable!("the program ended: {out}{err}");
            }
            if let Some(url) = out[begin..].strip_prefix("listening on http://") {
                break url.trim_end().to_owned();
            }
        };
        let out = out + &String::from_utf8_lossy(reader.buffer());
        let rest = Some(reader.into_inner());
        Server {
            child,
            out,
            address,
            rest,
        }
    }

    /// The address of its sandbox.
    pub(crate) fn sandbox(&self) -> String {
        let line = self
            .out
            .lines()
            .find_map(|line| line.strip_prefix("the sandbox is on http://"));
        line.unwrap().to_owned()
    }

    /// Kills it, and returns all that it printed on both streams.
    pub(crate) fn killed(mut self) -> String {
        self.child.kill().unwrap();
        let mut text = std::mem::take(&mut self.out);
        self.rest.take().unwrap().read_to_string(&mut text).unwrap();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    }
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
