//! Who calls whom: the publisher id, the key, the address, the limits, from options, environment and files.

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use cpalead::{ApiKey, Client, Endpoint, FileStore, MemoryStore, RateLimits, Wait};
use cpalead_sandbox::Sandbox;

use crate::args::Global;
use crate::failure::Failure;
use crate::output::note;
use crate::values::{self, Waiting};

/// How large the file of a key may be, in bytes. Keys have a few dozen.
const LARGEST_KEY_FILE: u64 = 4096;

/// How many offers the embedded stand-in has: what the provider sends at most when no limit is named.
const SANDBOX_OFFERS: usize = 2500;

/// How many times as fast as real time the stand-in counts its minute.
const SANDBOX_SPEED: u32 = 60;

/// What a command asks of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Offers: the id alone.
    Id,
    /// Conversions and reversals: the key, and a place that remembers the minute.
    Key,
}

/// All that a client is built from. It is gathered before the runtime starts, since reading the key may block.
pub(crate) struct Settings {
    need: Need,
    publisher_id: u64,
    api_key: Option<String>,
    target: Target,
    wait: Option<Wait>,
    timeout: Option<Duration>,
    verbose: bool,
}

enum Target {
    Sandbox,
    /// The provider, or another address, with the directory that remembers the limits.
    Provider {
        base_url: Option<String>,
        state_dir: Option<PathBuf>,
    },
}

/// A client, and the stand-in that it talks to, if there is one: it ends with the session.
pub(crate) struct Session {
    pub(crate) client: Client,
    _sandbox: Option<Sandbox>,
}

impl Settings {
    /// Gathers the settings, without calling anybody.
    pub(crate) fn gather(global: &Global, need: Need) -> Result<Settings, Failure> {
        let wait = global.wait.map(|Waiting(wait)| wait);
        let (timeout, verbose) = (global.timeout, global.verbose);
        if global.sandbox {
            if global.base_url.is_some() || global.api_key_file.is_some() {
                return Err(Failure::usage(
                    "--sandbox is an address and a key of its own: leave out --base-url and --api-key-file",
                ));
            }
            return Ok(Settings {
                need,
                publisher_id: global.publisher_id.unwrap_or(Sandbox::DEFAULT_PUBLISHER_ID),
                api_key: Some(cpalead_sandbox::DEFAULT_API_KEY.to_owned()),
                target: Target::Sandbox,
                wait,
                timeout,
                verbose,
            });
        }
        let base_url = match &global.base_url {
            Some(url) => Some(url.clone()),
            None => variable(
                "CPALEAD_BASE_URL",
                "an address such as https://www.cpalead.com",
            )?,
        };
        Ok(Settings {
            need,
            publisher_id: publisher_id(global)?,
            api_key: api_key(global, need)?,
            target: Target::Provider {
                base_url,
                state_dir: state_dir(global, need)?,
            },
            wait,
            timeout,
            verbose,
        })
    }

    /// Builds the client, after starting the stand-in where it is wanted.
    pub(crate) async fn open(self) -> Result<Session, Failure> {
        let mut builder = Client::builder(self.publisher_id)
            .user_agent(concat!("cpalead-cli/", env!("CARGO_PKG_VERSION")));
        let mut limits = RateLimits::default();
        if let Some(wait) = self.wait {
            limits = limits.wait(wait);
        }
        let mut sandbox = None;
        match self.target {
            Target::Sandbox => {
                let started = start_sandbox().await?;
                builder = builder.base_url(started.base_url());
                limits = limits.store(MemoryStore::new());
                if self.need == Need::Key {
                    limits = fast(limits);
                    note(&format!(
                        "the sandbox's clock runs {SANDBOX_SPEED} times as fast: one call a second, not one a minute"
                    ));
                }
                if self.verbose {
                    note(&format!("the sandbox listens on {}", started.base_url()));
                }
                sandbox = Some(started);
            }
            Target::Provider {
                base_url,
                state_dir,
            } => {
                if let Some(url) = base_url {
                    builder = builder.base_url(url);
                }
                if let Some(directory) = state_dir {
                    if self.verbose {
                        note(&format!("limits are kept in {}", directory.display()));
                    }
                    let store = FileStore::new(directory);
                    limits = limits.store(
                        store.on_warning(|warning| crate::output::warn(&warning.to_string())),
                    );
                }
            }
        }
        if let Some(key) = self.api_key {
            builder = builder.api_key(key);
        }
        if let Some(timeout) = self.timeout {
            // A provider may be silent for all of the time: the option would be of no use if a shorter limit came first.
            builder = builder
                .timeout(timeout)
                .read_timeout(timeout)
                .connect_timeout(timeout.min(Duration::from_secs(10)));
        }
        let client = builder.rate_limits(limits).build()?;
        Ok(Session {
            client,
            _sandbox: sandbox,
        })
    }
}

async fn start_sandbox() -> Result<Sandbox, Failure> {
    let builder = Sandbox::builder()
        .offers(SANDBOX_OFFERS)
        .speed(SANDBOX_SPEED);
    let started = builder.start().await;
    started.map_err(|error| Failure::system(format!("the sandbox cannot be started: {error}")))
}

/// The client's interval for a clock that runs fast: its minute and a tenth of a second.
fn fast(limits: RateLimits) -> RateLimits {
    let interval = Duration::from_secs(60) / SANDBOX_SPEED + Duration::from_millis(100);
    limits
        .interval(Endpoint::Conversions, interval)
        .interval(Endpoint::Reversals, interval)
}

