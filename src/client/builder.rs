//! Builds a client: the address, timeouts and limits that can be set, and the hardening that cannot
//! be turned off.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::Client;
use crate::api_key::ApiKey;
use crate::call::inner::Inner;
use crate::call::retry::{Jitter, RandomJitter, RetryPolicy};
use crate::call::wire::causes;
use crate::clock::{Clock, SystemClock};
use crate::drift::Drift;
use crate::drift::monitor::Monitor;
use crate::error::Error;
use crate::rate_limits::limiter::Limiter;
use crate::rate_limits::settings::RateLimits;
use crate::rate_limits::store::account::Account;
use crate::redact;

/// The provider's address, without the path of an endpoint.
const PROVIDER: &str = "https://www.cpalead.com";

/// The largest publisher id: sixteen digits (observed in consumers of the API).
pub const MAX_PUBLISHER_ID: u64 = 9_999_999_999_999_999;

/// How long an idle connection is kept: less than the pause between two calls of a limited
/// endpoint.
const POOL_IDLE: Duration = Duration::from_secs(20);

type Hook = Box<dyn FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send>;

/// The settings of a [`Client`]; made by [`Client::builder`].
///
/// ```
/// use std::time::Duration;
///
/// let client = cpalead::Client::builder(3_360_001)
///     .timeout(Duration::from_secs(20))
///     .user_agent("offer-board/2.1")
///     .build()?;
/// # Ok::<(), cpalead::Error>(())
/// ```
#[must_use = "a builder does nothing until `build`"]
pub struct ClientBuilder {
    publisher_id: u64,
    api_key: Option<Result<ApiKey, String>>,
    base_url: String,
    connect_timeout: Duration,
    read_timeout: Duration,
    timeout: Duration,
    max_body: u64,
    retry: RetryPolicy,
    limits: RateLimits,
    user_agent: Option<String>,
    clock: Arc<dyn Clock>,
    jitter: Arc<dyn Jitter>,
    drift: Option<Monitor>,
    hook: Option<Hook>,
}

impl Client {
    /// Starts building a client for the publisher with this id.
    ///
    /// The id is a whole number from 1 to [`MAX_PUBLISHER_ID`].
    pub fn builder(publisher_id: u64) -> ClientBuilder {
        ClientBuilder::new(publisher_id)
    }
}

impl ClientBuilder {
    fn new(publisher_id: u64) -> Self {
        Self {
            publisher_id,
            api_key: None,
            base_url: PROVIDER.to_owned(),
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            timeout: Duration::from_secs(60),
            max_body: 32 << 20,
            retry: RetryPolicy::new(),
            limits: RateLimits::default(),
            user_agent: None,
            clock: Arc::new(SystemClock),
            jitter: Arc::new(RandomJitter),
            drift: None,
            hook: None,
        }
    }

    /// Sets the api key, which conversions and reversals need.
    ///
    /// It may be text or an [`ApiKey`]. [`build`](Self::build) refuses a key with blanks or control
    /// characters.
    pub fn api_key<K>(mut self, key: K) -> Self
    where
        K: TryInto<ApiKey, Error: fmt::Display>,
    {
        self.api_key = Some(key.try_into().map_err(|error| error.to_string()));
        self
    }

    /// Sets the address to call instead of `https://www.cpalead.com`: scheme, host and port.
    ///
    /// Plain http is allowed to loopback only.
    ///
    /// ```
    /// let client = cpalead::Client::builder(3_360_001).base_url("http://127.0.0.1:8080").build()?;
    ///
    /// let error = cpalead::Client::builder(1).base_url("http://example.com").build().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "base url http://example.com is not allowed: expected https, or http to loopback",
    /// );
    /// # Ok::<(), cpalead::Error>(())
    /// ```
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Sets how long a connection may take to be established; the default is 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets how long the provider may send nothing, before or during its answer; the default is 30
    /// seconds.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// Sets how long one attempt may take in total; the default is 60 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the largest decoded body that is read, in bytes; the default is 32 MiB.
    ///
    /// A full catalogue has about 5 MB.
    pub fn max_body(mut self, bytes: u64) -> Self {
        self.max_body = bytes;
        self
    }

    /// Sets how failed calls for offers are tried again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets how calls are paced, and where their times are kept.
    pub fn rate_limits(mut self, limits: RateLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the name of your program, which comes before the name of this library in the
    /// `User-Agent`.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = Some(name.into());
        self
    }

    /// Sets the clock for waits and rate limits.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the source of random numbers for the waits between attempts.
    pub fn jitter(mut self, jitter: Arc<dyn Jitter>) -> Self {
        self.jitter = jitter;
        self
    }

    /// Sets a listener for what answers hold beside the provider's document; without one nothing is
    /// compared.
    ///
    /// One answer of each endpoint in an hour is compared, after it was decoded. Each difference is
    /// told once, by its endpoint, [kind](Drift::kind) and [path](Drift::path), and a client tells
    /// at most 100. The listener runs within the call, so it should return soon. A panic in it is
    /// caught, and no drift changes an answer or causes an error.
    ///
    /// ```
    /// let client = cpalead::Client::builder(3_360_001)
    ///     .on_drift(|drift| eprintln!("{}: {drift}", drift.endpoint()))
    ///     .build()?;
    /// # Ok::<(), cpalead::Error>(())
    /// ```
    pub fn on_drift(mut self, listener: impl Fn(&Drift) + Send + Sync + 'static) -> Self {
        self.drift = Some(Monitor::new(Box::new(listener)));
        self
    }

