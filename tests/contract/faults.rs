//! Every way in which an answer can be wrong, and the error that each one causes. The table in the
//! snapshot is the specification.

mod broken;
mod bytes;
mod whole;

use std::sync::Arc;
use std::time::Duration;

use cpalead::{Client, Error};
use httpmock::MockServer;

use crate::raw_server::{Exchange, RawServer};
use crate::support::{Always, CountingClock, UNREACHABLE, builder, portable};

pub(crate) use bytes::gzip;

/// One fault: what the server does instead of sending a good answer.
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    pub(crate) serve: Serve,
    patience: Patience,
}

/// How long a client waits for a server with a fault.
#[derive(Clone, Copy)]
enum Patience {
    /// Longer than any machine takes to answer.
    Ample,
    /// Only as long as needed, for a server that never finishes its answer.
    Short,
}

impl Patience {
    /// The read timeout, and the timeout of a whole attempt.
    fn limits(self) -> (Duration, Duration) {
        match self {
            Patience::Ample => (Duration::from_secs(30), Duration::from_secs(30)),
            Patience::Short => (Duration::from_millis(600), Duration::from_millis(900)),
        }
    }
}

/// How the server causes a fault.
pub(crate) enum Serve {
    /// A whole answer.
    Whole {
        status: u16,
        headers: Vec<(&'static str, &'static str)>,
        body: Vec<u8>,
    },
    /// Bytes that no HTTP library would send.
    Raw(Arc<dyn Fn(Exchange) + Send + Sync>),
    /// No server at the address.
    Nobody,
}

impl Fault {
    fn whole(
        name: &'static str,
        status: u16,
        headers: &[(&'static str, &'static str)],
        body: impl Into<Vec<u8>>,
    ) -> Fault {
        let serve = Serve::Whole {
            status,
            headers: headers.to_vec(),
            body: body.into(),
        };
        Fault {
            name,
            serve,
            patience: Patience::Ample,
        }
    }

    fn raw(name: &'static str, serve: impl Fn(Exchange) + Send + Sync + 'static) -> Fault {
        Fault {
            name,
            serve: Serve::Raw(Arc::new(serve)),
            patience: Patience::Ample,
        }
    }

    /// A fault that only a time limit ends.
    fn hanging(name: &'static str, serve: impl Fn(Exchange) + Send + Sync + 'static) -> Fault {
        Fault {
            patience: Patience::Short,
            ..Fault::raw(name, serve)
        }
    }
}

fn all() -> Vec<Fault> {
    let no_server = Fault {
        name: "nobody listens",
        serve: Serve::Nobody,
        patience: Patience::Ample,
    };
    [no_server]
        .into_iter()
        .chain(broken::faults())
        .chain(whole::faults())
        .collect()
}

/// The endpoint that a test calls.
#[derive(Clone, Copy, Debug)]
enum Call {
    Offers,
    Conversions,
    Reversals,
}

impl Call {
    async fn make(self, client: &Client) -> Result<String, Error> {
        let day = jiff::civil::date(2026, 1, 2);
        match self {
            Call::Offers => client.offers().await.map(|list| format!("{list:?}")),
            Call::Conversions => {
                let report = client.conversions("user-42").await;
                report.map(|report| format!("{report:?}"))
            }
            Call::Reversals => {
                let windows = client.reversals(day..=day).await;
                windows.map(|windows| format!("{windows:?}"))
            }
        }
    }
}

/// The error that a fault caused, and the number of attempts.
struct Outcome {
    error: Error,
    attempts: usize,
}

async fn outcome(fault: &Fault, call: Call) -> Outcome {
    let clock = CountingClock::new();
    let (silence, whole) = fault.patience.limits();
    let made = |base_url: &str| {
        builder(base_url)
            .api_key("0123456789abcdef")
            .clock(Arc::new(clock.clone()))
            .jitter(Arc::new(Always(u64::MAX)))
            .read_timeout(silence)
            .timeout(whole)
            .max_body(64 << 10)
            .build()
            .expect("a client")
    };
    let (result, attempts) = match &fault.serve {
        Serve::Whole {
            status,
            headers,
            body,
        } => {
            let server = MockServer::start_async().await;
            let mock = server
                .mock_async(|when, then| {
                    when.any_request();
                    let mut then = then.status(*status).body(body);
                    for (name, value) in headers {
                        then = then.header(*name, *value);
                    }
                })
                .await;
            let result = call.make(&made(&server.base_url())).await;
            (result, mock.calls_async().await)
        }
        Serve::Raw(serve) => {
            let serve = Arc::clone(serve);
            let server = RawServer::start(move |exchange| serve(exchange));
            let result = call.make(&made(&server.base_url())).await;
            (result, server.heads().len())
        }
        // Without a server, attempts are counted by the waits between them.
        Serve::Nobody => {
            let result = call.make(&made(UNREACHABLE)).await;
            (result, clock.waits().len() + 1)
        }
    };
    match result {
        Ok(answer) => panic!("{}: no error but {answer}", fault.name),
        Err(error) => Outcome { error, attempts },
    }
}

