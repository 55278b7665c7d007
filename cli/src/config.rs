//! The settings of a client: publisher id, api key, address and rate limits, from options,
//! environment and files.

use std::path::PathBuf;
use std::time::Duration;

use cpalead::rate_limits::{FileStore, MemoryStore};
use cpalead::{ApiKey, Client, Endpoint, RateLimits, Wait};
use cpalead_sandbox::Sandbox;

use crate::args::Global;
use crate::environment::{Need, variable};
use crate::failure::Failure;
use crate::key::Key;
use crate::output::note;
use crate::values;
use crate::{key, state};

/// The number of offers in the embedded sandbox: the provider's default limit.
const SANDBOX_OFFERS: usize = 2500;

/// The default speed of the embedded sandbox's clock, as a multiple of real time.
const SANDBOX_SPEED: u32 = 60;

const MINUTE: Duration = Duration::from_secs(60);

/// Everything that a client is built from. It is collected before the runtime starts, because
/// reading the key may block.
pub(crate) struct Settings {
    need: Need,
    publisher_id: u64,
    api_key: Option<ApiKey>,
    /// Where the key came from; nothing for the key of the sandbox.
    key_origin: Option<String>,
    target: Target,
    /// The speed of the sandbox's clock; nothing for the provider.
    speed: Option<u32>,
    wait: Option<Wait>,
    timeout: Option<Duration>,
    verbose: bool,
}

enum Target {
    Sandbox,
    /// The provider or another address, and the directory that keeps the rate limits.
    Provider {
        base_url: Option<String>,
        state_dir: Option<PathBuf>,
    },
}

/// A client, and the sandbox that it calls, if any. The sandbox stops when the session is dropped.
pub(crate) struct Session {
    pub(crate) client: Client,
    key_origin: Option<String>,
    _sandbox: Option<Sandbox>,
}

impl Settings {
    /// Collects the settings without any network call.
    pub(crate) fn gather(global: &Global, need: Need) -> Result<Settings, Failure> {
        let (wait, timeout, verbose) = (global.wait, global.timeout, global.verbose);
        if global.sandbox {
            if global.base_url.is_some() || global.api_key_file.is_some() {
                return Err(Failure::usage(
                    "--sandbox brings its own address and key: remove --base-url and --api-key-file",
                ));
            }
            return Ok(Settings {
                need,
                publisher_id: global.publisher_id.unwrap_or(Sandbox::DEFAULT_PUBLISHER_ID),
                api_key: ApiKey::new(cpalead_sandbox::DEFAULT_API_KEY).ok(),
                key_origin: None,
                target: Target::Sandbox,
                speed: Some(global.speed.unwrap_or(SANDBOX_SPEED)),
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
        // Only an address on this computer may begin with http://, so it is not the provider.
        let is_local = base_url
            .as_deref()
            .is_some_and(|url| url.starts_with("http://"));
        if global.speed.is_some() && !is_local {
            return Err(Failure::usage(
                "--speed is only for a sandbox: give --sandbox, or a --base-url such as http://127.0.0.1:8080",
            ));
        }
        let publisher_id = publisher_id(global)?;
        let (api_key, key_origin) = match key::api_key(global, need)? {
            Some(Key { key, origin }) => (Some(key), Some(origin)),
            None => (None, None),
        };
        Ok(Settings {
            need,
            publisher_id,
            api_key,
            key_origin,
            target: Target::Provider {
                base_url,
                state_dir: state::directory(global, need)?,
            },
            speed: global.speed,
            wait,
            timeout,
            verbose,
        })
    }

    /// Builds the client and, with `--sandbox`, starts the sandbox.
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
                let started = start_sandbox(self.speed.unwrap_or(1)).await?;
                builder = builder.base_url(started.base_url());
                limits = limits.store(MemoryStore::new());
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
                        note(&format!("rate limits are kept in {}", directory.display()));
                    }
                    let store = FileStore::new(directory);
                    limits = limits.store(
                        store.on_warning(|warning| crate::output::warn(&warning.to_string())),
                    );
                }
            }
        }
        if let Some(speed) = self.speed.filter(|speed| *speed > 1)
            && self.need == Need::Key
        {
            limits = fast(limits, speed);
            note(&format!(
                "the sandbox's clock runs {speed} times as fast as real time: one call {}, not one a minute",
                each_minute(speed)
            ));
        }
        if let Some(key) = self.api_key {
            builder = builder.api_key(key);
        }
        if let Some(timeout) = self.timeout {
            // The provider may be silent for the whole time. A shorter read timeout would end the
            // call before the time that the option allows.
            builder = builder
                .timeout(timeout)
                .read_timeout(timeout)
                .connect_timeout(timeout.min(Duration::from_secs(10)));
        }
        let client = builder.rate_limits(limits).build()?;
        Ok(Session {
            client,
            key_origin: self.key_origin,
            _sandbox: sandbox,
        })
    }
}

impl Session {
    /// The failure of a call that sent the key.
    pub(crate) fn failure(&self, error: cpalead::Error) -> Failure {
        let refuses_key = refuses_key(&error);
        let failure = Failure::from(error);
        match &self.key_origin {
            Some(origin) if refuses_key => failure.with_advice(&format!(
                "the provider does not accept the api key for this publisher id; the key came from {origin}"
            )),
            _ => failure,
        }
    }
}

/// Whether the provider refuses the key: by its status, or by words that mention a key.
fn refuses_key(error: &cpalead::Error) -> bool {
    let mentions_key = || {
        let message = error.to_string().to_ascii_lowercase();
        let mut words = message.split(|c: char| !c.is_ascii_alphanumeric());
        words.any(|word| matches!(word, "key" | "apikey"))
    };
    match error.status() {
        // A rate limit is often said to count calls for each key.
        _ if error.is_rate_limited() => false,
        Some(401 | 403) => true,
        Some(_) => (error.is_provider() || error.is_status()) && mentions_key(),
        None => false,
    }
}

async fn start_sandbox(speed: u32) -> Result<Sandbox, Failure> {
    let builder = Sandbox::builder().offers(SANDBOX_OFFERS).speed(speed);
    let started = builder.start().await;
    started.map_err(|error| Failure::system(format!("cannot start the sandbox: {error}")))
}

/// Sets the client's intervals for the fast clock: the sandbox's minute plus a tenth of a second.
fn fast(limits: RateLimits, speed: u32) -> RateLimits {
    let interval = MINUTE / speed + Duration::from_millis(100);
    limits
        .interval(Endpoint::Conversions, interval)
        .interval(Endpoint::Reversals, interval)
}

/// How often a call is allowed on the fast clock, in words.
fn each_minute(speed: u32) -> String {
    let each = MINUTE / speed;
    if each == Duration::from_secs(1) {
        "a second".to_owned()
    } else {
        format!("every {each:?}")
    }
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
