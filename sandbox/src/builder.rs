//! Owns the sandbox's configuration and its start: the port, its thread, and the runtime in that
//! thread.

use std::io::{Error, ErrorKind, Result};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::{Date, date};
use tokio::sync::{mpsc, oneshot};

use crate::catalogue::{MAX_OFFERS, generate};
use crate::fault::Fault;
use crate::postback::{Postbacks, Targets, Template, Values, send_all};
use crate::provider::{Provider, Settings};
use crate::reports::Shape;
use crate::sandbox::{DEFAULT_API_KEY, DEFAULT_POSTBACK_PASSWORD, Sandbox};
use crate::server;

const DEFAULT_OFFERS: usize = 200;
const DEFAULT_TODAY: Date = date(2026, 11, 20);

/// The configuration of a sandbox. Made by [`Sandbox::builder`].
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// use cpalead_sandbox::{Sandbox, Shape};
///
/// let sandbox = Sandbox::builder()
///     .port(0)
///     .seed(42)
///     .offers(1_000)
///     .api_key("key")
///     .speed(60)
///     .today(jiff::civil::date(2026, 6, 1))
///     .shape(Shape::Wrapped)
///     .start()
///     .await?;
/// # Ok(())
/// # })
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a sandbox does nothing until `start`"]
pub struct SandboxBuilder {
    port: u16,
    seed: u64,
    offers: usize,
    api_key: String,
    speed: u32,
    today: Date,
    shape: Shape,
    faults: Vec<(Fault, f64)>,
    chosen_offers: Vec<String>,
    admin: bool,
    postback: Option<String>,
    postback_password: String,
    targets: Targets,
}

impl std::fmt::Debug for SandboxBuilder {
    // The key is left out, so that a test that searches for leaked keys does not find it here.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SandboxBuilder")
            .field("port", &self.port)
            .field("seed", &self.seed)
            .field("offers", &self.offers)
            .field("speed", &self.speed)
            .field("today", &self.today)
            .field("shape", &self.shape)
            .field("faults", &self.faults)
            .field("chosen_offers", &self.chosen_offers.len())
            .field("admin", &self.admin)
            .field("targets", &self.targets)
            .finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Starts a sandbox with the default configuration on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// When no port can be opened or no thread can be started.
    pub async fn start() -> Result<Sandbox> {
        Sandbox::builder().start().await
    }

    /// Configures a sandbox before it starts.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::new()
    }
}

impl SandboxBuilder {
    fn new() -> SandboxBuilder {
        SandboxBuilder {
            port: 0,
            seed: 1,
            offers: DEFAULT_OFFERS,
            api_key: DEFAULT_API_KEY.to_owned(),
            speed: 1,
            today: DEFAULT_TODAY,
            shape: Shape::default(),
            faults: Vec::new(),
            chosen_offers: Vec::new(),
            admin: false,
            postback: None,
            postback_password: DEFAULT_POSTBACK_PASSWORD.to_owned(),
            targets: Targets::default(),
        }
    }

    /// Sets the port of 127.0.0.1 to listen on. 0, the default, picks a free one.
    pub fn port(mut self, port: u16) -> SandboxBuilder {
        self.port = port;
        self
    }

    /// Sets the seed of all data, 1 by default. The same seed gives the same bytes.
    pub fn seed(mut self, seed: u64) -> SandboxBuilder {
        self.seed = seed;
        self
    }

    /// Sets the number of offers in the catalogue, 0 to 5,000, 200 by default.
    ///
    /// Some of them are CPR offers or marked for offerwalls. They are only sent if a request asks
    /// for them.
    pub fn offers(mut self, offers: usize) -> SandboxBuilder {
        self.offers = offers;
        self
    }

    /// Sets the api key that conversions and reversals accept.
    pub fn api_key(mut self, key: impl Into<String>) -> SandboxBuilder {
        self.api_key = key.into();
        self
    }

    /// Sets the speed of the rate limit's clock as a multiple of real time, 1 by default. 0 counts
    /// as 1.
    pub fn speed(mut self, speed: u32) -> SandboxBuilder {
        self.speed = speed;
        self
    }

    /// Sets the day up to which there are seeded conversions and reversals, 2026-11-20 by default.
    ///
    /// The default is fixed so that the bytes do not depend on the day of the request.
    pub fn today(mut self, today: Date) -> SandboxBuilder {
        self.today = today;
        self
    }

    /// Sets the shape of the answers of conversions and reversals, wrapped by default.
    pub fn shape(mut self, shape: Shape) -> SandboxBuilder {
        self.shape = shape;
        self
    }

    /// Makes `fault` act on each request with this probability, 0 to 1. Several faults may act on
    /// one request.
    ///
    /// Which requests a fault acts on depends on the seed and on the order of the requests only.
    ///
    /// ```
    /// use cpalead_sandbox::{Fault, Sandbox};
    ///
    /// let builder = Sandbox::builder().fault(Fault::ServerError, 0.1);
    /// ```
    pub fn fault(mut self, fault: Fault, probability: f64) -> SandboxBuilder {
        self.faults.push((fault, probability));
        self
    }

    /// Adds an offer from a JSON object, as [`Sandbox::add_offer`] does.
    ///
    /// ```
    /// let offer = r#"{"id": 7, "title": "Seven", "amount": "0.40"}"#;
    /// let builder = cpalead_sandbox::Sandbox::builder().offers(0).offer(offer);
    /// ```
    pub fn offer(mut self, json: impl Into<String>) -> SandboxBuilder {
        self.chosen_offers.push(json.into());
        self
    }

