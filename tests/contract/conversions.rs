//! Conversions over HTTP: what is sent, what each shape of an answer turns into, and what each refusal does to the ledger.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cpalead::{
    Account, BoxFuture, Client, Clock, Conversion, ConversionsRequest, Endpoint, Error, Lane,
    Limiter, ManualClock, MemoryStore, Op, RateLimits, Reply, Report, RetryPolicy, Scope, Store,
    StoreError, Subject, Wait,
};
use httpmock::MockServer;
use serde_json::{Value, json};

use crate::raw_server::{RawServer, answer};
use crate::support::{Always, PUBLISHER, Watch, builder};

pub(crate) const KEY: &str = "report-key-0123456789";

/// Where nobody listens, and where no server of a test running beside this one ever will.
pub(crate) const NOBODY: &str = "http://127.0.0.1:1";

/// An answer without conversions.
pub(crate) const NONE: &str = r#"{"status":"success","conversions":[]}"#;

/// The pause between two starts.
pub(crate) const MINUTE: Duration = Duration::from_secs(61);

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) fn noon() -> jiff::Timestamp {
    "2026-01-15T12:00:00Z".parse().expect("a timestamp")
}

pub(crate) fn ok(body: &str) -> Vec<u8> {
    answer("200 OK", &[], body.as_bytes())
}

/// A server, a client of it and what both tell the time by; each answer takes a while on that clock.
pub(crate) struct Stage {
    pub(crate) server: RawServer,
    pub(crate) clock: ManualClock,
    pub(crate) client: Client,
    pub(crate) limiter: Limiter,
    arrivals: Arc<Mutex<Vec<Duration>>>,
}

impl Stage {
    /// Answers in this order, the last one for ever, on a clock that makes nobody wait.
    pub(crate) fn of(answers: Vec<Vec<u8>>) -> Stage {
        Stage::with(RateLimits::default(), Duration::ZERO, answers)
    }

    pub(crate) fn with(limits: RateLimits, takes: Duration, answers: Vec<Vec<u8>>) -> Stage {
        Stage::on(ManualClock::eager(noon()), limits, takes, answers)
    }

    pub(crate) fn on(
        clock: ManualClock,
        limits: RateLimits,
        takes: Duration,
        answers: Vec<Vec<u8>>,
    ) -> Stage {
        let arrivals = Arc::<Mutex<Vec<Duration>>>::default();
        let (time, seen) = (clock.clone(), Arc::clone(&arrivals));
        let server = RawServer::start(move |mut exchange| {
            seen.lock().expect("no panic").push(time.steady());
            time.advance(takes);
            let nth = (exchange.number() - 1).min(answers.len() - 1);
            match answers[nth].as_slice() {
                b"" => return exchange.reset(),
                bytes => exchange.send(bytes),
            };
            exchange.finish();
        });
        // The same limits seen from beside the client, so that tests can look at the ledger and use it.
        let limits = limits.store(MemoryStore::new());
        let account = Account::new(PUBLISHER).on(&server.base_url());
        let limiter = Limiter::new(limits.clone(), &account, Arc::new(clock.clone()));
        let client = builder(&server.base_url())
            .api_key(KEY)
            .rate_limits(limits)
            .clock(Arc::new(clock.clone()))
            .build()
            .expect("a client");
        Stage {
            server,
            clock,
            client,
            limiter,
            arrivals,
        }
    }

    /// When each request arrived, in seconds of the clock.
    pub(crate) fn arrivals(&self) -> Vec<u64> {
        let arrivals = self.arrivals.lock().expect("no panic");
        arrivals.iter().map(Duration::as_secs).collect()
    }

    /// What was asked for, path and query, without the key.
    pub(crate) fn targets(&self) -> Vec<String> {
        let heads = self.server.heads();
        let target = |head: &String| {
            let target = head.split(' ').nth(1).expect("a target");
            target.replace(&format!("&api_key={KEY}"), "")
        };
        heads.iter().map(target).collect()
    }

    pub(crate) async fn wait_for(&self, endpoint: Endpoint) -> Duration {
        self.limiter.peek(endpoint).await.expect("memory")
    }
}

/// A store that is out of order.
#[derive(Debug)]
pub(crate) struct Broken;

impl Store for Broken {
    fn apply<'a>(
        &'a self,
        _: &'a Lane,
        _: Op,
        _: &'a dyn Clock,
    ) -> BoxFuture<'a, Result<Reply, StoreError>> {
        Box::pin(async {
            Err(StoreError::new(
                "could not write the limits; free some space",
            ))
        })
    }
}

