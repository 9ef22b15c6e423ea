//! SM3 of many messages (GB/T 32905-2016): sixteen go through the rounds side by side, one in each lane of a vector, for what a
//! processor has for SM3 is wide registers and no instruction.

use std::cmp::Reverse;

use fearless_simd::{Level, Simd, SimdBase, dispatch, u32x16};
use sm3::{Digest as _, Sm3};

/// Messages side by side.
const LANES: usize = 16;
/// Blocks one after the other that take as long as one step of all lanes: two with AVX-512, three with AVX2, four with SSE.
const STEP: usize = 3;
/// 4.1: the initial value.
const INITIAL: [u32; 8] = [
    0x7380_166f,
    0x4914_b2b9,
    0x1724_42d7,
    0xda8a_0600,
    0xa96f_30bc,
    0x1631_38aa,
    0xe38d_ee4d,
    0xb0fb_0e4e,
];

type Block = [u8; 64];
type Value = [u8; 32];
/// Words A to H of every lane.
type States = [[u32; LANES]; 8];
/// A message and its place among those asked for.
type Placed<'m> = (usize, &'m [u8]);

/// The value of each message, in their order.
pub(super) fn of_each(level: Level, messages: &[&[u8]]) -> Vec<Value> {
    let mut placed: Vec<Placed<'_>> = messages.iter().copied().enumerate().collect();
    placed.sort_by_key(|(_, message)| Reverse(message.len()));
    let lengths: Vec<usize> = placed.iter().map(|(_, message)| message.len()).collect();
    let (alone, together) = placed.split_at(alone(&lengths));
    let mut values = side_by_side(level, together);
    let alone = alone.iter();
    values.extend(alone.map(|(place, message)| (*place, Sm3::digest(message).into())));
    values.sort_by_key(|(place, _)| *place);
    values.into_iter().map(|(_, value)| value).collect()
}

/// How many of the longest are hashed one after the other, so that all take the least time: a lane is slow, and its message is not
/// divided. `lengths` from the longest on.
fn alone(lengths: &[usize]) -> usize {
    let mut rest: usize = lengths.iter().sum();
    let (mut alone, mut before) = (lengths.len(), 0);
    let mut least = rest;
    for (count, longest) in lengths.iter().enumerate() {
        let all = before + STEP * (rest / LANES).max(*longest);
        if all < least {
            (alone, least) = (count, all);
        }
        before += longest;
        rest -= longest;
    }
    alone
}

/// The value of each message with its place, in the order in which they end.
fn side_by_side(level: Level, messages: &[Placed<'_>]) -> Vec<(usize, Value)> {
    let mut values = Vec::with_capacity(messages.len());
    let mut waiting = messages.iter();
    let mut states: States = [[0; LANES]; 8];
    let mut lanes: [Option<Lane<'_>>; LANES] = [const { None }; LANES];
    loop {
        for (slot, lane) in lanes.iter_mut().enumerate() {
            if let Some(ended) = lane.take_if(|lane| lane.ended()) {
                values.push((ended.place, value(&states, slot)));
            }
            if lane.is_none() {
                *lane = waiting.next().map(Lane::begin);
                put(&mut states, slot, INITIAL);
            }
        }
        let next = lanes.iter().flatten().map(Lane::next);
        let Some(shortest) = next.min_by_key(|blocks| blocks.len()) else {
            return values;
        };
        // A lane without a message does what the shortest does, for nobody.
        let steps = shortest.len();
        let blocks = lanes.each_ref().map(|lane| {
            let next = lane.as_ref().map_or(shortest, Lane::next);
            next.get(..steps).unwrap_or_default()
        });
        dispatch!(level, simd => compress(simd, &mut states, blocks));
        for lane in lanes.iter_mut().flatten() {
            lane.went(steps);
        }
    }
}

fn put(states: &mut States, slot: usize, words: [u32; 8]) {
    for (state, word) in states.iter_mut().zip(words) {
        state
            .iter_mut()
            .skip(slot)
            .take(1)
            .for_each(|of| *of = word);
    }
}

fn value(states: &States, slot: usize) -> Value {
    let words = states.iter().filter_map(|state| state.get(slot));
    let mut value = [0; 32];
    for (octets, word) in value.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        *octets = word.to_be_bytes();
    }
    value
}

/// A message on its way through a lane.
struct Lane<'m> {
    place: usize,
    /// Whole blocks of the message that are still to be taken.
    whole: &'m [Block],
    /// 5.2: what is behind them, padded; the last `padded` of them are still to be taken.
    end: [Block; 2],
    padded: usize,
}

