//! The form in which offers are kept: one line of JSON, and the body in gzip.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::pulls::Kept;
use crate::rate_limits::store::account::{Account, Lane};

/// The version of the format.
pub(crate) const VERSION: u64 = 1;

/// The longest header that is read, in bytes.
const MAX_HEADER: usize = 4_096;

/// The longest body that is read, in bytes.
const MAX_BODY: u64 = 256 << 20;

/// Makes these hashes different from other hashes of the same words.
const DOMAIN: &[u8] = b"cpalead catalog 1\0";

/// Whose offers, and which: hashes that show neither the publisher id nor the sub-ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) account: String,
    pub(crate) request: String,
}

impl Identity {
    pub(crate) fn new(account: &Account, words: &[String]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(DOMAIN);
        for word in words {
            hasher.update((word.len() as u64).to_be_bytes());
            hasher.update(word);
        }
        let lane = Lane::new(account, "catalog", std::time::Duration::ZERO);
        Self {
            account: lane.id().to_owned(),
            request: hex(&hasher.finalize()),
        }
    }

    /// One name for both: 64 hexadecimal digits.
    pub(crate) fn name(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(DOMAIN);
        hasher.update(&self.account);
        hasher.update(&self.request);
        hex(&hasher.finalize())
    }
}

/// The line in front of a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    version: u64,
    account: String,
    request: String,
    pub(crate) generation: u64,
    pub(crate) watermark: Option<Timestamp>,
    pub(crate) full_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) doubted: Option<usize>,
    pub(crate) pulled_at: Timestamp,
    /// The length of the body in bytes, before gzip.
    pub(crate) length: u64,
    /// The hash of the body, before gzip.
    pub(crate) sha256: String,
}

#[derive(Deserialize)]
struct VersionOnly {
    version: u64,
}

impl Header {
    pub(crate) fn new(
        identity: &Identity,
        generation: u64,
        kept: Kept,
        pulled_at: Timestamp,
        body: &str,
    ) -> Self {
        Self {
            version: VERSION,
            account: identity.account.clone(),
            request: identity.request.clone(),
            generation,
            watermark: kept.watermark,
            full_at: kept.full_at,
            doubted: kept.doubted,
            pulled_at,
            length: body.len() as u64,
            sha256: hex(&Sha256::digest(body.as_bytes())),
        }
    }

    /// Reads a header, without its end of line.
    ///
    /// # Errors
    ///
    /// Why it cannot be used, in words.
    pub(crate) fn read(line: &[u8], identity: &Identity) -> Result<Self, String> {
        if line.len() > MAX_HEADER {
            return Err("its header is too long".to_owned());
        }
        let VersionOnly { version } =
            serde_json::from_slice(line).map_err(|_| "it has no header".to_owned())?;
        if version > VERSION {
            return Err(format!(
                "it was written by a newer cpalead (version {version}); update this program"
            ));
        }
        let header: Self =
            serde_json::from_slice(line).map_err(|_| "its header cannot be read".to_owned())?;
        if header.account != identity.account {
            return Err("it belongs to another account".to_owned());
        }
        if header.request != identity.request {
            return Err("it belongs to another request".to_owned());
        }
        Ok(header)
    }

    pub(crate) fn kept(&self) -> Kept {
        Kept {
            watermark: self.watermark,
            full_at: self.full_at,
            doubted: self.doubted,
        }
    }

    /// Whether it belongs to this body.
    #[cfg(feature = "redis")]
    pub(crate) fn is_of(&self, body: &str) -> bool {
        self.length == body.len() as u64 && self.sha256 == hex(&Sha256::digest(body.as_bytes()))
    }

    /// The line, with its end.
    pub(crate) fn line(&self) -> String {
        // A header has no map whose keys are not text.
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }

