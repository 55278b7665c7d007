//! Tests of the judgement on clients: each case fails on requests that break its rule.

use std::time::Duration;

use cpalead_sandbox::Sandbox;

use super::Made;
use super::cases::Seen;
use crate::catalogue::Catalogue;
use crate::verdict::Evidence;

/// The verdict on a scenario in which these requests arrive, each after a pause in milliseconds.
///
/// The requests are real ones, because only a sandbox can make them.
async fn verdict(id: &str, requests: &[(u64, &str)]) -> String {
    let catalogue = Catalogue::clients().unwrap().select(&[id]);
    let requirement = catalogue
        .requirements()
        .iter()
        .find(|requirement| requirement.id == id)
        .unwrap();
    let sandbox = Sandbox::builder().speed(1_000_000).start().await.unwrap();
    let host = sandbox.base_url().trim_start_matches("http://").to_owned();
    for (_, path) in requests {
        let (host, path) = match path.split_once('!') {
            Some(("elsewhere", path)) => (host.replace("127.0.0.1", "localhost"), path),
            _ => (host.clone(), *path),
        };
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let mut stream =
            tokio::net::TcpStream::connect(sandbox.base_url().trim_start_matches("http://"))
                .await
                .unwrap();
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.read_to_end(&mut Vec::new()).await.unwrap();
    }
    let mut seen = sandbox.requests();
    let mut now = Duration::ZERO;
    for (request, (pause, _)) in seen.iter_mut().zip(requests) {
        now += Duration::from_millis(*pause);
        request.arrived = now;
    }
    let mut all = std::collections::BTreeMap::new();
    for scenario in super::SCENARIOS {
        let seen = Seen {
            requests: seen.clone(),
            host: host.clone(),
        };
        all.insert(scenario.name, Made::Seen(seen));
    }
    let verdict = super::verdict(requirement, &all).unwrap();
    match verdict.finding() {
        Some(finding) => format!("{} {}", verdict.name(), finding.got),
        None => verdict.name().to_owned(),
    }
}

#[track_caller]
fn check(id: &str, requests: &[(u64, &str)], expected: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let got = runtime.block_on(verdict(id, requests));
    assert_eq!(got, expected, "{id} {requests:?}");
}

const GOOD: &str = "/api/offers?id=3360001&country=us&type=cpi,cpe&device=ios,android\
    &fields=id,title,amount&limit=5&offerwall_offers=true&updated_since=2026-04-01&subid=user-42";
const CONVERSIONS: &str = "/api/conversions?id=3360001&api_key=k&subid=user-42&offer_id=5540001";
const MARCH: &str = "/api/reversals?id=1&api_key=k&start_date=2026-03-01&end_date=2026-03-31";

#[test]
fn parameters_are_spelt_as_documented() {
    let names = "clients/parameters/names";
    check(names, &[(0, GOOD), (0, CONVERSIONS), (0, MARCH)], "passed");
    check(
        names,
        &[(0, "/api/offers?id=1&Country=US")],
        "failed the parameter Country",
    );
    check(
        names,
        &[(0, "/api/offers?id=1&type=cpi&type=cpe")],
        "failed type more than once",
    );
    check(names, &[(0, "/api/offer?id=1")], "failed another path");
    check(names, &[], "skipped");
    let lists = "clients/parameters/lists";
    check(lists, &[(0, GOOD)], "passed");
    check(
        lists,
        &[(0, "/api/offers?id=1&type[]=cpi&type[]=cpe")],
        "failed no type",
    );
    let more = GOOD.replace("amount", "amount,payout_currency");
    check(lists, &[(0, &more)], "passed");
    let fewer = GOOD.replace("id,title", "title");
    check(lists, &[(0, &fewer)], "failed fields=title,amount");
    let spaced = GOOD.replace("ios,android", "ios%20android");
    check(lists, &[(0, &spaced)], "failed device=ios android");
    let values = "clients/parameters/values";
    check(values, &[(0, GOOD), (0, CONVERSIONS)], "passed");
    let numeric = GOOD.replace("offers=true", "offers=1");
    check(values, &[(0, &numeric)], "failed offerwall_offers=1");
    check(values, &[(0, MARCH)], "failed start_date=2026-03-01");
}

