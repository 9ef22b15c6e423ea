//! A declared hierarchy, made: keys, certificates and lists as files. For examples and tests.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crypto::{
    Authorisation, Input, KeyAlgorithm, KeyId, KeyUse, Random, RandomUnavailable, ReadPrivateKey,
    SignError, Signature, Signer as _, SoftwareSigner, SystemRandom, generate_pkcs8,
};
use pki::certificate::{Certificate, SerialNumber};
use pki::crl::{Coverage, CrlDraft, FinishCrl, PrepareCrl};
use pki::hierarchy::{Entry, Hierarchy, ReadHierarchy};
use pki::profile::{FinishCertificate, Issuer, LintRefused, PrepareCertificate};
use thiserror::Error;
use time::{Duration, UtcDateTime};
use verify::certificate_pem;

/// Why nothing, or not everything, was made.
#[derive(Debug, Error)]
pub(crate) enum MakeKeys {
    /// A file cannot be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The folder holds something already.
    #[error("{} is not empty", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// The declaration declares no hierarchy.
    #[error("the declaration is refused")]
    Declaration(#[from] ReadHierarchy),
    /// A key cannot be made.
    #[error("a key cannot be made")]
    Key(#[from] ReadPrivateKey),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomUnavailable),
    /// A key does not sign.
    #[error("a key does not sign")]
    Sign(#[from] SignError),
    /// A certificate cannot be prepared.
    #[error("a certificate cannot be prepared")]
    Prepare(#[from] PrepareCertificate),
    /// The linter refuses a certificate.
    #[error("a certificate has findings")]
    Lint(#[from] LintRefused),
    /// A certificate cannot be finished.
    #[error("a certificate cannot be finished")]
    Finish(#[from] FinishCertificate),
    /// A list cannot be prepared.
    #[error("a list cannot be prepared")]
    PrepareList(#[from] PrepareCrl),
    /// A list cannot be finished.
    #[error("a list cannot be finished")]
    FinishList(#[from] FinishCrl),
    /// An issuer that was not made before what it issues, or whose key cannot be used.
    #[error("issuer {key} is not there")]
    Issuer {
        /// Its key.
        key: KeyId,
    },
}

/// Makes everything that `declaration` declares below `out`; how many files that were.
pub(crate) fn make(declaration: &Path, out: &Path, now: UtcDateTime) -> Result<usize, MakeKeys> {
    let unusable = |path: &Path| {
        let path = path.to_owned();
        move |cause| MakeKeys::File { path, cause }
    };
    let text = fs::read_to_string(declaration).map_err(unusable(declaration))?;
    let hierarchy = Hierarchy::parse(&text)?;
    fs::create_dir_all(out).map_err(unusable(out))?;
    // Nothing is overwritten: whoever asks twice names another folder.
    if fs::read_dir(out).map_err(unusable(out))?.next().is_some() {
        return Err(MakeKeys::NotEmpty {
            path: out.to_owned(),
        });
    }
    let mut making = Making {
        out,
        now,
        keys: BTreeMap::new(),
        certificates: BTreeMap::new(),
        numbers: BTreeMap::new(),
        files: 0,
    };
    for bare in hierarchy.bare_keys() {
        making.key(&bare.key, bare.algorithm)?;
    }
    for entry in hierarchy.entries() {
        making.certificate(entry)?;
    }
    let authorities = hierarchy.entries().iter();
    for entry in authorities.filter(|entry| entry.profile.is_authority()) {
        making.list(&hierarchy, entry)?;
    }
    making.trust(&hierarchy)?;
    making.fingerprints()?;
    Ok(making.files)
}

struct Making<'a> {
    out: &'a Path,
    now: UtcDateTime,
    keys: BTreeMap<KeyId, SoftwareSigner>,
    certificates: BTreeMap<KeyId, Certificate>,
    numbers: BTreeMap<KeyId, SerialNumber>,
    files: usize,
}

impl Making<'_> {
    fn key(&mut self, id: &KeyId, algorithm: KeyAlgorithm) -> Result<(), MakeKeys> {
        let pkcs8 = generate_pkcs8(algorithm, &SystemRandom::new())?;
        self.write(&format!("{id}.pkcs8"), &pkcs8)?;
        let signer = SoftwareSigner::from_pkcs8(&pkcs8, None)?;
        self.keys.insert(id.clone(), signer);
        Ok(())
    }

    fn certificate(&mut self, entry: &Entry) -> Result<(), MakeKeys> {
        self.key(&entry.key, entry.algorithm)?;
        let own = self.signer(&entry.key)?;
        let public = own.public_key().clone();
        let issuer = if entry.is_root() {
            entry.as_issuer(public.clone(), own.algorithm())
        } else {
            self.issuer(&entry.issuer)?
        };
        let mut octets = [0; 16];
        SystemRandom::new().fill(&mut octets)?;
        let serial = SerialNumber::from_random(octets);
        let draft = entry.prepare(&public, serial, &issuer)?;
        // T-C2: a copy signed by a key that is thrown away is what the linter sees.
        let pkcs8 = generate_pkcs8(KeyAlgorithm::EcP256, &SystemRandom::new())?;
        let throw_away = SoftwareSigner::from_pkcs8(&pkcs8, None)?;
        let linted = {
            let signature = self.sign_with(&throw_away, draft.to_be_signed())?;
            draft.lint(&signature)?
        };
        let signer = self.signer(&entry.issuer)?;
        let signature = self.sign_with(signer, linted.to_be_signed())?;
        let certificate = linted.finish(&signature)?;
        self.write(&format!("{}.cer", entry.key), certificate.der())?;
        self.numbers.insert(entry.key.clone(), serial);
        self.certificates.insert(entry.key.clone(), certificate);
        Ok(())
    }

    fn list(&mut self, hierarchy: &Hierarchy, entry: &Entry) -> Result<(), MakeKeys> {
        let issuer = self.issuer(&entry.key)?;
        let draft = CrlDraft {
            issuer: &issuer,
            number: 1,
            this_update: self.now,
            next_update: self.now.saturating_add(Duration::days(30)),
            coverage: Coverage::Complete,
            expired_kept_since: Some(entry.validity.from),
        };
        let revoked = hierarchy
            .revoked_by(&entry.key, &self.numbers)
            .into_iter()
            .filter(|revoked| revoked.since <= self.now);
        let prepared = draft.prepare(revoked)?;
        let signature = self.sign_with(self.signer(&entry.key)?, prepared.to_be_signed())?;
        let list = prepared.finish(&signature)?;
        self.write(&format!("{}.crl", entry.key), list.der())
    }

    /// The roots in PEM: what `--trust` takes.
    fn trust(&mut self, hierarchy: &Hierarchy) -> Result<(), MakeKeys> {
        let roots: String = hierarchy
            .entries()
            .iter()
            .filter(|entry| entry.is_root())
            .filter_map(|entry| self.certificates.get(&entry.key))
            .map(|root| certificate_pem(root.der()))
            .collect();
        self.write("trust.pem", roots.as_bytes())
    }

    /// Each key by the SHA-256 of its `SubjectPublicKeyInfo`: the service refuses these outside mode `example`.
    fn fingerprints(&mut self) -> Result<(), MakeKeys> {
        let lines = self.keys.iter().map(|(id, key)| {
            let digest = crypto::sha256(key.public_key().spki());
            let digest: String = digest.iter().map(|octet| format!("{octet:02x}")).collect();
            format!("{digest}  {id}\n")
        });
        let lines: String = lines.collect();
        self.write("fingerprints.txt", lines.as_bytes())
    }

    fn signer(&self, id: &KeyId) -> Result<&SoftwareSigner, MakeKeys> {
        self.keys
            .get(id)
            .ok_or(MakeKeys::Issuer { key: id.clone() })
    }

    fn issuer(&self, id: &KeyId) -> Result<Issuer, MakeKeys> {
        let absent = || MakeKeys::Issuer { key: id.clone() };
        let certificate = self.certificates.get(id).ok_or_else(absent)?;
        Issuer::of(certificate, self.signer(id)?.algorithm()).map_err(|_| absent())
    }

    fn sign_with(&self, key: &SoftwareSigner, input: &[u8]) -> Result<Signature, MakeKeys> {
        let id = KeyId::parse("example").ok_or(SignError::WrongKey)?;
        let under = Authorisation::journalled(id, KeyUse::Certificates, input, self.now);
        Ok(key.sign(Input::Message(input), &under)?)
    }

    /// Writes a new file that its owner alone may read: some of them are keys.
    fn write(&mut self, name: &str, octets: &[u8]) -> Result<(), MakeKeys> {
        let path = self.out.join(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
            .open(&path)
            .and_then(|mut file| file.write_all(octets))
            .map_err(|cause| MakeKeys::File { path, cause })?;
        self.files += 1;
        Ok(())
    }
}