pub(crate) fn fixtures(of: &str) -> Vec<(String, String)> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(of);
    let entries = directory.read_dir().expect("the fixtures");
    let mut fixtures: Vec<_> = entries
        .map(|entry| entry.expect("a file").path())
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy();
            let body = std::fs::read_to_string(&path).expect("a fixture");
            (name.into_owned(), body)
        })
        .collect();
    fixtures.sort();
    assert!(!fixtures.is_empty(), "no fixtures in {of}");
    fixtures
}

/// A row as its user sees it, by name; what it does not say is left out.
fn seen(report: &Report<Conversion>, row: &Conversion) -> Value {
    let fields = json!({
        "offer_id": row.offer_id(),
        "subid": row.subid(),
        "subid2": row.subid2(),
        "lead_id": row.lead_id(),
        "country": row.country(),
        "payout": row.payout().map(|payout| payout.to_string()),
        "timestamp": row.timestamp(),
        "status": row.status(),
        "raw": report.raw(row),
    });
    said(fields)
}

pub(crate) fn said(fields: Value) -> Value {
    let Value::Object(fields) = fields else {
        panic!("an object")
    };
    let said = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(said.collect())
}

fn rejected<R>(report: &Report<R>) -> Vec<String> {
    report.rejected().iter().map(ToString::to_string).collect()
}

/// Calls a mock server that answers with this body, and says how often it was called.
async fn answered(body: &str) -> (Result<Report<Conversion>, Error>, usize) {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method("GET")
                .path("/api/conversions")
                .query_param("id", "3360001")
                .query_param("api_key", KEY)
                .query_param("subid", "user-42");
            then.status(200).body(body);
        })
        .await;
    let client = builder(&server.base_url()).api_key(KEY).build();
    let result = client.expect("a client").conversions("user-42").await;
    (result, mock.calls_async().await)
}

async fn check_fixtures(origin: &str) {
    for (name, body) in fixtures(&format!("conversions/{origin}")) {
        let (result, calls) = answered(&body).await;
        assert_eq!(calls, 1, "{origin}/{name}");
        let report = result.unwrap_or_else(|error| panic!("{origin}/{name}: {error}"));
        let rows: Vec<_> = report.iter().map(|row| seen(&report, row)).collect();
        let shown = json!({ "rows": rows, "rejected": rejected(&report) });
        let shown = serde_json::to_string_pretty(&shown).expect("JSON");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots/conversions" }, {
            insta::assert_snapshot!(format!("{origin}__{name}"), shown);
        });
    }
}

#[tokio::test]
async fn conversions_as_they_were_observed_read() {
    check_fixtures("observed").await;
}

#[tokio::test]
async fn conversions_as_they_are_inferred_read() {
    check_fixtures("inferred").await;
}

/// Sends the request of a client with a key and returns its line with `KEY` for the key.
async fn line(request: impl FnOnce(&Client) -> ConversionsRequest) -> String {
    let stage = Stage::of(vec![ok(NONE)]);
    request(&stage.client).await.expect("an empty answer");
    let heads = stage.server.heads();
    assert_eq!(heads.len(), 1);
    let line = heads[0].lines().next().expect("a line").to_owned();
    assert_eq!(line.matches(KEY).count(), 1, "the key is sent once");
    assert_eq!(
        heads[0].matches(KEY).count(),
        1,
        "the key is in the query only"
    );
    line.replace(KEY, "KEY")
}

#[tokio::test]
async fn a_request_is_this_line_with_the_key_in_its_query() {
    let address = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7);
    let lines = [
        line(|client| client.conversions("user-42")).await,
        line(|client| client.conversions("user-42").offer_id(5_546_840)).await,
        line(|client| client.conversions("user-42").offer_id(1).offer_id(2)).await,
        line(Client::conversions_of_caller).await,
        line(|client| client.conversions_of_caller().offer_id(7)).await,
        line(|client| client.conversions(Ipv4Addr::new(203, 0, 113, 7))).await,
        line(|client| client.conversions(address)).await,
        line(|client| client.conversions(IpAddr::V6(address))).await,
        line(|client| client.conversions(String::from("a&b=c d/é+%\"#"))).await,
        line(|client| client.conversions("user-")).await,
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
    GET /api/conversions?id=3360001&subid=user-42&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&offer_id=5546840&subid=user-42&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&offer_id=2&subid=user-42&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&subid=user&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&offer_id=7&subid=user&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&subid=203.0.113.7&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&subid=2001%3Adb8%3A%3A7&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&subid=2001%3Adb8%3A%3A7&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&subid=a%26b%3Dc+d%2F%C3%A9%2B%25%22%23&api_key=KEY HTTP/1.1
    GET /api/conversions?id=3360001&subid=user-&api_key=KEY HTTP/1.1
    "#);
}

