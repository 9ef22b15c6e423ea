//! An object that is being read, from any place, one chunk at a time.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;

use crypto::aead::AeadKey;

use crate::directory::Directory;
use crate::fault::ObjectError;
use crate::form::{CHUNK, HEAD, MAGIC, Place, SEALED, associated, extent};
use crate::name::ObjectId;
use crate::pack::Packed;
use crate::wrapping::Wrapping;

/// An open object. Also reads and seeks as a file does; every octet that comes out was authenticated.
#[derive(Debug)]
pub struct Reader {
    id: ObjectId,
    key: AeadKey,
    file: File,
    /// Where the object begins in its file, and its octets there.
    start: u64,
    stored: u64,
    chunks: u64,
    length: u64,
    position: u64,
    /// The chunk that was opened last.
    held: Option<(u64, Vec<u8>)>,
}

impl Reader {
    pub(crate) fn open(
        directory: &Directory,
        wrapping: &Wrapping,
        id: &ObjectId,
    ) -> Result<Reader, ObjectError> {
        match directory.packed(id)? {
            Some(packed) => Reader::packed(packed, wrapping, id),
            None => {
                let file = alone(directory, id)?;
                let stored = file.metadata().map_err(ObjectError::Read)?.len();
                Reader::at((file, 0, stored), wrapping, id)
            }
        }
    }

    /// Opens an object that lies in a pack.
    pub(crate) fn packed(
        packed: Packed,
        wrapping: &Wrapping,
        id: &ObjectId,
    ) -> Result<Reader, ObjectError> {
        Reader::at((packed.file, packed.start, packed.stored), wrapping, id)
    }

    fn at(
        (file, start, stored): (File, u64, u64),
        wrapping: &Wrapping,
        id: &ObjectId,
    ) -> Result<Reader, ObjectError> {
        let altered = ObjectError::Altered(*id);
        let Some((chunks, length)) = extent(stored) else {
            return Err(altered);
        };
        let key = match key_of((&file, start), wrapping, id) {
            // Perhaps it was read while it was written anew.
            Err(ObjectError::Altered(_)) => key_of((&file, start), wrapping, id)?,
            read => read?,
        };
        Ok(Reader {
            id: *id,
            key,
            file,
            start,
            stored,
            chunks,
            length,
            position: 0,
            held: None,
        })
    }

    /// Octets of the object.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Fills `out` with the octets from `offset` on; returns how many there were.
    ///
    /// # Errors
    /// `Altered`, `Read`.
    pub fn read_at(&mut self, offset: u64, out: &mut [u8]) -> Result<usize, ObjectError> {
        let mut done = 0;
        while let Some(room) = out.get_mut(done..).filter(|room| !room.is_empty()) {
            let at = offset.saturating_add(done as u64);
            if at >= self.length {
                break;
            }
            let within = usize::try_from(at % CHUNK as u64).map_err(|_| self.altered())?;
            let chunk = self.chunk(at / CHUNK as u64)?;
            let found = chunk.get(within..).unwrap_or_default();
            if found.is_empty() {
                return Err(self.altered());
            }
            let count = found.len().min(room.len());
            for (to, from) in room.iter_mut().zip(found) {
                *to = *from;
            }
            done += count;
        }
        Ok(done)
    }

    /// The whole object, its end checked even where it is empty.
    ///
    /// # Errors
    /// `Altered`, `Read`.
    pub(crate) fn whole(mut self) -> Result<Vec<u8>, ObjectError> {
        if self.chunks == 1 {
            return self.open_chunk(0);
        }
        // What the disk says is not trusted with room: it is taken as the octets come.
        let mut all = Vec::new();
        for number in 0..self.chunks {
            all.extend_from_slice(self.chunk(number)?);
        }
        Ok(all)
    }

    fn chunk(&mut self, number: u64) -> Result<&[u8], ObjectError> {
        let held = match self.held.take() {
            Some((held, chunk)) if held == number => chunk,
            _ => self.open_chunk(number)?,
        };
        Ok(&self.held.insert((number, held)).1)
    }

    fn open_chunk(&mut self, number: u64) -> Result<Vec<u8>, ObjectError> {
        let within = number
            .checked_mul(SEALED)
            .and_then(|within| within.checked_add(HEAD as u64))
            .ok_or_else(|| self.altered())?;
        let start = self.start.checked_add(within);
        let start = start.ok_or_else(|| self.altered())?;
        let length = self.stored.saturating_sub(within).min(SEALED);
        let last = number.checked_add(1) == Some(self.chunks);
        let place = if last { Place::Last } else { Place::Inner };
        let length = usize::try_from(length).map_err(|_| self.altered())?;
        let mut sealed = vec![0; length];
        match self.file.read_exact_at(&mut sealed, start) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(self.altered());
            }
            Err(error) => return Err(ObjectError::Read(error)),
        }
        self.key
            .open(&sealed, &associated(&self.id, number, place))
            .map_err(|_| self.altered())
    }

    fn altered(&self) -> ObjectError {
        ObjectError::Altered(self.id)
    }
}

/// The object's own key, from its head.
fn key_of(
    (file, start): (&File, u64),
    wrapping: &Wrapping,
    id: &ObjectId,
) -> Result<AeadKey, ObjectError> {
    let mut head = [0; HEAD];
    file.read_exact_at(&mut head, start)
        .map_err(ObjectError::Read)?;
    let rest = head.strip_prefix(MAGIC);
    let Some((number, wrapped)) = rest.and_then(|rest| rest.split_first_chunk::<4>()) else {
        return Err(ObjectError::Altered(*id));
    };
    wrapping.unwrap(id, u32::from_be_bytes(*number), wrapped)
}

/// The file of an object that has its own.
fn alone(directory: &Directory, id: &ObjectId) -> Result<File, ObjectError> {
    File::open(directory.place(id)).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ObjectError::NotFound(*id),
        _ => ObjectError::Read(error),
    })
}

impl Read for Reader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.read_at(self.position, out).map_err(io::Error::other)?;
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = place.ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidInput, "a place before the start")
        })?;
        Ok(self.position)
    }
}
