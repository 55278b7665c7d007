//! What the tests share: a sandbox with a fast clock, and runs against it.

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cpalead_conformance::{Catalogue, Plan, Publisher, Questions, Report, Target};
use cpalead_sandbox::Sandbox;
use jiff::civil::date;

/// The sandbox's minute is 0.6 s long.
const SPEED: u32 = 100;
const INTERVAL: Duration = Duration::from_millis(650);

pub(crate) const KEY: &str = cpalead_sandbox::DEFAULT_API_KEY;

pub(crate) async fn start(offers: usize) -> Sandbox {
    Sandbox::builder()
        .offers(offers)
        .speed(SPEED)
        .start()
        .await
        .unwrap()
}

pub(crate) fn publisher() -> Publisher {
    Publisher::new(cpalead_sandbox::DEFAULT_PUBLISHER_ID).api_key(KEY)
}

pub(crate) fn questions() -> Questions {
    Questions::new("user-42", date(2026, 11, 20))
}

pub(crate) fn server(base_url: &str) -> Target {
    Target::server(base_url, &publisher())
        .unwrap()
        .interval(INTERVAL)
}

pub(crate) async fn plan(target: Target, prefixes: &[&str]) -> Plan {
    let catalogue = Catalogue::bundled().unwrap().select(prefixes);
    catalogue.plan(target, questions()).await.unwrap()
}

pub(crate) async fn run(target: Target, prefixes: &[&str]) -> Report {
    plan(target, prefixes)
        .await
        .run(|_| {}, std::future::pending())
        .await
        .unwrap()
}

/// The verdicts that are not `passed`, with their ids.
pub(crate) fn others(report: &Report) -> Vec<String> {
    let others = report
        .results()
        .iter()
        .filter(|entry| entry.verdict().name() != "passed");
    others
        .map(|entry| {
            format!(
                "{} {} {:?}",
                entry.verdict().name(),
                entry.id(),
                entry.verdict()
            )
        })
        .collect()
}

/// The recordings of this package.
pub(crate) fn recordings() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings")
}

/// The address of a server that answers each connection with a function of the request's head.
pub(crate) fn answering(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || {
                let mut stream = stream;
                let (mut head, mut buffer) = (Vec::new(), [0; 1024]);
                while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                    match stream.read(&mut buffer) {
                        Ok(count @ 1..) => head.extend(&buffer[..count]),
                        _ => return,
                    }
                }
                answer(&String::from_utf8_lossy(&head), &mut stream);
            });
        }
    });
    format!("http://{address}")
}
