//! The api key: read from a file, standard input or the environment, with a limit on its length.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use cpalead::ApiKey;

use crate::args::Global;
use crate::environment::{Need, variable};
use crate::failure::Failure;

/// The largest key file, in bytes. Real keys have a few dozen bytes.
const MAX_KEY_FILE: u64 = 4096;

/// An api key, and where it came from.
pub(crate) struct Key {
    pub(crate) key: ApiKey,
    pub(crate) origin: String,
}

/// The key from the file, which is always read if it is given. Without a file, the key from the
/// environment, if the command needs one.
pub(crate) fn api_key(global: &Global, need: Need) -> Result<Option<Key>, Failure> {
    let found = text(global, need)?;
    found
        .map(|(text, origin)| checked(text, origin))
        .transpose()
}

/// The same as a text, for the conformance suite, which has no type for it.
pub(crate) fn secret(global: &Global, need: Need) -> Result<Option<String>, Failure> {
    let Some((text, origin)) = text(global, need)? else {
        return Ok(None);
    };
    checked(text.clone(), origin)?;
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// The key is checked here, where its source is known. The error never contains it.
fn checked(text: String, origin: String) -> Result<Key, Failure> {
    match ApiKey::new(text) {
        Ok(key) => Ok(Key { key, origin }),
        Err(error) => Err(Failure::configuration(format!("{origin}: {error}"))),
    }
}

fn text(global: &Global, need: Need) -> Result<Option<(String, String)>, Failure> {
    let found = match &global.api_key_file {
        Some(path) if path == Path::new("-") => (
            read_key(io::stdin().lock(), "standard input")?,
            "standard input".to_owned(),
        ),
        Some(path) => {
            let shown = path.display().to_string();
            let file = File::open(path).map_err(|error| {
                Failure::configuration(format!("cannot open the api key file {shown}: {error}"))
            })?;
            (read_key(file, &shown)?, format!("the file {shown}"))
        }
        None if need == Need::Id => return Ok(None),
        None => {
            let Some(text) = variable("CPALEAD_API_KEY", "the api key")? else {
                if need == Need::KeyIfAny {
                    return Ok(None);
                }
                return Err(Failure::configuration(
                    "no api key: give --api-key-file F or set CPALEAD_API_KEY; --sandbox needs none",
                ));
            };
            (text, "the environment variable CPALEAD_API_KEY".to_owned())
        }
    };
    Ok(Some(found))
}

fn read_key(reader: impl Read, shown: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = reader.take(MAX_KEY_FILE + 1).read_to_end(&mut bytes);
    read.map_err(|error| {
        Failure::configuration(format!("cannot read the api key from {shown}: {error}"))
    })?;
    if bytes.len() as u64 > MAX_KEY_FILE {
        return Err(Failure::configuration(format!(
            "{shown} is larger than {MAX_KEY_FILE} bytes: expected the api key alone"
        )));
    }
    String::from_utf8(bytes).map_err(|_| {
        Failure::configuration(format!("{shown} is not UTF-8: expected the api key alone"))
    })
}

#[cfg(test)]
mod tests {
    use super::read_key;

    #[test]
    fn a_key_file_is_read_only_up_to_a_limit() {
        let failure = read_key(std::io::repeat(b'k'), "zeros").unwrap_err();
        assert_eq!(failure.exit(), 2);
        assert!(read_key(&b"\xff"[..], "bytes").is_err());
        assert_eq!(read_key(&b"key\n"[..], "file").unwrap(), "key\n");
    }
}
