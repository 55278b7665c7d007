//! Tests of leads: crashes at every point, two at a time, clocks that jump, and odd files.

use std::collections::HashMap;
use std::fs;
use std::future::Future;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use proptest::prelude::{Just, Strategy, prop, prop_assert_eq, prop_oneof, proptest};

use super::file::FileLeads;
use super::memory::MemoryLeads;
use super::{Committed, Lead, Leads, name};
use crate::clock::ManualClock;

fn clock() -> ManualClock {
    ManualClock::new("2026-01-15T12:00:00Z".parse().unwrap())
}

/// Runs a future that waits for nothing.
fn now<T>(future: impl Future<Output = T>) -> T {
    match Box::pin(future)
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

/// Where the process dies while it handles a postback.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Crash {
    Never,
    AfterBegin,
    AfterPay,
    AfterCommit,
}

const CRASHES: [Crash; 4] = [
    Crash::Never,
    Crash::AfterBegin,
    Crash::AfterPay,
    Crash::AfterCommit,
];

/// How often each lead was paid. It survives every crash, like a bank.
#[derive(Default)]
struct Bank(Mutex<HashMap<String, usize>>);

impl Bank {
    fn pay(&self, lead: &str) {
        *self.0.lock().unwrap().entry(lead.to_owned()).or_default() += 1;
    }

    fn paid(&self, lead: &str) -> usize {
        self.0.lock().unwrap().get(lead).copied().unwrap_or(0)
    }
}

/// How a server handles one postback: the status, or nothing if it crashed.
type Handler<'a> = dyn Fn(Crash) -> Option<u16> + 'a;

/// Handles a postback as the documentation of `Leads` says.
fn careful(leads: &Leads, bank: &Bank, crash: Crash) -> Option<u16> {
    let (ticket, is_paid) = match now(leads.begin("901")).unwrap() {
        Lead::New(ticket) => (ticket, false),
        Lead::Interrupted(ticket) => (ticket, bank.paid("901") > 0),
        Lead::Done => return Some(200),
        Lead::Busy => return Some(503),
    };
    if crash == Crash::AfterBegin {
        return None;
    }
    if !is_paid {
        bank.pay("901");
    }
    if crash == Crash::AfterPay {
        return None;
    }
    assert_eq!(now(ticket.commit()).unwrap(), Committed::InTime);
    (crash != Crash::AfterCommit).then_some(200)
}

/// Pays again after an interruption without looking.
fn blind(leads: &Leads, bank: &Bank, crash: Crash) -> Option<u16> {
    let ticket = match now(leads.begin("901")).unwrap() {
        Lead::New(ticket) | Lead::Interrupted(ticket) => ticket,
        Lead::Done => return Some(200),
        Lead::Busy => return Some(503),
    };
    if crash == Crash::AfterBegin {
        return None;
    }
    bank.pay("901");
    if crash == Crash::AfterPay {
        return None;
    }
    now(ticket.commit()).unwrap();
    (crash != Crash::AfterCommit).then_some(200)
}

/// Notes the lead first, then pays.
fn note_then_pay(seen: &Mutex<bool>, bank: &Bank, crash: Crash) -> Option<u16> {
    if std::mem::replace(&mut *seen.lock().unwrap(), true) {
        return Some(200);
    }
    if matches!(crash, Crash::AfterBegin) {
        return None;
    }
    bank.pay("901");
    matches!(crash, Crash::Never).then_some(200)
}

/// Looks first, pays, then notes the lead.
fn pay_then_note(seen: &Mutex<bool>, bank: &Bank, crash: Crash) -> Option<u16> {
    if *seen.lock().unwrap() {
        return Some(200);
    }
    if matches!(crash, Crash::AfterBegin) {
        return None;
    }
    bank.pay("901");
    if matches!(crash, Crash::AfterPay) {
        return None;
    }
    *seen.lock().unwrap() = true;
    matches!(crash, Crash::Never).then_some(200)
}

/// Sends the postback as the provider does: again, until a try is answered with 200.
fn deliver(handle: &Handler<'_>, first: Crash, clock: &ManualClock) {
    let mut crash = first;
    for _ in 0..5 {
        if handle(crash) == Some(200) {
            return;
        }
        crash = Crash::Never;
        clock.advance(Duration::from_secs(40));
    }
    panic!("the postback is never answered with 200");
}

#[test]
fn a_crash_at_each_point_pays_exactly_once_and_the_naive_orders_do_not() {
    let directory = tempfile::tempdir().unwrap();
    let paid = |handler: &str| {
        CRASHES.map(|crash| {
            let (bank, clock, seen) = (Bank::default(), clock(), Mutex::new(false));
            let memory = Leads::new(MemoryLeads::default()).clock(clock.clone());
            // A process that starts again opens the store again.
            let folder = directory.path().join(format!("{crash:?}"));
            let files = || Leads::new(FileLeads::new(&*folder)).clock(clock.clone());
            let handle: Box<Handler<'_>> = match handler {
                "careful" => Box::new(|crash| careful(&memory, &bank, crash)),
                "careful, files" => Box::new(|crash| careful(&files(), &bank, crash)),
                "blind" => Box::new(|crash| blind(&memory, &bank, crash)),
                "note, pay" => Box::new(|crash| note_then_pay(&seen, &bank, crash)),
                _ => Box::new(|crash| pay_then_note(&seen, &bank, crash)),
            };
            deliver(&handle, crash, &clock);
            deliver(&handle, Crash::Never, &clock);
            drop(handle);
            bank.paid("901")
        })
    };
    // In the order of `CRASHES`: never, after begin, after pay, after commit.
    assert_eq!(paid("careful"), [1, 1, 1, 1]);
    assert_eq!(paid("careful, files"), [1, 1, 1, 1]);
    assert_eq!(
        paid("blind"),
        [1, 1, 2, 1],
        "a lease alone cannot know what was paid"
    );
    assert_eq!(paid("note, pay"), [1, 0, 1, 1], "the reward is lost");
    assert_eq!(paid("pay, note"), [1, 1, 2, 1], "the reward is paid twice");
}

