//! Postbacks: what the sandbox sends for an added conversion, and how often.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use cpalead_sandbox::{PostbackAttempt, Sandbox, SandboxBuilder};

use crate::support::{call, started, wait};

/// How long something that happens soon may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A receiver of postbacks on a free port, with the template that leads to it.
fn receiver(query: &str) -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let template = format!("http://{}/cpa?{query}", listener.local_addr().unwrap());
    (listener, template)
}

/// Takes the next call and answers it. Returns its head.
fn take(listener: &TcpListener, answer: &str) -> String {
    listener.set_nonblocking(true).unwrap();
    let (mut stream, _) = soon(|| listener.accept().ok());
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = head(&stream);
    stream.write_all(answer.as_bytes()).unwrap();
    head
}

/// Asks again and again until there is something.
fn soon<T>(ask: impl Fn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "there was nothing within {PATIENCE:?}"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn head(stream: &TcpStream) -> String {
    let lines = BufReader::new(stream).lines().map(Result::unwrap);
    let lines = lines.take_while(|line| !line.is_empty());
    lines.map(|line| line + "\n").collect()
}

fn answer(status: u16) -> String {
    format!("HTTP/1.1 {status} x\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
}

/// The attempts as soon as there are so many.
fn attempts(sandbox: &Sandbox, count: usize) -> Vec<PostbackAttempt> {
    soon(|| Some(sandbox.postbacks()).filter(|attempts| attempts.len() >= count))
}

fn fast() -> SandboxBuilder {
    Sandbox::builder().speed(u32::MAX).offers(0)
}

#[test]
fn an_added_conversion_is_posted_back_with_its_values() {
    let (listener, template) = receiver(
        "u={subid}&s={subid2}&l={lead_id}&o={campaign_id}&n={campaign_name}&p={payout}&k={password}\
         &e={event_key}&m={event_payout}&c={country_iso}&x={click_id}&currency=USD",
    );
    let builder = fast().postback(template).postback_password("p&w");
    let sandbox = started(builder.offer(r#"{"id":7,"title":"A <b>&amp; B","amount":0.5}"#));
    sandbox
        .add_chosen_conversion(
            r#"{"subid":"a b","subid2":"é","offer_id":7,"lead_id":"l+1","event_payout":0.2}"#,
        )
        .unwrap();
    let head = take(&listener, &answer(200));
    let host = listener.local_addr().unwrap();
    let query = |password: &str| {
        format!(
            "/cpa?u=a%20b&s=%C3%A9&l=l%2B1&o=7&n=A%20%3Cb%3E%26amp%3B%20B&p=0.50&k={password}\
             &e=&m=0.2&c=US&x=%7Bclick_id}}&currency=USD"
        )
    };
    assert_eq!(
        head,
        format!(
            "GET {} HTTP/1.1\nhost: {host}\nuser-agent: cpalead-sandbox\nconnection: close\n",
            query("p%26w")
        )
    );
    let attempts = attempts(&sandbox, 1);
    assert_eq!(attempts[0].url, format!("http://{host}{}", query("***")));
    assert_eq!((attempts[0].number, attempts[0].status), (1, Some(200)));
    assert_eq!(attempts[0].lead_id, "l+1");
    let debug = format!("{sandbox:?} {attempts:?}");
    assert!(
        !debug.contains("p&w") && !debug.contains("p%26w"),
        "{debug}"
    );
}

#[track_caller]
fn check(answers: &[&str], expected: &[Option<u16>]) {
    let (listener, template) = receiver("l={lead_id}");
    let sandbox = started(fast().postback(template));
    sandbox.add_conversion("u", 7);
    let heads: Vec<String> = answers
        .iter()
        .map(|answer| take(&listener, answer))
        .collect();
    assert!(heads.iter().all(|head| *head == heads[0]));
    let found = attempts(&sandbox, expected.len());
    let statuses: Vec<Option<u16>> = found.iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, expected);
    let numbers: Vec<u32> = found.iter().map(|attempt| attempt.number).collect();
    assert!(
        numbers.iter().copied().eq(1..=expected.len() as u32),
        "{numbers:?}"
    );
}

#[test]
fn what_may_pass_is_sent_again_until_it_is_answered() {
    let failures = [503, 429, 425, 408].map(answer);
    let mut answers: Vec<&str> = failures.iter().map(String::as_str).collect();
    let ok = answer(204);
    answers.push(&ok);
    check(
        &answers,
        &[Some(503), Some(429), Some(425), Some(408), Some(204)],
    );
    // The connection is closed without an answer, or with half of one.
    check(&["", "HTTP/1.1 20", &ok], &[None, None, Some(204)]);
}

#[test]
fn the_fifth_attempt_is_the_last() {
    let down = answer(500);
    check(&[down.as_str(); 5], &[Some(500); 5]);
}

#[test]
fn a_refusal_and_a_redirect_end_it() {
    for status in [302, 403, 422] {
        check(&[&answer(status)], &[Some(status)]);
    }
}

#[test]
fn the_waits_are_as_long_as_the_clock_says() {
    let (listener, template) = receiver("l={lead_id}");
    let sandbox = started(fast().speed(600).postback(template));
    sandbox.add_conversion("u", 7);
    take(&listener, &answer(503));
    take(&listener, &answer(200));
    let attempts = attempts(&sandbox, 2);
    // A minute is a tenth of a second at this speed.
    let waited = attempts[1].sent - attempts[0].sent;
    assert!(waited >= Duration::from_millis(100), "{waited:?}");
}

#[test]
fn the_attempts_are_listed_for_an_admin() {
    let (listener, template) = receiver("l={lead_id}&k={password}");
    let host = listener.local_addr().unwrap();
    let sandbox = started(fast().open_admin().postback(template));
    let lead = sandbox.add_conversion("u", 7);
    take(&listener, &answer(403));
    attempts(&sandbox, 1);
    let expected = format!(
        r#"{{"status":"success","postbacks":[{{"lead_id":"{lead}","url":"http://{host}/cpa?l={lead}&k=***","attempt":1,"status":403}}]}}"#
    );
    assert_eq!(call(&sandbox, "/admin/postbacks").text, expected);
}

#[test]
fn a_wrong_template_is_an_error_when_the_sandbox_starts() {
    let error = wait(fast().postback("http://shop.example/?k=s3cr3t").start()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "postbacks to shop.example would leave this machine: use 127.0.0.1, or allow any host"
    );
    let builder = fast()
        .postback("http://shop.example/")
        .postback_to_any_host();
    wait(wait(builder.start()).unwrap().stop());
}
