//! One pull for a fleet: whose turn it is, and what the others do meanwhile.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::event::{CatalogEvent, Origin};
use super::keeper::{Change, Keeper};
use super::keeping::{From, age_of};
use super::moment::{Ago, Moment};
use super::redis::{Fleet, RedisCatalog};
use super::snapshot::{Header, pack};
use crate::clock::Clock;
use crate::error::Error;
use crate::rate_limits::{StoreError, WhenAway};
use crate::redis_connection::Failure;

/// What a look at the server found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// Nothing that was not known.
    Nothing,
    /// Offers that are in place now, or a pull that confirmed them.
    News,
}

impl Keeper {
    /// Shares the offers through this server.
    pub(crate) fn share(&mut self, redis: Option<RedisCatalog>) {
        self.fleet = redis.map(|redis| Fleet::new(redis, &self.asked.identity));
    }

    /// Takes the offers of the server, if there are newer ones.
    pub(crate) async fn look(&mut self) {
        // Being away was told, and the next look is soon.
        let _ = self.look_once().await;
    }

    /// Waits until it is time to look.
    pub(crate) async fn time_to_look(&self) {
        match &self.fleet {
            Some(fleet) => {
                let pause = jittered(fleet.redis.look, self.random());
                self.state.clock.sleep(pause).await;
            }
            None => std::future::pending().await,
        }
    }

    /// One round: a pull of this process, or the news of another one's.
    pub(crate) async fn round_of_fleet(&mut self) -> Result<(), Error> {
        let Some(lease) = self.fleet.as_ref().map(|fleet| fleet.redis.lease) else {
            return self.pull_alone().await;
        };
        let token = format!("{:016x}{:016x}", self.random(), self.random());
        let clock = Arc::clone(&self.state.clock);
        let begun = clock.steady();
        loop {
            match self.look_once().await {
                Err(error) => return self.without_redis(&error).await,
                Ok(Found::News) => return Ok(()),
                Ok(Found::Nothing) => {}
            }
            let Some(fleet) = &self.fleet else {
                return self.pull_alone().await;
            };
            match fleet.take(&token).await {
                Err(failure) => {
                    let error = self.note_away(failure);
                    return self.without_redis(&error).await;
                }
                Ok(true) => {
                    let outcome = self.turn(&token, lease).await;
                    if let Some(fleet) = &self.fleet {
                        fleet.release(&token).await;
                    }
                    return outcome;
                }
                Ok(false) => {}
            }
            if clock.steady().saturating_sub(begun) > lease.saturating_mul(2) {
                let message = "another process holds the turn to pull and does not finish";
                return Err(self.failed(Error::catalog(message)));
            }
            // Somebody else pulls: look more often than usual.
            let pause = jittered(fleet.redis.look.min(Duration::from_secs(1)), self.random());
            clock.sleep(pause).await;
        }
    }

    /// Pulls and publishes, with the lease in hand.
    async fn turn(&mut self, token: &str, lease: Duration) -> Result<(), Error> {
        // Another process may have published just before the lease was free.
        match self.look_once().await {
            Err(error) => return self.without_redis(&error).await,
            Ok(Found::News) => return Ok(()),
            Ok(Found::Nothing) => {}
        }
        let clock = Arc::clone(&self.state.clock);
        let generation = self.state.view().generation() + 1;
        let longest = lease / 9 * 8;
        let pulled = bounded(self.pull(generation), &*clock, longest).await;
        let Some(pulled) = pulled else {
            let seconds = longest.as_secs();
            let message = format!("the pull took longer than {seconds} s, so its turn is over");
            return Err(self.failed(Error::catalog(message)));
        };
        let mut pulled = pulled?;
        let Some(fleet) = &self.fleet else {
            return Ok(());
        };
        // What is there is of the same number and not the same, or cannot be read: a new number.
        let identity = &self.asked.identity;
        let there = Header::read(&fleet.known, identity).ok();
        let same = |there: &Header| there.is_of(pulled.view.offers().body());
        if there
            .as_ref()
            .is_some_and(|there| there.generation >= pulled.view.generation() && !same(there))
        {
            pulled.view = Arc::new(pulled.view.numbered(generation));
            pulled.change = Change::Offers;
        }
        let header = Header::new(
            identity,
            pulled.view.generation(),
            pulled.pulls.kept(),
            pulled.view.pulled_at(),
            pulled.view.offers().body(),
        );
        let meta = header.line().trim_end().as_bytes().to_vec();
        let body = pack(pulled.view.offers().body());
        match fleet.publish(token, &meta, &body).await {
            Ok(true) => {
                if let Some(fleet) = &mut self.fleet {
                    fleet.known = meta;
                }
                self.install(pulled);
                self.save().await;
                Ok(())
            }
            Ok(false) => {
                self.state.tell(&CatalogEvent::Overtaken);
                match self.look_once().await {
                    Ok(Found::News) => Ok(()),
                    _ => {
                        let message =
                            "another process has the turn by now; this pull was discarded";
                        Err(self.failed(Error::catalog(message)))
                    }
                }
            }
            Err(failure) => {
                let when_away = fleet.redis.when_away;
                let error = self.note_away(failure);
                match when_away {
                    WhenAway::UseMemory => {
                        self.install(pulled);
                        self.save().await;
                        Ok(())
                    }
                    WhenAway::Refuse => Err(self.failed(Error::catalog(error.to_string()))),
                }
            }
        }
    }

