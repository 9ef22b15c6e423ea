//! The spool: documents on their way in, out of memory and under a quota (T-I2).
//!
//! What is small stays in memory. What is larger goes to a file without a name, which is gone when nobody reads it any
//! more, whatever happens to the process. All files together stay below the quota; beyond it a request is shed (T-A5).

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use crypto::{DigestAlgorithm, Hasher, Random, SystemRandom};
use hyper::body::{Body as Content, Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::arrival::Arriving;
use crate::problem::{Code, Problem};

/// KiB that all files take together, at most: 1 GiB (*default*).
const QUOTA: usize = 1 << 20;
/// Octets of a document that stays in memory.
const SMALL: usize = 64 << 10;
/// Octets read back at a time.
const PIECE: usize = 64 << 10;
const KIB: u64 = 1 << 10;

/// Where documents wait to be read.
#[derive(Debug, Clone)]
pub struct Spool {
    room: Arc<Semaphore>,
}

/// A document that arrived.
#[derive(Debug)]
pub struct Spooled {
    /// SHA-256 of it; none of nothing.
    pub digest: Option<[u8; 32]>,
    length: u64,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Memory(Vec<u8>),
    File(File, OwnedSemaphorePermit),
}

impl Default for Spool {
    fn default() -> Self {
        Self::new()
    }
}

impl Spool {
    /// An empty spool with the room that all uploads share.
    #[must_use]
    pub fn new() -> Self {
        Self::of(QUOTA)
    }

    fn of(kib: usize) -> Self {
        Self {
            room: Arc::new(Semaphore::new(kib)),
        }
    }

    /// Takes a document of at most `limit` octets as it arrives.
    ///
    /// # Errors
    /// As [`Arriving::next`]; `service.busy` beyond the quota, `store.full` where the file cannot be written.
    pub async fn take<B>(&self, body: B, limit: usize) -> Result<Spooled, Problem>
    where
        B: Content<Data = Bytes> + Unpin,
    {
        let mut arriving = Arriving::new(body, limit)?;
        let mut hasher = Hasher::new(DigestAlgorithm::Sha256);
        let (mut length, mut place) = (0, Place::Memory(Vec::new()));
        while let Some(piece) = arriving.next().await? {
            hasher.update(&piece);
            length += octets(&piece);
            place = self.put(place, &piece, length)?;
        }
        let digest = hasher.finish().bytes().try_into().ok();
        if let Place::File(file, _) = &mut place {
            file.rewind().map_err(|error| lost(&error))?;
        }
        Ok(Spooled {
            digest: digest.filter(|_| length > 0),
            length,
            place,
        })
    }

    /// The piece behind what is there, `length` octets with it. The file's pages are in memory: nothing waits for
    /// the disk here.
    fn put(&self, place: Place, piece: &[u8], length: u64) -> Result<Place, Problem> {
        match place {
            Place::Memory(mut octets) if octets.len() + piece.len() <= SMALL => {
                octets.extend_from_slice(piece);
                Ok(Place::Memory(octets))
            }
            Place::Memory(octets) => {
                let room = self.room(length.div_ceil(KIB))?;
                let written = nameless().and_then(|mut file| {
                    file.write_all(&octets)?;
                    file.write_all(piece)?;
                    Ok(file)
                });
                Ok(Place::File(written.map_err(|error| lost(&error))?, room))
            }
            Place::File(mut file, mut room) => {
                let held = u64::try_from(room.num_permits()).unwrap_or(u64::MAX);
                let more = length.div_ceil(KIB).saturating_sub(held);
                if more > 0 {
                    room.merge(self.room(more)?);
                }
                file.write_all(piece).map_err(|error| lost(&error))?;
                Ok(Place::File(file, room))
            }
        }
    }

    fn room(&self, kib: u64) -> Result<OwnedSemaphorePermit, Problem> {
        let kib = u32::try_from(kib).map_err(|_| Problem::new(Code::RequestTooLarge))?;
        let room = self.room.clone().try_acquire_many_owned(kib);
        room.map_err(|_| Problem::new(Code::Busy))
    }
}

impl Spooled {
    /// The document as the content of a request; its room is free again when that is dropped.
    pub fn into_body(self) -> Body {
        match self.place {
            Place::Memory(octets) => octets.into(),
            Place::File(file, room) => Body::new(Reading {
                file,
                left: self.length,
                _room: room,
            }),
        }
    }
}

/// A file without a name, readable by nobody else.
fn nameless() -> io::Result<File> {
    let mut name = [0; 16];
    SystemRandom::new()
        .fill(&mut name)
        .map_err(io::Error::other)?;
    let name: String = name.iter().map(|octet| format!("{octet:02x}")).collect();
    let path = std::env::temp_dir().join(format!("yinxin-{name}"));
    let file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

/// T-D4: no room is told as such.
fn lost(error: &io::Error) -> Problem {
    tracing::error!(%error, "a document could not be spooled");
    Problem::new(match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Code::StoreFull,
        _ => Code::StoreUnavailable,
    })
}

fn octets(piece: &[u8]) -> u64 {
    u64::try_from(piece.len()).unwrap_or(u64::MAX)
}

/// A file read back piece by piece.
struct Reading {
    file: File,
    left: u64,
    _room: OwnedSemaphorePermit,
}

impl Content for Reading {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let mut piece = vec![0; PIECE.min(usize::try_from(self.left).unwrap_or(PIECE))];
        if let Err(error) = self.file.read_exact(&mut piece) {
            return Poll::Ready(Some(Err(error)));
        }
        self.left -= octets(&piece);
        Poll::Ready(Some(Ok(Frame::data(piece.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt, Full};

    use super::*;

    fn document(octets: usize) -> Bytes {
        (0..octets)
            .map(|at| u8::try_from(at % 251).expect("small"))
            .collect()
    }

    async fn taken(spool: &Spool, octets: usize, limit: usize) -> Result<Spooled, Code> {
        let taken = spool.take(Full::new(document(octets)), limit).await;
        taken.map_err(|problem| problem.code())
    }

    #[tokio::test]
    async fn a_document_is_read_back_as_it_came_and_its_room_is_free_again() {
        let spool = Spool::new();
        for octets in [0, 1, SMALL, SMALL + 1, 3 * PIECE + 7] {
            let taken = taken(&spool, octets, 1 << 20).await.expect("taken");
            let digest = (octets > 0).then(|| crypto::sha256(&document(octets)));
            assert_eq!(taken.digest, digest);
            let is_large = octets > SMALL;
            assert_eq!(spool.room.available_permits() < QUOTA, is_large);
            let back = taken.into_body().collect().await.expect("whole").to_bytes();
            assert_eq!(back, document(octets));
            assert_eq!(spool.room.available_permits(), QUOTA);
        }
    }

    #[tokio::test]
    async fn a_document_is_taken_up_to_its_limit_and_not_beyond() {
        let spool = Spool::new();
        let limit = 2 * SMALL;
        assert!(taken(&spool, limit, limit).await.is_ok());
        let beyond = taken(&spool, limit + 1, limit).await;
        assert_eq!(beyond.err(), Some(Code::RequestTooLarge));
        assert_eq!(spool.room.available_permits(), QUOTA);
    }

    #[tokio::test]
    async fn beyond_the_quota_documents_are_shed_until_there_is_room() {
        let spool = Spool::of(200);
        let first = taken(&spool, 100 << 10, 1 << 20).await.expect("room");
        let second = taken(&spool, 100 << 10, 1 << 20).await.expect("room");
        let third = taken(&spool, 100 << 10, 1 << 20).await;
        assert_eq!(third.err(), Some(Code::Busy));
        // What is small takes no room.
        assert!(taken(&spool, SMALL, 1 << 20).await.is_ok());
        drop((first, second));
        assert!(taken(&spool, 200 << 10, 1 << 20).await.is_ok());
        let beyond = taken(&spool, (200 << 10) + 1, 1 << 20).await;
        assert_eq!(beyond.err(), Some(Code::Busy));
    }
}
