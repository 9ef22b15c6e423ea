//! From characters to the sequence of codewords: segment, padding, error correction, interleaving
//! (ISO/IEC 18004 7.4 to 7.6).

use super::capacity::{Level, Version};

/// The letters of the alphanumeric mode in the order of their values (table 5).
const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
/// Of the alphanumeric mode (table 2).
const MODE: (u32, usize) = (0b0010, 4);
/// x^8 + x^4 + x^3 + x^2 + 1 (7.5.2).
const MODULUS: u16 = 0x11D;

/// The values of the characters; nothing if one is not of the alphabet.
pub(crate) fn values(text: &str) -> Option<Vec<u32>> {
    text.bytes()
        .map(|letter| {
            let value = ALPHABET.iter().position(|known| *known == letter)?;
            u32::try_from(value).ok()
        })
        .collect()
}

/// The codewords of characters that the version takes, in the order in which they are placed.
pub(crate) fn of(values: &[u32], version: Version, level: Level) -> Vec<u8> {
    let data = segment(values, version, level);
    let (correction, count) = version.blocks(level);
    let total = version.codewords();
    // 7.5.1: the blocks that are one octet shorter come first.
    let short = count - total % count;
    let length = total / count - correction;
    let field = Field::new();
    let divisor = field.generator(correction);
    let mut rest = data.as_slice();
    let mut blocks = Vec::with_capacity(count);
    for number in 0..count {
        let (block, later) = rest.split_at(length + usize::from(number >= short));
        blocks.push((block, field.remainder(block, &divisor)));
        rest = later;
    }
    let mut all = Vec::with_capacity(total);
    for place in 0..=length {
        all.extend(blocks.iter().filter_map(|(block, _)| block.get(place)));
    }
    for place in 0..correction {
        all.extend(blocks.iter().filter_map(|(_, words)| words.get(place)));
    }
    all
}

/// One segment, its terminator and its padding (7.4.4, 7.4.9, 7.4.10).
fn segment(values: &[u32], version: Version, level: Level) -> Vec<u8> {
    let room = version.data(level);
    let mut bits = Bits::default();
    bits.push(MODE.0, MODE.1);
    bits.push(
        u32::try_from(values.len()).unwrap_or(u32::MAX),
        version.count_bits(),
    );
    for pair in values.chunks(2) {
        match pair {
            [first, second] => bits.push(first * 45 + second, 11),
            [last] => bits.push(*last, 6),
            _ => {}
        }
    }
    bits.push(0, (room * 8 - bits.length).min(4));
    bits.push(0, bits.length.next_multiple_of(8) - bits.length);
    let mut octets = bits.octets;
    let padding = [0xEC, 0x11].into_iter().cycle().take(room - octets.len());
    octets.extend(padding);
    octets
}

#[derive(Default)]
struct Bits {
    octets: Vec<u8>,
    length: usize,
}

impl Bits {
    /// The last `count` bits of a value, the highest first.
    fn push(&mut self, value: u32, count: usize) {
        for place in (0..count).rev() {
            if self.length.is_multiple_of(8) {
                self.octets.push(0);
            }
            if let Some(last) = self.octets.last_mut()
                && value >> place & 1 == 1
            {
                *last |= 0x80 >> (self.length % 8);
            }
            self.length += 1;
        }
    }
}

/// GF(2^8) by its logarithms.
struct Field {
    power: [u8; 255],
    log: [u8; 256],
}

impl Field {
    fn new() -> Field {
        let (mut power, mut log) = ([0; 255], [0; 256]);
        let mut value: u16 = 1;
        for (exponent, power) in (0_u8..255).zip(&mut power) {
            let octet = u8::try_from(value).unwrap_or_default();
            *power = octet;
            if let Some(log) = log.get_mut(usize::from(octet)) {
                *log = exponent;
            }
            value <<= 1;
            if value > 0xFF {
                value ^= MODULUS;
            }
        }
        Field { power, log }
    }

    fn times(&self, left: u8, right: u8) -> u8 {
        if left == 0 || right == 0 {
            return 0;
        }
        let log = |octet: u8| {
            self.log
                .get(usize::from(octet))
                .map_or(0, |log| usize::from(*log))
        };
        let exponent = (log(left) + log(right)) % 255;
        self.power.get(exponent).copied().unwrap_or_default()
    }

    /// The generator polynomial of a degree without its leading term, the highest coefficient first (annex A).
    fn generator(&self, degree: usize) -> Vec<u8> {
        let mut terms = vec![0; degree];
        if let Some(last) = terms.last_mut() {
            *last = 1;
        }
        let mut root = 1;
        for _ in 0..degree {
            let next: Vec<u8> = terms.iter().skip(1).copied().chain([0]).collect();
            for (term, next) in terms.iter_mut().zip(next) {
                *term = self.times(*term, root) ^ next;
            }
            root = self.times(root, 2);
        }
        terms
    }

    /// What is left of the data after division: the octets of error correction (7.5.2).
    fn remainder(&self, data: &[u8], divisor: &[u8]) -> Vec<u8> {
        let mut rest = std::collections::VecDeque::from(vec![0; divisor.len()]);
        for octet in data {
            let factor = octet ^ rest.pop_front().unwrap_or_default();
            rest.push_back(0);
            for (term, divisor) in rest.iter_mut().zip(divisor) {
                *term ^= self.times(*divisor, factor);
            }
        }
        rest.into()
    }
}