fn publisher_id(global: &Global) -> Result<u64, Failure> {
    if let Some(id) = global.publisher_id {
        return Ok(id);
    }
    let Some(text) = variable("CPALEAD_PUBLISHER_ID", "a whole number from 1")? else {
        return Err(Failure::configuration(
            "no publisher id: give --publisher-id N or set CPALEAD_PUBLISHER_ID; --sandbox needs none",
        ));
    };
    values::publisher_id(&text)
        .map_err(|error| Failure::configuration(format!("CPALEAD_PUBLISHER_ID: {error}")))
}

/// The key of the file, which is always read; else of the environment, where the command needs one.
fn api_key(global: &Global, need: Need) -> Result<Option<String>, Failure> {
    let (text, source) = match &global.api_key_file {
        Some(path) if path == Path::new("-") => (
            read_key(io::stdin().lock(), "standard input")?,
            "the api key on standard input".to_owned(),
        ),
        Some(path) => {
            let shown = path.display().to_string();
            let file = File::open(path).map_err(|error| {
                Failure::configuration(format!("cannot open the api key file {shown}: {error}"))
            })?;
            (read_key(file, &shown)?, format!("the api key file {shown}"))
        }
        None if need == Need::Id => return Ok(None),
        None => {
            let Some(text) = variable("CPALEAD_API_KEY", "the api key")? else {
                return Err(Failure::configuration(
                    "no api key: give --api-key-file F or set CPALEAD_API_KEY; --sandbox needs none",
                ));
            };
            (text, "CPALEAD_API_KEY".to_owned())
        }
    };
    // Checked here, where it is known where the key came from; the error never holds it.
    ApiKey::new(text.clone())
        .map_err(|error| Failure::configuration(format!("{source}: {error}")))?;
    Ok(Some(text))
}

fn read_key(reader: impl Read, shown: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = reader.take(LARGEST_KEY_FILE + 1).read_to_end(&mut bytes);
    read.map_err(|error| {
        Failure::configuration(format!("cannot read the api key from {shown}: {error}"))
    })?;
    if bytes.len() as u64 > LARGEST_KEY_FILE {
        return Err(Failure::configuration(format!(
            "{shown} is larger than {LARGEST_KEY_FILE} bytes: expected the api key alone"
        )));
    }
    String::from_utf8(bytes).map_err(|_| {
        Failure::configuration(format!("{shown} is not UTF-8: expected the api key alone"))
    })
}

/// The value of an environment variable; one that is set and blank is an error, because it is most often a mistake in a script.
fn variable(name: &str, expected: &str) -> Result<Option<String>, Failure> {
    let Some(value) = env::var_os(name) else {
        return Ok(None);
    };
    let Some(text) = value.to_str() else {
        return Err(Failure::configuration(format!(
            "{name} is not UTF-8: expected {expected}"
        )));
    };
    if text.trim().is_empty() {
        return Err(Failure::configuration(format!(
            "{name} is blank: expected {expected}, or unset it"
        )));
    }
    Ok(Some(text.to_owned()))
}

/// The directory of the limits. Without a key only the provider's own `Retry-After` is remembered there: then a home that cannot
/// be written to is no reason to fail.
fn state_dir(global: &Global, need: Need) -> Result<Option<PathBuf>, Failure> {
    if let Some(directory) = &global.state_dir {
        return Ok(Some(directory.clone()));
    }
    let usual = usual_state_dir(|name| env::var_os(name).filter(|value| !value.is_empty()));
    match (usual, need) {
        (None, Need::Key) => Err(Failure::configuration(
            "no directory to remember the limits in: give --state-dir DIR or set XDG_STATE_HOME",
        )),
        (Some(directory), Need::Id) => Ok(make(&directory).is_ok().then_some(directory)),
        (usual, _) => Ok(usual),
    }
}

fn make(directory: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

fn usual_state_dir(variable: impl Fn(&str) -> Option<std::ffi::OsString>) -> Option<PathBuf> {
    let absolute = |value: &OsStr| Some(PathBuf::from(value)).filter(|path| path.is_absolute());
    let from = |name: &str| variable(name).and_then(|value| absolute(&value));
    if let Some(state) = from("XDG_STATE_HOME") {
        return Some(state.join("cpalead"));
    }
    if cfg!(windows) {
        return from("LOCALAPPDATA").map(|local| local.join("cpalead"));
    }
    let home = from("HOME")?;
    Some(if cfg!(target_os = "macos") {
        home.join("Library/Application Support/cpalead")
    } else {
        home.join(".local/state/cpalead")
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::path::PathBuf;

    use super::{read_key, usual_state_dir};

    #[track_caller]
    fn check(variables: &[(&str, &str)], expected: Option<&str>) {
        let find = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).into())
        };
        assert_eq!(usual_state_dir(find), expected.map(PathBuf::from));
    }

    #[test]
    fn the_state_directory_is_where_the_desktop_specification_puts_it() {
        check(&[("HOME", "/h")], Some("/h/.local/state/cpalead"));
        check(
            &[("HOME", "/h"), ("XDG_STATE_HOME", "/s")],
            Some("/s/cpalead"),
        );
        // A relative directory is to be ignored, says the specification.
        check(
            &[("HOME", "/h"), ("XDG_STATE_HOME", "s")],
            Some("/h/.local/state/cpalead"),
        );
        check(&[], None);
    }

    #[test]
    fn a_key_file_is_read_no_further_than_a_key_can_be_long() {
        let failure = read_key(std::io::repeat(b'k'), "zeros").unwrap_err();
        assert_eq!(failure.exit(), 2);
        assert!(read_key(&b"\xff"[..], "bytes").is_err());
        assert_eq!(read_key(&b"key\n"[..], "file").unwrap(), "key\n");
    }
}
