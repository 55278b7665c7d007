//! Reversals over HTTP: the plan, the windows of the calls, pacing, and resuming after a failure.

use std::time::{Duration, Instant};

use cpalead::clock::{Clock, ManualClock};
use cpalead::{Endpoint, Error, RateLimits, Reversal, ReversalsStream, Wait};
use jiff::civil::{Date, date};

use crate::raw_server::answer;
use crate::setup::{Broken, KEY, MINUTE, Setup, ok, secs};
use crate::support::builder;

/// An answer without reversals.
pub(crate) const NONE: &str = r#"{"status":"success","reversals":[]}"#;

/// Three and a half months: four windows.
pub(crate) const START: Date = date(2025, 1, 15);

pub(crate) const END: Date = date(2025, 5, 3);

pub(crate) fn none() -> Vec<u8> {
    ok(NONE)
}

/// The two dates of each call, in the order of the calls.
pub(crate) fn requested(setup: &Setup) -> Vec<String> {
    let target = |target: String| {
        target
            .strip_prefix("/api/reversals?end_date=")
            .and_then(|rest| rest.split_once("&id=3360001&start_date="))
            .map(|(end, start)| format!("{start}..={end}"))
            .unwrap_or(target)
    };
    setup.targets().into_iter().map(target).collect()
}

/// All items of the stream, each as its window or its error message.
async fn items(stream: &mut ReversalsStream) -> Vec<String> {
    let mut items = Vec::new();
    while let Some(item) = stream.next().await {
        items.push(match item {
            Ok(window) => window.window().to_string(),
            Err(error) => error.to_string(),
        });
        assert!(items.len() < 100, "a stream without end");
    }
    items
}

pub(crate) const WINDOWS: [&str; 4] = [
    "2025-01-15..=2025-02-14",
    "2025-02-15..=2025-03-14",
    "2025-03-15..=2025-04-14",
    "2025-04-15..=2025-05-03",
];

#[tokio::test]
async fn a_request_is_this_line_with_the_key_in_its_query() {
    let setup = Setup::answering(vec![none()]);
    let request = setup.client.reversals(date(2025, 9, 1)..=date(2025, 9, 30));
    request.await.expect("an answer");
    let heads = setup.server.heads();
    let line = heads[0].lines().next().expect("a line");
    assert_eq!(
        line.replace(KEY, "KEY"),
        "GET /api/reversals?end_date=2025-09-30&id=3360001&start_date=2025-09-01&api_key=KEY HTTP/1.1"
    );
    assert_eq!(heads[0].matches(KEY).count(), 1);
}

#[tokio::test]
async fn a_plan_has_calls_windows_and_times_and_takes_no_slot() {
    let setup = Setup::answering(vec![none()]);
    let request = setup.client.reversals(START..=END);
    for _ in 0..2 {
        let plan = request.plan().await.expect("a plan");
        let windows: Vec<_> = plan.windows().iter().map(ToString::to_string).collect();
        assert_eq!(windows, WINDOWS);
        assert_eq!(plan.calls(), 4);
        assert_eq!((plan.wait(), plan.duration()), (secs(0), secs(183)));
    }
    setup
        .limiter
        .acquire(Endpoint::Reversals)
        .await
        .expect("free")
        .start();
    setup.clock.advance(secs(20));
    let plan = request.plan().await.expect("a plan");
    assert_eq!((plan.wait(), plan.duration()), (secs(41), secs(224)));
    assert_eq!(setup.server.connections(), 0);

    let day = setup
        .client
        .reversals(START..=START)
        .plan()
        .await
        .expect("a plan");
    assert_eq!(
        (day.calls(), day.wait(), day.duration()),
        (1, secs(41), secs(41))
    );
}

#[tokio::test]
async fn a_range_takes_as_many_calls_and_as_long_as_planned() {
    let setup = Setup::answering(vec![none()]);
    setup
        .limiter
        .acquire(Endpoint::Reversals)
        .await
        .expect("free")
        .start();
    let request = setup.client.reversals(START..=END);
    let plan = request.plan().await.expect("a plan");
    request.send().await.expect("answers");
    assert_eq!(requested(&setup).len(), plan.calls());
    assert_eq!(setup.clock.steady(), plan.duration());
}

