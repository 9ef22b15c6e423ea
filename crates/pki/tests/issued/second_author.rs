//! rcgen as second author: given the same contents it writes the same octets to be signed.

use crypto::{KeyAlgorithm, PublicKey, SignatureAlgorithm, Signer as _};
use pki::certificate::{Certificate, Validity};
use pki::crl::{Coverage, CrlDraft, Reason, Revoked};
use pki::extension::{AccessDescription, Extension, PolicyInformation, Scope};
use pki::general_name::GeneralName;
use pki::identifiers as id;
use pki::name::Name;
use pki::profile::{Issuer, Profile, Purpose, Request, Role, Status, key_identifier, office};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CrlDistributionPoint,
    CrlIssuingDistributionPoint, CrlScope, CustomExtension, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyUsagePurpose, PublicKeyData, RevocationReason,
    RevokedCertParams, SigningKey,
};
use time::{Duration, OffsetDateTime};

use super::forge::{self, ADDRESSES, AT, CRL, POLICY, serial};

/// A key that rcgen may name and that signs nothing.
struct Named(Vec<u8>, &'static rcgen::SignatureAlgorithm);

impl PublicKeyData for Named {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        self.1
    }
}

impl SigningKey for Named {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(vec![0])
    }
}

fn named(key: &PublicKey) -> Named {
    let algorithm = match key.algorithm() {
        KeyAlgorithm::EcP256 => &rcgen::PKCS_ECDSA_P256_SHA256,
        KeyAlgorithm::EcP384 => &rcgen::PKCS_ECDSA_P384_SHA384,
        _ => &rcgen::PKCS_ED25519,
    };
    Named(key.bits().to_vec(), algorithm)
}

fn arcs(oid: &asn1::Oid) -> Vec<u64> {
    oid.to_string()
        .split('.')
        .map(|arc| arc.parse().expect("a small arc"))
        .collect()
}

fn distinguished(name: &Name) -> DistinguishedName {
    let mut out = DistinguishedName::new();
    for attribute in name.attributes() {
        let text = attribute.text().expect("text");
        let value = if attribute.tag() == asn1::Tag::PRINTABLE_STRING {
            DnValue::PrintableString(text.as_ref().try_into().expect("printable"))
        } else {
            DnValue::Utf8String(text.into_owned())
        };
        out.push(DnType::CustomDnType(arcs(&attribute.kind())), value);
    }
    out
}

/// RFC 7093 2 method 1 hashes the bits of the key; rcgen's own method of that name hashes the whole of
/// SubjectPublicKeyInfo, so that the identifier is given.
fn identifier(key: &PublicKey) -> KeyIdMethod {
    KeyIdMethod::PreSpecified(key_identifier(key).to_vec())
}

fn custom(oid: &asn1::Oid, value: Vec<u8>) -> CustomExtension {
    CustomExtension::from_oid_content(&arcs(oid), value)
}

/// The contents of a profile in rcgen's words.
fn parameters(profile: Profile, request: &Request<'_>) -> CertificateParams {
    let mut out = CertificateParams::default();
    out.not_before = OffsetDateTime::from(request.validity.from);
    out.not_after = OffsetDateTime::from(request.validity.last);
    out.serial_number = Some(rcgen::SerialNumber::from_slice(request.serial.octets()));
    out.distinguished_name = distinguished(request.subject);
    out.use_authority_key_identifier_extension = profile.role != Role::Root;
    out.key_identifier_method = identifier(request.key);
    out.is_ca = match profile.role {
        Role::Root => IsCa::Ca(BasicConstraints::Unconstrained),
        Role::Authority(length) => IsCa::Ca(BasicConstraints::Constrained(
            u8::try_from(length).expect("short"),
        )),
        Role::EndEntity => IsCa::NoCa,
    };
    out.key_usages = match profile {
        _ if profile.is_authority() => vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign],
        _ if profile.usage == pki::extension::KeyUsage::NON_REPUDIATION => {
            vec![KeyUsagePurpose::ContentCommitment]
        }
        _ if profile == Profile::ENCRYPTION => vec![
            KeyUsagePurpose::KeyEncipherment,
            KeyUsagePurpose::DataEncipherment,
            KeyUsagePurpose::KeyAgreement,
        ],
        _ => vec![KeyUsagePurpose::DigitalSignature],
    };
    if let Purpose::Listed(oid) | Purpose::Sole(oid) = profile.purpose {
        out.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(arcs(&oid))];
    }
    let published = profile.status == Status::Published;
    if published {
        out.crl_distribution_points = vec![CrlDistributionPoint {
            uris: vec![CRL.to_owned()],
        }];
    }
    if !profile.is_authority() {
        let own = asn1::write::octet_string(&key_identifier(request.key));
        out.custom_extensions
            .push(custom(&id::SUBJECT_KEY_IDENTIFIER, own));
    }
    let policies = PolicyInformation::encode_policies(request.policies);
    out.custom_extensions
        .push(custom(&id::CERTIFICATE_POLICIES, policies));
    if published {
        let access = |method, uri| AccessDescription {
            method,
            location: GeneralName::Uri(uri),
        };
        let value = AccessDescription::encode_list(&[
            access(id::ACCESS_OCSP, ADDRESSES.ocsp.expect("given")),
            access(id::ACCESS_CA_ISSUERS, ADDRESSES.issuer.expect("given")),
        ]);
        out.custom_extensions
            .push(custom(&id::AUTHORITY_INFORMATION_ACCESS, value));
    }
    if profile.status == Status::NotAsked {
        out.custom_extensions
            .push(custom(&id::OCSP_NO_CHECK, asn1::write::null()));
    }
    out
}

