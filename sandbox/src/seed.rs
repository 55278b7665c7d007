//! Owns the pseudo-random numbers: a seed gives the same sequence on every platform and in every
//! release.

/// SplitMix64. It is written here because a generator from a crate may change its sequence in a
/// later release.
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    /// The generator for one of many things. `place` tells apart the things of one `seed`.
    pub(crate) fn new(seed: u64, place: u64) -> Rng {
        let mut rng = Rng(seed ^ place.wrapping_mul(0xd134_2543_de82_ef95));
        // The first values of neighbouring places are related, so the first value is dropped.
        rng.next();
        Rng(rng.next())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 when `bound` is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // The high half of the product is close enough to uniform for small bounds.
        let product = u128::from(self.next()) * u128::from(bound);
        (product >> 64) as u64
    }

    /// A number in `low..=high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True in `percent` of a hundred cases.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of `choices`, or `None` if there are none.
    pub(crate) fn choose<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        choices.get(self.below(choices.len() as u64) as usize)
    }

    /// One of `words`, or an empty one if there are none.
    pub(crate) fn word(&mut self, words: &[&'static str]) -> &'static str {
        self.choose(words).copied().unwrap_or_default()
    }

    /// Puts `items` in a random order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

/// The hash of a text (FNV-1a, 64 bits).
pub(crate) fn of_text(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use crate::seed::{Rng, of_text};

    #[test]
    fn the_sequence_of_a_seed_never_changes() {
        let mut rng = Rng::new(1, 2);
        assert_eq!(
            [rng.below(1000), rng.below(1000), rng.below(1000)],
            [693, 128, 551]
        );
        assert_eq!(of_text("user-42"), 3_658_848_852_250_057_419);
    }

    #[test]
    fn numbers_stay_below_their_bound() {
        let mut rng = Rng::new(7, 7);
        for bound in 1..500 {
            assert!(rng.below(bound) < bound);
        }
        assert_eq!(rng.below(0), 0);
    }
}
