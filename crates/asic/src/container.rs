//! A package as it arrives: its files, what signs or stamps them, and what lists them.

use std::collections::BTreeMap;
use std::io::Cursor;

use container::Package;
use crypto::{Digest, DigestAlgorithm};

use crate::content::Content;
use crate::fault::ReadAsic;
use crate::manifest::Manifest;

/// Octets of one file in a package (T-I4 counts all of them together).
pub const MAX_FILE: u64 = 200 * 1024 * 1024;
/// Signatures, time-stamps and records in one package.
pub const MAX_SIGNATURES: usize = 64;

/// The two forms (EN 319 162-1 4.3, 4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One file, signed or stamped itself.
    Simple,
    /// Files, listed in manifests that are signed or stamped.
    Extended,
}

/// What a file in `META-INF` proves by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofKind {
    /// A CAdES signature.
    Signature,
    /// A time-stamp token.
    TimeStamp,
    /// An evidence record (RFC 4998).
    Record,
}

/// A signature, token or record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Its name in the package.
    pub name: String,
    /// What it is.
    pub kind: ProofKind,
    /// Its octets.
    pub octets: Vec<u8>,
    /// Name of the file that it is over: the one file of a simple package, or the manifest that names it.
    pub over: Option<String>,
}

/// A package, read whole and not judged.
#[derive(Debug, Clone)]
pub struct Asic {
    form: Form,
    /// Content by name, `mimetype` left out.
    files: BTreeMap<String, Content>,
    proofs: Vec<Proof>,
    manifests: BTreeMap<String, Manifest>,
}

/// A.1: the types of both forms.
pub(crate) const SIMPLE: &str = "application/vnd.etsi.asic-s+zip";
pub(crate) const EXTENDED: &str = "application/vnd.etsi.asic-e+zip";
/// The folder of what is not content.
pub(crate) const META: &str = "META-INF/";

impl Asic {
    /// Reads a package whole. The caller has looked at the length.
    ///
    /// # Errors
    /// See [`ReadAsic`].
    pub fn parse(octets: &[u8]) -> Result<Asic, ReadAsic> {
        let mut package = Package::open(Cursor::new(octets))?;
        let form = form(octets, &mut package)?;
        let names: Vec<String> = package
            .entries()
            .iter()
            .map(|entry| entry.name().to_owned())
            .collect();
        let mut files = BTreeMap::new();
        for name in names.into_iter().filter(|name| name != MIMETYPE) {
            if let Some(content) = package.read(&name, MAX_FILE) {
                files.insert(name, Content::from(content?));
            }
        }
        let mut found = Asic {
            form,
            files,
            proofs: Vec::new(),
            manifests: BTreeMap::new(),
        };
        found.sort()?;
        match form {
            Form::Simple => found.simple()?,
            Form::Extended => found.extended()?,
        }
        Ok(found)
    }

