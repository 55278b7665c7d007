//! `offers`: its output formats, its parameters on the wire, and what never reaches a terminal.

use cpalead_sandbox::Sandbox;
use serde_json::Value;

use crate::support::{Server, cpalead};

#[test]
fn the_main_job_is_an_array_of_offers_with_their_payouts() {
    let run = cpalead("--sandbox offers --country US --limit 5 --payout-country US --output json");
    let json = run.ends_with(0).json();
    let offers = json.as_array().unwrap();
    assert_eq!(offers.len(), 5);
    for offer in offers {
        let payout = &offer["payout"];
        let own = &offer["payouts_per_country"]["US"];
        let (amount, source) = match own {
            Value::Null => (&offer["amount"], "default"),
            own => (own, "country"),
        };
        assert_eq!(
            (&payout["amount"], &payout["source"]),
            (amount, &source.into())
        );
        assert_eq!(offer["runs"], "yes");
        assert!(payout["amount"].is_string() && payout["currency"] == "USD");
        assert!(offer["payouts_per_country"].is_object());
        assert!(matches!(offer["daily_cap"], Value::Null | Value::Number(_)));
    }
}

#[test]
fn the_same_as_a_table_reads_well_at_eighty_columns() {
    let run =
        cpalead("--sandbox offers --country US --limit 12 --payout-country US --output table");
    let outcome = run.ends_with(0);
    insta::assert_snapshot!(outcome.out);
    assert_eq!(outcome.err, "");
}

const AUDIENCES: &str = r#"{"status":"success","offers":[
    {"id":1,"title":"One","amount":"6.50","countries":["CA"],"device":"ios"},
    {"id":2,"title":"Two","amount":"2","countries":["CA","GB"],"device":"android"},
    {"id":3,"title":"Three","amount":"3","countries":{"CA":1},"device":"smart_tv"},
    {"id":4,"title":"Four","countries":[],"device":"all"}]}"#;

#[test]
fn only_an_offer_that_runs_in_the_country_has_a_payout() {
    let server = Server::json(AUDIENCES);
    let out = |words: &str| server.cpalead(words).ends_with(0);
    insta::assert_snapshot!(out("offers --payout-country GB --output table").out, @r"
    RANK  ID  TITLE  TYPE  DEVICES   RUNS     PAYOUT GB  COUNTRIES
       -   1  One    -     ios       no              -   CA
       -   2  Two    -     android   yes      2.00 USD*  CA GB
       -   3  Three  -     smart_tv  unknown         -   ?
       -   4  Four   -     all       yes             -   all
    * default amount: the offer has no amount for GB
    ? the provider sent a value that cannot be read: -v says why
    ");
    let answers = |words: &str| {
        let json = out(&format!("offers {words} --output json")).json();
        let csv = out(&format!("offers {words} --output csv")).out;
        let rows = json.as_array().unwrap();
        let answers: Vec<_> = rows
            .iter()
            .zip(csv.lines().skip(1))
            .map(|(row, line)| {
                let amount = row["payout"]["amount"].as_str().unwrap_or("-");
                let runs = row["runs"].as_str().unwrap();
                let in_csv = match amount {
                    "-" => format!(",,,{runs},"),
                    amount => format!(",{amount},USD,default,{runs},"),
                };
                assert!(line.contains(&in_csv), "{line} {in_csv}");
                format!("{runs} {amount}")
            })
            .collect();
        answers.join(", ")
    };
    assert_eq!(
        answers("--payout-country GB"),
        "no -, yes 2, unknown -, yes -"
    );
    assert_eq!(
        answers("--payout-country CA"),
        "yes 6.50, yes 2, unknown -, yes -"
    );
    assert_eq!(
        answers("--payout-country CA --device ios"),
        "yes 6.50, no -, unknown -, yes -"
    );
    assert_eq!(
        answers("--payout-country CA --device desktop,android"),
        "no -, yes 2, unknown -, yes -"
    );
    // Which device the calling one is, is not known here.
    assert_eq!(
        answers("--payout-country GB --device user"),
        "no -, yes 2, unknown -, yes -"
    );
}

#[test]
fn the_fields_that_decide_whether_an_offer_runs_are_requested_with_the_named_ones() {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let sandbox = runtime.unwrap().block_on(Sandbox::start()).unwrap();
    let run = |more: &str| {
        let words =
            "offers --publisher-id 5 --payout-country US --fields amount,payouts_per_country";
        let run = cpalead(&format!("{words} {more} --output csv --base-url"));
        let out = run.arg(sandbox.base_url()).ends_with(0).out;
        let requests = sandbox.requests();
        let fields = requests
            .last()
            .unwrap()
            .parameter("fields")
            .unwrap()
            .to_owned();
        (fields, out)
    };
    let (fields, csv) = run("");
    assert_eq!(
        fields,
        "id,amount,payout_currency,countries,payouts_per_country"
    );
    assert!(!csv.contains("unknown") && csv.contains(",no,"), "{csv}");
    let (fields, csv) = run("--device ios");
    assert_eq!(
        fields,
        "id,device,amount,payout_currency,countries,payouts_per_country"
    );
    assert!(!csv.contains("unknown") && csv.contains(",no,"), "{csv}");
    assert_eq!(
        csv.lines().next(),
        Some(
            "id,amount,payouts_per_country,payout.amount,payout.currency,payout.source,runs,defects"
        )
    );
}

#[test]
fn a_table_fits_the_width_of_the_output() {
    for columns in ["40", "60", "80", "132"] {
        let run =
            cpalead("--sandbox offers --payout-country DE --output table").env("COLUMNS", columns);
        let width = columns.parse::<usize>().unwrap();
        for line in run
            .ends_with(0)
            .out
            .lines()
            .filter(|line| !line.starts_with('*'))
        {
            assert!(
                unicode_width::UnicodeWidthStr::width(line) <= width,
                "{columns}: {line}"
            );
        }
    }
}

#[test]
fn no_text_of_the_provider_moves_the_cursor_in_any_format() {
    let body = r#"{"status":"success","offers":[{"id":1,"title":"a\u001b[2J\u009b31m\u202e<b>x</b>&#27;y","device":"\u001bfridge",
        "payout_type":"\u0007X","payout_currency":"U\u001bD","amount":"1","countries":["US"]}]}"#;
    let server = Server::json(body);
    for output in ["table", "json", "ndjson", "csv"] {
        let run = server
            .cpalead("offers --payout-country US --output")
            .arg(output);
        let outcome = run.ends_with(0);
        let acts = |c: char| c.is_control() && !"\r\n".contains(c) || c == '\u{202e}';
        assert!(!outcome.out.contains(acts), "{output}: {:?}", outcome.out);
    }
    let table = server.cpalead("offers --output table").ends_with(0).out;
    assert!(table.contains("a[2J31m x y"), "{table}");
    let json = server.cpalead("offers --output json").ends_with(0).json();
    assert_eq!(
        json[0]["title"],
        "a\u{1b}[2J\u{9b}31m\u{202e}<b>x</b>&#27;y"
    );
}

