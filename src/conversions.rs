//! Conversions: the request for those of one sub-id, address or caller.

use std::future::IntoFuture;
use std::net::IpAddr;
use std::sync::Arc;

use crate::clock::BoxFuture;
use crate::conversion::Conversion;
use crate::decode::{Bare, Shape};
use crate::error::Error;
use crate::limits::{Endpoint, Limiter};
use crate::report::Report;
use crate::transport::Shared;
use crate::watch::Watch;

/// What an answer with conversions looks like: a bare list as the predecessor sent it (observed), or wrapped (inferred).
const SHAPE: Shape = Shape {
    list: "conversions",
    bare: Bare::Taken,
    most: 250_000,
};

/// The word by which the provider means the caller of the API.
const CALLER: &str = "user";

/// Whose conversions are asked for: a sub-id or an IP address.
///
/// ```
/// use std::net::Ipv4Addr;
/// use cpalead::Subject;
///
/// let by_subid = Subject::from("user-42");
/// let by_address = Subject::from(Ipv4Addr::new(203, 0, 113, 7));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject(String);

impl From<&str> for Subject {
    fn from(subid: &str) -> Self {
        Self(subid.to_owned())
    }
}

impl From<String> for Subject {
    fn from(subid: String) -> Self {
        Self(subid)
    }
}

impl From<&String> for Subject {
    fn from(subid: &String) -> Self {
        Self(subid.clone())
    }
}

impl From<IpAddr> for Subject {
    fn from(address: IpAddr) -> Self {
        Self(address.to_string())
    }
}

impl From<std::net::Ipv4Addr> for Subject {
    fn from(address: std::net::Ipv4Addr) -> Self {
        Self(address.to_string())
    }
}

impl From<std::net::Ipv6Addr> for Subject {
    fn from(address: std::net::Ipv6Addr) -> Self {
        Self(address.to_string())
    }
}

/// A request for conversions; made by [`Client::conversions`](crate::Client::conversions), sent by `.await`.
///
/// The provider allows one call a minute: the request waits for its slot, as long as the client's
/// [`RateLimits`](crate::RateLimits) allow. It is retried only where no connection was made: any other attempt that failed may
/// have used the minute.
///
/// ```no_run
/// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
/// let conversions = client.conversions("user-42").offer_id(5_546_840).await?;
/// for conversion in &conversions {
///     println!("{:?} {:?}", conversion.offer_id(), conversion.payout());
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct ConversionsRequest {
    shared: Arc<Shared>,
    subject: Whose,
    offer_id: Option<u64>,
}

#[derive(Clone, Debug)]
enum Whose {
    Subject(Subject),
    Caller,
}

impl ConversionsRequest {
    pub(crate) fn of_subject(shared: Arc<Shared>, subject: Subject) -> Self {
        Self {
            shared,
            subject: Whose::Subject(subject),
            offer_id: None,
        }
    }

    pub(crate) fn of_caller(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            subject: Whose::Caller,
            offer_id: None,
        }
    }

    /// Only conversions of this offer.
    ///
    /// Source: Publisher API documentation, Conversions, `offer_id`.
    ///
    /// ```
    /// # fn show(client: cpalead::Client) {
    /// let request = client.conversions("user-42").offer_id(5_546_840);
    /// # }
    /// ```
    pub fn offer_id(mut self, offer_id: u64) -> Self {
        self.offer_id = Some(offer_id);
        self
    }

    /// Sends the request; `.await` on the request does the same.
    ///
    /// # Errors
    ///
    /// When there is no api key or the sub-id is empty or `user`, before anything is sent; when the wait for the slot would be too
    /// long; and when no usable answer came. See [`Error`].
    ///
    /// ```no_run
    /// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
    /// let conversions = client.conversions("user-42").send().await?;
    /// # Ok(()) }
    /// ```
    pub async fn send(self) -> Result<Report<Conversion>, Error> {
        let limiter = self.shared.limiter.clone();
        self.send_under(&limiter).await
    }

    /// Asks again and again, at the pace that is allowed, and yields each conversion once.
    ///
    /// ```no_run
    /// # async fn run(client: cpalead::Client) -> cpalead::Result<()> {
    /// let mut watch = client.conversions("user-42").watch();
    /// while let Some(conversion) = watch.next().await {
    ///     println!("{:?}", conversion?.offer_id());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn watch(self) -> Watch {
        Watch::new(self)
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Sends the request under another wait than the client's.
    pub(crate) async fn send_under(self, limiter: &Limiter) -> Result<Report<Conversion>, Error> {
        let subid = self
            .checked_subid()
            .map_err(|error| error.at(Endpoint::Conversions))?;
        self.shared.demand_key(Endpoint::Conversions)?;
        let id = self.shared.publisher_id;
        let call = async {
            let sent = self
                .shared
                .call(limiter, Endpoint::Conversions, async |generated| {
                    // The generator orders its arguments by name.
                    generated
                        .conversions(None, None, id, self.offer_id, subid)
                        .await
                });
            let body = sent.await?;
            Report::read(&self.shared, limiter, Endpoint::Conversions, body, SHAPE).await
        };
        self.shared.traced(Endpoint::Conversions, call).await
    }

    fn checked_subid(&self) -> Result<&str, Error> {
        match &self.subject {
            Whose::Caller => Ok(CALLER),
            Whose::Subject(Subject(subid)) if subid.trim().is_empty() => Err(Error::configuration(
                "the sub-id is empty: expected a sub-id or an ip address",
            )),
            // Whether the provider minds case and blanks is not known: what it may take for its word is refused.
            Whose::Subject(Subject(subid)) if subid.trim().eq_ignore_ascii_case(CALLER) => {
                Err(Error::configuration(
                    "the sub-id `user` means the caller of the api: ask for the conversions of the caller instead",
                ))
            }
            Whose::Subject(Subject(subid)) => Ok(subid),
        }
    }
}

impl IntoFuture for ConversionsRequest {
    type Output = Result<Report<Conversion>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
