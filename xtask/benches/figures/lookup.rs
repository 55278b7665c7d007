//! Measures payout look-up: `Offer::payout` over a whole catalogue, for several countries.
//!
//! - `lookup_ns` is the work of a backend that sorts its offers for one user: every offer of the
//!   list, one country. Sixteen countries take turns: large and small ones, and two that no offer
//!   names. Many look-ups therefore end at the default.
//! - `lookup_scattered_ns` is the same with the offers in random order and a different country each
//!   time, which defeats caches and branch prediction. It is for comparison.
//!
//! The time of the loop is not subtracted. Every payout is used: its amount goes through a black
//! box.

use std::hint::black_box;
use std::time::{Duration, Instant};

use cpalead::{Country, Offer, OfferList, PayoutSource};

use crate::Outcome;
use crate::measure::{Figures, in_turns};

const COUNTRIES: [Country; 16] = [
    Country::US,
    Country::GB,
    Country::CA,
    Country::AU,
    Country::DE,
    Country::FR,
    Country::BR,
    Country::IN,
    Country::MX,
    Country::JP,
    Country::NL,
    Country::ZA,
    Country::PH,
    Country::VN,
    Country::AQ,
    Country::TK,
];

pub(crate) fn measure(body: &str, figures: &mut Figures) -> Outcome {
    let list = OfferList::from_json(body.as_bytes().to_vec())?;
    let offers: Vec<&Offer> = list.iter().collect();
    let mut turn = 0;
    let in_order = || {
        turn += 1;
        let country = COUNTRIES[turn % COUNTRIES.len()];
        let begun = Instant::now();
        for offer in &list {
            look_up(offer, country);
        }
        begun.elapsed()
    };
    let scattered = scatter(&offers);
    let at_random = || -> Duration {
        let begun = Instant::now();
        for (offer, country) in &scattered {
            look_up(offer, *country);
        }
        begun.elapsed()
    };
    let [in_order, at_random] = in_turns(961, [&mut { in_order }, &mut { at_random }]);
    let looked_up = offers.len() as f64;
    figures.set("lookup_ns", in_order * 1e9 / looked_up);
    figures.set("lookup_scattered_ns", at_random * 1e9 / looked_up);
    figures.set("lookup_hits", share_of_hits(&offers));
    Ok(())
}

#[inline]
fn look_up(offer: &Offer, country: Country) {
    let payout = offer.payout(black_box(country));
    black_box(payout.map(|payout| payout.amount()));
}

/// The offers in a random order that is the same in every run, each with a country.
fn scatter<'a>(offers: &[&'a Offer]) -> Vec<(&'a Offer, Country)> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let mut offers = offers.to_vec();
    for last in (1..offers.len()).rev() {
        offers.swap(last, random(last + 1));
    }
    offers
        .into_iter()
        .map(|offer| (offer, COUNTRIES[random(COUNTRIES.len())]))
        .collect()
}

/// The share of look-ups that found an amount for the country.
fn share_of_hits(offers: &[&Offer]) -> f64 {
    let sources = offers
        .iter()
        .flat_map(|offer| COUNTRIES.map(|country| offer.payout(country)));
    let hits = sources
        .flatten()
        .filter(|payout| payout.source() == PayoutSource::Country)
        .count();
    hits as f64 / (offers.len() * COUNTRIES.len()) as f64
}
