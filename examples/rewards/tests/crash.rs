//! A crash at each point between the beginning and the end of a reward, and what the repeated
//! postback then makes of it.
//!
//! A child process, which is this test program again, is killed at one point after the other.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cpalead::postbacks::{Caller, FileLeads, Lead, Leads};
use rewards::offers::Offers;
use rewards::points::Terms;
use rewards::postback;
use rewards::settings::{of_sandbox, template};
use rewards::shop::Shop;
use rewards::store::Store;
use rusqlite::trace::TraceEventCodes;
use rusqlite::{Connection, OptionalExtension};

/// The points that the reward of the postback has.
const POINTS: i64 = 28;

/// How many points may be passed before the process is killed. 0 means that it is not.
static LEFT: AtomicUsize = AtomicUsize::new(0);

/// A point at which the process may be killed.
fn point() {
    if LEFT.load(Ordering::SeqCst) > 0 && LEFT.fetch_sub(1, Ordering::SeqCst) == 1 {
        std::process::abort();
    }
}

/// A connection with a point before and after each statement.
fn connection(directory: &Path) -> Connection {
    let mut connection = Connection::open(directory.join("rewards.sqlite")).unwrap();
    let codes = TraceEventCodes::SQLITE_TRACE_STMT | TraceEventCodes::SQLITE_TRACE_PROFILE;
    connection
        .trace_v2(codes, Some(|_: rusqlite::trace::TraceEvent<'_>| point()))
        .unwrap();
    connection
}

/// The status that the program answers to the postback.
fn the_program(directory: &Path, click: &str, left: usize) -> u16 {
    let (client, postbacks) = of_sandbox(
        "http://127.0.0.1:9",
        &template("127.0.0.1:3000".parse().unwrap()),
        &directory.join("rewards.sqlite"),
    )
    .unwrap();
    let shop = Shop {
        client,
        postbacks,
        offers: Offers::default(),
        store: Store::of(connection(directory)).unwrap(),
        terms: Terms::default(),
    };
    let query = format!("u={click}&lead=901&offer=7&p=0.40&event=&ep=&k=sandbox-postback-password");
    let caller = Caller::new("127.0.0.1".parse().unwrap());
    LEFT.store(left, Ordering::SeqCst);
    let answer = postback::answer(&shop, &query, &caller);
    point();
    answer.status
}

const KNOWN: &str = "SELECT 1 FROM rewards WHERE lead = '901'";
const CLAIM: &str = "INSERT INTO rewards (lead, click, user, dollars, points, time)
                     VALUES ('901', '', 'ann', '0.40', 28, 0) ON CONFLICT (lead) DO NOTHING";
const PAY: &str = "INSERT INTO users (name, points) VALUES ('ann', 28)
                   ON CONFLICT (name) DO UPDATE SET points = points + 28";

/// Two transactions: the lead first.
fn claim_then_pay(directory: &Path, _: &str, left: usize) -> u16 {
    let connection = connection(directory);
    LEFT.store(left, Ordering::SeqCst);
    if connection.execute(CLAIM, []).unwrap() == 1 {
        connection.execute(PAY, []).unwrap();
    }
    point();
    200
}

/// Two transactions: the points first.
fn pay_then_claim(directory: &Path, _: &str, left: usize) -> u16 {
    let connection = connection(directory);
    LEFT.store(left, Ordering::SeqCst);
    let known = connection
        .query_row(KNOWN, [], |_| Ok(()))
        .optional()
        .unwrap();
    if known.is_none() {
        connection.execute(PAY, []).unwrap();
        connection.execute(CLAIM, []).unwrap();
    }
    point();
    200
}

/// The library's leads around a payment that is elsewhere and can be looked up.
fn begin_pay_commit(directory: &Path, _: &str, left: usize) -> u16 {
    let mut connection = connection(directory);
    // The provider comes again long after a lease.
    let leads = Leads::new(FileLeads::new(directory.join("leads"))).lease(Duration::ZERO);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        LEFT.store(left, Ordering::SeqCst);
        point();
        let begun = leads.begin("901").await.unwrap();
        point();
        let (ticket, has_paid) = match begun {
            Lead::New(ticket) => (ticket, false),
            Lead::Interrupted(ticket) => {
                let known = connection
                    .query_row(KNOWN, [], |_| Ok(()))
                    .optional()
                    .unwrap();
                (ticket, known.is_some())
            }
            Lead::Done => return 200,
            Lead::Busy => return 503,
        };
        if !has_paid {
            let payment = connection.transaction().unwrap();
            payment.execute(CLAIM, []).unwrap();
            payment.execute(PAY, []).unwrap();
            payment.commit().unwrap();
        }
        point();
        ticket.commit().await.unwrap();
        point();
        200
    })
}

type Order = fn(&Path, &str, usize) -> u16;

const ORDERS: [(&str, Order); 4] = [
    ("the program", the_program),
    ("claim then pay", claim_then_pay),
    ("pay then claim", pay_then_claim),
    ("begin, pay, commit", begin_pay_commit),
];

/// What a child does. In the test program that was started by a person it does nothing.
#[test]
fn a_child_receives_the_postback() {
    let Ok(task) = std::env::var("REWARDS_CHILD") else {
        return;
    };
    let parts: Vec<&str> = task.split('|').collect();
    let [order, directory, click, left] = parts[..] else {
        unreachable!("{task}");
    };
    let (_, receive) = ORDERS.iter().find(|(name, _)| *name == order).unwrap();
    let status = receive(Path::new(directory), click, left.parse().unwrap());
    assert_eq!(status, 200);
}

/// Starts a child that is killed at the point `left`. Returns whether it came to its end.
fn child(order: &str, directory: &Path, click: &str, left: usize) -> bool {
    let task = format!("{order}|{}|{click}|{left}", directory.display());
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_child_receives_the_postback"])
        .env("REWARDS_CHILD", task)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() || !text.contains("FAILED"),
        "{text}"
    );
    output.status.success()
}

/// The user's points after a crash at each point and one repetition of the postback.
fn points_after_crashes(order: &str) -> Vec<i64> {
    let mut found = Vec::new();
    for left in 1.. {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        let store = Store::open(&path.join("rewards.sqlite")).unwrap();
        let click = store.add_click("ann", 7).unwrap();
        let ended = child(order, path, &click, left);
        if !ended {
            assert!(
                child(order, path, &click, 0),
                "{order}: the repetition at {left}"
            );
        }
        found.push(store.points("ann").unwrap());
        if ended {
            break;
        }
    }
    found
}

#[track_caller]
fn check(order: &str, at_least: usize, expected: &[i64]) {
    let mut found = points_after_crashes(order);
    let crashes = found.len() - 1;
    println!("{order}: {crashes} crashes, {found:?}");
    assert!(crashes >= at_least, "{order}: {found:?}");
    found.sort_unstable();
    found.dedup();
    assert_eq!(found, expected, "{order}");
}

#[test]
fn one_transaction_pays_once_and_the_naive_orders_lose_or_pay_twice() {
    // A look-up, the beginning, two insertions and the end, each with two points, and the answer.
    check("the program", 11, &[POINTS]);
    check("begin, pay, commit", 12, &[POINTS]);
    check("claim then pay", 5, &[0, POINTS]);
    check("pay then claim", 7, &[POINTS, 2 * POINTS]);
}