#[test]
fn each_case_has_a_requirement_and_the_readme_counts_them() {
    let catalogue = Catalogue::clients().unwrap();
    assert_eq!(catalogue.requirements().len(), super::cases::count());
    let count = |evidence| {
        let all = catalogue.requirements().iter();
        all.filter(|requirement| requirement.evidence == evidence)
            .count()
    };
    let counts = format!(
        "{} documented, {}\ninferred",
        count(Evidence::Documented),
        count(Evidence::Inferred)
    );
    assert!(
        include_str!("../../README.md").contains(&counts),
        "{counts}"
    );
}

#[test]
fn ids_keys_and_sub_ids_are_where_they_belong() {
    check("clients/id/sent", &[(0, GOOD)], "passed");
    check("clients/id/sent", &[(0, "/api/offers")], "failed no id");
    check("clients/key/sent", &[(0, MARCH)], "passed");
    check(
        "clients/key/sent",
        &[(0, "/api/reversals?id=1")],
        "failed no api_key",
    );
    check("clients/key/not-at-offers", &[(0, GOOD)], "passed");
    let keyed = "/api/offers?id=1&api_key=k";
    check(
        "clients/key/not-at-offers",
        &[(0, keyed)],
        "failed the parameter api_key",
    );
    check("clients/subid/sent", &[(0, CONVERSIONS)], "passed");
    check(
        "clients/subid/sent",
        &[(0, "/api/conversions?id=1")],
        "failed no subid",
    );
}

#[test]
fn calls_are_a_minute_apart() {
    for id in ["clients/minute/conversions", "clients/minute/reversals"] {
        check(id, &[(0, MARCH), (1_000, MARCH)], "passed");
        check(id, &[(0, MARCH)], "passed");
        check(
            id,
            &[(0, MARCH), (1_200, MARCH), (900, MARCH)],
            "failed a request after 900 ms",
        );
    }
    let early = [(0, CONVERSIONS), (500, CONVERSIONS)];
    for id in [
        "clients/retry-after/limit",
        "clients/retry-after/unavailable",
    ] {
        check(id, &early, "noted a request after 500 ms");
        check(id, &[(0, CONVERSIONS), (1_001, CONVERSIONS)], "passed");
    }
    let few = "clients/failure/few-calls";
    check(few, &[(0, GOOD); 10], "passed");
    check(few, &[(0, GOOD); 11], "noted 11 requests");
}

#[test]
fn a_range_is_a_month_at_most_and_its_parts_are_the_whole() {
    let month = "clients/reversals/month";
    check(month, &[(0, MARCH)], "passed");
    check(month, &[], "passed");
    let long = "/api/reversals?id=1&api_key=k&start_date=2026-03-01&end_date=2026-04-02";
    check(month, &[(0, long)], "failed 2026-03-01 to 2026-04-02");
    check(
        month,
        &[(0, "/api/reversals?id=1&start_date=03/01/2026")],
        "failed no two dates",
    );

    let part = |start: &str, end: &str| {
        let key = "api_key=sandbox-api-key";
        format!("/api/reversals?id=1&{key}&start_date={start}&end_date={end}")
    };
    let whole = [
        part("2026-08-21", "2026-09-20"),
        part("2026-09-21", "2026-10-20"),
        part("2026-10-21", "2026-11-20"),
    ];
    let parts: Vec<(u64, &str)> = whole.iter().map(|path| (1_000, path.as_str())).collect();
    check("clients/reversals/whole-range", &parts, "passed");
    let gap = [parts[0], parts[2]];
    check(
        "clients/reversals/whole-range",
        &gap,
        "noted nothing for 2026-09-21",
    );
    check("clients/reversals/whole-range", &[], "skipped");
}

#[test]
fn a_redirect_with_the_key_is_not_followed() {
    let here = "clients/redirect/key";
    check(here, &[(0, CONVERSIONS)], "passed");
    check(
        here,
        &[(0, CONVERSIONS), (5, "/api/conversions?id=1")],
        "passed",
    );
    // Another try after the minute.
    check(here, &[(0, CONVERSIONS), (1_000, CONVERSIONS)], "passed");
    let elsewhere = format!("elsewhere!{CONVERSIONS}");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for (id, second) in [
        (here, CONVERSIONS),
        ("clients/redirect/key-elsewhere", elsewhere.as_str()),
    ] {
        let got = runtime.block_on(verdict(id, &[(0, CONVERSIONS), (5, second)]));
        assert!(
            got.starts_with("noted the request with its key at "),
            "{got}"
        );
    }
}
