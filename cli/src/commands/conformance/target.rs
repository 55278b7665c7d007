//! What `--target` names: with which publisher, key and rate limits it is asked.

use std::path::PathBuf;
use std::time::Duration;

use cpalead::RateLimits;
use cpalead::rate_limits::FileStore;
use cpalead_conformance::{Publisher, Target};
use cpalead_sandbox::Sandbox;
use jiff::civil::Date;

use crate::args::{Global, TargetName};
use crate::environment::{Need, variable};
use crate::failure::Failure;
use crate::{key, output, state, values};

/// More offers than the provider's default limit, so that the limit is seen.
const SANDBOX_OFFERS: usize = 3_000;

/// The default speed of the sandbox's clock, as a multiple of real time.
const SANDBOX_SPEED: u32 = 60;

/// The last day of the sandbox's reversals.
const SANDBOX_DAY: Date = jiff::civil::date(2026, 11, 20);

const MINUTE: Duration = Duration::from_secs(60);

/// A target that can be asked, and the sandbox that answers, which stops when it is dropped.
pub(crate) struct Opened {
    pub(crate) target: Target,
    pub(crate) day: Date,
    /// The api key at hand.
    pub(crate) secret: Option<String>,
    pub(crate) sandbox: Option<Sandbox>,
}

/// Opens the target. Nothing is sent to it.
pub(crate) async fn open(name: &TargetName, global: &Global) -> Result<Opened, Failure> {
    check(name, global)?;
    let today = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    let refused = |error: cpalead_conformance::Error| Failure::configuration(error.to_string());
    let (target, day, secret, sandbox) = match name {
        TargetName::Live => {
            let (publisher, secret, state_dir) = account(global)?;
            let Some(directory) = state_dir else {
                return Err(Failure::configuration(
                    "no directory for the rate limits: give --state-dir DIR or set XDG_STATE_HOME",
                ));
            };
            let store = FileStore::new(directory);
            let store = store.on_warning(|warning| output::warn(&warning.to_string()));
            let limits = RateLimits::default().store(store);
            let target = Target::live(&publisher, limits).map_err(refused)?;
            (target, today, secret, None)
        }
        TargetName::Server(url) => {
            let (publisher, secret, _) = account(global)?;
            let mut target = Target::server(url, &publisher).map_err(refused)?;
            if let Some(speed) = global.speed {
                target = target.interval(interval(speed));
            }
            (target, today, secret, None)
        }
        TargetName::Sandbox => {
            let speed = global.speed.unwrap_or(SANDBOX_SPEED);
            let builder = Sandbox::builder().offers(SANDBOX_OFFERS).speed(speed);
            let started = builder.start().await;
            let sandbox = started.map_err(|error| {
                Failure::inconclusive(format!("cannot start the sandbox: {error}"))
            })?;
            let id = global.publisher_id.unwrap_or(Sandbox::DEFAULT_PUBLISHER_ID);
            let publisher = Publisher::new(id).api_key(sandbox.api_key());
            let target = Target::sandbox(sandbox.base_url(), &publisher).map_err(refused)?;
            let secret = Some(sandbox.api_key().to_owned());
            let target = target.interval(interval(speed));
            (target, SANDBOX_DAY, secret, Some(sandbox))
        }
        TargetName::Replay(folder) => {
            let secret = key::secret(global, Need::KeyIfAny)?;
            let target = Target::replay(folder, secret.as_deref()).map_err(refused)?;
            (target, today, secret, None)
        }
    };
    Ok(Opened {
        target,
        day,
        secret,
        sandbox,
    })
}

/// Refuses the options that belong to other commands, and says what to give in their place.
fn check(name: &TargetName, global: &Global) -> Result<(), Failure> {
    let refused = [
        (global.sandbox, "--sandbox", "give --target sandbox"),
        (
            global.base_url.is_some(),
            "--base-url",
            "give the address as --target URL",
        ),
        (
            global.wait.is_some(),
            "--wait",
            "remove it, because a run waits for each slot; --dry-run shows how long",
        ),
        (
            global.timeout.is_some(),
            "--timeout",
            "remove it, because each call has 60 s; an answer that does not come is in the report",
        ),
    ];
    if let Some((_, option, advice)) = refused.into_iter().find(|(given, ..)| *given) {
        return Err(Failure::usage(format!(
            "{option} cannot be combined with a target: {advice}"
        )));
    }
    let is_test_server = match name {
        TargetName::Sandbox => true,
        TargetName::Server(url) => url.starts_with("http://"),
        TargetName::Live | TargetName::Replay(_) => false,
    };
    if global.speed.is_some() && !is_test_server {
        return Err(Failure::usage(
            "--speed is only for a sandbox: give --target sandbox, or an address such as http://127.0.0.1:8080",
        ));
    }
    if *name == TargetName::Sandbox && global.api_key_file.is_some() {
        return Err(Failure::usage(
            "the sandbox brings its own key: remove --api-key-file",
        ));
    }
    let address = std::env::var_os("CPALEAD_BASE_URL");
    if *name == TargetName::Live && address.is_some() {
        return Err(Failure::configuration(
            "CPALEAD_BASE_URL is set, and --target live calls https://www.cpalead.com: unset it, or give --target URL",
        ));
    }
    Ok(())
}

/// The publisher with its key, the key if there is one, and the directory of the rate limits.
fn account(global: &Global) -> Result<(Publisher, Option<String>, Option<PathBuf>), Failure> {
    let id = match global.publisher_id {
        Some(id) => id,
        None => {
            let Some(text) = variable("CPALEAD_PUBLISHER_ID", "a whole number from 1")? else {
                return Err(Failure::configuration(
                    "no publisher id: give --publisher-id N or set CPALEAD_PUBLISHER_ID; --target sandbox needs none",
                ));
            };
            values::publisher_id(&text)
                .map_err(|error| Failure::configuration(format!("CPALEAD_PUBLISHER_ID: {error}")))?
        }
    };
    let secret = key::secret(global, Need::KeyIfAny)?;
    let need = if secret.is_some() {
        Need::Key
    } else {
        Need::Id
    };
    let mut publisher = Publisher::new(id);
    if let Some(key) = &secret {
        publisher = publisher.api_key(key);
    }
    Ok((publisher, secret, state::directory(global, need)?))
}

/// The minute of a fast clock, and up to two fifths more, because a busy machine may delay the
/// earlier of two calls.
fn interval(speed: u32) -> Duration {
    let minute = MINUTE / speed;
    let more = minute * 2 / 5;
    minute + more.clamp(Duration::from_millis(50), Duration::from_millis(400))
}
