//! `payout`: the documented rule, applied to one offer.

use crate::support::{Server, cpalead};

const CATALOGUE: &str = r#"{"status":"success","offers":[
    {"id":1,"title":"<b>One</b>","amount":"0.50","payouts_per_country":{"us":0.72}},
    {"id":2,"title":"Two","payouts_per_country":[]},
    {"id":3,"amount":{}}]}"#;

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
        "id,title,country,payout.amount,payout.currency,payout.source\r\n1,<b>One</b>,GB,0.50,USD,default\r\n"
    );
    assert!(out("payout 2 --country US --output json").json()["payout"].is_null());
    insta::assert_snapshot!(out("payout 1 --country US --output table").out, @r"
    ID  TITLE  PAYOUT US  SOURCE
     1  One    0.72 USD   country
    ");
    insta::assert_snapshot!(out("payout 2 --country US --output table").out, @r"
    ID  TITLE  PAYOUT US  SOURCE
     2  Two           -   no amount
    ");
}

#[test]
fn a_missing_offer_ends_with_status_1() {
    let server = Server::json(CATALOGUE);
    let outcome = server.cpalead("payout 9 --country US").ends_with(1);
    assert_eq!(
        outcome.err,
        "error: offer 9 is not in the catalogue of 2 offers\n"
    );
    let outcome = server
        .cpalead("payout 3 --country US --output json")
        .ends_with(1);
    let message = outcome.error()["message"].to_string();
    assert!(
        message.contains("offer 3 cannot be read: offers[2].amount"),
        "{message}"
    );
    assert_eq!(outcome.error()["kind"], "not_found");
}

#[test]
fn an_offer_may_be_among_those_that_could_not_be_read() {
    let bad: String = (2..=151)
        .map(|id| format!(r#",{{"id":{id},"amount":{{}}}}"#))
        .collect();
    let body = format!(r#"{{"status":"success","offers":[{{"id":1}}{bad}]}}"#);
    let server = Server::json(&body);
    let error = |id: u64| {
        let run = server.cpalead(&format!("payout {id} --country US"));
        run.ends_with(1).err
    };
    let listed = error(101);
    assert!(
        listed.starts_with("error: offer 101 cannot be read: offers[100].amount"),
        "{listed}"
    );
    assert_eq!(
        error(102),
        "error: offer 102 was not found: 1 of 151 offers could be read, and 50 of the others have unknown ids\n"
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
