//! The square: function patterns, codewords placed, the mask with the lowest penalty (ISO/IEC 18004 7.7 to 7.9).

use super::capacity::{Level, Version};
use super::line::Line;

/// A square of modules, by rows and by columns.
#[derive(Debug, Clone)]
pub(crate) struct Square {
    version: Version,
    rows: Lines,
    columns: Lines,
}

/// The lines of one direction.
#[derive(Debug, Clone)]
struct Lines {
    dark: Vec<Line>,
    /// Which of them belong to function patterns.
    function: Vec<Line>,
}

impl Lines {
    fn blank(side: usize) -> Lines {
        Lines {
            dark: vec![Line::default(); side],
            function: vec![Line::default(); side],
        }
    }

    fn set(&mut self, line: usize, place: usize, dark: bool) {
        if let Some(line) = self.dark.get_mut(line) {
            line.set(place, dark);
        }
    }

    fn draw(&mut self, line: usize, place: usize, dark: bool) {
        self.set(line, place, dark);
        if let Some(line) = self.function.get_mut(line) {
            line.set(place, true);
        }
    }

    /// Inverts what no function pattern has, by the lines of a mask.
    fn mask(&mut self, pattern: &[Line]) {
        let lines = self.dark.iter_mut().zip(&self.function);
        for ((line, function), pattern) in lines.zip(pattern.iter().cycle()) {
            *line = line.differs(pattern.without(*function));
        }
    }
}

/// Rows after which every mask repeats, and columns too (table 10).
const PERIOD: usize = 12;

impl Square {
    /// Function patterns and codewords, no mask yet.
    pub(crate) fn drawn(version: Version, codewords: &[u8]) -> Square {
        let mut square = Square {
            version,
            rows: Lines::blank(version.side()),
            columns: Lines::blank(version.side()),
        };
        square.draw_patterns();
        square.place(codewords);
        square
    }

    /// Under the mask with the lowest penalty; the first of equals.
    pub(crate) fn masked(&self, level: Level) -> Square {
        let all = (0..8).map(|mask| self.under(mask, level));
        all.min_by_key(Square::penalty)
            .unwrap_or_else(|| self.clone())
    }

    /// Under a mask, with the format information that names it.
    pub(crate) fn under(&self, mask: usize, level: Level) -> Square {
        let mut square = self.clone();
        square.rows.mask(&self.pattern(|x, y| inverts(mask, x, y)));
        square
            .columns
            .mask(&self.pattern(|y, x| inverts(mask, x, y)));
        square.draw_format(mask, level);
        square
    }

    /// The lines of a mask until they repeat.
    fn pattern(&self, inverts: impl Fn(usize, usize) -> bool) -> Vec<Line> {
        let line = |number: usize| {
            let mut line = Line::default();
            for place in (0..self.side()).filter(|place| inverts(*place, number)) {
                line.set(place, true);
            }
            line
        };
        (0..PERIOD).map(line).collect()
    }

    /// Row by row from the top left.
    pub(crate) fn modules(&self) -> Vec<bool> {
        let row = |line: &Line| {
            let line = *line;
            (0..self.side()).map(move |x| line.has(x))
        };
        self.rows.dark.iter().flat_map(row).collect()
    }

    fn side(&self) -> usize {
        self.version.side()
    }

    fn draw(&mut self, x: usize, y: usize, dark: bool) {
        self.rows.draw(y, x, dark);
        self.columns.draw(x, y, dark);
    }

    /// 6.3.2 to 6.3.6, and the places of format and version information.
    fn draw_patterns(&mut self) {
        let side = self.side();
        for place in 0..side {
            self.draw(6, place, place.is_multiple_of(2));
            self.draw(place, 6, place.is_multiple_of(2));
        }
        for (x, y) in [(3, 3), (side - 4, 3), (3, side - 4)] {
            self.draw_finder(x, y);
        }
        let centres = self.version.alignment();
        let last = centres.len().saturating_sub(1);
        for (row, y) in centres.iter().enumerate() {
            for (column, x) in centres.iter().enumerate() {
                // Three corners have a finder pattern.
                if ![(0, 0), (0, last), (last, 0)].contains(&(row, column)) {
                    self.draw_rings(*x, *y, 2, |distance| distance != 1);
                }
            }
        }
        self.draw_format(0, Level::Medium);
        self.draw_version();
    }

    /// With its separator.
    fn draw_finder(&mut self, x: usize, y: usize) {
        self.draw_rings(x, y, 4, |distance| distance != 2 && distance != 4);
    }

    fn draw_rings(&mut self, x: usize, y: usize, reach: usize, dark: impl Fn(usize) -> bool) {
        let side = self.side();
        for row in (y + reach).saturating_sub(2 * reach)..=(y + reach).min(side - 1) {
            for column in (x + reach).saturating_sub(2 * reach)..=(x + reach).min(side - 1) {
                let distance = row.abs_diff(y).max(column.abs_diff(x));
                self.draw(column, row, dark(distance));
            }
        }
    }

