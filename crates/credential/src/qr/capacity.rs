//! How much a version takes, and in how many blocks (ISO/IEC 18004 tables 1 and 9).

/// How much of a code may be lost (ISO/IEC 18004 6.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// M, about 15 %.
    Medium,
    /// Q, about 25 %.
    Quartile,
}

impl Level {
    /// Its two bits in the format information (table 12).
    pub(crate) fn bits(self) -> u32 {
        match self {
            Level::Medium => 0,
            Level::Quartile => 3,
        }
    }
}

/// A version, 1 to 40.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Version(usize);

/// Of each version: octets of error correction in a block and number of blocks, at M and at Q (table 9).
const BLOCKS: [[(usize, usize); 2]; 40] = [
    [(10, 1), (13, 1)],
    [(16, 1), (22, 1)],
    [(26, 1), (18, 2)],
    [(18, 2), (26, 2)],
    [(24, 2), (18, 4)],
    [(16, 4), (24, 4)],
    [(18, 4), (18, 6)],
    [(22, 4), (22, 6)],
    [(22, 5), (20, 8)],
    [(26, 5), (24, 8)],
    [(30, 5), (28, 8)],
    [(22, 8), (26, 10)],
    [(22, 9), (24, 12)],
    [(24, 9), (20, 16)],
    [(24, 10), (30, 12)],
    [(28, 10), (24, 17)],
    [(28, 11), (28, 16)],
    [(26, 13), (28, 18)],
    [(26, 14), (26, 21)],
    [(26, 16), (30, 20)],
    [(26, 17), (28, 23)],
    [(28, 17), (30, 23)],
    [(28, 18), (30, 25)],
    [(28, 20), (30, 27)],
    [(28, 21), (30, 29)],
    [(28, 23), (28, 34)],
    [(28, 25), (30, 34)],
    [(28, 26), (30, 35)],
    [(28, 28), (30, 38)],
    [(28, 29), (30, 40)],
    [(28, 31), (30, 43)],
    [(28, 33), (30, 45)],
    [(28, 35), (30, 48)],
    [(28, 37), (30, 51)],
    [(28, 38), (30, 53)],
    [(28, 40), (30, 56)],
    [(28, 43), (30, 59)],
    [(28, 45), (30, 62)],
    [(28, 47), (30, 65)],
    [(28, 49), (30, 68)],
];

impl Version {
    /// From the smallest on.
    pub(crate) fn all() -> impl Iterator<Item = Version> {
        (1..=BLOCKS.len()).map(Version)
    }

    /// The smallest that takes so many characters.
    pub(crate) fn for_characters(count: usize, level: Level) -> Option<Version> {
        Version::all().find(|version| version.takes(count, level))
    }

    pub(crate) fn takes(self, characters: usize, level: Level) -> bool {
        let bits = 4 + self.count_bits() + characters / 2 * 11 + characters % 2 * 6;
        characters < 1 << self.count_bits() && bits <= self.data(level) * 8
    }

    pub(crate) fn number(self) -> usize {
        self.0
    }

    /// Modules along one side (6.3.1).
    pub(crate) fn side(self) -> usize {
        self.0 * 4 + 17
    }

    /// Bits of the character count in alphanumeric mode (table 3).
    pub(crate) fn count_bits(self) -> usize {
        match self.0 {
            ..10 => 9,
            10..27 => 11,
            _ => 13,
        }
    }

    /// Octets of error correction in a block, and blocks.
    pub(crate) fn blocks(self, level: Level) -> (usize, usize) {
        let [medium, quartile] = BLOCKS.get(self.0 - 1).copied().unwrap_or_default();
        match level {
            Level::Medium => medium,
            Level::Quartile => quartile,
        }
    }

    /// Octets of data.
    pub(crate) fn data(self, level: Level) -> usize {
        let (correction, blocks) = self.blocks(level);
        self.codewords() - correction * blocks
    }

    /// Octets that the square takes: what function patterns leave (table 1).
    pub(crate) fn codewords(self) -> usize {
        let mut modules = (16 * self.0 + 128) * self.0 + 64;
        if self.0 >= 2 {
            let aligned = self.0 / 7 + 2;
            modules -= (25 * aligned - 10) * aligned - 55;
        }
        if self.0 >= 7 {
            modules -= 36;
        }
        modules / 8
    }

    /// Row and column centres of alignment patterns (annex E).
    pub(crate) fn alignment(self) -> Vec<usize> {
        if self.0 == 1 {
            return Vec::new();
        }
        let count = self.0 / 7 + 2;
        let step = (self.0 * 8 + count * 3 + 5) / (count * 4 - 4) * 2;
        let mut centres: Vec<usize> = (0..count - 1)
            .map(|index| self.side() - 7 - index * step)
            .collect();
        centres.push(6);
        centres.reverse();
        centres
    }
}
