//! SM4 (GB/T 32907) in a time that does not depend on key or data: no table is looked up and nothing branches on a secret.
//!
//! The S-box is computed. With f = x^8 + x^7 + x^6 + x^5 + x^4 + x^2 + 1 it is an affine map, the inverse modulo f, and the
//! same affine map again. It is computed for 64 octets at once, which are the four of a round in each of sixteen blocks: one
//! word holds the same bit of all of them. A block alone costs as much as sixteen.

use cbc::cipher::consts::U16;
use cbc::cipher::{
    Block, BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherDecrypt, BlockCipherEncBackend,
    BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, InOut, InOutBuf, Key, KeyInit,
    KeySizeUser, ParBlocks, ParBlocksSizeUser,
};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Blocks of one pass.
const BLOCKS: usize = 16;
/// FK (GB/T 32907 7.3 a).
const SYSTEM: [u32; 4] = [0xa3b1_bac6, 0x56aa_3350, 0x677d_9197, 0xb270_22dc];

/// A block as four words, the highest octet first.
type Words = [u32; 4];
/// Bit i of 64 octets in word i.
type Planes = [u64; 8];

/// The keys of the 32 rounds; wiped when they are dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Sm4([u32; 32]);

impl Sm4 {
    /// At most [`BLOCKS`] blocks through all rounds (7.1): the same way back with the keys in reverse.
    fn pass<'a>(keys: impl Iterator<Item = &'a u32>, mut blocks: InOutBuf<'_, '_, Block<Self>>) {
        let mut state = [Words::default(); BLOCKS];
        for (words, block) in state.iter_mut().zip(blocks.get_in()) {
            *words = read(&block.0);
        }
        keys.for_each(|key| round(&mut state, *key));
        for (block, [a, b, c, d]) in blocks.get_out().iter_mut().zip(state) {
            block.0 = written([d, c, b, a]);
        }
        state.zeroize();
    }
}

impl KeySizeUser for Sm4 {
    type KeySize = U16;
}

impl BlockSizeUser for Sm4 {
    type BlockSize = U16;
}

impl ParBlocksSizeUser for Sm4 {
    type ParBlocksSize = U16;
}

impl KeyInit for Sm4 {
    /// 7.3: a round of the key is one of the cipher with CK for its key and another spreading.
    fn new(key: &Key<Self>) -> Sm4 {
        let mut words = read(&key.0);
        xor(&mut words, &SYSTEM);
        let mut keys = [0; 32];
        for (made, constant) in keys.iter_mut().zip(constants()) {
            let [a, b, c, d] = words;
            let mut lanes = [0; BLOCKS];
            lanes[0] = b ^ c ^ d ^ constant;
            substitute(&mut lanes);
            *made = a ^ spread_of_the_key(lanes[0]);
            words = [b, c, d, *made];
        }
        words.zeroize();
        Sm4(keys)
    }
}

impl BlockCipherEncrypt for Sm4 {
    fn encrypt_with_backend(&self, f: impl BlockCipherEncClosure<BlockSize = U16>) {
        f.call(self);
    }
}

impl BlockCipherDecrypt for Sm4 {
    fn decrypt_with_backend(&self, f: impl BlockCipherDecClosure<BlockSize = U16>) {
        f.call(self);
    }
}

impl BlockCipherEncBackend for Sm4 {
    fn encrypt_block(&self, block: InOut<'_, '_, Block<Self>>) {
        Sm4::pass(
            self.0.iter(),
            InOutBuf::from_mut(block.into_out_with_copied_in()),
        );
    }

    fn encrypt_par_blocks(&self, blocks: InOut<'_, '_, ParBlocks<Self>>) {
        Sm4::pass(self.0.iter(), blocks.into_buf());
    }

    fn encrypt_tail_blocks(&self, blocks: InOutBuf<'_, '_, Block<Self>>) {
        Sm4::pass(self.0.iter(), blocks);
    }
}

impl BlockCipherDecBackend for Sm4 {
    fn decrypt_block(&self, block: InOut<'_, '_, Block<Self>>) {
        Sm4::pass(
            self.0.iter().rev(),
            InOutBuf::from_mut(block.into_out_with_copied_in()),
        );
    }

