//! Project Wycheproof's vectors for every algorithm in use.

#[cfg(test)]
#[path = "wycheproof/keyed.rs"]
mod keyed;
#[cfg(test)]
#[path = "wycheproof/signatures.rs"]
mod signatures;
