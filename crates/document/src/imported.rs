//! A seal's picture that its holder hands in instead of the drawn one, written anew (T-I10).

use canvas::{Picture, ReadPicture};
use thiserror::Error;

/// Points of a millimetre at 600 dpi, in 254ths: what is printed is crisp from there on, as drawn pictures are (looks 2).
const POINTS: u64 = 6_000;
/// Most octets of a seal's picture (looks 2): it travels in each signature of its seal.
const MOST: usize = 200 * 1024;
/// How much longer or shorter than its seal a side may be: one part in fifty.
const LEEWAY: u64 = 50;

/// Why a picture is not taken for a seal.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportPicture {
    /// It cannot be read.
    #[error("the picture cannot be read")]
    Read(#[from] ReadPicture),
    /// The seal calls its format something else.
    #[error("the picture is of another format than its seal says")]
    Named,
    /// Nothing of it shows.
    #[error("nothing of the picture shows")]
    Blank,
    /// It has not the sides of its seal.
    #[error("the picture has {points:?} points, and the seal {sides:?} mm: it would be squeezed")]
    Sides {
        /// Across and down.
        points: (usize, usize),
        /// Across and down, in millimetres.
        sides: (u32, u32),
    },
    /// It would be printed coarsely.
    #[error("the picture has {points:?} points, less than the {least:?} of 600 dpi")]
    Coarse {
        /// Across and down.
        points: (usize, usize),
        /// What it has to have.
        least: (u64, u64),
    },
    /// It has more octets, written anew, than a seal carries.
    #[error(
        "the picture takes {0} octets, more than the 204,800 that a seal carries: 600 dpi and clean colours take less"
    )]
    Heavy(usize),
}

/// The picture in a PNG or JPEG file as a new PNG file for a seal of `sides` millimetres, across and down: four channels of
/// 8 bits, see-through where nothing is drawn, no other chunk than those of the picture. No octet of what was handed in is in
/// it: its points were decoded, those that do not show cleared, and the rest encoded.
///
/// # Errors
/// [`ImportPicture`]; `Read` before anything is decoded, wherever a limit is passed.
pub fn import_seal(octets: &[u8], sides: (u32, u32)) -> Result<Vec<u8>, ImportPicture> {
    let picture = Picture::of_seal(octets)?.on_nothing();
    inspect(picture.size(), sides)?;
    if picture.is_blank() {
        return Err(ImportPicture::Blank);
    }
    let file = picture.compact_png();
    match file.len() > MOST {
        true => Err(ImportPicture::Heavy(file.len())),
        false => Ok(file),
    }
}

fn inspect(points: (usize, usize), sides: (u32, u32)) -> Result<(), ImportPicture> {
    let (across, down) = (long(points.0), long(points.1));
    if is_squeezed((across, down), sides) {
        return Err(ImportPicture::Sides { points, sides });
    }
    let least = (crisp(sides.0), crisp(sides.1));
    match across < least.0 || down < least.1 {
        true => Err(ImportPicture::Coarse { points, least }),
        false => Ok(()),
    }
}

fn long(side: usize) -> u64 {
    u64::try_from(side).unwrap_or(u64::MAX)
}

/// Points of so many millimetres at 600 dpi.
fn crisp(side: u32) -> u64 {
    u64::from(side) * POINTS / 254
}

fn is_squeezed((across, down): (u64, u64), sides: (u32, u32)) -> bool {
    let one = across.saturating_mul(u64::from(sides.1));
    let other = down.saturating_mul(u64::from(sides.0));
    one.abs_diff(other).saturating_mul(LEEWAY) > one.max(other)
}

/// Whether the picture in a file can be read as it is: for a seal that another made and signed, so that nothing can be
/// written anew in it. `format` is what the seal calls it.
///
/// # Errors
/// `Read`, `Named`, `Blank`.
pub fn inspect_seal(octets: &[u8], format: &str) -> Result<(), ImportPicture> {
    let picture = Picture::of_seal(octets)?;
    if !words(octets)
        .iter()
        .any(|word| word.eq_ignore_ascii_case(format))
    {
        return Err(ImportPicture::Named);
    }
    match picture.on_nothing().is_blank() {
        true => Err(ImportPicture::Blank),
        false => Ok(()),
    }
}

/// What seals call the format of a file that was read.
fn words(octets: &[u8]) -> &'static [&'static str] {
    match octets {
        [0x89, ..] => &["PNG"],
        _ => &["JPG", "JPEG"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_the_points_of_600_dpi_and_the_sides_of_its_seal() {
        let sides = (42, 42);
        let squeezed = |points| Err(ImportPicture::Sides { points, sides });
        let coarse = |points| {
            // 42 mm have 992.1 points.
            let least = (992, 992);
            Err(ImportPicture::Coarse { points, least })
        };
        for (points, told) in [
            ((992, 992), Ok(())),
            ((991, 992), coarse((991, 992))),
            ((992, 991), coarse((992, 991))),
            ((497, 497), coarse((497, 497))),
            ((1_000, 1_020), Ok(())),
            ((1_000, 1_021), squeezed((1_000, 1_021))),
            ((1_021, 1_000), squeezed((1_021, 1_000))),
        ] {
            assert_eq!(inspect(points, sides), told, "{points:?}");
        }
        assert_eq!(inspect((1_063, 709), (45, 30)), Ok(()));
        let (points, sides) = ((1_063, 1_063), (45, 30));
        assert_eq!(
            inspect(points, sides),
            Err(ImportPicture::Sides { points, sides })
        );
    }
}
