//! Owns the check with schemathesis: its run, and the judgement of what it reports.
//!
//! Schemathesis calls the sandbox with valid and invalid values of all parameters. It reports every
//! refusal of a valid call, even where a schema cannot express the rule that the call breaks. Such
//! rules are listed in `xtask/independent/explained.toml`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::time::Duration;

use serde::Deserialize;

use super::process::{finish, succeed};
use super::tools::Tools;
use super::workshop::Workshop;

const EXPLAINED: &str = include_str!("../../independent/explained.toml");

const RUNNING: Duration = Duration::from_secs(1800);

const OPERATIONS: [&str; 3] = [
    "GET /api/conversions",
    "GET /api/offers",
    "GET /api/reversals",
];

/// What schemathesis found, as `schemathesis_groups.py` prints it.
#[derive(Debug, Deserialize)]
struct Found {
    /// Calls of each operation.
    calls: BTreeMap<String, u64>,
    /// Why the run is not complete.
    errors: Vec<String>,
    failures: Vec<Group>,
}

/// Failures of one check of schemathesis with the same message in the answer.
#[derive(Debug, Deserialize)]
struct Group {
    check: String,
    operation: String,
    status: Option<u16>,
    /// The message of the answer, with `"…"` for what it quotes and `N` for its numbers.
    message: String,
    count: u64,
    /// The query of the shortest such call.
    example: String,
}

/// A failure that is not the sandbox's fault.
#[derive(Debug, Deserialize)]
struct Explanation {
    message: String,
    reason: String,
}

/// The explanations of `explained.toml`.
#[derive(Debug, Deserialize)]
struct Explained {
    /// Calls that match the schemas.
    refused: Vec<Explanation>,
    /// Calls that do not match them.
    accepted: Vec<Explanation>,
}

