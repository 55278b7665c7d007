//! `cpalead postback`: what a template lacks, and what a call says. A password is never printed.

use std::io::{self, Read};

use cpalead::plain;
use cpalead::postbacks::{AmountRule, AmountSource, Caller, Macro, Postbacks, Relay, Remark};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::args::{Format, PostbackCommand};
use crate::failure::Failure;
use crate::output::table::{Cell, Column};
use crate::output::{self, Sheet, SheetRow, note, write_one};

/// The longest input: the limit of the library and a line break.
const MAX_BYTES: u64 = 1 << 16;

/// The address that the library documents as the relay of the provider.
const RELAY: &str = "34.69.179.33";

/// What a postback can say; its password is left out.
const MACROS: [Macro; 16] = [
    Macro::LeadId,
    Macro::Subid,
    Macro::Subid2,
    Macro::Subid3,
    Macro::CampaignId,
    Macro::CampaignName,
    Macro::Payout,
    Macro::EventKey,
    Macro::EventName,
    Macro::EventPayout,
    Macro::Country,
    Macro::UserIp,
    Macro::GatewayId,
    Macro::Idfa,
    Macro::Gaid,
    Macro::VirtualCurrency,
];

pub(crate) fn run(
    command: &PostbackCommand,
    asked: Option<Format>,
    format: Format,
) -> Result<(), Failure> {
    match command {
        PostbackCommand::Check { template } => check(template, asked),
        PostbackCommand::Parse { query, template } => parse(query, template, format),
    }
}

fn check(template: &str, asked: Option<Format>) -> Result<(), Failure> {
    let mut remarks = Postbacks::new(template)?.remarks();
    // No password is set here.
    remarks.retain(|remark| *remark != Remark::PasswordNotChecked);
    let remarks: Vec<_> = remarks.iter().map(ToString::to_string).collect();
    if remarks.is_empty() {
        note("no remarks: the template has what is needed");
    }
    let text = match asked {
        Some(Format::Json) => format!("{}\n", serde_json::json!(remarks)),
        _ => remarks.iter().map(|remark| format!("{remark}\n")).collect(),
    };
    output::write_text(&text)
}

fn parse(query: &str, template: &str, format: Format) -> Result<(), Failure> {
    // Where the call came from is not known here: it is taken for one of the provider.
    let relay = Relay::documented();
    let postbacks = Postbacks::new(template)?.relay(relay);
    let Ok(address) = RELAY.parse() else {
        return Err(Failure::system("the address of the relay cannot be read"));
    };
    let text = match query {
        "-" => read(io::stdin().lock())?,
        query => query.to_owned(),
    };
    let query = text.trim_end_matches(['\r', '\n']);
    // A question mark inside a query is part of a value.
    let is_url = query.starts_with("http") && query.contains("://");
    let query = match query.split_once('?') {
        Some((before, rest)) if is_url || before.is_empty() => rest,
        _ => query,
    };
    let postback = postbacks
        .receive(query, &Caller::new(address))
        .map_err(|refused| Failure::input(refused.to_string()))?;
    let said = MACROS.iter().filter_map(|wanted| {
        let value = postback.value(*wanted)?;
        Some((wanted.as_str(), value.to_owned()))
    });
    let mut said: Vec<_> = said.collect();
    if let Some((amount, source)) = postback.amount(AmountRule::EventFirst) {
        said.push(("amount", amount.to_string()));
        let source = match source {
            AmountSource::EventPayout => "event_payout",
            _ => "payout",
        };
        said.push(("amount_source", source.to_owned()));
    }
    if format == Format::Table {
        let columns = vec![Column::left("NAME"), Column::left("VALUE").cut_to(30, 12)];
        let mut sheet = Sheet::new(format, Vec::new(), columns);
        for pair in said {
            sheet.row(&Said(vec![pair]))?;
        }
        return sheet.finish();
    }
    let header = said.iter().map(|(name, _)| (*name).to_owned()).collect();
    write_one(format, header, Vec::new(), &Said(said))
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
    String::from_utf8(bytes).map_err(|_| Failure::input("standard input is not UTF-8"))
}

/// Names and values: an object in JSON, a record in CSV, and one pair a row in a table.
struct Said(Vec<(&'static str, String)>);

impl Serialize for Said {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl SheetRow for Said {
    fn record(&self) -> Vec<String> {
        self.0.iter().map(|(_, value)| value.clone()).collect()
    }

    fn cells(&self) -> Vec<Cell> {
        let pairs = self.0.iter();
        let pairs = pairs.flat_map(|(name, value)| [(*name).to_owned(), plain::line(value)]);
        pairs.map(Cell::text).collect()
    }
}
