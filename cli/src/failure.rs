//! A failed command: its exit status, and its message on standard error.

use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

use cpalead::plain;

/// A failure, with everything that is reported about it.
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

/// A failure as `--output json` prints it.
#[derive(Serialize)]
struct JsonReport<'a> {
    error: JsonError<'a>,
}

#[derive(Serialize)]
struct JsonError<'a> {
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

    /// The options or arguments are wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Failure {
        Failure::new("usage", 2, message)
    }

    /// A required setting is missing or cannot be used.
    pub(crate) fn configuration(message: impl Into<String>) -> Failure {
        Failure::new("configuration", 2, message)
    }

    /// The provider does not have the requested offer.
    pub(crate) fn not_found(message: impl Into<String>) -> Failure {
        Failure::new("not_found", 1, message)
    }

    /// The input is not valid.
    pub(crate) fn input(message: impl Into<String>) -> Failure {
        Failure::new("input", 1, message)
    }

    /// The operating system reported an error.
    pub(crate) fn system(message: impl Into<String>) -> Failure {
        Failure::new("system", 1, message)
    }

    /// Rows of a report of money are missing from the output.
    pub(crate) fn incomplete(what: impl std::fmt::Display) -> Failure {
        let message = format!(
            "{what}, so the report is not complete; with --lenient this ends with status 0"
        );
        Failure::new("incomplete", 1, message)
    }

    /// A conformance run came to no result.
    pub(crate) fn inconclusive(message: impl Into<String>) -> Failure {
        Failure::new("inconclusive", 3, message)
    }

    /// A verdict that the report on standard output explains. Nothing more is reported.
    pub(crate) fn verdict(exit: u8) -> Failure {
        Failure::new("", exit, "")
    }

    /// A signal, most often Ctrl-C. Shells expect the status 130 for it.
    pub(crate) fn interrupted() -> Failure {
        Failure::new("interrupted", 130, "interrupted")
    }

    /// Standard output could not be written. A reader that closes the pipe early, such as `head`,
    /// is not a failure, and nothing is reported.
    pub(crate) fn output(error: &io::Error) -> Failure {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Failure::new("", 0, "");
        }
        Failure::system(format!("cannot write to standard output: {error}"))
    }

    /// Adds to the message what the user can look at.
    pub(crate) fn with_advice(mut self, advice: &str) -> Failure {
        self.message = format!("{}: {advice}", self.message);
        self
    }

    /// Adds the command that resumes where this one ended.
    pub(crate) fn resumed_by(mut self, command: String) -> Failure {
        self.resume = Some(command);
        self
    }

    /// Leaves out the beginning of the answer, unless details are wanted.
    pub(crate) fn detailed(mut self, verbose: bool) -> Failure {
        self.excerpt = self.excerpt.filter(|_| verbose);
        self
    }

    /// Whether this is not a failure, because the reader closed the pipe.
    pub(crate) fn is_quiet(&self) -> bool {
        self.exit == 0
    }

    pub(crate) fn exit(&self) -> u8 {
        self.exit
    }

    /// Prints the failure on standard error: one JSON object, or one line with optional notes below
    /// it.
    pub(crate) fn report(&self, as_json: bool) {
        if self.message.is_empty() {
            return;
        }
        let text = if as_json { self.json() } else { self.lines() };
        // If standard error is closed, nothing more can be reported.
        let _ = writeln!(io::stderr(), "{text}");
    }

    fn json(&self) -> String {
        let error = JsonError {
            kind: self.kind,
            message: plain::line(&self.message),
            status: self.status,
            retry_after_seconds: self.retry_after.map(seconds),
            resume: self.resume.as_deref(),
        };
        serde_json::to_string(&JsonReport { error }).unwrap_or_else(|error| error.to_string())
    }

    fn lines(&self) -> String {
        let mut lines = format!("error: {}", plain::line(&self.message));
        if let Some(excerpt) = &self.excerpt {
            lines.push_str("\nnote: the answer begins: ");
            lines.push_str(&plain::line(excerpt));
        }
        if let Some(resume) = &self.resume {
            lines.push_str("\nnote: to resume: ");
            lines.push_str(resume);
        }
        lines
    }
}

/// Whole seconds, rounded up: a caller that waits exactly this long must not be too early.
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

/// clap's error on one line, without its usage and its advice to read the help.
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
    fn a_reader_that_closes_the_pipe_is_not_a_failure() {
        let closed = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(Failure::output(&closed).exit(), 0);
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(Failure::output(&full).exit(), 1);
    }

    #[test]
    fn no_control_character_reaches_the_terminal() {
        let failure = Failure::input("a\u{1b}[2Jb\nc").resumed_by("cpalead x".to_owned());
        assert_eq!(
            failure.lines(),
            "error: a[2Jb c\nnote: to resume: cpalead x"
        );
        assert_eq!(
            failure.json(),
            r#"{"error":{"kind":"input","message":"a[2Jb c","status":null,"retry_after_seconds":null,"resume":"cpalead x"}}"#,
        );
    }
}
