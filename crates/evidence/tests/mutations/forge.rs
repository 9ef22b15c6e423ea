//! Keys and certificates of the samples, and a SignedData whose every part can be bent.

use std::path::PathBuf;

use asn1::{Oid, Tag, write};
use base64::Engine as _;
use crypto::{
    Authorisation, Digest, Input, KeyId, KeyUse, Signature, SignatureAlgorithm, Signer,
    SoftwareSigner,
};
use evidence::cms::{Attribute, oids};
use pki::algorithm::{digest_identifier, identifier};
use pki::certificate::Certificate;
use time::UtcDateTime;
use time::macros::utc_datetime;

pub(crate) const AT: UtcDateTime = utc_datetime!(2026-11-22 4:00);

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/rfc3161-ocsp-crl")
}

/// A certificate of the samples, as `p256/tsa`.
pub(crate) fn certificate(name: &str) -> Certificate {
    let (algorithm, name) = name.split_once('/').expect("a folder");
    let path = folder()
        .join(algorithm)
        .join("certs")
        .join(format!("{name}.der"));
    Certificate::parse(&std::fs::read(path).expect("a certificate")).expect("a good certificate")
}

/// A private key of the samples, as `p256/tsa`.
pub(crate) fn key(name: &str, algorithm: Option<SignatureAlgorithm>) -> SoftwareSigner {
    let (folder_name, name) = name.split_once('/').expect("a folder");
    let path = folder()
        .join(folder_name)
        .join("keys")
        .join(format!("{name}.pem"));
    let text = std::fs::read_to_string(path).expect("a key");
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let pkcs8 = base64::engine::general_purpose::STANDARD
        .decode(body)
        .expect("base64");
    SoftwareSigner::from_pkcs8(&pkcs8, algorithm).expect("a good key")
}

pub(crate) fn sign(key: &SoftwareSigner, message: &[u8]) -> Signature {
    let id = KeyId::parse("sample").expect("a name");
    let under = Authorisation::journalled(id, KeyUse::TimeStamps, message, AT);
    key.sign(Input::Message(message), &under)
        .expect("a signature")
}

/// A signature over something else.
pub(crate) fn sign_other(key: &SoftwareSigner) -> Signature {
    sign(key, b"something else")
}

/// A SignedData in parts.
#[derive(Clone)]
pub(crate) struct Message {
    pub(crate) version: u64,
    pub(crate) digest_algorithms: Vec<Vec<u8>>,
    pub(crate) content_type: Oid,
    pub(crate) content: Option<Vec<u8>>,
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) revocations: Vec<Vec<u8>>,
    pub(crate) signer_version: u64,
    pub(crate) identifier: Vec<u8>,
    pub(crate) digest_algorithm: Vec<u8>,
    pub(crate) attributes: Option<Vec<Vec<u8>>>,
    pub(crate) is_sorted: bool,
    pub(crate) signature_algorithm: Vec<u8>,
    pub(crate) unsigned: Vec<Vec<u8>>,
    pub(crate) signers: usize,
    pub(crate) is_signed_rightly: bool,
    pub(crate) trailing: Vec<u8>,
    pub(crate) outer: Oid,
}

pub(crate) const CONTENT: &[u8] = b"what is signed";

pub(crate) fn attribute(kind: Oid, values: &[Vec<u8>]) -> Vec<u8> {
    write::sequence([write::oid(&kind), write::set_of(values)])
}

/// signing-certificate-v2 with these parts.
pub(crate) fn ess_v2(algorithm: &[u8], hash: &[u8], issuer_serial: &[u8]) -> Vec<u8> {
    let one = write::sequence([algorithm, &write::octet_string(hash), issuer_serial]);
    attribute(
        oids::SIGNING_CERTIFICATE_V2,
        &[write::sequence([write::sequence([one])])],
    )
}

pub(crate) fn issuer_serial(certificate: &Certificate) -> Vec<u8> {
    let names = write::sequence([write::context(4, [certificate.issuer().der()])]);
    write::sequence([names, write::integer(certificate.serial().octets())])
}

