//! Measures a catalogue: look-ups while increments replace its offers, and all offers of a country.
//!
//! - `catalog_lookup_p999_ns` is the 99.9th percentile of `Catalog::get` with a look-up by id, in a
//!   thread that does nothing else, while increments are pulled from a sandbox in this process.
//!   Each increment has a new offer, so each makes a new generation. The two reads of the clock
//!   are included. `catalog_swaps` says how many generations there were.
//! - `catalog_country_us` is the time for finding all offers of a country, the slowest of a few
//!   large and small countries.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cpalead::catalog::Catalog;
use cpalead::{Client, Country, MAX_LIMIT, OfferList};
use cpalead_sandbox::Sandbox;
use tokio::runtime::Builder;

use crate::measure::{Figures, median};
use crate::{Fault, Outcome, PUBLISHER, SEED};

/// Added offers are never more than the provider's limit allows.
const OFFERS: usize = 4_000;
const INCREMENTS: u64 = 100;

/// Ids that the sandbox does not make.
const FIRST_ID: u64 = 9_000_000;

const COUNTRIES: [Country; 4] = [Country::US, Country::GB, Country::VN, Country::TK];

pub(crate) fn measure(body: &str, figures: &mut Figures) -> Outcome {
    let view = Catalog::of_list(OfferList::from_json(body.as_bytes().to_vec())?).get();
    let of_country = COUNTRIES.map(|country| {
        let rounds = (0..301).map(|_| {
            let begun = Instant::now();
            black_box(view.for_country(black_box(country)).count());
            begun.elapsed().as_secs_f64()
        });
        median(rounds.collect())
    });
    figures.set(
        "catalog_country_us",
        of_country.into_iter().fold(0.0, f64::max) * 1e6,
    );

    let runtime = Builder::new_current_thread().enable_all().build()?;
    let sandbox = Sandbox::builder().seed(SEED).offers(OFFERS);
    let sandbox = runtime.block_on(sandbox.start())?;
    let catalog = runtime.block_on(started(&sandbox))?;
    let is_done = AtomicBool::new(false);
    let mut times = std::thread::scope(|scope| {
        let reader = scope.spawn(|| look_ups(&catalog, &is_done));
        let pulled = runtime.block_on(increments(&sandbox, &catalog));
        is_done.store(true, Ordering::Release);
        pulled.and_then(|()| reader.join().map_err(|_| "the reader panicked".into()))
    })?;
    times.sort_unstable();
    let at = times.len() * 999 / 1_000;
    figures.set("catalog_lookup_p999_ns", times[at].as_secs_f64() * 1e9);
    figures.set("catalog_lookups", times.len() as f64);
    figures.set("catalog_swaps", (catalog.get().generation() - 1) as f64);
    Ok(())
}

async fn started(sandbox: &Sandbox) -> Result<Catalog, Fault> {
    let client = Client::builder(PUBLISHER)
        .base_url(sandbox.base_url())
        .build()?;
    let request = client.offers().limit(MAX_LIMIT);
    Ok(Catalog::of(request).start().await?)
}

async fn increments(sandbox: &Sandbox, catalog: &Catalog) -> Outcome {
    for id in FIRST_ID..FIRST_ID + INCREMENTS {
        sandbox.add_offer(&format!(
            r#"{{"id":{id},"amount":"0.50","countries":["US"]}}"#
        ))?;
        catalog.refresh().await?;
    }
    Ok(())
}

/// The time of each look-up until the end. Memory is taken before.
fn look_ups(catalog: &Catalog, is_done: &AtomicBool) -> Vec<Duration> {
    let mut times = Vec::with_capacity(50_000_000);
    while !is_done.load(Ordering::Acquire) && times.len() < times.capacity() {
        let begun = Instant::now();
        black_box(catalog.get().get(black_box(FIRST_ID)).is_some());
        times.push(begun.elapsed());
    }
    times
}
