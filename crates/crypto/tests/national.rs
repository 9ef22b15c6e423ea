//! SM2, SM3 and SM4 against the vectors of `tests/fixtures/sm`, and many signatures of our own.

#[cfg(test)]
#[path = "national/many.rs"]
mod many;
#[cfg(test)]
#[path = "national/sealed.rs"]
mod sealed;
#[cfg(test)]
#[path = "national/signatures.rs"]
mod signatures;
#[cfg(test)]
#[path = "national/vectors.rs"]
mod vectors;
