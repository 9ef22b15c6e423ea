//! Randomness, which comes from outside: the system's, or a seed for repeatable tests.

use std::sync::Mutex;

use ring::rand::SecureRandom;
use thiserror::Error;

use crate::digest::sha256;

/// A source of random octets.
pub trait Random: Send + Sync + std::fmt::Debug {
    /// Fills `out` whole.
    ///
    /// # Errors
    /// The source cannot give any.
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomUnavailable>;
}

/// The source of randomness gives none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no randomness can be had")]
pub struct RandomUnavailable;

/// The operating system's generator.
#[derive(Debug)]
pub struct SystemRandom(ring::rand::SystemRandom);

impl SystemRandom {
    /// The generator of this system.
    #[must_use]
    pub fn new() -> SystemRandom {
        SystemRandom(ring::rand::SystemRandom::new())
    }
}

impl Default for SystemRandom {
    fn default() -> SystemRandom {
        SystemRandom::new()
    }
}

impl Random for SystemRandom {
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomUnavailable> {
        self.0.fill(out).map_err(|_| RandomUnavailable)
    }
}

/// Octets that follow from a seed: SHA-256 over seed and a running number. For tests and for the
/// example hierarchy, never for keys of an office.
#[derive(Debug)]
pub struct SeededRandom {
    seed: [u8; 32],
    next: Mutex<u64>,
}

impl SeededRandom {
    /// A source that gives the same octets for the same seed.
    #[must_use]
    pub fn new(seed: u64) -> SeededRandom {
        SeededRandom {
            seed: sha256(&seed.to_be_bytes()),
            next: Mutex::new(0),
        }
    }
}

impl Random for SeededRandom {
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomUnavailable> {
        let mut next = self.next.lock().map_err(|_| RandomUnavailable)?;
        for piece in out.chunks_mut(32) {
            let mut input = self.seed.to_vec();
            input.extend(next.to_be_bytes());
            *next += 1;
            for (to, from) in piece.iter_mut().zip(sha256(&input)) {
                *to = from;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_row() {
        let row = |seed| {
            let source = SeededRandom::new(seed);
            let (mut first, mut second) = ([0; 40], [0; 8]);
            source.fill(&mut first).expect("a seed always gives");
            source.fill(&mut second).expect("a seed always gives");
            (first, second)
        };
        assert_eq!(row(1), row(1));
        assert_ne!(row(1), row(2));
    }

    #[test]
    fn the_system_gives_different_octets() {
        let (mut first, mut second) = ([0; 32], [0; 32]);
        SystemRandom::new()
            .fill(&mut first)
            .expect("the system has randomness");
        SystemRandom::new()
            .fill(&mut second)
            .expect("the system has randomness");
        assert_ne!(first, second);
    }
}
