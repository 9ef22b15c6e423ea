//! Signatures in their fields: the dictionary, its /ByteRange and /Contents, each rule with its own fault
//! (ISO 32000-2, 12.8.1; EN 319 142-1, 6.3).

mod byte_range;
mod date;
mod fault;
mod permission;

use std::collections::BTreeMap;
use std::ops::Range;

use crypto::{Digest, DigestAlgorithm, Hasher};
use syntax::{Object, ReadPdf, Reference};
use time::OffsetDateTime;

use crate::file::{File, View};
use crate::tree::{Field, text};

pub use fault::SignatureFault;
pub use permission::{Lock, Permission};

/// Octets hashed at once.
const BATCH: usize = 64 * 1024;

/// A signature field that some revision shows as signed.
#[derive(Debug, Clone)]
pub struct SignatureField {
    name: String,
    field: Reference,
    dictionary: Option<Reference>,
    revision: usize,
    standing: Standing,
    value: Result<SignatureValue, SignatureFault>,
}

/// What became of a signature in the last revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is there as it was made.
    Standing,
    /// Its field shows another dictionary, or its dictionary was overwritten.
    Replaced,
    /// The last revision shows no such signature: an earlier revision was signed, this one is not.
    Gone,
}

/// What the octets of a signature cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// All of the file but the signature itself.
    WholeFile,
    /// All of its revision; later revisions follow.
    Revision,
    /// Anything else: the signature says nothing about the document.
    Part,
}

/// How the octets of /Contents are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubFilter {
    /// `ETSI.CAdES.detached`: a PAdES signature.
    Cades,
    /// `adbe.pkcs7.detached`: older, not baseline.
    Pkcs7,
    /// `ETSI.RFC3161`: a document time-stamp.
    TimeStamp,
}

/// A signature dictionary that keeps every rule.
#[derive(Debug, Clone, PartialEq)]
pub struct SignatureValue {
    sub_filter: SubFilter,
    byte_range: [u64; 4],
    contents: Vec<u8>,
    claimed: Option<OffsetDateTime>,
    reason: Option<String>,
    permission: Permission,
    lock: Option<Lock>,
    coverage: Coverage,
}

impl SignatureField {
    /// Full name of the field.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The field.
    #[must_use]
    pub fn field(&self) -> Reference {
        self.field
    }

    /// The signature dictionary; `None` if the field holds none by reference.
    #[must_use]
    pub fn dictionary(&self) -> Option<Reference> {
        self.dictionary
    }

    /// The revision that first shows it, from 0: the one it signs.
    #[must_use]
    pub fn revision(&self) -> usize {
        self.revision
    }

    /// What became of it in the last revision.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// The dictionary's content.
    ///
    /// # Errors
    /// The first rule of form that it breaks; then nothing is signed.
    pub fn value(&self) -> Result<&SignatureValue, SignatureFault> {
        self.value.as_ref().map_err(|fault| *fault)
    }

    /// What it covers; `Part` if it breaks a rule.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        self.value
            .as_ref()
            .map_or(Coverage::Part, |value| value.coverage)
    }
}

impl SignatureValue {
    /// How the contents are to be read.
    #[must_use]
    pub fn sub_filter(&self) -> SubFilter {
        self.sub_filter
    }

    /// The two ranges as offset, length, offset, length.
    #[must_use]
    pub fn byte_range(&self) -> [u64; 4] {
        self.byte_range
    }

    /// The one encoded message of /Contents, without the zeros behind it.
    #[must_use]
    pub fn contents(&self) -> &[u8] {
        &self.contents
    }

    /// /M, the claimed time, if it is there.
    #[must_use]
    pub fn claimed(&self) -> Option<OffsetDateTime> {
        self.claimed
    }

    /// /Reason; in PAdES not together with a commitment type.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// What its DocMDP transform allows later (12.8.2.2).
    #[must_use]
    pub fn permission(&self) -> Permission {
        self.permission
    }

    /// The fields that its FieldMDP transform locks (12.8.2.4).
    #[must_use]
    pub fn lock(&self) -> Option<&Lock> {
        self.lock.as_ref()
    }

