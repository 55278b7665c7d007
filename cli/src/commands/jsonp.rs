//! `cpalead jsonp`: a filter from standard input to standard output.

use std::io::{self, Read};

use cpalead::jsonp;

use crate::args::JsonpCommand;
use crate::failure::Failure;
use crate::output;

/// The largest input, in bytes: the same limit that the client has for an answer.
const MAX_BYTES: u64 = 32 << 20;

pub(crate) fn run(command: &JsonpCommand) -> Result<(), Failure> {
    let text = read(io::stdin().lock())?;
    let done = match command {
        JsonpCommand::Wrap { callback } => {
            let json = text.strip_prefix('\u{feff}').unwrap_or(&text);
            jsonp::wrap(callback, json).map_err(|error| error.to_string())
        }
        JsonpCommand::Unwrap { callback } => unwrap(&text, callback.as_ref()),
    };
    let done = done.map_err(Failure::input)?;
    output::write_text(&format!("{done}\n"))
}

/// The JSON inside the call. It is parsed to its end, to be sure that the call has one argument and
/// that nothing follows it.
fn unwrap(text: &str, callback: Option<&jsonp::Callback>) -> Result<String, String> {
    let json = jsonp::unwrap(text, callback).map_err(|error| error.to_string())?;
    match serde_json::from_str::<serde::de::IgnoredAny>(json) {
        Ok(_) => Ok(json.to_owned()),
        Err(error) => Err(format!(
            "the text inside is not exactly one JSON value: look at line {}, column {} of it",
            error.line(),
            error.column()
        )),
    }
}

fn read(reader: impl Read) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = reader.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::system(format!("cannot read standard input: {error}")))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Failure::input(format!(
            "standard input is larger than {MAX_BYTES} bytes"
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::input(format!("standard input is not UTF-8 from byte {at} on"))
    })
}
