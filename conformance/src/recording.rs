//! A folder of recorded exchanges: one JSON file each, with a checksum, and an index of what was
//! asked. What is written has been scrubbed before.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::asks::ASKS;
use crate::error::Error;
use crate::exchange::Exchange;
use crate::feature::Feature;
use crate::scrub::contains_secret;

const VERSION: u32 = 1;
const INDEX: &str = "index.json";

/// The largest recording that is read: a body of 16 MiB, in which each byte may be escaped.
const LARGEST: u64 = 100 << 20;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    cpalead_recording: u32,
    exchange: String,
    path: String,
    query: Vec<(String, String)>,
    status: u16,
    headers: Vec<(String, String)>,
    key_echoed: bool,
    encoding: Encoding,
    body: String,
    sha256: String,
}

/// How the bytes of a body became a text.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    /// A character for each byte, for bodies that are not UTF-8.
    #[serde(rename = "latin-1")]
    Latin1,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    cpalead_recordings: u32,
    target: String,
    features: Vec<Feature>,
}

/// A folder that recordings are written to.
#[derive(Debug)]
pub(crate) struct Recorder {
    folder: PathBuf,
}

impl Recorder {
    /// Begins a folder, which must be empty or not there.
    pub(crate) fn begin(
        folder: &Path,
        target: &str,
        features: &[Feature],
    ) -> Result<Recorder, Error> {
        let failed = |error| cannot("write", folder, &error);
        fs::create_dir_all(folder).map_err(failed)?;
        if fs::read_dir(folder).map_err(failed)?.next().is_some() {
            let folder = folder.display();
            return Err(Error::new(format!(
                "{folder} is not empty; record into a new folder"
            )));
        }
        let recorder = Recorder {
            folder: folder.to_owned(),
        };
        let index = Index {
            cpalead_recordings: VERSION,
            target: target.to_owned(),
            features: features.to_vec(),
        };
        recorder.write(INDEX, &index)?;
        Ok(recorder)
    }

    pub(crate) fn keep(&self, exchange: &Exchange) -> Result<(), Error> {
        let (encoding, body) = match std::str::from_utf8(&exchange.body) {
            Ok(text) => (Encoding::Utf8, text.to_owned()),
            Err(_) => (
                Encoding::Latin1,
                exchange.body.iter().map(|byte| char::from(*byte)).collect(),
            ),
        };
        let mut file = File {
            cpalead_recording: VERSION,
            exchange: exchange.name.clone(),
            path: exchange.path.clone(),
            query: exchange.query.clone(),
            status: exchange.status,
            headers: exchange.headers.clone(),
            key_echoed: exchange.key_echoed,
            encoding,
            body,
            sha256: String::new(),
        };
        file.sha256 = checksum(&file)?;
        self.write(&file_name(&exchange.name), &file)
    }

    fn write(&self, name: &str, value: &impl Serialize) -> Result<(), Error> {
        let path = self.folder.join(name);
        let mut text =
            serde_json::to_string_pretty(value).map_err(|error| Error::new(error.to_string()))?;
        text.push('\n');
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| cannot("write", &path, &error))
    }
}

/// A folder of recordings that is read.
pub struct Recordings {
    folder: PathBuf,
    secret: Option<String>,
    pub(crate) target: String,
    pub(crate) features: Vec<Feature>,
}

