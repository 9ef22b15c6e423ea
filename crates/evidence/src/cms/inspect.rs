//! The rules of RFC 5652, ESS, CAdES and PAdES that need no key.

use crypto::{Digest, DigestAlgorithm};

use crate::cms::attribute::{self, Attribute, CertificateHash};
use crate::cms::fault::Fault;
use crate::cms::oids;
use crate::cms::read::{SignedData, Trailing};
use crate::cms::signer::{SignedAttributes, SignerIdentifier, SignerInfo};
use asn1::Oid;
use pki::certificate::Certificate;
use pki::name::Name;

/// What kind of signature a message is meant to be: which rules apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The CMS of a PDF signature `ETSI.CAdES.detached` (EN 319 142-1 6.3).
    Pades,
    /// The CMS of a PDF signature `adbe.pkcs7.detached`: older rules, readable, not baseline.
    Pkcs7Detached,
    /// CAdES baseline over content outside (EN 319 122-1 6.3).
    CadesDetached,
    /// CAdES baseline over the content inside.
    CadesAttached,
    /// A time-stamp token (RFC 3161 2.4.2).
    TimeStamp,
    /// A SignerInfo over the signature of another (RFC 5652 11.4), which no message stands around.
    Countersignature,
    /// A message of GB/T 35275, its content inside or outside; attributes may be absent, and ESS is not asked for.
    National,
}

impl Form {
    fn has_content_type(self, found: Oid) -> bool {
        match self {
            Self::TimeStamp => found == oids::TST_INFO,
            Self::National => is_data(found),
            _ => found == oids::DATA,
        }
    }

    /// Whether the content is inside; `None` where it may be.
    fn carries_content(self) -> Option<bool> {
        match self {
            Self::National | Self::Countersignature => None,
            _ => Some(matches!(self, Self::CadesAttached | Self::TimeStamp)),
        }
    }

    fn needs_der(self) -> bool {
        self == Self::Pades
    }

    /// The signed attributes that EN 319 142-1 6.3 has no place for.
    fn forbids(self, kind: Oid) -> bool {
        const NOT_IN_PADES: [Oid; 6] = [
            oids::SIGNER_LOCATION,
            oids::CONTENT_HINTS,
            oids::MIME_TYPE,
            oids::CONTENT_REFERENCE,
            oids::CONTENT_IDENTIFIER,
            oids::ADOBE_REVOCATION_INFO,
        ];
        self == Self::Pades && NOT_IN_PADES.contains(&kind)
    }

    /// The unsigned attributes that a baseline signature does not have, at any level (EN 319 122-1 6.3).
    fn forbids_unsigned(self, kind: Oid) -> bool {
        match self {
            // EN 319 142-1 6.3: a countersignature has no place in a PDF signature.
            Self::Pades if kind == oids::COUNTERSIGNATURE => true,
            Self::Pades | Self::CadesDetached | Self::CadesAttached => {
                oids::SUPERSEDED.contains(&kind)
            }
            _ => false,
        }
    }

    /// Whether several may sign, each for themselves: EN 319 122-1 says nothing against it, the others do.
    fn allows_several(self) -> bool {
        matches!(self, Self::CadesDetached | Self::CadesAttached)
    }
}

impl SignedData {
    /// Everything about the message that departs from the rules of `form`; empty where nothing does.
    ///
    /// The content's digest, the choice of the certificate and the signature are judged one by one:
    /// [`SignerInfo::inspect_digest`], [`SignerInfo::find_certificate`], [`SignerInfo::check`].
    #[must_use]
    pub fn inspect(&self, form: Form) -> Vec<Fault> {
        let mut faults = Vec::new();
        match self.trailing {
            Trailing::Nothing => {}
            Trailing::Octets(count) => faults.push(Fault::TrailingOctets(count)),
            // A PDF's /Contents is padded with zeros; nothing else is.
            Trailing::Zeros(_) if matches!(form, Form::Pades | Form::Pkcs7Detached) => {}
            Trailing::Zeros(count) => faults.push(Fault::TrailingZeros(count)),
        }
        if form.needs_der() {
            faults.extend(self.not_der.map(Fault::NotDer));
        }
        let expected = match form {
            // GB/T 35275 6: always 1, as in PKCS #7.
            Form::National => 1,
            // GB/T 20520: a token within such a message has that version, or the one of RFC 3161.
            Form::TimeStamp if self.national && self.version == 1 => 1,
            _ => self.expected_version(),
        };
        if self.version != expected {
            faults.push(Fault::Version {
                found: self.version,
                expected,
            });
        }
        if !form.has_content_type(self.content_type) {
            faults.push(Fault::ContentType(Box::new(self.content_type)));
        }
        match (&self.content, form.carries_content()) {
            (Some(_), Some(false)) => faults.push(Fault::ContentPresent),
            (None, Some(true)) => faults.push(Fault::ContentAbsent),
            _ => {}
        }
        // A time-stamp token leaves them out where the request did not ask for them (RFC 3161 2.4.1).
        if self.certificates.is_empty() && form != Form::TimeStamp {
            faults.push(Fault::CertificatesAbsent);
        }
        match self.signers.as_slice() {
            [] => faults.push(Fault::NoSigner),
            [_] => {}
            _ if form.allows_several() => {}
            several => faults.push(Fault::SeveralSigners(several.len())),
        }
        for signer in &self.signers {
            if !self
                .digest_algorithms
                .iter()
                .any(|announced| announced.oid() == signer.digest_algorithm.oid())
            {
                faults.push(Fault::DigestNotAnnounced);
            }
            signer.inspect(form, self.content_type, &mut faults);
        }
        faults
    }