/// Our draft and rcgen's, of one certificate.
fn both(profile: Profile, algorithm: SignatureAlgorithm) -> (Vec<u8>, Vec<u8>) {
    let kind = pki::algorithm::key_of(algorithm);
    let (above, own) = (forge::key_of(kind), forge::key_of(kind));
    let (above, own) = (above.public_key(), own.public_key());
    let is_root = profile.role == Role::Root;
    let name = office("云洲省政务服务局", "示例签发").expect("a name");
    let subject = forge::subject(profile);
    let (subject, own) = if is_root {
        (&name, above)
    } else {
        (&subject, own)
    };
    let issuer = Issuer::without_certificate(name.clone(), above.clone(), algorithm);
    let request = Request {
        subject,
        key: own,
        serial: serial(0x91),
        // Both forms of time: UTCTime until 2049, GeneralizedTime after.
        validity: Validity {
            from: time::macros::utc_datetime!(2049-12-31 23:00),
            last: time::macros::utc_datetime!(2050-03-01 0:00),
        },
        policies: &[asn1::Oid::of(&[1, 3, 6, 1, 4, 1, 99_999, 1])],
        alternative_names: &[],
    };
    let ours = profile
        .prepare(&request, &issuer, &ADDRESSES)
        .expect("a draft");
    let mut parameters_above = CertificateParams::default();
    parameters_above.distinguished_name = distinguished(&name);
    parameters_above.key_identifier_method = identifier(above);
    let theirs = parameters(profile, &request)
        .signed_by(
            &named(own),
            &rcgen::Issuer::new(parameters_above, named(above)),
        )
        .expect("rcgen writes it");
    let theirs = Certificate::parse(theirs.der()).expect("a certificate");
    (ours.to_be_signed().to_vec(), theirs.tbs().to_vec())
}

const ALGORITHMS: [SignatureAlgorithm; 3] = [
    SignatureAlgorithm::EcdsaP256Sha256,
    SignatureAlgorithm::EcdsaP384Sha384,
    SignatureAlgorithm::Ed25519,
];

#[test]
fn both_write_the_same_certificates() {
    for algorithm in ALGORITHMS {
        for profile in Profile::ALL {
            let (ours, mut theirs) = both(profile, algorithm);
            if profile == Profile::TIME_STAMPING {
                // The one difference: rcgen never writes extKeyUsage as critical, and RFC 3161 2.3 demands it.
                let value = pki::extension::Purposes(vec![id::TIME_STAMPING]).encode();
                theirs = made_critical(&theirs, &id::EXTENDED_KEY_USAGE, &value);
            }
            assert_eq!(ours, theirs, "{} {algorithm:?}", profile.name);
        }
    }
}

