//! PNG walked through, chunk by chunk (ISO/IEC 15948).

use std::io::Read as _;

use flate2::bufread::ZlibDecoder;
use image::ImageFormat;

use crate::brought::{Plain, bound};
use crate::picture::ReadPicture;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What the chunks of a file say of its picture.
struct Parts<'a> {
    header: &'a [u8],
    palette: Option<&'a [u8]>,
    transparency: Option<&'a [u8]>,
    data: Vec<u8>,
}

/// What the header says.
struct Header {
    width: u32,
    height: u32,
    /// Bits of a point.
    bits: u32,
    colour: u8,
    interlaced: bool,
}

/// The chunks without which the picture is not what it is, as a file of their own; every checksum was right, and the data
/// are as many as the header says.
pub(super) fn plain(octets: &[u8]) -> Result<Plain, ReadPicture> {
    let rest = octets.strip_prefix(SIGNATURE);
    let (parts, header) = walked(rest.ok_or(ReadPicture::Format)?)?;
    complete(&parts, &header)?;
    let mut file = SIGNATURE.to_vec();
    put(&mut file, b"IHDR", parts.header);
    if let Some(palette) = parts.palette {
        put(&mut file, b"PLTE", palette);
    }
    if let Some(transparency) = parts.transparency {
        put(&mut file, b"tRNS", transparency);
    }
    put(&mut file, b"IDAT", &parts.data);
    put(&mut file, b"IEND", &[]);
    Ok(Plain {
        format: ImageFormat::Png,
        octets: file,
    })
}

/// 5.6: IHDR, then PLTE, tRNS, the data in one row, IEND; whatever else stands between them is left out.
fn walked(mut rest: &[u8]) -> Result<(Parts<'_>, Header), ReadPicture> {
    let (kind, content) = chunk(&mut rest)?;
    if kind != *b"IHDR" {
        return Err(ReadPicture::Malformed);
    }
    let header = Header::read(content)?;
    let mut parts = Parts {
        header: content,
        palette: None,
        transparency: None,
        data: Vec::new(),
    };
    let mut ended = false;
    loop {
        let (kind, content) = chunk(&mut rest)?;
        let before = parts.data.is_empty();
        match &kind {
            b"IEND" => return Ok((parts, header)),
            b"IDAT" if !ended => parts.data.extend_from_slice(content),
            b"PLTE" if before && parts.palette.is_none() && parts.transparency.is_none() => {
                parts.palette = Some(content);
            }
            b"tRNS" if before && parts.transparency.is_none() => {
                parts.transparency = Some(content);
            }
            b"acTL" | b"fcTL" | b"fdAT" => return Err(ReadPicture::Animated),
            // 5.4: a capital first letter means that no reader may go by it.
            [first, ..] if first.is_ascii_lowercase() && kind != *b"tRNS" => {}
            _ => return Err(ReadPicture::Malformed),
        }
        ended = !parts.data.is_empty() && kind != *b"IDAT";
    }
}

/// 5.3: length, type, content, checksum over type and content.
fn chunk<'a>(rest: &mut &'a [u8]) -> Result<([u8; 4], &'a [u8]), ReadPicture> {
    let (length, after) = rest.split_first_chunk().ok_or(ReadPicture::Cut)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
    let kind = after.first_chunk().ok_or(ReadPicture::Cut)?;
    let sums = after.split_at_checked(length.saturating_add(kind.len()));
    let (summed, after) = sums.ok_or(ReadPicture::Cut)?;
    let (sum, after) = after.split_first_chunk().ok_or(ReadPicture::Cut)?;
    if checksum(&[summed]) != *sum {
        return Err(ReadPicture::Checksum);
    }
    *rest = after;
    Ok((*kind, summed.get(kind.len()..).unwrap_or_default()))
}