    /// Pulls alone, or not at all.
    async fn without_redis(&mut self, error: &StoreError) -> Result<(), Error> {
        let when_away = self.fleet.as_ref().map(|fleet| fleet.redis.when_away);
        match when_away {
            Some(WhenAway::Refuse) => Err(self.failed(Error::catalog(error.to_string()))),
            _ => self.pull_alone().await,
        }
    }

    async fn look_once(&mut self) -> Result<Found, StoreError> {
        let Some(fleet) = &self.fleet else {
            return Ok(Found::Nothing);
        };
        let meta = match fleet.meta().await {
            Ok(meta) => meta,
            Err(failure) => return Err(self.note_away(failure)),
        };
        let is_known = fleet.known == meta;
        self.note_back();
        if is_known {
            return Ok(Found::Nothing);
        }
        self.consider(meta).await
    }

    /// What a header that was not known means for the offers here.
    async fn consider(&mut self, meta: Vec<u8>) -> Result<Found, StoreError> {
        let Some(fleet) = &mut self.fleet else {
            return Ok(Found::Nothing);
        };
        fleet.known.clone_from(&meta);
        let now = Moment::now(&*self.state.clock);
        if meta.is_empty() {
            // The server lost it. The next pull publishes again.
            return Ok(Found::Nothing);
        }
        let view = self.state.view();
        let header = match Header::read(&meta, &self.asked.identity) {
            Ok(header) => header,
            Err(reason) => return Ok(self.unreadable(reason)),
        };
        if header.generation > view.generation() {
            let (meta, packed) = match fleet.whole().await {
                Ok(whole) => whole,
                Err(failure) => {
                    fleet.known.clear();
                    return Err(self.note_away(failure));
                }
            };
            fleet.known.clone_from(&meta);
            let header = Header::read(&meta, &self.asked.identity);
            let adopted = header.and_then(|header| {
                let body = header.unpack(&packed)?;
                let list = self.asked.read(body).map_err(|error| error.to_string())?;
                let (origin, age) = (Origin::Redis, age_of(&header, &now));
                self.adopt(&header, list, header.generation, From { origin, age });
                Ok(())
            });
            return match adopted {
                Ok(()) => {
                    self.save().await;
                    Ok(Found::News)
                }
                Err(reason) => Ok(self.unreadable(reason)),
            };
        }
        if header.generation == view.generation() && header.is_of(view.offers().body()) {
            let ago = Ago::before(&now, age_of(&header, &now));
            let confirmed = view.confirmed(Origin::Redis, header.pulled_at, ago);
            self.pulls.restore(header.kept(), &now);
            self.state.swap(Arc::new(confirmed));
            self.succeeded(ago);
            return Ok(Found::News);
        }
        // The server is behind this process: it lost what it had, or was away.
        self.next = now.steady;
        Ok(Found::Nothing)
    }

    fn unreadable(&mut self, reason: String) -> Found {
        self.state.tell(&CatalogEvent::Unreadable { reason });
        self.next = self.state.clock.steady();
        Found::Nothing
    }

    fn note_away(&mut self, failure: Failure) -> StoreError {
        let error = StoreError::from(failure);
        let was_away = self.set_away(Away::Yes);
        if !was_away {
            let reason = error.to_string();
            self.state.tell(&CatalogEvent::Away { reason });
        }
        error
    }

    fn note_back(&mut self) {
        if self.set_away(Away::No) {
            self.state.tell(&CatalogEvent::Back);
        }
    }

    /// Returns whether the server was away before.
    fn set_away(&mut self, away: Away) -> bool {
        let fleet = self.fleet.as_mut();
        fleet.is_some_and(|fleet: &mut Fleet| {
            std::mem::replace(&mut fleet.is_away, away == Away::Yes)
        })
    }
}

/// Whether the server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Away {
    Yes,
    No,
}

/// From half to the whole of a pause.
fn jittered(pause: Duration, random: u64) -> Duration {
    let half = pause / 2;
    let nanos = u64::try_from(half.as_nanos()).unwrap_or(u64::MAX);
    half + Duration::from_nanos(random % nanos.max(1))
}

/// The outcome of a future; none if it takes longer than this.
async fn bounded<T>(
    future: impl Future<Output = T>,
    clock: &dyn Clock,
    longest: Duration,
) -> Option<T> {
    let mut future = pin!(future);
    let mut over = pin!(clock.sleep(longest));
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
        Poll::Pending => over.as_mut().poll(context).map(|()| None),
    })
    .await
}
