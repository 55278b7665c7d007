//! Watching: yields every new conversion once, reports errors, and is never faster than allowed.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cpalead::clock::ManualClock;
use cpalead::rate_limits::{MemoryStore, RateLimits, Wait};
use cpalead::{Client, Endpoint, Error, Watch};
use cpalead_sandbox::{Sandbox, Shape};

use crate::raw_server::{RawServer, answer};
use crate::setup::{Broken, KEY, MINUTE, Setup, noon, ok, secs};
use crate::support::{UNREACHABLE, builder};

/// At this speed, a minute of the sandbox takes 150 milliseconds.
const SPEED: u32 = 400;

const INTERVAL: Duration = Duration::from_millis(200);

/// Longer than anything in these tests takes.
pub(crate) const LONG: Duration = Duration::from_secs(10);

async fn sandbox(shape: Shape) -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().speed(SPEED).shape(shape).start().await;
    let sandbox = sandbox.expect("a sandbox");
    let limits = RateLimits::default()
        .store(MemoryStore::new())
        // A watch waits for its slot although a single call would not.
        .wait(Wait::FailFast)
        .interval(Endpoint::Conversions, INTERVAL);
    let client = builder(sandbox.base_url())
        .api_key(sandbox.api_key())
        .rate_limits(limits)
        .build()
        .expect("a client");
    (sandbox, client)
}

async fn next(watch: &mut Watch) -> Option<Result<cpalead::Conversion, Error>> {
    tokio::time::timeout(LONG, watch.next())
        .await
        .expect("it does not hang")
}

/// The lead of each row, or its offer where there is no lead.
fn names(rows: &[cpalead::Conversion]) -> Vec<String> {
    let name = |row: &cpalead::Conversion| match row.lead_id() {
        Some(lead) => lead.to_owned(),
        None => format!("{:?}", row.offer_id()),
    };
    rows.iter().map(name).collect()
}

/// Every row that arrives until the sandbox has seen this many polls, and one more.
async fn until_polled(
    watch: &mut Watch,
    sandbox: &Sandbox,
    polls: usize,
) -> Vec<cpalead::Conversion> {
    let mut rows = Vec::new();
    while sandbox.requests().len() <= polls {
        if let Ok(row) = tokio::time::timeout(Duration::from_millis(20), watch.next()).await {
            rows.push(row.expect("the watch goes on").expect("no poll fails"));
        }
    }
    rows
}

#[tokio::test]
async fn each_new_conversion_arrives_once() {
    let (sandbox, client) = sandbox(Shape::Wrapped).await;
    let mut watch = client.conversions("user-42").watch();
    let seeded = until_polled(&mut watch, &sandbox, 1).await;
    assert!((3..=5).contains(&seeded.len()), "{}", seeded.len());

    let first = sandbox.add_conversion("user-42", 5_540_000);
    sandbox.add_conversion("user-43", 5_540_000);
    let polls = sandbox.requests().len();
    let rows = until_polled(&mut watch, &sandbox, polls + 1).await;
    assert_eq!(names(&rows), [first]);

    let second = sandbox.add_conversion("user-42", 5_540_000);
    let third = sandbox.add_conversion("user-42", 5_540_000);
    let polls = sandbox.requests().len();
    let rows = until_polled(&mut watch, &sandbox, polls + 2).await;
    assert_eq!(
        names(&rows),
        [third, second],
        "in the provider's order, and no more often"
    );
    let requests = sandbox.requests();
    assert!(requests.iter().all(|request| request.status == 200));
    let starts: Vec<_> = requests.iter().map(|request| request.arrived).collect();
    let gaps = starts.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(gaps.min().expect("several") >= Duration::from_millis(150));
}

#[tokio::test]
async fn equal_rows_without_a_lead_id_are_separate_conversions() {
    let (sandbox, client) = sandbox(Shape::Bare).await;
    sandbox.add_conversion("watched", 7);
    sandbox.add_conversion("watched", 7);
    sandbox.add_conversion("watched", 8);
    let mut watch = client.conversions("watched").watch();
    let rows = until_polled(&mut watch, &sandbox, 2).await;
    assert_eq!(names(&rows)[..3], ["Some(8)", "Some(7)", "Some(7)"]);
    let seeded = rows.len() - 3;
    assert!(seeded <= 5);

    sandbox.add_conversion("watched", 7);
    let polls = sandbox.requests().len();
    let rows = until_polled(&mut watch, &sandbox, polls + 2).await;
    assert_eq!(names(&rows), ["Some(7)"]);
}