fn row(fault: &Fault, Outcome { error, attempts }: &Outcome) -> String {
    let status = error
        .status()
        .map_or("-".to_owned(), |status| status.to_string());
    let retry_after = error
        .retry_after()
        .map_or("-".to_owned(), |wait| format!("{} s", wait.as_secs()));
    let counted = if error.may_have_counted() {
        "yes"
    } else {
        "no"
    };
    format!(
        "{:<42} | {:<12} | {status:<6} | {retry_after:<11} | {counted:<16} | {attempts:<8} | {}",
        fault.name,
        error.kind(),
        portable(&error.to_string()),
    )
}

#[tokio::test]
async fn each_fault_causes_the_error_in_the_table() {
    let mut table = vec![
        "fault                                      | kind         | status | retry_after | may_have_counted | attempts | message"
            .to_owned(),
    ];
    for fault in all() {
        let outcome = outcome(&fault, Call::Offers).await;
        table.push(row(&fault, &outcome));
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("fault_table", table.join("\n"));
    });
}

#[tokio::test]
async fn a_limited_call_is_made_once_unless_nothing_was_sent_or_the_provider_asks_for_patience() {
    for call in [Call::Conversions, Call::Reversals] {
        for fault in all() {
            let Outcome { error, attempts } = outcome(&fault, call).await;
            let sent = !matches!(fault.serve, Serve::Nobody);
            let expected = match call {
                _ if !sent => 3,
                // A range waits for its next minute, three times, when the provider asks for it.
                Call::Reversals if error.is_rate_limited() => 4,
                _ => 1,
            };
            // An hour is longer than the client waits.
            let is_long = error.retry_after().is_some_and(|wait| wait.as_secs() > 65);
            let expected = if is_long { 1 } else { expected };
            assert_eq!(attempts, expected, "{call:?}, {}: {error}", fault.name);
            assert_eq!(error.may_have_counted(), sent, "{}", fault.name);
        }
    }
}

#[tokio::test]
async fn the_error_of_a_whole_answer_keeps_its_status_and_its_retry_after() {
    for mut fault in whole::faults() {
        let Serve::Whole {
            status, headers, ..
        } = &mut fault.serve
        else {
            panic!("{}: no whole answer", fault.name);
        };
        let status = *status;
        headers.retain(|(name, _)| *name != "retry-after");
        headers.push(("retry-after", "90"));
        let error = outcome(&fault, Call::Offers).await.error;
        assert_eq!(error.status(), Some(status), "{}: {error}", fault.name);
        let expected = Some(Duration::from_secs(90));
        assert_eq!(error.retry_after(), expected, "{}: {error}", fault.name);
    }
}

#[tokio::test]
async fn excerpts_are_short_and_printable_and_only_where_there_was_a_body() {
    for fault in all() {
        let Outcome { error, .. } = outcome(&fault, Call::Offers).await;
        let excerpt = error.excerpt().unwrap_or_default();
        assert!(excerpt.chars().count() <= 200, "{}: {excerpt}", fault.name);
        assert!(
            !excerpt.chars().any(char::is_control),
            "{}: {excerpt}",
            fault.name
        );
        assert!(
            !error.to_string().chars().any(char::is_control),
            "{}",
            fault.name
        );
        assert!(
            error.to_string().chars().count() <= 500,
            "{}: {error}",
            fault.name
        );
    }
}

#[tokio::test]
async fn an_html_page_keeps_its_beginning_as_the_excerpt() {
    let page = whole::faults()
        .into_iter()
        .find(|fault| fault.name == "html, 502")
        .expect("that fault");
    let Outcome { error, .. } = outcome(&page, Call::Offers).await;
    assert_eq!(
        error.excerpt(),
        Some(
            "<!DOCTYPE html> <html><head><title>Just a moment...</title></head> \
             <body><h1>Checking your browser</h1></body></html>"
        )
    );
}
