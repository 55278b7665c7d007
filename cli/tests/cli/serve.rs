//! `sandbox serve`: it prints its address, answers, and ends on Ctrl-C.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::support::{Outcome, cpalead, signal};

#[test]
#[cfg(unix)]
fn it_serves_until_it_is_asked_to_end() {
    for name in ["INT", "TERM", "HUP"] {
        let mut child = cpalead("sandbox serve --port 0 --seed 7 --offers 50").spawn();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let url = first.strip_prefix("listening on ").unwrap();
        let run = cpalead("offers --publisher-id 9 --output ndjson --base-url").arg(url);
        assert!(run.ends_with(0).out.lines().count() > 10);
        let rest: Vec<_> = lines.by_ref().take(2).map(Result::unwrap).collect();
        assert!(
            rest[1].starts_with(&format!("try: cpalead --base-url {url} ")),
            "{rest:?}"
        );
        signal(&child, name);
        let outcome = Outcome::of(child.wait_with_output().unwrap());
        assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let outcome = cpalead("sandbox serve --port")
        .arg(port.to_string())
        .ends_with(1);
    let begin = format!("error: cannot start the sandbox: cannot listen on 127.0.0.1:{port}: ");
    assert!(outcome.err.starts_with(&begin), "{}", outcome.err);
    cpalead("sandbox serve --offers 5001").ends_with(2);
}

#[test]
#[cfg(unix)]
fn a_fault_is_served_by_name() {
    let words = "sandbox serve --fault server-error --fault slow-answer:0 --offers 5";
    let mut child = cpalead(words).spawn();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let url = first.strip_prefix("listening on ").unwrap();
    let run = cpalead("offers --publisher-id 9 --base-url").arg(url);
    let err = run.ends_with(1).err;
    assert!(err.contains("internal server error"), "{err}");
    signal(&child, "TERM");
    child.wait().unwrap();
}

#[test]
fn the_faults_are_listed_with_what_they_do() {
    let out = cpalead("sandbox serve --list-faults").ends_with(0).out;
    assert_eq!(out.lines().count(), cpalead_sandbox::Fault::ALL.len());
    let line = "country-ignored\tOffers ignore `country`.\tdocumented: Offers API, country\n";
    assert!(out.contains(line), "{out}");
    let json = cpalead("sandbox serve --list-faults --output ndjson")
        .ends_with(0)
        .out;
    let line = r#"{"breaks":"Offers ignore `country`.","name":"country-ignored","source":"documented: Offers API, country"}"#;
    assert!(json.lines().any(|found| found == line), "{json}");
}

#[test]
fn a_wrong_fault_is_refused() {
    let list = "--list-faults prints the names";
    for (fault, message) in [
        ("x", "there is no fault \"x\""),
        ("cut-body:2", "\"2\" is not a number from 0 to 1"),
    ] {
        let outcome = cpalead("sandbox serve --fault").arg(fault).ends_with(2);
        let option = "--fault <NAME[:PROBABILITY]>";
        let expected =
            format!("error: invalid value '{fault}' for '{option}': {message}: {list}\n");
        assert_eq!(outcome.err, expected);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn under_nohup_it_outlives_its_terminal() {
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", r#"trap "" HUP; exec "$0" sandbox serve --offers 5"#])
        .arg(env!("CARGO_BIN_EXE_cpalead"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let url = first.strip_prefix("listening on ").unwrap();
    signal(&child, "HUP");
    let run = cpalead("offers --publisher-id 9 --base-url").arg(url);
    run.ends_with(0);
    signal(&child, "TERM");
    let outcome = Outcome::of(child.wait_with_output().unwrap());
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
}

#[test]
#[cfg(unix)]
fn an_added_conversion_is_posted_back() {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};

    let shop = TcpListener::bind("127.0.0.1:0").unwrap();
    let template = format!(
        "http://{}/cpa?l={{lead_id}}&k={{password}}",
        shop.local_addr().unwrap()
    );
    let words = "sandbox serve --offers 5 --admin --postback";
    let mut child = cpalead(words).arg(&template).spawn();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let address = first.strip_prefix("listening on http://").unwrap();
    let row = r#"{"subid": "u", "offer_id": 7, "lead_id": "l1"}"#;
    let request = format!(
        "POST /admin/conversions HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{row}",
        row.len()
    );
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(
        answer.ends_with(r#"{"status":"success","lead_id":"l1"}"#),
        "{answer}"
    );
    let (stream, _) = shop.accept().unwrap();
    let head = BufReader::new(stream).lines().next().unwrap().unwrap();
    let expected = "GET /cpa?l=l1&k=sandbox-postback-password HTTP/1.1";
    assert_eq!(head, expected);
    signal(&child, "TERM");
    child.wait().unwrap();
}

#[test]
fn postbacks_leave_this_machine_only_if_that_is_allowed() {
    let serve = || cpalead("sandbox serve --postback").arg("http://shop.example/?k=s3cr3t");
    let message = "error: cannot start the sandbox: postbacks to shop.example would leave this \
                   machine: use 127.0.0.1, or allow any host\n";
    assert_eq!(serve().ends_with(1).err, message);
    cpalead("sandbox serve --postback-to-any-host").ends_with(2);
}