/// Nothing is sent, no slot is taken, and the error is this one.
async fn refused(key: Option<&'static str>, subject: impl Into<Subject>, message: &str) {
    let stage = Stage::of(vec![ok(NONE)]);
    let mut builder = builder(&stage.server.base_url());
    if let Some(key) = key {
        builder = builder.api_key(key);
    }
    let client = builder.build().expect("a client");
    let error = client.conversions(subject).await.expect_err("refused");
    assert_eq!(error.to_string(), message);
    assert!(error.is_configuration() && !error.may_have_counted());
    assert_eq!(stage.server.connections(), 0);
}

#[tokio::test]
async fn without_a_key_nothing_is_sent() {
    let message = "conversions: no api key is set, and this call needs one";
    refused(None, "user-42", message).await;
    let stage = Stage::of(vec![ok(NONE)]);
    let client = builder(&stage.server.base_url()).build().expect("a client");
    let error = client.conversions_of_caller().await.expect_err("no key");
    assert_eq!(error.to_string(), message);
    let mut watch = client.conversions("user-42").watch();
    let error = watch.next().await.expect("an error").expect_err("no key");
    assert_eq!(error.to_string(), message);
    assert!(watch.next().await.is_none());
    assert_eq!(stage.server.connections(), 0);
}

#[tokio::test]
async fn a_sub_id_that_means_the_caller_is_refused() {
    let message = "conversions: the sub-id `user` means the caller of the api: ask for the conversions of the caller instead";
    for subid in ["user", "USER", "User", " user", "user\t"] {
        refused(Some(KEY), subid, message).await;
        // Also where the key is missing: the sub-id is what the caller can mend.
        refused(None, subid, message).await;
    }
}

#[tokio::test]
async fn an_empty_sub_id_is_refused() {
    for subid in ["", " ", "\t\n"] {
        let message = "conversions: the sub-id is empty: expected a sub-id or an ip address";
        refused(Some(KEY), subid, message).await;
    }
}

/// The error that a 200 with this body turns into, and its path; the call is made once.
async fn check_unknown(body: &str, path: Option<&str>, message: &str) {
    let (result, calls) = answered(body).await;
    let error = result.map(|report| report.len()).expect_err(body);
    let mut said = error.to_string();
    if let (Some("conversions"), Some(at)) = (error.path(), said.find(" at line 1 column ")) {
        // The column is where the parser stood when it noticed.
        said.truncate(at);
        said.push_str(" (status 200)");
    }
    assert_eq!((said.as_str(), error.path()), (message, path), "{body}");
    assert_eq!(error.is_decode(), message.contains("cannot read"), "{body}");
    assert!(error.may_have_counted() && calls == 1, "{body}");
    assert_eq!(error.status(), Some(200));
}

