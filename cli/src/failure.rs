//! Why a command ended without having done its work: the exit status, and what standard error says.

use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

use cpalead::plain;

/// A failure, with all that is said of it.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: &'static str,
    message: String,
    status: Option<u16>,
    retry_after: Option<Duration>,
    excerpt: Option<String>,
    resume: Option<String>,
    exit: u8,
}

/// What `--output json` says of a failure.
#[derive(Serialize)]
struct Object<'a> {
    error: Told<'a>,
}

#[derive(Serialize)]
struct Told<'a> {
    kind: &'a str,
    message: String,
    status: Option<u16>,
    retry_after_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resume: Option<&'a str>,
}

impl Failure {
    fn new(kind: &'static str, exit: u8, message: impl Into<String>) -> Failure {
        Failure {
            kind,
            message: message.into(),
            status: None,
            retry_after: None,
            excerpt: None,
            resume: None,
            exit,
        }
    }

    /// The command was given what it does not take.
    pub(crate) fn usage(message: impl Into<String>) -> Failure {
        Failure::new("usage", 2, message)
    }

    /// Something that the command needs was not set, or cannot be used.
    pub(crate) fn configuration(message: impl Into<String>) -> Failure {
        Failure::new("configuration", 2, message)
    }

    /// The provider does not have what was asked for.
    pub(crate) fn not_found(message: impl Into<String>) -> Failure {
        Failure::new("not_found", 1, message)
    }

    /// What was read is not what it should be.
    pub(crate) fn input(message: impl Into<String>) -> Failure {
        Failure::new("input", 1, message)
    }

    /// This machine refused something.
    pub(crate) fn system(message: impl Into<String>) -> Failure {
        Failure::new("system", 1, message)
    }

    /// Ctrl-C; 130 is what shells expect of it.
    pub(crate) fn interrupted() -> Failure {
        Failure::new("interrupted", 130, "interrupted")
    }

    /// Standard output could not be written. A reader that has seen enough, such as `head`, is no failure: nothing is said.
    pub(crate) fn output(error: &io::Error) -> Failure {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Failure::new("", 0, "");
        }
        Failure::system(format!("cannot write to standard output: {error}"))
    }

    /// Adds the command that goes on where this one ended.
    pub(crate) fn resumed_by(mut self, command: String) -> Failure {
        self.resume = Some(command);
        self
    }

    /// Whether it is no failure at all, because nobody reads on.
    pub(crate) fn is_quiet(&self) -> bool {
        self.exit == 0
    }

    pub(crate) fn exit(&self) -> u8 {
        self.exit
    }

    /// Tells it on standard error: one object, or one line and, where there is more to know, notes below it.
    pub(crate) fn report(&self, as_json: bool, verbose: bool) {
        if self.is_quiet() {
            return;
        }
        let text = if as_json {
            self.json()
        } else {
            self.lines(verbose)
        };
        // Nobody is left to be told when standard error is closed.
        let _ = writeln!(io::stderr(), "{text}");
    }

    fn json(&self) -> String {
        let error = Told {
            kind: self.kind,
            message: plain::line(&self.message),
            status: self.status,
            retry_after_seconds: self.retry_after.map(seconds),
            resume: self.resume.as_deref(),
        };
        serde_json::to_string(&Object { error }).unwrap_or_else(|error| error.to_string())
    }

    fn lines(&self, verbose: bool) -> String {
        let mut lines = format!("error: {}", plain::line(&self.message));
        if verbose && let Some(excerpt) = &self.excerpt {
            lines.push_str("\nnote: the answer begins: ");
            lines.push_str(&plain::line(excerpt));
        }
        if let Some(resume) = &self.resume {
            lines.push_str("\nnote: to go on: ");
            lines.push_str(resume);
        }
        lines
    }
}

/// Whole seconds, rounded up: who comes back on time must not come back too early.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

impl From<cpalead::Error> for Failure {
    fn from(error: cpalead::Error) -> Failure {
        let exit = if error.is_configuration() {
            2
        } else if error.is_rate_limited() {
            3
        } else {
            1
        };
        Failure {
            kind: error.kind(),
            message: error.to_string(),
            status: error.status(),
            retry_after: error.retry_after(),
            excerpt: error.excerpt().map(str::to_owned),
            resume: None,
            exit,
        }
    }
}

/// What clap found wrong, on one line: its usage and its advice to read the help are left out.
impl From<&clap::Error> for Failure {
    fn from(error: &clap::Error) -> Failure {
        let text = error.to_string();
        let text = text.strip_prefix("error: ").unwrap_or(&text);
        let said = text.split("\n\n").enumerate().filter(|(index, paragraph)| {
            *index == 0 || paragraph.trim_start().starts_with("tip: ")
        });
        let lines = said.map(|(_, paragraph)| plain::line(paragraph));
        Failure::usage(lines.collect::<Vec<_>>().join("; "))
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::Failure;

    #[test]
    fn a_reader_that_has_seen_enough_is_no_failure() {
        let closed = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(Failure::output(&closed).exit(), 0);
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(Failure::output(&full).exit(), 1);
    }

    #[test]
    fn no_control_character_reaches_the_terminal() {
        let failure = Failure::input("a\u{1b}[2Jb\nc").resumed_by("cpalead x".to_owned());
        assert_eq!(
            failure.lines(false),
            "error: a[2Jb c\nnote: to go on: cpalead x"
        );
        assert_eq!(
            failure.json(),
            r#"{"error":{"kind":"input","message":"a[2Jb c","status":null,"retry_after_seconds":null,"resume":"cpalead x"}}"#,
        );
    }
}
