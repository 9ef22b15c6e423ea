//! SM2 and SM3 against the vectors of `tests/fixtures/sm`, and many signatures of our own.

#[cfg(test)]
#[path = "national/many.rs"]
mod many;
#[cfg(test)]
#[path = "national/signatures.rs"]
mod signatures;
#[cfg(test)]
#[path = "national/vectors.rs"]
mod vectors;
