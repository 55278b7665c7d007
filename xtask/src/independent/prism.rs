//! Owns the check with Prism: the library reads random answers that Prism makes from the document.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use super::process::{Server, succeed};
use super::tools::Tools;
use super::workshop::{Program, Workshop};

const STARTING: Duration = Duration::from_secs(60);

const READING: Duration = Duration::from_secs(600);

/// As many in a sample: they take seconds.
const ANSWERS: u32 = 1_000;

pub(super) fn prism(workshop: &Workshop, tools: &Tools) -> Result<String, String> {
    let mut reader = workshop.program(Program::PrismReader)?;
    // Each call names its seed in a header, so the answers are the same in every run.
    let server = serve(workshop, tools, &["--dynamic"])?;
    reader.args([&server.url, &ANSWERS.to_string()]);
    let printed = succeed(&mut reader, READING)?;
    Ok(printed.trim_end().to_owned())
}

/// Starts Prism as a server that makes answers from the document.
pub(super) fn serve(
    workshop: &Workshop,
    tools: &Tools,
    options: &[&str],
) -> Result<Server, String> {
    let port = free_port().map_err(|error| format!("no loopback port is free: {error}"))?;
    let mut command = tools.node("@stoplight/prism-cli/dist/index.js");
    command.arg("mock").args(options);
    command.args(["--host", "127.0.0.1"]);
    command
        .args(["--port", &port.to_string()])
        .arg(workshop.document());
    Server::start(&mut command, address, STARTING)
}

/// The address in the line that Prism prints when it is ready.
fn address(line: &str) -> Option<&str> {
    let (_, address) = line.split_once("Prism is listening on ")?;
    address.split_whitespace().next()
}

/// Prism does not choose a port itself.
fn free_port() -> std::io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn the_address_is_read_from_the_line_that_prism_prints() {
        let line = "[7:02:11 PM] › [CLI] ▶  start     Prism is listening on http://127.0.0.1:4099";
        assert_eq!(address(line), Some("http://127.0.0.1:4099"));
        assert_eq!(
            address("[7:02:10 PM] › [CLI] …  awaiting  Starting Prism…"),
            None
        );
    }
}
