//! Owns the tests over real HTTP: what a client sees of each endpoint.

use std::future::Future;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use cpalead_sandbox::{DEFAULT_PUBLISHER_ID, Sandbox, SandboxBuilder, Shape, catalogue_json};
use serde_json::{Value, json};

struct Answer {
    status: u16,
    content_type: String,
    retry_after: Option<String>,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    fn message(&self) -> String {
        let json = self.json();
        assert_eq!(json["status"], "error");
        json["message"].as_str().unwrap().to_owned()
    }

    fn list(&self, name: &str) -> Vec<Value> {
        self.json()[name].as_array().unwrap().clone()
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

fn sandbox() -> Sandbox {
    wait(Sandbox::start()).unwrap()
}

fn started(builder: SandboxBuilder) -> Sandbox {
    wait(builder.start()).unwrap()
}

fn call(sandbox: &Sandbox, path_and_query: &str) -> Answer {
    call_as(sandbox, path_and_query, "test")
}

fn call_as(sandbox: &Sandbox, path_and_query: &str, user_agent: &str) -> Answer {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    let agent = ureq::Agent::new_with_config(config.build());
    let url = format!("{}{path_and_query}", sandbox.base_url());
    let request = agent.get(&url).header("User-Agent", user_agent);
    let mut response = request.call().unwrap();
    let header = |name: &str| {
        let value = response.headers().get(name)?;
        Some(value.to_str().unwrap().to_owned())
    };
    let (content_type, retry_after) = (header("content-type").unwrap(), header("retry-after"));
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(32 << 20);
    Answer {
        status,
        content_type,
        retry_after,
        text: body.read_to_string().unwrap(),
    }
}

/// Sends bytes as they are and returns what comes back, until the server closes.
fn raw(sandbox: &Sandbox, request: &str) -> Vec<u8> {
    let address = sandbox.base_url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut out = Vec::new();
    stream.read_to_end(&mut out).unwrap();
    out
}

fn offers(sandbox: &Sandbox, query: &str) -> Vec<Value> {
    let answer = call(sandbox, &format!("/api/offers?id=3360001&{query}"));
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.list("offers")
}

#[track_caller]
fn refused(path_and_query: &str, status: u16, message: &str) {
    let answer = call(&sandbox(), path_and_query);
    assert_eq!(answer.status, status, "{path_and_query}");
    assert_eq!(answer.content_type, "application/json; charset=utf-8");
    assert_eq!(answer.message(), message);
}

#[test]
fn all_offers_of_all_types_are_the_catalogue() {
    let sandbox = started(Sandbox::builder().seed(3).offers(5_000));
    let query = "type=CPA,cpi,cpe,cpr&offerwall_offers=true&limit=5000";
    let answer = call(&sandbox, &format!("/api/offers?id=3360001&{query}"));
    assert_eq!(answer.content_type, "application/json; charset=utf-8");
    assert_eq!(answer.text, catalogue_json(3, 5_000, DEFAULT_PUBLISHER_ID));
    assert_eq!(answer.list("offers").len(), 5_000);
}

#[test]
fn the_default_limit_is_2500() {
    let sandbox = started(Sandbox::builder().offers(5_000));
    assert_eq!(offers(&sandbox, "").len(), 2_500);
    assert!(offers(&sandbox, "limit=5000").len() > 4_000);
    assert_eq!(offers(&sandbox, "limit=1").len(), 1);
}

#[test]
fn a_country_keeps_its_offers_and_the_worldwide_ones() {
    let sandbox = sandbox();
    let all = offers(&sandbox, "");
    let here = offers(&sandbox, "country=us");
    assert!(here.len() >= 5 && here.len() < all.len(), "{}", here.len());
    for offer in &here {
        let countries = offer["countries"].to_string();
        assert!(countries == "[]" || countries.contains("US"), "{countries}");
    }
    let answer = call(&sandbox, "/api/offers?id=1&country=us").json();
    assert_eq!(answer["country"], "US");
    assert_eq!(answer["number_offers"], here.len());
    assert_eq!(offers(&sandbox, "country=user"), here);
}

#[test]
fn a_device_keeps_its_offers() {
    let sandbox = sandbox();
    let tokens = |query: &str| {
        let offers = offers(&sandbox, query);
        assert!(!offers.is_empty(), "{query}");
        let tokens = offers.iter().map(|offer| offer["device"].to_string());
        tokens.collect::<Vec<_>>()
    };
    let ios = tokens("device=ios");
    assert!(!ios.contains(&"\"android\"".to_owned()) && !ios.contains(&"\"desktop\"".to_owned()));
    assert!(ios.contains(&"\"all\"".to_owned()) && ios.contains(&"\"mobile\"".to_owned()));
    let mobile = tokens("device=mobile");
    assert!(mobile.contains(&"\"android\"".to_owned()) && mobile.contains(&"\"ios\"".to_owned()));
    assert!(!tokens("device=desktop,ios").contains(&"\"android\"".to_owned()));
    assert!(tokens("").contains(&"\"smart_tv\"".to_owned()));
    let devices = call(&sandbox, "/api/offers?id=1&device=ios,%20Desktop").json()["devices"].take();
    assert_eq!(devices, "ios,desktop");
}

#[test]
fn the_device_of_the_caller_is_read_from_its_user_agent() {
    let sandbox = sandbox();
    for (agent, device) in [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0)", "ios"),
        ("Mozilla/5.0 (Linux; Android 16)", "android"),
        ("curl/8", "desktop"),
    ] {
        let answer = call_as(&sandbox, "/api/offers?id=1&device=user&limit=1", agent).json();
        assert_eq!(answer["devices"], device, "{agent}");
    }
}

#[test]
fn cpr_is_shown_to_those_who_ask_and_offerwall_offers_too() {
    let sandbox = sandbox();
    let types = |query: &str| {
        let mut types: Vec<String> = offers(&sandbox, query)
            .iter()
            .map(|offer| offer["payout_type"].as_str().unwrap().to_ascii_uppercase())
            .collect();
        types.sort();
        types.dedup();
        types
    };
    assert_eq!(types(""), ["CPA", "CPE", "CPI"]);
    assert_eq!(types("type=CPR,cpi"), ["CPI", "CPR"]);
    let without = offers(&sandbox, "offerwall_offers=false").len();
    assert_eq!(offers(&sandbox, "").len(), without);
    assert!(offers(&sandbox, "offerwall_offers=true").len() > without);
}

#[test]
fn updated_since_takes_dates_and_times() {
    let sandbox = sandbox();
    let count = |since: &str| offers(&sandbox, &format!("updated_since={since}")).len();
    let all = offers(&sandbox, "").len();
    let some = count("2026-09-01");
    assert!(some > 10 && some < all, "{some} of {all}");
    assert_eq!(count("2026-09-01T00:00:00Z"), some);
    assert_eq!(count("2026-09-01T02:00:00%2B02:00"), some);
    assert_eq!(count("2026-09-01T00:00:00"), some);
    assert_eq!(count("2026-11-21"), 0);
    assert_eq!(count("2020-01-01"), all);
}

#[test]
fn fields_keep_what_is_named_in_the_order_of_the_wire() {
    let sandbox = sandbox();
    let answer = call(&sandbox, "/api/offers?id=1&limit=3&fields=title,id,%20link");
    assert_eq!(answer.json()["number_offers"], 3);
    for offer in answer.list("offers") {
        let names: Vec<&String> = offer.as_object().unwrap().keys().collect();
        assert_eq!(names, ["id", "link", "title"]);
    }
    assert!(answer.text.contains(r#""offers":[{"id":"#));
}

#[test]
fn links_carry_the_publisher_and_what_was_sent_along() {
    let sandbox = sandbox();
    let query = "subid=a%20b&subid2=%26pub%3D1&gaid=G&idfa=I&subid3=%C3%BC";
    for offer in offers(&sandbox, query) {
        let id = offer["id"].to_string().replace('"', "");
        let link = offer["link"].as_str().unwrap();
        let (start, tail) = link.split_once("&_src_sig=").unwrap();
        assert!(start.starts_with("https://"), "{start}");
        let expected = format!("/view.php?id={id}&pub=3360001&_src=api");
        assert!(start.ends_with(&expected), "{start}");
        let expected = "&subid=a%20b&subid2=%26pub%3D1&subid3=%C3%BC&gaid=G&idfa=I";
        assert!(tail.ends_with(expected), "{tail}");
    }
}

#[test]
fn jsonp_is_a_call_and_its_errors_are_json() {
    let sandbox = sandbox();
    let answer = call(
        &sandbox,
        "/api/offers?id=1&limit=1&format=jsonp&callback=app.show",
    );
    assert_eq!(answer.content_type, "application/javascript; charset=utf-8");
    let inside = answer.text.strip_prefix("app.show(").unwrap();
    let inside = inside.strip_suffix(");").unwrap();
    let plain = call(&sandbox, "/api/offers?id=1&limit=1").text;
    assert_eq!(inside, plain);
    let query = "/api/offers?id=x&format=JSONP&callback=app.show";
    refused(query, 400, "id must be a positive integer, not \"x\"");
    let query = "/api/offers?id=1&format=JSONP&callback=a%20b";
    refused(
        query,
        400,
        "callback must be the name of a function, such as app.show, not \"a b\"",
    );
}

#[test]
fn wrong_parameters_of_offers_are_refused_in_words() {
    refused("/api/offers", 400, "id is required: your publisher id");
    refused(
        "/api/offers?id=-5",
        400,
        "id must be a positive integer, not \"-5\"",
    );
    let country = "country must be a two-letter ISO country code or user, not \"USA\"";
    refused("/api/offers?id=1&country=USA", 400, country);
    for limit in ["0", "5001", "ten", "+5", "99999999999999999999"] {
        let message = format!("limit must be a number from 1 to 5000, not \"{limit}\"");
        let query = format!("/api/offers?id=1&limit={}", limit.replace('+', "%2B"));
        refused(&query, 400, &message);
    }
    let kind = "type must be a list of cpa, cpi, cpe and cpr, not \"cpc\"";
    refused("/api/offers?id=1&type=cpa,cpc", 400, kind);
    let device = "device must be a list of ios, android, mobile and desktop, or user, not \"tv\"";
    refused("/api/offers?id=1&device=ios,tv", 400, device);
    let flag = "offerwall_offers must be true or false, not \"1\"";
    refused("/api/offers?id=1&offerwall_offers=1", 400, flag);
    for since in ["2026-02-30", "yesterday", "2026-4-1", "2026-04-01T25:00"] {
        let message = format!(
            "updated_since must be YYYY-MM-DD or a full ISO date and time such as 2026-04-01T00:00:00Z, not \"{since}\""
        );
        refused(
            &format!("/api/offers?id=1&updated_since={since}"),
            400,
            &message,
        );
    }
    let answer = call(&sandbox(), "/api/offers?id=1&fields=id,payout");
    assert_eq!(answer.status, 400);
    let message = answer.message();
    let start = "fields: unknown field \"payout\", allowed are id, title, description, ";
    assert!(message.starts_with(start), "{message}");
    assert!(message.ends_with("verification_method"), "{message}");
}

#[test]
fn the_last_value_wins_and_unknown_parameters_are_ignored() {
    let sandbox = sandbox();
    assert_eq!(
        offers(&sandbox, "limit=0&limit=2&offset=100&quality=9").len(),
        2
    );
}

#[test]
fn gzip_is_sent_to_those_who_accept_it() {
    let sandbox = sandbox();
    let ask = |accept: &str| {
        let head = format!(
            "GET /api/offers?id=1 HTTP/1.1\r\nhost: x\r\n{accept}connection: close\r\n\r\n"
        );
        raw(&sandbox, &head)
    };
    let plain = ask("");
    let packed = ask("accept-encoding: br, gzip\r\n");
    assert!(
        plain.len() > 5 * packed.len(),
        "{} {}",
        plain.len(),
        packed.len()
    );
    let head = String::from_utf8_lossy(&packed[..300]).to_ascii_lowercase();
    assert!(head.contains("content-encoding: gzip") && head.contains("vary: accept-encoding"));
    let plain = String::from_utf8(plain).unwrap();
    let (_, body) = plain.split_once("\r\n\r\n").unwrap();
    // The client of these tests accepts gzip and unpacks it.
    assert_eq!(call(&sandbox, "/api/offers?id=1").text, body);
}

#[test]
fn only_get_is_served() {
    let sandbox = sandbox();
    for (method, empty) in [
        ("POST", false),
        ("HEAD", true),
        ("DELETE", false),
        ("BREW", false),
    ] {
        let request =
            format!("{method} /api/offers?id=1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let answer = String::from_utf8(raw(&sandbox, &request)).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 405 "), "{head}");
        assert!(head.contains("allow: GET"), "{head}");
        assert_eq!(body.is_empty(), empty, "{method}");
    }
}

#[test]
fn an_unknown_path_is_a_page_for_people() {
    let sandbox = sandbox();
    for path in ["/", "/api", "/api/offers/", "/api/openapi.json", "/%00"] {
        let answer = call(&sandbox, path);
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.content_type, "text/html; charset=utf-8");
        assert!(answer.text.starts_with("<!DOCTYPE html>"));
    }
}

#[test]
fn the_known_sub_id_has_conversions_of_the_catalogue() {
    for seed in [1, 2, 99] {
        let sandbox = started(Sandbox::builder().seed(seed).speed(60_000));
        let rows = conversions(&sandbox, "subid=user-42");
        assert!((3..=5).contains(&rows.len()), "{}", rows.len());
        let offers = offers(&sandbox, "type=cpa,cpi,cpe,cpr&offerwall_offers=true");
        let text = |value: &Value| value.to_string().replace('"', "");
        let ids: Vec<String> = offers.iter().map(|offer| text(&offer["id"])).collect();
        for row in &rows {
            assert_eq!(row["subid"], "user-42");
            assert!(ids.contains(&text(&row["offer_id"])), "{row}");
            assert!(text(&row["timestamp"]).parse::<i64>().unwrap() < 1_795_132_800);
            assert_eq!(row["lead_id"].as_str().unwrap().len(), 16);
        }
        let first = text(&rows[0]["offer_id"]);
        std::thread::sleep(Duration::from_millis(2));
        let filtered = conversions(&sandbox, &format!("subid=user-42&offer_id={first}"));
        assert_eq!(filtered[0], rows[0]);
    }
}

fn conversions(sandbox: &Sandbox, query: &str) -> Vec<Value> {
    let key = sandbox.api_key();
    let answer = call(
        sandbox,
        &format!("/api/conversions?id=1&api_key={key}&{query}"),
    );
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.list("conversions")
}

#[test]
fn an_added_conversion_comes_first_and_only_for_its_sub_id_and_offer() {
    let sandbox = started(Sandbox::builder().speed(u32::MAX));
    let before = conversions(&sandbox, "subid=user-42");
    let offer = before[0]["offer_id"].to_string().replace('"', "");
    let first = sandbox.add_conversion("user-42", offer.parse().unwrap());
    let second = sandbox.add_conversion("user-42", 1);
    assert_ne!(first, second);

    let after = conversions(&sandbox, "subid=user-42");
    assert_eq!(after[2..], before);
    assert_eq!(
        after[0],
        json!({"offer_id": 1, "country": "US", "subid": "user-42", "payout": null, "timestamp": 1_795_132_800, "lead_id": second})
    );
    assert_eq!(after[1]["lead_id"], first);
    let of_one = conversions(&sandbox, "subid=user-42&offer_id=1");
    assert_eq!(of_one, after[..1]);
    let of_another = conversions(&sandbox, "subid=user-43");
    assert!(
        of_another
            .iter()
            .all(|row| row["lead_id"] != first && row["lead_id"] != second)
    );
}

#[test]
fn what_is_added_is_the_same_for_the_same_seed() {
    let leads = || {
        let sandbox = started(Sandbox::builder().seed(7));
        [1, 1, 2].map(|offer| sandbox.add_conversion("user-42", offer))
    };
    assert_eq!(leads(), leads());
    assert_ne!(leads()[0], leads()[1]);
}

#[test]
fn two_added_in_the_bare_shape_look_the_same() {
    let sandbox = started(Sandbox::builder().shape(Shape::Bare));
    sandbox.add_conversion("nobody", 7);
    sandbox.add_conversion("nobody", 7);
    let answer = call(
        &sandbox,
        "/api/conversions?id=1&api_key=sandbox-api-key&subid=nobody",
    );
    let rows = answer.json();
    assert_eq!(rows[0], rows[1]);
    assert_eq!(rows[0]["campid"], 7);
}

#[test]
fn the_caller_is_its_ip_address() {
    let rows = conversions(&sandbox(), "subid=user");
    assert!(!rows.is_empty());
    assert_eq!(rows, conversions(&sandbox(), "subid=127.0.0.1"));
    assert!(rows.iter().all(|row| row["subid"] == "127.0.0.1"));
}

#[test]
fn the_bare_shape_is_the_list_alone_with_the_old_names() {
    let sandbox = started(Sandbox::builder().shape(Shape::Bare));
    let query = "id=1&api_key=sandbox-api-key";
    let rows = call(&sandbox, &format!("/api/conversions?{query}&subid=user-42")).json();
    for row in rows.as_array().unwrap() {
        let names: Vec<&String> = row.as_object().unwrap().keys().collect();
        assert_eq!(names, ["campid", "country", "status", "subid", "timestamp"]);
        assert_eq!(row["status"], true);
    }
    let dates = "start_date=2026-01-01&end_date=2026-01-31";
    let rows = call(&sandbox, &format!("/api/reversals?{query}&{dates}")).json();
    assert!(rows.as_array().unwrap().len() > 5);
}

#[test]
fn reversals_of_two_windows_are_those_of_the_whole() {
    let sandbox = started(Sandbox::builder().speed(60_000));
    let ask = |start: &str, end: &str| {
        std::thread::sleep(Duration::from_millis(2));
        let query = format!("start_date={start}&end_date={end}");
        let query = format!("/api/reversals?id=1&api_key=sandbox-api-key&{query}");
        let answer = call(&sandbox, &query);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.list("reversals")
    };
    let whole = ask("2026-01-15", "2026-02-14");
    let mut parts = ask("2026-01-15", "2026-01-28");
    parts.extend(ask("2026-01-29", "2026-02-14"));
    assert_eq!(whole, parts);
    assert!(whole.len() >= 8, "{}", whole.len());
    assert!(whole.is_sorted_by_key(|row| row["date"].to_string()));
    for row in &whole {
        let date = row["date"].as_str().unwrap();
        assert!(("2026-01-15"..="2026-02-14").contains(&date), "{date}");
        assert!(row["reason"].is_string() && row["lead_id"].is_string());
    }
    assert_eq!(ask("2026-11-21", "2026-11-30"), Vec::<Value>::new());
}

#[test]
fn a_window_is_at_most_one_calendar_month() {
    let sandbox = started(Sandbox::builder().speed(60_000));
    for (start, end, status) in [
        ("2026-01-15", "2026-01-15", 200),
        ("2026-01-15", "2026-02-14", 200),
        ("2026-01-15", "2026-02-15", 400),
        ("2024-01-31", "2024-02-28", 200),
        ("2024-01-31", "2024-02-29", 400),
        ("2023-12-31", "2024-01-30", 200),
        ("9999-12-31", "9999-12-31", 200),
        ("0000-01-01", "9999-12-31", 400),
    ] {
        std::thread::sleep(Duration::from_millis(2));
        let query = format!("id=1&api_key=sandbox-api-key&start_date={start}&end_date={end}");
        let answer = call(&sandbox, &format!("/api/reversals?{query}"));
        assert_eq!(answer.status, status, "{start} {end} {}", answer.text);
    }
}

#[test]
fn wrong_parameters_of_reports_are_refused_in_words() {
    refused("/api/conversions?id=1", 401, "api_key is required");
    refused("/api/reversals?id=1&api_key=x", 401, "api_key is not valid");
    let key = "api_key=sandbox-api-key";
    let subid = "subid is required: a sub-id, an ip address, or user";
    refused(&format!("/api/conversions?id=1&{key}"), 400, subid);
    let query = format!("/api/conversions?id=1&{key}&subid=a&offer_id=x");
    refused(
        &query,
        400,
        "offer_id must be a positive integer, not \"x\"",
    );
    let query = format!("/api/reversals?id=1&{key}");
    refused(
        &query,
        400,
        "start_date is required, in the form yyyy-mm-dd",
    );
    let query = format!("{query}&start_date=2026-02-01");
    refused(&query, 400, "end_date is required, in the form yyyy-mm-dd");
    let message = "end_date 2026-01-31 is before start_date 2026-02-01";
    refused(&format!("{query}&end_date=2026-01-31"), 400, message);
    let message =
        "2026-02-01 to 2026-03-01 is too long: a maximum of one month can be pulled at a time";
    refused(&format!("{query}&end_date=2026-03-01"), 400, message);
    for date in [
        "2026-02-30",
        "20260228",
        "2026-2-1",
        "2026-02-01T00:00",
        "-00026-02-",
    ] {
        let message = format!("end_date must be a date in the form yyyy-mm-dd, not \"{date}\"");
        refused(&format!("{query}&end_date={date}"), 400, &message);
    }
}

#[test]
fn one_call_a_minute_for_each_endpoint_and_publisher() {
    let sandbox = sandbox();
    let ask = |id: u32, rest: &str| {
        call(
            &sandbox,
            &format!("/api/{rest}&id={id}&api_key=sandbox-api-key"),
        )
    };
    let (conversions, reversals) = (
        "conversions?subid=a",
        "reversals?start_date=2026-01-01&end_date=2026-01-02",
    );
    // What is refused for its parameters leaves the minute alone.
    assert_eq!(ask(1, "conversions?x").status, 400);
    assert_eq!(ask(1, conversions).status, 200);
    assert_eq!(ask(1, reversals).status, 200);
    assert_eq!(ask(2, conversions).status, 200);
    for limited in [conversions, reversals] {
        let answer = ask(1, limited);
        assert_eq!(answer.status, 429);
        let seconds: u64 = answer.retry_after.as_ref().unwrap().parse().unwrap();
        assert!((50..=60).contains(&seconds), "{seconds}");
        let message = format!("rate limit: 1 request per minute, try again in {seconds} s");
        assert_eq!(answer.message(), message);
    }
    // The key is checked before the limit, the parameters too.
    assert_eq!(
        call(&sandbox, "/api/conversions?id=1&subid=a&api_key=x").status,
        401
    );
    assert_eq!(ask(1, "conversions?x").status, 400);
}

#[test]
fn a_fast_clock_lets_the_next_call_through_sooner() {
    let sandbox = started(Sandbox::builder().speed(60));
    let query = "/api/conversions?id=1&subid=a&api_key=sandbox-api-key";
    assert_eq!(call(&sandbox, query).status, 200);
    let second = call(&sandbox, query);
    assert_eq!(
        (second.status, second.retry_after.as_deref()),
        (429, Some("1"))
    );
    std::thread::sleep(Duration::from_millis(1_010));
    assert_eq!(call(&sandbox, query).status, 200);
}

#[test]
fn the_witness_saw_everything_but_the_key() {
    let sandbox = started(Sandbox::builder().api_key("s3cr3t"));
    call(&sandbox, "/api/conversions?id=1&api_key=s3cr3t&subid=a%20b");
    call(&sandbox, "/api/conversions?id=1&api_key=s3cr3t&subid=a%20b");
    call(&sandbox, "/nowhere");
    let requests = sandbox.requests();
    let seen: Vec<(&str, u16)> = requests
        .iter()
        .map(|r| (r.path.as_str(), r.status))
        .collect();
    assert_eq!(
        seen,
        [
            ("/api/conversions", 200),
            ("/api/conversions", 429),
            ("/nowhere", 404)
        ]
    );
    assert_eq!(requests[0].method, "GET");
    assert_eq!(requests[0].parameter("subid"), Some("a b"));
    assert!(requests.is_sorted_by_key(|request| request.arrived));
    let all = format!(
        "{requests:?} {sandbox:?} {:?}",
        Sandbox::builder().api_key("s3cr3t")
    );
    assert!(!all.contains("s3cr3t"), "{all}");
}

#[test]
fn a_stopped_sandbox_has_closed_its_port() {
    let running = sandbox();
    let address = running
        .base_url()
        .strip_prefix("http://")
        .unwrap()
        .to_owned();
    let mut open = TcpStream::connect(&address).unwrap();
    wait(running.stop());
    assert!(TcpStream::connect(&address).is_err());
    assert_eq!(open.read(&mut [0; 8]).unwrap_or(0), 0);
}

#[test]
fn a_dropped_sandbox_closes_its_port_soon() {
    let running = sandbox();
    let address = running
        .base_url()
        .strip_prefix("http://")
        .unwrap()
        .to_owned();
    drop(running);
    let closed = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(5));
        TcpStream::connect(&address).is_err()
    });
    assert!(closed);
}