pub(crate) fn protection(digest: &[u8], signature: &[u8]) -> Vec<u8> {
    let mut implicit = signature.to_vec();
    implicit[0] = Tag::context(1).0;
    attribute(
        oids::ALGORITHM_PROTECTION,
        &[write::sequence([digest, &implicit])],
    )
}

impl Message {
    /// A detached CAdES baseline signature over [`CONTENT`].
    pub(crate) fn cades(certificate: &Certificate, algorithm: SignatureAlgorithm) -> Self {
        let digest = Digest::of(algorithm.digest(), CONTENT);
        let digest_algorithm = digest_identifier(algorithm.digest());
        let signature_algorithm = identifier(algorithm);
        let hash = crypto::sha256(certificate.der());
        let identifier = write::sequence([
            certificate.issuer().der(),
            &write::integer(certificate.serial().octets()),
        ]);
        let attributes = vec![
            attribute(oids::CONTENT_TYPE, &[write::oid(&oids::DATA)]),
            attribute(oids::MESSAGE_DIGEST, &[write::octet_string(digest.bytes())]),
            attribute(oids::SIGNING_TIME, &[write::time(AT)]),
            ess_v2(&[], &hash, &issuer_serial(certificate)),
            protection(&digest_algorithm, &signature_algorithm),
        ];
        Self {
            version: 1,
            digest_algorithms: vec![digest_algorithm.clone()],
            content_type: oids::DATA,
            content: None,
            certificates: vec![certificate.der().to_vec()],
            revocations: Vec::new(),
            signer_version: 1,
            identifier,
            digest_algorithm,
            attributes: Some(attributes),
            is_sorted: true,
            signature_algorithm,
            unsigned: Vec::new(),
            signers: 1,
            is_signed_rightly: true,
            trailing: Vec::new(),
            outer: oids::SIGNED_DATA,
        }
    }

    pub(crate) fn attributes(&mut self) -> &mut Vec<Vec<u8>> {
        self.attributes.get_or_insert_with(Vec::new)
    }

    /// Takes the attribute `kind` out and puts `instead` in.
    pub(crate) fn replace(&mut self, kind: Oid, instead: &[Vec<u8>]) {
        let oid = write::oid(&kind);
        let list = self.attributes();
        list.retain(|attribute| {
            !attribute[2..].starts_with(&oid) && !attribute[3..].starts_with(&oid)
        });
        list.extend_from_slice(instead);
    }

    pub(crate) fn encode(&self, key: &SoftwareSigner) -> Vec<u8> {
        let body = self
            .attributes
            .as_ref()
            .map(|attributes| match self.is_sorted {
                true => write::sorted(attributes),
                false => {
                    let mut backwards = attributes.clone();
                    backwards.sort_by(|a, b| b.cmp(a));
                    backwards.concat()
                }
            });
        let signed = match &body {
            Some(body) => write::element(Tag::SET, body),
            None => CONTENT.to_vec(),
        };
        let signature = if self.is_signed_rightly {
            sign(key, &signed)
        } else {
            sign_other(key)
        };
        let set = |number, parts: &[Vec<u8>]| {
            if parts.is_empty() {
                Vec::new()
            } else {
                write::context(number, parts)
            }
        };
        let signer = write::sequence([
            write::unsigned(self.signer_version),
            self.identifier.clone(),
            self.digest_algorithm.clone(),
            body.map(|body| write::element(Tag::context(0), &body))
                .unwrap_or_default(),
            self.signature_algorithm.clone(),
            write::octet_string(signature.bytes()),
            set(1, &self.unsigned),
        ]);
        let content = self
            .content
            .as_ref()
            .map(|content| write::context(0, [write::octet_string(content)]));
        let signed_data = write::sequence([
            write::unsigned(self.version),
            write::set_of(&self.digest_algorithms),
            write::sequence([write::oid(&self.content_type), content.unwrap_or_default()]),
            set(0, &self.certificates),
            set(1, &self.revocations),
            write::set_of(vec![signer; self.signers]),
        ]);
        let info = write::sequence([write::oid(&self.outer), write::context(0, [signed_data])]);
        [info, self.trailing.clone()].concat()
    }
}

/// An unsigned attribute as it stands in a message.
pub(crate) fn unsigned(attribute: &Attribute) -> Vec<u8> {
    attribute.encode()
}
