//! The commands, one file each, and the functions that several of them share.

pub(crate) mod conversions;
pub(crate) mod jsonp;
pub(crate) mod offers;
pub(crate) mod payout;
pub(crate) mod reversals;
pub(crate) mod sandbox;

use cpalead::Defect;

use crate::output::warn;

/// How many rejected rows are named one by one.
const MAX_NAMED: usize = 5;

/// Warns about the rows that were left out: the first ones with their reasons, then how many more
/// of `count` there are. The list of rejected rows may be shorter than `count`.
fn warn_rejected(what: &str, rejected: &[Defect], count: usize) {
    let named = rejected.len().min(MAX_NAMED);
    for row in &rejected[..named] {
        warn(&format!("{what} left out: {row}"));
    }
    match count - named {
        0 => {}
        1 => warn(&format!("1 more {what} left out")),
        more => warn(&format!("{more} more {what}s left out")),
    }
}

/// Completes on Ctrl-C, or on the signal with which a supervisor ends a process. It
/// listens from the call on, not from the first poll on.
#[cfg(unix)]
fn stop_signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};

    let (interrupt, terminate) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    );
    async move {
        let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
            // Without signals there is nothing to wait for: the system ends the process.
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

/// Completes on Ctrl-C.
#[cfg(not(unix))]
async fn stop_signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
