//! All tests of this crate that can share a process, as one program: each program of tests is linked for itself.

#[cfg(test)]
mod issued;
mod pkilint;
mod webpki;
