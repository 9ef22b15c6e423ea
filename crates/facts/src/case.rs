//! What is in an artefact: plain values, read and recomputed, nothing judged (ades-pki 14.3 a).

use asic::Asic;
use crypto::{Digest, DigestAlgorithm, Hasher};
use evidence::cms::SignedData;
use jades::Jades;
use pdf::{ReadPdf, Source};
use records::EvidenceRecord;
use seal::ses::Seal;

#[cfg(doc)]
use crate::described::Described;
use crate::document::DocumentFacts;
use crate::kind::{Kind, LOOKED_AT};
use crate::material::Material;
use crate::package::{Package, package};
use crate::pem;
use crate::stream::Stream;
use crate::told::Refused;

/// Octets of an artefact that is no PDF (T-I2).
pub const MAX_ARTEFACT: u64 = 50 * 1024 * 1024;

/// Octets of an OFD file: what is configured at most for a document (T-I2).
const MAX_OFD: u64 = 200 * 1024 * 1024;
/// Octets from the end in which the directory of a package is looked for.
const TAIL: usize = 64 * 1024;

/// The evidence in one artefact.
#[derive(Debug)]
pub struct Case {
    kind: Kind,
    body: Body,
    /// Digests of the whole artefact, where evidence records that came with it ask for them.
    digests: Vec<Digest>,
}

/// What was found.
#[derive(Debug)]
pub enum Body {
    /// A PDF.
    Document(Box<DocumentFacts>),
    /// An OFD file.
    Ofd(Box<ofd::Facts>),
    /// A seal by itself.
    Seal(Box<Seal>),
    /// A signed message.
    Message(Box<SignedData>),
    /// An evidence record by itself.
    Record(Box<EvidenceRecord>),
    /// JAdES signatures.
    Jades(Box<Jades>),
    /// An ASiC package.
    Asic(Box<Asic>),
    /// The text of a code.
    Code(String),
    /// The evidence of a case.
    Package(Box<Package>),
    /// Something that is not judged, or cannot be read.
    Refused(Refused),
}

impl Case {
    /// Gathers the evidence. Never fails: what cannot be read is evidence too.
    #[must_use]
    pub fn open(source: &dyn Source) -> Case {
        let length = source.length();
        let head_length = usize::try_from(length).map_or(LOOKED_AT, |length| length.min(LOOKED_AT));
        let mut head = vec![0; head_length];
        if source.read_at(0, &mut head).is_err() {
            return Case::unjudged(Kind::Unknown, "input.unreadable");
        }
        if head.is_empty() {
            return Case::unjudged(Kind::Unknown, "input.empty");
        }
        let mut kind = Kind::of(&head);
        // The evidence of a case is a tar, and may hold an OFD at its end.
        let is_tar = kind == Kind::Archive && !head.starts_with(b"PK");
        if matches!(kind, Kind::Unknown | Kind::Archive) && !is_tar && ends_as_ofd(source) {
            kind = Kind::Ofd;
        } else if matches!(kind, Kind::Unknown | Kind::Archive) && !is_tar && ends_as_asic(source) {
            kind = Kind::Asic;
        }
        match kind {
            Kind::Pdf => Case::of(
                kind,
                match DocumentFacts::read(source) {
                    Ok(facts) => Body::Document(Box::new(facts)),
                    Err(fault) => Body::Refused(Refused::because(fault.code(), fault)),
                },
            ),
            Kind::Ofd if length > MAX_OFD => Case::unjudged(kind, "input.too-large"),
            Kind::Ofd => Case::of(
                kind,
                match ofd::read(Stream::new(source)) {
                    Ok(facts) => Body::Ofd(Box::new(facts)),
                    Err(fault) => Body::Refused(Refused::because(fault.code(), fault)),
                },
            ),
            Kind::Archive if head.starts_with(b"PK") => Case::unjudged(kind, "input.archive"),
            Kind::Archive => Case::small(kind, source),
            Kind::SdJwtVc => Case::unjudged(kind, "input.sd-jwt-vc"),
            Kind::Mdoc => Case::unjudged(kind, "input.mdoc"),
            Kind::Ld1 => Case::unjudged(kind, "input.ld1"),
            Kind::Facts => Case::unjudged(kind, "input.facts"),
            Kind::Unknown => Case::unjudged(kind, "input.unknown"),
            Kind::Cms | Kind::Record | Kind::Jades | Kind::Asic | Kind::Esl | Kind::Lc1 => {
                Case::small(kind, source)
            }
        }
    }

