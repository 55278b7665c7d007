//! `payout`: the documented rule, applied to one offer.

use crate::support::{Server, cpalead};

const CATALOGUE: &str = r#"{"status":"success","offers":[
    {"id":1,"title":"<b>One</b>","amount":"0.50","payouts_per_country":{"us":0.72}},
    {"id":2,"title":"Two","payouts_per_country":[]},
    {"id":3,"title":"Three","amount":"lots"}]}"#;

#[test]
fn the_amount_of_the_country_comes_first_then_the_default_then_none() {
    let server = Server::json(CATALOGUE);
    let out = |words: &str| server.cpalead(words).ends_with(0);
    let us = out("payout 1 --country us --output json").json();
    assert_eq!(us["payout"]["amount"], "0.72");
    assert_eq!(
        (&us["payout"]["source"], &us["country"]),
        (&"country".into(), &"US".into())
    );
    let gb = out("payout 1 --country GB --output csv").out;
    assert_eq!(
        gb,
        "id,title,country,device,payout.amount,payout.currency,payout.source,runs\r\n\
         1,<b>One</b>,GB,,0.50,USD,default,yes\r\n"
    );
    assert!(out("payout 2 --country US --output json").json()["payout"].is_null());
    insta::assert_snapshot!(out("payout 1 --country US --output table").out, @r"
    ID  TITLE  RUNS  PAYOUT US  SOURCE
     1  One    yes   0.72 USD   country
    ");
    insta::assert_snapshot!(out("payout 2 --country US --output table").out, @r"
    ID  TITLE  RUNS  PAYOUT US  SOURCE
     2  Two    yes          -   no amount
    ");
}

#[test]
fn an_offer_pays_nothing_where_it_does_not_run_or_is_not_known_to_run() {
    let server = Server::json(
        r#"{"status":"success","offers":[
        {"id":1,"amount":"6.50","countries":["CA"],"device":"iphone"},
        {"id":2,"amount":"6.50","countries":{"CA":1},"device":"smart_tv"}]}"#,
    );
    let out = |words: &str| server.cpalead(words).ends_with(0);
    let answer = |words: &str| {
        let json = out(&format!("payout {words} --output json")).json();
        let csv = out(&format!("payout {words} --output csv")).out;
        let runs = json["runs"].as_str().unwrap().to_owned();
        let amount = json["payout"]["amount"].as_str().unwrap_or_default();
        let device = json["device"].as_str().unwrap_or_default();
        let country = json["country"].as_str().unwrap();
        let payout = match amount {
            "" => ",,".to_owned(),
            amount => format!("{amount},USD,default"),
        };
        let row = format!(",,{country},{device},{payout},{runs}\r\n");
        assert!(csv.ends_with(&row), "{csv} {row}");
        format!("{runs} {amount}")
    };
    assert_eq!(answer("1 --country CA"), "yes 6.50");
    assert_eq!(answer("1 --country GB"), "no ");
    assert_eq!(answer("1 --country CA --device ios"), "yes 6.50");
    assert_eq!(answer("1 --country CA --device mobile"), "yes 6.50");
    assert_eq!(answer("1 --country CA --device desktop"), "no ");
    assert_eq!(answer("2 --country CA"), "unknown ");
    assert_eq!(answer("2 --country CA --device ios"), "unknown ");
    insta::assert_snapshot!(out("payout 1 --country GB --output table").out, @r"
    ID  TITLE  RUNS  PAYOUT GB  SOURCE
     1  -      no           -   -
    ");
    insta::assert_snapshot!(out("payout 2 --country GB --output table").out, @r"
    ID  TITLE  RUNS     PAYOUT GB  SOURCE
     2  -      unknown         -   -
    ");
}

#[test]
fn a_payout_that_cannot_be_read_is_not_one_that_is_missing() {
    let server = Server::json(CATALOGUE);
    let out = |output: &str| {
        let run = server.cpalead("payout 3 --country US --output");
        run.arg(output).ends_with(0)
    };
    insta::assert_snapshot!(out("table").out, @r"
    ID  TITLE  RUNS  PAYOUT US  SOURCE
     3  Three  yes          ?   unreadable
    ? the provider sent a value that cannot be read: -v says why
    ");
    insta::assert_snapshot!(out("json").out, @r#"
    {
      "id": 3,
      "title": "Three",
      "country": "US",
      "payout": null,
      "runs": "yes",
      "defects": [
        {
          "kind": "field_unreadable",
          "path": "offers[2].amount",
          "message": "`lots` is not a valid amount: expected a decimal number"
        }
      ]
    }
    "#);
    insta::assert_snapshot!(out("csv").err, @"warning: offers[2].amount (offer 3): `lots` is not a valid amount: expected a decimal number");
}

#[test]
fn a_missing_offer_ends_with_status_1() {
    let server = Server::json(r#"{"status":"success","offers":[{"id":1},{"id":2}]}"#);
    let outcome = server.cpalead("payout 9 --country US").ends_with(1);
    assert_eq!(
        outcome.err,
        "error: offer 9 is not in the catalogue of 2 offers\n"
    );
    let server =
        Server::json(r#"{"status":"success","offers":[{"id":1},{"id":{},"campid":3},{"id":{}}]}"#);
    let message = |id: u64| {
        let run = server.cpalead(&format!("payout {id} --country US --output json"));
        let error = run.ends_with(1).error();
        assert_eq!(error["kind"], "not_found");
        error["message"].as_str().unwrap_or_default().to_owned()
    };
    let known = message(3);
    assert!(
        known.starts_with("offer 3 cannot be read: offers[1].id (offer 3): "),
        "{known}"
    );
    assert_eq!(
        message(9),
        "offer 9 was not found: 1 of 3 offers could be read, and 1 of the others have unknown ids"
    );
}

#[test]
fn an_offer_of_the_sandbox_has_the_same_payout_in_both_commands() {
    let first = cpalead("--sandbox offers --limit 1 --payout-country US")
        .ends_with(0)
        .json();
    let id = first[0]["id"].to_string();
    let one = cpalead("--sandbox payout --country US")
        .arg(&id)
        .ends_with(0)
        .json();
    assert_eq!(one["payout"], first[0]["payout"]);
}
