//! Algorithms behind two words, sign and check; keys at rest; randomness.