    /// Which form it is.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// The content of a file.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Content::octets)
    }

    /// The digest of a file, computed once for each algorithm however many manifests list the file (T-I3).
    #[must_use]
    pub fn digest(&self, name: &str, algorithm: DigestAlgorithm) -> Option<Digest> {
        let content = self.files.get(name)?;
        Some(content.digest(algorithm))
    }

    /// All files, `mimetype` left out, by name.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let files = self.files.iter();
        files.map(|(name, content)| (name.as_str(), content.octets()))
    }

    /// The names of what is content: everything outside of `META-INF`.
    pub fn payload(&self) -> impl Iterator<Item = &str> {
        let names = self.files.keys().map(String::as_str);
        names.filter(|name| !name.starts_with(META))
    }

    /// Signatures, tokens and records, by name.
    #[must_use]
    pub fn proofs(&self) -> &[Proof] {
        &self.proofs
    }

    /// A manifest by its name.
    #[must_use]
    pub fn manifest(&self, name: &str) -> Option<&Manifest> {
        self.manifests.get(name)
    }

    /// 4.3.3.2, 4.4.3.2: what stands in `META-INF`, by its name.
    fn sort(&mut self) -> Result<(), ReadAsic> {
        for (name, content) in &self.files {
            let octets = content.octets();
            let Some(local) = name.strip_prefix(META) else {
                continue;
            };
            let lower = local.to_ascii_lowercase();
            if lower.contains("manifest") && lower.starts_with("asic") && lower.ends_with(".xml") {
                let read = Manifest::parse(octets).map_err(|why| ReadAsic::Manifest {
                    name: name.clone(),
                    why,
                })?;
                self.manifests.insert(name.clone(), read);
                continue;
            }
            let kind = if lower.ends_with(".p7s") {
                ProofKind::Signature
            } else if lower.ends_with(".tst") {
                ProofKind::TimeStamp
            } else if lower.ends_with(".ers") {
                ProofKind::Record
            } else {
                // What nobody knows here might be a signature that others judge.
                return Err(ReadAsic::Structure(format!("{local} is not known")));
            };
            self.proofs.push(Proof {
                name: name.clone(),
                kind,
                octets: octets.to_vec(),
                over: None,
            });
        }
        if self.proofs.len() > MAX_SIGNATURES {
            return Err(ReadAsic::Limit("signatures"));
        }
        if self.proofs.is_empty() {
            return Err(ReadAsic::Unsigned);
        }
        Ok(())
    }

    /// 4.3.3: one file, and one of signature, token or record over it; a package that is archived may have records beside.
    fn simple(&mut self) -> Result<(), ReadAsic> {
        let wrong = |why: &str| Err(ReadAsic::Structure(why.to_owned()));
        let mut payload = self.payload().map(str::to_owned);
        let (Some(only), None) = (payload.next(), payload.next()) else {
            return wrong("a simple package has one file");
        };
        drop(payload);
        // 4.3.3.1: in the root of the package; others look for it nowhere else.
        if only.contains('/') {
            return wrong("the file of a simple package lies in a folder");
        }
        let mut strong = 0;
        for proof in &mut self.proofs {
            strong += usize::from(proof.kind != ProofKind::Record);
            proof.over = Some(only.clone());
        }
        if strong > 1 {
            return wrong("a simple package has one signature or one time-stamp");
        }
        if !self.manifests.is_empty() {
            return wrong("a simple package has no manifest");
        }
        Ok(())
    }

    /// 4.4.3: each proof is named by one manifest, and each manifest names one that is there.
    fn extended(&mut self) -> Result<(), ReadAsic> {
        let wrong = |why: String| Err(ReadAsic::Structure(why));
        for (name, manifest) in &self.manifests {
            let proof = self
                .proofs
                .iter_mut()
                .find(|proof| proof.name == manifest.proof);
            let Some(proof) = proof else {
                return wrong(format!("{name} names a signature that is not there"));
            };
            if proof.over.is_some() {
                return wrong(format!("{} is named by two manifests", proof.name));
            }
            proof.over = Some(name.clone());
        }
        if let Some(stray) = self.proofs.iter().find(|proof| proof.over.is_none()) {
            return wrong(format!("{} is named by no manifest", stray.name));
        }
        if self.payload().next().is_none() {
            return wrong("no content".to_owned());
        }
        Ok(())
    }
}

/// The entry that says which form it is (A.1).
pub(crate) const MIMETYPE: &str = "mimetype";

/// A.1: the first entry, stored, without extra fields, so that the type stands at octet 38.
fn form(octets: &[u8], package: &mut Package<Cursor<&[u8]>>) -> Result<Form, ReadAsic> {
    let first = package.entries().first().map(|entry| entry.name());
    if first != Some(MIMETYPE) {
        return Err(ReadAsic::Mimetype("it is not the first entry"));
    }
    let content = package.read(MIMETYPE, 256);
    let content = content.ok_or(ReadAsic::Mimetype("it is not there"))??;
    let form = match content.as_slice() {
        text if text == SIMPLE.as_bytes() => Form::Simple,
        text if text == EXTENDED.as_bytes() => Form::Extended,
        _ => return Err(ReadAsic::Mimetype("another type")),
    };
    let place = octets.get(AT..AT.saturating_add(content.len()));
    if place != Some(content.as_slice()) {
        return Err(ReadAsic::Mimetype("it is compressed, or has extra fields"));
    }
    Ok(form)
}

/// Octets of a local header and of the name `mimetype`.
const AT: usize = 38;