    /// RFC 5652 5.1.
    pub(super) fn expected_version(&self) -> u64 {
        let other_form =
            |tag: u8, list: &[Vec<u8>]| list.iter().any(|raw| raw.first() == Some(&tag));
        if other_form(0xa3, &self.other_certificates)
            || !self.other_revocations.is_empty()
            || !self.ocsp_responses.is_empty()
        {
            5
        } else if other_form(0xa2, &self.other_certificates) {
            4
        } else if other_form(0xa1, &self.other_certificates)
            || self.signers.iter().any(|signer| signer.version == 3)
            || self.content_type != oids::DATA
        {
            3
        } else {
            1
        }
    }
}

impl SignerInfo {
    pub(super) fn inspect(&self, form: Form, content_type: Oid, faults: &mut Vec<Fault>) {
        let expected = match self.identifier {
            SignerIdentifier::IssuerAndSerial { .. } => 1,
            SignerIdentifier::SubjectKey(_) => 3,
        };
        if self.version != expected {
            faults.push(Fault::SignerVersion {
                found: self.version,
                expected,
            });
        }
        match self.digest_algorithm() {
            Err(fault) => faults.push(fault),
            Ok(digest) => faults.extend(
                self.signature_algorithm
                    .inspect_beside(digest)
                    .err()
                    .map(Fault::from),
            ),
        }
        self.inspect_unsigned(form, faults);
        if form == Form::National {
            faults.extend(self.inspect_identifier());
        }
        let Some(signed) = &self.signed else {
            // GB/T 35275 6.3: without attributes the content itself is signed.
            if form != Form::National {
                faults.push(Fault::SignedAttributesAbsent);
            }
            return;
        };
        faults.extend(signed.not_der.map(Fault::SignedAttributesNotDer));
        inspect_kinds(signed, form, faults);
        if form == Form::Countersignature {
            // RFC 5652 11.4: the countersigned thing has no type, "MUST NOT contain a content-type attribute".
            let typed = signed.all(oids::CONTENT_TYPE).next();
            faults.extend(typed.map(|found| Fault::AttributeForbidden(Box::new(found.kind()))));
        } else {
            faults.extend(inspect_content_type(signed, content_type).err());
        }
        faults.extend(self.claimed_digest().err());
        inspect_signing_time(signed, form, faults);
        match self.signing_certificate() {
            Ok(named)
                if named
                    .certificates
                    .first()
                    .is_some_and(|first| !is_strong_hash(first)) =>
            {
                faults.push(Fault::SigningCertificateWeak);
            }
            Ok(_) => {}
            Err(Fault::SigningCertificateAbsent)
                if matches!(form, Form::Pkcs7Detached | Form::National) => {}
            Err(fault) => faults.push(fault),
        }
        faults.extend(self.inspect_algorithm_protection(signed).err());
    }

    /// Attributes on the wrong side of the signature, and those that the form has not.
    fn inspect_unsigned(&self, form: Form, faults: &mut Vec<Fault>) {
        const SIGNED_ONLY: [Oid; 7] = [
            oids::CONTENT_TIME_STAMP,
            oids::CONTENT_TYPE,
            oids::MESSAGE_DIGEST,
            oids::SIGNING_TIME,
            oids::SIGNING_CERTIFICATE,
            oids::SIGNING_CERTIFICATE_V2,
            oids::ALGORITHM_PROTECTION,
        ];
        let misplaced = self
            .unsigned
            .iter()
            .map(Attribute::kind)
            .filter(|kind| SIGNED_ONLY.contains(kind));
        faults.extend(misplaced.map(Box::new).map(Fault::AttributeMisplaced));
        let mut forbidden: Vec<Oid> = self.unsigned.iter().map(Attribute::kind).collect();
        forbidden.retain(|kind| form.forbids_unsigned(*kind));
        forbidden.dedup();
        faults.extend(
            forbidden
                .into_iter()
                .map(Box::new)
                .map(Fault::AttributeForbidden),
        );
    }

