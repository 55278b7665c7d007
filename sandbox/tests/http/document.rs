//! The sandbox sends what `openapi.json` describes, and all of it. The document describes nothing
//! that a client refuses.

use std::collections::BTreeSet;

use cpalead_sandbox::{DEFAULT_API_KEY, Sandbox};
use serde_json::{Value, json};

use crate::schema::Document;
use crate::support::{call, raw, started};

const ALL: &str = "type=cpa,cpi,cpe,cpr&offerwall_offers=true&limit=5000";

/// A sandbox with its default data, whose rate limit does not stop the test.
fn default_data() -> Sandbox {
    started(Sandbox::builder().speed(u32::MAX))
}

fn ask(sandbox: &Sandbox, path: &str, query: &str) -> Value {
    let answer = call(
        sandbox,
        &format!("/api/{path}?id=1&api_key={DEFAULT_API_KEY}&{query}"),
    );
    answer.json()
}

#[test]
fn the_default_data_has_every_branch_of_every_schema() {
    let sandbox = default_data();
    let mut document = Document::read();
    let queries = [
        ALL,
        "limit=7",
        "country=user&device=ios,desktop",
        "updated_since=2026-11-21",
        "fields=id",
        "fields=title",
    ];
    for query in queries {
        document.take("OffersResponse", &ask(&sandbox, "offers", query));
    }
    for user in 0..80 {
        let rows = ask(&sandbox, "conversions", &format!("subid=user-{user}"));
        document.take("ConversionsResponse", &rows);
    }
    let rows = ask(&sandbox, "conversions", "subid=legacy-42");
    document.take("ConversionsResponse", &rows);
    for month in [
        "2009-03", "2025-01", "2025-03", "2025-07", "2025-08", "2026-03",
    ] {
        let dates = format!("start_date={month}-01&end_date={month}-31");
        document.take("ReversalsResponse", &ask(&sandbox, "reversals", &dates));
    }
    document.take("ErrorResponse", &ask(&sandbox, "offers", "limit=0"));
    let refused = "POST /api/offers HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let refused = String::from_utf8(raw(&sandbox, refused)).unwrap();
    let (_, body) = refused.split_once("\r\n\r\n").unwrap();
    document.take("ErrorResponse", &serde_json::from_str(body).unwrap());

    let answers = [
        "OffersResponse",
        "ConversionsResponse",
        "ReversalsResponse",
        "ErrorResponse",
    ];
    let all: BTreeSet<String> = answers
        .iter()
        .flat_map(|name| document.branches(name))
        .collect();
    let missing: Vec<&String> = all.difference(&document.taken).collect();
    assert_eq!(missing, Vec::<&String>::new());
    assert!(all.len() > 100, "only {} branches", all.len());
}

#[track_caller]
fn check(name: &str, fits: &[Value], does_not_fit: &[Value]) {
    let document = Document::read();
    for value in fits {
        assert!(document.describes(name, value), "{name}: {value}");
    }
    for value in does_not_fit {
        assert!(!document.describes(name, value), "{name}: {value}");
    }
}

#[test]
fn an_error_is_not_an_answer_without_rows() {
    let errors = [
        json!({}),
        json!({"status": "error", "message": "Invalid api key"}),
        json!({"status": "Rate limit: 1 request per minute"}),
        json!({"status": "success"}),
        json!({"status": "error", "offers": [], "conversions": [], "reversals": []}),
    ];
    for name in ["OffersResponse", "ConversionsResponse", "ReversalsResponse"] {
        check(name, &[], &errors);
    }
    check(
        "OffersResponse",
        &[json!({"status": "success", "offers": []})],
        &[json!([])],
    );
    let wrapped = json!({"status": "success", "conversions": []});
    check("ConversionsResponse", &[wrapped, json!([])], &[]);
    let wrapped = json!({"status": "success", "reversals": []});
    check("ReversalsResponse", &[wrapped, json!([])], &[]);
    check("ErrorResponse", &errors[1..3], &[json!({}), json!([])]);
}

#[test]
fn what_a_client_refuses_on_purpose_is_not_described() {
    check(
        "Amount",
        &[
            json!(""),
            json!("0.72"),
            json!("-1.5"),
            json!(0.031),
            json!(-2),
            Value::Null,
        ],
        &[
            json!("ten"),
            json!("1,50"),
            json!("$1"),
            json!("1e3"),
            json!(1e13),
            json!(false),
        ],
    );
    check(
        "OfferId",
        &[json!(5_546_840), json!("5546840"), json!(5.0)],
        &[
            json!(0),
            json!(-1),
            json!("-1"),
            json!("0"),
            json!(1.5),
            json!("x"),
            Value::Null,
        ],
    );
    check(
        "Count",
        &[json!(0), json!("7")],
        &[json!(-1), json!("-1"), json!(1.5), json!("")],
    );
    check(
        "DailyCap",
        &[json!(false), json!(0), json!("250"), Value::Null],
        &[json!(true), json!(-1), json!("many"), json!("-1")],
    );
    check(
        "UnixTime",
        &[
            json!(1_767_225_600),
            json!("1767225600"),
            json!(1_767_225_600.0),
        ],
        &[
            json!(0),
            json!(-1),
            json!(253_402_300_800_i64),
            json!(1_767_225_600_000_i64),
        ],
    );
    check(
        "OfferRank",
        &[json!(1), json!(2.5), json!("14")],
        &[json!(0), json!(-1), json!("N/A"), json!(false), Value::Null],
    );
    check(
        "CountryCode",
        &[json!("US")],
        &[json!("us"), json!("USA"), json!("")],
    );
    check(
        "ConversionStatus",
        &[json!(true), json!(1), json!("approved")],
        &[json!(-1)],
    );
    check(
        "PayoutsPerCountry",
        &[
            json!({"US": "0.72"}),
            json!([]),
            json!([{"country": "US", "amount": 1}, {"country_iso": "CA", "amount": "2"}]),
            json!([{"country": "US", "country_iso": "US", "amount": 1}]),
        ],
        &[
            json!([{"amount": 1}]),
            json!([{"country": "US"}]),
            json!([{"country": "us", "amount": 1}]),
            json!({"US": "lots"}),
        ],
    );
}