#[tokio::test]
async fn an_unknown_shape_is_an_error_that_says_where() {
    let unreadable = |what: &str| format!("conversions: cannot read the answer{what} (status 200)");
    let at =
        |path: &'static str, what: &str| (Some(path), unreadable(&format!(" at {path}: {what}")));
    let no_list = (None, unreadable(": it has no list `conversions`"));
    let whole = |found: &str, column: u32| {
        let expected = "an object with a list `conversions`";
        let text =
            format!(": invalid type: {found}, expected {expected} at line 1 column {column}");
        (None, unreadable(&text))
    };
    for (body, (path, message)) in [
        ("{}", no_list.clone()),
        (r#"{"status":"success"}"#, no_list.clone()),
        (
            r#"{"status":"success","conversions":null}"#,
            no_list.clone(),
        ),
        (
            r#"{"status":"success","data":[{"offer_id":1}]}"#,
            no_list.clone(),
        ),
        (r#"{"status":"success","reversals":[]}"#, no_list.clone()),
        (r#"{"Conversions":[]}"#, no_list),
        ("null", whole("null", 4)),
        ("false", whole("boolean `false`", 5)),
        ("7", whole("integer `7`", 1)),
        (r#""none""#, whole("string \"none\"", 6)),
        (
            r#"{"status":"success","conversions":{}}"#,
            at("conversions", "invalid type: map, expected a list"),
        ),
        (
            r#"{"status":"success","conversions":{"0":{"offer_id":1}}}"#,
            at("conversions", "invalid type: map, expected a list"),
        ),
        (
            r#"{"conversions":"none"}"#,
            at(
                "conversions",
                "invalid type: string \"none\", expected a list",
            ),
        ),
        (
            r#"{"conversions":false}"#,
            at(
                "conversions",
                "invalid type: boolean `false`, expected a list",
            ),
        ),
        (
            r#"{"conversions":[{"timestamp":"2026-01-01 00:00:00"},{"timestamp":"x"}]}"#,
            at(
                "conversions[0].timestamp",
                "invalid value: string \"2026-01-01 00:00:00\", expected a whole number, or text that is one",
            ),
        ),
        (
            r#"["error"]"#,
            at(
                "conversions[0]",
                "invalid type: string \"error\", expected an object",
            ),
        ),
        (
            "[[]]",
            at(
                "conversions[0]",
                "invalid type: sequence, expected an object",
            ),
        ),
        (
            r#"{"conversions":[{"offerId":1},{}]}"#,
            at("conversions[0]", "no field of it is known"),
        ),
        ("[{}]", at("conversions[0]", "no field of it is known")),
        ("", (None, unreadable(": the body is empty"))),
        (
            "<html>",
            (None, unreadable(": it is an HTML page, not JSON")),
        ),
        (
            "[{\"offer_id\":1},",
            (
                None,
                unreadable(": the JSON ends too early, after 16 bytes"),
            ),
        ),
    ] {
        check_unknown(body, path, &message).await;
    }
}

#[tokio::test]
async fn an_error_in_the_body_is_an_error() {
    check_unknown(
        r#"{"status":"error","message":"Invalid API key"}"#,
        None,
        "conversions: the provider refused: Invalid API key (status 200)",
    )
    .await;
    check_unknown(
        r#"{"status":"No such publisher","conversions":[]}"#,
        None,
        "conversions: the provider refused: No such publisher (status 200)",
    )
    .await;
}

/// The provider takes 20 seconds to say this: what the error tells, and when the next call starts.
async fn check_limited(says: Vec<u8>, kind: &str, told: u64, next: u64) {
    let text = String::from_utf8_lossy(&says).into_owned();
    let patient = RateLimits::default().wait(Wait::AtMost(secs(10_000)));
    let stage = Stage::with(patient, secs(20), vec![says, ok(NONE)]);
    let error = stage.client.conversions("user-42").await.expect_err(&text);
    assert_eq!(error.kind(), kind, "{text}: {error}");
    assert_eq!(error.retry_after(), Some(secs(told)), "{text}: {error}");
    assert!(error.may_have_counted(), "{text}");
    assert!(
        error
            .to_string()
            .ends_with(&format!("; try again in {told} s")),
        "{error}"
    );
    stage.client.conversions("user-42").await.expect("the next");
    assert_eq!(stage.arrivals(), [0, next], "{text}");
}

#[tokio::test]
async fn a_success_that_says_too_many_requests_counts_as_limited_and_moves_the_next_call() {
    for body in [
        r#"{"status":"Rate limit: 1 request per minute"}"#,
        r#"{"status":"error","message":"Too Many Requests"}"#,
        r#"{"status":"error","message":"too many requests","conversions":[]}"#,
        r#"{"error":"Rate limit exceeded, please wait"}"#,
        r#"{"status":"error","message":"Only 1 request per minute is allowed"}"#,
    ] {
        check_limited(ok(body), "rate_limited", 61, 81).await;
    }
    let later = answer(
        "200 OK",
        &[("retry-after", "300")],
        br#"{"status":"too many requests"}"#,
    );
    check_limited(later, "rate_limited", 300, 320).await;
}

#[tokio::test]
async fn a_429_moves_the_next_call_with_and_without_a_retry_after() {
    let says = |headers: &[(&str, &str)]| answer("429 Too Many Requests", headers, b"slow down");
    check_limited(says(&[]), "rate_limited", 61, 81).await;
    check_limited(says(&[("retry-after", "600")]), "rate_limited", 600, 620).await;
    // Sooner than our own interval allows: the longer one of the two is what the caller needs to know.
    check_limited(says(&[("retry-after", "5")]), "rate_limited", 41, 61).await;
    check_limited(says(&[("retry-after", "soon")]), "rate_limited", 61, 81).await;
    check_limited(
        says(&[("retry-after", "86400")]),
        "rate_limited",
        3_600,
        3_620,
    )
    .await;
    check_limited(
        says(&[("retry-after", "Fri, 16 Jan 2026 12:00:00 GMT")]),
        "rate_limited",
        3_600,
        3_620,
    )
    .await;
    let busy = answer("503 Service Unavailable", &[("retry-after", "120")], b"");
    check_limited(busy, "status", 120, 140).await;
}

/// The provider does this once: the call fails without another attempt, and has used the minute.
async fn check_not_retried(does: Vec<u8>) {
    let text = String::from_utf8_lossy(&does).into_owned();
    let stage = Stage::of(vec![does, ok(NONE)]);
    let error = stage.client.conversions("user-42").await.expect_err(&text);
    assert!(error.may_have_counted(), "{text}");
    assert_eq!(stage.server.heads().len(), 1, "{text}");
    assert_eq!(
        stage.wait_for(Endpoint::Conversions).await,
        MINUTE,
        "{text}"
    );
    stage.client.conversions("user-42").await.expect("the next");
    assert_eq!(stage.arrivals(), [0, 61], "{text}");
}

#[tokio::test]
async fn an_attempt_that_may_have_counted_is_not_made_again() {
    for status in [
        "400", "401", "403", "404", "408", "500", "502", "503", "504",
    ] {
        check_not_retried(answer(&format!("{status} Whatever"), &[], b"<html>")).await;
    }
    check_not_retried(Vec::new()).await;
    check_not_retried(b"this is not HTTP\r\n\r\n".to_vec()).await;
    check_not_retried(ok("<html>maintenance</html>")).await;
    check_not_retried(answer(
        "302 Found",
        &[("location", "https://elsewhere.example/")],
        b"",
    ))
    .await;
}

#[tokio::test]
async fn an_attempt_without_a_connection_is_made_again_and_uses_no_minute() {
    let (watch, store) = (Watch::new(), MemoryStore::new());
    let limits = RateLimits::default().store(store);
    let account = Account::new(PUBLISHER).on(NOBODY);
    let limiter = Limiter::new(limits.clone(), &account, Arc::new(watch.clone()));
    let client = builder(NOBODY)
        .api_key(KEY)
        .rate_limits(limits)
        .clock(Arc::new(watch.clone()))
        .jitter(Arc::new(Always(u64::MAX)))
        .retry(RetryPolicy::new().attempts(3))
        .build()
        .expect("a client");
    let error = client
        .conversions("user-42")
        .await
        .expect_err("nobody there");
    assert!(error.is_connect() && !error.may_have_counted(), "{error}");
    assert_eq!(watch.naps(), [500, 1_000]);
    let wait = limiter.peek(Endpoint::Conversions).await;
    assert_eq!(wait.expect("memory"), Duration::ZERO);
}

#[tokio::test]
async fn a_client_that_does_not_wait_says_when_to_come_back_and_sends_nothing() {
    let hasty = RateLimits::default().wait(Wait::FailFast);
    let stage = Stage::with(hasty, secs(20), vec![ok(NONE)]);
    stage.client.conversions("user-42").await.expect("free");
    let error = stage.client.conversions("user-42").await.expect_err("busy");
    assert_eq!(
        error.to_string(),
        "conversions: the next call may not start yet; try again in 41 s"
    );
    assert!(error.is_rate_limited() && !error.may_have_counted());
    assert_eq!(error.retry_after(), Some(secs(41)));
    assert_eq!(stage.server.connections(), 1);
    stage.clock.advance(secs(41));
    stage
        .client
        .conversions("user-42")
        .await
        .expect("free again");
}

#[tokio::test]
async fn a_deadline_that_is_over_lets_a_call_through_that_need_not_wait() {
    let past = "2020-01-01T00:00:00Z".parse().expect("a timestamp");
    let stage = Stage::with(
        RateLimits::default().wait(Wait::Until(past)),
        Duration::ZERO,
        vec![ok(NONE)],
    );
    stage.client.conversions("user-42").await.expect("free");
    let error = stage.client.conversions("user-42").await.expect_err("busy");
    assert_eq!(error.retry_after(), Some(MINUTE));
    assert_eq!(stage.server.connections(), 1);
}

#[tokio::test]
async fn a_store_that_fails_keeps_everything_from_being_sent() {
    let stage = Stage::of(vec![ok(NONE)]);
    let client = builder(&stage.server.base_url())
        .api_key(KEY)
        .rate_limits(RateLimits::default().store(Broken))
        .build()
        .expect("a client");
    let error = client.conversions("user-42").await.expect_err("no store");
    assert!(error.is_store() && !error.may_have_counted() && !error.is_rate_limited());
    assert_eq!(
        error.to_string(),
        "conversions: the store of the rate limits failed: could not write the limits; free some space"
    );
    assert_eq!(stage.server.connections(), 0);
}

#[tokio::test]
async fn a_wall_clock_that_jumps_changes_no_pause() {
    let stage = Stage::of(vec![ok(NONE)]);
    for hour in ["13", "11", "23"] {
        stage
            .client
            .conversions("user-42")
            .await
            .expect("an answer");
        let jump = format!("2026-01-15T{hour}:00:00Z");
        stage.clock.set_wall(jump.parse().expect("a timestamp"));
    }
    stage
        .client
        .conversions("user-42")
        .await
        .expect("an answer");
    assert_eq!(stage.arrivals(), [0, 61, 122, 183]);
}

#[tokio::test]
async fn conversions_and_reversals_wait_for_each_other_only_when_they_share_their_minute() {
    let day = jiff::civil::date(2026, 1, 1);
    for (scope, second) in [(Scope::PerEndpoint, 0), (Scope::Shared, 61)] {
        let both = r#"{"status":"success","conversions":[],"reversals":[]}"#;
        let limits = RateLimits::default().scope(scope);
        let stage = Stage::with(limits, Duration::ZERO, vec![ok(both)]);
        stage
            .client
            .conversions("user-42")
            .await
            .expect("an answer");
        stage.client.reversals(day..=day).await.expect("an answer");
        stage.client.offers().await.expect_err("no list of offers");
        assert_eq!(stage.arrivals(), [0, second, second], "{scope:?}");
    }
}

#[tokio::test]
async fn five_thousand_rows_are_read_and_each_keeps_its_own_json() {
    let row = |n: usize| format!(r#"{{"offer_id":{n},"payout":"0.{n:04}","lead_id":"{n}"}}"#);
    let rows: Vec<_> = (0..5_000).map(row).collect();
    let (result, _) = answered(&format!("[{}]", rows.join(","))).await;
    let report = result.expect("an answer");
    assert_eq!(report.len(), 5_000);
    for (n, conversion) in report.iter().enumerate() {
        assert_eq!(report.raw(conversion), Some(rows[n].as_str()));
    }
    let (other, _) = answered(&format!("[{}]", rows[1])).await;
    let other = other.expect("an answer");
    assert_eq!(report.raw(&other.as_slice()[0]), None);
}

#[tokio::test]
async fn a_key_that_rows_repeat_is_shown_by_no_error_and_by_no_rejected_row() {
    let bodies = [
        format!(r#"[{{"payout":"{KEY}"}},{{"offer_id":1}}]"#),
        format!(r#"[{{"payout":"{KEY}"}}]"#),
        format!(r#"[{{"timestamp":"{KEY}"}},{{"offer_id":1}}]"#),
        format!(r#"[{{"offer_id":"{KEY}"}}]"#),
        format!(r#"[{{"subid":{{"{KEY}":1}}}},{{"offer_id":1}}]"#),
        format!(r#"["{KEY}",{{"offer_id":1}}]"#),
        format!(r#"{{"conversions":"{KEY}"}}"#),
        format!(r#"{{"status":"no {KEY}"}}"#),
        format!(r#"{{"status":"rate limit of {KEY}"}}"#),
        format!(r#"{{"{KEY}":[]}}"#),
        format!("<a href='?api_key={KEY}'>"),
        format!(r#""{KEY}""#),
    ];
    for body in bodies {
        let (result, _) = answered(&body).await;
        let shown = match result {
            Ok(report) => {
                assert_eq!((report.len(), report.rejected().len()), (1, 1), "{body}");
                format!("{:?} {}", report.rejected(), rejected(&report).concat())
            }
            Err(error) => format!("{error} {error:?} {:?} {:?}", error.path(), error.excerpt()),
        };
        assert!(!shown.contains(KEY), "{body}: {shown}");
    }
}