    /// Opens the admin paths, on which everybody who reaches the port can add data.
    ///
    /// `POST /admin/offers`, `/admin/conversions` and `/admin/reversals` take the JSON object of
    /// [`Sandbox::add_offer`], [`Sandbox::add_chosen_conversion`] and [`Sandbox::add_reversal`].
    /// Without this they are unknown paths.
    pub fn open_admin(mut self) -> SandboxBuilder {
        self.admin = true;
        self
    }

    /// Sends a postback for each conversion that is added, as the provider does.
    ///
    /// Each macro of `template`, such as `{subid}`, is replaced by its value. An answer with 2xx
    /// ends it; after 408, 425, 429, 5xx or no answer there are four more attempts, in one, five,
    /// fifteen and sixty minutes of the sandbox's clock. The template must begin with `http://` and
    /// lead to this machine, see [`postback_to_any_host`](Self::postback_to_any_host).
    ///
    /// ```
    /// use cpalead_sandbox::Sandbox;
    ///
    /// let template = "http://127.0.0.1:3000/cpa?u={subid}&lead={lead_id}&k={password}";
    /// let builder = Sandbox::builder().postback(template).postback_password("a long secret");
    /// ```
    pub fn postback(mut self, template: impl Into<String>) -> SandboxBuilder {
        self.postback = Some(template.into());
        self
    }

    /// Sets what `{password}` stands for in postbacks.
    pub fn postback_password(mut self, password: impl Into<String>) -> SandboxBuilder {
        self.postback_password = password.into();
        self
    }

    /// Allows postbacks to leave this machine.
    pub fn postback_to_any_host(mut self) -> SandboxBuilder {
        self.targets = Targets::AnyHost;
        self
    }

    /// Starts the sandbox and returns when it listens.
    ///
    /// # Errors
    ///
    /// When there are more than 5,000 offers, a chosen offer cannot be read, a probability is not
    /// from 0 to 1, the template of postbacks is refused, the port cannot be opened, or no thread
    /// can be started.
    pub async fn start(self) -> Result<Sandbox> {
        if self.offers > MAX_OFFERS {
            let message = format!(
                "{} offers are too many: choose 0 to {MAX_OFFERS}",
                self.offers
            );
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        let is_wrong = |(_, p): &&(Fault, f64)| !(0.0..=1.0).contains(p);
        if let Some((fault, probability)) = self.faults.iter().find(is_wrong) {
            let message = format!(
                "the probability of {fault} must be a number from 0 to 1, not {probability}"
            );
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).map_err(|error| {
            let message = format!("cannot listen on 127.0.0.1:{}: {error}", self.port);
            Error::new(error.kind(), message)
        })?;
        listener.set_nonblocking(true)?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let template = self
            .postback
            .map(|text| Template::parse(&text, self.targets));
        let template = template
            .transpose()
            .map_err(|message| Error::new(ErrorKind::InvalidInput, message))?;
        let postbacks = template.map(|template| {
            let (postbacks, waiting) = Postbacks::new(template, self.postback_password, self.speed);
            (Arc::new(postbacks), waiting)
        });
        let settings = Settings {
            seed: self.seed,
            api_key: self.api_key,
            speed: self.speed,
            today: self.today,
            shape: self.shape,
            catalogue: generate(self.seed, self.offers),
            faults: self.faults,
            admin: self.admin,
        };
        let shared = postbacks.as_ref().map(|(shared, _)| Arc::clone(shared));
        let provider = Arc::new(Provider::new(settings, shared));
        for (number, json) in (1..).zip(&self.chosen_offers) {
            provider.add_offer(json).map_err(|error| {
                let message = format!("chosen offer {number}: {error}");
                Error::new(ErrorKind::InvalidInput, message)
            })?;
        }

        let (stop, stopped) = oneshot::channel();
        let (ready, started) = oneshot::channel();
        let (end, ended) = oneshot::channel::<()>();
        let served = Arc::clone(&provider);
        std::thread::Builder::new()
            .name("cpalead-sandbox".to_owned())
            .spawn(move || {
                run_thread(listener, served, postbacks, ready, stopped);
                drop(end);
            })?;
        started
            .await
            .map_err(|_| Error::other("the sandbox's thread ended before it listened"))??;
        Ok(Sandbox::of(base_url, provider, stop, ended))
    }
}

/// Serves requests in the sandbox's thread until `stopped`.
fn run_thread(
    listener: TcpListener,
    provider: Arc<Provider>,
    postbacks: Option<(Arc<Postbacks>, mpsc::UnboundedReceiver<Values>)>,
    ready: oneshot::Sender<Result<()>>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("cpalead-sandbox-worker")
        .enable_io()
        .enable_time()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    runtime.block_on(async {
        match tokio::net::TcpListener::from_std(listener) {
            Ok(listener) => {
                // If the start was cancelled, the receiver is gone and `stopped` ends the server at
                // once.
                let _ = ready.send(Ok(()));
                if let Some((postbacks, waiting)) = postbacks {
                    tokio::spawn(send_all(postbacks, waiting));
                }
                server::serve(listener, provider, stopped).await;
            }
            Err(error) => {
                let _ = ready.send(Err(error));
            }
        }
    });
    // Connections are tasks of this runtime and end with it.
    runtime.shutdown_timeout(Duration::from_millis(500));
}
