//! Packages made: what a signature, a token or a record has to be over, and the package with it.

use container::{Change, WritePackage};
use crypto::{Digest, DigestAlgorithm};
use thiserror::Error;

use crate::container::{Asic, EXTENDED, Form, META, MIMETYPE, ProofKind, SIMPLE};
use crate::fault::ReadAsic;
use crate::manifest::{Manifest, Reference};

/// A file that goes into a package.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Its name, parts between slashes, not in `META-INF`.
    pub name: &'a str,
    /// Its media type.
    pub media_type: &'a str,
    /// Its octets.
    pub octets: &'a [u8],
}

/// Why a package cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WriteAsic {
    /// What would be written is none that is read: a name that is not plain, or two that collide.
    #[error("the package would not be read: {0}")]
    Package(#[from] WritePackage),
    /// The package that is to be extended cannot be read.
    #[error("the package cannot be read: {0}")]
    Read(#[from] ReadAsic),
    /// No files, one in `META-INF`, or that of a simple package in a folder.
    #[error("no files, or one in a folder where none may be")]
    Files,
    /// Not possible for this form of package.
    #[error("not possible for this form of package")]
    Form,
}

/// A package that lacks its signature, token or record. Used once.
#[derive(Debug)]
pub struct Prepared {
    form: Form,
    /// All entries behind `mimetype`.
    entries: Vec<(String, Vec<u8>)>,
    /// The place among them of what the proof is over.
    over: usize,
    proof: String,
}

impl ProofKind {
    fn ending(self) -> &'static str {
        match self {
            ProofKind::Signature => "p7s",
            ProofKind::TimeStamp => "tst",
            ProofKind::Record => "ers",
        }
    }

    fn word(self) -> &'static str {
        match self {
            ProofKind::Signature => "signature",
            ProofKind::TimeStamp => "timestamp",
            ProofKind::Record => "evidencerecord",
        }
    }

    /// EN 319 162-1 A.2, A.5.
    fn media_type(self) -> &'static str {
        match self {
            ProofKind::Signature => "application/pkcs7-signature",
            ProofKind::TimeStamp => "application/vnd.etsi.timestamp-token",
            ProofKind::Record => "application/octet-stream",
        }
    }
}

impl Prepared {
    /// A simple package of one file, which the proof is over itself (EN 319 162-1 4.3).
    ///
    /// # Errors
    /// `Files` for one in `META-INF` or another folder.
    pub fn simple(file: &File<'_>, kind: ProofKind) -> Result<Prepared, WriteAsic> {
        if !is_content(file.name) || file.name.contains('/') {
            return Err(WriteAsic::Files);
        }
        Ok(Prepared {
            form: Form::Simple,
            entries: vec![(file.name.to_owned(), file.octets.to_vec())],
            over: 0,
            proof: format!("{META}{}.{}", kind.word(), kind.ending()),
        })
    }

