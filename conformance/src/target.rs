//! What is judged: the provider itself, any server, or a folder of recordings.

mod http;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cpalead::RateLimits;
use cpalead::clock::{Clock, SystemClock};
use cpalead::rate_limits::{Account, Limiter, MemoryStore, Wait};

use self::http::Server;
use crate::asks::{Ask, Questions};
use crate::error::Error;
use crate::exchange::Exchange;
use crate::feature::Feature;
use crate::recording::{Recorder, Recordings};
use crate::scrub::Scrubber;

const PROVIDER: &str = "https://www.cpalead.com";
const LIVE: &str = "live";

/// The longest wait for a slot. Others may have used the account before.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// Whose offers, conversions and reversals are asked for.
///
/// Neither the id nor the key is shown by `Debug`.
#[derive(Clone)]
pub struct Publisher {
    id: u64,
    key: Option<String>,
}

impl Publisher {
    /// A publisher without an api key. Requirements that need one are unsupported.
    #[must_use]
    pub fn new(id: u64) -> Publisher {
        Publisher { id, key: None }
    }

    /// Adds the api key.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<String>) -> Publisher {
        self.key = Some(key.into());
        self
    }
}

impl std::fmt::Debug for Publisher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Publisher").finish_non_exhaustive()
    }
}

/// Something that answers requests, and what it can be asked.
pub struct Target {
    name: String,
    kind: Kind,
    features: Vec<Feature>,
    record: Option<PathBuf>,
}

enum Kind {
    Asked {
        server: Box<Server>,
        account: Account,
        limits: RateLimits,
        clock: Arc<dyn Clock>,
    },
    Replayed(Recordings),
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Target {
    /// The provider itself, with all features but those that would break its rate limit.
    ///
    /// Give it the limits of the programs that use the account, with their store, so that the run
    /// takes turns with them.
    ///
    /// # Errors
    ///
    /// When the key is too short to be hidden, or there is no TLS backend.
    pub fn live(publisher: &Publisher, limits: RateLimits) -> Result<Target, Error> {
        let account = Account::new(publisher.id);
        let target = Target::asked(LIVE.to_owned(), PROVIDER, publisher, account, limits)?;
        Ok(target.without(Feature::Limits))
    }

    /// A server, such as a sandbox at `http://127.0.0.1:8080`.
    ///
    /// It has all features but the document. Use [`without`](Target::without) for what it lacks.
    ///
    /// # Errors
    ///
    /// When the address is neither https nor http on this machine, or the key is too short to be
    /// hidden.
    pub fn server(base_url: &str, publisher: &Publisher) -> Result<Target, Error> {
        let account = Account::new(publisher.id).on(base_url);
        let limits = RateLimits::default().store(MemoryStore::new());
        let target = Target::asked("server".to_owned(), base_url, publisher, account, limits)?;
        Ok(target.without(Feature::Document))
    }

    /// The stand-in provider at this address: a [`server`](Target::server) that reports call a
    /// sandbox.
    ///
    /// ```
    /// # fn main() -> Result<(), cpalead_conformance::Error> {
    /// use cpalead_conformance::{Publisher, Target};
    ///
    /// let publisher = Publisher::new(3_360_001).api_key("0123456789abcdef");
    /// let target = Target::sandbox("http://127.0.0.1:8080", &publisher)?;
    /// # drop(target); Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`server`](Target::server).
    pub fn sandbox(base_url: &str, publisher: &Publisher) -> Result<Target, Error> {
        let mut target = Target::server(base_url, publisher)?;
        "sandbox".clone_into(&mut target.name);
        Ok(target)
    }

    /// A folder of recordings, with the features of the target that was recorded.
    ///
    /// `secret` is the api key at hand, such as that of the environment. A file that contains it is
    /// refused.
    ///
    /// # Errors
    ///
    /// When the folder does not hold recordings.
    pub fn replay(folder: &Path, secret: Option<&str>) -> Result<Target, Error> {
        let recordings = Recordings::open(folder, secret)?;
        Ok(Target {
            name: format!("replay of {}", recordings.target),
            features: recordings.features.clone(),
            kind: Kind::Replayed(recordings),
            record: None,
        })
    }

    fn asked(
        name: String,
        base: &str,
        publisher: &Publisher,
        account: Account,
        limits: RateLimits,
    ) -> Result<Target, Error> {
        let server = Box::new(Server::new(base, publisher.id, publisher.key.clone())?);
        let has_key = server.has_key();
        let features = Feature::ALL
            .into_iter()
            .filter(|feature| has_key || *feature != Feature::Key);
        Ok(Target {
            name,
            features: features.collect(),
            kind: Kind::Asked {
                server,
                account,
                limits,
                clock: Arc::new(SystemClock),
            },
            record: None,
        })
    }

    /// Sets the shortest time between two calls to conversions, and to reversals, for a test server
    /// whose clock is faster. It does not change the pace at the provider.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Target {
        if let Kind::Asked { limits, .. } = &mut self.kind
            && self.name != LIVE
        {
            *limits = limits
                .clone()
                .interval(cpalead::Endpoint::Conversions, interval)
                .interval(cpalead::Endpoint::Reversals, interval);
        }
        self
    }

    /// Declares that the target does not have a feature.
    #[must_use]
    pub fn without(mut self, feature: Feature) -> Target {
        self.features.retain(|other| *other != feature);
        self
    }

    /// Records each exchange into a folder, which must be empty or not there.
    #[must_use]
    pub fn record_to(mut self, folder: impl Into<PathBuf>) -> Target {
        self.record = Some(folder.into());
        self
    }

    /// What the target can be asked.
    #[must_use]
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// What reports call it: `live`, `server`, `sandbox`, or `replay of` one of these.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What calls keep pace with. Recordings have no pace.
    pub(crate) fn limiter(&self) -> Option<Limiter> {
        let Kind::Asked {
            account,
            limits,
            clock,
            ..
        } = &self.kind
        else {
            return None;
        };
        let limiter = Limiter::new(limits.clone(), account, Arc::clone(clock));
        Some(limiter.with_wait(Wait::AtMost(PATIENCE)))
    }

    pub(crate) fn scrubber(&self, questions: &Questions) -> Option<Scrubber> {
        match &self.kind {
            Kind::Asked { server, .. } => Some(server.scrubber(questions.subid())),
            Kind::Replayed(_) => None,
        }
    }

    pub(crate) fn recorder(&self) -> Result<Option<Recorder>, Error> {
        let folder = self.record.as_ref();
        folder
            .map(|folder| Recorder::begin(folder, &self.name, &self.features))
            .transpose()
    }

    /// The recorded exchange, or `None` if the target is asked anew.
    pub(crate) fn recorded(&self, ask: &Ask) -> Result<Option<Option<Exchange>>, Error> {
        match &self.kind {
            Kind::Asked { .. } => Ok(None),
            Kind::Replayed(recordings) => recordings.exchange(ask.name).map(Some),
        }
    }

    pub(crate) async fn call(
        &self,
        ask: &Ask,
        query: &[(String, String)],
        scrubber: &mut Scrubber,
    ) -> Result<Exchange, String> {
        match &self.kind {
            Kind::Asked { server, .. } => server.call(ask, query, scrubber).await,
            Kind::Replayed(_) => Err("recordings are not asked".to_owned()),
        }
    }
}
