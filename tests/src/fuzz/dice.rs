//! Repeatable choices: the same seed makes the same run.

/// A generator of choices (SplitMix64); not for keys.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Choices that follow from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// Choices of their own for `name`, so that a target alone does what it does among others.
    #[must_use]
    pub fn named(seed: u64, name: &str) -> Dice {
        // FNV-1a.
        let name = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, octet| {
            (sum ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
        });
        Dice(seed ^ name)
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Any octet.
    pub fn octet(&mut self) -> u8 {
        self.number().to_le_bytes()[0]
    }

    /// A number below `end`; 0 if that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.number() % end).unwrap_or(0)
    }

    /// Whether one case of `of` came about.
    pub fn once_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    /// One of these, if there is one.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let at = self.below(of.len());
        of.get(at)
    }

    /// Another order.
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for at in (1..all.len()).rev() {
            all.swap(at, self.below(at + 1));
        }
    }

    /// A range of `length` octets' places, often short.
    pub fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length.saturating_add(1));
        let most = if self.once_in(4) { length } else { 16 };
        let size = self.below(most.saturating_add(1));
        start..start.saturating_add(size).min(length)
    }
}