#[test]
fn a_port_that_is_taken_is_an_error_in_words() {
    let running = sandbox();
    let port: u16 = running
        .base_url()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let error = wait(Sandbox::builder().port(port).start()).unwrap_err();
    let start = format!("cannot listen on 127.0.0.1:{port}: ");
    assert!(error.to_string().starts_with(&start), "{error}");
}

#[test]
fn an_empty_catalogue_answers_empty_lists() {
    let sandbox = started(Sandbox::builder().offers(0));
    let answer = call(&sandbox, "/api/offers?id=1").json();
    let expected = json!({"status": "success", "number_offers": 0, "country": null, "devices": null, "offers": []});
    assert_eq!(answer, expected);
    assert_eq!(conversions(&sandbox, "subid=user-42"), Vec::<Value>::new());
}

#[test]
fn broken_requests_are_answered_or_dropped_and_the_next_one_is_served() {
    let sandbox = sandbox();
    let long = "a".repeat(100_000);
    for request in [
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "GET /api/offers?id=%ff%zz&&&==&=& HTTP/1.0\r\n\r\n",
        "GET /api/offers?id=1&callback=\u{1}\u{fc} HTTP/1.1\r\nhost: x\r\n\r\n",
        &format!("GET /api/offers?id={long} HTTP/1.0\r\n\r\n"),
    ] {
        let address = sandbox.base_url().strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        // The server may close before it has read everything; that is its right.
        let _ = stream.write_all(request.as_bytes());
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    }
    assert_eq!(call(&sandbox, "/api/offers?id=1").status, 200);
}
