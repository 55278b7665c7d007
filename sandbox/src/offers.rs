//! Owns the offers endpoint: its parameters, its filters, and the envelope of the answer.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::Time};

use crate::answer::{Refusal, positive, publisher};
use crate::catalogue::{Kind, MAX_OFFERS, Offer, generate, link_tail};
use crate::fault::{Active, Fault};
use crate::query::Query;
use crate::text::{Style, country, excerpt, push_fmt, quoted};

const DEFAULT_LIMIT: usize = 2_500;

/// The country of a caller on the loopback interface.
const CALLER_COUNTRY: &str = "US";

/// The fields that a request may name.
const FIELDS: &[&str] = &[
    "id",
    "title",
    "description",
    "long_description",
    "conversion",
    "device",
    "daily_cap",
    "is_fast_pay",
    "link",
    "preview_link",
    "amount",
    "payout_currency",
    "payout_type",
    "countries",
    "epc",
    "creatives",
    "offer_rank",
    "payouts_per_country",
    "events",
    "conversion_mode",
    "verification_method",
];

const TRACKING: &[&str] = &["subid", "subid2", "subid3", "gaid", "idfa"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Device {
    Ios,
    Android,
    Mobile,
    Desktop,
}

impl Device {
    const ALL: [Device; 4] = [
        Device::Ios,
        Device::Android,
        Device::Mobile,
        Device::Desktop,
    ];

    fn name(self) -> &'static str {
        match self {
            Device::Ios => "ios",
            Device::Android => "android",
            Device::Mobile => "mobile",
            Device::Desktop => "desktop",
        }
    }

    fn of_caller(user_agent: &str) -> Device {
        if ["iPhone", "iPad", "iPod"]
            .iter()
            .any(|name| user_agent.contains(name))
        {
            Device::Ios
        } else if user_agent.contains("Android") {
            Device::Android
        } else {
            Device::Desktop
        }
    }

    fn takes(self, offer: &Offer) -> bool {
        match self {
            Device::Ios => offer.devices.ios,
            Device::Android => offer.devices.android,
            Device::Mobile => offer.devices.ios || offer.devices.android,
            Device::Desktop => offer.devices.desktop,
        }
    }
}

/// A request for offers, with its parameters parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    publisher: u64,
    country: Option<String>,
    limit: usize,
    kinds: Vec<Kind>,
    /// Whether the request does not name any types.
    default_kinds: bool,
    updated_since: Option<i64>,
    fields: Option<Vec<&'static str>>,
    offerwall: bool,
    /// An empty list means every device, including unknown ones.
    devices: Vec<Device>,
    link_tail: String,
    faults: Active,
}

impl Request {
    /// A request for the whole catalogue. No combination of parameters asks for this.
    pub(crate) fn everything(publisher: u64) -> Request {
        Request {
            publisher,
            country: None,
            limit: MAX_OFFERS,
            kinds: vec![Kind::Cpa, Kind::Cpi, Kind::Cpe, Kind::Cpr],
            default_kinds: false,
            updated_since: None,
            fields: None,
            offerwall: true,
            devices: Vec::new(),
            link_tail: String::new(),
            faults: Active::default(),
        }
    }

    /// Reads the parameters. Undocumented ones are ignored.
    ///
    /// # Errors
    ///
    /// When a parameter is missing or wrong: the first such parameter, with what is allowed.
    pub(crate) fn read(
        query: &Query,
        user_agent: &str,
        faults: &Active,
    ) -> Result<Request, Refusal> {
        let max = if faults.has(Fault::LimitMaximum) {
            usize::MAX
        } else {
            MAX_OFFERS
        };
        let tracking: Vec<(&str, &str)> = TRACKING
            .iter()
            .filter_map(|name| Some((*name, query.text(name)?)))
            .collect();
        Ok(Request {
            publisher: publisher(query)?,
            country: query.given("country").map(read_country).transpose()?,
            limit: query
                .given("limit")
                .map_or(Ok(DEFAULT_LIMIT), |limit| read_limit(limit, max))?,
            kinds: list(query, "type").map_or_else(
                || Ok(vec![Kind::Cpa, Kind::Cpi, Kind::Cpe]),
                |list| list.into_iter().map(read_kind).collect(),
            )?,
            default_kinds: list(query, "type").is_none(),
            updated_since: query.given("updated_since").map(read_time).transpose()?,
            fields: list(query, "fields")
                .map(|list| list.into_iter().map(read_field).collect())
                .transpose()?,
            offerwall: query
                .given("offerwall_offers")
                .map_or(Ok(false), read_bool)?,
            devices: list(query, "device").map_or(Ok(Vec::new()), |list| {
                list.into_iter()
                    .map(|name| read_device(name, user_agent))
                    .collect()
            })?,
            link_tail: link_tail(&tracking),
            faults: faults.clone(),
        })
    }

