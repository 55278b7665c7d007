//! Whom an offer is for: the library and the sandbox's own filters agree on every offer.

use std::collections::BTreeSet;

use cpalead::{Client, Country, Device, OfferField, OfferList, OfferType, OffersRequest};
use cpalead_sandbox::Sandbox;

use crate::support::client;

const OFFERS: usize = 5_000;

/// Every word for devices in the catalogues of the sandbox.
const TOKENS: [&str; 9] = [
    "", "android", "desktop", "ios", "ipad", "iphone", "kindle", "mobile", "smart_tv",
];

/// A request for every offer.
fn everything(client: &Client) -> OffersRequest {
    let request = client
        .offers()
        .with_offerwall_offers()
        .limit(cpalead::MAX_LIMIT);
    let types = OfferType::ALL.iter().copied();
    types.fold(request, OffersRequest::offer_type)
}

/// The ids of the offers that the sandbox itself chooses.
async fn chosen(request: OffersRequest) -> BTreeSet<u64> {
    let offers = request.field(OfferField::Id).await.expect("an answer");
    offers.iter().map(cpalead::Offer::id).collect()
}

/// The ids of the offers that the library says yes to.
fn ours(offers: &OfferList, is_for: impl Fn(&cpalead::Offer) -> Option<bool>) -> BTreeSet<u64> {
    let yes = offers.iter().filter(|offer| is_for(offer) == Some(true));
    yes.map(cpalead::Offer::id).collect()
}

#[tokio::test]
async fn the_library_and_the_filters_of_the_sandbox_agree_on_every_offer() {
    let mut tokens = BTreeSet::new();
    for seed in 1..=10 {
        let sandbox = Sandbox::builder().seed(seed).offers(OFFERS).start().await;
        let sandbox = sandbox.expect("a sandbox");
        let client = client(sandbox.base_url());
        let offers = everything(&client).await.expect("an answer");
        assert_eq!((offers.len(), offers.rejected_count()), (OFFERS, 0));
        let countries: BTreeSet<Country> = offers
            .iter()
            .flat_map(|offer| offer.countries().iter().copied())
            .collect();
        for offer in &offers {
            tokens.extend(offer.devices().map(|device| device.as_str().to_owned()));
            tokens.extend(offer.other_devices().map(str::to_owned));
            if offer.is_for_any_device() {
                tokens.insert(String::new());
            }
        }
        for device in Device::ALL.iter().copied() {
            assert_eq!(
                ours(&offers, |offer| offer.is_for_device(device)),
                chosen(everything(&client).device(device)).await,
                "seed {seed}, {device}"
            );
        }
        for country in countries {
            // Each country alone or with one device, and over the seeds with each.
            let at = usize::from(country.as_str().as_bytes()[1]) + seed as usize;
            let (request, expected) = match Device::ALL.get(at % (Device::ALL.len() + 1)) {
                Some(device) => (
                    everything(&client).country(country).device(*device),
                    ours(&offers, |offer| offer.is_for(country, *device)),
                ),
                None => (
                    everything(&client).country(country),
                    ours(&offers, |offer| offer.is_for_country(country)),
                ),
            };
            assert_eq!(chosen(request).await, expected, "seed {seed}, {country}");
        }
        sandbox.stop().await;
    }
    let tokens: Vec<_> = tokens.iter().map(String::as_str).collect();
    assert_eq!(tokens, TOKENS);
}
