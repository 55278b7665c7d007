//! Measures slots: taking a free one and starting its call, with the limits in memory and in a
//! file.
//!
//! A manual clock advances by an interval after each call, so every slot is free and nothing
//! sleeps.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cpalead::Endpoint;
use cpalead::clock::ManualClock;
use cpalead::rate_limits::{Account, FileStore, Limiter, MemoryStore, RateLimits, Wait};

use crate::measure::{Figures, in_turns};
use crate::{Outcome, PUBLISHER};

/// More than the interval of a slot.
const MINUTES: Duration = Duration::from_secs(120);

pub(crate) fn measure(_: &str, figures: &mut Figures) -> Outcome {
    let directory =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("slots-{}", std::process::id()));
    let in_memory = Slots::new(RateLimits::default().store(MemoryStore::new()))?;
    let in_a_file = Slots::new(RateLimits::default().store(FileStore::new(&directory)))?;
    let (many, some) = (1_000, 20);
    let [memory, file] = in_turns(
        101,
        [&mut || in_memory.take(many), &mut || in_a_file.take(some)],
    );
    std::fs::remove_dir_all(&directory)?;
    figures.set("slot_memory_ns", memory * 1e9 / f64::from(many));
    figures.set("slot_file_us", file * 1e6 / f64::from(some));
    Ok(())
}

struct Slots {
    runtime: tokio::runtime::Runtime,
    clock: Arc<ManualClock>,
    limiter: Limiter,
}

impl Slots {
    fn new(limits: RateLimits) -> Result<Self, Box<dyn std::error::Error>> {
        let clock = Arc::new(ManualClock::new("2026-01-15T12:00:00Z".parse()?));
        let limiter = Limiter::new(
            limits.wait(Wait::FailFast),
            &Account::new(PUBLISHER),
            clock.clone(),
        );
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()?;
        let slots = Self {
            runtime,
            clock,
            limiter,
        };
        // A slot that is refused or fails would otherwise count as a fast one.
        slots
            .runtime
            .block_on(slots.limiter.acquire(Endpoint::Conversions))?
            .start();
        slots.clock.advance(MINUTES);
        slots
            .runtime
            .block_on(slots.limiter.acquire(Endpoint::Conversions))?
            .start();
        slots.clock.advance(MINUTES);
        Ok(slots)
    }

    fn take(&self, times: u32) -> Duration {
        self.runtime.block_on(async {
            let begun = Instant::now();
            for _ in 0..times {
                match self.limiter.acquire(Endpoint::Conversions).await {
                    Ok(permit) => permit.start(),
                    Err(error) => panic!("a free slot was refused: {error}"),
                }
                self.clock.advance(MINUTES);
            }
            begun.elapsed()
        })
    }
}
