//! Owns the nightly reconciliation: rewards whose conversions the provider has reversed are taken
//! back.

use std::time::Duration;

use cpalead::jiff::civil::Date;
use cpalead::jiff::tz::TimeZone;
use cpalead::jiff::{SignedDuration, Timestamp};
use cpalead::reconciliation::{Earned, Reconciliation, Reversed};

use crate::settings::Failure;
use crate::shop::Shop;
use crate::store::Rewarded;

/// How many days back reversals are looked for, and how long a conversion may be older than its
/// reversal. One call covers a month at most.
const DAYS: u16 = 45;

/// The hour of the night, in UTC.
const HOUR: i8 = 3;

/// What a reconciliation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// How many reversals the provider reported.
    pub reversals: usize,
    /// How many rewards were taken back now. Those of earlier nights do not count.
    pub taken_back: usize,
    /// How many reversals fit no reward, or more than one: they are for a person to look at.
    pub unclear: usize,
}

/// Takes back the rewards that the provider has reversed. Doing it twice changes nothing more.
///
/// # Errors
///
/// When the provider or the database fails. What was taken back before stays so.
pub async fn reconcile(shop: &Shop) -> Result<Done, Failure> {
    let (mut windows, mut reversed) = (Vec::new(), Vec::new());
    let mut stream = shop.client.reversals_of_last(DAYS).stream();
    while let Some(window) = stream.next().await {
        let window = window?;
        windows.push(window.window().start()..=window.window().end());
        reversed.extend(window.report().iter().map(Reversed::from));
    }
    let oldest = Timestamp::now() - SignedDuration::from_hours(24 * 2 * i64::from(DAYS));
    // Rewards that were taken back take part too, or their reversal would seem to be another one's.
    let rewards = shop.store.rewards_since(oldest)?;
    let (Some(first), Some(last)) = (windows.first(), windows.last()) else {
        return Ok(Done::default());
    };
    let reconciled = Reconciliation::new(*first.start()..=*last.end())
        .earned(rewards.into_iter().map(earned))
        .reversed(reversed)
        .covered(windows.clone())
        .finish();
    let mut done = Done {
        reversals: reconciled.totals().reversed.count(),
        taken_back: 0,
        unclear: reconciled.unmatched().len(),
    };
    for found in reconciled.matches() {
        let lead = found.earned().reference_value().unwrap_or_default();
        done.taken_back += usize::from(shop.store.take_back(lead)?);
    }
    for unclear in reconciled.ambiguous() {
        done.unclear += unclear.reversed().len();
    }
    shop.store.add_run()?;
    Ok(done)
}

/// A reward as the reconciliation sees it. Its sub-id is that of one click, so hardly two rewards
/// look alike even where the provider names no lead.
fn earned(reward: Rewarded) -> Earned {
    let dollars = reward.dollars.parse().unwrap_or_default();
    let earned = Earned::new(dollars)
        .lead_id(&reward.lead)
        .subid(reward.click)
        .at(reward.time)
        .reference(&reward.lead);
    match reward.offer {
        Some(offer) => earned.offer_id(offer),
        None => earned,
    }
}

/// Reconciles every night, and at once if the last night was missed.
pub async fn every_night(shop: std::sync::Arc<Shop>) {
    loop {
        let now = Timestamp::now();
        // A new database has nothing to reconcile before the first night.
        let last = shop.store.last_run_or_start().unwrap_or(now);
        tokio::time::sleep(until_next(last, now)).await;
        match reconcile(&shop).await {
            Ok(done) => println!("reconciled: {done:?}"),
            Err(error) => {
                eprintln!("reconciliation: {error}");
                tokio::time::sleep(Duration::from_secs(600)).await;
            }
        }
    }
}

/// The time until the night after the last run.
fn until_next(last: Timestamp, now: Timestamp) -> Duration {
    let last = last.to_zoned(TimeZone::UTC);
    let night = |date: Date| date.at(HOUR, 0, 0, 0).to_zoned(TimeZone::UTC);
    let nights = [Ok(last.date()), last.date().tomorrow()];
    let nights = nights.into_iter().flatten().flat_map(night);
    let next = nights
        .map(|night| night.timestamp())
        .find(|night| *night > last.timestamp());
    let left = next.map(|next| next.duration_since(now));
    left.and_then(|left| Duration::try_from(left).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::reconcile::until_next;

    #[track_caller]
    fn check(last: &str, now: &str, minutes: u64) {
        let (last, now) = (last.parse().unwrap(), now.parse().unwrap());
        assert_eq!(until_next(last, now), Duration::from_secs(minutes * 60));
    }

    #[test]
    fn it_runs_at_three_and_at_once_after_a_missed_night() {
        check("2026-11-20T03:00:05Z", "2026-11-20T03:01:00Z", 23 * 60 + 59);
        check("2026-11-20T01:00:00Z", "2026-11-20T02:30:00Z", 30);
        check("2026-11-18T03:00:00Z", "2026-11-20T02:30:00Z", 0);
    }
}
