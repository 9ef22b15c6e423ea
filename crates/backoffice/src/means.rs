//! What one suite of the office seals with (D5): keys, certificates, time-stamps and status. An algorithm is a value; the
//! steps of the job are the same for every suite.

use catalogue::kind::{FileFormat, LicenceType, Suite};
use crypto::{DigestAlgorithm, KeyId, SignatureAlgorithm};
use pki::certificate::Certificate;

use crate::answers::Responder;
use crate::hierarchy::Certified;
use crate::keys::ServiceKey;
use crate::office::Office;
use crate::seals::SealInUse;
use crate::stamps::TimeStamps;

/// What one suite of the office seals with.
#[derive(Debug, Clone, Copy)]
pub struct Means<'a> {
    /// Which suite it is.
    pub suite: Suite,
    /// The seal's key.
    pub key: &'a KeyId,
    /// How it signs.
    pub algorithm: SignatureAlgorithm,
    /// The certificate of the seal's key.
    pub certificate: &'a Certificate,
    /// Who issued it.
    pub authority: &'a Certificate,
    /// Who stamps.
    pub time_stamps: &'a Certified,
    /// Who tells of status.
    pub responder_certificate: &'a Certified,
    /// The unit.
    pub stamps: &'a TimeStamps,
    /// Its key.
    pub stamps_key: ServiceKey,
    /// The responder.
    pub responder: &'a Responder,
    /// Whose list says that the issuer stands.
    pub root: ServiceKey,
    /// Whose lists say that what it issued stands.
    pub issuer: ServiceKey,
}

impl Means<'_> {
    /// The digest of a time-stamp's imprint.
    #[must_use]
    pub fn imprint(&self) -> DigestAlgorithm {
        match self.suite {
            Suite::Sm => DigestAlgorithm::Sm3,
            _ => DigestAlgorithm::Sha256,
        }
    }

    /// The current lists, DER, that say of the issuer and of these certificates, which it issued, that they stand; `None`
    /// where one is not current.
    ///
    /// They are signed by the authorities themselves: what they say counts as long as those do, while the answer of a
    /// responder ends being provable with the responder's certificate (EN 319 102-1 5.2.6.4).
    #[must_use]
    pub fn kept_lists(&self, office: &Office, of: &[&Certificate]) -> Option<Vec<Vec<u8>>> {
        let root = format!("{}.crl", self.root.name());
        let mut kept = vec![office.lists.revoked(&root)?.bytes.clone()];
        for certificate in of {
            let list = office.lists.about(self.issuer, certificate)?;
            if !kept.contains(&list.bytes) {
                kept.push(list.bytes.clone());
            }
        }
        Some(kept)
    }

    /// The certificates that a message carries: the seal's and its issuer's, without the root.
    #[must_use]
    pub fn chain(&self) -> [Vec<u8>; 2] {
        [self.certificate, self.authority].map(|certificate| certificate.der().to_vec())
    }
}

/// The suite in which a file of this format is sealed, as its type has it: an OFD in the national one alone (GB/T 38540).
#[must_use]
pub fn suite_of(format: FileFormat, asked: Option<Suite>) -> Suite {
    match (format, asked) {
        (FileFormat::Ofd, _) | (FileFormat::Pdf, Some(Suite::Sm)) => Suite::Sm,
        (FileFormat::Pdf | FileFormat::Envelope(_), _) => Suite::International,
    }
}

/// The suite of a type's printed code, one for all its files: the national one where every file is in it, else the usual
/// one, which more readers know.
#[must_use]
pub fn suite_of_code(kind: &LicenceType) -> Suite {
    let mut files = kind.files.iter();
    if files.all(|(format, suite)| suite_of(*format, Some(*suite)) == Suite::Sm) {
        Suite::Sm
    } else {
        Suite::International
    }
}

/// What the seal is used with in a suite; nothing where the office or the seal is without it.
#[must_use]
pub fn means<'a>(office: &'a Office, seal: &'a SealInUse, suite: Suite) -> Option<Means<'a>> {
    if suite != Suite::Sm {
        let hierarchy = &office.hierarchy;
        return Some(Means {
            suite: Suite::International,
            key: &seal.key,
            algorithm: seal.algorithm,
            certificate: &seal.certificate,
            authority: &hierarchy.authority,
            time_stamps: &hierarchy.time_stamps,
            responder_certificate: &hierarchy.responder,
            stamps: &office.stamps,
            stamps_key: ServiceKey::TimeStamps,
            responder: &office.responder,
            root: ServiceKey::Root,
            issuer: ServiceKey::Authority,
        });
    }
    let (national, own) = (office.national.as_ref()?, seal.national.as_ref()?);
    let hierarchy = &national.hierarchy;
    Some(Means {
        suite,
        key: &own.key,
        algorithm: own.algorithm,
        certificate: &own.certificate,
        authority: &hierarchy.authority,
        time_stamps: &hierarchy.time_stamps,
        responder_certificate: &hierarchy.responder,
        stamps: &national.stamps,
        stamps_key: ServiceKey::NationalTimeStamps,
        responder: &national.responder,
        root: ServiceKey::NationalRoot,
        issuer: ServiceKey::NationalAuthority,
    })
}
