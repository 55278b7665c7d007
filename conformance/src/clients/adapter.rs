//! The process of an adapter: it gets one line and prints one, within a time and a size.

use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader,
};
use tokio::process::{Child, Command};

use crate::plain;

/// The longest line that an adapter may print, in bytes.
const LONGEST: u64 = 64 << 10;

/// How much of what an adapter says on standard error is kept, in bytes.
const KEPT: usize = 16 << 10;

/// How long standard error is read after an end without a line.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What an adapter says of a scenario.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The calls were made, and their rows counted.
    Rows,
    /// The client returned an error. That may be right.
    Error,
    /// The client cannot do what the scenario asks.
    Unsupported(String),
}

#[derive(Deserialize)]
struct Line {
    rows: Option<u64>,
    error: Option<String>,
    unsupported: Option<String>,
}

/// Runs the command for one scenario.
///
/// # Errors
///
/// Why there is no answer, in words for a report.
pub(super) async fn ask(
    program: &str,
    arguments: &[String],
    line: &str,
    patience: Duration,
) -> Result<Answer, String> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        // The client under test must not find the account of whoever runs the suite.
        .env_remove("CPALEAD_API_KEY")
        .env_remove("CPALEAD_PUBLISHER_ID")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command
        .spawn()
        .map_err(|error| plain::line(&format!("the adapter cannot be started: {error}")))?;
    let answered = tokio::time::timeout(patience, talk(&mut child, line)).await;
    // Both fail only if the process has already ended.
    let _ = child.start_kill();
    let _ = child.wait().await;
    answered.unwrap_or_else(|_| {
        let seconds = patience.as_secs_f64();
        Err(format!("the adapter printed no line within {seconds} s"))
    })
}

async fn talk(child: &mut Child, line: &str) -> Result<Answer, String> {
    let (Some(mut input), Some(output), Some(errors)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err("the adapter has no standard streams".to_owned());
    };
    let mut said = Vec::new();
    let answer = async {
        // An adapter that ends without reading says more by its end than by the broken pipe.
        let _ = input.write_all(line.as_bytes()).await;
        drop(input);
        let mut printed = Vec::new();
        let mut reader = BufReader::new(output.take(LONGEST + 1));
        let read = reader.read_until(b'\n', &mut printed).await;
        read.map_err(|error| plain::line(&format!("the adapter cannot be read: {error}")))?;
        Ok::<_, String>(printed)
    };
    let printed = {
        tokio::pin!(answer);
        let drain = drain(errors, &mut said);
        tokio::pin!(drain);
        tokio::select! {
            printed = &mut answer => {
                let printed = printed?;
                if printed.is_empty() {
                    // What it said last may not have been read yet. A process that it left behind
                    // can keep standard error open.
                    let _ = tokio::time::timeout(LAST_WORDS, drain).await;
                }
                printed
            }
            // Standard error may be closed early. The answer still comes.
            () = &mut drain => answer.await?,
        }
    };
    if printed.is_empty() {
        let status = child.wait().await.map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&said);
        let last = said.lines().rev().find(|line| !line.trim().is_empty());
        let last = last.map_or_else(String::new, |last| format!(": {last}"));
        let why = format!("the adapter ended without a line ({status}){last}");
        return Err(plain::line(&why));
    }
    read(&printed)
}

/// Reads until the end, and keeps the last bytes.
async fn drain(mut errors: impl AsyncRead + Unpin, kept: &mut Vec<u8>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = errors.read(&mut buffer).await {
        kept.extend_from_slice(&buffer[..count]);
        let extra = kept.len().saturating_sub(KEPT);
        kept.drain(..extra);
    }
}

fn read(printed: &[u8]) -> Result<Answer, String> {
    if printed.len() as u64 > LONGEST {
        return Err(format!(
            "the adapter printed a line of more than {LONGEST} bytes"
        ));
    }
    let nonsense = || {
        let text = String::from_utf8_lossy(printed);
        let text: String = text.trim_end().chars().take(80).collect();
        plain::line(&format!(
            "the adapter did not print an object with rows, error or unsupported, but: {text}"
        ))
    };
    let line: Line = serde_json::from_slice(printed).map_err(|_| nonsense())?;
    match line {
        Line {
            unsupported: Some(why),
            ..
        } => Ok(Answer::Unsupported(plain::line(&why))),
        Line { error: Some(_), .. } => Ok(Answer::Error),
        Line { rows: Some(_), .. } => Ok(Answer::Rows),
        _ => Err(nonsense()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, read};

    #[track_caller]
    fn check(line: &str, expected: Result<Answer, &str>) {
        assert_eq!(read(line.as_bytes()), expected.map_err(str::to_owned));
    }

    #[test]
    fn a_line_says_what_happened() {
        check("{\"rows\":3}\n", Ok(Answer::Rows));
        check("{\"rows\":0,\"more\":[]}", Ok(Answer::Rows));
        check("{\"error\":\"limited\"}\n", Ok(Answer::Error));
        let no = Answer::Unsupported("no reversals".to_owned());
        check("{\"unsupported\":\"no reversals\"}\n", Ok(no));
    }

    #[test]
    fn anything_else_is_quoted_in_part() {
        const START: &str =
            "the adapter did not print an object with rows, error or unsupported, but: ";
        check("hello\u{1b}\n", Err(&format!("{START}hello\\u{{1b}}")));
        check("{\"rows\":-1}\n", Err(&format!("{START}{{\"rows\":-1}}")));
        check("{}", Err(&format!("{START}{{}}")));
        let long = "x".repeat(70_000);
        check(
            &long,
            Err("the adapter printed a line of more than 65536 bytes"),
        );
    }
}
