//! What is left of a catalogue when something fails: the file, the last offers, and the task.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cpalead::catalog::{Catalog, CatalogFile, Origin};
use cpalead::clock::{BoxFuture, Clock};
use cpalead::rate_limits::{Lane, MemoryStore, Op, RateLimits, Reply, Store, StoreError};

use crate::catalog::{EVERY, Shop, body, client, ids};
use crate::setup::secs;
use crate::support::{UNREACHABLE, builder};

/// The one file with this ending.
fn file_with_ending(directory: &Path, ending: &str) -> std::path::PathBuf {
    let files = std::fs::read_dir(directory).expect("a directory");
    let mut files = files.map(|file| file.expect("a file").path());
    let has_ending = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == ending);
    files.find(has_ending).expect("a file with the ending")
}

#[tokio::test]
async fn a_restart_begins_with_the_file_although_the_provider_is_down() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let keep = || CatalogFile::new(directory.path());
    let shop = Shop::answering(vec![body(1..4), body([9]), String::new()]);
    let catalog = shop.catalog().keep(keep()).start().await.expect("a pull");
    catalog.refresh().await.expect("an increment");
    drop(catalog);
    shop.events();
    shop.clock.advance(secs(60));

    let catalog = shop.catalog().keep(keep()).start().await.expect("a file");
    let view = catalog.get();
    assert_eq!(ids(view.offers()), [1, 2, 3, 9]);
    assert_eq!((view.generation(), view.origin()), (2, Origin::File));
    assert_eq!(view.age(&shop.clock), secs(60));
    assert!(!catalog.status().is_stale());
    assert_eq!(
        shop.events(),
        ["generation 2 with 4 offers was read from file"]
    );
    let error = catalog.refresh().await.expect_err("the provider is down");
    assert_eq!(error.status(), Some(500));
    shop.clock.advance(3 * EVERY);
    assert!(catalog.status().is_stale());
    assert_eq!(catalog.get().len(), 4);
    let read = keep().read(
        &client(&shop.server.base_url(), &shop.clock)
            .offers()
            .limit(100),
    );
    assert_eq!(read.expect("a file").map(|view| view.generation()), Some(2));

    // An increment is what it asks for after the restart.
    let last = shop.queries().pop();
    assert_eq!(
        last.as_deref(),
        Some("limit=100&updated_since=2026-01-15T11%3A50%3A00Z")
    );
}

#[tokio::test]
async fn without_a_file_the_error_of_the_first_pull_is_the_error_of_the_start() {
    let shop = Shop::answering(vec![String::new()]);
    let error = shop.catalog_at(UNREACHABLE).start().await;
    assert!(error.expect_err("nothing there").is_connect());
}

#[tokio::test]
async fn a_file_that_is_damaged_is_set_aside_and_a_directory_that_cannot_be_written_stops_nothing()
{
    let directory = tempfile::tempdir().expect("a temporary directory");
    let keep = || CatalogFile::new(directory.path());
    let shop = Shop::answering(vec![body(1..4)]);
    drop(shop.catalog().keep(keep()).start().await.expect("a pull"));
    let path = file_with_ending(directory.path(), "catalog");
    let mut bytes = std::fs::read(&path).expect("a file");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, bytes).expect("a file");
    shop.events();
    let request = client(&shop.server.base_url(), &shop.clock)
        .offers()
        .limit(100);
    let error = keep().read(&request).expect_err("damaged");
    assert!(
        error.to_string().ends_with(": its checksum is wrong"),
        "{error}"
    );
    let catalog = shop.catalog().keep(keep()).start().await.expect("a pull");
    assert_eq!(catalog.get().origin(), Origin::Provider);
    let bad = file_with_ending(directory.path(), "bad");
    assert_eq!(
        shop.events()[0],
        format!(
            "cannot use {}: its checksum is wrong; it was renamed to {}",
            path.display(),
            bad.display()
        )
    );

    // The place of the directory is taken by a file.
    let blocked = CatalogFile::new(&path);
    let catalog = shop.catalog().keep(blocked).start().await.expect("a pull");
    assert_eq!(catalog.get().len(), 3);
    let events = shop.events();
    let unsaved = events.last().expect("an event");
    assert!(
        unsaved.starts_with("the catalogue could not be written to ")
            && unsaved.ends_with("; it is in place all the same"),
        "{events:?}"
    );
}

#[tokio::test]
async fn dropping_the_last_handle_stops_the_task() {
    let shop = Shop::answering(vec![body(1..4)]);
    let catalog = shop.catalog().start().await.expect("a pull");
    let clone = catalog.clone();
    drop(catalog);
    shop.passes(EVERY).await;
    while shop.server.heads().len() < 2 {
        tokio::task::yield_now().await;
    }
    let view = clone.get();
    clone.refresh().await.expect("the task runs");
    drop(clone);
    while shop.clock.sleepers() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(view.len(), 3);
}

#[test]
fn the_last_offers_stay_readable_when_the_runtime_ends() {
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().expect("a runtime")
    };
    let shop = Shop::answering(vec![body(1..4)]);
    let first = runtime();
    let started = first.block_on(shop.catalog().start());
    let catalog = started.expect("a pull");
    drop(first);
    assert_eq!(catalog.get().len(), 3);
    assert_eq!(catalog.status().next_try(), None);
    let error = runtime().block_on(catalog.refresh());
    assert_eq!(
        error.expect_err("no task").to_string(),
        "the catalogue was not refreshed: its task has ended, with its runtime or by a panic"
    );
}

/// A store that panics when it is told to.
#[derive(Debug)]
struct Panics(Arc<AtomicBool>, MemoryStore);

impl Store for Panics {
    fn apply<'a>(
        &'a self,
        lane: &'a Lane,
        op: Op,
        clock: &'a dyn Clock,
    ) -> BoxFuture<'a, Result<Reply, StoreError>> {
        assert!(!self.0.load(Ordering::SeqCst), "a planted panic");
        self.1.apply(lane, op, clock)
    }
}

#[tokio::test]
async fn a_panic_in_a_pull_or_in_the_listener_is_caught_and_the_next_pull_works() {
    let shop = Shop::answering(vec![body(1..4)]);
    let panics = Arc::<AtomicBool>::default();
    let store = Panics(Arc::clone(&panics), MemoryStore::new());
    let limits = RateLimits::default()
        .interval(cpalead::Endpoint::Offers, secs(1))
        .store(store);
    let client = builder(&shop.server.base_url())
        .clock(Arc::new(shop.clock.clone()))
        .rate_limits(limits)
        .build()
        .expect("a client");
    let catalog = Catalog::of(client.offers())
        .on_event(|_| panic!("a planted panic"))
        .start()
        .await
        .expect("a pull");
    shop.clock.advance(secs(60));
    panics.store(true, Ordering::SeqCst);
    let error = catalog.refresh().await.expect_err("it panics");
    assert_eq!(
        error.to_string(),
        "the catalogue was not refreshed: the pull panicked; the offers stay as they are"
    );
    assert_eq!(catalog.status().failures(), 1);
    panics.store(false, Ordering::SeqCst);
    catalog.refresh().await.expect("it goes on");
    assert_eq!(catalog.status().failures(), 0);
}
