//! The signals that end a command: Ctrl-C, SIGTERM and SIGHUP.

/// Completes on Ctrl-C, and on the signals with which a supervisor or a closed terminal ends a
/// process. It listens from the call on, not from the first poll on.
///
/// A SIGHUP that was ignored when the process started, as under `nohup`, stays ignored. Only Linux
/// shows this without unsafe code.
#[cfg(unix)]
pub(crate) fn stop() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};

    // Listening ends the ignoring, so this is read first.
    let survives_hangup =
        std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores_hangup(&status));
    let interrupt = signal(SignalKind::interrupt());
    let terminate = signal(SignalKind::terminate());
    let hangup = (!survives_hangup).then(|| signal(SignalKind::hangup()));
    async move {
        let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
            // Without signals there is nothing to wait for: the system ends the process.
            return std::future::pending().await;
        };
        let hangup = async {
            match hangup {
                Some(Ok(mut hangup)) => hangup.recv().await,
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup => {}
        }
    }
}

/// Completes on Ctrl-C.
#[cfg(not(unix))]
pub(crate) async fn stop() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Whether the mask of ignored signals in a `/proc/PID/status` contains SIGHUP, which is number 1.
#[cfg(unix)]
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(all(test, unix))]
mod tests {
    use super::ignores_hangup;

    #[test]
    fn the_mask_of_ignored_signals_is_read() {
        assert!(ignores_hangup("SigBlk:\t0\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hangup("SigBlk:\t1\nSigIgn:\t0000000000001000\n"));
        assert!(!ignores_hangup("SigIgn:\tnone\n") && !ignores_hangup(""));
    }
}
