//! The output intent: an sRGB profile of our own making (ICC.1:2004-10, IEC 61966-2-1).

/// The profile: a display device with three primaries and one tone curve.
pub(crate) fn profile() -> Vec<u8> {
    let curve = parametric_curve();
    let tags: [(&[u8; 4], Vec<u8>); 7] = [
        (b"desc", localised("sRGB IEC61966-2.1")),
        (b"cprt", localised("CC0")),
        (b"wtpt", xyz([0xF6D6, 0x1_0000, 0xD32D])),
        // ICC.1:2004-10, 9.2.10: primaries and white are given relative to D50; `chad` tells how.
        (b"chad", adaptation()),
        (b"rXYZ", xyz([0x6FA2, 0x38F5, 0x0390])),
        (b"gXYZ", xyz([0x6299, 0xB785, 0x18DA])),
        (b"bXYZ", xyz([0x24A0, 0x0F84, 0xB6CF])),
    ];
    let count = tags.len() + 3;
    let mut table = u32_bytes(count).to_vec();
    let mut data = Vec::new();
    let begin = HEADER + 4 + count * 12;
    for (tag, body) in &tags {
        entry(&mut table, tag, begin + data.len(), body.len());
        data.extend_from_slice(body);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    for tag in [b"rTRC", b"gTRC", b"bTRC"] {
        entry(&mut table, tag, begin + data.len(), curve.len());
    }
    data.extend_from_slice(&curve);
    let mut profile = header(HEADER + table.len() + data.len());
    profile.extend_from_slice(&table);
    profile.extend_from_slice(&data);
    profile
}

const HEADER: usize = 128;

/// ICC.1:2004-10, 7.2: version 4.2, display device, RGB, XYZ connection space, D50 illuminant.
fn header(length: usize) -> Vec<u8> {
    let mut header = Vec::with_capacity(length);
    header.extend_from_slice(&u32_bytes(length));
    header.extend_from_slice(&[0; 4]);
    header.extend_from_slice(&[4, 0x20, 0, 0]);
    header.extend_from_slice(b"mntrRGB XYZ ");
    for part in [2026_u16, 1, 1, 0, 0, 0] {
        header.extend_from_slice(&part.to_be_bytes());
    }
    header.extend_from_slice(b"acsp");
    header.resize(68, 0);
    for part in [0xF6D6_u32, 0x1_0000, 0xD32D] {
        header.extend_from_slice(&part.to_be_bytes());
    }
    header.resize(HEADER, 0);
    header
}

fn entry(table: &mut Vec<u8>, tag: &[u8; 4], place: usize, length: usize) {
    table.extend_from_slice(tag);
    table.extend_from_slice(&u32_bytes(place));
    table.extend_from_slice(&u32_bytes(length));
}

/// `multiLocalizedUnicodeType` with one English record (10.13).
fn localised(text: &str) -> Vec<u8> {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut body = b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0CenUS".to_vec();
    body.extend_from_slice(&u32_bytes(units.len()));
    body.extend_from_slice(&u32_bytes(28));
    body.extend_from_slice(&units);
    body
}

/// `XYZType` of three s15Fixed16 numbers (10.27).
fn xyz(parts: [u32; 3]) -> Vec<u8> {
    let mut body = b"XYZ \0\0\0\0".to_vec();
    body.extend(parts.iter().flat_map(|part| part.to_be_bytes()));
    body
}

/// Bradford adaptation from D65 to D50, as s15Fixed16 numbers.
fn adaptation() -> Vec<u8> {
    let rows: [i32; 9] = [
        68_674, 1_502, -3_290, 1_939, 64_912, -1_119, -605, 988, 49_262,
    ];
    let mut body = b"sf32\0\0\0\0".to_vec();
    body.extend(rows.iter().flat_map(|part| part.to_be_bytes()));
    body
}

/// `parametricCurveType` of kind 3 (10.15): the curve of IEC 61966-2-1 with its straight foot.
fn parametric_curve() -> Vec<u8> {
    // g = 2.4, a = 1/1.055, b = 0.055/1.055, c = 1/12.92, d = 0.04045
    let parts: [u32; 5] = [157_286, 62_119, 3_417, 5_072, 2_651];
    let mut body = b"para\0\0\0\0\0\x03\0\0".to_vec();
    body.extend(parts.iter().flat_map(|part| part.to_be_bytes()));
    body
}

fn u32_bytes(value: usize) -> [u8; 4] {
    u32::try_from(value).unwrap_or(u32::MAX).to_be_bytes()
}
