//! Owns the faults that read a request wrongly: each of them changes the query before it is read.

use crate::fault::active::Active;
use crate::fault::list::Fault;
use crate::query::Query;

/// An id for requests that have none.
const SOME_ID: &str = "1";
const SOME_SUBID: &str = "user-42";
const EVERY_TYPE: &str = "cpa,cpi,cpe,cpr";
const FEW: &str = "100";
const DATE_LENGTH: usize = "2026-04-01".len();

/// The query as a server with these faults reads it.
pub(crate) fn misread(mut query: Query, path: &str, active: &Active) -> Query {
    for fault in active.iter() {
        match path {
            "/api/offers" => misread_offers(&mut query, fault),
            "/api/conversions" => misread_conversions(&mut query, fault),
            "/api/reversals" => misread_reversals(&mut query, fault),
            _ => {}
        }
    }
    query
}

fn misread_offers(query: &mut Query, fault: Fault) {
    match fault {
        Fault::OffersIdOptional => default(query, "id", SOME_ID),
        Fault::CountryIgnored => query.remove("country"),
        Fault::CountryUserIgnored => {
            let user = |country: &str| country.eq_ignore_ascii_case("user");
            if query.given("country").is_some_and(user) {
                query.remove("country");
            }
        }
        Fault::LimitIgnored => query.remove("limit"),
        Fault::LimitDefault => default(query, "limit", FEW),
        Fault::TypeIgnored => query.remove("type"),
        Fault::TypeList => keep_first(query, "type"),
        Fault::TypeDefaultWithCpr => default(query, "type", EVERY_TYPE),
        Fault::TypeDefaultWithoutCpe => default(query, "type", "cpa,cpi"),
        Fault::UpdatedSinceIgnored => query.remove("updated_since"),
        Fault::UpdatedSinceTime => {
            let day = query
                .given("updated_since")
                .and_then(|time| time.get(..DATE_LENGTH));
            if let Some(day) = day.map(str::to_owned) {
                query.set("updated_since", &day);
            }
        }
        Fault::FieldsIgnored => query.remove("fields"),
        Fault::FieldsList => keep_first(query, "fields"),
        Fault::OfferwallIgnored => query.remove("offerwall_offers"),
        Fault::OfferwallDefault => default(query, "offerwall_offers", "true"),
        Fault::DeviceIgnored => query.remove("device"),
        Fault::DeviceList => keep_first(query, "device"),
        Fault::SubidNotInLink => query.remove("subid"),
        Fault::Subid2NotInLink => query.remove("subid2"),
        Fault::Subid3NotInLink => query.remove("subid3"),
        Fault::GaidNotInLink => query.remove("gaid"),
        Fault::IdfaNotInLink => query.remove("idfa"),
        Fault::OffersJsonpIgnored => query.remove("format"),
        Fault::OffersCallbackIgnored => rename_callback(query),
        _ => {}
    }
}

fn misread_conversions(query: &mut Query, fault: Fault) {
    match fault {
        Fault::ConversionsIdOptional => default(query, "id", SOME_ID),
        Fault::SubidOptional => default(query, "subid", SOME_SUBID),
        Fault::SubidIgnored if query.text("subid").is_some() => query.set("subid", SOME_SUBID),
        Fault::OfferIdIgnored => query.remove("offer_id"),
        Fault::ConversionsJsonpIgnored => query.remove("format"),
        Fault::ConversionsCallbackIgnored => rename_callback(query),
        _ => {}
    }
}

fn misread_reversals(query: &mut Query, fault: Fault) {
    match fault {
        Fault::ReversalsIdOptional => default(query, "id", SOME_ID),
        Fault::StartDateIgnored => query.remove("start_date"),
        Fault::EndDateIgnored => query.remove("end_date"),
        Fault::ReversalsJsonpIgnored => query.remove("format"),
        Fault::ReversalsCallbackIgnored => rename_callback(query),
        _ => {}
    }
}

/// Sets a parameter that is missing.
fn default(query: &mut Query, name: &str, value: &str) {
    if query.text(name).is_none() {
        query.set(name, value);
    }
}

fn keep_first(query: &mut Query, name: &str) {
    let first = query.text(name).and_then(|list| list.split(',').next());
    if let Some(first) = first.map(str::to_owned) {
        query.set(name, &first);
    }
}

fn rename_callback(query: &mut Query) {
    if query.text("callback").is_some() {
        query.set("callback", "callback");
    }
}
