//! Published and own vectors: every proof, note, checkpoint and tile, the bad ones with their reason.

#[cfg(test)]
#[path = "vectors/files.rs"]
mod files;
#[cfg(test)]
#[path = "vectors/merkle.rs"]
mod merkle;
#[cfg(test)]
#[path = "vectors/notes.rs"]
mod notes;
#[cfg(test)]
#[path = "vectors/tiles.rs"]
mod tiles;