    /// Length of the signed revision: that many octets of the file are what was signed.
    #[must_use]
    pub fn signed_length(&self) -> u64 {
        let [_, _, start, length] = self.byte_range;
        start.saturating_add(length)
    }
}

impl File<'_> {
    /// The signatures of every revision, oldest first, those that the last revision lacks too.
    ///
    /// # Errors
    /// A form that cannot be walked, in any revision.
    pub fn signatures(&self) -> Result<Vec<SignatureField>, ReadPdf> {
        let mut found: Vec<SignatureField> = Vec::new();
        let mut before: BTreeMap<(u32, String), Object> = BTreeMap::new();
        for revision in 0..self.revisions() {
            let view = self.at(revision);
            let mut now = BTreeMap::new();
            let fields = view.fields()?;
            let signed: Vec<(&Field, &Object)> = fields
                .iter()
                .filter(|field| field.kind.as_deref() == Some(b"Sig"))
                .filter_map(|field| Some((field, field.value.as_deref()?)))
                .collect();
            for (field, value) in &signed {
                let key = (field.reference.number, field.name.clone());
                if before.get(&key) != Some(*value) {
                    let shared = signed.iter().filter(|(_, other)| other == value).count() > 1;
                    found.push(signature(&view, field, value, shared));
                }
                now.insert(key, (*value).clone());
            }
            before = now;
        }
        for signature in &mut found {
            let key = (signature.field.number, signature.name.clone());
            signature.standing = self.standing(signature, before.get(&key));
        }
        Ok(found)
    }

    fn standing(&self, signature: &SignatureField, latest: Option<&Object>) -> Standing {
        let Some(value) = latest else {
            return Standing::Gone;
        };
        if value.as_reference() != signature.dictionary {
            return Standing::Replaced;
        }
        let Some(reference) = signature.dictionary else {
            return Standing::Standing;
        };
        let place = |view: View<'_>| view.place(reference.number).map(|(place, _)| place);
        if place(self.latest()) == place(self.at(signature.revision)) {
            Standing::Standing
        } else {
            Standing::Replaced
        }
    }

    /// The digest over a signature's two ranges, in one pass.
    ///
    /// # Errors
    /// What the source says.
    pub fn digest(
        &self,
        value: &SignatureValue,
        algorithm: DigestAlgorithm,
    ) -> Result<Digest, ReadPdf> {
        let [first, first_length, second, second_length] = value.byte_range;
        let mut hasher = Hasher::new(algorithm);
        self.hash(&mut hasher, first..first.saturating_add(first_length))?;
        self.hash(&mut hasher, second..second.saturating_add(second_length))?;
        Ok(hasher.finish())
    }

    /// The digests over several signatures' ranges, in the order of what is wanted. Each range begins with the file, so
    /// that what they have in common before their holes is hashed once for each algorithm: a large file that was
    /// signed many times takes one pass.
    ///
    /// # Errors
    /// What the source says.
    pub fn digests(
        &self,
        wanted: &[(&SignatureValue, DigestAlgorithm)],
    ) -> Result<Vec<Digest>, ReadPdf> {
        let mut order: Vec<(DigestAlgorithm, u64, usize)> = wanted
            .iter()
            .enumerate()
            .map(|(at, (value, algorithm))| (*algorithm, value.byte_range[1], at))
            .collect();
        order.sort_unstable();
        let mut common: Option<(Hasher, DigestAlgorithm, u64)> = None;
        let mut found = Vec::new();
        for (algorithm, hole, at) in order {
            let (mut hasher, begun) = match common.take() {
                Some((hasher, same, upto)) if same == algorithm => (hasher, upto),
                _ => (Hasher::new(algorithm), 0),
            };
            self.hash(&mut hasher, begun..hole)?;
            common = Some((hasher.clone(), algorithm, hole));
            if let Some((value, _)) = wanted.get(at) {
                let [_, _, second, length] = value.byte_range;
                self.hash(&mut hasher, second..second.saturating_add(length))?;
            }
            found.push((at, hasher.finish()));
        }
        found.sort_unstable_by_key(|(at, _)| *at);
        Ok(found.into_iter().map(|(_, digest)| digest).collect())
    }

    fn hash(&self, hasher: &mut Hasher, range: Range<u64>) -> Result<(), ReadPdf> {
        let mut buffer = Vec::new();
        let mut at = range.start;
        while at < range.end {
            let left = range.end - at;
            let size = usize::try_from(left).map_or(BATCH, |left| left.min(BATCH));
            if let Some(part) = self.source().in_memory(at, size) {
                hasher.update(part);
            } else {
                buffer.resize(size, 0);
                self.source().read_at(at, &mut buffer)?;
                hasher.update(&buffer);
            }
            at += size as u64;
        }
        Ok(())
    }
}

