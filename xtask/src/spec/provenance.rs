//! The provenance of `spec/upstream.json`, read from and written to `spec/provenance.toml`.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::outcome::Problem;

/// How a document was obtained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// We wrote it from the documentation page, because the document was not available.
    Reconstruction,
    /// Fetched from an address.
    Download,
    /// Read from a file.
    File,
    /// Read from standard input.
    Stdin,
}

/// The provenance of one document.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Provenance {
    pub(crate) kind: Kind,
    /// The address it was fetched from, or the name of the file.
    pub(crate) source: String,
    /// The day of the update, as YYYY-MM-DD.
    pub(crate) date: String,
    /// The fingerprint of its bytes.
    pub(crate) sha256: String,
    /// The ETag it was sent with.
    pub(crate) etag: Option<String>,
    /// The Last-Modified date it was sent with.
    pub(crate) last_modified: Option<String>,
}

impl Provenance {
    /// Reads the file's text.
    pub(crate) fn read(text: &str) -> Result<Self, Problem> {
        toml::from_str(text).map_err(|err| {
            Problem::failed(format!(
                "spec/provenance.toml: {}",
                err.to_string().trim().replace('\n', " ")
            ))
        })
    }

    /// The file's text.
    pub(crate) fn text(&self) -> String {
        let mut out = String::from(
            "# Where spec/upstream.json came from. Written by `cargo xtask update-spec`.\n",
        );
        if self.kind == Kind::Reconstruction {
            out.push_str(
                "#\n# The provider's document was not available: upstream.json is a RECONSTRUCTION from the documentation page\n\
                 # below, and from nothing else. The first `cargo xtask update-spec` on a connected machine replaces it.\n",
            );
        }
        let kind = match self.kind {
            Kind::Reconstruction => "reconstruction",
            Kind::Download => "download",
            Kind::File => "file",
            Kind::Stdin => "stdin",
        };
        let mut line =
            |key: &str, value: &str| out.push_str(&format!("{key} = {}\n", quoted(value)));
        line("kind", kind);
        line("source", &self.source);
        line("date", &self.date);
        line("sha256", &self.sha256);
        if let Some(etag) = &self.etag {
            line("etag", etag);
        }
        if let Some(date) = &self.last_modified {
            line("last_modified", date);
        }
        out
    }
}

/// A TOML basic string. HTTP headers may contain any character.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The fingerprint of a document's bytes, in lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A day, as YYYY-MM-DD, from seconds since 1970 in UTC.
pub(crate) fn day(seconds: u64) -> String {
    // Days are counted from 0000-03-01, which makes a leap day the last day of its year.
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    format!("{:04}-{month:02}-{day:02}", year + era * 400 + carry)
}

#[cfg(test)]
mod tests {
    use super::{Kind, Provenance, day, sha256};

    #[test]
    fn what_is_written_is_read_back() {
        let provenance = Provenance {
            kind: Kind::Download,
            source: "https://www.cpalead.com/api/openapi.json".to_owned(),
            date: "2026-11-23".to_owned(),
            sha256: sha256(b""),
            etag: Some("W/\"a\\b\u{7}\"".to_owned()),
            last_modified: None,
        };
        match Provenance::read(&provenance.text()) {
            Ok(back) => assert_eq!(back, provenance),
            Err(problem) => panic!("{problem}"),
        }
    }

    #[test]
    fn a_file_with_a_key_nobody_knows_is_refused() {
        assert!(Provenance::read("kind = \"download\"\nsauce = \"x\"\n").is_err());
    }

    #[test]
    fn days_are_calendar_days() {
        for (seconds, expected) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_709_164_800, "2024-02-29"),
            (1_767_225_599, "2025-12-31"),
        ] {
            assert_eq!(day(seconds), expected);
        }
    }

    #[test]
    fn the_fingerprint_is_the_usual_one() {
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
