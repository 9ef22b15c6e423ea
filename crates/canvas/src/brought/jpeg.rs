//! JPEG walked through, segment by segment (ISO/IEC 10918-1, annex B).

use image::ImageFormat;

use crate::brought::{Plain, bound};
use crate::picture::ReadPicture;

/// Scans of a picture that comes in steps: each costs a pass over all of it.
const MAX_SCANS: usize = 32;

/// The segments without which the picture is not what it is, as a file of their own. It has an end; data that were changed
/// within a scan show as they do, since nothing in the format tells.
pub(super) fn plain(octets: &[u8]) -> Result<Plain, ReadPicture> {
    let mut file = START.to_vec();
    let mut rest = octets.strip_prefix(START).ok_or(ReadPicture::Format)?;
    let (mut framed, mut scans) = (false, 0_usize);
    loop {
        let marker = marker(&mut rest)?;
        if marker == END {
            break;
        }
        let content = segment(marker, &mut rest)?;
        let kept = match marker {
            0xC0..=0xC2 if !framed => {
                frame(content)?;
                framed = true;
                true
            }
            TABLES | QUANTA | INTERVAL => true,
            SCAN if framed => {
                scans = scans.saturating_add(1);
                true
            }
            // What the three channels are is told by whom wrote "Adobe" here; all other words of applications are left out.
            ADOBE => content.starts_with(b"Adobe") && content.len() == 12,
            0xE0..=0xEF | COMMENT => false,
            _ => return Err(ReadPicture::Malformed),
        };
        if scans > MAX_SCANS {
            return Err(ReadPicture::Surplus);
        }
        if kept {
            put(&mut file, marker, content);
        }
        if marker == SCAN {
            file.extend_from_slice(scanned(&mut rest)?);
        }
    }
    if scans == 0 {
        return Err(ReadPicture::Malformed);
    }
    file.extend_from_slice(&[0xFF, END]);
    Ok(Plain {
        format: ImageFormat::Jpeg,
        octets: file,
    })
}

const START: &[u8] = &[0xFF, 0xD8];
const END: u8 = 0xD9;
const TABLES: u8 = 0xC4;
const QUANTA: u8 = 0xDB;
const INTERVAL: u8 = 0xDD;
const SCAN: u8 = 0xDA;
const ADOBE: u8 = 0xEE;
const COMMENT: u8 = 0xFE;

/// B.1.1.2: a marker, behind as many fill octets as there are.
fn marker(rest: &mut &[u8]) -> Result<u8, ReadPicture> {
    let (first, mut after) = rest.split_first().ok_or(ReadPicture::Cut)?;
    if *first != 0xFF {
        return Err(ReadPicture::Malformed);
    }
    loop {
        let (next, more) = after.split_first().ok_or(ReadPicture::Cut)?;
        after = more;
        if *next != 0xFF {
            *rest = after;
            return Ok(*next);
        }
    }
}

/// B.1.1.4: the content of a segment, whose length counts its own two octets.
fn segment<'a>(marker: u8, rest: &mut &'a [u8]) -> Result<&'a [u8], ReadPicture> {
    if stands_alone(marker) {
        return Err(ReadPicture::Malformed);
    }
    let (length, after) = rest.split_first_chunk().ok_or(ReadPicture::Cut)?;
    let length = usize::from(u16::from_be_bytes(*length));
    let length = length.checked_sub(2).ok_or(ReadPicture::Malformed)?;
    let (content, after) = after.split_at_checked(length).ok_or(ReadPicture::Cut)?;
    *rest = after;
    Ok(content)
}

/// A start, a restart and what is reserved have no content, and no place between segments.
fn stands_alone(marker: u8) -> bool {
    matches!(marker, 0x00..=0xBF | 0xD0..=0xD8)
}

fn side(octets: [u8; 2]) -> u32 {
    u32::from(u16::from_be_bytes(octets))
}

/// B.2.2: precision, height, width, components.
fn frame(content: &[u8]) -> Result<(), ReadPicture> {
    let &[depth, h1, h2, w1, w2, components, ..] = content else {
        return Err(ReadPicture::Malformed);
    };
    if depth != 8 || !matches!(components, 1 | 3) {
        return Err(ReadPicture::Depth);
    }
    bound(side([w1, w2]), side([h1, h2]))
}

/// B.1.1.5: the data of a scan, up to a marker that is no restart.
fn scanned<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], ReadPicture> {
    let mut pairs = rest.array_windows();
    let end = pairs.position(|[first, second]| {
        *first == 0xFF && !matches!(*second, 0x00 | 0xD0..=0xD7 | 0xFF)
    });
    let (data, after) = rest.split_at(end.ok_or(ReadPicture::Cut)?);
    *rest = after;
    Ok(data)
}

fn put(file: &mut Vec<u8>, marker: u8, content: &[u8]) {
    let length = u16::try_from(content.len().saturating_add(2)).unwrap_or(u16::MAX);
    file.extend_from_slice(&[0xFF, marker]);
    file.extend_from_slice(&length.to_be_bytes());
    file.extend_from_slice(content);
}
