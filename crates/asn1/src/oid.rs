//! Object identifiers.

use std::fmt;

const MAX_OCTETS: usize = 128;
/// T-I6: arcs of one identifier.
const MAX_ARCS: usize = 100;

/// An object identifier: its content octets, checked, at most 128 of them and at most 100 arcs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Oid {
    length: usize,
    octets: [u8; MAX_OCTETS],
}

impl Oid {
    /// The identifier with these arcs, for constants.
    ///
    /// # Panics
    /// Fewer than two arcs, a second arc too large for its first, or more than 128 octets. In a
    /// constant this stops the build.
    #[must_use]
    pub const fn of(arcs: &[u128]) -> Self {
        let mut oid = Self {
            length: 0,
            octets: [0; MAX_OCTETS],
        };
        assert!(arcs.len() >= 2, "an identifier has two arcs at least");
        let Some((first, rest)) = arcs.split_first() else {
            return oid;
        };
        let Some((second, mut rest)) = rest.split_first() else {
            return oid;
        };
        assert!(
            *first <= 2 && (*first == 2 || *second < 40),
            "the first two arcs share one number"
        );
        oid = oid.with(*first * 40 + *second);
        while let Some((arc, more)) = rest.split_first() {
            oid = oid.with(*arc);
            rest = more;
        }
        oid
    }

    const fn with(mut self, arc: u128) -> Self {
        let mut groups = (128 - arc.leading_zeros()).div_ceil(7);
        if groups == 0 {
            groups = 1;
        }
        assert!(
            self.length + groups as usize <= MAX_OCTETS,
            "an identifier of more than 128 octets"
        );
        let (_, mut room) = self.octets.split_at_mut(self.length);
        while groups > 0 {
            groups -= 1;
            let [_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, low] =
                ((arc >> (7 * groups)) & 0x7f).to_be_bytes();
            let Some((octet, more)) = room.split_first_mut() else {
                return self;
            };
            *octet = if groups == 0 { low } else { low | 0x80 };
            room = more;
            self.length += 1;
        }
        self
    }

    /// Reads content octets; `None` unless minimal, complete and within the limits.
    #[must_use]
    pub fn from_octets(content: &[u8]) -> Option<Self> {
        let mut octets = [0; MAX_OCTETS];
        octets.get_mut(..content.len())?.copy_from_slice(content);
        // X.690 8.19.2: a subidentifier begins with no 0x80 and its last octet has bit 8 clear.
        let mut begins = true;
        let mut arcs = 1;
        for octet in content {
            if begins && *octet == 0x80 {
                return None;
            }
            begins = octet & 0x80 == 0;
            arcs += usize::from(begins);
        }
        (begins && !content.is_empty() && arcs <= MAX_ARCS).then_some(Self {
            length: content.len(),
            octets,
        })
    }

    /// The content octets, without tag and length.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.octets.get(..self.length).unwrap_or_default()
    }

    /// The identifier written with dots, as in `1.2.840.113549`; `None` where it is none.
    #[must_use]
    pub fn from_dotted(text: &str) -> Option<Self> {
        let mut arcs = Vec::new();
        for part in text.split('.') {
            let plain =
                part.bytes().all(|b| b.is_ascii_digit()) && (part == "0" || !part.starts_with('0'));
            arcs.push(if plain {
                part.parse::<u128>().ok()?
            } else {
                return None;
            });
        }
        let [first, second, ..] = *arcs.as_slice() else {
            return None;
        };
        let fits = first <= 2
            && (first == 2 || second < 40)
            && second < 1 << 120
            && arcs.len() <= MAX_ARCS;
        let octets: usize = arcs
            .iter()
            .map(|arc| (128 - arc.leading_zeros()).div_ceil(7).max(1) as usize)
            .sum();
        (fits && octets <= MAX_OCTETS).then(|| Self::of(&arcs))
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        let mut arc: u128 = 0;
        let mut wide = false;
        for octet in self.octets() {
            wide |= arc >> 121 != 0;
            arc = (arc << 7) | u128::from(octet & 0x7f);
            if octet & 0x80 != 0 {
                continue;
            }
            if first {
                let top = (arc / 40).min(2);
                write!(f, "{top}.")?;
                arc -= top * 40;
                first = false;
            } else {
                f.write_str(".")?;
            }
            // An arc of more than 128 bits has no decimal form worth showing.
            if wide {
                f.write_str("…")?
            } else {
                write!(f, "{arc}")?
            }
            (arc, wide) = (0, false);
        }
        Ok(())
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Oid({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arcs_and_octets_agree() {
        let oid = Oid::of(&[1, 2, 840, 113_549, 1, 7, 2]);
        assert_eq!(oid.octets(), [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2]);
        assert_eq!(oid.to_string(), "1.2.840.113549.1.7.2");
        assert_eq!(Oid::from_octets(oid.octets()), Some(oid));
        assert_eq!(Oid::from_dotted("1.2.840.113549.1.7.2"), Some(oid));
    }

    #[test]
    fn an_arc_of_a_uuid_fits() {
        let text = "2.25.302814158361537297158614022098125347143";
        let oid = Oid::from_dotted(text).expect("a 128-bit arc");
        assert_eq!(oid.to_string(), text);
        assert_eq!(Oid::from_octets(oid.octets()), Some(oid));
    }

    #[test]
    fn malformed_octets_are_refused() {
        for bad in [&[][..], &[0x80, 1], &[0x2a, 0x80, 1], &[0x2a, 0x86]] {
            assert_eq!(Oid::from_octets(bad), None, "{bad:02x?}");
        }
    }

    #[test]
    fn one_hundred_arcs_are_the_limit() {
        assert!(Oid::from_octets(&[0x2a; 99]).is_some());
        assert!(Oid::from_octets(&[0x2a; 100]).is_none());
        assert!(Oid::from_octets(&[0x2a; 129]).is_none());
    }

    #[test]
    fn malformed_text_is_refused() {
        for bad in [
            "", "1", "3.1", "1.40", "1.02", "1..2", "1.2.x", "1.2.", "1.+2",
        ] {
            assert_eq!(Oid::from_dotted(bad), None, "{bad}");
        }
    }
}
