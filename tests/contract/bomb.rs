//! A body of 256 MiB of zeros, compressed to a quarter of a megabyte, is refused and never held in
//! memory.

use std::io::Write as _;
use std::process::Command;

use cpalead::RetryPolicy;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::raw_server::{RawServer, answer};
use crate::support::builder;

/// Set in the process that is measured; its value is the cap in bytes.
const MEASURED: &str = "CPALEAD_TEST_BOMB_CAP";

const SIZE: usize = 256 << 20;

/// How many bytes the process may need in addition to the body: buffers, threads, decompression.
const SLACK: u64 = 16 << 20;

fn zeros_in_gzip() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![0; 1 << 20];
    for _ in 0..SIZE / zeros.len() {
        encoder.write_all(&zeros).expect("memory");
    }
    encoder.finish().expect("memory")
}

/// The most memory that this process ever used, in bytes.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("procfs");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .expect("a peak");
    let kilobytes = line.trim().trim_end_matches(" kB").trim();
    kilobytes.parse::<u64>().expect("a number") << 10
}

/// Measures a separate process, so that the memory of other tests is not counted.
#[test]
#[cfg(target_os = "linux")]
fn a_bomb_costs_no_more_memory_than_the_cap() {
    let own = std::env::current_exe().expect("this program");
    for cap in [1_u64 << 20, 32 << 20] {
        let output = Command::new(&own)
            .args(["--exact", "bomb::measured", "--nocapture"])
            .env(MEASURED, cap.to_string())
            .output()
            .expect("this program runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let figure = said
            .lines()
            .find(|line| line.contains("bomb:"))
            .expect("a figure");
        println!("{figure}");
    }
}

/// The process that the test above measures; it does nothing when it runs with the other tests.
#[tokio::test]
#[cfg(target_os = "linux")]
async fn measured() {
    let Ok(cap) = std::env::var(MEASURED) else {
        return;
    };
    let cap: u64 = cap.parse().expect("a number");
    let bomb = zeros_in_gzip();
    let travels = bomb.len();
    let server = RawServer::saying(answer("200 OK", &[("content-encoding", "gzip")], &bomb));
    let client = builder(&server.base_url())
        .max_body(cap)
        .retry(RetryPolicy::none())
        .build()
        .expect("a client");
    // A first call allocates what every call needs once, so that it is not counted below.
    let small = RawServer::saying(answer("404 Not Found", &[], b""));
    let warm = builder(&small.base_url()).build().expect("a client");
    warm.offers().await.expect_err("nothing there");

    let before = peak();
    let error = client.offers().await.expect_err("too large");
    let grown = peak() - before;
    println!(
        "bomb: {SIZE} bytes as {travels}, cap {cap}: the peak grew by {} kB, allowed are {} kB",
        grown >> 10,
        (cap + SLACK) >> 10
    );
    assert!(error.is_too_large(), "{error}");
    assert!(grown <= cap + SLACK, "{grown}");
}

#[tokio::test]
async fn an_answer_of_exactly_the_cap_is_read_and_one_byte_more_is_not() {
    let body = format!(r#"{{"status":"success","offers":[]{}}}"#, " ".repeat(1000));
    let cap = body.len() as u64;
    for (encoding, bytes) in [
        ("identity", body.clone().into_bytes()),
        ("gzip", crate::faults::gzip(body.as_bytes())),
    ] {
        let server = RawServer::saying(answer("200 OK", &[("content-encoding", encoding)], &bytes));
        let capped = |cap| {
            builder(&server.base_url())
                .max_body(cap)
                .build()
                .expect("a client")
        };
        assert!(capped(cap).offers().await.expect("an answer").is_empty());
        let error = capped(cap - 1).offers().await.expect_err("too large");
        assert!(error.is_too_large(), "{error}");
    }
}