impl Header {
    /// 11.2.2.
    fn read(content: &[u8]) -> Result<Header, ReadPicture> {
        let (width, rest) = content.split_first_chunk().ok_or(ReadPicture::Malformed)?;
        let (height, rest) = rest.split_first_chunk().ok_or(ReadPicture::Malformed)?;
        let &[depth, colour, 0, 0, interlaced @ (0 | 1)] = rest else {
            return Err(ReadPicture::Malformed);
        };
        let channels = match (colour, depth) {
            (0 | 2 | 4 | 6, 16) => return Err(ReadPicture::Depth),
            (0 | 3, 1 | 2 | 4 | 8) => 1,
            (2, 8) => 3,
            (4, 8) => 2,
            (6, 8) => 4,
            _ => return Err(ReadPicture::Malformed),
        };
        let (width, height) = (u32::from_be_bytes(*width), u32::from_be_bytes(*height));
        bound(width, height)?;
        Ok(Header {
            width,
            height,
            bits: channels * u32::from(depth),
            colour,
            interlaced: interlaced == 1,
        })
    }

    /// Octets of the picture's data inflated: an octet for its filter before each row (7.3), and so in each of the seven
    /// parts of an interlaced one (8.2).
    fn inflated(&self) -> u64 {
        match self.interlaced {
            false => self.part([0, 0, 1, 1]),
            true => ADAM.into_iter().map(|part| self.part(part)).sum(),
        }
    }

    fn part(&self, [x, y, across, down]: [u32; 4]) -> u64 {
        let width = self.width.saturating_sub(x).div_ceil(across);
        let height = self.height.saturating_sub(y).div_ceil(down);
        match width {
            0 => 0,
            _ => u64::from(height) * (self.row(width) + 1),
        }
    }

    fn row(&self, width: u32) -> u64 {
        (u64::from(width) * u64::from(self.bits)).div_ceil(8)
    }
}

/// 8.2: where each part begins, and its steps.
const ADAM: [[u32; 4]; 7] = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
];

/// Whether palette and data are those of the header: not one octet more is inflated than it says.
fn complete(parts: &Parts<'_>, header: &Header) -> Result<(), ReadPicture> {
    if !is_palette(parts.palette) || !in_order(parts, header) {
        return Err(ReadPicture::Malformed);
    }
    let expected = header.inflated();
    match counted(&parts.data, expected)? {
        count if count > expected => Err(ReadPicture::Surplus),
        count if count == expected => Ok(()),
        _ => Err(ReadPicture::Cut),
    }
}

/// 11.2.3: as many octets as up to 256 colours have.
fn is_palette(palette: Option<&[u8]>) -> bool {
    let mut length = palette.iter().map(|palette| palette.len());
    length.all(|octets| octets % 3 == 0 && (3..=768).contains(&octets))
}

/// 11.2.3, 11.3.2: which colours have a palette and a transparency, and how much of it.
fn in_order(parts: &Parts<'_>, header: &Header) -> bool {
    let palette = parts.palette.map(<[u8]>::len);
    let transparency = parts.transparency.map(<[u8]>::len);
    match header.colour {
        3 => palette.is_some_and(|octets| octets <= 3 << header.bits.min(8)),
        0 => palette.is_none() && transparency.is_none_or(|octets| octets == 2),
        2 => transparency.is_none_or(|octets| octets == 6),
        4 => palette.is_none() && transparency.is_none(),
        _ => transparency.is_none(),
    }
}

/// How many octets the data inflate to; no more than one beyond what is expected are looked at.
fn counted(data: &[u8], expected: u64) -> Result<u64, ReadPicture> {
    let mut inflated = ZlibDecoder::new(data).take(expected.saturating_add(1));
    std::io::copy(&mut inflated, &mut std::io::sink()).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => ReadPicture::Cut,
        _ => ReadPicture::Malformed,
    })
}

fn put(file: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    file.extend_from_slice(&length.to_be_bytes());
    file.extend_from_slice(kind);
    file.extend_from_slice(content);
    file.extend_from_slice(&checksum(&[kind, content]));
}

fn checksum(parts: &[&[u8]]) -> [u8; 4] {
    let mut sum = flate2::Crc::new();
    parts.iter().for_each(|part| sum.update(part));
    sum.sum().to_be_bytes()
}