    /// Unpacks the body that belongs to this header.
    ///
    /// # Errors
    ///
    /// Why it cannot be used, in words.
    pub(crate) fn unpack(&self, packed: &[u8]) -> Result<String, String> {
        if self.length > MAX_BODY {
            return Err(format!("its body of {} bytes is too long", self.length));
        }
        let mut body = Vec::new();
        let mut unpacking = GzDecoder::new(packed).take(self.length + 1);
        let read = unpacking.read_to_end(&mut body);
        let is_whole = read.is_ok() && body.len() as u64 == self.length;
        if !is_whole || hex(&Sha256::digest(&body)) != self.sha256 {
            return Err("its checksum is wrong".to_owned());
        }
        body.shrink_to_fit();
        String::from_utf8(body).map_err(|_| "its body is not UTF-8".to_owned())
    }
}

/// Packs a body. The fastest level: it is done after each pull.
pub(crate) fn pack(body: &str) -> Vec<u8> {
    let mut packing = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory does not fail.
    let _ = packing.write_all(body.as_bytes());
    packing.finish().unwrap_or_default()
}

/// Splits a snapshot into its header and its packed body.
pub(crate) fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let head = bytes.get(..bytes.len().min(MAX_HEADER))?;
    let at = head.iter().position(|byte| *byte == b'\n')?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Header, Identity, pack, split};
    use crate::catalog::pulls::Kept;
    use crate::rate_limits::store::account::Account;

    fn identity() -> Identity {
        Identity::new(&Account::new(3_360_001), &["limit=5000".to_owned()])
    }

    fn header(body: &str) -> Header {
        let at = "2026-01-15T12:00:00Z".parse().unwrap();
        let kept = Kept {
            watermark: Some(at),
            ..Kept::default()
        };
        Header::new(&identity(), 7, kept, at, body)
    }

    #[test]
    fn what_is_written_can_be_read_back() {
        let header = header("{}é");
        let mut bytes = header.line().into_bytes();
        bytes.extend(pack("{}é"));
        let (line, packed) = split(&bytes).unwrap();
        let read = Header::read(line, &identity()).unwrap();
        assert_eq!(read, header);
        assert_eq!(read.unpack(packed).unwrap(), "{}é");
    }

    #[test]
    fn the_names_never_change_between_versions_and_show_no_publisher() {
        assert_eq!(
            identity().name(),
            "f399179e7da1f724e3809e0b98bad453e6d61a08406298ea4c91de7f4608974e"
        );
        let other = Identity::new(&Account::new(3_360_002), &["limit=5000".to_owned()]);
        assert_ne!(identity().name(), other.name());
        assert!(!header("").line().contains("3360001"));
    }

    #[test]
    fn any_flipped_byte_of_the_packed_body_is_noticed() {
        let body = r#"{"status":"success","offers":[{"id":1}]}"#;
        let (header, packed) = (header(body), pack(body));
        for at in 0..packed.len() {
            let mut bad = packed.clone();
            bad[at] ^= 1;
            // Some bytes of the gzip header mean nothing, and then the body is whole.
            assert!(
                header
                    .unpack(&bad)
                    .is_err_and(|why| why == "its checksum is wrong")
                    || header.unpack(&bad).is_ok_and(|read| read == body)
            );
        }
        for length in 0..packed.len() - 8 {
            assert!(header.unpack(&packed[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn a_header_that_cannot_be_used_says_why() {
        let check = |change: &dyn Fn(&mut serde_json::Value), why: &str| {
            let mut value = serde_json::to_value(header("{}")).unwrap();
            change(&mut value);
            let line = value.to_string();
            let error = Header::read(line.as_bytes(), &identity()).unwrap_err();
            assert_eq!(error, why);
        };
        check(
            &|value| value["version"] = 2.into(),
            "it was written by a newer cpalead (version 2); update this program",
        );
        check(
            &|value| value["account"] = "x".into(),
            "it belongs to another account",
        );
        check(
            &|value| value["request"] = "x".into(),
            "it belongs to another request",
        );
        check(
            &|value| value["length"] = "x".into(),
            "its header cannot be read",
        );
        check(&|value| *value = serde_json::json!([]), "it has no header");
        let error = Header::read(&vec![b' '; 5_000], &identity()).unwrap_err();
        assert_eq!(error, "its header is too long");
        let mut long = header("{}");
        long.length = u64::MAX;
        assert_eq!(
            long.unpack(&pack("{}")).unwrap_err(),
            "its body of 18446744073709551615 bytes is too long"
        );
    }
}
