//! Pictures of seals that others made: read strictly under the limits of T-I10, and written anew from their points alone.
//!
//! A file is walked through first. What is no part of its picture (texts, profiles, previews, whatever follows its end) is left
//! out, sizes and checksums are compared, and only the rest, which is known to be in order, reaches the decoder.

use image::ImageFormat;
use png::{BitDepth, ColorType, Compression, Encoder, Filter};

use crate::picture::{Picture, ReadPicture};

mod jpeg;
mod png_file;

/// Octets of a file; an electronic seal has no more for its picture either.
const MAX_OCTETS: usize = 2 << 20;
/// T-I10: points of a seal's picture.
const MAX_POINTS: u64 = 4_000_000;
/// Points of its longer side: a hand's breadth at 2,000 dpi.
const MAX_SIDE: u32 = 8_000;
/// Fainter than this is noise of a scan and not drawn.
const FAINT: u8 = 16;

/// The part of a file that is its picture, as a file of its own.
struct Plain {
    format: ImageFormat,
    octets: Vec<u8>,
}

impl Picture {
    /// The picture of a seal in a PNG or JPEG file of at most 2 MiB: at most 4,000,000 points, 8,000 in a side, 8 bits a
    /// channel, one picture, no octet missing. What follows its end is not read.
    ///
    /// # Errors
    /// [`ReadPicture`]: what is said of it before anything is decoded, `Malformed` for what cannot be decoded.
    pub fn of_seal(octets: &[u8]) -> Result<Picture, ReadPicture> {
        if octets.len() > MAX_OCTETS {
            return Err(ReadPicture::Long);
        }
        let plain = match octets {
            [0x89, b'P', b'N', b'G', ..] => png_file::plain(octets)?,
            [0xFF, 0xD8, 0xFF, ..] => jpeg::plain(octets)?,
            _ => return Err(ReadPicture::Format),
        };
        Picture::decoded(&plain.octets, plain.format)
    }

    /// The picture as ink on nothing. Where every point is opaque, the white of its paper is taken out, so that over white it
    /// looks as it did; a point that shows nothing has no colour either.
    #[must_use]
    pub fn on_nothing(mut self) -> Picture {
        let on_paper = self.is_opaque();
        for point in &mut self.points {
            *point = inked(*point, on_paper);
        }
        self
    }

    fn is_opaque(&self) -> bool {
        self.points.iter().all(|[.., opacity]| *opacity == u8::MAX)
    }

    /// Whether nothing of it shows.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.points.iter().all(|[.., opacity]| *opacity < FAINT)
    }

    /// Red, green and blue of each point.
    #[must_use]
    pub fn colours(&self) -> Vec<u8> {
        let colours = self
            .points
            .iter()
            .map(|[red, green, blue, _]| [*red, *green, *blue]);
        colours.flatten().collect()
    }

    /// The opacity of each point.
    #[must_use]
    pub fn opacities(&self) -> Vec<u8> {
        self.points.iter().map(|[.., opacity]| *opacity).collect()
    }

    /// The picture as a PNG file of four channels with 8 bits each, as small as it gets: its points, no ancillary chunk.
    #[must_use]
    pub fn compact_png(&self) -> Vec<u8> {
        let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, side(self.width), side(self.height));
        encoder.set_color(ColorType::Rgba);
        encoder.set_depth(BitDepth::Eight);
        // It is written once and travels in each signature of its seal.
        encoder.set_compression(Compression::High);
        encoder.set_filter(Filter::Adaptive);
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(self.points.as_flattened())?;
            writer.finish()
        });
        // Writing to a vector cannot fail; a picture without points is none.
        if written.is_err() {
            file.clear();
        }
        file
    }
}

fn inked(point: [u8; 4], on_paper: bool) -> [u8; 4] {
    match point {
        [red, green, blue, _] if on_paper => ink([red, green, blue]),
        [.., 0] => [0; 4],
        shown => shown,
    }
}

/// The ink that gives this colour on white paper: as little of it as does.
fn ink([red, green, blue]: [u8; 3]) -> [u8; 4] {
    let opacity = u8::MAX - red.min(green).min(blue);
    let full = |channel| full(channel, opacity);
    match opacity < FAINT {
        true => [0; 4],
        false => [full(red), full(green), full(blue), opacity],
    }
}

/// What a channel is in the ink, when it is this over white.
fn full(channel: u8, opacity: u8) -> u8 {
    let lacks = u16::from(u8::MAX - channel) * u16::from(u8::MAX);
    let lacks = lacks.checked_div(u16::from(opacity)).unwrap_or_default();
    u8::MAX - u8::try_from(lacks).unwrap_or(u8::MAX)
}

/// T-I10, before anything is allocated for it.
fn bound(width: u32, height: u32) -> Result<(), ReadPicture> {
    match u64::from(width) * u64::from(height) {
        0 => Err(ReadPicture::Malformed),
        points if points > MAX_POINTS || width.max(height) > MAX_SIDE => Err(ReadPicture::Large),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