#[tokio::test]
async fn windows_are_fetched_oldest_first_an_interval_apart() {
    let setup = Setup::answering(vec![none()]);
    let mut stream = setup.client.reversals(START..=END).stream();
    assert_eq!((stream.left(), stream.resume_from()), (4, Some(START)));
    assert_eq!(setup.server.connections(), 0);
    assert_eq!(items(&mut stream).await, WINDOWS);
    assert_eq!(requested(&setup), WINDOWS);
    assert_eq!(setup.arrivals(), [0, 61, 122, 183]);
    assert_eq!((stream.left(), stream.resume_from()), (0, None));
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn rows_arrive_with_the_window_they_belong_to() {
    let row = |lead: &str| ok(&format!(r#"[{{"lead_id":"{lead}"}}]"#));
    let setup = Setup::answering(vec![row("a"), none(), row("c"), row("d")]);
    let windows = setup.client.reversals(START..=END).await.expect("answers");
    let leads: Vec<_> = windows
        .into_iter()
        .map(|window| {
            let start = window.window().start();
            let rows: Vec<Reversal> = window.into_report().into_iter().collect();
            format!("{start} {:?}", rows.first().and_then(Reversal::lead_id))
        })
        .collect();
    let expected = [
        r#"2025-01-15 Some("a")"#,
        "2025-02-15 None",
        r#"2025-03-15 Some("c")"#,
        r#"2025-04-15 Some("d")"#,
    ];
    assert_eq!(leads, expected);
}

#[tokio::test]
async fn across_a_leap_february_every_day_is_requested_once() {
    let setup = Setup::answering(vec![none()]);
    let request = setup
        .client
        .reversals(date(2023, 12, 31)..=date(2024, 3, 31));
    request.await.expect("answers");
    let expected = [
        "2023-12-31..=2024-01-30",
        "2024-01-31..=2024-02-28",
        "2024-02-29..=2024-03-28",
        "2024-03-29..=2024-03-31",
    ];
    assert_eq!(requested(&setup), expected);
    let setup = Setup::answering(vec![none()]);
    let request = setup
        .client
        .reversals(date(2024, 2, 29)..=date(2024, 2, 29));
    request.await.expect("answers");
    assert_eq!(requested(&setup), ["2024-02-29..=2024-02-29"]);
}

#[tokio::test]
async fn a_failure_ends_the_stream_and_a_new_request_resumes_there() {
    let fails = || answer("500 Internal Server Error", &[], b"");
    let setup = Setup::answering(vec![none(), none(), fails(), none()]);
    let mut stream = setup.client.reversals(START..=END).stream();
    stream.next().await.expect("first").expect("an answer");
    stream.next().await.expect("second").expect("an answer");
    let error = stream.next().await.expect("third").expect_err("500");
    assert_eq!(error.status(), Some(500));
    let day = stream.resume_from().expect("two to go");
    assert_eq!((stream.left(), day), (2, date(2025, 3, 15)));
    assert!(stream.next().await.is_none(), "and nothing is sent");
    assert_eq!((stream.left(), stream.resume_from()), (2, Some(day)));

    let again = setup.client.reversals(day..=END).await.expect("answers");
    let again: Vec<_> = again
        .iter()
        .map(|window| window.window().to_string())
        .collect();
    assert_eq!(again, WINDOWS[2..]);
    assert_eq!(setup.arrivals(), [0, 61, 122, 183, 244]);
}

#[tokio::test]
async fn a_collected_range_fails_with_its_first_failure() {
    let setup = Setup::answering(vec![none(), answer("403 Forbidden", &[], b""), none()]);
    let error = setup.client.reversals(START..=END).await.expect_err("403");
    assert_eq!(error.status(), Some(403));
    assert_eq!(setup.server.heads().len(), 2);
}

/// Checks that stream and plan fail with this message and that nothing is sent.
async fn refused(now: &str, start: Date, end: Date, message: &str) {
    let clock = ManualClock::eager(now.parse().expect("a timestamp"));
    let setup = Setup::on(clock, RateLimits::default(), Duration::ZERO, vec![none()]);
    let request = setup.client.reversals(start..=end);
    let error = request.plan().await.expect_err("no plan");
    assert_eq!(error.to_string(), message);
    assert!(error.is_configuration() && !error.may_have_counted());
    let error = request.clone().await.expect_err("no rows");
    assert_eq!(error.to_string(), message);
    let mut stream = request.stream();
    assert_eq!(
        items(&mut stream).await,
        [message],
        "once, and then it is over"
    );
    assert!(stream.next().await.is_none());
    assert_eq!(setup.server.connections(), 0);
    assert_eq!(setup.wait_for(Endpoint::Reversals).await, Duration::ZERO);
}

async fn accepted(now: &str, start: Date) {
    let clock = ManualClock::eager(now.parse().expect("a timestamp"));
    let setup = Setup::on(clock, RateLimits::default(), Duration::ZERO, vec![none()]);
    let windows = setup.client.reversals(start..=start).await;
    assert_eq!(windows.expect("an answer").len(), 1, "{now}");
}

#[tokio::test]
async fn a_start_after_the_end_is_refused() {
    let message = "reversals: the start 2025-05-03 is after the end 2025-01-15";
    refused("2026-01-15T12:00:00Z", END, START, message).await;
    let far = "reversals: the start 9999-12-31 is after the end -009999-01-01";
    refused("2026-01-15T12:00:00Z", Date::MAX, Date::MIN, far).await;
}

#[tokio::test]
async fn a_start_is_in_the_future_when_it_is_so_everywhere_on_earth() {
    let message = |start: &str, today: &str| {
        format!("reversals: the start {start} is in the future: expected {today} or before")
    };
    let tomorrow = date(2026, 1, 16);
    let expected = message("2026-01-16", "2026-01-15");
    refused("2026-01-15T09:59:59Z", tomorrow, tomorrow, &expected).await;
    accepted("2026-01-15T10:00:00Z", tomorrow).await;
    accepted("2026-01-15T23:59:59Z", tomorrow).await;
    let expected = message("2026-01-17", "2026-01-16");
    refused(
        "2026-01-15T23:59:59Z",
        date(2026, 1, 17),
        Date::MAX,
        &expected,
    )
    .await;
    let expected = message("9999-12-31", "2026-01-16");
    refused("2026-01-15T12:00:00Z", Date::MAX, Date::MAX, &expected).await;
    accepted("2026-01-15T12:00:00Z", date(2026, 1, 1)).await;
}

#[tokio::test]
async fn without_a_key_nothing_is_sent_and_the_stream_is_over() {
    let setup = Setup::answering(vec![none()]);
    let client = builder(&setup.server.base_url()).build().expect("a client");
    let request = client.reversals(START..=END);
    let message = "reversals: no api key is set, and this call needs one";
    assert_eq!(
        request.plan().await.expect_err("no key").to_string(),
        message
    );
    let mut stream = request.stream();
    assert_eq!(items(&mut stream).await, [message]);
    // No day is done yet, so a client with a key has to start here.
    assert_eq!((stream.left(), stream.resume_from()), (4, Some(START)));
    assert_eq!(setup.server.connections(), 0);
}

#[tokio::test]
async fn a_client_that_does_not_wait_gets_one_window_at_a_time() {
    let hasty = RateLimits::default().wait(Wait::FailFast);
    let setup = Setup::with(hasty, Duration::ZERO, vec![none()]);
    let mut from = START;
    for (done, window) in WINDOWS.iter().enumerate() {
        let mut stream = setup.client.reversals(from..=END).stream();
        let item = stream.next().await.expect("an item").expect("a window");
        assert_eq!(item.window().to_string(), *window);
        if done < 3 {
            let error = stream.next().await.expect("an item");
            let error = error.expect_err("too early");
            assert!(error.is_rate_limited() && !error.may_have_counted());
            assert_eq!(error.retry_after(), Some(MINUTE));
            assert_eq!(setup.server.connections(), done + 1);
            setup.clock.advance(MINUTE);
            from = stream.resume_from().expect("more to go");
        }
        assert!(stream.next().await.is_none());
    }
}

#[tokio::test]
async fn the_windows_after_the_first_wait_longer_than_one_call_would() {
    let brief = RateLimits::default().wait(Wait::AtMost(secs(5)));
    let setup = Setup::with(brief, Duration::ZERO, vec![none()]);
    let mut stream = setup.client.reversals(START..=END).stream();
    assert_eq!(items(&mut stream).await, WINDOWS);
    // The first call of the next range waits only as long as the client allows.
    let error = setup.client.reversals(START..=START).await;
    assert!(error.expect_err("too early").is_rate_limited());
}

#[tokio::test]
async fn a_retry_after_of_a_day_in_the_middle_is_an_hour_and_the_range_goes_on_after_it() {
    let busy = answer("429 Too Many Requests", &[("retry-after", "86400")], b"");
    let patient = RateLimits::default().wait(Wait::AtMost(secs(3_600)));
    let setup = Setup::with(patient, Duration::ZERO, vec![none(), busy, none()]);
    let mut stream = setup.client.reversals(START..=END).stream();
    assert_eq!(items(&mut stream).await, WINDOWS);
    assert_eq!(setup.arrivals(), [0, 61, 3_661, 3_722, 3_783]);
}

#[tokio::test]
async fn a_refusal_that_may_not_be_waited_out_ends_the_range_with_the_words_of_the_provider() {
    let words = br#"{"status":"error","message":"Rate limit: 1 request per minute"}"#;
    let busy = answer("429 Too Many Requests", &[("retry-after", "300")], words);
    let setup = Setup::answering(vec![busy]);
    let mut stream = setup.client.reversals(START..=END).stream();
    let error = stream.next().await.expect("an item").expect_err("busy");
    assert_eq!(
        error.to_string(),
        "reversals: the provider answered with an error: Rate limit: 1 request per minute \
         (status 429); try again in 300 s"
    );
    assert_eq!(setup.server.connections(), 1);
    assert_eq!(stream.resume_from(), Some(START));
}

#[tokio::test]
async fn a_provider_that_refuses_again_and_again_ends_the_range() {
    let busy = answer("429 Too Many Requests", &[], b"");
    let setup = Setup::answering(vec![busy]);
    let mut stream = setup.client.reversals(START..=END).stream();
    let error = stream.next().await.expect("an item").expect_err("busy");
    assert_eq!(error.status(), Some(429));
    assert_eq!(setup.arrivals(), [0, 61, 122, 183]);
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_store_that_fails_fails_plan_and_stream() {
    let setup = Setup::answering(vec![none()]);
    let client = builder(&setup.server.base_url())
        .api_key(KEY)
        .rate_limits(RateLimits::default().store(Broken))
        .build()
        .expect("a client");
    let request = client.reversals(START..=END);
    let fails = |error: Error| {
        assert!(error.is_store() && !error.may_have_counted(), "{error}");
        assert!(error.to_string().starts_with("reversals: "), "{error}");
    };
    fails(request.plan().await.expect_err("no store"));
    let mut stream = request.stream();
    fails(stream.next().await.expect("an item").expect_err("no store"));
    assert_eq!(stream.resume_from(), Some(START));
    assert_eq!(setup.server.connections(), 0);
}

#[tokio::test]
async fn of_a_range_of_eight_thousand_years_only_past_days_are_requested() {
    let setup = Setup::answering(vec![none()]);
    let begun = Instant::now();
    let request = setup.client.reversals(date(1990, 1, 1)..=Date::MAX);
    let plan = request.plan().await.expect("a plan");
    // At noon UTC on the 15th, it is already the 16th where on earth it is latest.
    let today = date(2026, 1, 16);
    let last = plan.windows().last().expect("a window");
    assert_eq!(last.end(), today);
    assert_eq!(plan.windows()[0].to_string(), "1990-01-01..=1990-01-31");
    let pauses = u32::try_from(plan.calls() - 1).expect("some hundreds");
    assert_eq!(plan.duration(), pauses * MINUTE);
    let mut stream = request.stream();
    stream.next().await.expect("first").expect("an answer");
    assert_eq!(stream.left(), plan.calls() - 1);
    assert_eq!(stream.resume_from(), Some(date(1990, 2, 1)));
    assert!(begun.elapsed() < secs(2), "{:?}", begun.elapsed());
}