    /// A package of files, listed in a manifest that the proof is over (4.4).
    ///
    /// # Errors
    /// `Files` for none, or one in `META-INF`.
    pub fn extended(
        files: &[File<'_>],
        kind: ProofKind,
        algorithm: DigestAlgorithm,
    ) -> Result<Prepared, WriteAsic> {
        if files.is_empty() || !files.iter().all(|file| is_content(file.name)) {
            return Err(WriteAsic::Files);
        }
        let entries = files
            .iter()
            .map(|file| (file.name.to_owned(), file.octets.to_vec()))
            .collect();
        let references = files
            .iter()
            .enumerate()
            .map(|(place, file)| Reference {
                name: file.name.to_owned(),
                media_type: Some(file.media_type.to_owned()),
                is_root: place == 0 && files.len() > 1,
                digest: Some(Digest::of(algorithm, file.octets)),
            })
            .collect();
        Ok(Prepared::listed(entries, references, (kind, 1)))
    }

    /// One more signature or token over all content of a package with manifests.
    ///
    /// # Errors
    /// `Read`, and `Form` for a simple package.
    pub fn beside(
        package: &[u8],
        kind: ProofKind,
        algorithm: DigestAlgorithm,
    ) -> Result<Prepared, WriteAsic> {
        let read = Asic::parse(package)?;
        if read.form() != Form::Extended {
            return Err(WriteAsic::Form);
        }
        let known = read.proofs().iter().filter_map(|proof| {
            let manifest = read.manifest(proof.over.as_deref()?)?;
            Some(&manifest.references)
        });
        let types: Vec<&Reference> = known.flatten().collect();
        let references = read
            .payload()
            .map(|name| Reference {
                name: name.to_owned(),
                media_type: types
                    .iter()
                    .find(|one| one.name == name)
                    .and_then(|one| one.media_type.clone()),
                is_root: false,
                digest: read.file(name).map(|octets| Digest::of(algorithm, octets)),
            })
            .collect();
        let number = free(&read, kind);
        Ok(Prepared::listed(entries(&read), references, (kind, number)))
    }

    /// The time-stamp over everything that a package with manifests holds (4.4.3.2, 4.4.4): content, signatures and the
    /// manifests so far. The newest has the name without a number; the one before it is renamed and named as its root.
    ///
    /// # Errors
    /// `Read`, and `Form` for a simple package, whose signature is archived inside.
    pub fn archive(package: &[u8], algorithm: DigestAlgorithm) -> Result<Prepared, WriteAsic> {
        let read = Asic::parse(package)?;
        if read.form() != Form::Extended {
            return Err(WriteAsic::Form);
        }
        let mut entries = entries(&read);
        let earlier = entries.iter().filter(|(name, _)| name.starts_with(ARCHIVE));
        let number = earlier.count();
        let mut renamed = None;
        for (name, _) in &mut entries {
            if *name == format!("{ARCHIVE}.xml") {
                *name = format!("{ARCHIVE}{number:03}.xml");
                renamed = Some(name.clone());
            }
        }
        let references = entries
            .iter()
            .map(|(name, octets)| Reference {
                name: name.clone(),
                media_type: None,
                is_root: Some(name) == renamed.as_ref(),
                digest: Some(Digest::of(algorithm, octets)),
            })
            .collect();
        let kind = ProofKind::TimeStamp;
        let proof = name(kind, free(&read, kind));
        Ok(Prepared::over(
            entries,
            references,
            (kind, format!("{ARCHIVE}.xml"), proof),
        ))
    }

    fn listed(
        entries: Vec<(String, Vec<u8>)>,
        references: Vec<Reference>,
        (kind, number): (ProofKind, usize),
    ) -> Prepared {
        // 4.4.3.2: a record's manifest has a name of its own; a time-stamp's only must not be a signature's.
        let word = match kind {
            ProofKind::Signature => "ASiCManifest",
            ProofKind::TimeStamp => "ASiCManifestT",
            ProofKind::Record => "ASiCEvidenceRecordManifest",
        };
        let manifest = format!("{META}{word}{number:03}.xml");
        let named = (kind, manifest, name(kind, number));
        Prepared::over(entries, references, named)
    }

    fn over(
        mut entries: Vec<(String, Vec<u8>)>,
        references: Vec<Reference>,
        (kind, manifest, proof): (ProofKind, String, String),
    ) -> Prepared {
        let written = Manifest {
            proof: proof.clone(),
            references,
        };
        entries.push((manifest, written.encode(kind.media_type())));
        Prepared {
            form: Form::Extended,
            over: entries.len() - 1,
            entries,
            proof,
        }
    }

    /// The octets that the signature, token or record has to be over.
    #[must_use]
    pub fn to_be_covered(&self) -> &[u8] {
        self.entries
            .get(self.over)
            .map_or(&[], |(_, octets)| octets.as_slice())
    }

    /// The package with it.
    ///
    /// # Errors
    /// `Package` for one that would not be read.
    pub fn finish(mut self, proof: &[u8]) -> Result<Vec<u8>, WriteAsic> {
        self.entries.push((self.proof.clone(), proof.to_vec()));
        written(self.form, self.entries)
    }
}

/// The same package with the octets of one signature replaced by what it was extended to; nothing that anything lists may
/// change, so a package that was archived is refused.
///
/// # Errors
/// `Read`, `Package`, and `Form` where a manifest lists it, or there is none of this name.
pub fn with_replaced(package: &[u8], name: &str, octets: &[u8]) -> Result<Vec<u8>, WriteAsic> {
    let read = Asic::parse(package)?;
    let listed = read.proofs().iter().any(|proof| {
        let manifest = proof.over.as_deref().and_then(|over| read.manifest(over));
        manifest.is_some_and(|one| one.references.iter().any(|listed| listed.name == name))
    });
    if listed || !read.proofs().iter().any(|proof| proof.name == name) {
        return Err(WriteAsic::Form);
    }
    let mut entries = entries(&read);
    for (found, content) in &mut entries {
        if found == name {
            *content = octets.to_vec();
        }
    }
    written(read.form(), entries)
}

/// The name of archive manifests, without number and ending.
const ARCHIVE: &str = "META-INF/ASiCArchiveManifest";

/// Whether a file of this name is content: neither in `META-INF` nor `mimetype`, in any spelling.
#[must_use]
pub fn is_content(name: &str) -> bool {
    // Readers that do not heed case must not take it for the folder either.
    let lower = name.to_ascii_lowercase();
    !lower.starts_with("meta-inf") && lower != MIMETYPE
}

fn name(kind: ProofKind, number: usize) -> String {
    format!("{META}{}{number:03}.{}", kind.word(), kind.ending())
}

/// The first number that no proof of this kind has.
fn free(read: &Asic, kind: ProofKind) -> usize {
    let taken = |number: &usize| read.file(&name(kind, *number)).is_some();
    (1..).find(|number| !taken(number)).unwrap_or(1)
}

/// All entries, content first.
fn entries(read: &Asic) -> Vec<(String, Vec<u8>)> {
    let all = |inside: bool| {
        read.files()
            .filter(move |(name, _)| name.starts_with(META) == inside)
            .map(|(name, octets)| (name.to_owned(), octets.to_vec()))
    };
    all(false).chain(all(true)).collect()
}

fn written(form: Form, entries: Vec<(String, Vec<u8>)>) -> Result<Vec<u8>, WriteAsic> {
    let mut change = Change::empty();
    let kind = match form {
        Form::Simple => SIMPLE,
        Form::Extended => EXTENDED,
    };
    // A.1: stored, and before everything else.
    change.put_stored(MIMETYPE, kind.as_bytes().to_vec());
    for (name, octets) in entries {
        change.put(&name, octets);
    }
    Ok(change.finish()?)
}
