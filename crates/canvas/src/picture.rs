//! Pictures as files of others hold them, decoded under limits.

use std::io::Cursor;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _, ImageFormat, ImageReader, Limits};
use thiserror::Error;

/// A decoded picture: red, green, blue and opacity of each point, rows from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) points: Vec<[u8; 4]>,
}

/// Why a picture is not drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadPicture {
    /// It is neither PNG nor JPEG.
    #[error("neither PNG nor JPEG")]
    Format,
    /// It has more octets than are read (T-I10).
    #[error("more octets than are read")]
    Long,
    /// It has more points, or a longer side, than are decoded (T-I7, T-I10).
    #[error("more points than are decoded")]
    Large,
    /// It has more than 8 bits a channel, or colours that are neither grey nor red, green and blue.
    #[error("more than 8 bits a channel, or colours for print")]
    Depth,
    /// It moves.
    #[error("more than one picture")]
    Animated,
    /// A checksum of it is wrong.
    #[error("a checksum is wrong")]
    Checksum,
    /// It ends before its picture does.
    #[error("it ends before its picture does")]
    Cut,
    /// It holds more than its size says.
    #[error("it holds more than its size says")]
    Surplus,
    /// It cannot be decoded.
    #[error("it cannot be decoded")]
    Malformed,
}

/// Longest side of a picture.
const MAX_SIDE: u32 = 20_000;
/// Octets that decoding may take at once.
const MAX_DECODED: u64 = 160 * 1024 * 1024;

impl Picture {
    /// The picture in a PNG or JPEG file of at most `most` points.
    ///
    /// # Errors
    /// [`ReadPicture`].
    pub fn decode(octets: &[u8], most: u64) -> Result<Picture, ReadPicture> {
        let format = match octets {
            [0x89, b'P', b'N', b'G', ..] => ImageFormat::Png,
            [0xFF, 0xD8, 0xFF, ..] => ImageFormat::Jpeg,
            _ => return Err(ReadPicture::Format),
        };
        // The size is asked for first: what is too large is not decoded at all.
        let sized = ImageReader::with_format(Cursor::new(octets), format);
        let (width, height) = sized
            .into_dimensions()
            .map_err(|_| ReadPicture::Malformed)?;
        let count = u64::from(width) * u64::from(height);
        if count > most || width.max(height) > MAX_SIDE {
            return Err(ReadPicture::Large);
        }
        Picture::decoded(octets, format)
    }

    /// The picture in a file whose size was looked at.
    pub(crate) fn decoded(octets: &[u8], format: ImageFormat) -> Result<Picture, ReadPicture> {
        let mut reader = ImageReader::with_format(Cursor::new(octets), format);
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        limits.max_alloc = Some(MAX_DECODED);
        reader.limits(limits);
        let image = reader
            .decode()
            .map_err(|_| ReadPicture::Malformed)?
            .into_rgba8();
        let (points, _) = image.as_raw().as_chunks::<4>();
        Ok(Picture {
            width: usize::try_from(image.width()).unwrap_or_default(),
            height: usize::try_from(image.height()).unwrap_or_default(),
            points: points.to_vec(),
        })
    }

    /// Points across and down.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// The picture as a PNG file: its points, and nothing else of what they were read from (T-I10).
    #[must_use]
    pub fn png(&self) -> Vec<u8> {
        let size = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
        let (width, height) = (size(self.width), size(self.height));
        let mut file = Cursor::new(Vec::new());
        // Writing to a vector cannot fail, and the octets are as many as the size says.
        let _ = PngEncoder::new(&mut file).write_image(
            self.points.as_flattened(),
            width,
            height,
            ExtendedColorType::Rgba8,
        );
        file.into_inner()
    }
}
