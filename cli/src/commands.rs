//! The commands, one file each, and what several of them need.

pub(crate) mod conversions;
pub(crate) mod jsonp;
pub(crate) mod offers;
pub(crate) mod payout;
pub(crate) mod reversals;
pub(crate) mod sandbox;

use cpalead::Rejected;

use crate::output::warn;

/// How many rejected rows are named one by one.
const MAX_NAMED: usize = 5;

/// Warns about the rows that were left out: the first ones with their reasons, then how many more
/// of `count` there are. The list of rejected rows may be shorter than `count`.
fn warn_rejected(what: &str, rejected: &[Rejected], count: usize) {
    let named = rejected.len().min(MAX_NAMED);
    for row in &rejected[..named] {
        let id = row.id().map(|id| format!(" {id}"));
        warn(&format!("{what}{} left out: {row}", id.unwrap_or_default()));
    }
    match count - named {
        0 => {}
        1 => warn(&format!("1 more {what} left out")),
        more => warn(&format!("{more} more {what}s left out")),
    }
}

/// Ctrl-C, or the signal by which a supervisor asks for the end; it is listened for from the call on.
#[cfg(unix)]
fn asked_to_end() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};

    let (interrupt, terminate) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    );
    async move {
        let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
            // Where signals cannot be had, there is nothing to wait for: the system ends the process by itself.
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
async fn asked_to_end() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