#[test]
fn ndjson_has_one_offer_per_line() {
    let out = cpalead("--sandbox offers --limit 7 --output ndjson")
        .ends_with(0)
        .out;
    let ids: Vec<u64> = out
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["id"]
                .as_u64()
                .unwrap()
        })
        .collect();
    assert_eq!(ids.len(), 7);
    assert!(out.ends_with("}\n") && !out.contains("payout\":{"));
}

#[test]
fn every_option_reaches_the_wire_as_documented() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let sandbox = runtime.block_on(Sandbox::start()).unwrap();
    let words = "offers --country gb --device iOS,android --type cpi,CPR --limit 9 --updated-since 2026-04-01T02:00:00+02:00 \
        --fields id,title,amount,payouts_per_country --offerwall-offers --subid a --subid2 b&c --subid3 ü --gaid g --idfa i --payout-country us";
    let run = cpalead(words).arg("--base-url").arg(sandbox.base_url());
    let outcome = run.env("CPALEAD_PUBLISHER_ID", "12").ends_with(0);
    let requests = sandbox.requests();
    let expected = [
        ("id", "12"),
        ("country", "GB"),
        ("device", "ios,android"),
        ("type", "cpi,cpr"),
        ("limit", "9"),
        ("updated_since", "2026-04-01T00:00:00Z"),
        // The currency is requested together with an amount, and whom the offer is for together
        // with a payout.
        (
            "fields",
            "id,title,device,amount,payout_currency,countries,payouts_per_country",
        ),
        ("offerwall_offers", "true"),
        ("subid", "a"),
        ("subid2", "b&c"),
        ("subid3", "ü"),
        ("gaid", "g"),
        ("idfa", "i"),
    ];
    for (name, value) in expected {
        assert_eq!(requests[0].parameter(name), Some(value), "{name}");
    }
    assert_eq!(requests[0].parameter("api_key"), None);
    for offer in outcome.json().as_array().unwrap() {
        assert!(offer["payout"].is_null() || offer["payout"]["currency"] == "USD");
    }
}

#[test]
fn options_win_over_the_environment_and_stand_before_or_after_the_command() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let sandbox = runtime.block_on(Sandbox::start()).unwrap();
    for words in [
        "--publisher-id 5 offers --limit 1",
        "offers --limit 1 --publisher-id 5",
    ] {
        let run = cpalead(words).env("CPALEAD_PUBLISHER_ID", "6");
        run.env("CPALEAD_BASE_URL", sandbox.base_url()).ends_with(0);
    }
    let ids: Vec<_> = sandbox
        .requests()
        .iter()
        .map(|request| request.parameter("id").map(str::to_owned))
        .collect();
    assert_eq!(ids, [Some("5".to_owned()), Some("5".to_owned())]);
}

#[test]
fn user_stands_for_the_caller_on_the_wire() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let sandbox = runtime.block_on(Sandbox::start()).unwrap();
    let run = cpalead("offers --country user --device user --limit 1 --publisher-id 5 --base-url");
    run.arg(sandbox.base_url()).ends_with(0);
    let requests = sandbox.requests();
    assert_eq!(requests[0].parameter("country"), Some("user"));
    assert_eq!(requests[0].parameter("device"), Some("user"));
}

#[test]
fn offers_are_shown_although_the_home_directory_cannot_be_written() {
    let server = Server::json(r#"{"status":"success","offers":[{"id":1}]}"#);
    server
        .cpalead("offers")
        .env("HOME", "/proc/nowhere")
        .ends_with(0);
}
