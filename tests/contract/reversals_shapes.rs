//! Reversals over HTTP: how each shape of an answer is read.

use cpalead::{Report, Reversal};
use serde_json::{Value, json};

use crate::reversals::{END, START, none};
use crate::setup::{Setup, fixtures, ok, without_nulls};

fn seen(report: &Report<Reversal>, row: &Reversal) -> Value {
    without_nulls(json!({
        "offer_id": row.offer_id(),
        "subid": row.subid(),
        "lead_id": row.lead_id(),
        "amount": row.amount().map(|amount| amount.to_string()),
        "date": row.date().map(|date| date.to_string()),
        "timestamp": row.timestamp(),
        "reason": row.reason(),
        "raw": report.raw(row),
    }))
}

#[tokio::test]
async fn inferred_shapes_of_reversals_are_read() {
    for (name, body) in fixtures("reversals/inferred") {
        let setup = Setup::answering(vec![ok(&body)]);
        let windows = setup.client.reversals(START..=START).await;
        let windows = windows.unwrap_or_else(|error| panic!("{name}: {error}"));
        let report = windows[0].report();
        let rows: Vec<_> = report.iter().map(|row| seen(report, row)).collect();
        let defects = report.defects().iter();
        let defects: Vec<_> = defects
            .map(|defect| format!("{} {defect}", defect.kind().as_str()))
            .collect();
        let shown = json!({ "rows": rows, "defects": defects });
        let shown = serde_json::to_string_pretty(&shown).expect("JSON");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots/reversals" }, {
            insta::assert_snapshot!(format!("inferred__{name}"), shown);
        });
    }
}

#[tokio::test]
async fn an_unknown_shape_fails_its_window_and_is_never_a_month_without_reversals() {
    for (body, path) in [
        (r#"{"status":"success"}"#, None),
        (r#"{"status":"success","conversions":[]}"#, None),
        (
            r#"{"status":"success","reversals":{"0":{}}}"#,
            Some("reversals[0]"),
        ),
        (
            r#"{"reversals":[{"offer_id":"x"},{"offer_id":"y"}]}"#,
            Some("reversals[0].offer_id"),
        ),
        (r#"[{"reversal":1}]"#, Some("reversals[0]")),
        ("null", None),
        ("<html>", None),
    ] {
        let setup = Setup::answering(vec![ok(body), none()]);
        let mut stream = setup.client.reversals(START..=END).stream();
        let error = stream.next().await.expect("an item").expect_err(body);
        assert!(error.is_decode(), "{body}: {error}");
        assert_eq!(error.path(), path, "{body}: {error}");
        assert_eq!(stream.resume_from(), Some(START), "{body}");
        assert!(stream.next().await.is_none(), "{body}");
    }
}
