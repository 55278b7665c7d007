//! Tests that the index agrees with the offers themselves.

use super::of_list;
use crate::catalog::moment::Moment;
use crate::clock::SystemClock;
use crate::offers::list::OfferList;
use crate::offers::offer::Offer;
use crate::offers::offer_type::OfferType;
use crate::values::country::Country;
use crate::values::devices::Device;

fn view(list: OfferList) -> super::CatalogView {
    of_list(list, &Moment::now(&SystemClock))
}

#[test]
fn the_index_agrees_with_the_offers_for_every_country_device_and_type() {
    let mut body = cpalead_sandbox::catalogue_json(7, 200, 3_360_001);
    // Offers that the sandbox does not have: for every country, in odd words, twice.
    let odd = r#""offers":[{"id":1,"countries":[],"device":""},{"id":2,"countries":"ALL","device":"smart_tv"},{"id":3,"countries":["US","us"],"device":"all"},{"id":4,"countries":"XK|US","device":"iphone"},{"id":5},"#;
    body = body.replacen(r#""offers":["#, odd, 1);
    let view = view(OfferList::from_json(body.into_bytes()).unwrap());
    assert_eq!(view.len(), 205);
    let ids =
        |offers: &mut dyn Iterator<Item = &Offer>| -> Vec<u64> { offers.map(Offer::id).collect() };
    for offer in view.offers() {
        assert_eq!(view.get(offer.id()).map(Offer::id), Some(offer.id()));
    }
    assert!(view.get(6).is_none());
    let letters = || (b'A'..=b'Z').map(char::from);
    let codes = letters().flat_map(|a| letters().map(move |b| format!("{a}{b}")));
    for country in codes.filter_map(|code| Country::new(&code)) {
        let here = view
            .offers()
            .iter()
            .filter(|offer| offer.is_for_country(country) == Some(true));
        assert_eq!(
            ids(&mut view.for_country(country)),
            ids(&mut { here }),
            "{country}"
        );
        for device in Device::ALL.iter().copied() {
            let runs = |offer: &&Offer| offer.is_for(country, device) == Some(true);
            let expected = ids(&mut view.offers().iter().filter(runs));
            assert_eq!(
                ids(&mut view.for_user(country, device)),
                expected,
                "{country} {device}"
            );
            let best = view.best(country, device, 20);
            assert_eq!(best, view.offers().best(country, device, 20));
        }
    }
    for offer_type in OfferType::ALL.iter().copied() {
        let of_type = |offer: &&Offer| {
            offer
                .payout_type()
                .is_some_and(|known| known.as_str().eq_ignore_ascii_case(offer_type.as_str()))
        };
        let expected = ids(&mut view.offers().iter().filter(of_type));
        assert_eq!(ids(&mut view.of_type(offer_type)), expected, "{offer_type}");
    }
}

#[test]
fn what_is_not_known_is_left_out() {
    let body = br#"{"offers":[{"id":1,"device":"smart_tv","countries":["US"]}]}"#;
    let view = view(OfferList::from_json(body.to_vec()).unwrap());
    assert_eq!(view.for_country(Country::US).count(), 1);
    assert_eq!(view.for_user(Country::US, Device::Ios).count(), 0);
}
