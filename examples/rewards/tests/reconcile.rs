//! The reconciliation: what is taken back, once, and what is left to a person.

use cpalead::jiff::Timestamp;
use cpalead::jiff::tz::TimeZone;
use cpalead_sandbox::{Fault, Sandbox};
use rewards::offers::Offers;
use rewards::points::Terms;
use rewards::reconcile::{Done, reconcile};
use rewards::settings::{of_sandbox, template};
use rewards::shop::Shop;
use rewards::store::{Click, Reward, Store};
use tempfile::TempDir;

/// A shop with its provider, which has no reversals but those that are added.
async fn shop() -> (Shop, Sandbox, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let builder = Sandbox::builder().offers(0).speed(u32::MAX).today(today);
    let sandbox = builder.start().await.unwrap();
    let database = directory.path().join("rewards.sqlite");
    let template = template("127.0.0.1:3000".parse().unwrap());
    let (client, postbacks) = of_sandbox(sandbox.base_url(), &template, &database).unwrap();
    let shop = Shop {
        client,
        postbacks,
        offers: Offers::default(),
        store: Store::open(&database).unwrap(),
        terms: Terms::default(),
    };
    (shop, sandbox, directory)
}

/// Pays 28 points to the user for this click.
fn pay(shop: &Shop, user: &str, lead: &str, click: &str) {
    let click = Click {
        id: click.to_owned(),
        user: user.to_owned(),
    };
    let reward = Reward {
        lead: lead.to_owned(),
        click,
        offer: Some(7),
        dollars: "0.40".to_owned(),
        points: 28,
    };
    shop.store.pay(&reward).unwrap();
}

fn done(reversals: usize, taken_back: usize, unclear: usize) -> Done {
    Done {
        reversals,
        taken_back,
        unclear,
    }
}

#[tokio::test]
async fn a_reversal_takes_back_its_reward_once_with_or_without_a_lead() {
    let (shop, sandbox, _directory) = shop().await;
    pay(&shop, "ann", "lead-1", "click-1");
    pay(&shop, "bob", "lead-2", "click-2");
    pay(&shop, "eve", "lead-3", "click-3");
    let by_lead = r#"{"lead_id":"lead-1","offer_id":7,"amount":"0.40"}"#;
    let by_fields = r#"{"offer_id":7,"subid":"click-2","amount":0.4}"#;
    let unknown = r#"{"offer_id":7,"subid":"click-4","amount":"0.40"}"#;
    for row in [by_lead, by_fields, unknown] {
        sandbox.add_reversal(row).unwrap();
    }
    assert_eq!(reconcile(&shop).await.unwrap(), done(3, 2, 1));
    let points = || ["ann", "bob", "eve"].map(|user| shop.store.points(user).unwrap());
    assert_eq!(points(), [0, 0, 28]);
    assert_eq!(reconcile(&shop).await.unwrap(), done(3, 0, 1));
    assert_eq!(points(), [0, 0, 28]);
}

#[tokio::test]
async fn a_reversal_that_fits_two_rewards_is_left_to_a_person() {
    let (shop, sandbox, _directory) = shop().await;
    pay(&shop, "ann", "lead-1", "click-1");
    pay(&shop, "ann", "lead-2", "click-1");
    sandbox
        .add_reversal(r#"{"offer_id":7,"subid":"click-1","amount":"0.40"}"#)
        .unwrap();
    assert_eq!(reconcile(&shop).await.unwrap(), done(1, 0, 1));
    assert_eq!(shop.store.points("ann").unwrap(), 56);
}

#[tokio::test]
async fn nothing_is_taken_back_while_the_provider_is_away() {
    let (shop, sandbox, _directory) = shop().await;
    pay(&shop, "ann", "lead-1", "click-1");
    sandbox
        .add_reversal(r#"{"lead_id":"lead-1","offer_id":7}"#)
        .unwrap();
    sandbox.fail_next(Fault::HtmlWith200);
    assert!(reconcile(&shop).await.is_err());
    assert_eq!(shop.store.points("ann").unwrap(), 28);
    assert_eq!(reconcile(&shop).await.unwrap(), done(1, 1, 0));
}
