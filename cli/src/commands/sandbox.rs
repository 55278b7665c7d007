//! `cpalead sandbox serve`: runs the stand-in provider until Ctrl-C.

use cpalead_sandbox::{Fault, Sandbox};
use serde_json::json;

use crate::args::{Format, Global, ServeArgs};
use crate::failure::Failure;
use crate::output;
use crate::signals;

pub(crate) async fn serve(args: ServeArgs, global: &Global) -> Result<(), Failure> {
    let format = global.output;
    if args.list_faults {
        return list_faults(format);
    }
    let builder = Sandbox::builder()
        .port(args.port)
        .seed(args.seed)
        .offers(args.offers.into())
        .speed(global.speed.unwrap_or(1));
    let faults = args.fault.into_iter();
    let mut builder = faults.fold(builder, |builder, (fault, p)| builder.fault(fault, p));
    if args.admin {
        builder = builder.open_admin();
    }
    if let Some(template) = args.postback {
        builder = builder.postback(template);
    }
    if args.postback_to_any_host {
        builder = builder.postback_to_any_host();
    }
    let sandbox = builder
        .start()
        .await
        .map_err(|error| Failure::system(format!("cannot start the sandbox: {error}")))?;
    // A reader may send the signal as soon as it has read the address, so listening starts first.
    let end = signals::stop();
    announce(&sandbox, format)?;
    end.await;
    sandbox.stop().await;
    Ok(())
}

/// Prints each fault on a line: its name, what it does, and its source.
fn list_faults(format: Option<Format>) -> Result<(), Failure> {
    let line = |fault: &Fault| {
        let (name, breaks, source) = (fault.name(), fault.breaks(), fault.source());
        match format {
            Some(Format::Json | Format::Ndjson) => {
                let line = json!({"name": name, "breaks": breaks, "source": source});
                format!("{line}\n")
            }
            _ => format!("{name}\t{breaks}\t{source}\n"),
        }
    };
    output::write_text(&Fault::ALL.iter().map(line).collect::<String>())
}

/// Prints the address and how to call it. The key is a constant of the sandbox and not a secret.
fn announce(sandbox: &Sandbox, format: Option<Format>) -> Result<(), Failure> {
    let (url, id) = (sandbox.base_url(), Sandbox::DEFAULT_PUBLISHER_ID);
    let text = match format {
        Some(Format::Json | Format::Ndjson) => {
            json!({"base_url": url, "publisher_id": id, "api_key": sandbox.api_key()}).to_string()
        }
        _ => format!(
            "listening on {url}\n\
             any publisher id works; the api key is {}\n\
             try: cpalead --base-url {url} --publisher-id {id} offers --country US --limit 5",
            sandbox.api_key()
        ),
    };
    output::write_text(&format!("{text}\n"))
}
