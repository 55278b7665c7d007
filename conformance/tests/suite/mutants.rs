//! The table of mutants and requirements: a sandbox that breaks one rule fails the requirements on
//! that rule, and no others.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use cpalead_conformance::{Catalogue, Questions, Report, Target};
use cpalead_sandbox::{Fault, Sandbox};
use jiff::civil::date;

use crate::support::publisher;

/// The sandbox's minute is 0.6 s long. The wait is longer, because the machine is busy.
const SPEED: u32 = 100;
const INTERVAL: Duration = Duration::from_millis(1_000);

/// How many sandboxes run at a time. Most of their time is spent waiting for the minute.
const AT_A_TIME: usize = 8;

/// Few, because each is judged often. Enough for each type, device and country.
const OFFERS: usize = 40;
/// More than the mutant sends without `limit`.
const OFFERS_BEYOND_DEFAULT: usize = 190;

/// A sub-id that has conversions, and is not the one that a mutant answers with.
const SUBID: &str = "user-7";

/// The mutants that no requirement can notice, each with the reason.
const INVISIBLE: &[(Fault, &str)] = &[
    (
        Fault::LimitMaximum,
        "no catalogue here has more than 5000 offers",
    ),
    (Fault::CprIgnored, "a publisher may have no CPR offers"),
    (
        Fault::UpdatedSinceExclusive,
        "offers do not say when they were updated",
    ),
    (
        Fault::UpdatedSinceTime,
        "offers do not say when they were updated",
    ),
    (
        Fault::OfferwallIgnored,
        "offers do not say whether they are for offerwalls",
    ),
    (
        Fault::OfferwallDefault,
        "offers do not say whether they are for offerwalls",
    ),
    (
        Fault::BoostFirst,
        "the page does not say which offers are featured and come first",
    ),
    (
        Fault::OtherPayouts,
        "nothing else says what an offer pays in a country",
    ),
    (
        Fault::UserAsText,
        "nobody but the server knows the conversions of the address",
    ),
];

type Verdicts = BTreeMap<String, &'static str>;

/// The endpoint whose requests a fault acts on, as exchanges name it.
fn endpoint(fault: Fault) -> &'static str {
    match fault.source() {
        source if source.contains("Offers API") => "offers/",
        source if source.contains("Conversions API") => "conversions/",
        _ => "reversals/",
    }
}

fn offers(fault: Option<Fault>) -> usize {
    match fault {
        Some(Fault::LimitDefault) => OFFERS_BEYOND_DEFAULT,
        _ => OFFERS,
    }
}

/// The verdicts on a sandbox with a fault, of the requirements that judge its endpoint.
fn verdicts(catalogue: &Catalogue, fault: Option<Fault>) -> Verdicts {
    let concerned = catalogue.requirements().iter().filter(|requirement| {
        let of = |name: &String| fault.is_none_or(|fault| name.starts_with(endpoint(fault)));
        requirement.exchanges.iter().any(of)
    });
    let ids: Vec<&str> = concerned
        .map(|requirement| requirement.id.as_str())
        .collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let report: Report = runtime.block_on(async {
        let builder = Sandbox::builder().offers(offers(fault)).speed(SPEED);
        let builder = fault
            .into_iter()
            .fold(builder, |b, fault| b.fault(fault, 1.0));
        let sandbox = builder.start().await.unwrap();
        let target = Target::server(sandbox.base_url(), &publisher())
            .unwrap()
            .interval(INTERVAL);
        let questions = Questions::new(SUBID, date(2026, 11, 20));
        let plan = catalogue.select(&ids).plan(target, questions).await;
        let run = plan.unwrap().run(|_| {}, std::future::pending());
        run.await.unwrap()
    });
    let entries = report.results().iter();
    entries
        .map(|entry| (entry.id().to_owned(), entry.verdict().name()))
        .collect()
}

/// The same for many faults, several at a time.
fn all(faults: Vec<Option<Fault>>) -> Vec<(Option<Fault>, Verdicts)> {
    let (faults, next) = (Arc::new(faults), Arc::new(AtomicUsize::new(0)));
    let done = Arc::new(Mutex::new(BTreeMap::new()));
    let workers = (0..AT_A_TIME).map(|_| {
        let (faults, next, done) = (Arc::clone(&faults), Arc::clone(&next), Arc::clone(&done));
        thread::spawn(move || {
            let catalogue = Catalogue::bundled().unwrap();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(fault) = faults.get(number) else {
                    break;
                };
                let found = verdicts(&catalogue, *fault);
                done.lock().unwrap().insert(number, (*fault, found));
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.join().unwrap();
    }
    let done = std::mem::take(&mut *done.lock().unwrap());
    done.into_values().collect()
}

#[test]
fn each_mutant_fails_its_own_requirements_and_no_others() {
    // The slow ones first: conversions and reversals wait for their minutes.
    let mut faults: Vec<Fault> = Fault::ALL
        .iter()
        .copied()
        .filter(|fault| fault.is_documented_rule())
        .collect();
    faults.sort_by_key(|fault| endpoint(*fault));
    let faults = [None].into_iter().chain(faults.into_iter().map(Some));
    let mut found = all(faults.collect());
    let (_, good) = found.remove(0);
    found.sort_by_key(|(fault, _)| Fault::ALL.iter().position(|other| Some(*other) == *fault));

    let mut table = String::new();
    for (fault, verdicts) in &found {
        let fault = fault.unwrap();
        table.push_str(&format!("{fault} ({})\n", fault.source()));
        let changed = verdicts
            .iter()
            .filter(|(id, verdict)| good[*id] != **verdict);
        let mut broken = 0;
        for (id, verdict) in changed {
            broken += 1;
            table.push_str(&format!("    {verdict:<7} {id}\n"));
        }
        let invisible = INVISIBLE.iter().find(|(other, _)| *other == fault);
        assert_eq!(
            broken == 0,
            invisible.is_some(),
            "{fault} breaks {broken}:\n{table}"
        );
        if let Some((_, why)) = invisible {
            table.push_str(&format!("    nothing: {why}\n"));
        }
    }
    let (all, visible) = (found.len(), found.len() - INVISIBLE.len());
    assert!(visible >= 25);
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&format!("shows {all} faults")), "{all}");
    assert!(
        readme.contains(&format!(" {visible} fail their requirements")),
        "{visible}"
    );
    insta::assert_snapshot!(table);
}