    /// The answer as JSON: the offers of `catalogue` that match, in the same order.
    pub(crate) fn answer(&self, catalogue: &[&Offer]) -> String {
        let chosen = catalogue.iter().copied().filter(|offer| self.takes(offer));
        let mut chosen: Vec<&Offer> = chosen.take(self.limit).collect();
        if self.faults.is_empty() {
            return self.write(&chosen);
        }
        if self.faults.has(Fault::RankOrder) {
            chosen.sort_by_key(|offer| (!offer.featured, std::cmp::Reverse(offer.rank)));
        }
        if self.faults.has(Fault::BoostFirst) {
            chosen.sort_by_key(|offer| !offer.has("boost"));
        }
        let mut changed: Vec<Offer> = chosen.into_iter().cloned().collect();
        if self.faults.has(Fault::OtherPayouts) {
            changed = changed.iter().map(Offer::with_payouts_moved).collect();
        }
        if self.faults.has(Fault::CpcOffers)
            && self.default_kinds
            && let Some(last) = changed.last_mut()
        {
            *last = last.with("payout_type", "\"CPC\"");
        }
        let changed: Vec<&Offer> = changed.iter().collect();
        self.write(&changed)
    }

    fn takes(&self, offer: &Offer) -> bool {
        let here = |country: &String| {
            offer.countries.is_empty() || offer.countries.iter().any(|code| code == country)
        };
        let later = i64::from(self.faults.has(Fault::UpdatedSinceExclusive));
        self.kinds.contains(&offer.kind)
            && !(self.faults.has(Fault::CprIgnored) && offer.kind == Kind::Cpr)
            && (self.offerwall || !offer.offerwall)
            && self.country.as_ref().is_none_or(here)
            && self
                .updated_since
                .is_none_or(|since| offer.updated >= since + later)
            && (self.devices.is_empty() || self.devices.iter().any(|device| device.takes(offer)))
    }

    /// The envelope with exactly these offers.
    ///
    /// It leaves out what it may leave out: the devices if none were named, and everything but the
    /// status if there are no offers.
    pub(crate) fn write(&self, offers: &[&Offer]) -> String {
        if offers.is_empty() {
            return r#"{"status":"success","offers":[]}"#.to_owned();
        }
        let number = match offers.len() {
            count if count % 10 == 7 => format!("\"{count}\""),
            count => count.to_string(),
        };
        let country = or_null(self.country.as_deref());
        let mut out = String::with_capacity(128 + offers.len() * 1_100);
        push_fmt(
            &mut out,
            format_args!(r#"{{"status":"success","number_offers":{number},"country":{country}"#),
        );
        if !self.devices.is_empty() {
            let names: Vec<&str> = self.devices.iter().map(|device| device.name()).collect();
            push_fmt(
                &mut out,
                format_args!(r#","devices":"{}""#, names.join(",")),
            );
        }
        out.push_str(r#","offers":["#);
        for (index, offer) in offers.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            let only = self.fields.as_deref();
            offer.push_json(&mut out, self.publisher, &self.link_tail, only);
        }
        out.push_str("]}");
        out
    }
}

/// The whole catalogue of `seed`, as the JSON answer for the publisher `publisher_id`.
///
/// It holds every offer of every type, including those for offerwalls, at most 5,000. The function
/// is pure: it serves benchmarks and tests that need no server.
///
/// ```
/// let json = cpalead_sandbox::catalogue_json(1, 3, cpalead_sandbox::DEFAULT_PUBLISHER_ID);
/// assert!(json.starts_with(r#"{"status":"success","number_offers":3,"#));
/// assert_eq!(json, cpalead_sandbox::catalogue_json(1, 3, 3_360_001));
/// ```
pub fn catalogue_json(seed: u64, offers: usize, publisher_id: u64) -> String {
    let catalogue = generate(seed, offers);
    let all: Vec<&Offer> = catalogue.iter().collect();
    Request::everything(publisher_id).write(&all)
}

fn or_null(text: Option<&str>) -> String {
    text.map_or("null".to_owned(), |text| quoted(text, Style::Plain))
}

/// The words of a comma-separated list. A list without words counts as missing.
fn list<'a>(query: &'a Query, name: &str) -> Option<Vec<&'a str>> {
    let words = query.text(name)?.split(',').map(str::trim);
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then_some(words)
}