    /// Sets proxies, name resolution or certificates on the underlying HTTP client.
    ///
    /// The library applies its own settings afterwards, so they cannot be changed here: no
    /// redirects, no `Referer`, no retries by the HTTP client, the timeouts and the `User-Agent`.
    ///
    /// ```
    /// let builder = cpalead::Client::builder(1).http(|http| http.no_proxy());
    /// ```
    pub fn http(
        mut self,
        hook: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + 'static,
    ) -> Self {
        self.hook = Some(Box::new(hook));
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// When the publisher id is 0 or too large, the base URL is neither https nor loopback, the api
    /// key or the `User-Agent` is not valid, or the TLS backend cannot be set up.
    pub fn build(self) -> Result<Client, Error> {
        if !(1..=MAX_PUBLISHER_ID).contains(&self.publisher_id) {
            let shown = self.publisher_id;
            return Err(Error::configuration(if shown == 0 {
                "publisher id 0 is not valid: expected a whole number from 1".to_owned()
            } else {
                format!("publisher id {shown} is not valid: expected at most 16 digits")
            }));
        }
        let api_key = self.api_key.transpose().map_err(Error::configuration)?;
        let base_url = checked_base(&self.base_url, api_key.as_ref())?;
        let own = concat!("cpalead/", env!("CARGO_PKG_VERSION"));
        let user_agent = match &self.user_agent {
            Some(name) => format!("{name} {own}"),
            None => own.to_owned(),
        };
        let hook = self.hook.unwrap_or_else(|| Box::new(|builder| builder));
        let mut http = hook(reqwest::Client::builder());
        if base_url.starts_with("http:") {
            // Plain http is for loopback only. Through a proxy, also one from the environment, it
            // would leave the machine unencrypted.
            http = http.no_proxy();
        }
        let secrets: Vec<_> = api_key.iter().map(ApiKey::expose).collect();
        let http = http
            .user_agent(user_agent)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // It would write whole requests, including the key, to the log at trace level.
            .connection_verbose(false)
            .retry(reqwest::retry::never())
            // Bodies are unpacked here, up to the cap, whatever features of reqwest are on.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            // A connection that others may have closed is not used again.
            .pool_idle_timeout(POOL_IDLE)
            .connect_timeout(self.connect_timeout)
            .read_timeout(self.read_timeout)
            .timeout(self.timeout)
            .build()
            .map_err(|error| {
                let causes = causes(error, &secrets);
                Error::configuration(format!("the http client cannot be built: {causes}"))
            })?;
        let mut account = Account::new(self.publisher_id);
        if base_url != PROVIDER {
            // A test server has separate limits, and must not use up those of the real account.
            account = account.on(&base_url);
        }
        let limiter = Limiter::new(self.limits, &account, Arc::clone(&self.clock));
        drop(secrets);
        let address = reqwest::Url::parse(&base_url).ok();
        let host = address.as_ref().and_then(reqwest::Url::host_str);
        Ok(Client::new(Inner {
            http,
            host: host.unwrap_or_default().to_owned(),
            port: address
                .as_ref()
                .and_then(reqwest::Url::port_or_known_default),
            base_url,
            publisher_id: self.publisher_id,
            account,
            api_key,
            max_body: self.max_body,
            retry: self.retry,
            limiter,
            clock: self.clock,
            jitter: self.jitter,
            drift: self.drift,
        }))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("publisher_id", &self.publisher_id)
            .finish_non_exhaustive()
    }
}

/// The origin to call, without a slash at the end.
fn checked_base(text: &str, key: Option<&ApiKey>) -> Result<String, Error> {
    // The key is hidden before the text is cut. If the key contained `?` or `#`, it would lose its
    // end at the cut and no longer be found.
    let secrets: Vec<_> = key.into_iter().map(ApiKey::expose).collect();
    let shown = redact::url(&redact::scrub(text, &secrets), &secrets);
    if !text.contains("://") {
        let url = redact::url(
            &redact::scrub(&format!("https://{text}"), &secrets),
            &secrets,
        );
        let message = format!("base url has no scheme: expected {url}, or http:// to loopback");
        return Err(Error::configuration(message));
    }
    let url = reqwest::Url::parse(text)
        .map_err(|error| Error::configuration(format!("base url {shown} is not valid: {error}")))?;
    let loopback = match url.host_str() {
        Some("localhost") => true,
        Some(host) => {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        None => false,
    };
    let allowed = url.scheme() == "https" || (url.scheme() == "http" && loopback);
    if !allowed {
        return Err(Error::configuration(format!(
            "base url {shown} is not allowed: expected https, or http to loopback"
        )));
    }
    let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !bare || url.password().is_some() {
        return Err(Error::configuration(format!(
            "base url {shown} is not allowed: expected no user, query or fragment"
        )));
    }
    // The paths of the endpoints begin with `/api`: it is not repeated.
    if !matches!(url.path().trim_end_matches('/'), "" | "/api") {
        return Err(Error::configuration(format!(
            "base url {shown} is not allowed: expected no path, or /api"
        )));
    }
    Ok(url.origin().ascii_serialization())
}
