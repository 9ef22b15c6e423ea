//! A mask of one colour as a file: PNG with a palette of that colour in four degrees of cover.

use png::{BitDepth, ColorType, Compression, Encoder, Filter, PixelDimensions, Unit};

use crate::clip::Mask;

/// Degrees of cover: at 600 dpi an edge needs no more. A printer sets points whole, and a screen makes one of its points from
/// nine of these and more.
const DEGREES: u8 = 4;
/// The cover of the second degree: 255 in three steps.
const STEP: u8 = u8::MAX / (DEGREES - 1);
/// Points in an octet.
const POINTS: usize = 4;

/// The mask in this sRGB colour as a PNG file (ISO/IEC 15948) with `dots` points a metre, transparent where nothing is covered;
/// the same bytes for the same mask. A quarter of an octet a point before it is deflated, where four channels have four.
#[must_use]
pub fn tinted_png(mask: &Mask, colour: [u8; 3], dots: u32) -> Vec<u8> {
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    let (width, height) = mask.size();
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, side(width), side(height));
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Two);
    encoder.set_palette(colour.repeat(usize::from(DEGREES)));
    let degrees: Vec<u8> = (0..DEGREES).map(|degree| degree * STEP).collect();
    encoder.set_trns(degrees);
    encoder.set_pixel_dims(Some(PixelDimensions {
        xppu: dots,
        yppu: dots,
        unit: Unit::Meter,
    }));
    // A seal is drawn once and travels in each of its signatures. Filters gain nothing on a palette (12.7).
    encoder.set_compression(Compression::High);
    encoder.set_filter(Filter::NoFilter);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(&packed(mask.covered(), width))?;
        writer.finish()
    });
    // Writing to a vector cannot fail; a mask without points is no picture.
    if written.is_err() {
        file.clear();
    }
    file
}

/// Whether a file begins as those of [`tinted_png`]: two bits a point, with a palette.
#[must_use]
pub fn is_tinted(file: &[u8]) -> bool {
    // 11.2.2: after width and height, bit depth and colour type.
    file.starts_with(b"\x89PNG\r\n\x1a\n") && file.get(24..26) == Some(&[2, 3])
}

/// Four points an octet, the left one highest; each row begins with an octet of its own (7.2).
fn packed(covered: &[u8], width: usize) -> Vec<u8> {
    let degree = |point: &u8| (u16::from(*point) + u16::from(STEP) / 2) / u16::from(STEP);
    let octet = |points: &[u8]| {
        let none = std::iter::repeat(&0);
        let four = points.iter().chain(none).take(POINTS);
        let octet = four.fold(0, |octet, point| octet << 2 | degree(point));
        u8::try_from(octet).unwrap_or(u8::MAX)
    };
    let rows = covered.chunks(width.max(1));
    rows.flat_map(|row| row.chunks(POINTS).map(octet)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Picture, Rule, Work};

    const RED: [u8; 3] = [0xD7, 0x00, 0x0F];

    fn mask(width: usize) -> Mask {
        let mut mask = Mask::new(width, 3);
        let shape = vec![vec![(1.0, 0.0), (2.5, 0.0), (2.5, 3.0), (1.0, 3.0)]];
        let filled = mask.fill(&shape, Rule::NonZero, &mut Work(10_000));
        filled.expect("little work");
        mask
    }

    #[test]
    fn each_point_has_the_colour_and_its_cover_to_half_a_degree() {
        for width in [4, 5] {
            let mask = mask(width);
            let file = tinted_png(&mask, RED, 23_622);
            let read = Picture::decode(&file, 100).expect("a picture");
            assert!(is_tinted(&file) && !is_tinted(&read.png()));
            assert_eq!(read.size(), mask.size());
            assert!(mask.covered().contains(&0) && mask.covered().contains(&255));
            for (point, covered) in read.points.iter().zip(mask.covered()) {
                assert_eq!(point.first_chunk(), Some(&RED));
                assert!(
                    point[3].abs_diff(*covered) <= STEP / 2 + 1,
                    "{point:?} {covered}"
                );
            }
        }
    }

    #[test]
    fn it_tells_its_resolution_and_is_the_same_each_time() {
        let file = tinted_png(&mask(4), RED, 23_622);
        let told = [23_622_u32.to_be_bytes(), 23_622_u32.to_be_bytes()].concat();
        let chunk = [b"pHYs".as_slice(), &told, &[1]].concat();
        assert!(file.windows(chunk.len()).any(|part| part == chunk));
        assert_eq!(file, tinted_png(&mask(4), RED, 23_622));
    }

    #[test]
    fn a_mask_without_points_is_no_file() {
        assert!(tinted_png(&Mask::new(0, 0), RED, 1).is_empty());
    }
}
