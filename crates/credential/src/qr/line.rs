//! A line of modules as bits: the first in the lowest.

/// Modules that a line has room for: 177 of version 40, and four light ones on each side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Line([u64; 3]);

impl Line {
    /// `count` ones.
    pub(crate) fn ones(count: usize) -> Line {
        let mut line = Line::default();
        for place in 0..count {
            line.set(place, true);
        }
        line
    }

    pub(crate) fn set(&mut self, place: usize, dark: bool) {
        if let Some(word) = self.0.get_mut(place / 64) {
            let bit = 1 << (place % 64);
            *word = if dark { *word | bit } else { *word & !bit };
        }
    }

    pub(crate) fn has(self, place: usize) -> bool {
        let word = self.0.get(place / 64).copied().unwrap_or_default();
        word >> (place % 64) & 1 == 1
    }

    pub(crate) fn count(self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// Each module in the place of the one `by` before it; `by` below 64.
    pub(crate) fn earlier(self, by: u32) -> Line {
        let [a, b, c] = self.0;
        let carried = |next: u64| next.checked_shl(64 - by).unwrap_or_default();
        Line([a >> by | carried(b), b >> by | carried(c), c >> by])
    }

    /// Each module in the place of the one `by` after it; `by` below 64.
    pub(crate) fn later(self, by: u32) -> Line {
        let [a, b, c] = self.0;
        let carried = |before: u64| before.checked_shr(64 - by).unwrap_or_default();
        Line([a << by, b << by | carried(a), c << by | carried(b)])
    }

    pub(crate) fn and(self, other: Line) -> Line {
        self.with(other, |left, right| left & right)
    }

    pub(crate) fn without(self, other: Line) -> Line {
        self.with(other, |left, right| left & !right)
    }

    pub(crate) fn differs(self, other: Line) -> Line {
        self.with(other, |left, right| left ^ right)
    }

    fn with(self, other: Line, of: impl Fn(u64, u64) -> u64) -> Line {
        let ([a, b, c], [d, e, f]) = (self.0, other.0);
        Line([of(a, d), of(b, e), of(c, f)])
    }
}