    fn decrypt_par_blocks(&self, blocks: InOut<'_, '_, ParBlocks<Self>>) {
        Sm4::pass(self.0.iter().rev(), blocks.into_buf());
    }

    fn decrypt_tail_blocks(&self, blocks: InOutBuf<'_, '_, Block<Self>>) {
        Sm4::pass(self.0.iter().rev(), blocks);
    }
}

/// F for each block (6.1).
fn round(state: &mut [Words; BLOCKS], key: u32) {
    let mut mixed = [0; BLOCKS];
    for (mixed, [_, b, c, d]) in mixed.iter_mut().zip(&*state) {
        *mixed = b ^ c ^ d ^ key;
    }
    substitute(&mut mixed);
    for ([a, b, c, d], mixed) in state.iter_mut().zip(mixed) {
        (*a, *b, *c, *d) = (*b, *c, *d, *a ^ spread(mixed));
    }
}

/// L (6.2.2).
fn spread(word: u32) -> u32 {
    let turned = [2, 10, 18, 24].map(|by| word.rotate_left(by));
    turned.iter().fold(word, |sum, turned| sum ^ turned)
}

/// L' (7.3 b).
fn spread_of_the_key(word: u32) -> u32 {
    word ^ word.rotate_left(13) ^ word.rotate_left(23)
}

/// CK (7.3 c): octet j of word i is 7 · (4 i + j) modulo 256.
fn constants() -> impl Iterator<Item = u32> {
    (0_u8..32).map(|at| {
        let first = at.wrapping_mul(28);
        u32::from_be_bytes([0, 7, 14, 21].map(|further| first.wrapping_add(further)))
    })
}

/// τ (6.2.1): the S-box on each octet of each word.
fn substitute(words: &mut [u32; BLOCKS]) {
    let mut planes = Planes::default();
    for (plane, [low, high]) in planes.iter_mut().zip(words.as_chunks().0) {
        *plane = u64::from(*low) | u64::from(*high) << 32;
    }
    turn(&mut planes);
    planes = affine(inverse(affine(planes)));
    turn(&mut planes);
    for (pair, plane) in words.as_chunks_mut().0.iter_mut().zip(planes) {
        let [a, b, c, d, e, f, g, h] = plane.to_le_bytes();
        *pair = [[a, b, c, d], [e, f, g, h]].map(u32::from_le_bytes);
    }
}

/// Bit i of octet k in word j becomes bit j of octet k in word i. Turned twice it is what it was.
fn turn(planes: &mut Planes) {
    let [a, b, c, d, e, f, g, h] = planes;
    for (low, high) in [(&mut *a, &mut *b), (c, d), (e, f), (g, h)] {
        exchange(low, high, 1, 0x5555_5555_5555_5555);
    }
    let [a, b, c, d, e, f, g, h] = planes;
    for (low, high) in [(a, c), (b, d), (e, g), (f, h)] {
        exchange(low, high, 2, 0x3333_3333_3333_3333);
    }
    let [a, b, c, d, e, f, g, h] = planes;
    for (low, high) in [(a, e), (b, f), (c, g), (d, h)] {
        exchange(low, high, 4, 0x0f0f_0f0f_0f0f_0f0f);
    }
}

/// The bits of `low` above the mask change places with those of `high` under it.
fn exchange(low: &mut u64, high: &mut u64, by: u32, mask: u64) {
    let differing = ((*low >> by) ^ *high) & mask;
    *high ^= differing;
    *low ^= differing << by;
}

/// Bit i of what comes back is the sum of the bits i, i + 1, i + 2, i + 5 and i + 7 (modulo 8) and of bit i of 0xd3.
fn affine(planes: Planes) -> Planes {
    let mut sum = [!0, !0, 0, 0, !0, 0, !0, !0];
    for by in [0, 1, 2, 5, 7] {
        let mut turned = planes;
        turned.rotate_left(by);
        xor(&mut sum, &turned);
    }
    sum
}

/// 1/x modulo f, which is x^254; 0 of 0.
fn inverse(x: Planes) -> Planes {
    let x2 = square(x);
    let x3 = product(&x2, &x);
    let x12 = square(square(x3));
    let x15 = product(&x12, &x3);
    let x240 = square(square(square(square(x15))));
    product(&product(&x240, &x12), &x2)
}

