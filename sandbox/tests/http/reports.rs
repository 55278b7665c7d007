//! Conversions and reversals: their rows, their shapes, refused parameters, and the rate limit.

use std::time::Duration;

use cpalead_sandbox::{Sandbox, Shape};
use serde_json::{Value, json};

use crate::support::{call, conversions, offers, refused, sandbox, started};

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
fn added_conversions_depend_on_the_seed_only() {
    let leads = || {
        let sandbox = started(Sandbox::builder().seed(7));
        [1, 1, 2].map(|offer| sandbox.add_conversion("user-42", offer))
    };
    assert_eq!(leads(), leads());
    assert_ne!(leads()[0], leads()[1]);
}

#[test]
fn two_added_conversions_look_the_same_in_the_bare_shape() {
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
fn the_bare_shape_is_a_list_with_the_names_of_the_older_api() {
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
fn legacy_sub_ids_and_years_are_answered_in_the_bare_shape() {
    let sandbox = started(Sandbox::builder().speed(u32::MAX));
    let ask = |query: &str| {
        call(
            &sandbox,
            &format!("/api/{query}&id=1&api_key=sandbox-api-key"),
        )
    };
    let rows = ask("conversions?subid=legacy-42").json();
    assert!((3..=5).contains(&rows.as_array().unwrap().len()), "{rows}");
    let none = ask("conversions?subid=legacy-42&offer_id=1");
    assert_eq!(none.json(), json!([]));
    sandbox.add_conversion("legacy-42", 7);
    let rows = ask("conversions?subid=legacy-42&offer_id=7").json();
    assert_eq!(
        rows,
        json!([{"campid": 7, "country": "US", "status": true, "subid": "legacy-42", "timestamp": 1_795_132_800}])
    );
    let rows = ask("reversals?start_date=2009-12-01&end_date=2009-12-31").json();
    assert!(rows.as_array().unwrap().len() > 5, "{rows}");
    let rows = ask("reversals?start_date=2009-12-31&end_date=2010-01-01").json();
    assert!(rows.is_object(), "{rows}");
}

#[test]
fn a_date_that_is_left_out_makes_the_range_as_long_as_it_may_be() {
    let sandbox = started(Sandbox::builder().speed(u32::MAX));
    let ask = |dates: &str| {
        let answer = call(
            &sandbox,
            &format!("/api/reversals?id=1&api_key=sandbox-api-key{dates}"),
        );
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    };
    for (given, meant) in [
        ("", "&start_date=2026-10-24&end_date=2026-11-20"),
        (
            "&end_date=2026-03-31",
            "&start_date=2026-03-04&end_date=2026-03-31",
        ),
        (
            "&start_date=2026-01-31",
            "&start_date=2026-01-31&end_date=2026-02-27",
        ),
        (
            "&start_date=2026-11-01",
            "&start_date=2026-11-01&end_date=2026-11-20",
        ),
        (
            "&start_date=2027-01-01",
            "&start_date=2027-01-01&end_date=2027-01-01",
        ),
        (
            "&start_date=9999-12-15",
            "&start_date=9999-12-15&end_date=9999-12-15",
        ),
        (
            "&end_date=0000-01-01",
            "&start_date=0000-01-01&end_date=0000-01-01",
        ),
    ] {
        assert_eq!(ask(given), ask(meant), "{given}");
    }
    assert!(ask("")["reversals"].as_array().unwrap().len() > 5);
}

#[test]
fn two_windows_together_have_the_reversals_of_the_whole_range() {
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
    let dates: Vec<&str> = whole
        .iter()
        .filter_map(|row| row["date"].as_str())
        .collect();
    assert!(dates.is_sorted(), "{dates:?}");
    for date in dates {
        assert!(("2026-01-15"..="2026-02-14").contains(&date), "{date}");
    }
    for row in &whole {
        assert!(row["lead_id"].is_string() || row["transaction_id"].is_string());
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
fn wrong_parameters_of_reports_are_refused_with_a_message() {
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
    let query = format!("/api/reversals?id=1&{key}&start_date=2026-02-01");
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
    // A call that is refused for its parameters does not use up the minute.
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
    // The key and the parameters are checked before the rate limit.
    assert_eq!(
        call(&sandbox, "/api/conversions?id=1&subid=a&api_key=x").status,
        401
    );
    assert_eq!(ask(1, "conversions?x").status, 400);
}

#[test]
fn a_fast_clock_allows_the_next_call_sooner() {
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
