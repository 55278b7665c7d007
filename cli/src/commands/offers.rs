//! `cpalead offers`: the request, and the notes about its answer.

pub(crate) mod view;

use std::time::Instant;

use cpalead::{MAX_LIMIT, OfferField, OfferList, OffersRequest};

use self::view::View;
use crate::args::OffersArgs;
use crate::commands::defects::DefectWarnings;
use crate::config::Settings;
use crate::failure::Failure;
use crate::output::cells::joined;
use crate::output::provider_row::write_answer;
use crate::output::{Sheet, Style, note, warn};
use crate::values::{CountryChoice, DeviceChoice};

pub(crate) async fn run(
    args: OffersArgs,
    settings: Settings,
    style: Style,
    verbose: bool,
) -> Result<(), Failure> {
    check(&args)?;
    let session = settings.open().await?;
    let begun = Instant::now();
    let offers = request(&args, session.client.offers()).await?;
    if verbose {
        let seconds = begun.elapsed().as_secs_f32();
        note(&format!("{} offers in {seconds:.2} s", offers.len()));
    }
    report(&offers, &args, verbose);
    let view = View::new(&args.fields, args.audience());
    let mut sheet =
        Sheet::new(style, view.header(), view.columns()).footnote(view.footnote(&offers));
    write_answer(&mut sheet, &offers, |offer| view.row(offer))?;
    sheet.finish()
}

/// Checks the options that depend on each other.
fn check(args: &OffersArgs) -> Result<(), Failure> {
    if args.device.len() > 1 && args.device.contains(&DeviceChoice::OfCaller) {
        return Err(Failure::usage(
            "--device user means the calling device and cannot be combined with others",
        ));
    }
    let needed = [OfferField::Amount, OfferField::PayoutsPerCountry];
    let missing = needed.iter().filter(|field| !args.fields.contains(field));
    let missing = joined(missing, ",");
    if args.payout_country.is_some() && !args.fields.is_empty() && !missing.is_empty() {
        return Err(Failure::usage(format!(
            "--payout-country needs the fields {missing}: add them to --fields"
        )));
    }
    Ok(())
}

fn request(args: &OffersArgs, mut request: OffersRequest) -> OffersRequest {
    request = match args.country {
        Some(CountryChoice::Named(country)) => request.country(country),
        Some(CountryChoice::OfCaller) => request.country_of_caller(),
        None => request,
    };
    for device in &args.device {
        request = match device {
            DeviceChoice::Named(device) => request.device(*device),
            DeviceChoice::OfCaller => request.device_of_caller(),
        };
    }
    for offer_type in &args.types {
        request = request.offer_type(*offer_type);
    }
    if let Some(limit) = args.limit {
        request = request.limit(limit);
    }
    if let Some(time) = args.updated_since {
        request = request.updated_since(time);
    }
    request = request.fields(args.fields.iter().copied());
    // Without named fields, all are sent.
    if let Some(audience) = args.audience().filter(|_| !args.fields.is_empty()) {
        request = request.fields(audience.fields());
    }
    if args.offerwall_offers {
        request = request.with_offerwall_offers();
    }
    let set = |request, text: &Option<String>, set: fn(OffersRequest, &str) -> OffersRequest| {
        match text {
            Some(text) => set(request, text),
            None => request,
        }
    };
    request = set(request, &args.subid, |request, text| request.subid(text));
    request = set(request, &args.subid2, |request, text| request.subid2(text));
    request = set(request, &args.subid3, |request, text| request.subid3(text));
    request = set(request, &args.gaid, |request, text| request.gaid(text));
    request = set(request, &args.idfa, |request, text| request.idfa(text));
    request
}

/// Notes what is missing from the answer, or may be.
fn report(offers: &OfferList, args: &OffersArgs, verbose: bool) {
    let mut warnings = DefectWarnings::new("offer", verbose);
    warnings.name(offers);
    warnings.count_the_rest();
    if offers.is_empty() && offers.rejected_count() == 0 {
        note("no offers for this request");
    }
    // A smaller limit was chosen to get the first offers only.
    let advice = match args.limit {
        None => "narrow the request or raise --limit",
        Some(MAX_LIMIT) => "narrow the request",
        Some(_) => return,
    };
    if offers.may_be_cut() {
        let count = offers.len() + offers.rejected_count();
        warn(&format!(
            "the answer is as long as its limit of {count}, so there may be more: {advice}"
        ));
    }
}
