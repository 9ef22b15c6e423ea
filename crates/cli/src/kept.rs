//! Evidence that is kept: written down beside a file, and read again.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use thiserror::Error;
use time::UtcDateTime;
use transcript::bundle::{self, BundleFault, MAX_BUNDLE, Parts, Rejudged};
use transcript::replay::{self, MAX_FACTS, Read, ReadFacts, WriteFacts};
use transcript::revision::{self, NoRevision};
use verify::facts::{Described, NoDigest, described_by};
use verify::{Case, Seekable};

use crate::arguments::Arguments;
use crate::given::{self, ReadGiven};

/// Why nothing was kept or read.
#[derive(Debug, Error)]
pub(crate) enum Kept {
    /// A file cannot be opened or read.
    #[error("cannot read {}", .0.display())]
    Read(PathBuf, #[source] io::Error),
    /// A file cannot be written, or is there already.
    #[error("cannot write {}", .0.display())]
    Write(PathBuf, #[source] io::Error),
    /// The evidence cannot be written down.
    #[error("no evidence of it can be kept")]
    Facts(#[from] WriteFacts),
    /// What is judged with cannot be read.
    #[error(transparent)]
    Given(#[from] ReadGiven),
    /// There is no bundle, or none that can be judged again.
    #[error("no verdict can be bundled, or judged again")]
    Bundle(#[from] BundleFault),
    /// A digest in the place of the content does not stand for it.
    #[error("--content-digest")]
    Digest(#[from] NoDigest),
    /// There is no such revision.
    #[error("no revision can be written out")]
    Revision(#[from] NoRevision),
    /// Not the evidence of anything.
    #[error("not evidence that was written down")]
    NoFacts(#[from] ReadFacts),
}

/// A file as a source. What is none, such as a pipe that nobody writes into, would be waited for without end.
pub(crate) fn source(path: &Path) -> Result<Seekable<File>, Kept> {
    opened(path).map_err(|cause| Kept::Read(path.to_owned(), cause))
}

fn opened(path: &Path) -> io::Result<Seekable<File>> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    Seekable::new(File::open(path)?).map_err(io::Error::other)
}

/// Keeps what the arguments ask for of their one file.
pub(crate) fn keep(
    arguments: &Arguments,
    described: &[Described],
    at: UtcDateTime,
) -> Result<(), Kept> {
    let Some(file) = arguments.files.first() else {
        return Ok(());
    };
    if let Some(to) = &arguments.facts_out {
        write(to, &replay::write(&source(file)?)?)?;
    }
    if let Some(to) = &arguments.bundle_out {
        write(to, &bundled(arguments, (file, described), at)?)?;
    }
    if let (Some(which), Some(to)) = (&arguments.revision, &arguments.out) {
        write_revision(file, which, to)?;
    }
    Ok(())
}

/// What the digests say that were given in the place of the content of the one file.
pub(crate) fn described(arguments: &Arguments) -> Result<Vec<Described>, Kept> {
    let digests = &arguments.content_digest;
    let Some(file) = arguments.files.first().filter(|_| !digests.is_empty()) else {
        return Ok(Vec::new());
    };
    let case = match arguments.facts {
        true => read_facts(file)?.case,
        false => Case::open(&source(file)?),
    };
    let beside = given::contents(file, &case.content_elsewhere());
    let names: Vec<String> = beside.into_iter().map(|(name, _)| name).collect();
    Ok(described_by(digests, &case, &names)?)
}

fn bundled(
    arguments: &Arguments,
    (file, described): (&Path, &[Described]),
    at: UtcDateTime,
) -> Result<Vec<u8>, Kept> {
    let (trust, policy, material) = given::parts(arguments)?;
    let case = Case::open(&source(file)?);
    let parts = Parts {
        file: file.display().to_string(),
        at,
        contents: given::contents(file, &case.content_elsewhere()),
        described: described.to_vec(),
        facts: replay::write(&source(file)?)?,
        trust,
        policy,
        material,
    };
    Ok(bundle::write(&parts)?)
}

/// A bundle, judged again.
pub(crate) fn judge_again(path: &Path) -> Result<Rejudged, Kept> {
    Ok(bundle::judge_again(&read(path, MAX_BUNDLE)?)?)
}

/// The revision as a file: the first octets of the file, copied as they are.
fn write_revision(file: &Path, which: &str, to: &Path) -> Result<(), Kept> {
    let length = revision::length(&source(file)?, which)?;
    let from = File::open(file).map_err(|cause| Kept::Read(file.to_owned(), cause))?;
    let made = OpenOptions::new().write(true).create_new(true).open(to);
    made.and_then(|mut made| io::copy(&mut from.take(length), &mut made))
        .map_err(|cause| Kept::Write(to.to_owned(), cause))?;
    Ok(())
}

/// A new file: nothing is overwritten.
pub(crate) fn write(to: &Path, octets: &[u8]) -> Result<(), Kept> {
    let made = OpenOptions::new().write(true).create_new(true).open(to);
    made.and_then(|mut file| file.write_all(octets))
        .map_err(|cause| Kept::Write(to.to_owned(), cause))
}

/// Reads evidence that was written down.
pub(crate) fn read_facts(path: &Path) -> Result<Read, Kept> {
    Ok(replay::read(&read(path, MAX_FACTS)?)?)
}

/// At most `limit` octets, and one more by which the reader sees that there are too many.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Kept> {
    let mut octets = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit as u64 + 1).read_to_end(&mut octets))
        .map_err(|cause| Kept::Read(path.to_owned(), cause))?;
    Ok(octets)
}
