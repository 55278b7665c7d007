//! Owns the processes of a check: tools that run to their end within a time, and servers that are
//! stopped when they are dropped.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How many lines of a failed tool's output a message shows.
const SHOWN_LINES: usize = 40;

/// How a tool ended, and what it printed.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) status: ExitStatus,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Runs a tool to its end.
///
/// # Errors
///
/// When it cannot be started, or has not ended after `limit`. It is killed then.
pub(super) fn finish(command: &mut Command, limit: Duration) -> Result<Finished, String> {
    let name = name(command);
    let deadline = Instant::now() + limit;
    let mut child = Running(
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {name}: {error}"))?,
    );
    let stdout = collect(child.0.stdout.take());
    let stderr = collect(child.0.stderr.take());
    let text = |texts: Receiver<String>| {
        let left = deadline.saturating_duration_since(Instant::now());
        texts
            .recv_timeout(left)
            .map_err(|_| format!("{name} did not end within {} s", limit.as_secs()))
    };
    let (stdout, stderr) = (text(stdout)?, text(stderr)?);
    let status = child.0.wait();
    Ok(Finished {
        status: status.map_err(|error| format!("cannot wait for {name}: {error}"))?,
        stdout,
        stderr,
    })
}

/// Runs a tool to its end and returns what it printed on standard output.
///
/// # Errors
///
/// As [`finish`], and when the tool fails: the message has the end of its output.
pub(super) fn succeed(command: &mut Command, limit: Duration) -> Result<String, String> {
    let finished = finish(command, limit)?;
    if finished.status.success() {
        return Ok(finished.stdout);
    }
    let printed = format!("{}{}", finished.stdout, finished.stderr);
    let lines: Vec<&str> = printed.lines().collect();
    let shown = lines.len().saturating_sub(SHOWN_LINES);
    Err(format!(
        "{} ended with {}:\n{}",
        name(command),
        finished.status,
        lines[shown..].join("\n")
    ))
}

/// A server on a loopback port. Dropping it ends its process.
#[derive(Debug)]
pub(super) struct Server {
    _process: Running,
    pub(super) url: String,
}

impl Server {
    /// Starts a server and returns when it has printed its address: `listening` finds the address
    /// in a line of its standard output.
    ///
    /// # Errors
    ///
    /// When the server cannot be started, ends, or does not print its address within `limit`.
    pub(super) fn start(
        command: &mut Command,
        listening: fn(&str) -> Option<&str>,
        limit: Duration,
    ) -> Result<Server, String> {
        let name = name(command);
        let mut process = Running(
            command
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .spawn()
                .map_err(|error| format!("cannot start {name}: {error}"))?,
        );
        let (found, address) = channel();
        if let Some(output) = process.0.stdout.take() {
            thread::spawn(move || watch(output, listening, &found));
        }
        match address.recv_timeout(limit) {
            Ok(url) => Ok(Server {
                _process: process,
                url,
            }),
            Err(RecvTimeoutError::Timeout) => {
                let limit = limit.as_secs();
                Err(format!("{name} did not print its address within {limit} s"))
            }
            Err(RecvTimeoutError::Disconnected) => {
                Err(format!("{name} ended before it printed its address"))
            }
        }
    }
}

/// Sends the address once, and then reads on so that the server never waits for a reader.
fn watch(output: impl Read, listening: fn(&str) -> Option<&str>, found: &Sender<String>) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        if let Some(url) = listening(&line) {
            // Whoever no longer waits for the address has stopped the server.
            let _ = found.send(url.to_owned());
        }
    }
}

/// A process that ends at the latest when this is dropped.
#[derive(Debug)]
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only if the process has already ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (whole, texts) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What came before an error is still worth showing.
            let _ = pipe.read_to_end(&mut bytes);
        }
        let _ = whole.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    texts
}

fn name(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    format!("`{}`", name.to_string_lossy())
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::{Server, succeed};

    const LONG: Duration = Duration::from_secs(60);

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn address(line: &str) -> Option<&str> {
        line.strip_prefix("listening on ")
    }

    #[track_caller]
    fn check(script: &str, limit: Duration, expected: Result<&str, &str>) {
        let ended = succeed(&mut sh(script), limit);
        assert_eq!(ended.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn a_tool_that_fails_shows_its_output() {
        check("echo a", LONG, Ok("a\n"));
        check(
            "echo a; echo b >&2; exit 3",
            LONG,
            Err("`sh` ended with exit status: 3:\na\nb"),
        );
    }

    #[test]
    fn a_tool_that_does_not_end_is_killed() {
        check(
            "exec sleep 600",
            Duration::from_millis(1),
            Err("`sh` did not end within 0 s"),
        );
    }

    #[test]
    fn a_tool_that_is_missing_is_named() {
        let ended = succeed(&mut Command::new("/nowhere/prism"), LONG);
        assert_eq!(
            ended.as_deref().map_err(String::as_str),
            Err("cannot start `prism`: No such file or directory (os error 2)")
        );
    }

    #[test]
    fn a_server_is_ready_when_it_prints_its_address() {
        let script = "echo hello; echo listening on http://127.0.0.1:1; exec sleep 600";
        let server = Server::start(&mut sh(script), address, LONG).unwrap();
        assert_eq!(server.url, "http://127.0.0.1:1");
    }

    #[test]
    fn a_server_without_an_address_is_an_error() {
        let started = |script, limit| Server::start(&mut sh(script), address, limit).unwrap_err();
        assert_eq!(
            started("echo hello", LONG),
            "`sh` ended before it printed its address"
        );
        assert_eq!(
            started("exec sleep 600", Duration::from_millis(1)),
            "`sh` did not print its address within 0 s"
        );
    }
}