#[tokio::test]
async fn after_a_poll_that_the_provider_refuses_the_watch_goes_on() {
    let (sandbox, client) = sandbox(Shape::Wrapped).await;
    let mut watch = client.conversions("user-42").watch();
    until_polled(&mut watch, &sandbox, 1).await;
    // Another client with separate limits calls repeatedly, until a poll of the watch gets a 429.
    let error = loop {
        let url = format!(
            "{}/api/conversions?id=3360001&api_key={}&subid=x",
            sandbox.base_url(),
            sandbox.api_key()
        );
        let rude = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        rude.get(url).send().await.expect("an answer");
        match tokio::time::timeout(Duration::from_millis(10), watch.next()).await {
            Ok(Some(Err(error))) => break error,
            Ok(Some(Ok(_))) | Err(_) => {}
            Ok(None) => panic!("the watch is over"),
        }
    };
    assert!(
        error.is_rate_limited() && error.status() == Some(429),
        "{error}"
    );
    assert_eq!(error.retry_after(), Some(secs(1)));
    let lead = sandbox.add_conversion("user-42", 5_540_000);
    let row = next(&mut watch).await.expect("it goes on").expect("a row");
    assert_eq!(row.lead_id(), Some(lead.as_str()));
}

pub(crate) fn rows(leads: &[&str]) -> Vec<u8> {
    let row = |lead: &&str| format!(r#"{{"lead_id":"{lead}","offer_id":1}}"#);
    let rows: Vec<_> = leads.iter().map(row).collect();
    ok(&format!(
        r#"{{"status":"success","conversions":[{}]}}"#,
        rows.join(",")
    ))
}

/// The next items, as leads and messages.
pub(crate) async fn items(watch: &mut Watch, count: usize) -> Vec<String> {
    let mut items = Vec::new();
    for _ in 0..count {
        items.push(match next(watch).await {
            Some(Ok(row)) => names(&[row]).concat(),
            Some(Err(error)) => error.to_string(),
            None => "the end".to_owned(),
        });
    }
    items
}

#[tokio::test]
async fn an_error_in_the_middle_is_reported_and_polling_goes_on_at_its_pace() {
    let setup = Setup::answering(vec![
        rows(&["a"]),
        answer("500 Internal Server Error", &[], b""),
        Vec::new(),
        ok("<html>maintenance</html>"),
        answer("429 Too Many Requests", &[("retry-after", "600")], b""),
        ok(r#"{"status":"too many requests"}"#),
        rows(&["b", "a"]),
        rows(&["c", "b", "a"]),
    ]);
    let mut watch = setup.client.conversions("user-42").watch();
    let items = items(&mut watch, 8).await;
    assert_eq!([&items[0], &items[6], &items[7]], ["a", "b", "c"]);
    let expected = [
        "conversions: the provider answered with an error (status 500)",
        "conversions: the connection broke",
        "conversions: cannot read the answer: it is an HTML page, not JSON (status 200)",
        "conversions: the provider answered with an error (status 429); try again in 600 s",
        "conversions: the provider refused: too many requests (status 200); try again in 61 s",
    ];
    for (item, expected) in items[1..6].iter().zip(expected) {
        assert!(item.starts_with(expected), "{item}");
    }
    assert_eq!(setup.arrivals(), [0, 61, 122, 183, 244, 844, 905, 966]);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_reported_once_and_the_others_arrive() {
    let odd = r#""odd""#;
    let list = |rows: &str| ok(&format!("[{rows}]"));
    let good = |lead: &str| format!(r#"{{"lead_id":"{lead}"}}"#);
    let setup = Setup::answering(vec![
        list(&format!("{},{odd},{}", good("a"), good("b"))),
        list(&format!("{},{},{odd},{}", good("c"), good("a"), good("b"))),
        list(&format!("{},{odd},{odd}", good("d"))),
        list(&good("e")),
    ]);
    let mut watch = setup.client.conversions("user-42").watch();
    let unreadable = |index: u32| {
        format!(
            "conversions: cannot read the answer at conversions[{index}]: invalid type: string \"odd\", expected an object"
        )
    };
    let (first, second) = (unreadable(1), unreadable(2));
    assert_eq!(
        items(&mut watch, 7).await,
        ["a", "b", &first, "c", "d", &second, "e"],
        "equal rows are separate"
    );
    assert_eq!(
        setup.arrivals(),
        [0, 61, 122, 183],
        "it takes no extra poll"
    );
}

#[tokio::test]
async fn a_conversion_that_changes_or_comes_back_is_not_new() {
    let of = |body: &str| ok(&format!("[{body}]"));
    let setup = Setup::answering(vec![
        of(
            r#"{"lead_id":"a","payout":"1","status":"pending"},{"campid":1,"subid":"s","timestamp":1767225600,"status":true}"#,
        ),
        of(
            r#"{"lead_id":"a","payout":"2","status":"approved"},{"campid":"1","subid":"s","timestamp":"1767225600","status":false}"#,
        ),
        of(""),
        of(
            r#"{"lead_id":"a"},{"offer_id":1,"subid":"s","timestamp":1767225600},{"campid":1,"subid":"s","timestamp":1767225601}"#,
        ),
        rows(&["z"]),
    ]);
    let mut watch = setup.client.conversions("user-42").watch();
    assert_eq!(items(&mut watch, 4).await, ["a", "Some(1)", "Some(1)", "z"]);
    assert_eq!(setup.arrivals(), [0, 61, 122, 183, 244]);
}

#[tokio::test]
async fn five_thousand_rows_arrive_once() {
    let leads: Vec<_> = (0..5_000).map(|lead| lead.to_string()).collect();
    let leads: Vec<_> = leads.iter().map(String::as_str).collect();
    let setup = Setup::answering(vec![rows(&leads), rows(&leads), rows(&["new"])]);
    let mut watch = setup.client.conversions("user-42").watch();
    let begun = Instant::now();
    let items = items(&mut watch, 5_001).await;
    assert_eq!(items[..5_000], leads[..]);
    assert_eq!(items[5_000], "new");
    assert!(begun.elapsed() < secs(5), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn dropping_the_future_of_next_loses_nothing() {
    let (sandbox, client) = sandbox(Shape::Wrapped).await;
    let mut watch = client.conversions("user-42").watch();
    // `until_polled` drops a future every 20 milliseconds.
    until_polled(&mut watch, &sandbox, 1).await;
    let mut leads = Vec::new();
    for _ in 0..3 {
        leads.push(sandbox.add_conversion("user-42", 1));
        let polls = sandbox.requests().len();
        let rows = until_polled(&mut watch, &sandbox, polls).await;
        leads.retain(|lead| !names(&rows).contains(lead));
    }
    let polls = sandbox.requests().len();
    let rows = until_polled(&mut watch, &sandbox, polls + 1).await;
    leads.retain(|lead| !names(&rows).contains(lead));
    assert_eq!(leads, Vec::<String>::new());
}

/// Checks that twenty polls that fail at once are an interval apart on the clock.
async fn check_pace(build: impl FnOnce(&ManualClock) -> Client, fails: impl Fn(&Error) -> bool) {
    let clock = ManualClock::eager(noon());
    let client = build(&clock);
    let mut watch = client.conversions("user-42").watch();
    let times = Mutex::new(Vec::new());
    for _ in 0..20 {
        let error = next(&mut watch)
            .await
            .expect("it goes on")
            .expect_err("it fails");
        assert!(fails(&error), "{error}");
        times
            .lock()
            .expect("no panic")
            .push(cpalead::clock::Clock::steady(&clock));
    }
    let times = times.into_inner().expect("no panic");
    let gaps = times.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(gaps.min().expect("several") >= MINUTE, "{times:?}");
}

#[tokio::test]
async fn polls_that_fail_at_once_follow_each_other_no_faster_than_others() {
    let with = |base_url: &str, limits: RateLimits, clock: &ManualClock| {
        builder(base_url)
            .api_key(KEY)
            .rate_limits(limits)
            .clock(Arc::new(clock.clone()))
            .build()
            .expect("a client")
    };
    let limits = || RateLimits::default().store(MemoryStore::new());
    // No connection: the slot is given back each time.
    check_pace(
        |clock| with(UNREACHABLE, limits(), clock),
        Error::is_connect,
    )
    .await;
    // No slot: the store fails before anything else happens.
    let broken = limits().store(Broken);
    check_pace(|clock| with(UNREACHABLE, broken, clock), Error::is_store).await;
    // The server answers at once.
    for status in ["401 Unauthorized", "500 Oh"] {
        let server = RawServer::saying(answer(status, &[], b""));
        let base_url = server.base_url();
        check_pace(|clock| with(&base_url, limits(), clock), Error::is_status).await;
        assert_eq!(server.heads().len(), 20);
    }
    let server = RawServer::saying(ok("[7]"));
    let base_url = server.base_url();
    check_pace(|clock| with(&base_url, limits(), clock), Error::is_decode).await;
    assert_eq!(server.heads().len(), 20);
}
