//! An adapter for the library `cpalead`: reads one line of JSON for a scenario and prints one.

use std::error::Error;
use std::io::BufRead as _;
use std::time::Duration;

use cpalead::{Client, Endpoint, RateLimits};
use jiff::civil::Date;
use serde_json::{Value, json};

type Failure = Box<dyn Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    for line in std::io::stdin().lock().lines() {
        let scenario: Value = serde_json::from_str(&line?)?;
        let answer = match calls(&scenario).await {
            Ok(rows) => json!({ "rows": rows }),
            Err(error) => json!({ "error": error.to_string() }),
        };
        println!("{answer}");
    }
    Ok(())
}

async fn calls(scenario: &Value) -> Result<usize, Failure> {
    // The sandbox's minute is shorter than the provider's.
    let minute = Duration::from_millis(scenario["minute_ms"].as_u64().unwrap_or(60_000));
    let pause = minute + minute / 50;
    let limits = RateLimits::default()
        .interval(Endpoint::Conversions, pause)
        .interval(Endpoint::Reversals, pause);
    let client = Client::builder(scenario["publisher_id"].as_u64().unwrap_or_default())
        .api_key(text(scenario, "api_key"))
        .base_url(text(scenario, "base_url"))
        .rate_limits(limits)
        .build()?;
    let arguments = &scenario["arguments"];
    let mut rows = 0;
    for _ in 0..scenario["times"].as_u64().unwrap_or(1) {
        rows += match text(scenario, "call") {
            "offers" => offers(&client, arguments).await?,
            "conversions" => {
                let mut request = client.conversions(text(arguments, "subid"));
                if let Some(offer) = arguments["offer_id"].as_u64() {
                    request = request.offer_id(offer);
                }
                request.await?.len()
            }
            _ => {
                let day = |name| text(arguments, name).parse::<Date>();
                let days = day("start_date")?..=day("end_date")?;
                client.reversals(days).await?.len()
            }
        };
    }
    Ok(rows)
}

async fn offers(client: &Client, arguments: &Value) -> Result<usize, Failure> {
    let mut request = client.offers();
    if arguments["country"].is_string() {
        request = request.country(text(arguments, "country").parse()?);
    }
    for offer_type in words(arguments, "type") {
        request = request.offer_type(offer_type.parse()?);
    }
    for device in words(arguments, "device") {
        request = request.device(device.parse()?);
    }
    for field in words(arguments, "fields") {
        request = request.field(field.parse()?);
    }
    if let Some(limit) = arguments["limit"].as_u64() {
        request = request.limit(u32::try_from(limit)?);
    }
    if arguments["offerwall_offers"] == true {
        request = request.with_offerwall_offers();
    }
    if arguments["updated_since"].is_string() {
        request = request.updated_since(text(arguments, "updated_since").parse::<Date>()?);
    }
    if arguments["subid"].is_string() {
        request = request.subid(text(arguments, "subid"));
    }
    Ok(request.send().await?.len())
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn words<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    let list = value[name].as_array().into_iter().flatten();
    list.filter_map(Value::as_str)
}