impl Explained {
    /// The check and the status of a failure, with the explanations that are possible for it.
    fn lists(&self) -> [(&'static str, u16, &[Explanation]); 2] {
        [
            ("positive_data_acceptance", 400, &self.refused),
            ("negative_data_rejection", 200, &self.accepted),
        ]
    }

    fn explain(&self, group: &Group) -> bool {
        self.lists().iter().any(|(check, status, list)| {
            group.check == *check
                && group.status == Some(*status)
                && list.iter().any(|it| it.message == group.message)
        })
    }

    /// The explanations that no failure needs.
    fn unused(&self, found: &Found) -> Vec<String> {
        let needed = |check: &str, it: &Explanation| {
            let same = |group: &Group| group.check == check && group.message == it.message;
            found.failures.iter().any(same)
        };
        let mut unused = Vec::new();
        for (check, _, list) in self.lists() {
            let list = list.iter().filter(|it| !needed(check, it));
            unused.extend(list.map(|it| {
                format!(
                    "no failure has the message `{}`: remove it from explained.toml ({})",
                    it.message, it.reason
                )
            }));
        }
        unused
    }
}

pub(super) fn schemathesis(workshop: &Workshop, tools: &Tools) -> Result<String, String> {
    let scratch = workshop.scratch("schemathesis")?;
    let settings = scratch.join("schemathesis.toml");
    let key = "[auth.openapi.api_key]\napi_key = \"sandbox-api-key\"\n";
    fs::write(&settings, key)
        .map_err(|error| format!("cannot write {}: {error}", settings.display()))?;
    let events = scratch.join("events.ndjson");

    // Few offers, because every answer is kept until the end of the run.
    let sandbox = workshop.sandbox(25)?;
    let mut command = tools.python("schemathesis");
    command
        .current_dir(&scratch)
        .arg("--config-file")
        .arg(settings);
    command.arg("run").arg(workshop.document());
    command.args(["--url", &sandbox.url, "--checks", "all", "--no-color"]);
    command.args([
        "--seed",
        "1",
        "--generation-database",
        "none",
        "--no-shrink",
    ]);
    command.args(["--max-examples", &workshop.size(150, 1_000).to_string()]);
    command.args(["--continue-on-failure", "--output-sanitize", "false"]);
    command
        .args(["--report", "ndjson", "--report-ndjson-path"])
        .arg(&events);
    let run = finish(&mut command, RUNNING)?;
    drop(sandbox);

    let mut groups = tools.python("python");
    groups
        .arg(workshop.script("schemathesis_groups.py"))
        .arg(&events);
    let printed = succeed(&mut groups, RUNNING)
        .map_err(|error| format!("{error}\nschemathesis:\n{}{}", run.stdout, run.stderr))?;
    let found: Found = serde_json::from_str(&printed)
        .map_err(|error| format!("schemathesis_groups.py printed other JSON: {error}"))?;
    let explained: Explained = toml::from_str(EXPLAINED)
        .map_err(|error| format!("xtask/independent/explained.toml: {error}"))?;
    // What was reported is in the message, and the report is large.
    let _ = fs::remove_file(events);
    let unused = if workshop.is_sample() {
        Vec::new()
    } else {
        explained.unused(&found)
    };
    judge(&found, &explained, unused)
}

/// Whether each failure is explained, and nothing else is wrong.
fn judge(found: &Found, explained: &Explained, unused: Vec<String>) -> Result<String, String> {
    let mut problems = found.errors.clone();
    let missing = OPERATIONS
        .iter()
        .filter(|name| !found.calls.contains_key(**name));
    problems.extend(missing.map(|name| format!("{name} was never called")));
    let mut count = 0;
    for group in &found.failures {
        if explained.explain(group) {
            count += group.count;
            continue;
        }
        let mut problem = format!("{} times {}: {}", group.count, group.operation, group.check);
        if let Some(status) = group.status {
            // Writing to a `String` cannot fail.
            let _ = write!(problem, ": {status} {}", group.message);
        }
        let _ = write!(problem, "\n    for example {}", group.example);
        problems.push(problem);
    }
    problems.extend(unused);
    let calls: u64 = found.calls.values().sum();
    if problems.is_empty() {
        Ok(format!(
            "{calls} calls, no unexplained failure, {count} failures that explained.toml explains"
        ))
    } else {
        Err(format!(
            "{} problems in {calls} calls:\n{}",
            problems.len(),
            problems.join("\n")
        ))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{EXPLAINED, Explained, Found, judge};

    const REFUSED: &str = "positive_data_acceptance";
    const ACCEPTED: &str = "negative_data_rejection";

    fn explained() -> Explained {
        serde_json::from_value(json!({
            "refused": [{ "message": "too late", "reason": "Two parameters." }],
            "accepted": [{ "message": "empty", "reason": "It is missing." }],
        }))
        .unwrap()
    }

    fn found(failures: &Value) -> Found {
        let calls = json!({
            "GET /api/conversions": 10, "GET /api/offers": 20, "GET /api/reversals": 30,
        });
        let found = json!({ "calls": calls, "errors": [], "failures": failures });
        serde_json::from_value(found).unwrap()
    }

    fn group(check: &str, status: u16, message: &str) -> Value {
        json!({
            "check": check, "operation": "GET /api/reversals", "status": status,
            "message": message, "count": 4, "example": "id=1",
        })
    }

    #[track_caller]
    fn check(check: &str, status: u16, message: &str, expected: Result<&str, &str>) {
        let found = found(&json!([group(check, status, message)]));
        let judged = judge(&found, &explained(), Vec::new());
        assert_eq!(judged.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn explained_failures_pass() {
        let passed = "60 calls, no unexplained failure, 4 failures that explained.toml explains";
        check(REFUSED, 400, "too late", Ok(passed));
        check(ACCEPTED, 200, "empty", Ok(passed));
    }

    #[test]
    fn an_explanation_is_for_one_check_one_status_and_one_message() {
        let problem = |what: &str| {
            format!(
                "1 problems in 60 calls:\n4 times GET /api/reversals: {what}\n    for example id=1"
            )
        };
        for (name, status, message) in [
            (REFUSED, 400, "too late!"),
            (REFUSED, 500, "too late"),
            (REFUSED, 400, "empty"),
            ("not_a_server_error", 500, "too late"),
        ] {
            let what = problem(&format!("{name}: {status} {message}"));
            check(name, status, message, Err(&what));
        }
    }

    #[test]
    fn an_explanation_that_nothing_needs_is_named() {
        let found = found(&json!([group(REFUSED, 400, "too late")]));
        let unused = explained().unused(&found);
        assert_eq!(
            unused,
            ["no failure has the message `empty`: remove it from explained.toml (It is missing.)"]
        );
        assert_eq!(
            judge(&found, &explained(), unused).unwrap_err(),
            "1 problems in 60 calls:\n\
             no failure has the message `empty`: remove it from explained.toml (It is missing.)"
        );
    }

    #[test]
    fn an_incomplete_run_is_a_problem() {
        let mut found = found(&json!([]));
        found.calls.remove("GET /api/offers");
        found.errors.push("schemathesis stopped".to_owned());
        assert_eq!(
            judge(&found, &explained(), Vec::new()).unwrap_err(),
            "2 problems in 40 calls:\nschemathesis stopped\nGET /api/offers was never called"
        );
    }

    #[test]
    fn each_explanation_has_a_message_and_a_reason() {
        let explained: Explained = toml::from_str(EXPLAINED).unwrap();
        for it in explained.refused.iter().chain(&explained.accepted) {
            assert!(!it.message.is_empty() && it.reason.ends_with('.'), "{it:?}");
        }
    }
}