    /// Compares the attribute message-digest with the digest of the content.
    ///
    /// # Errors
    /// `MessageDigestDiffers`, also where `content` was made with another algorithm; and whatever is
    /// wrong with the attribute.
    pub fn inspect_digest(&self, content: &Digest) -> Result<(), Fault> {
        let claimed = self.claimed_digest()?;
        let same = content.algorithm() == self.digest_algorithm()? && content.bytes() == claimed;
        same.then_some(()).ok_or(Fault::MessageDigestDiffers)
    }

    /// The digest that was signed, of the length of its algorithm.
    ///
    /// # Errors
    /// `MessageDigestAbsent`, `MessageDigestRepeated`, `MessageDigestMalformed`.
    pub fn claimed_digest(&self) -> Result<&[u8], Fault> {
        let signed = self.signed.as_ref().ok_or(Fault::SignedAttributesAbsent)?;
        // RFC 5652 11.2: exactly once, exactly one value.
        let value = exactly_one(
            signed,
            oids::MESSAGE_DIGEST,
            Fault::MessageDigestAbsent,
            Fault::MessageDigestRepeated,
        )?;
        let digest = attribute::message_digest(value).map_err(|_| Fault::MessageDigestMalformed)?;
        let length = self.digest_algorithm.digest().map(DigestAlgorithm::length);
        if length.is_some_and(|length| length != digest.len()) {
            return Err(Fault::MessageDigestMalformed);
        }
        Ok(digest)
    }

    /// The certificate that signed, chosen among `candidates` by the hash in signing-certificate, never by
    /// the identifier alone, which anyone can put on another certificate (RFC 5035 1).
    ///
    /// # Errors
    /// `SigningCertificateUnmatched` where none has the hash; `SigningCertificateIssuer` and
    /// `IdentifierDiffers` where the other names contradict it; and what
    /// [`SignerInfo::signing_certificate`] says.
    pub fn find_certificate<'a>(
        &self,
        candidates: impl IntoIterator<Item = &'a Certificate>,
    ) -> Result<&'a Certificate, Fault> {
        let named = self.signing_certificate()?;
        // RFC 5035 5.4: the first one names the signer's certificate.
        let first = named
            .certificates
            .first()
            .ok_or(Fault::SigningCertificateMalformed)?;
        let certificate = candidates
            .into_iter()
            .find(|candidate| first.names(candidate.der()))
            .ok_or(Fault::SigningCertificateUnmatched)?;
        if let Some((issuer, serial)) = &first.issuer_serial
            && !is_issuer_and_serial(certificate, issuer, serial)
        {
            return Err(Fault::SigningCertificateIssuer);
        }
        if self.identifies(certificate) {
            Ok(certificate)
        } else {
            Err(Fault::IdentifierDiffers)
        }
    }

    /// Whether the SignerInfo's own identifier names `certificate`.
    #[must_use]
    pub fn identifies(&self, certificate: &Certificate) -> bool {
        match &self.identifier {
            SignerIdentifier::IssuerAndSerial { issuer, serial } => {
                is_issuer_and_serial(certificate, issuer, serial)
            }
            SignerIdentifier::SubjectKey(key) => certificate
                .subject_key_identifier()
                .is_ok_and(|own| own == Some(key.as_slice())),
        }
    }

    /// RFC 6211 3: the attribute, where it is present, agrees with the fields outside the signature.
    fn inspect_algorithm_protection(&self, signed: &SignedAttributes) -> Result<(), Fault> {
        let mut all = signed.all(oids::ALGORITHM_PROTECTION);
        let Some(attribute) = all.next() else {
            return Ok(());
        };
        let value = match (attribute.value(), all.next()) {
            (Some(value), None) => value,
            _ => return Err(Fault::AlgorithmProtectionRepeated),
        };
        let protection = attribute::algorithm_protection(value)
            .map_err(|_| Fault::AlgorithmProtectionMalformed)?;
        let signature = protection
            .signature
            .ok_or(Fault::AlgorithmProtectionMalformed)?;
        if protection.digest.is_same(&self.digest_algorithm)
            && signature.is_same(&self.signature_algorithm)
        {
            Ok(())
        } else {
            Err(Fault::AlgorithmProtectionDiffers)
        }
    }
}

