//! The little DER that keys and signatures need (X.690 clause 10), strict.

/// Takes one element of tag `tag` from the front: its content, and what follows.
pub(crate) fn take(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = bytes.split_first()?;
    if *found != tag {
        return None;
    }
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        // X.690 10.1: the shortest form of the length.
        0x81 => {
            let (length, rest) = rest.split_first()?;
            (*length >= 0x80).then_some((usize::from(*length), rest))?
        }
        0x82 => {
            let (length, rest) = rest.split_first_chunk::<2>()?;
            let length = usize::from(u16::from_be_bytes(*length));
            (length >= 0x100).then_some((length, rest))?
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// One element and nothing after it.
pub(crate) fn only(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    take(bytes, tag)
        .filter(|(_, rest)| rest.is_empty())
        .map(|(content, _)| content)
}

/// A positive minimal INTEGER from the front: its octets without sign, and what follows.
pub(crate) fn positive(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (content, rest) = take(bytes, 0x02)?;
    // X.690 8.3.2: not nine leading bits alike; a set first bit is a negative number.
    let value = match content {
        [] => return None,
        [0] => return None,
        [0, second, ..] if second & 0x80 == 0 => return None,
        [0, value @ ..] => value,
        [first, ..] if first & 0x80 != 0 => return None,
        value => value,
    };
    Some((value, rest))
}

/// The two numbers of an ECDSA value.
pub(crate) fn two_integers(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (r, rest) = positive(only(bytes, 0x30)?)?;
    let (s, rest) = positive(rest)?;
    rest.is_empty().then_some((r, s))
}

/// An element; its content is shorter than 64 KiB.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len())
        .unwrap_or(u16::MAX)
        .to_be_bytes();
    let mut out = match length {
        [0, low @ 0..=0x7f] => vec![tag, low],
        [0, low] => vec![tag, 0x81, low],
        [high, low] => vec![tag, 0x82, high, low],
    };
    out.extend_from_slice(content);
    out
}

/// A positive INTEGER from big-endian octets.
pub(crate) fn integer(octets: &[u8]) -> Vec<u8> {
    let start = octets
        .iter()
        .position(|octet| *octet != 0)
        .unwrap_or(octets.len().saturating_sub(1));
    let mut content = octets.get(start..).unwrap_or_default().to_vec();
    if content.first().is_none_or(|first| first & 0x80 != 0) {
        content.insert(0, 0);
    }
    element(0x02, &content)
}
