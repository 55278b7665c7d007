//! Owns the tests of the command: its output, its end, and the options that it refuses.
#![cfg(all(unix, feature = "command"))]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_cpalead-sandbox"))
}

#[test]
fn it_prints_its_address_and_ends_on_ctrl_c() {
    let mut child = command()
        .args([
            "--seed",
            "3",
            "--offers",
            "7",
            "--speed",
            "60",
            "--fault",
            "slow-answer:0",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let base = line.strip_prefix("listening on ").unwrap().trim_end();
    assert!(base.starts_with("http://127.0.0.1:"), "{line}");

    let query = "id=1&type=cpa,cpi,cpe,cpr&offerwall_offers=true";
    let answer = ureq::get(format!("{base}/api/offers?{query}")).call();
    let text = answer.unwrap().body_mut().read_to_string().unwrap();
    assert_eq!(text, cpalead_sandbox::catalogue_json(3, 7, 1));

    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_wrong_option_is_an_error() {
    let check = |args: &[&str], status: i32, message: &str| {
        let output = command().args(args).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{text}");
        assert!(text.contains(message), "{text}");
    };
    check(&["--port", "65536"], 2, "65536");
    check(&["--offers", "5001"], 2, "5001");
    check(&["--speed", "0"], 2, "--speed");
    check(&["--api-key", "x"], 2, "--api-key");
    check(
        &["--fault", "x"],
        2,
        "there is no fault \"x\": --list-faults",
    );
    check(&["--fault", "cut-body:2"], 2, "\"2\" is not a number");
}

#[test]
fn the_faults_are_listed() {
    let output = command().arg("--list-faults").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), cpalead_sandbox::Fault::ALL.len());
    assert!(text.starts_with("too-many-requests\tAnswers 429 with `Retry-After`.\tinferred\n"));
}
