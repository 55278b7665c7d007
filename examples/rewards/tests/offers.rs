//! The list of offers: what a visitor sees, and what stays while the provider is away.

use cpalead::{Client, Country, Device, RetryPolicy};
use cpalead_sandbox::{Fault, Sandbox};
use rewards::offers::Offers;

fn client(sandbox: &Sandbox) -> Client {
    let client = Client::builder(3_360_001).base_url(sandbox.base_url());
    client.retry(RetryPolicy::none()).build().unwrap()
}

#[tokio::test]
async fn the_list_stays_while_the_provider_is_away() {
    let sandbox = Sandbox::builder().offers(50).start().await.unwrap();
    let (offers, client) = (Offers::default(), client(&sandbox));
    sandbox.fail_next(Fault::ServerError);
    assert!(offers.pull(&client).await.is_err() && offers.get().is_none());
    let count = offers.pull(&client).await.unwrap();
    assert!(count > 20, "{count}");
    sandbox.fail_next(Fault::HtmlWith200);
    assert!(offers.pull(&client).await.is_err());
    assert_eq!(offers.get().unwrap().len(), count);
}

#[tokio::test]
async fn an_answer_without_offers_does_not_empty_the_list() {
    let sandbox = Sandbox::builder().offers(50).start().await.unwrap();
    let empty = Sandbox::builder().offers(0).start().await.unwrap();
    let offers = Offers::default();
    let count = offers.pull(&client(&sandbox)).await.unwrap();
    let error = offers.pull(&client(&empty)).await.unwrap_err();
    assert_eq!(
        error,
        "the answer has no offers, so the list before it stays"
    );
    assert_eq!(offers.get().unwrap().len(), count);
}

#[tokio::test]
async fn the_best_offer_for_the_visitor_comes_first() {
    let offer = |id: u32, amount: &str, country: &str, device: &str| {
        format!(
            r#"{{"id":{id},"amount":"{amount}","countries":["{country}"],"device":"{device}","offer_rank":{id}}}"#
        )
    };
    let sandbox = Sandbox::builder()
        .offers(0)
        .offer(offer(1, "0.40", "US", "ios"))
        .offer(offer(2, "9.00", "DE", "ios"))
        .offer(offer(3, "8.00", "US", "android"))
        .offer(offer(4, "0.90", "US", "mobile"))
        .start()
        .await
        .unwrap();
    let offers = Offers::default();
    offers.pull(&client(&sandbox)).await.unwrap();
    let list = offers.get().unwrap();
    let best = list.best(Country::US, Device::Ios, 20);
    assert_eq!(
        best.iter().map(|(offer, _)| offer.id()).collect::<Vec<_>>(),
        [4, 1]
    );
}