/// x² modulo f: bit i goes where x^2i is.
fn square([a, b, c, d, e, f, g, h]: Planes) -> Planes {
    [
        a ^ e,
        f ^ h,
        b ^ e ^ f,
        f ^ g ^ h,
        c ^ e ^ f ^ g,
        e ^ f ^ g,
        d ^ e ^ g,
        e ^ g,
    ]
}

/// x · y modulo f, from the highest bit of y down.
fn product(x: &Planes, y: &Planes) -> Planes {
    y.iter().rev().fold([0; 8], |sum, bit| {
        let mut sum = shifted(sum);
        xor(&mut sum, &x.map(|plane| plane & bit));
        sum
    })
}

/// x · the polynomial x modulo f.
fn shifted([a, b, c, d, e, f, g, h]: Planes) -> Planes {
    [h, a, b ^ h, c, d ^ h, e ^ h, f ^ h, g ^ h]
}

fn xor<T: Copy + std::ops::BitXorAssign, const N: usize>(sum: &mut [T; N], other: &[T; N]) {
    for (sum, other) in sum.iter_mut().zip(other) {
        *sum ^= *other;
    }
}

fn read(octets: &[u8; 16]) -> Words {
    let mut words = Words::default();
    for (word, octets) in words.iter_mut().zip(octets.as_chunks().0) {
        *word = u32::from_be_bytes(*octets);
    }
    words
}

fn written(words: Words) -> [u8; 16] {
    let mut octets = [0; 16];
    for (octets, word) in octets.as_chunks_mut().0.iter_mut().zip(words) {
        *octets = word.to_be_bytes();
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::{
        BLOCKS, Block, BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _, Sm4,
    };
    use super::{inverse, substitute};
    use crate::digest::{Digest, DigestAlgorithm};

    /// Octets that nobody chose, from a number.
    fn octets(number: u32) -> [u8; 32] {
        let digest = Digest::of(DigestAlgorithm::Sha256, &number.to_be_bytes());
        digest.bytes().try_into().expect("32 octets")
    }

    fn block(number: u32) -> Block<Sm4> {
        octets(number)[..16].try_into().expect("16 octets")
    }

    /// The package `sm4` looks the standard's table up; what it makes is what is made here, in whole passes and with each
    /// number of blocks left over, one by one as well, and both ways.
    #[test]
    fn what_is_computed_is_what_is_looked_up() {
        for number in 0..100 {
            let key = block(number + 1_000);
            let (sliced, looked_up) = (Sm4::new(&key), sm4::Sm4::new(&key));
            let given: Vec<_> = (number..number * 2).map(block).collect();
            let mut expected = given.clone();
            expected
                .iter_mut()
                .for_each(|block| looked_up.encrypt_block(block));
            let mut made = given.clone();
            sliced.encrypt_blocks(&mut made);
            assert_eq!(made, expected, "{number}");
            sliced.decrypt_blocks(&mut made);
            assert_eq!(made, given, "{number}");
            for (given, expected) in given.iter().zip(&expected) {
                let mut one = *given;
                sliced.encrypt_block(&mut one);
                assert_eq!(&one, expected, "{number}");
                sliced.decrypt_block(&mut one);
                assert_eq!(&one, given, "{number}");
            }
        }
    }

    /// GB/T 32907 6.2.1 names the S-box's first and last row, of which these are the ends; the inverse of nothing is nothing.
    #[test]
    fn the_s_box_is_a_permutation_with_the_ends_that_the_standard_prints() {
        let mut words = [0; BLOCKS];
        let mut seen = std::collections::BTreeSet::new();
        for first in (0_u8..=255).step_by(64) {
            let mut octet = first;
            for word in &mut words {
                *word = u32::from_be_bytes([0, 1, 2, 3].map(|further| octet + further));
                octet = octet.wrapping_add(4);
            }
            substitute(&mut words);
            seen.extend(words.iter().flat_map(|word| word.to_be_bytes()));
            match first {
                0 => assert_eq!(words[0], 0xd690_e9fe),
                192 => assert_eq!(words[15], 0xd7cb_3948),
                _ => {}
            }
        }
        assert_eq!(seen.len(), 256);
        assert_eq!(inverse([0; 8]), [0; 8]);
    }
}
