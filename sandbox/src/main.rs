//! Owns the command `cpalead-sandbox`: its options, and its end on Ctrl-C.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use cpalead_sandbox::{Fault, MAX_OFFERS, Sandbox};

/// Serve a stand-in for the CPAlead Publisher API on 127.0.0.1
#[derive(Debug, Parser)]
#[command(name = "cpalead-sandbox", version)]
struct Options {
    /// Port to listen on; 0 picks a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// Seed of all data: the same seed gives the same answers
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Number of offers in the catalogue, 0 to 5000
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u16).range(..=MAX_OFFERS as i64))]
    offers: u16,
    /// Speed of the rate limit's clock, as a multiple of real time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    speed: u32,
    /// Fault to show, by name, with the probability for each request [default: 1]
    #[arg(long, value_name = "NAME[:PROBABILITY]", value_parser = Fault::parse_option)]
    fault: Vec<(Fault, f64)>,
    /// Open POST /admin/offers, /admin/conversions and /admin/reversals, which add data
    #[arg(long)]
    admin: bool,
    /// Send a postback for each added conversion to this http:// URL, with macros such as {subid};
    /// {password} is sandbox-postback-password
    #[arg(long, value_name = "TEMPLATE")]
    postback: Option<String>,
    /// Let postbacks leave this machine
    #[arg(long, requires = "postback")]
    postback_to_any_host: bool,
    /// Print the names of the faults, what each does, and its source
    #[arg(long)]
    list_faults: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let done = if options.list_faults {
        list_faults()
    } else {
        serve(&options)
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn list_faults() -> std::io::Result<()> {
    let mut out = std::io::stdout();
    for fault in Fault::ALL {
        let (breaks, source) = (fault.breaks(), fault.source());
        writeln!(out, "{fault}\t{breaks}\t{source}")?;
    }
    out.flush()
}

fn serve(options: &Options) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let builder = Sandbox::builder()
            .port(options.port)
            .seed(options.seed)
            .offers(options.offers.into())
            .speed(options.speed);
        let faults = options.fault.iter();
        let mut builder = faults.fold(builder, |builder, (fault, p)| builder.fault(*fault, *p));
        if options.admin {
            builder = builder.open_admin();
        }
        if let Some(template) = &options.postback {
            builder = builder.postback(template);
        }
        if options.postback_to_any_host {
            builder = builder.postback_to_any_host();
        }
        let sandbox = builder.start().await?;
        let announced = async {
            let mut out = std::io::stdout();
            writeln!(out, "listening on {}", sandbox.base_url())?;
            out.flush()
        };
        // A reader may send the signal as soon as it has read the address, so listening starts
        // first.
        tokio::try_join!(biased; tokio::signal::ctrl_c(), announced)?;
        sandbox.stop().await;
        Ok(())
    })
}
