//! QR codes of alphanumeric text at levels M and Q (ISO/IEC 18004): all that a printed code needs, and nothing else.
//!
//! The square is kept in lines of bits, so that the eight masks are weighed in a few microseconds each.

mod capacity;
mod codewords;
mod line;
mod square;

pub(crate) use capacity::Level;
use capacity::Version;
use square::Square;

/// How many modules a row has, and the modules of `text`, row by row from the top left; nothing beyond version 40, or
/// for a character that the alphanumeric mode has not (table 5).
pub(crate) fn modules(text: &str, level: Level) -> Option<(usize, Vec<bool>)> {
    let values = codewords::values(text)?;
    let version = Version::for_characters(values.len(), level)?;
    let codewords = codewords::of(&values, version, level);
    let square = Square::drawn(version, &codewords).masked(level);
    Some((version.side(), square.modules()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters of the alphabet, in no order.
    fn text(length: usize) -> String {
        let alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
        let letters = alphabet.chars().cycle().step_by(17);
        letters.take(length).collect()
    }

    /// The longest text of each version.
    fn longest(level: Level) -> impl Iterator<Item = (Version, usize)> {
        let fits = move |version: &Version, length: usize| version.takes(length, level);
        Version::all().map(move |version| {
            let mut length = 1;
            while fits(&version, length + 1) {
                length += 1;
            }
            (version, length)
        })
    }

    #[test]
    fn another_writer_draws_the_same_in_every_version_under_every_mask() {
        use fast_qr::{ECL, Mask, Mode, QRBuilder};
        const MASKS: [Mask; 8] = [
            Mask::Checkerboard,
            Mask::HorizontalLines,
            Mask::VerticalLines,
            Mask::DiagonalLines,
            Mask::LargeCheckerboard,
            Mask::Fields,
            Mask::Diamonds,
            Mask::Meadow,
        ];
        for (level, other) in [(Level::Medium, ECL::M), (Level::Quartile, ECL::Q)] {
            for (number, (version, length)) in longest(level).enumerate() {
                let text = text(length);
                let values = codewords::values(&text).expect("of the alphabet");
                let codewords = codewords::of(&values, version, level);
                let mask = number % MASKS.len();
                let drawn = Square::drawn(version, &codewords)
                    .under(mask, level)
                    .modules();
                let theirs = QRBuilder::new(text)
                    .ecl(other)
                    .mode(Mode::Alphanumeric)
                    .mask(MASKS[mask])
                    .build()
                    .expect("fits");
                assert_eq!(version.side(), theirs.size, "{level:?} {length}");
                let area = theirs.size * theirs.size;
                let theirs: Vec<bool> = theirs.data.iter().take(area).map(|m| m.value()).collect();
                assert!(
                    drawn == theirs,
                    "{level:?}, side {}, mask {mask}",
                    version.side()
                );
            }
        }
    }

    #[test]
    fn the_mask_with_the_lowest_penalty_is_taken() {
        for length in [1, 80, 300, 571, 1_500] {
            let values = codewords::values(&text(length)).expect("of the alphabet");
            let version = Version::for_characters(length, Level::Quartile).expect("fits");
            let codewords = codewords::of(&values, version, Level::Quartile);
            let drawn = Square::drawn(version, &codewords);
            let penalties: Vec<u32> = (0..8)
                .map(|mask| {
                    slow(
                        &drawn.under(mask, Level::Quartile).modules(),
                        version.side(),
                    )
                })
                .collect();
            let taken = drawn.masked(Level::Quartile).modules();
            let least = penalties.iter().min().copied();
            assert_eq!(Some(slow(&taken, version.side())), least, "{penalties:?}");
        }
    }

    /// ISO/IEC 18004 table 11, module by module.
    fn slow(modules: &[bool], side: usize) -> u32 {
        let at = |x: usize, y: usize| modules[y * side + x];
        let mut penalty = 0;
        let lines = (0..side).flat_map(|fixed| {
            let row: Vec<bool> = (0..side).map(|moving| at(moving, fixed)).collect();
            let column: Vec<bool> = (0..side).map(|moving| at(fixed, moving)).collect();
            [row, column]
        });
        for line in lines {
            for run in line.chunk_by(|left, right| left == right) {
                if run.len() >= 5 {
                    penalty += u32::try_from(run.len()).expect("small") - 2;
                }
            }
            let mut wide = vec![false; 4];
            wide.extend(&line);
            wide.extend([false; 4]);
            let finder = [true, false, true, true, true, false, true];
            for window in wide.windows(11) {
                let (before, after) = (
                    [&[false; 4][..], &finder].concat(),
                    [&finder[..], &[false; 4]].concat(),
                );
                penalty += 40 * (u32::from(window == before) + u32::from(window == after));
            }
        }
        for y in 1..side {
            for x in 1..side {
                let block = [at(x, y), at(x - 1, y), at(x, y - 1), at(x - 1, y - 1)];
                penalty += 3 * u32::from(block == [true; 4] || block == [false; 4]);
            }
        }
        let dark = modules.iter().filter(|module| **module).count();
        let off = (dark * 20).abs_diff(side * side * 10) / (side * side);
        penalty + 10 * u32::try_from(off).expect("small")
    }
}
