//! Photographs: decoded within limits and encoded anew, so that nothing but the picture travels on.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{ImageDecoder, ImageFormat, ImageReader, Limits};
use thiserror::Error;

/// Most pixels a photograph may have (threat model, T-I10).
const MOST_PIXELS: u64 = 4_000_000;

/// Most bytes a photograph may arrive in.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Why a photograph is refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadPhoto {
    /// More than `MOST_BYTES`.
    #[error("the photograph has {0} bytes")]
    TooLong(usize),
    /// More than `MOST_PIXELS`.
    #[error("the photograph has {width} × {height} pixels")]
    TooLarge {
        /// Across.
        width: u32,
        /// Down.
        height: u32,
    },
    /// Neither PNG nor JPEG.
    #[error("the photograph is neither PNG nor JPEG")]
    UnknownFormat,
    /// It cannot be decoded.
    #[error("the photograph cannot be decoded")]
    Malformed(#[source] image::ImageError),
}

/// A photograph fit for a page.
#[derive(Clone, Debug)]
pub struct Photo {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) jpeg: Vec<u8>,
    pub(crate) digest: [u8; 32],
}

impl Photo {
    /// Reads a PNG or JPEG file as it was posted and encodes the picture anew (T-I10).
    ///
    /// # Errors
    /// `TooLong`, `TooLarge` before anything is decoded; `UnknownFormat`; `Malformed`.
    pub fn read(bytes: &[u8]) -> Result<Photo, ReadPhoto> {
        if bytes.len() > MOST_BYTES {
            return Err(ReadPhoto::TooLong(bytes.len()));
        }
        let format = match image::guess_format(bytes) {
            Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg)) => format,
            _ => return Err(ReadPhoto::UnknownFormat),
        };
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut limits = Limits::default();
        limits.max_alloc = Some(MOST_PIXELS * 8);
        reader.limits(limits);
        let decoder = reader.into_decoder().map_err(ReadPhoto::Malformed)?;
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            return Err(ReadPhoto::TooLarge { width, height });
        }
        let decoded = image::DynamicImage::from_decoder(decoder).map_err(ReadPhoto::Malformed)?;
        let decoded = if width > WIDEST {
            decoded.resize(WIDEST, u32::MAX, image::imageops::FilterType::Triangle)
        } else {
            decoded
        };
        let pixels = decoded.to_rgb8();
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
            .encode_image(&pixels)
            .map_err(ReadPhoto::Malformed)?;
        Ok(Photo {
            width: pixels.width(),
            height: pixels.height(),
            jpeg,
            digest: crypto::sha256(bytes),
        })
    }

    /// SHA-256 of the bytes as they were posted, which the licence data name.
    #[must_use]
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

/// 26 mm at about 400 dpi.
const WIDEST: u32 = 413;
const QUALITY: u8 = 85;
