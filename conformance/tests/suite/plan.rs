//! The plan says before the first byte what a run costs, and takes turns with other programs.

use std::sync::Arc;

use cpalead::clock::SystemClock;
use cpalead::rate_limits::{Account, FileStore, Limiter, RateLimits};
use cpalead_conformance::{Catalogue, Feature, Publisher, Target};

use crate::support::{KEY, questions, server};

async fn plan(target: Target, prefixes: &[&str]) -> String {
    let catalogue = Catalogue::bundled().unwrap().select(prefixes);
    catalogue
        .plan(target, questions())
        .await
        .unwrap()
        .to_string()
}

#[tokio::test]
async fn a_live_plan_shares_the_ledger_of_the_programs_that_use_the_account() {
    let folder = tempfile::tempdir().unwrap();
    let limits = || RateLimits::default().store(FileStore::new(folder.path()));
    let live = || Target::live(&Publisher::new(7).api_key(KEY), limits()).unwrap();
    assert_eq!(
        plan(live(), &[]).await,
        "target: live\n\
         calls: 28 offers, 9 conversions, 6 reversals, 1 document: at least 8 min 19 s\n\
         unsupported: limits (4 requirements)\n"
    );
    let other = Limiter::new(limits(), &Account::new(7), Arc::new(SystemClock));
    other
        .acquire(cpalead::Endpoint::Conversions)
        .await
        .unwrap()
        .start();
    let taken = plan(live(), &["conversions/lookup", "reversals/list"]).await;
    assert!(
        taken.contains("\ncalls: 1 conversions, 1 reversals: at least 1 min "),
        "{taken}"
    );
    assert!(
        taken.contains("\nconversions: the next slot is free in 1 min"),
        "{taken}"
    );
    assert!(!taken.contains("reversals: the next slot"), "{taken}");
}

#[tokio::test]
async fn a_target_without_a_key_is_asked_for_offers_only() {
    let target = Target::server("http://127.0.0.1:9", &Publisher::new(7)).unwrap();
    assert_eq!(
        plan(target, &["offers/limit/", "conversions/", "reversals/"]).await,
        "target: server\n\
         calls: 4 offers: at least 1 s\n\
         unsupported: key (20 requirements)\n"
    );
}

#[tokio::test]
async fn a_target_that_cannot_filter_says_what_is_not_judged() {
    let target = server("http://127.0.0.1:9")
        .without(Feature::Filters)
        .without(Feature::Limits);
    let shown = plan(target, &["offers/", "conversions/"]).await;
    assert!(shown.contains("unsupported: filters ("), "{shown}");
    assert!(
        shown.contains("unsupported: limits (2 requirements)"),
        "{shown}"
    );
}
