//! The catalogue over HTTP: what it asks for and when, and what each answer does to its offers.

use std::future::poll_fn;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use cpalead::catalog::{Catalog, CatalogBuilder, Origin};
use cpalead::clock::ManualClock;
use cpalead::{Client, OfferList, RetryPolicy};

use crate::raw_server::{RawServer, answer};
use crate::setup::{noon, ok, secs};
use crate::support::builder;

pub(crate) const EVERY: Duration = Duration::from_secs(600);

/// A catalogue's server, clock and events.
pub(crate) struct Shop {
    pub(crate) server: RawServer,
    pub(crate) clock: ManualClock,
    events: Arc<Mutex<Vec<String>>>,
}

pub(crate) fn body(ids: impl IntoIterator<Item = u64>) -> String {
    let rows: Vec<_> = ids
        .into_iter()
        .map(|id| format!(r#"{{"id":{id},"offer_rank":{id}}}"#))
        .collect();
    format!(r#"{{"status":"success","offers":[{}]}}"#, rows.join(","))
}

/// The client of these tests. A failed call is not tried again: the clock stands still.
pub(crate) fn client(base_url: &str, clock: &ManualClock) -> Client {
    let builder = builder(base_url).clock(Arc::new(clock.clone()));
    builder
        .retry(RetryPolicy::none())
        .build()
        .expect("a client")
}

impl Shop {
    /// The server sends these bodies in order and then repeats the last one. An empty one is a
    /// failure.
    pub(crate) fn answering(bodies: Vec<String>) -> Shop {
        let server = RawServer::start(move |mut exchange| {
            let nth = (exchange.number() - 1).min(bodies.len() - 1);
            match bodies[nth].as_str() {
                "" => exchange.send(&answer("500 Internal Server Error", &[], b"")),
                body => exchange.send(&ok(body)),
            };
            exchange.finish();
        });
        Shop::of(server)
    }

    pub(crate) fn of(server: RawServer) -> Shop {
        Shop {
            server,
            clock: ManualClock::new(noon()),
            events: Arc::default(),
        }
    }

    pub(crate) fn catalog(&self) -> CatalogBuilder {
        self.catalog_at(&self.server.base_url())
    }

    pub(crate) fn catalog_at(&self, base_url: &str) -> CatalogBuilder {
        let heard = Arc::clone(&self.events);
        Catalog::of(client(base_url, &self.clock).offers().limit(100))
            .every(EVERY)
            .on_event(move |event| heard.lock().expect("no panic").push(event.to_string()))
    }

    /// The events since the last call.
    pub(crate) fn events(&self) -> Vec<String> {
        std::mem::take(&mut *self.events.lock().expect("no panic"))
    }

    /// The queries of all requests so far, from `limit` on.
    pub(crate) fn queries(&self) -> Vec<String> {
        let heads = self.server.heads();
        let query = |head: &String| {
            let target = head.split(' ').nth(1).expect("a target");
            let query = target.split_once("limit=").expect("a limit").1;
            format!("limit={query}")
        };
        heads.iter().map(query).collect()
    }

    /// Moves the clock when the task sleeps.
    pub(crate) async fn passes(&self, time: Duration) {
        while self.clock.sleepers() == 0 {
            tokio::task::yield_now().await;
        }
        self.clock.advance(time);
    }
}

pub(crate) fn ids(list: &OfferList) -> Vec<u64> {
    list.iter().map(cpalead::Offer::id).collect()
}

#[tokio::test]
async fn sixty_four_tasks_that_refresh_make_one_request() {
    let (release, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    let shop = Shop::of(RawServer::start(move |mut exchange| {
        if exchange.number() == 2 {
            let _ = held.lock().expect("no panic").recv_timeout(secs(5));
        }
        exchange.send(&ok(&body(1..4)));
        exchange.finish();
    }));
    let catalog = shop.catalog().start().await.expect("a pull");
    let refresh = |catalog: Catalog| Box::pin(async move { catalog.refresh().await });
    let mut tasks: Vec<_> = (0..64).map(|_| refresh(catalog.clone())).collect();
    // All of them wait before the server answers.
    poll_fn(|context| {
        for task in &mut tasks {
            assert!(task.as_mut().poll(context).is_pending());
        }
        Poll::Ready(())
    })
    .await;
    release.send(()).expect("the server waits");
    for task in tasks {
        task.await.expect("a pull");
    }
    assert_eq!(shop.server.heads().len(), 2);
    catalog.refresh().await.expect("a pull");
    assert_eq!(shop.server.heads().len(), 3);
}

#[tokio::test]
async fn increments_ask_from_the_start_of_the_last_success_less_ten_minutes() {
    let shop = Shop::answering(vec![
        body(1..4),
        body([2, 9]),
        String::new(),
        body([]),
        body([1, 9]),
    ]);
    let catalog = shop.catalog().start().await.expect("a pull");
    let mut generation = catalog.get().generation();
    assert_eq!((generation, catalog.get().origin()), (1, Origin::Provider));

    shop.passes(EVERY).await;
    let view = catalog.changed_since(generation).await;
    generation = view.generation();
    assert_eq!((generation, ids(view.offers())), (2, vec![1, 2, 3, 9]));
    // A failure does not move the watermark, and the next pull follows after a pause.
    shop.passes(EVERY).await;
    while catalog.status().failures() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(catalog.refresh().await.is_ok());
    assert_eq!(catalog.status().failures(), 0);
    assert_eq!(catalog.get().generation(), 2);
    // Six hours after the first pull, a full one shows what vanished.
    shop.passes(secs(6 * 3600)).await;
    let view = catalog.changed_since(generation).await;
    assert_eq!(ids(view.offers()), [1, 9]);

    assert_eq!(
        shop.queries(),
        [
            "limit=100",
            "limit=100&updated_since=2026-01-15T11%3A50%3A00Z",
            "limit=100&updated_since=2026-01-15T12%3A00%3A00Z",
            "limit=100&updated_since=2026-01-15T12%3A00%3A00Z",
            "limit=100",
        ]
    );
    let events = shop.events();
    assert_eq!(
        events[0],
        "full pull: generation 1 has 3 offers: 3 new, 0 changed, 0 gone"
    );
    assert_eq!(
        events[1],
        "increment: generation 2 has 4 offers: 1 new, 0 changed, 0 gone"
    );
    assert!(
        events[2].starts_with(
            "pull failed: offers: the provider answered with an error (status 500); failures in a row: 1; next try in "
        ),
        "{}",
        events[2]
    );
    assert_eq!(events[3], "increment: nothing changed, 4 offers");
    assert_eq!(
        events[4],
        "full pull: generation 3 has 2 offers: 0 new, 0 changed, 2 gone"
    );
    assert_eq!(events.len(), 5);
}

/// What a full pull with this body does to the offers 1 to 10: the event, and how many there are.
async fn full_pulls(bodies: &[String]) -> (Vec<String>, usize, bool) {
    let mut all = vec![body(1..11)];
    all.extend(bodies.iter().cloned());
    let shop = Shop::answering(all);
    let catalog = shop.catalog().full_every(secs(1));
    let catalog = catalog.start().await.expect("a pull");
    shop.events();
    let mut is_ok = true;
    for _ in bodies {
        shop.clock.advance(secs(2));
        is_ok = catalog.refresh().await.is_ok();
    }
    (shop.events(), catalog.get().len(), is_ok)
}

#[tokio::test]
async fn an_answer_that_is_not_believed_leaves_the_old_offers_in_place() {
    let shop = Shop::answering(vec![body(1..11), body([]), body(1..5), body(1..5)]);
    let catalog = shop.catalog().full_every(secs(1));
    let catalog = catalog.start().await.expect("a pull");
    shop.events();
    shop.clock.advance(secs(2));
    let error = catalog.refresh().await.expect_err("emptied");
    assert!(error.is_catalog() && error.kind() == "catalog");
    assert_eq!(
        error.to_string(),
        "the catalogue was not refreshed: full pull: the answer has no offers while there are 10; they stay as they are"
    );
    let error = catalog.refresh().await.expect_err("shrunk");
    assert!(error.is_catalog());
    assert_eq!((catalog.get().len(), catalog.status().failures()), (10, 2));
    catalog.refresh().await.expect("the same again");
    assert_eq!(
        shop.events(),
        [
            "full pull: the answer has no offers while there are 10; they stay as they are",
            "full pull: the answer has 4 offers while there are 10; they stay as they are unless the next full pull says the same",
            "full pull: generation 2 has 4 offers: 0 new, 0 changed, 6 gone",
        ]
    );
    assert_eq!(catalog.status().failures(), 0);
}

#[tokio::test]
async fn a_cut_answer_adds_and_removes_nothing() {
    let (events, offers, is_ok) = full_pulls(&[body(20..120)]).await;
    assert_eq!((offers, is_ok), (110, true));
    assert_eq!(
        events[0],
        "full pull: the answer is as long as its limit of 100, so there may be more; nothing was removed; narrow the request"
    );
}

#[tokio::test]
async fn a_row_that_cannot_be_read_keeps_its_previous_version() {
    let rows = body(1..10).replace(r#""offers":["#, r#""offers":[{"offer_id":10,"id":"x"},"#);
    let (events, offers, _) = full_pulls(&[rows]).await;
    assert_eq!(
        (offers, events[0].as_str()),
        (10, "full pull: nothing changed, 10 offers")
    );
}

#[tokio::test]
async fn a_request_that_differs_from_host_to_host_is_refused() {
    let shop = Shop::answering(vec![body(1..4)]);
    let client = client(&shop.server.base_url(), &shop.clock);
    let check = async |request: cpalead::OffersRequest, message: &str| {
        let error = Catalog::of(request).start().await.expect_err("refused");
        assert!(error.is_configuration());
        assert_eq!(error.to_string(), message);
    };
    let of_caller = "offers: a catalogue cannot be for the calling country or device, which differ from host to host: name them, or leave them out";
    check(client.offers().country_of_caller(), of_caller).await;
    check(client.offers().device_of_caller(), of_caller).await;
    check(
        client.offers().updated_since(noon()),
        "offers: a catalogue sets updated_since itself: leave it out",
    )
    .await;
    check(
        client.offers().limit(0),
        "offers: limit 0 is not allowed: expected 1 to 5000",
    )
    .await;
    let error = shop.catalog().every(Duration::ZERO).start().await;
    assert_eq!(
        error.expect_err("refused").to_string(),
        "offers: a catalogue cannot pull more often than once a second: set every and full_every to one second at least"
    );
    assert_eq!(shop.server.connections(), 0);
}

#[tokio::test]
async fn a_catalogue_of_a_list_never_changes() {
    let list = OfferList::from_json(body(1..4).into_bytes()).expect("a list");
    let catalog = Catalog::of_list(list);
    catalog.refresh().await.expect("nothing to pull");
    let status = catalog.status();
    assert_eq!((status.offers(), status.is_stale()), (3, false));
    assert_eq!(catalog.get().origin(), Origin::List);
}

#[tokio::test]
async fn the_catalogue_of_a_sandbox_is_what_the_sandbox_sends() {
    let sandbox = cpalead_sandbox::Sandbox::builder().offers(300);
    let sandbox = sandbox.start().await.expect("a sandbox");
    let client = builder(sandbox.base_url()).build().expect("a client");
    let catalog = Catalog::of(client.offers().limit(5_000)).start().await;
    let catalog = catalog.expect("a pull");
    catalog.refresh().await.expect("an increment");
    let sent = client.offers().limit(5_000).await.expect("an answer");
    let kept = catalog.get();
    let raws = |list: &OfferList| {
        let raws = list.iter().map(|offer| list.raw(offer).map(str::to_owned));
        let mut raws: Vec<_> = raws.collect();
        raws.sort();
        raws
    };
    assert_eq!(raws(kept.offers()), raws(&sent));
    let requests = sandbox.requests();
    assert_eq!(requests[0].parameter("updated_since"), None);
    assert!(requests[1].parameter("updated_since").is_some());
}

#[test]
fn a_list_can_be_written_and_read_back() {
    let sent = r#"{"status":"success","country":"US","offers":[{"id":1,"novelty":[1.50]},{"id":2,"amount":"0.10"}]}"#;
    let list = OfferList::from_json(sent.into()).expect("a list");
    assert_eq!(list.body(), sent);
    let written = serde_json::to_string(&list).expect("JSON");
    let read = OfferList::from_json(written.into_bytes()).expect("a list");
    assert_eq!(ids(&read), [1, 2]);
    assert_eq!(
        (read.country(), read[1].amount()),
        (list.country(), list[1].amount())
    );
    assert!(
        OfferList::from_json(OfferList::empty().body().into()).is_ok_and(|list| list.is_empty())
    );
    let empty = serde_json::to_string(&OfferList::empty()).expect("JSON");
    assert_eq!(
        empty,
        r#"{"status":"success","number_offers":0,"offers":[]}"#
    );
}
