//! Benches for daily work: `cargo bench -p xtask --bench daily`. `cargo xtask bench` measures the
//! figures with goals.

use cpalead::jsonp::{Callback, unwrap, wrap};
use cpalead::{Country, OfferList};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

fn catalogue(offers: usize) -> String {
    cpalead_sandbox::catalogue_json(7, offers, 3_360_001)
}

fn list(offers: usize) -> OfferList {
    match OfferList::from_json(catalogue(offers).into_bytes()) {
        Ok(list) => list,
        Err(error) => panic!("the catalogue does not decode: {error}"),
    }
}

#[divan::bench(args = [10, 100, 5_000])]
fn decode(bencher: Bencher<'_, '_>, offers: usize) {
    let body = catalogue(offers).into_bytes();
    bencher
        .with_inputs(|| body.clone())
        .bench_values(OfferList::from_json);
}

#[divan::bench(args = [10, 100, 5_000])]
fn look_up(bencher: Bencher<'_, '_>, offers: usize) {
    let list = list(offers);
    bencher.bench(|| {
        let of_one = |offer: &cpalead::Offer| offer.payout(black_box(Country::US)).is_some();
        list.iter().filter(|offer| of_one(offer)).count()
    });
}

#[divan::bench]
fn raw_json_of_every_offer(bencher: Bencher<'_, '_>) {
    let body = catalogue(5_000).into_bytes();
    let fresh = || OfferList::from_json(body.clone()).ok();
    bencher.with_inputs(fresh).bench_refs(|list| {
        let list = list.iter().flatten();
        list.count()
    });
}

#[divan::bench]
fn serialize(bencher: Bencher<'_, '_>) {
    let list = list(100);
    bencher.bench(|| {
        serde_json::to_string(list.as_slice())
            .map(|text| text.len())
            .ok()
    });
}

#[divan::bench]
fn jsonp(bencher: Bencher<'_, '_>) {
    let body = catalogue(100);
    let Ok(callback) = Callback::new("cb") else {
        return;
    };
    bencher.bench(|| {
        let wrapped = wrap(&callback, &body).ok()?;
        unwrap(&wrapped, Some(&callback)).map(str::len).ok()
    });
}
