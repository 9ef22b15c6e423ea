//! Pages beside each other as one small picture of at most 256 colours.

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use super::Points;

/// Points of a page that become one.
const STEP: usize = 3;
/// White between pages.
const GAP: usize = 6;
/// Lightness of a colour is told apart in so many steps of 255.
const LEVELS: u16 = 17;

/// The pages, from the left to the right.
pub(super) fn beside(pages: &[&Points]) -> Vec<u8> {
    let small: Vec<Points> = pages.iter().map(|page| smaller(page)).collect();
    let width = small.iter().map(|page| page.width + GAP).sum::<usize>();
    let heights = small.iter().map(Points::height);
    let height = heights.max().unwrap_or(0);
    let mut all = Vec::with_capacity(width * height);
    for line in 0..height {
        for page in &small {
            let row = page.all.get(line * page.width..(line + 1) * page.width);
            all.extend_from_slice(row.unwrap_or(&vec![[255; 3]; page.width]));
            all.extend([[204; 3]; GAP]);
        }
    }
    png(&all, width)
}

/// Each square of points as their middle, in few colours.
fn smaller(page: &Points) -> Points {
    let width = page.width / STEP;
    let mut all = Vec::new();
    for band in page.all.chunks_exact(page.width * STEP) {
        for column in 0..width {
            let mut sums = [0_u16; 3];
            for row in band.chunks(page.width) {
                for point in row.iter().skip(column * STEP).take(STEP) {
                    sums.iter_mut()
                        .zip(point)
                        .for_each(|(sum, part)| *sum += u16::from(*part));
                }
            }
            // Nine points; in steps of 17.
            all.push(sums.map(|sum| {
                u8::try_from((sum / 9 + LEVELS / 2) / LEVELS * LEVELS).unwrap_or(u8::MAX)
            }));
        }
    }
    Points { width, all }
}

/// An indexed PNG of the 256 commonest colours, others as the nearest of these (ISO/IEC 15948, 11.2).
fn png(points: &[[u8; 3]], width: usize) -> Vec<u8> {
    let mut counted: BTreeMap<[u8; 3], usize> = BTreeMap::new();
    points
        .iter()
        .for_each(|point| *counted.entry(*point).or_default() += 1);
    let mut colours: Vec<([u8; 3], usize)> = counted.into_iter().collect();
    colours.sort_by_key(|(colour, count)| (usize::MAX - count, *colour));
    let palette: Vec<[u8; 3]> = colours
        .iter()
        .take(256)
        .map(|(colour, _)| *colour)
        .collect();
    let nearest = |wanted: &[u8; 3]| {
        let off = |colour: &[u8; 3]| -> u32 {
            let parts = colour.iter().zip(wanted);
            parts
                .map(|(one, other)| u32::from(one.abs_diff(*other)).pow(2))
                .sum()
        };
        let found = palette
            .iter()
            .enumerate()
            .min_by_key(|(_, colour)| off(colour));
        found.map_or(0, |(place, _)| u8::try_from(place).unwrap_or(0))
    };
    let places: BTreeMap<[u8; 3], u8> = colours
        .iter()
        .map(|(colour, _)| (*colour, nearest(colour)))
        .collect();
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    for row in points.chunks(width.max(1)) {
        let row = row
            .iter()
            .map(|point| places.get(point).copied().unwrap_or(0));
        let line: Vec<u8> = std::iter::once(0).chain(row).collect();
        // Writing to a vector cannot fail.
        let _ = packed.write_all(&line);
    }
    let size = |side: usize| u32::try_from(side).unwrap_or(0).to_be_bytes();
    let mut head = [size(width), size(points.len() / width.max(1))].concat();
    head.extend([8, 3, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in [
        (b"IHDR", head),
        (b"PLTE", palette.concat()),
        (b"IDAT", packed.finish().unwrap_or_default()),
        (b"IEND", Vec::new()),
    ] {
        let mut sum = Crc::new();
        sum.update(kind);
        sum.update(&content);
        file.extend(size(content.len()));
        file.extend_from_slice(kind);
        file.extend(content);
        file.extend(sum.sum().to_be_bytes());
    }
    file
}