impl<'m> Lane<'m> {
    fn begin((place, message): &Placed<'m>) -> Lane<'m> {
        let (whole, rest) = message.as_chunks();
        let padded = if rest.len() < 56 { 1 } else { 2 };
        let mut end = [[0; 64]; 2];
        let from = 64 * (2 - padded);
        let octets = end.as_flattened_mut();
        let rest = rest.iter().chain(&[0x80]);
        octets
            .iter_mut()
            .skip(from)
            .zip(rest)
            .for_each(|(to, octet)| *to = *octet);
        let bits = (message.len() as u64).wrapping_mul(8).to_be_bytes();
        octets
            .iter_mut()
            .skip(120)
            .zip(bits)
            .for_each(|(to, octet)| *to = octet);
        Lane {
            place: *place,
            whole,
            end,
            padded,
        }
    }

    fn next(&self) -> &[Block] {
        if self.whole.is_empty() {
            let taken = self.end.len().saturating_sub(self.padded);
            self.end.get(taken..).unwrap_or_default()
        } else {
            self.whole
        }
    }

    fn went(&mut self, steps: usize) {
        if self.whole.is_empty() {
            self.padded = self.padded.saturating_sub(steps);
        } else {
            self.whole = self.whole.get(steps..).unwrap_or_default();
        }
    }

    fn ended(&self) -> bool {
        self.whole.is_empty() && self.padded == 0
    }
}

/// 5.3: each lane takes its blocks; all have as many.
#[inline(always)]
fn compress<S: Simd>(simd: S, states: &mut States, blocks: [&[Block]; LANES]) {
    let mut state = states.map(|words| u32x16::from_slice(simd, &words));
    let mut blocks = blocks.map(|of| of.iter());
    let steps = blocks.iter().map(ExactSizeIterator::len).min();
    for _ in 0..steps.unwrap_or_default() {
        let step = blocks.each_mut().map(|of| of.next().unwrap_or(&[0; 64]));
        state = rounds(state, &expanded(simd, step));
    }
    for (words, state) in states.iter_mut().zip(state) {
        state.store_slice(words);
    }
}

#[inline(always)]
fn turned<S: Simd>(word: u32x16<S>, by: u32) -> u32x16<S> {
    (word << by) | (word >> (32 - by))
}

/// 5.3.2: the words of a block, sixteen and 52 more.
#[inline(always)]
#[expect(
    clippy::indexing_slicing,
    reason = "places below 68, by the loops' bounds"
)]
fn expanded<S: Simd>(simd: S, blocks: [&Block; LANES]) -> [u32x16<S>; 68] {
    let mut words = [u32x16::splat(simd, 0); 68];
    for (place, word) in words.iter_mut().enumerate().take(16) {
        let of = blocks.map(|block| u32::from_be_bytes(block.as_chunks().0[place]));
        *word = u32x16::from_slice(simd, &of);
    }
    for place in 16..68 {
        let x = words[place - 16] ^ words[place - 9] ^ turned(words[place - 3], 15);
        let p1 = x ^ turned(x, 15) ^ turned(x, 23);
        words[place] = p1 ^ turned(words[place - 13], 7) ^ words[place - 6];
    }
    words
}

/// 5.3.3: the 64 rounds, and what they are added to.
#[inline(always)]
fn rounds<S: Simd>(before: [u32x16<S>; 8], words: &[u32x16<S>; 68]) -> [u32x16<S>; 8] {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = before;
    let later = words.iter().skip(4);
    for (round, (word, later)) in (0_u32..64).zip(words.iter().zip(later)) {
        let early = round < 16;
        let t: u32 = if early { 0x79cc_4519 } else { 0x7a87_9d8a };
        let a12 = turned(a, 12);
        let ss1 = turned(a12 + e + t.rotate_left(round % 32), 7);
        let (ff, gg) = if early {
            (a ^ b ^ c, e ^ f ^ g)
        } else {
            ((a & b) | ((a | b) & c), g ^ (e & (f ^ g)))
        };
        let tt1 = ff + d + (ss1 ^ a12) + (*word ^ *later);
        let tt2 = gg + h + ss1 + *word;
        (d, c, b, a) = (c, turned(b, 9), a, tt1);
        (h, g, f, e) = (g, turned(f, 19), e, tt2 ^ turned(tt2, 9) ^ turned(tt2, 17));
    }
    let [a0, b0, c0, d0, e0, f0, g0, h0] = before;
    [
        a0 ^ a,
        b0 ^ b,
        c0 ^ c,
        d0 ^ d,
        e0 ^ e,
        f0 ^ f,
        g0 ^ g,
        h0 ^ h,
    ]
}

#[cfg(test)]
mod tests;
