//! CSV, read back by other programs: the csv crate, and Python if it is installed.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{Server, cpalead};

const NASTY: &str = r#"{"status":"success","offers":[
    {"id":1,"title":"=HYPERLINK(\"http://evil.example\",\"x\")","description":"two\nlines, \"quoted\"","amount":"-1.5",
     "countries":["US","CA"],"payouts_per_country":{"US":0.72,"CA":"0.550"},"device":"ios,android","daily_cap":false,
     "events":[{"event_key":"lvl5","amount":"0.40"}],"creatives":{"url":"https://img.example/a;b.png"}},
    {"id":2,"title":"+49 call","conversion":"@SUM(1)","description":"\tTab","link":" =1","amount":1.35,"daily_cap":"250"}]}"#;

#[test]
fn cells_are_flat_and_quoted_and_not_formulas() {
    let run = Server::json(NASTY).cpalead("offers --payout-country us --output csv");
    let out = run.ends_with(0).out;
    let mut reader = csv::Reader::from_reader(out.as_bytes());
    let header = reader.headers().unwrap().clone();
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    let cell = |row: usize, name: &str| {
        let at = header.iter().position(|known| known == name).unwrap();
        records[row][at].to_owned()
    };
    assert_eq!((header.len(), records.len()), (26, 2));
    assert_eq!(
        cell(0, "title"),
        "'=HYPERLINK(\"http://evil.example\",\"x\")"
    );
    assert_eq!(cell(0, "description"), "two\nlines, \"quoted\"");
    assert_eq!(cell(0, "amount"), "-1.5");
    assert_eq!(cell(0, "countries"), "US;CA");
    assert_eq!(cell(0, "payouts_per_country"), "CA=0.550;US=0.72");
    assert_eq!(cell(0, "device"), "ios;android");
    assert_eq!(cell(0, "events"), "lvl5=0.40");
    assert_eq!(cell(0, "creatives"), "https://img.example/a;b.png");
    assert_eq!(
        (cell(0, "payout.amount"), cell(0, "payout.source")),
        ("0.72".into(), "country".into())
    );
    assert_eq!(
        (cell(0, "daily_cap"), cell(1, "daily_cap")),
        (String::new(), "250".into())
    );
    for (name, text) in [
        ("title", "'+49 call"),
        ("conversion", "'@SUM(1)"),
        ("description", "'\tTab"),
        ("link", "' =1"),
    ] {
        assert_eq!(cell(1, name), text);
    }
    assert_eq!(
        (cell(1, "payout.amount"), cell(1, "payout.source")),
        ("1.35".into(), "default".into())
    );
}

#[test]
fn no_cell_of_the_whole_catalogue_is_a_formula() {
    let run = cpalead(
        "--sandbox offers --limit 5000 --type cpa,cpi,cpe,cpr --offerwall-offers --payout-country US --output csv",
    );
    let out = run.ends_with(0).out;
    let mut rows = 0;
    for record in csv::Reader::from_reader(out.as_bytes()).records() {
        let record = record.unwrap();
        rows += 1;
        for cell in &record {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{cell:?}"
            );
        }
    }
    assert_eq!(rows, 2500);
}

/// The output as Python reads it, as JSON, or `None` if Python is not installed.
fn python(program: &str, input: &str) -> Option<Value> {
    use std::io::Write;
    let mut command = Command::new("python3");
    let piped = command
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let Ok(mut child) = piped.spawn() else {
        eprintln!("python3 is not installed: its csv and json modules were not tried");
        return None;
    };
    let mut stdin = child.stdin.take()?;
    let text = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().ok()?;
    writer.join().ok()?.ok()?;
    Some(serde_json::from_slice(&output.stdout).expect("python printed JSON"))
}

#[test]
fn python_reads_the_same_from_csv_as_from_json() {
    const FROM_CSV: &str = "\
import csv, io, json, sys
text = io.TextIOWrapper(sys.stdin.buffer, encoding='utf-8', newline='')
rows = list(csv.DictReader(text, strict=True))
print(json.dumps([[r['id'], r['amount'], r['payout.amount'], r['payout.source'], r['countries']] for r in rows]))";
    const FROM_JSON: &str = "\
import json, sys
rows = json.load(sys.stdin.buffer)
cell = lambda v: '' if v is None else str(v)
pay = lambda r, k: cell((r['payout'] or {}).get(k))
print(json.dumps([[cell(r['id']), cell(r.get('amount')), pay(r, 'amount'), pay(r, 'source'), ';'.join(r.get('countries') or [])] for r in rows]))";
    let out = |output: &str| {
        let run = cpalead("--sandbox offers --payout-country US --output").arg(output);
        run.ends_with(0).out
    };
    let Some(from_csv) = python(FROM_CSV, &out("csv")) else {
        return;
    };
    assert!(from_csv.as_array().unwrap().len() > 1000);
    assert_eq!(Some(from_csv), python(FROM_JSON, &out("json")));
}