fn wrong(name: &str, value: &str, allowed: &str) -> Refusal {
    let value = excerpt(value);
    Refusal::parameter(format!("{name} must be {allowed}, not \"{value}\""))
}

fn read_country(text: &str) -> Result<String, Refusal> {
    if text.eq_ignore_ascii_case("user") {
        return Ok(CALLER_COUNTRY.to_owned());
    }
    country(text).ok_or_else(|| wrong("country", text, "a two-letter ISO country code or user"))
}

fn read_limit(text: &str, max: usize) -> Result<usize, Refusal> {
    let limit = positive(text).and_then(|limit| usize::try_from(limit).ok());
    limit
        .filter(|limit| *limit <= max)
        .ok_or_else(|| wrong("limit", text, &format!("a number from 1 to {MAX_OFFERS}")))
}

fn read_kind(text: &str) -> Result<Kind, Refusal> {
    let kinds = [Kind::Cpa, Kind::Cpi, Kind::Cpe, Kind::Cpr];
    kinds
        .into_iter()
        .find(|kind| text.eq_ignore_ascii_case(kind.name()))
        .ok_or_else(|| wrong("type", text, "a list of cpa, cpi, cpe and cpr"))
}

fn read_time(text: &str) -> Result<i64, Refusal> {
    let seconds = |time: DateTime| Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second());
    let time = if text.len() == 10 {
        text.parse::<Date>()
            .ok()
            .and_then(|date| seconds(date.to_datetime(Time::midnight())))
    } else {
        // A time without a zone is taken as UTC.
        text.parse::<Timestamp>()
            .ok()
            .map(Timestamp::as_second)
            .or_else(|| text.parse().ok().and_then(seconds))
    };
    time.ok_or_else(|| {
        let allowed = "YYYY-MM-DD or a full ISO date and time such as 2026-04-01T00:00:00Z";
        wrong("updated_since", text, allowed)
    })
}

fn read_field(text: &str) -> Result<&'static str, Refusal> {
    let known = FIELDS.iter().copied().find(|name| *name == text);
    known.ok_or_else(|| {
        let (text, allowed) = (excerpt(text), FIELDS.join(", "));
        Refusal::parameter(format!(
            "fields: unknown field \"{text}\", allowed are {allowed}"
        ))
    })
}

fn read_bool(text: &str) -> Result<bool, Refusal> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(wrong("offerwall_offers", text, "true or false")),
    }
}

fn read_device(text: &str, user_agent: &str) -> Result<Device, Refusal> {
    if text.eq_ignore_ascii_case("user") {
        return Ok(Device::of_caller(user_agent));
    }
    Device::ALL
        .into_iter()
        .find(|device| text.eq_ignore_ascii_case(device.name()))
        .ok_or_else(|| {
            wrong(
                "device",
                text,
                "a list of ios, android, mobile and desktop, or user",
            )
        })
}

#[cfg(test)]
mod tests {
    use crate::offers::catalogue_json;

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        assert_eq!(catalogue_json(5, 300, 1), catalogue_json(5, 300, 1));
        assert_ne!(catalogue_json(5, 300, 1), catalogue_json(6, 300, 1));
        // The bytes of a seed are fixed: other programs have tests that depend on them.
        assert_eq!(
            crate::seed::of_text(&catalogue_json(1, 5_000, 3_360_001)),
            1_416_951_327_127_047_628
        );
    }

    #[test]
    fn five_thousand_offers_are_as_large_as_the_real_ones() {
        let bytes = catalogue_json(1, 5_000, 3_360_001).len();
        assert!((4_500_000..5_000_000).contains(&bytes), "{bytes} bytes");
    }
}
