//! `cpalead drift`: compares recorded answers with the provider's document. Nothing is sent.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use cpalead::Endpoint;
use cpalead::drift::{Drift, JsonType};
use cpalead_conformance::{Exchange, Recordings, contains_secret};
use serde::de::IgnoredAny;
use serde_json::json;

use crate::args::{DriftArgs, Format};
use crate::failure::Failure;
use crate::output::{note, write_text};

/// The largest file that is read, in bytes: a recording of 16 MiB, in which each byte may be
/// escaped.
const LARGEST: u64 = 100 << 20;

/// What was found in all files.
struct Found {
    key: Option<String>,
    lines: Vec<serde_json::Value>,
    text: String,
    compared: usize,
    left_out: usize,
}

pub(crate) fn run(args: &DriftArgs, format: Option<Format>) -> Result<(), Failure> {
    let mut found = Found {
        // A key is not needed. If there is one, it is not printed.
        key: std::env::var("CPALEAD_API_KEY")
            .ok()
            .filter(|key| !key.trim().is_empty()),
        lines: Vec::new(),
        text: String::new(),
        compared: 0,
        left_out: 0,
    };
    for path in &args.files {
        found.path(path, args.endpoint.map(Endpoint::from))?;
    }
    let text = match format {
        Some(Format::Json) => format!("{}\n", json!(found.lines)),
        Some(Format::Ndjson) => found.lines.iter().map(|line| format!("{line}\n")).collect(),
        Some(Format::Csv) => {
            return Err(Failure::usage(
                "drift prints no CSV: use --output table, json or ndjson",
            ));
        }
        _ => {
            let Found {
                lines,
                compared,
                left_out,
                ..
            } = &found;
            let others = match left_out {
                0 => String::new(),
                count => format!(", {count} without rows left out"),
            };
            let differences = counted(lines.len(), "difference");
            let answers = counted(*compared, "answer");
            format!("{}{differences} in {answers}{others}\n", found.text)
        }
    };
    write_text(&text)?;
    if args.check && !found.lines.is_empty() {
        return Err(Failure::verdict(1));
    }
    Ok(())
}

/// `1 answer`, `2 answers`.
fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

impl Found {
    fn path(&mut self, path: &Path, endpoint: Option<Endpoint>) -> Result<(), Failure> {
        let shown = path.display().to_string();
        let refused = |error: cpalead_conformance::Error| Failure::usage(error.to_string());
        if path.is_dir() {
            let key = self.key.clone();
            let recordings = Recordings::open(path, key.as_deref()).map_err(refused)?;
            for (name, _) in recordings.files().map_err(refused)?.iter().skip(1) {
                let file = path.join(name);
                let exchange = Exchange::read(&file, key.as_deref()).map_err(refused)?;
                self.exchange(&file.display().to_string(), &exchange);
            }
            return Ok(());
        }
        let body = read(path)?;
        if is_recording(&body) {
            let exchange = Exchange::read(path, self.key.as_deref()).map_err(refused)?;
            self.exchange(&shown, &exchange);
            return Ok(());
        }
        let Some(endpoint) = endpoint.or_else(|| endpoint_of(&body)) else {
            return Err(Failure::usage(format!(
                "{shown} does not show what it answers: give --endpoint offers, conversions or reversals"
            )));
        };
        let drifts = Drift::of_answer(endpoint, &body)
            .map_err(|error| Failure::usage(format!("{shown}: {error}")))?;
        self.add(&shown, &drifts);
        Ok(())
    }

    /// A recording. Refusals and other answers without rows are left out.
    fn exchange(&mut self, shown: &str, exchange: &Exchange) {
        let endpoint = match exchange.path.rsplit('/').next() {
            Some("offers") => Endpoint::Offers,
            Some("conversions") => Endpoint::Conversions,
            Some("reversals") => Endpoint::Reversals,
            _ => {
                self.left_out += 1;
                return;
            }
        };
        match Drift::of_answer(endpoint, &exchange.body) {
            Ok(drifts) if (200..300).contains(&exchange.status) => self.add(shown, &drifts),
            _ => self.left_out += 1,
        }
    }

    fn add(&mut self, shown: &str, drifts: &[Drift]) {
        self.compared += 1;
        for drift in drifts {
            let line = json!({
                "file": shown,
                "endpoint": drift.endpoint().to_string(),
                "kind": drift.kind().as_str(),
                "path": drift.path(),
                "json_type": drift.json_type().map(JsonType::as_str),
                "value": drift.value(),
                "seen": drift.seen(),
                "of": drift.of(),
            });
            let text = format!("{shown}: {drift}\n");
            let holds_key = |key: &String| contains_secret(&format!("{line}{text}"), key);
            if self.key.as_ref().is_some_and(holds_key) {
                note(&format!(
                    "{shown}: a difference is not shown, because the api key is in it"
                ));
                continue;
            }
            self.lines.push(line);
            self.text.push_str(&text);
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let shown = path.display();
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    read.map_err(|error| Failure::usage(format!("cannot read {shown}: {error}")))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Failure::usage(format!(
            "{shown} is larger than {LARGEST} bytes"
        )));
    }
    Ok(bytes)
}

/// Whether the JSON is a recording of the conformance suite.
fn is_recording(body: &[u8]) -> bool {
    names(body).iter().any(|name| name == "cpalead_recording")
}

/// The endpoint whose rows are in the answer.
fn endpoint_of(body: &[u8]) -> Option<Endpoint> {
    let names = names(body);
    let has = |name: &str| names.iter().any(|other| other == name);
    let mut found = [
        ("offers", Endpoint::Offers),
        ("conversions", Endpoint::Conversions),
        ("reversals", Endpoint::Reversals),
    ]
    .into_iter()
    .filter(|(name, _)| has(name));
    match (found.next(), found.next()) {
        (Some((_, endpoint)), None) => Some(endpoint),
        _ => None,
    }
}

/// The names of the members of a JSON object.
fn names(body: &[u8]) -> Vec<String> {
    let object = serde_json::from_slice::<std::collections::BTreeMap<String, IgnoredAny>>(body);
    object
        .map(|object| object.into_keys().collect())
        .unwrap_or_default()
}