    /// Level and mask, twice (7.9.1).
    fn draw_format(&mut self, mask: usize, level: Level) {
        let data = level.bits() << 3 | u32::try_from(mask).unwrap_or_default();
        let bits = (data << 10 | remainder(data, 10, 0x537)) ^ 0x5412;
        let side = self.side();
        for place in 0..15 {
            let dark = bits >> place & 1 == 1;
            match place {
                0..6 => self.draw(8, place, dark),
                6 | 7 => self.draw(8, place + 1, dark),
                8 => self.draw(7, 8, dark),
                _ => self.draw(14 - place, 8, dark),
            }
            if place < 8 {
                self.draw(side - 1 - place, 8, dark);
            } else {
                self.draw(8, side - 15 + place, dark);
            }
        }
        self.draw(8, side - 8, true);
    }

    /// The version, twice, from 7 on (7.10).
    fn draw_version(&mut self) {
        let number = self.version.number();
        if number < 7 {
            return;
        }
        let data = u32::try_from(number).unwrap_or_default();
        let bits = data << 12 | remainder(data, 12, 0x1F25);
        for place in 0..18 {
            let dark = bits >> place & 1 == 1;
            let (far, near) = (self.side() - 11 + place % 3, place / 3);
            self.draw(far, near, dark);
            self.draw(near, far, dark);
        }
    }

    /// In columns of two, from the lower right, upwards and downwards (7.7.3).
    fn place(&mut self, codewords: &[u8]) {
        let mut bits = codewords
            .iter()
            .flat_map(|octet| (0..8).rev().map(move |place| octet >> place & 1 == 1));
        let side = self.side();
        let columns = (7..side).rev().step_by(2).chain([5, 3, 1]);
        for (number, right) in columns.enumerate() {
            for step in 0..side {
                let y = if number.is_multiple_of(2) {
                    side - 1 - step
                } else {
                    step
                };
                let function = self.rows.function.get(y).copied().unwrap_or_default();
                for x in [right, right - 1] {
                    // What is left over after the last codeword is light.
                    if !function.has(x) && bits.next().unwrap_or_default() {
                        self.rows.set(y, x, true);
                        self.columns.set(x, y, true);
                    }
                }
            }
        }
    }

    /// ISO/IEC 18004 7.8.3.1, table 11.
    fn penalty(&self) -> u32 {
        let side = self.side();
        let inside = Line::ones(side - 1);
        let rows = &self.rows.dark;
        let lines = rows.iter().chain(&self.columns.dark);
        let mut penalty: u32 = lines
            .map(|line| runs(*line, inside) + finders(*line, side))
            .sum();
        for (upper, lower) in rows.iter().zip(rows.iter().skip(1)) {
            let blocks = inside
                .without(upper.differs(upper.earlier(1)))
                .without(upper.differs(*lower))
                .without(lower.differs(lower.earlier(1)));
            penalty += 3 * blocks.count();
        }
        let dark: u32 = rows.iter().map(|line| line.count()).sum();
        let all = u32::try_from(side * side).unwrap_or(u32::MAX);
        penalty + 10 * ((dark * 20).abs_diff(all * 10) / all)
    }
}

/// Whether a mask inverts a module (table 10).
fn inverts(mask: usize, x: usize, y: usize) -> bool {
    match mask {
        0 => (x + y).is_multiple_of(2),
        1 => y.is_multiple_of(2),
        2 => x.is_multiple_of(3),
        3 => (x + y).is_multiple_of(3),
        4 => (x / 3 + y / 2).is_multiple_of(2),
        5 => x * y % 2 + x * y % 3 == 0,
        6 => (x * y % 2 + x * y % 3).is_multiple_of(2),
        _ => ((x + y) % 2 + x * y % 3).is_multiple_of(2),
    }
}

/// N1: a run of five and more counts three, and one for each further module.
fn runs(line: Line, inside: Line) -> u32 {
    let same = inside.without(line.differs(line.earlier(1)));
    let two = same.and(same.earlier(1));
    let five = two.and(two.earlier(2));
    // A run of n equal modules shows n - 4 times here, and begins once: n - 4 + 2 = 3 + (n - 5).
    five.count() + 2 * five.without(five.later(1)).count()
}

/// N3: 1:1:3:1:1 with four light modules before or after it counts forty; outside of the square all is light.
fn finders(line: Line, side: usize) -> u32 {
    let wide = line.later(4);
    let light = Line::ones(side + 8).without(wide);
    let four = |from: u32| {
        let two = light.earlier(from).and(light.earlier(from + 1));
        two.and(light.earlier(from + 2))
            .and(light.earlier(from + 3))
    };
    let finder = |from: u32| {
        let dark = |place: u32| wide.earlier(from + place);
        dark(0)
            .and(light.earlier(from + 1))
            .and(dark(2))
            .and(dark(3))
            .and(dark(4))
            .and(light.earlier(from + 5))
            .and(dark(6))
    };
    40 * (four(0).and(finder(4)).count() + finder(0).and(four(7)).count())
}

/// What is left of `data` after division by a generator of this degree (annexes C and D).
fn remainder(data: u32, degree: u32, generator: u32) -> u32 {
    (0..degree).fold(data, |rest, _| {
        (rest << 1) ^ ((rest >> (degree - 1)) * generator)
    })
}
