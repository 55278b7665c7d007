//! A Redis server in a temporary directory, which a test can kill and start again.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server that listens on a socket in its directory and saves nothing.
pub(crate) struct RedisServer {
    directory: tempfile::TempDir,
    child: Option<Child>,
}

impl RedisServer {
    /// Starts a server. If redis-server is not installed, this prints a note and returns `None`, or
    /// fails if `CPALEAD_TEST_REQUIRE` names it.
    pub(crate) fn start() -> Option<RedisServer> {
        if Command::new("redis-server")
            .arg("--version")
            .output()
            .is_err()
        {
            let required = std::env::var("CPALEAD_TEST_REQUIRE").unwrap_or_default();
            assert!(
                !required.contains("redis"),
                "redis-server is not installed, and CPALEAD_TEST_REQUIRE asks for it"
            );
            println!("not tested: redis-server is not installed");
            return None;
        }
        let mut server = RedisServer {
            directory: tempfile::tempdir().expect("a temporary directory"),
            child: None,
        };
        server.restart();
        Some(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    /// Kills the server, which loses all its data.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it is a child");
            child.wait().expect("it was started");
        }
    }

    pub(crate) fn restart(&mut self) {
        self.kill();
        let child = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no"])
            .arg("--unixsocket")
            .arg(self.socket())
            .arg("--dir")
            .arg(self.directory.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server");
        self.child = Some(child);
        let begun = Instant::now();
        while self.command(&["PING"]).as_deref() != Some("+PONG\r\n") {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "redis-server does not answer"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Sends one command and returns the raw answer.
    pub(crate) fn command(&self, words: &[&str]) -> Option<String> {
        let mut stream = UnixStream::connect(self.socket()).ok()?;
        let mut request = format!("*{}\r\n", words.len());
        for word in words {
            request.push_str(&format!("${}\r\n{word}\r\n", word.len()));
        }
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = [0; 4096];
        let length = stream.read(&mut answer).ok()?;
        Some(String::from_utf8_lossy(&answer[..length]).into_owned())
    }

    fn socket(&self) -> PathBuf {
        self.directory.path().join("redis.sock")
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}