/// Names are compared as names, not as octets (RFC 5280 7.1): some software writes them anew.
fn is_issuer_and_serial(certificate: &Certificate, issuer: &[u8], serial: &[u8]) -> bool {
    let same = |name: Name| name == *certificate.issuer();
    serial == certificate.serial().octets()
        && (issuer == certificate.issuer().der() || Name::parse(issuer).is_ok_and(same))
}

fn is_strong_hash(named: &CertificateHash) -> bool {
    named
        .algorithm
        .is_some_and(|algorithm| algorithm != DigestAlgorithm::Sha1)
}

/// RFC 5652 5.3: no type of attribute stands twice in the signed set; forbidden and unsigned-only ones.
fn inspect_kinds(signed: &SignedAttributes, form: Form, faults: &mut Vec<Fault>) {
    // These have faults of their own.
    const JUDGED_ALONE: [Oid; 6] = [
        oids::CONTENT_TYPE,
        oids::MESSAGE_DIGEST,
        oids::SIGNING_TIME,
        oids::SIGNING_CERTIFICATE,
        oids::SIGNING_CERTIFICATE_V2,
        oids::ALGORITHM_PROTECTION,
    ];
    const UNSIGNED_ONLY: [Oid; 4] = [
        oids::SIGNATURE_TIME_STAMP,
        oids::COUNTERSIGNATURE,
        oids::ARCHIVE_TIME_STAMP_V3,
        oids::ATS_HASH_INDEX_V3,
    ];
    let mut seen: Vec<Oid> = Vec::new();
    for kind in signed.attributes.iter().map(Attribute::kind) {
        if seen.contains(&kind) {
            if !JUDGED_ALONE.contains(&kind) {
                faults.push(Fault::AttributeRepeated(Box::new(kind)));
            }
            continue;
        }
        seen.push(kind);
        if UNSIGNED_ONLY.contains(&kind) {
            faults.push(Fault::AttributeMisplaced(Box::new(kind)));
        } else if form.forbids(kind) {
            faults.push(Fault::AttributeForbidden(Box::new(kind)));
        }
    }
}

/// Data by either of its names.
fn is_data(kind: Oid) -> bool {
    kind == oids::DATA || kind == oids::NATIONAL_DATA
}

/// RFC 5652 11.1: exactly once, exactly one value, the type of the content.
fn inspect_content_type(signed: &SignedAttributes, content_type: Oid) -> Result<(), Fault> {
    let value = exactly_one(
        signed,
        oids::CONTENT_TYPE,
        Fault::ContentTypeAbsent,
        Fault::ContentTypeRepeated,
    )?;
    let named = attribute::content_type(value).map_err(|_| Fault::ContentTypeMalformed)?;
    // Writers of GB/T 35275 put either name of data beside the other.
    if named == content_type || (is_data(named) && content_type == oids::NATIONAL_DATA) {
        Ok(())
    } else {
        Err(Fault::ContentTypeDiffers(Box::new(named)))
    }
}

/// RFC 5652 11.3 for its form; presence is CAdES's rule and absence PAdES's.
fn inspect_signing_time(signed: &SignedAttributes, form: Form, faults: &mut Vec<Fault>) {
    match exactly_one(
        signed,
        oids::SIGNING_TIME,
        Fault::SigningTimeAbsent,
        Fault::SigningTimeRepeated,
    ) {
        Err(Fault::SigningTimeAbsent) => {
            if matches!(form, Form::CadesDetached | Form::CadesAttached) {
                faults.push(Fault::SigningTimeAbsent);
            }
        }
        Err(fault) => faults.push(fault),
        // EN 319 142-1 6.3: the claimed time stands in /M of the signature dictionary.
        Ok(_) if form == Form::Pades => faults.push(Fault::SigningTimePresent),
        Ok(value) => {
            if attribute::signing_time(value).is_err() {
                faults.push(Fault::SigningTimeMalformed);
            }
        }
    }
}

fn exactly_one(
    signed: &SignedAttributes,
    kind: Oid,
    absent: Fault,
    repeated: Fault,
) -> Result<&[u8], Fault> {
    let mut all = signed.all(kind);
    let first = all.next().ok_or(absent)?;
    if all.next().is_some() {
        return Err(repeated);
    }
    first.value().ok_or(repeated)
}
