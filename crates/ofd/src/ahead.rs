//! Digests of many entries, taken together and on two processors: SM3 knows no instructions of its own, and 20 MB of it, one entry after
//! the other, take longer than all else that is asked of a file.

use std::io::{Read, Seek};
use std::thread;

use crypto::{Digest, DigestAlgorithm};

use crate::known::KNOWN;
use crate::parts::Parts;
use container::Name;

/// Octets that are read before they are hashed.
const BATCH: u64 = 4 * 1024 * 1024;
/// Octets from which on a second thread takes over more than it costs.
const WORTH_A_THREAD: u64 = 1024 * 1024;

/// An entry that was read and is not hashed.
struct Waiting<'p> {
    path: &'p str,
    name: Option<Name>,
    content: Vec<u8>,
}

impl<R: Read + Seek> Parts<R> {
    /// Takes the digests by `algorithm` of the entries at these paths, each path given once, so far as they are not known. What is
    /// larger than is read at once, and what cannot be read, is left to [`Parts::digest`], which says why.
    pub(crate) fn ahead<'p>(
        &mut self,
        paths: impl Iterator<Item = &'p str>,
        algorithm: DigestAlgorithm,
    ) {
        let paths: Vec<(&str, u64)> = paths.filter_map(|path| self.sized(path)).collect();
        let all = paths.iter().map(|(_, size)| size);
        let met = all.fold(0_u64, |all, size| all.saturating_add(*size)) < WORTH_A_THREAD;
        let (mut waiting, mut octets) = (Vec::new(), 0_u64);
        for (path, size) in paths {
            if self.has_digest(path, algorithm) {
                continue;
            }
            let Some(one) = self.waiting(path, met, algorithm) else {
                continue;
            };
            octets = octets.saturating_add(size);
            waiting.push(one);
            if octets >= BATCH {
                self.hash(std::mem::take(&mut waiting), octets, algorithm);
                octets = 0;
            }
        }
        self.hash(waiting, octets, algorithm);
    }

    /// An entry that is not too large for this, and its size.
    fn sized<'p>(&self, path: &'p str) -> Option<(&'p str, u64)> {
        let size = self.package().find(path)?.size();
        (size <= BATCH).then_some((path, size))
    }

    /// The entry at `path`, read; `None` where its digest was `met` before, if that is asked, or it cannot be read.
    fn waiting<'p>(
        &mut self,
        path: &'p str,
        met: bool,
        algorithm: DigestAlgorithm,
    ) -> Option<Waiting<'p>> {
        // Of many octets the name by which they would be found costs what their digest does.
        let name = if met { self.known_by(path).ok()? } else { None };
        if name.is_some_and(|name| KNOWN.digest(&name, algorithm).is_some()) {
            return None;
        }
        let content = self.content(path, BATCH)?;
        Some(Waiting {
            path,
            name,
            content,
        })
    }

    fn hash(&mut self, mut waiting: Vec<Waiting<'_>>, octets: u64, algorithm: DigestAlgorithm) {
        // Like beside like, and half of each kind for each thread.
        waiting.sort_by_key(|one| one.content.len());
        let digests = if octets < WORTH_A_THREAD {
            digests_of(waiting.iter(), algorithm)
        } else {
            halves(&waiting, algorithm)
        };
        for (one, digest) in waiting.iter().zip(digests) {
            self.took(one.path, one.name, digest);
        }
    }
}

fn digests_of<'w>(
    waiting: impl Iterator<Item = &'w Waiting<'w>>,
    algorithm: DigestAlgorithm,
) -> Vec<Digest> {
    let contents: Vec<&[u8]> = waiting.map(|one| one.content.as_slice()).collect();
    Digest::of_each(algorithm, &contents)
}

/// The digests of all, every second one by a thread of its own; by this one where there is none to be had.
fn halves(waiting: &[Waiting<'_>], algorithm: DigestAlgorithm) -> Vec<Digest> {
    let every_second = |from: usize| digests_of(waiting.iter().skip(from).step_by(2), algorithm);
    thread::scope(|scope| {
        let other = thread::Builder::new().spawn_scoped(scope, || every_second(1));
        let mine = every_second(0);
        let other = other.ok().and_then(|other| other.join().ok());
        let mut other = other.unwrap_or_else(|| every_second(1)).into_iter();
        mine.into_iter()
            .flat_map(|mine| [Some(mine), other.next()])
            .flatten()
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use crypto::{Digest, DigestAlgorithm};

    use crate::fault::ReadPart;
    use crate::parts::Parts;
    use container::Change;
    use container::Package;
    use container::ReadPackage;

    const SM3: DigestAlgorithm = DigestAlgorithm::Sm3;

    /// Entries of these sizes, each of other octets, as a package.
    fn package(sizes: &[usize]) -> (Vec<(String, Vec<u8>)>, Vec<u8>) {
        let content = |at: usize, size: usize| {
            let octets = (0..size).map(|place| {
                u8::try_from((place.wrapping_mul(at + 7) >> 3) & 0xff).unwrap_or_default()
            });
            (format!("{at}.png"), octets.collect::<Vec<u8>>())
        };
        let entries = sizes.iter().enumerate();
        let entries: Vec<_> = entries.map(|(at, size)| content(at, *size)).collect();
        let mut package = Change::empty();
        for (name, content) in &entries {
            package.put_stored(name, content.clone());
        }
        (entries, package.finish().expect("plain names"))
    }

    fn parts(octets: &[u8]) -> Parts<Cursor<&[u8]>> {
        Parts::new(
            Package::open(Cursor::new(octets)).expect("a package"),
            Vec::new(),
        )
    }

    #[test]
    fn what_two_threads_hash_is_what_one_hashes() {
        let few = [0, 1, 4_000];
        let many = [
            900_000, 5, 70_000, 2_000_000, 0, 1_500_000, 300_000, 5_000_000, 400_000,
        ];
        for sizes in [&few[..], &many[..], &many[..1]] {
            let (entries, octets) = package(sizes);
            let mut parts = parts(&octets);
            parts.ahead(entries.iter().map(|(name, _)| name.as_str()), SM3);
            for (name, content) in &entries {
                let large = content.len() as u64 > super::BATCH;
                assert_eq!(parts.has_digest(name, SM3), !large, "{name}");
                let digest = parts.digest(name, SM3).expect("readable");
                assert_eq!(digest, Digest::of(SM3, content), "{name}");
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_where_it_is_asked_for() {
        let (entries, mut octets) = package(&[300_000, 300_000, 300_000]);
        let content = &entries[1].1;
        let at = octets
            .windows(content.len())
            .position(|part| part == content);
        octets[at.expect("stored") + 9] ^= 1;
        let mut parts = parts(&octets);
        parts.ahead(["0.png", "1.png", "2.png", "none"].into_iter(), SM3);
        assert_eq!(
            parts.digest("0.png", SM3),
            Ok(Digest::of(SM3, &entries[0].1))
        );
        assert_eq!(
            parts.digest("2.png", SM3),
            Ok(Digest::of(SM3, &entries[2].1))
        );
        let name = "1.png".to_owned();
        assert_eq!(
            parts.digest("1.png", SM3),
            Err(ReadPart::Octets(ReadPackage::Checksum { name }))
        );
        assert_eq!(parts.digest("none", SM3), Err(ReadPart::Absent));
    }
}
