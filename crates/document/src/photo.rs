//! Photographs: decoded within limits and encoded anew, so that nothing but the picture travels on.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use thiserror::Error;

pub(crate) mod drawn;

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
        // T-I10: sizes are asked before anything is decoded, the picture alone travels on.
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
        let decoded = DynamicImage::from_decoder(decoder).map_err(ReadPhoto::Malformed)?;
        let pixels = in_proportion(&decoded).to_rgb8();
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

/// The middle of the picture, cut to the sides of the place that pages keep for it (looks 1) and no
/// finer than print needs.
fn in_proportion(picture: &DynamicImage) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let across = width.min((height * SIDES.0).div_ceil(SIDES.1)).max(1);
    let down = height.min((width * SIDES.1).div_ceil(SIDES.0)).max(1);
    let cut = picture.crop_imm((width - across) / 2, (height - down) / 2, across, down);
    if across > WIDEST {
        let down = (WIDEST * SIDES.1).div_ceil(SIDES.0);
        cut.resize_exact(WIDEST, down, FilterType::Triangle)
    } else {
        cut
    }
}

/// 26 × 32 mm.
const SIDES: (u32, u32) = (26, 32);

/// 26 mm at about 400 dpi.
const WIDEST: u32 = 413;
const QUALITY: u8 = 85;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_portrait_is_the_same_each_time_and_differs_by_seed() {
        let one = drawn::sample_photo(1);
        assert_eq!(one, drawn::sample_photo(1));
        assert_ne!(one, drawn::sample_photo(2));
        let photo = Photo::read(&one).unwrap();
        assert_eq!(photo.digest(), &crypto::sha256(&one));
        assert_eq!((photo.width, photo.height), (312, 384));
    }

    #[test]
    fn a_wide_picture_keeps_its_middle_and_is_not_squeezed() {
        let mut file = Cursor::new(Vec::new());
        image::RgbImage::new(1600, 800)
            .write_to(&mut file, ImageFormat::Png)
            .unwrap();
        let photo = Photo::read(file.get_ref()).unwrap();
        assert_eq!((photo.width, photo.height), (413, 509));
    }

    #[test]
    fn too_many_bytes_or_pixels_and_other_formats_are_refused() {
        let most = vec![0; MOST_BYTES + 1];
        assert!(matches!(Photo::read(&most), Err(ReadPhoto::TooLong(_))));
        let within = Photo::read(&most[..MOST_BYTES]);
        assert!(matches!(within, Err(ReadPhoto::UnknownFormat)));
        assert!(matches!(
            Photo::read(&header(2001, 2000)),
            Err(ReadPhoto::TooLarge {
                width: 2001,
                height: 2000
            })
        ));
        assert!(matches!(
            Photo::read(&header(2000, 2000)),
            Err(ReadPhoto::Malformed(_))
        ));
        assert!(matches!(
            Photo::read(b"GIF89a"),
            Err(ReadPhoto::UnknownFormat)
        ));
    }

    /// A PNG that promises a picture of this size and holds none.
    fn header(width: u32, height: u32) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        image::RgbImage::new(1, 1)
            .write_to(&mut file, ImageFormat::Png)
            .unwrap();
        let mut bytes = file.into_inner();
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        let sum = check(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&sum.to_be_bytes());
        bytes
    }

    /// The check sum of a PNG chunk (ISO/IEC 15948, annex D).
    fn check(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                if sum & 1 == 1 {
                    (sum >> 1) ^ 0xEDB8_8320
                } else {
                    sum >> 1
                }
            })
        })
    }
}
