//! `reconcile`: what to take back, in every format, and faults of the file by line.

use tempfile::TempDir;

use crate::support::{Outcome, Server};

const REVERSALS: &str = r#"{"status":"success","reversals":[
    {"lead_id":"a1","offer_id":7,"subid":"u","amount":"0.72","date":"2026-01-20","reason":"fraud"},
    {"offer_id":8,"subid":"v","amount":"-1.00","date":"2026-01-21"},
    {"offer_id":9,"subid":"w","amount":"2","date":"2026-01-22"},
    {"offer_id":10,"subid":"x","amount":"3","date":"2026-01-23"}]}"#;

const PAID: &str = "reference,lead_id,offer_id,subid,amount,time\n\
    r1,a1,7,u,0.72,2026-01-10\n\
    r2,,8,v,1.00,2026-01-11\n\
    r3,,9,w,2.00,2026-01-12\n\
    r4,,9,w,2.00,2026-01-12\n\
    r5,a5,7,u,0.72,2026-01-10\n";

fn reconcile(paid: &str, output: &str, status: i32) -> Outcome {
    let home = TempDir::new().unwrap();
    let file = home.path().join("paid.csv");
    std::fs::write(&file, paid).unwrap();
    let server = Server::json(REVERSALS);
    let words = "reconcile --start 2026-01-01 --end 2026-01-31 --output";
    let run = server.cpalead(words).arg(output).arg("--paid").arg(&file);
    run.env("CPALEAD_API_KEY", "key-0123456789")
        .ends_with(status)
}

#[test]
fn what_to_take_back_is_the_same_in_every_format() {
    let json = reconcile(PAID, "json", 0);
    let rows = json.json();
    let row = |at: usize| {
        let text = |name: &str| rows[at][name].as_str().unwrap_or("-").to_owned();
        [
            text("answer"),
            text("by"),
            text("reference"),
            text("paid"),
            text("reversed"),
        ]
        .join(" ")
    };
    assert_eq!(row(0), "take_back lead r1 0.72 0.72");
    assert_eq!(row(1), "take_back fields r2 1.00 -1.00");
    assert_eq!(row(2), "ambiguous - r3;r4 - 2");
    assert_eq!(row(3), "unmatched - - - 3");
    assert!(
        json.err.contains(
            "note: take back 2 (1.72 USD) of 5 (6.44 USD) conversions; 1 (2.00 USD) ambiguous, 1 (3.00 USD) unmatched\n"
        ),
        "{}",
        json.err
    );
    let csv = reconcile(PAID, "csv", 0).out;
    assert!(
        csv.starts_with("answer,by,reference,lead_id,offer_id,subid,paid,time,reversed,date,reason,key\r\ntake_back,lead,r1,a1,7,u,0.72,2026-01-10T00:00:00Z,0.72,2026-01-20,fraud,lead-"),
        "{csv}"
    );
    insta::assert_snapshot!(reconcile(PAID, "table", 0).out, @r"
    ANSWER     REFERENCE  LEAD  OFFER  SUBID  PAID  REVERSED  DATE
    take_back  r1         a1        7  u      0.72      0.72  2026-01-20
    take_back  r2         -         8  v      1.00     -1.00  2026-01-21
    ambiguous  r3;r4      -         9  w         -         2  2026-01-22
    unmatched  -          -        10  x         -         3  2026-01-23
    ");
}

#[test]
fn a_fault_of_the_file_is_named_with_its_line_and_nothing_is_sent() {
    let outcome = reconcile("amount,lead_id\n1,a\nten,b\n", "json", 1);
    let message = outcome.error()["message"].as_str().unwrap().to_owned();
    assert!(
        message.ends_with(
            "paid.csv, line 3: `ten` is not a valid amount: expected a decimal number such as 0.72"
        ),
        "{message}"
    );
    let server = Server::json(REVERSALS);
    let words = "reconcile --start 2026-01-01 --end 2026-01-31 --paid /nowhere/paid.csv";
    let run = server
        .cpalead(words)
        .env("CPALEAD_API_KEY", "key-0123456789");
    assert!(
        run.ends_with(2)
            .err
            .starts_with("error: cannot read --paid /nowhere/paid.csv: ")
    );
    assert_eq!(server.requests(), 0);
}

#[test]
fn a_range_that_fails_lists_the_days_that_are_missing() {
    let server = Server::with("500 Internal Server Error", "", "");
    let words = "reconcile --start 2026-01-01 --end 2026-01-31 --paid -";
    let run = server
        .cpalead(words)
        .env("CPALEAD_API_KEY", "key-0123456789");
    let outcome = run.input(PAID).ends_with(1);
    assert!(
        outcome
            .err
            .contains("warning: the reversals from 2026-01-01 to 2026-01-31 are missing\n"),
        "{}",
        outcome.err
    );
    assert!(outcome.err.contains("note: to resume: "), "{}", outcome.err);
}
