//! Runs the command in a separate environment, and servers that always give the same answer.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tempfile::TempDir;

/// A run of the command that has not started yet. It sees none of the caller's environment.
pub(crate) struct Run {
    command: Command,
    input: Option<Vec<u8>>,
    _home: TempDir,
}

/// The exit status and the output of a run.
pub(crate) struct Outcome {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The command with these words, split at blanks. Tests that run under `nohup` inherit an ignored
/// SIGHUP, which the command would keep: on Linux it starts with the default one.
pub(crate) fn cpalead(words: &str) -> Run {
    let home = TempDir::new().expect("a directory for the test");
    let binary = env!("CARGO_BIN_EXE_cpalead");
    let mut command = if cfg!(target_os = "linux") {
        let mut env = Command::new("/usr/bin/env");
        env.args(["--default-signal=HUP", binary]);
        env
    } else {
        Command::new(binary)
    };
    command
        .args(words.split_whitespace())
        .env_clear()
        .env("HOME", home.path())
        .stdin(Stdio::null());
    Run {
        command,
        input: None,
        _home: home,
    }
}

impl Run {
    pub(crate) fn arg(mut self, word: impl AsRef<std::ffi::OsStr>) -> Run {
        self.command.arg(word);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Run {
        self.command.env(name, value);
        self
    }

    pub(crate) fn input(mut self, bytes: impl Into<Vec<u8>>) -> Run {
        self.input = Some(bytes.into());
        self.command.stdin(Stdio::piped());
        self
    }

    /// Starts the command with both outputs piped. Its home directory is removed at once, so a test
    /// that needs state gives a directory.
    pub(crate) fn spawn(mut self) -> Child {
        let child = self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        child.spawn().expect("the command starts")
    }

    pub(crate) fn run(mut self) -> Outcome {
        let child = self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().expect("the command starts");
        if let Some(input) = self.input.take() {
            let mut stdin = child.stdin.take().expect("a pipe");
            // The command may end before it has read everything.
            let _ = stdin.write_all(&input);
        }
        Outcome::of(child.wait_with_output().expect("the command ends"))
    }

    /// Runs the command with its standard output in a file.
    pub(crate) fn into_file(mut self, file: File) -> Outcome {
        self.command.stdout(file).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the command starts");
        if let (Some(input), Some(mut stdin)) = (self.input.take(), child.stdin.take()) {
            // The command may end before it has read everything.
            let _ = stdin.write_all(&input);
        }
        Outcome::of(child.wait_with_output().expect("the command ends"))
    }

    /// Runs the command with its standard output in a pipe whose reader is gone.
    pub(crate) fn into_closed_pipe(mut self) -> Outcome {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        self.command.stdout(writer).stderr(Stdio::piped());
        Outcome::of(self.command.output().expect("the command ends"))
    }

    /// Runs the command and asserts its exit status.
    #[track_caller]
    pub(crate) fn ends_with(self, status: i32) -> Outcome {
        let outcome = self.run();
        assert_eq!(
            outcome.status, status,
            "stderr: {}\nstdout: {}",
            outcome.err, outcome.out
        );
        outcome
    }
}

impl Outcome {
    pub(crate) fn of(output: Output) -> Outcome {
        Outcome {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            err: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).expect("stdout is JSON")
    }

    /// The error object on the last line of standard error.
    #[track_caller]
    pub(crate) fn error(&self) -> Value {
        let last = self.err.lines().last().expect("a line on stderr");
        let object: Value = serde_json::from_str(last).expect("the last line is JSON");
        object["error"].clone()
    }
}

/// The recordings of a small sandbox.
pub(crate) fn recordings() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../conformance/recordings"
    ))
}

/// A folder with a copy of the recordings, in which each file passes through `change`.
pub(crate) fn copy_of_recordings(change: impl Fn(&str, String) -> String) -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in std::fs::read_dir(recordings()).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = change(name, std::fs::read_to_string(&path).unwrap());
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// The last line, which is the summary of a report or an error.
pub(crate) fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}

/// Sends a signal by its name.
pub(crate) fn signal(child: &Child, name: &str) {
    let kill = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status();
    assert!(kill.expect("kill runs").success());
}

/// A server that answers every request with the same bytes, and counts the requests.
pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<AtomicUsize>,
}

impl Server {
    /// Answers with exactly these bytes and closes the connection.
    pub(crate) fn raw(answer: impl Into<Vec<u8>>) -> Server {
        let answer = answer.into();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let mut request = Vec::new();
                let mut part = [0; 4096];
                while !request.ends_with(b"\r\n\r\n") {
                    match stream.read(&mut part) {
                        Ok(1..) if request.len() < 65_536 => request.extend_from_slice(&part),
                        _ => break,
                    }
                    while request.last() == Some(&0) {
                        request.pop();
                    }
                    part = [0; 4096];
                }
                counted.fetch_add(1, Ordering::SeqCst);
                let _ = stream.write_all(&answer);
            }
        });
        Server { url, requests }
    }

    /// Answers with a status line such as `200 OK`, more header lines, and a body.
    pub(crate) fn with(status: &str, headers: &str, body: &str) -> Server {
        let length = body.len();
        Server::raw(format!(
            "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ))
    }

    pub(crate) fn json(body: &str) -> Server {
        Server::with("200 OK", "content-type: application/json\r\n", body)
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// A run of the command against this server, with a publisher id.
    pub(crate) fn cpalead(&self, words: &str) -> Run {
        cpalead(words)
            .env("CPALEAD_PUBLISHER_ID", "7")
            .env("CPALEAD_BASE_URL", &self.url)
    }
}
