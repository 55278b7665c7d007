//! The request for the conversions of one sub-id, address or caller.

pub(crate) mod conversion;
pub(crate) mod subject;
pub(crate) mod watch;

use std::future::IntoFuture;
use std::sync::Arc;

use crate::call::Call;
use crate::call::inner::Inner;
use crate::clock::BoxFuture;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::report::Report;
use conversion::{Conversion, SHAPE};
use subject::Subject;

/// The provider's word for the caller of the API.
const CALLER: &str = "user";

/// A request for conversions; made by [`Client::conversions`](crate::Client::conversions), sent by
/// `.await`.
///
/// The provider allows one call a minute. The request waits for its slot, as long as the client's
/// [`RateLimits`](crate::RateLimits) allow. It is retried only when no connection was established:
/// any other failed attempt may have used up the minute.
///
/// Source: Publisher API documentation, Conversions API.
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
    call: Call,
    of: Whose,
    offer_id: Option<u64>,
}

#[derive(Clone, Debug)]
enum Whose {
    Subject(Subject),
    Caller,
}

impl ConversionsRequest {
    pub(crate) fn of_subject(inner: Arc<Inner>, subject: Subject) -> Self {
        Self::new(inner, Whose::Subject(subject))
    }

    pub(crate) fn of_caller(inner: Arc<Inner>) -> Self {
        Self::new(inner, Whose::Caller)
    }

    fn new(inner: Arc<Inner>, of: Whose) -> Self {
        Self {
            call: Call::new(inner, Endpoint::Conversions, SHAPE),
            of,
            offer_id: None,
        }
    }

    /// Only conversions of this offer.
    ///
    /// Source: Publisher API documentation, Conversions, `offer_id`.
    pub fn offer_id(mut self, offer_id: u64) -> Self {
        self.offer_id = Some(offer_id);
        self
    }

    /// Sends the request; `.await` on the request does the same.
    ///
    /// # Errors
    ///
    /// When there is no api key, or the sub-id is empty or `user`: then nothing is sent. When the
    /// wait for the slot would be too long. When the call gets no usable answer. See [`Error`].
    pub async fn send(self) -> Result<Report<Conversion>, Error> {
        let subid = self
            .checked_subid()
            .map_err(|reason| self.call.refused(reason))?;
        let id = self.call.publisher_id();
        let operation = async |generated: crate::generated::Client| {
            // The generator orders its arguments by name.
            generated
                .conversions(None, None, id, self.offer_id, subid)
                .await
        };
        let finish = |decoded| Ok(Report::new(decoded));
        self.call.fetch(None, operation, finish).await
    }

    fn checked_subid(&self) -> Result<&str, &'static str> {
        let Whose::Subject(Subject(subid)) = &self.of else {
            return Ok(CALLER);
        };
        match subid.trim() {
            "" => Err("the sub-id is empty: expected a sub-id or an ip address"),
            // It is not known whether the provider ignores case and blanks, so every spelling of
            // the word is refused.
            word if word.eq_ignore_ascii_case(CALLER) => Err(
                "the sub-id `user` means the caller of the api: ask for the conversions of the caller instead",
            ),
            _ => Ok(subid),
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
