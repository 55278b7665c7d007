//! `cpalead link`: sets sub-ids in a tracking link, and checks where it leads.

use cpalead::TrackingLink;
use serde_json::json;

use crate::args::{Format, LinkArgs};
use crate::failure::Failure;
use crate::output;

pub(crate) fn run(args: &LinkArgs, format: Option<Format>) -> Result<(), Failure> {
    let mut link = TrackingLink::parse(args.link.as_str())?;
    link.check(
        args.offer.unwrap_or(link.offer_id()),
        args.publisher.unwrap_or(link.publisher_id()),
    )?;
    type Set = fn(&TrackingLink, &str) -> cpalead::Result<TrackingLink>;
    let values: [(&Option<String>, Set); 5] = [
        (&args.subid, TrackingLink::subid),
        (&args.subid2, TrackingLink::subid2),
        (&args.subid3, TrackingLink::subid3),
        (&args.gaid, TrackingLink::gaid),
        (&args.idfa, TrackingLink::idfa),
    ];
    for (value, set) in values {
        if let Some(value) = value {
            link = set(&link, value)?;
        }
    }
    let line = match format {
        Some(Format::Json | Format::Ndjson) => json!({
            "link": link.as_str(),
            "host": link.host(),
            "offer_id": link.offer_id(),
            "publisher_id": link.publisher_id(),
        })
        .to_string(),
        _ => link.to_string(),
    };
    output::write_text(&format!("{line}\n"))
}