impl std::fmt::Debug for Recordings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recordings")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Recordings {
    /// Opens a folder. No file that is read from it may contain `secret`, in any spelling.
    ///
    /// # Errors
    ///
    /// When the folder does not hold recordings.
    pub fn open(folder: &Path, secret: Option<&str>) -> Result<Recordings, Error> {
        let mut recordings = Recordings {
            folder: folder.to_owned(),
            secret: secret.map(str::to_owned),
            target: String::new(),
            features: Vec::new(),
        };
        let Some(text) = recordings.read(INDEX)? else {
            let folder = folder.display();
            return Err(Error::new(format!(
                "{folder} has no {INDEX}, so it is not a folder of recordings"
            )));
        };
        let index: Index = parse(&folder.join(INDEX), &text)?;
        recordings.target = index.target;
        recordings.features = index.features;
        Ok(recordings)
    }

    /// The recording of an exchange, if there is one.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, was changed, or contains the secret.
    pub fn exchange(&self, name: &str) -> Result<Option<Exchange>, Error> {
        let path = self.folder.join(file_name(name));
        let Some(text) = self.read(&file_name(name))? else {
            return Ok(None);
        };
        let exchange = parse(&path, &text).and_then(|file| checked(&path, file))?;
        if exchange.name != name {
            return Err(changed(&path));
        }
        Ok(Some(exchange))
    }

    /// The files of the folder that belong to it, each with its name and its text: the index, and
    /// the recordings. Each was checked as [`exchange`](Recordings::exchange) does it.
    ///
    /// # Errors
    ///
    /// As [`exchange`](Recordings::exchange).
    pub fn files(&self) -> Result<Vec<(String, String)>, Error> {
        let mut files = Vec::new();
        for name in [None]
            .into_iter()
            .chain(ASKS.iter().map(|ask| Some(ask.name)))
        {
            if let Some(name) = name {
                self.exchange(name)?;
            }
            let name = name.map_or(INDEX.to_owned(), file_name);
            if let Some(text) = self.read(&name)? {
                files.push((name, text));
            }
        }
        Ok(files)
    }

    fn read(&self, name: &str) -> Result<Option<String>, Error> {
        read(&self.folder.join(name), self.secret.as_deref())
    }
}

impl Exchange {
    /// Reads a single recording. No `secret` may be in it, in any spelling.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is not a recording, was changed, or contains the secret.
    pub fn read(path: &Path, secret: Option<&str>) -> Result<Exchange, Error> {
        let Some(text) = read(path, secret)? else {
            return Err(Error::new(format!("there is no file {}", path.display())));
        };
        parse(path, &text).and_then(|file| checked(path, file))
    }
}

/// The exchange of a file whose checksum is right.
fn checked(path: &Path, mut file: File) -> Result<Exchange, Error> {
    let sum = std::mem::take(&mut file.sha256);
    if sum != checksum(&file)? {
        return Err(changed(path));
    }
    let body = match file.encoding {
        Encoding::Utf8 => file.body.into_bytes(),
        Encoding::Latin1 => file.body.chars().map(|c| c as u8).collect(),
    };
    Ok(Exchange {
        name: file.exchange,
        path: file.path,
        query: file.query,
        status: file.status,
        headers: file.headers,
        body,
        key_echoed: file.key_echoed,
    })
}

fn read(path: &Path, secret: Option<&str>) -> Result<Option<String>, Error> {
    let length = match fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot("read", path, &error)),
    };
    if length > LARGEST {
        return Err(Error::new(format!(
            "{} is larger than {LARGEST} bytes",
            path.display()
        )));
    }
    let text = fs::read_to_string(path).map_err(|error| cannot("read", path, &error))?;
    if secret.is_some_and(|secret| contains_secret(&text, secret)) {
        let path = path.display();
        return Err(Error::new(format!(
            "{path} contains the api key; delete it, and do not share it"
        )));
    }
    Ok(Some(text))
}

fn changed(path: &Path) -> Error {
    let path = path.display();
    Error::new(format!(
        "{path} was changed after it was recorded: its sha256 differs"
    ))
}

fn file_name(exchange: &str) -> String {
    format!("{}.json", exchange.replace('/', "."))
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::new(format!("cannot {what} {}: {error}", path.display()))
}

fn parse<T: for<'de> Deserialize<'de>>(path: &Path, text: &str) -> Result<T, Error> {
    serde_json::from_str(text)
        .map_err(|error| Error::new(format!("{} is not a recording: {error}", path.display())))
}

/// The checksum of everything in a recording but the checksum itself.
fn checksum(file: &File) -> Result<String, Error> {
    let mut value = serde_json::to_value(file).map_err(|error| Error::new(error.to_string()))?;
    if let Some(object) = value.as_object_mut() {
        object.remove("sha256");
    }
    let digest = Sha256::digest(value.to_string().as_bytes());
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}
