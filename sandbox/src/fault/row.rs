//! Owns the odd rows: a row that is added to an answer, with values as careless servers write them.

use crate::fault::active::Active;
use crate::fault::list::Fault;

type Field = (&'static str, &'static str);

/// The endpoints, with the name of their list and a row without any oddity.
const LISTS: [(&str, &[Field]); 3] = [
    (
        "offers",
        &[
            ("id", "5999999"),
            ("title", "\"An odd offer\""),
            ("link", "\"https://odd.example/view.php?id=5999999&pub=1\""),
            ("amount", "\"1.50\""),
            ("payout_type", "\"CPA\""),
        ],
    ),
    (
        "conversions",
        &[
            ("offer_id", "5999999"),
            ("country", "\"US\""),
            ("subid", "\"odd\""),
            ("payout", "\"1.50\""),
            ("timestamp", "1767225600"),
            ("lead_id", "\"0dd0000000000001\""),
        ],
    ),
    (
        "reversals",
        &[
            ("lead_id", "\"0dd0000000000002\""),
            ("offer_id", "5999999"),
            ("subid", "\"odd\""),
            ("amount", "\"1.50\""),
            ("date", "\"2026-01-01\""),
            ("reason", "\"fraud\""),
        ],
    ),
];

/// Adds a row to the list in `json` for every fault that asks for one.
pub(crate) fn with_odd_rows(json: String, active: &Active) -> String {
    let list = LISTS.iter().find_map(|(name, usual)| {
        let begin = format!("\"{name}\":[");
        let at = json.find(&begin)? + begin.len();
        Some((at, *name, *usual))
    });
    // The bare shape has no name for its list, and stays as it is.
    let Some((at, name, usual)) = list else {
        return json;
    };
    if active.has(Fault::GapsInList) {
        let (one, row) = (object(usual, &[]), object(usual, &[("note", "\"b\"")]));
        return format!(r#"{{"status":"success","{name}":{{"0":{one},"2":{row}}}}}"#);
    }
    let rows: Vec<String> = active
        .iter()
        .filter_map(|fault| odd(fault, name, usual))
        .collect();
    if rows.is_empty() {
        return json;
    }
    let (before, after) = json.split_at(at);
    let comma = if after.starts_with(']') { "" } else { "," };
    format!("{before}{}{comma}{after}", rows.join(","))
}

/// The row of a fault in the list `name`.
fn odd(fault: Fault, name: &str, usual: &[Field]) -> Option<String> {
    // One name of a time, of an amount and of a text for each list.
    let (time, amount, text) = match name {
        // No field of an offer is a time, so the fault shows in a text.
        "offers" => ("preview_link", "amount", "title"),
        "conversions" => ("timestamp", "payout", "subid"),
        _ => ("date", "amount", "subid"),
    };
    let fields: &[Field] = match fault {
        Fault::OddTime => &[(time, "\"2026-01-01 00:00:00\"")],
        Fault::ZeroDate => &[(time, "\"0000-00-00 00:00:00\"")],
        Fault::PhpDate => &[(
            time,
            r#"{"date":"2026-01-01 00:00:00.000000","timezone_type":3,"timezone":"UTC"}"#,
        )],
        Fault::LongAmount => &[(amount, "67.2000000000000028421709430404007434844970703125")],
        Fault::CurrencyAmount => &[(amount, "\"$0.40\"")],
        Fault::UnreadableAmount => &[(amount, "\"call us\"")],
        Fault::CutEmoji => &[(text, r#""fun \ud83d""#)],
        Fault::FloatText => &[(text, "1.2345678901235e+22")],
        Fault::OddValues if name == "offers" => &[
            ("epc", "\"N/A\""),
            ("daily_cap", "\"unlimited\""),
            ("is_fast_pay", "\"yes\""),
            ("offer_rank", "\"N/A\""),
            ("description", "false"),
            ("countries", "false"),
        ],
        Fault::OddValues => &[("country", "false"), ("reason", "false"), (text, "\"N/A\"")],
        Fault::PayoutForUk if name == "offers" => &[("payouts_per_country", r#"{"UK":"0.75"}"#)],
        Fault::NotAnObject => return Some("\"no row\"".to_owned()),
        Fault::UnknownField => &[("quality_of_lead", r#"{"score":7}"#)],
        _ => return None,
    };
    Some(object(usual, fields))
}

/// The usual fields as JSON, with `odd` ones in their place or after them.
fn object(usual: &[Field], odd: &[Field]) -> String {
    let value_of = |name: &str| odd.iter().find(|(odd, _)| *odd == name);
    let replaced = usual.iter().map(|field| value_of(field.0).unwrap_or(field));
    let is_new = |field: &&Field| !usual.iter().any(|(name, _)| *name == field.0);
    let fields = replaced.chain(odd.iter().filter(is_new));
    let fields: Vec<String> = fields
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    format!("{{{}}}", fields.join(","))
}