fn crash() -> impl Strategy<Value = Crash> {
    prop_oneof![
        Just(Crash::Never),
        Just(Crash::AfterBegin),
        Just(Crash::AfterPay),
        Just(Crash::AfterCommit)
    ]
}

proptest! {
    #[test]
    fn any_order_of_crashes_and_repetitions_pays_once(
        tries in prop::collection::vec((crash(), 0_u64..100), 0..8),
    ) {
        let (bank, clock) = (Bank::default(), clock());
        let leads = Leads::new(MemoryLeads::default()).clock(clock.clone());
        for (crash, seconds) in tries {
            careful(&leads, &bank, crash);
            clock.advance(Duration::from_secs(seconds));
        }
        deliver(&|crash| careful(&leads, &bank, crash), Crash::Never, &clock);
        prop_assert_eq!(bank.paid("901"), 1);
    }
}

fn begin(leads: &Leads) -> Lead {
    now(leads.begin("901")).unwrap()
}

#[test]
fn one_of_two_gets_the_turn_and_a_late_commit_says_that_it_was_taken_over() {
    let clock = clock();
    let leads = Leads::new(MemoryLeads::default()).clock(clock.clone());
    let leads = leads.lease(Duration::from_secs(30));
    let Lead::New(first) = begin(&leads) else {
        panic!("it is new");
    };
    clock.advance(Duration::from_secs(29));
    assert!(matches!(begin(&leads), Lead::Busy));
    assert!(matches!(now(leads.begin("902")).unwrap(), Lead::New(_)));
    clock.advance(Duration::from_secs(1));
    let Lead::Interrupted(second) = begin(&leads) else {
        panic!("the first did not finish");
    };
    assert!(matches!(begin(&leads), Lead::Busy));
    // The first was slow, and has paid: the lead is done, whoever holds the turn.
    assert_eq!(now(first.commit()).unwrap(), Committed::TakenOver);
    assert!(matches!(begin(&leads), Lead::Done));
    assert_eq!(now(second.commit()).unwrap(), Committed::InTime);
}

#[test]
fn a_clock_that_is_set_back_does_not_keep_a_lead_busy() {
    let clock = clock();
    let leads = Leads::new(MemoryLeads::default()).clock(clock.clone());
    assert!(matches!(begin(&leads), Lead::New(_)));
    // A correction by a few seconds does not end the turn.
    clock.set_wall("2026-01-15T11:59:50Z".parse().unwrap());
    assert!(matches!(begin(&leads), Lead::Busy));
    clock.set_wall("2025-01-15T12:00:00Z".parse().unwrap());
    assert!(matches!(begin(&leads), Lead::Interrupted(_)));
    assert!(matches!(begin(&leads), Lead::Busy));
}

#[test]
fn of_many_threads_one_gets_the_turn() {
    let directory = tempfile::tempdir().unwrap();
    let new = std::thread::scope(|scope| {
        let begin = || {
            let runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = { runtime }.enable_time().build().unwrap();
            let leads = Leads::new(FileLeads::new(directory.path()));
            let lead = runtime.block_on(leads.begin("901")).unwrap();
            usize::from(matches!(lead, Lead::New(_)))
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(begin)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum::<usize>()
    });
    assert_eq!(new, 1);
}

#[test]
fn files_survive_torn_writes_and_tell_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("a/leads");
    let leads = Leads::new(FileLeads::new(&*folder));
    let Lead::New(ticket) = begin(&leads) else {
        panic!("it is new");
    };
    assert!(!format!("{ticket:?} {leads:?}").contains("901"));
    let file = folder.join(format!("{}.json", name("901")));
    let text = fs::read_to_string(&file).unwrap();
    assert!(
        text.starts_with("{\"version\":1,\"state\":\"begun\",\"ticket\":"),
        "{text}"
    );
    now(ticket.commit()).unwrap();
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        r#"{"version":1,"state":"done"}"#
    );
    // A process died while it wrote the next file.
    fs::write(file.with_extension("new"), "{\"ver").unwrap();
    assert!(matches!(begin(&leads), Lead::Done));
    #[cfg(unix)]
    for (path, mode) in [
        (&file, 0o600),
        (&folder, 0o700),
        (&folder.join("lock"), 0o600),
    ] {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            fs::metadata(path).unwrap().permissions().mode() & 0o777,
            mode,
            "{path:?}"
        );
    }
    for damaged in ["", "{", "[]", r#"{"version":1,"state":"begun"}"#, "\0\0\0"] {
        fs::write(&file, damaged).unwrap();
        assert!(matches!(begin(&leads), Lead::Interrupted(_)), "{damaged}");
        assert!(matches!(begin(&leads), Lead::Busy), "{damaged}");
    }
    fs::write(&file, r#"{"version":2,"state":"new"}"#).unwrap();
    assert_eq!(
        now(leads.begin("901")).unwrap_err().to_string(),
        format!(
            "{} was written by a newer cpalead (file version 2); update this program",
            file.display()
        )
    );
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    fs::write(&path, "").unwrap();
    let leads = Leads::new(FileLeads::new(path.join("leads")));
    let error = now(leads.begin("901")).unwrap_err().to_string();
    assert_eq!(
        error,
        format!(
            "could not open {} for the leads; choose a directory that this user may write to, on a \
             disk with free space",
            path.join("leads/lock").display()
        )
    );
}
