//! Helpers of the tests: sandboxes, calls, and their answers.

use std::future::Future;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use cpalead_sandbox::{Sandbox, SandboxBuilder};
use serde_json::Value;

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) retry_after: Option<String>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn message(&self) -> String {
        let json = self.json();
        assert_eq!(json["status"], "error");
        json["message"].as_str().unwrap().to_owned()
    }

    pub(crate) fn list(&self, name: &str) -> Vec<Value> {
        self.json()[name].as_array().unwrap().clone()
    }
}

pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

pub(crate) fn sandbox() -> Sandbox {
    wait(Sandbox::start()).unwrap()
}

pub(crate) fn started(builder: SandboxBuilder) -> Sandbox {
    wait(builder.start()).unwrap()
}

pub(crate) fn call(sandbox: &Sandbox, path_and_query: &str) -> Answer {
    call_as(sandbox, path_and_query, "test")
}

pub(crate) fn call_as(sandbox: &Sandbox, path_and_query: &str, user_agent: &str) -> Answer {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    let agent = ureq::Agent::new_with_config(config.build());
    let url = format!("{}{path_and_query}", sandbox.base_url());
    let request = agent.get(&url).header("User-Agent", user_agent);
    let mut response = request.call().unwrap();
    let header = |name: &str| {
        let value = response.headers().get(name)?;
        Some(value.to_str().unwrap().to_owned())
    };
    let (content_type, retry_after) = (header("content-type").unwrap(), header("retry-after"));
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(32 << 20);
    Answer {
        status,
        content_type,
        retry_after,
        text: body.read_to_string().unwrap(),
    }
}

/// The host and the port of the sandbox.
pub(crate) fn address(sandbox: &Sandbox) -> &str {
    sandbox.base_url().strip_prefix("http://").unwrap()
}

/// Sends exactly these bytes and returns everything that the server sends until it closes the
/// connection.
pub(crate) fn raw(sandbox: &Sandbox, request: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address(sandbox)).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut out = Vec::new();
    stream.read_to_end(&mut out).unwrap();
    out
}

pub(crate) fn offers(sandbox: &Sandbox, query: &str) -> Vec<Value> {
    let answer = call(sandbox, &format!("/api/offers?id=3360001&{query}"));
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.list("offers")
}

#[track_caller]
pub(crate) fn refused(path_and_query: &str, status: u16, message: &str) {
    let answer = call(&sandbox(), path_and_query);
    assert_eq!(answer.status, status, "{path_and_query}");
    assert_eq!(answer.content_type, "application/json; charset=utf-8");
    assert_eq!(answer.message(), message);
}

pub(crate) fn conversions(sandbox: &Sandbox, query: &str) -> Vec<Value> {
    let key = sandbox.api_key();
    let answer = call(
        sandbox,
        &format!("/api/conversions?id=1&api_key={key}&{query}"),
    );
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.list("conversions")
}
