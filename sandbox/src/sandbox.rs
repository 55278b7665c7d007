//! Owns the running sandbox as its user sees it: the builder, the thread it lives on, and its end.

use std::io::{Error, ErrorKind, Result};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::{Date, date};
use tokio::sync::oneshot;

use crate::catalogue::{MAX_OFFERS, generate};
use crate::reports::Shape;
use crate::server::{self, Provider, Request, Settings};

/// A publisher id to use when none is at hand. The sandbox takes any positive integer of up to 16 digits.
pub const DEFAULT_PUBLISHER_ID: u64 = 3_360_001;

/// The api key of a sandbox that was given none.
pub const DEFAULT_API_KEY: &str = "sandbox-api-key";

const DEFAULT_OFFERS: usize = 200;
const DEFAULT_TODAY: Date = date(2026, 11, 20);

/// A running stand-in provider. It stops when it is dropped.
///
/// It runs on threads of its own, so that a caller who blocks, or whose runtime is busy, is answered all the same.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// let sandbox = cpalead_sandbox::Sandbox::start().await?;
/// assert!(sandbox.base_url().starts_with("http://127.0.0.1:"));
/// sandbox.stop().await;
/// # Ok(())
/// # })
/// # }
/// ```
#[derive(Debug)]
pub struct Sandbox {
    base_url: String,
    provider: Arc<Provider>,
    stop: Option<oneshot::Sender<()>>,
    ended: Option<oneshot::Receiver<()>>,
}

impl Sandbox {
    /// Starts a sandbox with the defaults on a free port of 127.0.0.1.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let sandbox = cpalead_sandbox::Sandbox::start().await?;
    /// assert_eq!(sandbox.api_key(), "sandbox-api-key");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// No port can be opened, or no thread started.
    pub async fn start() -> Result<Sandbox> {
        Sandbox::builder().start().await
    }

    /// A sandbox to be configured before it starts.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let sandbox = cpalead_sandbox::Sandbox::builder().seed(7).offers(5_000).start().await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder {
            port: 0,
            seed: 1,
            offers: DEFAULT_OFFERS,
            api_key: DEFAULT_API_KEY.to_owned(),
            speed: 1,
            today: DEFAULT_TODAY,
            shape: Shape::default(),
        }
    }

    /// Where it listens, with no slash at the end: `http://127.0.0.1:PORT`. The endpoints are at `/api/offers`,
    /// `/api/conversions` and `/api/reversals`.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let sandbox = cpalead_sandbox::Sandbox::start().await?;
    /// let url = format!("{}/api/offers?id=3360001", sandbox.base_url());
    /// # assert!(!url.contains("//api"));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The api key that conversions and reversals accept.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let sandbox = cpalead_sandbox::Sandbox::builder().api_key("other").start().await?;
    /// assert_eq!(sandbox.api_key(), "other");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn api_key(&self) -> &str {
        self.provider.api_key()
    }

    /// The requests answered so far, in the order they arrived: the witness of what a client really did. The latest
    /// 100,000 are kept.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let sandbox = cpalead_sandbox::Sandbox::start().await?;
    /// assert!(sandbox.requests().is_empty());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn requests(&self) -> Vec<Request> {
        self.provider.requests()
    }

    /// Closes the port and every connection, and returns when that is done.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # runtime.block_on(async {
    /// let sandbox = cpalead_sandbox::Sandbox::start().await?;
    /// sandbox.stop().await;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub async fn stop(mut self) {
        self.stop.take();
        if let Some(ended) = self.ended.take() {
            // The sender is dropped, not used, when the thread ends; either way it has ended.
            let _ = ended.await;
        }
    }
}

/// What a sandbox is to be like. Made by [`Sandbox::builder`].
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
#[must_use = "a sandbox runs once it is started"]
pub struct SandboxBuilder {
    port: u16,
    seed: u64,
    offers: usize,
    api_key: String,
    speed: u32,
    today: Date,
    shape: Shape,
}

impl std::fmt::Debug for SandboxBuilder {
    // The key is left out: whoever tests for leaked keys must not find it here.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SandboxBuilder")
            .field("port", &self.port)
            .field("seed", &self.seed)
            .field("offers", &self.offers)
            .field("speed", &self.speed)
            .field("today", &self.today)
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}

impl SandboxBuilder {
    /// The port of 127.0.0.1 to listen on; 0, the default, is any free one.
    pub fn port(mut self, port: u16) -> SandboxBuilder {
        self.port = port;
        self
    }

    /// The seed of all data; 1 unless set. The same seed gives the same bytes.
    pub fn seed(mut self, seed: u64) -> SandboxBuilder {
        self.seed = seed;
        self
    }

    /// The number of offers in the catalogue, 0 to 5,000; 200 unless set. Some of them are CPR offers or marked for
    /// offerwalls, and are shown only to those who ask for them.
    pub fn offers(mut self, offers: usize) -> SandboxBuilder {
        self.offers = offers;
        self
    }

    /// The api key that conversions and reversals accept.
    pub fn api_key(mut self, key: impl Into<String>) -> SandboxBuilder {
        self.api_key = key.into();
        self
    }

    /// How many times as fast as real time the clock of the rate limit runs; 1 unless set, and 0 counts as 1.
    pub fn speed(mut self, speed: u32) -> SandboxBuilder {
        self.speed = speed;
        self
    }

    /// The day the seeded conversions and reversals lead up to; 2026-11-20 unless set, so that bytes do not depend on
    /// the day they are asked for.
    pub fn today(mut self, today: Date) -> SandboxBuilder {
        self.today = today;
        self
    }

    /// The shape of the answers of conversions and reversals; wrapped unless set.
    pub fn shape(mut self, shape: Shape) -> SandboxBuilder {
        self.shape = shape;
        self
    }

    /// Starts the sandbox and returns once it listens.
    ///
    /// # Errors
    ///
    /// More than 5,000 offers; the port cannot be opened; no thread can be started.
    pub async fn start(self) -> Result<Sandbox> {
        if self.offers > MAX_OFFERS {
            let message = format!(
                "{} offers are too many: choose 0 to {MAX_OFFERS}",
                self.offers
            );
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).map_err(|error| {
            let message = format!("cannot listen on 127.0.0.1:{}: {error}", self.port);
            Error::new(error.kind(), message)
        })?;
        listener.set_nonblocking(true)?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let provider = Arc::new(Provider::new(Settings {
            seed: self.seed,
            api_key: self.api_key,
            speed: self.speed,
            today: self.today,
            shape: self.shape,
            catalogue: generate(self.seed, self.offers),
        }));

        let (stop, stopped) = oneshot::channel();
        let (ready, started) = oneshot::channel();
        let (end, ended) = oneshot::channel::<()>();
        let served = Arc::clone(&provider);
        std::thread::Builder::new()
            .name("cpalead-sandbox".to_owned())
            .spawn(move || {
                live(listener, served, ready, stopped);
                drop(end);
            })?;
        started
            .await
            .map_err(|_| Error::other("the sandbox's thread ended before it listened"))??;
        Ok(Sandbox {
            base_url,
            provider,
            stop: Some(stop),
            ended: Some(ended),
        })
    }
}

/// The life of the sandbox's thread, until `stopped`.
fn live(
    listener: TcpListener,
    provider: Arc<Provider>,
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
                // If nobody waits for the start any more, `stopped` ends this at once.
                let _ = ready.send(Ok(()));
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
