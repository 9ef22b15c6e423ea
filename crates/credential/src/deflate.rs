//! The zlib container (RFC 1950): written at the best level, opened under a limit and to its last octet.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use thiserror::Error;

/// Why compressed octets are not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Inflate {
    /// Not the zlib container, damaged, or cut off.
    #[error("compressed data is malformed")]
    Malformed,
    /// It opens to more than is taken.
    #[error("compressed data opens to more than {limit} octets")]
    TooLarge {
        /// Octets that are taken.
        limit: usize,
    },
    /// Octets follow the compressed stream.
    #[error("octets follow the compressed data")]
    Trailing,
}

/// Compresses at the best level.
pub(crate) fn compress(octets: &[u8]) -> Vec<u8> {
    let mut stream = Compress::new(Compression::best(), true);
    // Room for the worst case at once: stored blocks of 16 KiB or more, five octets each, and the frame.
    let mut out = Vec::with_capacity(octets.len() + octets.len() / 1000 + 128);
    loop {
        let done = usize::try_from(stream.total_in()).unwrap_or(usize::MAX);
        let rest = octets.get(done..).unwrap_or_default();
        match stream.compress_vec(rest, &mut out, FlushCompress::Finish) {
            Ok(Status::StreamEnd) | Err(_) => return out,
            Ok(_) => out.reserve(4096),
        }
    }
}

/// Opens one stream that ends where `octets` end; counts while it opens, never from a claimed size.
pub(crate) fn inflate(octets: &[u8], limit: usize) -> Result<Vec<u8>, Inflate> {
    let mut stream = Decompress::new(true);
    let mut out = Vec::new();
    loop {
        let consumed = usize::try_from(stream.total_in()).unwrap_or(usize::MAX);
        let rest = octets.get(consumed..).unwrap_or_default();
        if out.len() == out.capacity() {
            let more = out.len().clamp(1024, 1 << 20);
            out.reserve(more);
        }
        let before = (stream.total_in(), out.len());
        let status = stream
            .decompress_vec(rest, &mut out, FlushDecompress::None)
            .map_err(|_| Inflate::Malformed)?;
        if out.len() > limit {
            return Err(Inflate::TooLarge { limit });
        }
        match status {
            Status::StreamEnd => {
                let consumed = usize::try_from(stream.total_in()).unwrap_or(usize::MAX);
                return if consumed == octets.len() {
                    Ok(out)
                } else {
                    Err(Inflate::Trailing)
                };
            }
            // No way forward: the stream is cut off.
            _ if before == (stream.total_in(), out.len()) && out.len() < out.capacity() => {
                return Err(Inflate::Malformed);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_compressed_opens_at_the_limit_and_not_beyond() {
        for octets in [Vec::new(), b"x".repeat(70_000), (0..=255).collect()] {
            let packed = compress(&octets);
            assert_eq!(inflate(&packed, octets.len()), Ok(octets.clone()));
            if let Some(limit) = octets.len().checked_sub(1) {
                assert_eq!(inflate(&packed, limit), Err(Inflate::TooLarge { limit }));
            }
        }
    }

    #[test]
    fn damaged_cut_and_longer_streams_are_refused() {
        let packed = compress(b"a licence and a half");
        for end in 0..packed.len() {
            assert_eq!(inflate(&packed[..end], 1000), Err(Inflate::Malformed));
        }
        let mut longer = packed.clone();
        longer.push(0);
        assert_eq!(inflate(&longer, 1000), Err(Inflate::Trailing));
        let mut damaged = packed;
        *damaged.last_mut().expect("not empty") ^= 1;
        assert_eq!(inflate(&damaged, 1000), Err(Inflate::Malformed));
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = compress(&vec![0; 40_000_000]);
        assert!(bomb.len() < 60_000);
        let limit = 64 * 1024;
        assert_eq!(inflate(&bomb, limit), Err(Inflate::TooLarge { limit }));
    }
}
