//! Reads random answers of Prism with the library, and compares them with their JSON.
//!
//! Usage: `prism BASE_URL COUNT`. `cargo xtask independent prism` starts Prism and this program.

mod compare;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use cpalead::{Client, Defect, Error};
use jiff::civil::date;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::Value;

use compare::{exact, lost};

const ENDPOINTS: [&str; 3] = ["offers", "conversions", "reversals"];

/// Defects that the library reports on purpose and that a schema cannot exclude.
const ON_PURPOSE: [&str; 3] = [
    // A list of rows can name a country twice.
    "has two amounts",
    // OpenAPI 3.0 cannot say what the names in a map look like.
    "is not a country code: its amount is not used",
    // Two letters are a code even if nobody has assigned it.
    "was taken for GB",
];

const KEY: &str = "prism-api-key";

/// What a check of one answer found: the rows that were read, the defects that the library reports
/// on purpose, and what is wrong.
struct Read {
    rows: usize,
    on_purpose: usize,
    problems: Vec<String>,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(base_url), Some(Ok(count))) = (
        arguments.next(),
        arguments.next().map(|count| count.parse::<u32>()),
    ) else {
        eprintln!("usage: prism BASE_URL COUNT");
        return ExitCode::from(2);
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(all(&base_url, count)),
        Err(error) => {
            eprintln!("error: no runtime could be started: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Reads one answer for each seed, and prints the counts and every cause of a loss.
async fn all(base_url: &str, count: u32) -> ExitCode {
    let mut rows = BTreeMap::new();
    let mut causes: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let (mut lossless, mut on_purpose) = (0, 0);
    for seed in 1..=count {
        let endpoint = ENDPOINTS[seed as usize % ENDPOINTS.len()];
        let read = match one(base_url, endpoint, seed).await {
            Ok(read) => read,
            Err(problem) => Read {
                rows: 0,
                on_purpose: 0,
                problems: vec![problem],
            },
        };
        *rows.entry(endpoint).or_insert(0) += read.rows;
        on_purpose += read.on_purpose;
        lossless += u32::from(read.problems.is_empty());
        for problem in read.problems {
            causes
                .entry(format!("{endpoint}: {problem}"))
                .or_insert((0, seed))
                .0 += 1;
        }
    }

    let read: Vec<String> = rows
        .iter()
        .map(|(name, rows)| format!("{rows} {name}"))
        .collect();
    let empty = rows.values().any(|rows| *rows == 0);
    println!(
        "{lossless} of {count} answers were read without loss, with {}; {on_purpose} values are \
         reported as defects on purpose",
        read.join(", ")
    );
    if causes.is_empty() && !empty {
        return ExitCode::SUCCESS;
    }
    let mut causes: Vec<_> = causes.into_iter().collect();
    causes.sort_by_key(|(_, (times, _))| std::cmp::Reverse(*times));
    for (cause, (times, seed)) in causes {
        println!("{times} times {cause} (seed {seed})");
    }
    ExitCode::FAILURE
}

/// Reads the answer of one seed, with the library and without it.
async fn one(base_url: &str, endpoint: &str, seed: u32) -> Result<Read, String> {
    let raw = raw_rows(base_url, endpoint, seed).await?;
    // A new client for each answer, because its headers have the seed. A new publisher as well,
    // because clients of the same publisher share their minute.
    let client = Client::builder(u64::from(seed))
        .api_key(KEY)
        .base_url(base_url)
        .http(move |http| http.default_headers(preference(seed)))
        .build()
        .map_err(|error| error.to_string())?;
    match endpoint {
        "offers" => {
            let read = client.offers().send().await.map_err(cause)?;
            Ok(compared(&read, read.defects(), |row| read.raw(row), &raw))
        }
        "conversions" => {
            let read = client.conversions("user-42").send().await.map_err(cause)?;
            Ok(compared(&read, read.defects(), |row| read.raw(row), &raw))
        }
        _ => {
            let days = date(2026, 10, 20)..=date(2026, 11, 18);
            let windows = client.reversals(days).send().await.map_err(cause)?;
            let [window] = windows.as_slice() else {
                return Err(format!("a month took {} calls", windows.len()));
            };
            let read = window.report();
            Ok(compared(read, read.defects(), |row| read.raw(row), &raw))
        }
    }
}

/// Compares the rows that the library read with those of the answer. What the library reports as
/// unreadable is a problem too.
fn compared<'a, R: Serialize>(
    rows: &'a [R],
    defects: &[Defect],
    raw_of: impl Fn(&'a R) -> Option<&'a str>,
    raw: &[Value],
) -> Read {
    let (odd, bad): (Vec<&Defect>, Vec<&Defect>) = defects
        .iter()
        .partition(|defect| ON_PURPOSE.iter().any(|end| defect.message().ends_with(end)));
    let mut problems: Vec<String> = bad
        .iter()
        .map(|defect| without_values(&format!("{}: {}", defect.path(), defect.message())))
        .collect();
    let dropped = defects.iter().filter(|defect| defect.drops_row()).count();
    if rows.len() + dropped != raw.len() {
        problems.push("the number of rows is another one".to_owned());
    }
    let reported = |index, field: &str| {
        defects.iter().any(|defect| {
            let mut parts = defect.path().split(['.', '[', ']']);
            defect.index() == Some(index) && parts.any(|part| part == field)
        })
    };
    let mut next = 0;
    for row in rows {
        // The rows are in the order of the answer, with gaps for the dropped ones.
        let kept = raw_of(row).and_then(|text| exact(text).ok());
        let Some(skipped) = raw[next..]
            .iter()
            .position(|raw| Some(raw) == kept.as_ref())
        else {
            problems.push("the JSON of a row is not the one that was sent".to_owned());
            continue;
        };
        let index = next + skipped;
        next = index + 1;
        match serde_json::to_value(row) {
            Ok(read) => problems.extend(
                lost(&raw[index], &read)
                    .into_iter()
                    .filter(|(field, _)| !reported(index, field))
                    .map(|(field, value)| format!("{field}: {value} was lost")),
            ),
            Err(error) => problems.push(format!("a row cannot be written as JSON: {error}")),
        }
    }
    Read {
        rows: rows.len(),
        on_purpose: odd.len(),
        problems,
    }
}

/// The rows of the answer, read without the library.
async fn raw_rows(base_url: &str, endpoint: &str, seed: u32) -> Result<Vec<Value>, String> {
    let query = match endpoint {
        "offers" => String::new(),
        "conversions" => format!("&api_key={KEY}&subid=user-42"),
        _ => format!("&api_key={KEY}&start_date=2026-10-20&end_date=2026-11-18"),
    };
    let mut headers = preference(seed);
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(30))
        .default_headers(headers)
        .build()
        .map_err(|error| error.to_string())?;
    let answer = client
        .get(format!("{base_url}/api/{endpoint}?id={seed}{query}"))
        .send()
        .await
        .map_err(|error| error.to_string())?;
    let status = answer.status();
    let text = answer.text().await.map_err(|error| error.to_string())?;
    let body =
        exact(&text).map_err(|error| format!("Prism answered {status} without JSON: {error}"))?;
    let rows = body.get(endpoint).unwrap_or(&body);
    match (status.is_success(), rows) {
        (true, Value::Array(rows)) => Ok(rows.clone()),
        (true, _) => Err("Prism made an answer without rows".to_owned()),
        (false, _) => Err(format!("Prism answered {status}: {text}")),
    }
}

/// The header with which a call chooses the random answer.
fn preference(seed: u32) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(&format!("seed={seed}")) {
        headers.insert(HeaderName::from_static("prefer"), value);
    }
    headers
}

fn cause(error: Error) -> String {
    without_values(&error.to_string())
}

/// A message with `…` for what it quotes and `N` for its numbers, so that equal causes are counted
/// together.
fn without_values(message: &str) -> String {
    let mut text = String::new();
    for (index, part) in message.split(['"', '`']).enumerate() {
        if index % 2 == 1 {
            text.push('…');
            continue;
        }
        let mut digits = false;
        for c in part.chars() {
            if !c.is_ascii_digit() {
                text.push(c);
            } else if !digits {
                text.push('N');
            }
            digits = c.is_ascii_digit();
        }
    }
    text
}