/// The same TBSCertificate with this extension critical.
fn made_critical(tbs: &[u8], oid: &asn1::Oid, value: &[u8]) -> Vec<u8> {
    let with = |critical| {
        Extension {
            oid: *oid,
            critical,
            value,
        }
        .encode()
    };
    let mut fields = asn1::Reader::single(tbs, asn1::Tag::SEQUENCE)
        .and_then(|all| all.reader())
        .expect("a sequence");
    let mut parts = Vec::new();
    while !fields.is_empty() {
        let field = fields.element().expect("a field");
        if field.tag() != asn1::Tag::context(3) {
            parts.push(field.raw().to_vec());
            continue;
        }
        let mut list = field
            .only(asn1::Tag::SEQUENCE)
            .and_then(|list| list.reader())
            .expect("extensions");
        let mut extensions = Vec::new();
        while !list.is_empty() {
            let raw = list.element().expect("an extension").raw().to_vec();
            let same = raw == with(false);
            extensions.push(if same { with(true) } else { raw });
        }
        parts.push(asn1::write::context(3, [asn1::write::sequence(extensions)]));
    }
    asn1::write::sequence(parts)
}

/// Entries: number, reason in our words and in rcgen's.
const ENTRIES: [(u8, Reason, RevocationReason); 3] = [
    (3, Reason::KeyCompromise, RevocationReason::KeyCompromise),
    (0x90, Reason::Unspecified, RevocationReason::Unspecified),
    (
        0x95,
        Reason::PrivilegeWithdrawn,
        RevocationReason::PrivilegeWithdrawn,
    ),
];

#[test]
fn both_write_the_same_lists() {
    let since = AT - Duration::days(4);
    let earlier = AT - Duration::days(9);
    for algorithm in ALGORITHMS {
        let above = forge::key_of(pki::algorithm::key_of(algorithm));
        let above = above.public_key();
        let name = office("云洲省政务服务局", "示例签发").expect("a name");
        let issuer = Issuer::without_certificate(name.clone(), above.clone(), algorithm);
        for (coverage, count) in [
            (Coverage::Complete, 3),
            (partition(Scope::EndEntities), 3),
            (partition(Scope::Authorities), 0),
            (partition(Scope::All), 1),
        ] {
            let draft = CrlDraft {
                issuer: &issuer,
                number: 0x80,
                this_update: AT,
                next_update: AT + Duration::days(2),
                coverage,
                expired_kept_since: None,
            };
            let ours = draft
                .prepare(
                    ENTRIES
                        .iter()
                        .take(count)
                        .map(|(number, reason, _)| Revoked {
                            serial: serial(*number),
                            since,
                            reason: *reason,
                            invalid_since: (*number == 3).then_some(earlier),
                        }),
                )
                .expect("a draft");
            let revoked_certs =
                ENTRIES
                    .iter()
                    .take(count)
                    .map(|(number, _, reason)| RevokedCertParams {
                        serial_number: rcgen::SerialNumber::from_slice(serial(*number).octets()),
                        revocation_time: OffsetDateTime::from(since),
                        reason_code: Some(*reason),
                        invalidity_date: (*number == 3).then_some(OffsetDateTime::from(earlier)),
                    });
            let theirs = CertificateRevocationListParams {
                this_update: OffsetDateTime::from(draft.this_update),
                next_update: OffsetDateTime::from(draft.next_update),
                crl_number: rcgen::SerialNumber::from(0x80_u64),
                issuing_distribution_point: point(coverage),
                revoked_certs: revoked_certs.collect(),
                key_identifier_method: identifier(above),
            };
            let mut parameters = CertificateParams::default();
            parameters.distinguished_name = distinguished(&name);
            let theirs = theirs
                .signed_by(&rcgen::Issuer::new(parameters, named(above)))
                .expect("rcgen writes it");
            let theirs = pki::Crl::parse(theirs.der()).expect("a list");
            assert_eq!(ours.to_be_signed(), theirs.tbs(), "{coverage:?}");
        }
    }
}

fn partition(scope: Scope) -> Coverage<'static> {
    Coverage::Partition { uri: CRL, scope }
}

fn point(coverage: Coverage<'_>) -> Option<CrlIssuingDistributionPoint> {
    let Coverage::Partition { uri, scope } = coverage else {
        return None;
    };
    Some(CrlIssuingDistributionPoint {
        distribution_point: CrlDistributionPoint {
            uris: vec![uri.to_owned()],
        },
        scope: match scope {
            Scope::EndEntities => Some(CrlScope::UserCertsOnly),
            Scope::Authorities => Some(CrlScope::CaCertsOnly),
            _ => None,
        },
    })
}

#[test]
fn the_policy_of_the_samples_needs_an_arc_that_rcgen_has_not() {
    // Why the comparison above uses another one: its arcs have 64 bits, a UUID's has 128 (X.667 8).
    assert!(
        POLICY
            .to_string()
            .split('.')
            .any(|arc| arc.parse::<u64>().is_err())
    );
}
