//! Owns the nightly reconciliation: rewards whose conversions the provider has reversed are taken
//! back.

use std::time::Duration;

use cpalead::jiff::civil::Date;
use cpalead::jiff::tz::TimeZone;
use cpalead::jiff::{Timestamp, ToSpan};

use crate::shop::Shop;

/// How many days back reversals are looked for. One call covers a month at most.
const DAYS: i32 = 45;

/// The hour of the night, in UTC.
const HOUR: i8 = 3;

/// What a reconciliation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// How many reversals the provider reported.
    pub reversals: usize,
    /// How many rewards were taken back for them.
    pub taken_back: usize,
}

/// Takes back the rewards that the provider has reversed. Doing it twice changes nothing more.
///
/// # Errors
///
/// When the provider or the database fails. What was taken back before stays so.
pub async fn reconcile(shop: &Shop) -> Result<Done, Box<dyn std::error::Error + Send + Sync>> {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let mut stream = shop.client.reversals(today - DAYS.days()..=today).stream();
    let mut done = Done::default();
    while let Some(window) = stream.next().await {
        for reversal in window?.report() {
            done.reversals += 1;
            let lead = reversal.lead_id().or(reversal.transaction_id());
            if let Some(lead) = lead
                && shop.store.take_back(lead)?
            {
                done.taken_back += 1;
            }
        }
    }
    shop.store.add_run()?;
    Ok(done)
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
