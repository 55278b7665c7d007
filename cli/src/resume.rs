//! The command line that resumes this one: the same words with a new start, quoted for a shell.

use std::ffi::OsString;

use jiff::civil::Date;

/// The command with these arguments, but with `start` as its first day.
pub(crate) fn command(arguments: impl Iterator<Item = OsString>, start: Date) -> String {
    let mut words = Vec::new();
    let mut replace = false;
    for argument in arguments {
        let word = argument.to_string_lossy();
        if replace {
            words.push(start.to_string());
        } else if word.starts_with("--start=") {
            words.push(format!("--start={start}"));
        } else {
            words.push(quoted(&word));
        }
        replace = !replace && word == "--start";
    }
    words.join(" ")
}

/// Quotes the word for a POSIX shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::command;

    #[track_caller]
    fn check(arguments: &[&str], expected: &str) {
        let arguments = arguments.iter().map(Into::into);
        assert_eq!(command(arguments, date(2026, 3, 15)), expected);
    }

    #[test]
    fn only_the_start_changes() {
        check(
            &[
                "cpalead",
                "reversals",
                "--start",
                "2026-01-15",
                "--end",
                "2026-05-03",
            ],
            "cpalead reversals --start 2026-03-15 --end 2026-05-03",
        );
        check(
            &[
                "cpalead",
                "reversals",
                "--start=2026-01-15",
                "--state-dir",
                "my dir's",
            ],
            r"cpalead reversals --start=2026-03-15 --state-dir 'my dir'\''s'",
        );
    }
}
