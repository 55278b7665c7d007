//! Owns the settings: what the environment says, and what stands in for an account.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use cpalead::postbacks::{Network, Postbacks, Relay};
use cpalead::rate_limits::FileStore;
use cpalead::{Client, Endpoint, RateLimits, Wait};

/// Why the program cannot start.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The text that is typed into the dashboard, after the address of the server.
const QUERY: &str = "u={subid}&lead={lead_id}&offer={campaign_id}&p={payout}\
                     &event={event_key}&ep={event_payout}&k={password}";

/// The variables that only an account has.
const OF_AN_ACCOUNT: [&str; 5] = [
    "CPALEAD_API_KEY",
    "CPALEAD_BASE_URL",
    "CPALEAD_POSTBACK_PASSWORD",
    "REWARDS_POSTBACK",
    "REWARDS_PROXIES",
];

/// The settings.
#[derive(Debug)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The file of the database.
    pub database: PathBuf,
    /// Whose offers are shown.
    pub account: Account,
}

/// Whose offers are shown.
#[derive(Debug)]
pub enum Account {
    /// Nobody's: the stand-in provider on this port of 127.0.0.1.
    Sandbox {
        /// 0 picks a free port.
        port: u16,
    },
    /// A publisher of CPAlead.
    Publisher {
        /// The connection to the provider.
        client: Box<Client>,
        /// Reads and checks postbacks.
        postbacks: Box<Postbacks>,
    },
}

impl Settings {
    /// Reads the settings with `get`, which looks up a variable of the environment.
    ///
    /// # Errors
    ///
    /// When a variable is missing or wrong. The message names it and never has its value.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Settings, Failure> {
        let text = |name: &str, default: &str| get(name).unwrap_or_else(|| default.to_owned());
        let listen = text("REWARDS_LISTEN", "127.0.0.1:3000");
        let listen: SocketAddr = listen
            .parse()
            .map_err(|_| "REWARDS_LISTEN is not an address with a port")?;
        let database = PathBuf::from(text("REWARDS_DATABASE", "rewards.sqlite"));
        let account = match get("CPALEAD_PUBLISHER_ID") {
            Some(id) => publisher(&id, &database, &get)?,
            // The password of the sandbox is known to everybody.
            None if !listen.ip().is_loopback() => {
                return Err(
                    "without CPALEAD_PUBLISHER_ID, REWARDS_LISTEN must be on 127.0.0.1".into(),
                );
            }
            None if OF_AN_ACCOUNT.iter().any(|name| get(name).is_some()) => {
                return Err("CPALEAD_PUBLISHER_ID is not set".into());
            }
            None => {
                let port = text("REWARDS_SANDBOX_PORT", "3001").parse();
                let port = port.map_err(|_| "REWARDS_SANDBOX_PORT is not a port")?;
                Account::Sandbox { port }
            }
        };
        Ok(Settings {
            listen,
            database,
            account,
        })
    }
}

fn publisher(
    id: &str,
    database: &Path,
    get: impl Fn(&str) -> Option<String>,
) -> Result<Account, Failure> {
    let need = |name: &str| get(name).ok_or_else(|| format!("{name} is not set"));
    let id = id
        .parse()
        .map_err(|_| "CPALEAD_PUBLISHER_ID is not a number")?;
    let mut client = Client::builder(id)
        .api_key(need("CPALEAD_API_KEY")?)
        .rate_limits(limits(database));
    if let Some(base_url) = get("CPALEAD_BASE_URL") {
        client = client.base_url(base_url);
    }
    let client = client.build()?;
    let mut postbacks = Postbacks::new(&need("REWARDS_POSTBACK")?)?
        .password(need("CPALEAD_POSTBACK_PASSWORD")?)?
        .relay(Relay::documented());
    if let Some(proxies) = get("REWARDS_PROXIES") {
        let networks: Result<Vec<Network>, _> = proxies.split(',').map(str::parse).collect();
        postbacks = postbacks.proxies(networks?);
    }
    for remark in postbacks.remarks() {
        eprintln!("REWARDS_POSTBACK: {remark}");
    }
    Ok(Account::Publisher {
        client: Box::new(client),
        postbacks: Box::new(postbacks),
    })
}

/// The provider's minute is kept in files, over restarts and between the server and `reconcile`.
fn limits(database: &Path) -> RateLimits {
    let files = FileStore::new(database.with_extension("limits"));
    let patient = Wait::AtMost(Duration::from_secs(300));
    RateLimits::default().store(files).wait(patient)
}

/// The template of postbacks to the server at `address`.
#[must_use]
pub fn template(address: SocketAddr) -> String {
    format!("http://{address}/cpa?{QUERY}")
}

/// The client of a sandbox, and what reads the postbacks of it.
///
/// # Errors
///
/// When the address cannot be used.
pub fn of_sandbox(
    base_url: &str,
    template: &str,
    database: &Path,
) -> Result<(Client, Postbacks), Failure> {
    // The clock of the sandbox is sixty times as fast.
    let second = Duration::from_millis(1_100);
    let client = Client::builder(cpalead_sandbox::DEFAULT_PUBLISHER_ID)
        .api_key(cpalead_sandbox::DEFAULT_API_KEY)
        .base_url(base_url)
        .rate_limits(limits(database).interval(Endpoint::Reversals, second))
        .build()?;
    let this_machine = Network::from(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let postbacks = Postbacks::new(template)?
        .password(cpalead_sandbox::DEFAULT_POSTBACK_PASSWORD)?
        .relay(Relay::new([this_machine]));
    Ok((client, postbacks))
}
