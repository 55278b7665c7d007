//! Unpacks the body of an answer as it arrives, up to a cap on the unpacked bytes.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;

use crate::error::{Error, Kind, Sent};

/// How the body of an answer is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Gzip,
}

impl Encoding {
    /// Reads the values of `Content-Encoding`, in any case.
    ///
    /// # Errors
    ///
    /// When the body is packed in a way that was not asked for, or more than once.
    pub(super) fn of<'a>(values: impl Iterator<Item = &'a [u8]>) -> Result<Self, Error> {
        let text: Vec<_> = values.map(String::from_utf8_lossy).collect();
        let text = text.join(",");
        let words = text.split(',').map(|word| word.trim().to_ascii_lowercase());
        let packed: Vec<_> = words
            .filter(|word| !matches!(word.as_str(), "" | "identity"))
            .collect();
        let message = match packed.as_slice() {
            [] => return Ok(Self::Identity),
            [one] if matches!(one.as_str(), "gzip" | "x-gzip") => return Ok(Self::Gzip),
            [one] => format!("it is packed as `{one}`: expected gzip or nothing"),
            several => format!(
                "it is packed {} times, as `{}`: expected once at most",
                several.len(),
                several.join(", ")
            ),
        };
        Err(Error::decode("", message))
    }
}

/// A body that grows as its chunks arrive.
pub(super) enum Unpacked {
    Identity(Capped),
    // Boxed, because the state of the decoder is large.
    Gzip(Box<MultiGzDecoder<Capped>>),
}

impl Unpacked {
    pub(super) fn new(encoding: Encoding, cap: u64, reserved: usize) -> Self {
        let body = Capped {
            bytes: Vec::with_capacity(reserved),
            cap: usize::try_from(cap).unwrap_or(usize::MAX),
            is_full: false,
        };
        match encoding {
            Encoding::Identity => Self::Identity(body),
            Encoding::Gzip => Self::Gzip(Box::new(MultiGzDecoder::new(body))),
        }
    }

    /// # Errors
    ///
    /// When the body is larger than the cap, or its packing is broken.
    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<(), Error> {
        let written = match self {
            Self::Identity(body) => body.write_all(chunk),
            Self::Gzip(decoder) => decoder.write_all(chunk),
        };
        written.map_err(|error| self.failed(&error))
    }

    /// # Errors
    ///
    /// When the packed body ends too early.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, Error> {
        if let Self::Gzip(decoder) = &mut self
            && let Err(error) = decoder.try_finish()
        {
            return Err(self.failed(&error));
        }
        Ok(match self {
            Self::Identity(body) => body.bytes,
            Self::Gzip(decoder) => match decoder.finish() {
                Ok(body) => body.bytes,
                Err(error) => return Err(broken(&error)),
            },
        })
    }

    fn failed(&self, error: &io::Error) -> Error {
        let body = match self {
            Self::Identity(body) => body,
            Self::Gzip(decoder) => decoder.get_ref(),
        };
        match body.is_full {
            true => Error::new(Kind::TooLarge(body.cap as u64)),
            false => broken(error),
        }
    }
}

fn broken(error: &io::Error) -> Error {
    Error::new(Kind::Transport(format!(
        "the gzip of the body is broken: {error}"
    )))
    .sent(Sent::Maybe)
}

/// Bytes up to a cap.
pub(super) struct Capped {
    bytes: Vec<u8>,
    cap: usize,
    is_full: bool,
}

impl Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.cap - self.bytes.len() {
            self.is_full = true;
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Encoding;

    #[track_caller]
    fn check(values: &[&str], expected: &str) {
        let shown = match Encoding::of(values.iter().map(|value| value.as_bytes())) {
            Ok(encoding) => format!("{encoding:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected, "{values:?}");
    }

    #[test]
    fn gzip_is_known_in_any_case_and_others_are_named() {
        check(&[], "Identity");
        check(&["identity"], "Identity");
        for value in ["gzip", "GZIP", "Gzip", "x-gzip", " gzip ", "identity, gzip"] {
            check(&[value], "Gzip");
        }
        check(
            &["br"],
            "cannot read the answer: it is packed as `br`: expected gzip or nothing",
        );
        check(
            &["gzip, gzip"],
            "cannot read the answer: it is packed 2 times, as `gzip, gzip`: expected once at most",
        );
        check(
            &["gzip", "deflate"],
            "cannot read the answer: it is packed 2 times, as `gzip, deflate`: expected once at most",
        );
    }
}
