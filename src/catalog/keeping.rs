//! What is kept of a catalogue beyond its process: read at the start, and written after each pull.

use std::sync::Arc;
use std::time::Duration;

use super::event::{CatalogEvent, Origin};
use super::file::Loaded;
use super::keeper::Keeper;
use super::moment::{Ago, Moment};
use super::pulls::Pulls;
use super::snapshot::{Header, Identity, pack};
use super::view::CatalogView;
use crate::offers::list::OfferList;

/// How often the lock of the file is tried, and how long to wait in between.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);

/// Where offers came from that no pull of this process brought, and how old they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct From {
    pub(crate) origin: Origin,
    pub(crate) age: Duration,
}

/// A view as it is kept and shared.
struct Packed {
    header: Header,
    body: Vec<u8>,
}

impl Keeper {
    /// Puts offers in place that were kept in the file or by another process.
    pub(crate) fn adopt(&mut self, header: &Header, list: OfferList, generation: u64, from: From) {
        let now = Moment::now(&*self.state.clock);
        self.pulls.restore(header.kept(), &now);
        let From { origin, age } = from;
        let ago = Ago::before(&now, age);
        let view = CatalogView::new(list, generation, origin, header.pulled_at, ago);
        let offers = view.len();
        self.state.swap(Arc::new(view));
        self.succeeded(ago);
        self.state.tell(&CatalogEvent::Adopted {
            origin,
            generation,
            offers,
        });
    }

    /// Reads the file, if there is one.
    pub(crate) async fn load(&mut self) {
        let Some(file) = self.file.clone() else {
            return;
        };
        let identity = self.asked.identity.clone();
        let loading = tokio::task::spawn_blocking(move || (file.load(&identity), file));
        let Ok((loaded, file)) = loading.await else {
            return;
        };
        let useless = match loaded {
            Loaded::Missing => return,
            Loaded::Found(header, body) => match self.asked.read(body) {
                Ok(list) => {
                    let now = Moment::now(&*self.state.clock);
                    let age = age_of(&header, &now);
                    let origin = Origin::File;
                    let generation = header.generation.max(1);
                    return self.adopt(&header, list, generation, From { origin, age });
                }
                Err(error) => error.to_string(),
            },
            Loaded::Useless(reason) => reason,
        };
        let event = file.set_aside(&self.asked.identity, useless);
        self.state.tell(&event);
    }

    /// Writes what is in place to the file, if there is one.
    pub(crate) async fn save(&self) {
        let Some(file) = &self.file else {
            return;
        };
        let packed = pack_view(&self.asked.identity, &self.pulls, self.state.view()).await;
        // None if the runtime is shutting down.
        let Some(packed) = packed else {
            return;
        };
        let path = file.path(&self.asked.identity);
        let packed = Arc::new(packed);
        let mut reason = "another process holds its lock".to_owned();
        for _ in 0..TRIES {
            let (file, packed) = (file.clone(), Arc::clone(&packed));
            let identity = self.asked.identity.clone();
            let saving = move || file.save(&identity, &packed.header, &packed.body);
            match tokio::task::spawn_blocking(saving).await {
                Ok(Ok(true)) => return,
                Ok(Ok(false)) => tokio::time::sleep(PAUSE).await,
                Ok(Err(why)) => {
                    reason = why;
                    break;
                }
                // The runtime is shutting down.
                Err(_) => return,
            }
        }
        self.state.tell(&CatalogEvent::Unsaved { path, reason });
    }
}

/// Packs a view, beside the tasks of the runtime: it takes some tens of milliseconds.
async fn pack_view(identity: &Identity, pulls: &Pulls, view: Arc<CatalogView>) -> Option<Packed> {
    let (identity, kept) = (identity.clone(), pulls.kept());
    let packing = move || {
        let body = view.offers().body();
        let (generation, pulled_at) = (view.generation(), view.pulled_at());
        Packed {
            header: Header::new(&identity, generation, kept, pulled_at, body),
            body: pack(body),
        }
    };
    tokio::task::spawn_blocking(packing).await.ok()
}

/// How long ago the offers of a header were pulled. A time that has not come yet, by a clock that
/// was set back, counts as just now: whether increments may follow is for [`Pulls`] to say.
pub(crate) fn age_of(header: &Header, now: &Moment) -> Duration {
    let age = now.wall.duration_since(header.pulled_at);
    Duration::try_from(age).unwrap_or_default()
}
