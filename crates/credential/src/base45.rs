//! Base45 (RFC 9285): two octets as three characters that QR codes hold in alphanumeric mode.

/// RFC 9285 4.2.
const LETTERS: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// The text of these octets.
pub(crate) fn encode(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len().div_ceil(2) * 3);
    for pair in octets.chunks(2) {
        let (mut value, letters) = match *pair {
            [first, second] => (u32::from(first) << 8 | u32::from(second), 3),
            [single] => (u32::from(single), 2),
            _ => continue,
        };
        for _ in 0..letters {
            let index = usize::try_from(value % 45).unwrap_or_default();
            text.push(char::from(LETTERS.get(index).copied().unwrap_or_default()));
            value /= 45;
        }
    }
    text
}

/// The octets of a text; `None` for a letter outside the alphabet, a group of one, or a group above what
/// its octets hold (RFC 9285 6: such inputs are rejected).
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len() / 3 * 2 + 1);
    for group in text.as_bytes().chunks(3) {
        let mut value = 0_u32;
        for letter in group.iter().rev() {
            let digit = LETTERS.iter().position(|known| known == letter)?;
            value = value * 45 + u32::try_from(digit).ok()?;
        }
        match group.len() {
            3 => octets.extend(u16::try_from(value).ok()?.to_be_bytes()),
            2 => octets.push(u8::try_from(value).ok()?),
            _ => return None,
        }
    }
    Some(octets)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_the_standard_hold() {
        for (octets, text) in [
            (&b"AB"[..], "BB8"),
            (b"Hello!!", "%69 VD92EX0"),
            (b"base-45", "UJCLQE7W581"),
            (b"ietf!", "QED8WEX0"),
        ] {
            assert_eq!(encode(octets), text);
            assert_eq!(decode(text).as_deref(), Some(octets));
        }
    }

    #[test]
    fn what_encodes_nothing_is_refused() {
        // 65,536; 256 in two letters; a single letter; a letter outside; lower case.
        for text in ["GGX", "U6", "A", "BB8A", "B_8", "bb8", "Ж"] {
            assert_eq!(decode(text), None, "{text}");
        }
        assert_eq!(decode("FGW"), Some(vec![0xff, 0xff]));
        assert_eq!(decode("::"), None);
    }

    proptest! {
        #[test]
        fn what_was_encoded_decodes(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(decode(&encode(&octets)), Some(octets));
        }
    }
}
