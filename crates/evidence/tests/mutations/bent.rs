//! Every way in which a signed message is bent: name, change, and the codes it is refused with.

use asn1::{Oid, write};
use crypto::{Digest, DigestAlgorithm, SignatureAlgorithm};
use evidence::cms::oids;
use pki::algorithm::{digest_identifier, identifier};
use pki::certificate::Certificate;

use crate::mutations::forge::{
    AT, CONTENT, Message, attribute, certificate, ess_v2, issuer_serial, protection,
};

/// A mutation: its name, what it does, and the codes it is refused with.
pub(crate) type Mutation = (&'static str, fn(&mut Message), &'static [&'static str]);

pub(crate) const OTHER: Oid = Oid::of(&[1, 2, 156, 99_999, 9]);
const SHA1: Oid = Oid::of(&[1, 3, 14, 3, 2, 26]);
/// HMAC-SM3, which some files carry where SM3 was meant.
const HMAC_SM3: Oid = Oid::of(&[1, 2, 156, 10_197, 1, 401, 2]);

pub(crate) fn leaf() -> Certificate {
    certificate("p256/leaf")
}

fn digest_value() -> Vec<u8> {
    write::octet_string(Digest::of(DigestAlgorithm::Sha256, CONTENT).bytes())
}

fn own_protection() -> Vec<u8> {
    protection(
        &digest_identifier(DigestAlgorithm::Sha256),
        &identifier(SignatureAlgorithm::EcdsaP256Sha256),
    )
}

fn own_ess() -> Vec<u8> {
    ess_v2(&[], &crypto::sha256(leaf().der()), &issuer_serial(&leaf()))
}

pub(crate) const AROUND: &[Mutation] = &[
    (
        "a zero follows",
        |m| m.trailing = vec![0],
        &["cms.trailing-zeros"],
    ),
    (
        "an octet follows",
        |m| m.trailing = vec![1],
        &["cms.trailing-octets"],
    ),
    ("the version is 3", |m| m.version = 3, &["cms.version"]),
    ("the version is 0", |m| m.version = 0, &["cms.version"]),
    ("nobody signed", |m| m.signers = 0, &["cms.no-signer"]),
    (
        "an attribute of an older edition",
        |m| m.unsigned = vec![attribute(oids::SUPERSEDED[6], &[write::null()])],
        &["cms.attribute-forbidden"],
    ),
    (
        "content is inside",
        |m| m.content = Some(CONTENT.to_vec()),
        &["cms.content-present"],
    ),
    (
        "other content is inside",
        |m| m.content = Some(b"shadow".to_vec()),
        &["cms.content-present"],
    ),
    (
        "no certificate is inside",
        |m| m.certificates.clear(),
        &["cms.certificates-absent"],
    ),
    (
        "the content has another type",
        |m| {
            m.content_type = OTHER;
            m.version = 3;
            m.replace(
                oids::CONTENT_TYPE,
                &[attribute(oids::CONTENT_TYPE, &[write::oid(&OTHER)])],
            );
        },
        &["cms.content-type"],
    ),
    (
        "the digest is not announced",
        |m| {
            m.digest_algorithms = vec![digest_identifier(DigestAlgorithm::Sha384)];
        },
        &["cms.digest-not-announced"],
    ),
    (
        "nothing is announced",
        |m| m.digest_algorithms.clear(),
        &["cms.digest-not-announced"],
    ),
    (
        "the signer's version is 3",
        |m| {
            m.signer_version = 3;
            m.version = 3;
        },
        &["cms.signer-version"],
    ),
];

pub(crate) const ATTRIBUTES: &[Mutation] = &[
    (
        "nothing is signed but the content",
        |m| m.attributes = None,
        &["cms.signed-attributes-absent"],
    ),
    (
        "attributes are not sorted",
        |m| m.is_sorted = false,
        &["cms.signed-attributes-not-der"],
    ),
    (
        "an attribute's boolean is 01",
        |m| {
            m.attributes().push(attribute(OTHER, &[vec![1, 1, 1]]));
        },
        &["cms.signed-attributes-not-der"],
    ),
    (
        "an attribute's length is long",
        |m| {
            m.attributes()
                .push(attribute(OTHER, &[vec![4, 0x81, 1, 0]]));
        },
        &["cms.signed-attributes-not-der"],
    ),
    (
        "an attribute is in pieces",
        |m| {
            m.attributes()
                .push(attribute(OTHER, &[vec![0x24, 3, 4, 1, 0]]));
        },
        &["cms.signed-attributes-not-der"],
    ),
    (
        "another attribute stands twice",
        |m| {
            let location = attribute(oids::SIGNER_LOCATION, &[write::sequence([[]; 0])]);
            m.attributes().extend([location.clone(), location]);
        },
        &["cms.attribute-repeated"],
    ),
    (
        "a time-stamp is signed",
        |m| {
            m.attributes().push(attribute(
                oids::SIGNATURE_TIME_STAMP,
                &[write::sequence([[]; 0])],
            ));
        },
        &["cms.attribute-misplaced"],
    ),
    (
        "the content type stands unsigned too",
        |m| {
            m.unsigned = vec![attribute(oids::CONTENT_TYPE, &[write::oid(&oids::DATA)])];
        },
        &["cms.attribute-misplaced"],
    ),
    (
        "the signing certificate stands unsigned too",
        |m| m.unsigned = vec![own_ess()],
        &["cms.attribute-misplaced"],
    ),
    (
        "content-type is absent",
        |m| m.replace(oids::CONTENT_TYPE, &[]),
        &["cms.content-type-absent"],
    ),
    (
        "content-type stands twice",
        |m| {
            m.attributes()
                .push(attribute(oids::CONTENT_TYPE, &[write::oid(&oids::DATA)]));
        },
        &["cms.content-type-repeated"],
    ),
    (
        "content-type has two values",
        |m| {
            let value = write::oid(&oids::DATA);
            m.replace(
                oids::CONTENT_TYPE,
                &[attribute(oids::CONTENT_TYPE, &[value.clone(), value])],
            );
        },
        &["cms.content-type-repeated"],
    ),
    (
        "content-type has no value",
        |m| {
            m.replace(oids::CONTENT_TYPE, &[attribute(oids::CONTENT_TYPE, &[])]);
        },
        &["cms.content-type-repeated"],
    ),
    (
        "content-type is a number",
        |m| {
            m.replace(
                oids::CONTENT_TYPE,
                &[attribute(oids::CONTENT_TYPE, &[write::unsigned(1)])],
            );
        },
        &["cms.content-type-malformed"],
    ),
    (
        "content-type says another",
        |m| {
            m.replace(
                oids::CONTENT_TYPE,
                &[attribute(
                    oids::CONTENT_TYPE,
                    &[write::oid(&oids::TST_INFO)],
                )],
            );
        },
        &["cms.content-type-differs"],
    ),
    (
        "message-digest is absent",
        |m| m.replace(oids::MESSAGE_DIGEST, &[]),
        &["cms.message-digest-absent"],
    ),
    (
        "message-digest stands twice",
        |m| {
            m.attributes()
                .push(attribute(oids::MESSAGE_DIGEST, &[digest_value()]));
        },
        &["cms.message-digest-repeated"],
    ),
    (
        "message-digest has two values, one right",
        |m| {
            let other = write::octet_string(&[0; 32]);
            m.replace(
                oids::MESSAGE_DIGEST,
                &[attribute(oids::MESSAGE_DIGEST, &[digest_value(), other])],
            );
        },
        &["cms.message-digest-repeated"],
    ),
    (
        "message-digest is short",
        |m| {
            m.replace(
                oids::MESSAGE_DIGEST,
                &[attribute(
                    oids::MESSAGE_DIGEST,
                    &[write::octet_string(&[0; 20])],
                )],
            );
        },
        &["cms.message-digest-malformed"],
    ),
    (
        "message-digest is of other content",
        |m| {
            let other = Digest::of(DigestAlgorithm::Sha256, b"other");
            let value = write::octet_string(other.bytes());
            m.replace(
                oids::MESSAGE_DIGEST,
                &[attribute(oids::MESSAGE_DIGEST, &[value])],
            );
        },
        &["cms.message-digest-differs"],
    ),
    (
        "signing-time is absent",
        |m| m.replace(oids::SIGNING_TIME, &[]),
        &["cms.signing-time-absent"],
    ),
    (
        "signing-time stands twice",
        |m| {
            m.attributes()
                .push(attribute(oids::SIGNING_TIME, &[write::time(AT)]));
        },
        &["cms.signing-time-repeated"],
    ),
    (
        "signing-time is in the wrong form",
        |m| {
            m.replace(
                oids::SIGNING_TIME,
                &[attribute(
                    oids::SIGNING_TIME,
                    &[write::generalized_time(AT)],
                )],
            );
        },
        &["cms.signing-time-malformed"],
    ),
];

pub(crate) const BINDING: &[Mutation] = &[
    (
        "signing-certificate is absent",
        |m| {
            m.replace(oids::SIGNING_CERTIFICATE_V2, &[]);
        },
        &["cms.signing-certificate-absent"],
    ),
    (
        "signing-certificate stands twice",
        |m| {
            m.attributes().push(own_ess());
        },
        &["cms.signing-certificate-repeated"],
    ),
    (
        "signing-certificate is empty",
        |m| {
            let empty = write::sequence([write::sequence([[]; 0])]);
            m.replace(
                oids::SIGNING_CERTIFICATE_V2,
                &[attribute(oids::SIGNING_CERTIFICATE_V2, &[empty])],
            );
        },
        &["cms.signing-certificate-malformed"],
    ),
    (
        "signing-certificate names another that is here",
        |m| {
            let ess = ess_v2(&[], &crypto::sha256(certificate("p256/revoked").der()), &[]);
            m.replace(oids::SIGNING_CERTIFICATE_V2, &[ess]);
        },
        &["cms.identifier-differs"],
    ),
    (
        "signing-certificate names one that is not here",
        |m| {
            let ess = ess_v2(&[], &crypto::sha256(certificate("p256/tsa").der()), &[]);
            m.replace(oids::SIGNING_CERTIFICATE_V2, &[ess]);
        },
        &["cms.signing-certificate-unmatched"],
    ),
    (
        "signing-certificate has another serial number",
        |m| {
            let ess = ess_v2(
                &[],
                &crypto::sha256(leaf().der()),
                &issuer_serial(&certificate("p256/revoked")),
            );
            m.replace(oids::SIGNING_CERTIFICATE_V2, &[ess]);
        },
        &["cms.signing-certificate-issuer"],
    ),
    (
        "signing-certificate has another issuer",
        |m| {
            let names = write::sequence([write::context(
                4,
                [certificate("p256/other").subject().der()],
            )]);
            let serial = write::integer(leaf().serial().octets());
            let ess = ess_v2(
                &[],
                &crypto::sha256(leaf().der()),
                &write::sequence([names, serial]),
            );
            m.replace(oids::SIGNING_CERTIFICATE_V2, &[ess]);
        },
        &["cms.signing-certificate-issuer"],
    ),
    (
        "signing-certificate is of version 1",
        |m| {
            let hash = Digest::of(DigestAlgorithm::Sha1, leaf().der());
            let one = write::sequence([write::octet_string(hash.bytes())]);
            let value = write::sequence([write::sequence([one])]);
            m.replace(
                oids::SIGNING_CERTIFICATE_V2,
                &[attribute(oids::SIGNING_CERTIFICATE, &[value])],
            );
        },
        &["cms.signing-certificate-weak"],
    ),
    (
        "signing-certificate-v2 is with sha-1",
        |m| {
            let hash = Digest::of(DigestAlgorithm::Sha1, leaf().der());
            let ess = ess_v2(&digest_identifier(DigestAlgorithm::Sha1), hash.bytes(), &[]);
            m.replace(oids::SIGNING_CERTIFICATE_V2, &[ess]);
        },
        &["cms.signing-certificate-weak"],
    ),
    (
        "the identifier names another serial number",
        |m| {
            let other = certificate("p256/revoked");
            m.identifier = write::sequence([
                other.issuer().der(),
                &write::integer(other.serial().octets()),
            ]);
        },
        &["cms.identifier-differs"],
    ),
    (
        "the identifier names another key",
        |m| {
            m.identifier = write::context_primitive(0, &[7; 20]);
            m.signer_version = 3;
            m.version = 3;
        },
        &["cms.identifier-differs"],
    ),
    (
        "algorithm protection stands twice",
        |m| {
            m.attributes().push(own_protection());
        },
        &["cms.algorithm-protection-repeated"],
    ),
    (
        "algorithm protection is for a mac",
        |m| {
            let mut mac = identifier(SignatureAlgorithm::EcdsaP256Sha256);
            mac[0] = 0xa2;
            let value = write::sequence([digest_identifier(DigestAlgorithm::Sha256), mac]);
            m.replace(
                oids::ALGORITHM_PROTECTION,
                &[attribute(oids::ALGORITHM_PROTECTION, &[value])],
            );
        },
        &["cms.algorithm-protection-malformed"],
    ),
    (
        "algorithm protection names another digest",
        |m| {
            let other = digest_identifier(DigestAlgorithm::Sha512);
            let changed = protection(&other, &identifier(SignatureAlgorithm::EcdsaP256Sha256));
            m.replace(oids::ALGORITHM_PROTECTION, &[changed]);
        },
        &["cms.algorithm-protection-differs"],
    ),
    (
        "algorithm protection names another signature",
        |m| {
            let other = identifier(SignatureAlgorithm::EcdsaP384Sha384);
            let changed = protection(&digest_identifier(DigestAlgorithm::Sha256), &other);
            m.replace(oids::ALGORITHM_PROTECTION, &[changed]);
        },
        &["cms.algorithm-protection-differs"],
    ),
];

pub(crate) const ALGORITHMS: &[Mutation] = &[
    (
        "the digest is sha-1",
        |m| {
            m.digest_algorithm = write::sequence([write::oid(&SHA1)]);
            m.digest_algorithms = vec![m.digest_algorithm.clone()];
            let value = write::octet_string(Digest::of(DigestAlgorithm::Sha1, CONTENT).bytes());
            m.replace(
                oids::MESSAGE_DIGEST,
                &[attribute(oids::MESSAGE_DIGEST, &[value])],
            );
            m.replace(oids::ALGORITHM_PROTECTION, &[]);
        },
        &["cms.digest-weak"],
    ),
    (
        "the digest is unknown",
        |m| {
            m.digest_algorithm = write::sequence([write::oid(&HMAC_SM3)]);
            m.digest_algorithms = vec![m.digest_algorithm.clone()];
            m.replace(oids::ALGORITHM_PROTECTION, &[]);
        },
        &["cms.digest-unknown"],
    ),
    (
        "the digest is another than the signature's",
        |m| {
            m.digest_algorithm = digest_identifier(DigestAlgorithm::Sha512);
            m.digest_algorithms = vec![m.digest_algorithm.clone()];
            let value = write::octet_string(Digest::of(DigestAlgorithm::Sha512, CONTENT).bytes());
            m.replace(
                oids::MESSAGE_DIGEST,
                &[attribute(oids::MESSAGE_DIGEST, &[value])],
            );
            m.replace(oids::ALGORITHM_PROTECTION, &[]);
        },
        &["cms.signature-algorithm"],
    ),
    (
        "the signature algorithm is unknown",
        |m| {
            m.signature_algorithm = write::sequence([write::oid(&OTHER)]);
            m.replace(oids::ALGORITHM_PROTECTION, &[]);
        },
        &["cms.signature-algorithm"],
    ),
    (
        "the signature algorithm is for another kind of key",
        |m| {
            m.signature_algorithm = identifier(SignatureAlgorithm::RsaPkcs1Sha256);
            m.replace(oids::ALGORITHM_PROTECTION, &[]);
        },
        &["cms.signature-algorithm"],
    ),
    (
        "the signature algorithm has parameters",
        |m| {
            let mut inside = identifier(SignatureAlgorithm::EcdsaP256Sha256)[2..].to_vec();
            inside.extend(write::null());
            m.signature_algorithm = write::sequence([inside]);
            m.replace(oids::ALGORITHM_PROTECTION, &[]);
        },
        &["cms.signature-algorithm"],
    ),
    (
        "the signature is over something else",
        |m| m.is_signed_rightly = false,
        &["cms.signature-differs"],
    ),
];