fn signature(view: &View<'_>, field: &Field, value: &Object, shared: bool) -> SignatureField {
    let dictionary = value.as_reference();
    let read = match dictionary {
        // 12.7.5.5 in the errata, and 7.3.10: patched in place, so an object of its own.
        None => Err(SignatureFault::NotIndirect),
        Some(_) if shared => Err(SignatureFault::Shared),
        Some(reference) => read(view, reference),
    };
    SignatureField {
        name: field.name.clone(),
        field: field.reference,
        dictionary,
        revision: view.revision(),
        standing: Standing::Standing,
        value: read,
    }
}

/// Reads the dictionary at `reference` as a signature of the revision that `view` sees.
fn read(view: &View<'_>, reference: Reference) -> Result<SignatureValue, SignatureFault> {
    use SignatureFault as Fault;
    if view.is_compressed(reference.number) {
        return Err(Fault::Compressed);
    }
    let found = view.indirect(reference)?.ok_or(Fault::NoDictionary)?;
    let Object::Dictionary(dictionary) = &*found.object else {
        return Err(Fault::NoDictionary);
    };
    // A field that takes up a signature made earlier, for another field.
    if view.own().place(reference.number).is_none() {
        return Err(Fault::Older);
    }
    if view.value(dictionary, b"Filter")?.as_name().is_none() {
        return Err(Fault::Filter);
    }
    let sub_filter = match view.value(dictionary, b"SubFilter")?.as_name() {
        Some(b"ETSI.CAdES.detached") => SubFilter::Cades,
        Some(b"adbe.pkcs7.detached") => SubFilter::Pkcs7,
        Some(b"ETSI.RFC3161") => SubFilter::TimeStamp,
        _ => return Err(Fault::SubFilter),
    };
    // 12.8.1, table 255: /Type is optional for signatures, and fixed for time-stamps (12.8.5, table 261).
    match (view.value(dictionary, b"Type")?, sub_filter) {
        (Object::Null, _) => {}
        (Object::Name(name), SubFilter::TimeStamp) if name == b"DocTimeStamp" => {}
        (Object::Name(name), SubFilter::Cades | SubFilter::Pkcs7) if name == b"Sig" => {}
        _ => return Err(Fault::Type),
    }
    // EN 319 142-1 6.3: certificates stand in the message alone.
    if dictionary.value(b"Cert").is_some() && sub_filter != SubFilter::Pkcs7 {
        return Err(Fault::Cert);
    }
    let byte_range = byte_range::numbers(dictionary)?;
    let contents = byte_range::contents(view, &found, byte_range)?;
    let coverage = byte_range::coverage(view, byte_range)?;
    let claimed = match view.value(dictionary, b"M")? {
        Object::Null => None,
        Object::String(date) => Some(date::parse(&date).ok_or(Fault::Date)?),
        _ => return Err(Fault::Date),
    };
    let reason = match view.value(dictionary, b"Reason")? {
        Object::String(reason) => Some(text(&reason)),
        _ => None,
    };
    let (permission, lock) = permission::read(view, reference, dictionary)?;
    Ok(SignatureValue {
        sub_filter,
        byte_range,
        contents,
        claimed,
        reason,
        permission,
        lock,
        coverage,
    })
}