    /// The same of an artefact with its material: where that has evidence records, the artefact is digested for them in one
    /// further pass.
    #[must_use]
    pub fn open_beside(source: &dyn Source, material: &Material) -> Case {
        let mut case = Case::open(source);
        let mut wanted: Vec<DigestAlgorithm> = Vec::new();
        for record in &material.records {
            wanted.extend(record.algorithms());
        }
        wanted.sort_unstable();
        wanted.dedup();
        if !wanted.is_empty() {
            // What cannot be read is proven by no record.
            case.digests = digests(source, &wanted).unwrap_or_default();
        }
        case
    }

    /// The evidence in an OFD file that was read already.
    #[must_use]
    pub fn of_package(facts: ofd::Facts) -> Case {
        Case::of(Kind::Ofd, Body::Ofd(Box::new(facts)))
    }

    /// Evidence that was gathered before.
    #[must_use]
    pub fn of(kind: Kind, body: Body) -> Case {
        Case {
            kind,
            body,
            digests: Vec::new(),
        }
    }

    /// The same with digests of the whole artefact, as [`digests`] gives them: what evidence records over it are compared with.
    #[must_use]
    pub fn with_digests(mut self, digests: Vec<Digest>) -> Case {
        self.digests = digests;
        self
    }

    /// What was found.
    #[must_use]
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Digests of the whole artefact, where it was digested for evidence records.
    #[must_use]
    pub fn digests(&self) -> &[Digest] {
        &self.digests
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The names of content that the artefact is over and does not hold, each once; empty for one that has no name there. It is
    /// looked for by whoever asks, and supplied with [`Material::offer`].
    #[must_use]
    pub fn content_elsewhere(&self) -> Vec<String> {
        let mut names = match &self.body {
            Body::Message(message) if message.content().is_none() => vec![String::new()],
            Body::Jades(read) => {
                let all = read.signatures().iter();
                all.flat_map(|one| one.token().missing(&|_| None)).collect()
            }
            _ => Vec::new(),
        };
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Of that content the names whose digests say as much as the content does, each with the algorithm by which it is signed, each
    /// once. A name that is not among them is of content whose octets are signed themselves, or in another form.
    #[must_use]
    pub fn digests_elsewhere(&self) -> Vec<(String, DigestAlgorithm)> {
        let mut taken = match &self.body {
            Body::Message(message) if message.content().is_none() => digests_of(message),
            Body::Jades(read) => {
                let all = read.signatures().iter().map(|one| one.token());
                let named = |token: &jades::Token| {
                    let names = token.missing(&|_| None).into_iter();
                    let of = |name: String| {
                        let algorithm = token.named_digest(&name)?.algorithm();
                        Some((name, algorithm))
                    };
                    names.filter_map(of).collect::<Vec<_>>()
                };
                all.flat_map(named).collect()
            }
            _ => Vec::new(),
        };
        taken.sort_unstable();
        taken.dedup();
        taken
    }

    fn unjudged(kind: Kind, code: &'static str) -> Case {
        Case::of(kind, Body::Refused(Refused { code, why: None }))
    }

    fn small(kind: Kind, source: &dyn Source) -> Case {
        let length = source.length();
        let Some(size) = (length <= MAX_ARTEFACT)
            .then(|| usize::try_from(length).ok())
            .flatten()
        else {
            return Case::unjudged(kind, "input.too-large");
        };
        let mut octets = vec![0; size];
        if source.read_at(0, &mut octets).is_err() {
            return Case::unjudged(kind, "input.unreadable");
        }
        Case::of(kind, Body::of(kind, &octets))
    }
}

impl Case {
    /// Packs the evidence of a case into one file that is judged without the service: `made` is RFC 3339, `files` are
    /// documents (`*.pdf`, `*.ofd`, `*.p7s`, `*.jws`, `*.jades`, `*.asics`, `*.asice`), what a signature of job `JOB` is beside
    /// (`beside/JOB/NAME`), what is known of content that it is over and nobody has (`described/JOB.txt`, as [`Described`] writes it), status lists of that day (`status/N.statuslist`), revocation lists for what carries none
    /// (`status/NAME.crl`), and entries of the trace with their receipts
    /// (`trace/N.entry`, `trace/N.receipt`). `None` for a
    /// name that is not plain, or too many files.
    #[must_use]
    pub fn pack(case: &str, made: &str, files: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
        package(case, made, files)
    }
}

impl Body {
    /// What small artefacts are: their octets are their facts.
    pub(crate) fn of(kind: Kind, octets: &[u8]) -> Body {
        if kind == Kind::Archive {
            return match Package::parse(octets) {
                Ok(package) => Body::Package(Box::new(package)),
                Err(fault) => Body::Refused(Refused::because("package.malformed", fault)),
            };
        }
        if kind == Kind::Esl {
            return match Seal::parse(octets) {
                Ok(seal) => Body::Seal(Box::new(seal)),
                Err(fault) => Body::Refused(Refused::because(fault.code(), fault)),
            };
        }
        if kind == Kind::Asic {
            return match Asic::parse(octets) {
                Ok(read) => Body::Asic(Box::new(read)),
                Err(fault) => Body::Refused(Refused::because(fault.code(), fault)),
            };
        }
        if kind == Kind::Record {
            return match EvidenceRecord::parse(octets) {
                Ok(record) => Body::Record(Box::new(record)),
                Err(fault) => Body::Refused(Refused::because("record.unreadable", fault)),
            };
        }
        if kind == Kind::Jades {
            return match Jades::parse(octets) {
                Ok(read) => Body::Jades(Box::new(read)),
                Err(fault) => Body::Refused(Refused::because(fault.code(), fault)),
            };
        }
        if kind == Kind::Lc1 {
            // What is no text is no code; the reader of codes says so.
            return Body::Code(String::from_utf8_lossy(octets).trim().to_owned());
        }
        let unpacked = std::str::from_utf8(octets)
            .ok()
            .filter(|text| text.contains("-----BEGIN "))
            .and_then(|text| pem::blocks(text, &["CMS", "PKCS7"]))
            .and_then(|blocks| blocks.into_iter().next());
        match SignedData::parse_national(unpacked.as_deref().unwrap_or(octets)) {
            Ok(message) => Body::Message(Box::new(message)),
            Err(fault) => Body::Refused(Refused::because("signature.cms-unreadable", fault)),
        }
    }
}

/// By what the signers of a message digest its content (RFC 5652 5.4). One without signed attributes signs the content itself.
fn digests_of(message: &SignedData) -> Vec<(String, DigestAlgorithm)> {
    let signers = message.signers().iter();
    let by_digest = signers.filter(|signer| signer.signed_attributes().is_some());
    let algorithms = by_digest.filter_map(|signer| signer.digest_algorithm().ok());
    algorithms.map(|one| (String::new(), one)).collect()
}

/// The digests of all octets of `source` by these algorithms, in one pass.
///
/// # Errors
/// What the source says.
pub fn digests(source: &dyn Source, wanted: &[DigestAlgorithm]) -> Result<Vec<Digest>, ReadPdf> {
    let mut hashers: Vec<Hasher> = wanted.iter().map(|one| Hasher::new(*one)).collect();
    let mut piece = vec![0; TAIL];
    let (mut at, length) = (0_u64, source.length());
    while at < length {
        let left = usize::try_from(length - at).unwrap_or(TAIL).min(TAIL);
        let piece = piece.get_mut(..left).unwrap_or_default();
        source.read_at(at, piece)?;
        for hasher in &mut hashers {
            hasher.update(piece);
        }
        at = at.saturating_add(u64::try_from(left).unwrap_or(u64::MAX));
    }
    Ok(hashers.into_iter().map(Hasher::finish).collect())
}

/// Whether the end is that of a package with an `OFD.xml`: one whose entries stand in another order, or behind something
/// else, is a package for who repairs, so it is ours to refuse by name.
fn ends_as_ofd(source: &dyn Source) -> bool {
    let tail = tail(source);
    has(&tail, END) && has(&tail, b"OFD.xml")
}

/// The same for a package with signatures or time-stamps in `META-INF` (EN 319 162-1 4.3.3).
fn ends_as_asic(source: &dyn Source) -> bool {
    let tail = tail(source);
    let proofs: [&[u8]; 3] = [b".p7s", b".tst", b".ers"];
    has(&tail, END) && has(&tail, b"META-INF/") && proofs.iter().any(|one| has(&tail, one))
}

/// The signature of the end record of a ZIP (APPNOTE 4.3.16).
const END: &[u8] = b"PK\x05\x06";

/// The last octets; none where they cannot be read.
fn tail(source: &dyn Source) -> Vec<u8> {
    let length = source.length();
    let size = usize::try_from(length).map_or(TAIL, |length| length.min(TAIL));
    let mut tail = vec![0; size];
    let from = length.saturating_sub(u64::try_from(size).unwrap_or_default());
    if source.read_at(from, &mut tail).is_err() {
        tail.clear();
    }
    tail
}

fn has(octets: &[u8], wanted: &[u8]) -> bool {
    octets.windows(wanted.len()).any(|window| window == wanted)
}
