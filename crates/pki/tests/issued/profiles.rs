//! Certificates and lists by profile: prepared, linted, finished, and relied on.

use super::forge::{self, ADDRESSES, AT, FIRST, Hierarchy, LAST, POLICY, key, serial, sign};
use crypto::{SignatureAlgorithm, Signer as _};
use pki::certificate::{SerialNumber, Validity};
use pki::crl::{Coverage, CrlDraft, FinishCrl, PrepareCrl, Reason, Revoked};
use pki::extension::{KeyUsage, Scope};
use pki::identifiers as id;
use pki::lint::{inspect, inspect_crl};
use pki::path::{Budget, Chain, PathError, Purpose, Question, StatusMaterial, validate};
use pki::profile::{
    Addresses, FinishCertificate, Issuer, LegalPerson, NameSubject, PrepareCertificate, Profile,
    Request, Status, office,
};
use time::Duration;

fn judge(
    world: &Hierarchy,
    profile: Profile,
    purpose: Purpose,
    lists: &[pki::Crl],
) -> Result<Chain, PathError> {
    let mut question = Question::new(purpose, AT);
    if !lists.is_empty() {
        question = question.with_status(StatusMaterial::of_lists(lists, AT));
    }
    let leaf = world.leaf(profile);
    let candidates = [world.ca.clone()];
    validate(
        &leaf,
        &candidates,
        &[world.anchor()],
        &question,
        &mut Budget::new(),
    )
}

#[test]
fn every_profile_passes_the_linter_without_a_word_and_serves_its_purpose() {
    let world = Hierarchy::new();
    for (profile, purpose) in [
        (Profile::SEAL, Purpose::DocumentSigning),
        (Profile::SIGNER, Purpose::DocumentSigning),
        (Profile::OCSP_RESPONDER, Purpose::OcspSigning),
        (Profile::TIME_STAMPING, Purpose::TimeStamping),
        (Profile::LOG, Purpose::Log),
        (Profile::CREDENTIAL, Purpose::Credential),
        (Profile::STATUS_LIST, Purpose::StatusList),
        (Profile::TRUST_BUNDLE, Purpose::TrustBundle),
    ] {
        let leaf = world.leaf(profile);
        assert_eq!(inspect(leaf.der(), profile.subject), [], "{}", profile.name);
        let chain = judge(&world, profile, purpose, &[]).expect(profile.name);
        assert_eq!(chain.certificates().len(), 3);
        assert_eq!(chain.issued(), [leaf.clone(), world.ca.clone()]);
        assert_eq!(leaf.has_ocsp_no_check(), profile.status == Status::NotAsked);
        assert_eq!(chain.policies(), [POLICY], "{}", profile.name);
    }
    for (certificate, profile) in [
        (&world.root, Profile::ROOT),
        (&world.ca, Profile::ISSUING_CA),
    ] {
        assert_eq!(inspect(certificate.der(), profile.subject), []);
    }
}

#[test]
fn no_key_serves_the_purpose_of_another() {
    let world = Hierarchy::new();
    let uses = [
        (Profile::SEAL, Purpose::DocumentSigning),
        (Profile::OCSP_RESPONDER, Purpose::OcspSigning),
        (Profile::TIME_STAMPING, Purpose::TimeStamping),
        (Profile::STATUS_LIST, Purpose::StatusList),
    ];
    for (profile, own) in uses {
        for (_, other) in uses.iter().filter(|(_, other)| *other != own) {
            let error = judge(&world, profile, *other, &[]).expect_err("another purpose");
            let code = error.fault.code();
            assert!(
                code == "path.purpose" || code == "path.key-usage",
                "{} {other:?}: {code}",
                profile.name
            );
        }
    }
    // D2: printed codes and credentials are never signed by a seal's key.
    let error = judge(&world, Profile::SEAL, Purpose::Credential, &[]).expect_err("a seal");
    assert_eq!(error.fault.code(), "path.key-usage");
}

#[test]
fn a_seal_names_the_legal_person_and_the_seal() {
    let seal = Hierarchy::new().leaf(Profile::SEAL);
    let subject = seal.subject();
    assert_eq!(
        subject.to_string(),
        "CN=临溪市青石区行政审批服务局审批专用章,serialNumber=990102-SPZYZ-01,\
         organizationIdentifier=NTRCN-11990102FAKE000485,O=临溪市青石区行政审批服务局,C=CN"
    );
    assert_eq!(seal.key_usage(), Ok(Some(KeyUsage::NON_REPUDIATION)));
    let purposes = seal.purposes().expect("readable").expect("there");
    assert_eq!(purposes.0, [id::DOCUMENT_SIGNING]);
    let stamp = Hierarchy::new().leaf(Profile::TIME_STAMPING);
    let purpose = stamp.extension(&id::EXTENDED_KEY_USAGE).expect("there");
    assert!(purpose.critical && stamp.purposes().expect("readable").expect("there").0.len() == 1);
    let person = LegalPerson {
        organization: "某局",
        credit_code: "11990102fake000485",
        seal_code: "1",
        common_name: "某局",
    };
    assert_eq!(person.name(), Err(NameSubject::CreditCode));
    assert_eq!(office("", "x"), Err(NameSubject::Empty));
}

/// A request for a credential key, its name and its key beside it.
fn refused(
    change: impl FnOnce(&mut Request<'_>),
    issuer: &Issuer,
    addresses: Addresses<'_>,
) -> Option<PrepareCertificate> {
    let subject = office("某局", "某钥").expect("a name");
    let key = key(90);
    let mut request = Request {
        subject: &subject,
        key: key.public_key(),
        serial: serial(1),
        validity: Validity {
            from: AT,
            last: AT + Duration::days(30),
        },
        policies: &[],
        alternative_names: &[],
    };
    change(&mut request);
    Profile::CREDENTIAL
        .prepare(&request, issuer, &addresses)
        .err()
}

#[test]
fn what_cannot_be_certified_is_not_prepared() {
    let world = Hierarchy::new();
    let issuer = world.issuer();
    assert_eq!(refused(|_| (), &issuer, ADDRESSES), None);
    let small = SerialNumber::from_octets(&[1, 2, 3]).expect("a number");
    assert_eq!(
        refused(|request| request.serial = small, &issuer, ADDRESSES),
        Some(PrepareCertificate::Serial { octets: 3 })
    );
    let without = Addresses {
        crl: None,
        ..ADDRESSES
    };
    assert_eq!(
        refused(|_| (), &issuer, without),
        Some(PrepareCertificate::AddressAbsent)
    );
    let wrong = Issuer::of(&world.ca, SignatureAlgorithm::EcdsaP256Sha256).expect("a key");
    assert_eq!(
        refused(|_| (), &wrong, ADDRESSES),
        Some(PrepareCertificate::Algorithm)
    );
    let named = office("某局", "某钥").expect("a name");
    let own = Issuer::without_certificate(named, key(3).public_key().clone(), issuer.algorithm());
    assert_eq!(
        refused(|_| (), &own, ADDRESSES),
        Some(PrepareCertificate::SelfIssued)
    );
}

#[test]
fn nothing_is_valid_longer_than_its_profile_and_its_issuer_allow() {
    let issuer = Hierarchy::new().issuer();
    let with = |from, last| {
        let change = |request: &mut Request<'_>| request.validity = Validity { from, last };
        refused(change, &issuer, ADDRESSES)
    };
    let longest = Profile::CREDENTIAL.longest;
    assert_eq!(with(AT, AT + longest), None);
    for (from, last) in [
        (AT, AT - Duration::SECOND),
        (AT, AT + longest + Duration::SECOND),
    ] {
        let refused = Some(PrepareCertificate::Validity { from, last });
        assert_eq!(with(from, last), refused);
    }
    let beyond = Some(PrepareCertificate::OutlivesIssuer { last: LAST });
    assert_eq!(with(LAST, LAST + Duration::DAY), beyond);
    assert_eq!(with(FIRST - Duration::DAY, AT), beyond);
}

#[test]
fn the_linter_stops_and_a_throw_away_signature_never_finishes() {
    let world = Hierarchy::new();
    let subject = office("某局", "某章").expect("a name");
    let key = key(91);
    let request = Request {
        subject: &subject,
        key: key.public_key(),
        serial: serial(2),
        validity: Validity {
            from: AT,
            last: AT + Duration::days(30),
        },
        policies: &[POLICY],
        alternative_names: &[],
    };
    let prepared = |profile: Profile| {
        profile
            .prepare(&request, &world.issuer(), &ADDRESSES)
            .expect("a draft")
    };
    // An office without organizationIdentifier is no legal person of EN 319 412-3.
    let draft = prepared(Profile::SEAL);
    let throw_away = sign(&forge::key(99), draft.to_be_signed());
    let refused = draft.lint(&throw_away).expect_err("a finding");
    let codes: Vec<&str> = refused.findings.iter().map(|f| f.rule.code).collect();
    assert_eq!(codes, ["legal-person-attributes"]);
    let draft = prepared(Profile::CREDENTIAL);
    let throw_away = sign(&forge::key(99), draft.to_be_signed());
    let linted = draft.lint(&throw_away).expect("no finding");
    assert!(linted.warnings().is_empty());
    assert!(matches!(
        linted.finish(&throw_away),
        Err(FinishCertificate::Signature(_))
    ));
}

#[test]
fn lists_are_written_for_a_whole_or_a_part_and_read_back() {
    let world = Hierarchy::new();
    let issuer = world.issuer();
    let draft = CrlDraft {
        number: 7,
        expired_kept_since: Some(AT - Duration::days(900)),
        ..world.list_draft(&issuer)
    };
    let revoked = |number, reason| Revoked {
        serial: serial(number),
        since: AT - Duration::days(2),
        reason,
        invalid_since: Some(AT - Duration::days(3)),
    };
    let entries = [
        revoked(9, Reason::Unspecified),
        revoked(3, Reason::KeyCompromise),
    ];
    let list = world.sign_list(draft.prepare(entries).expect("a draft"));
    assert_eq!(inspect_crl(list.der()), []);
    assert_eq!(list.number(), [7]);
    assert_eq!(list.expired_kept_since(), draft.expired_kept_since);
    let found = list.find(&serial(3)).expect("listed");
    assert_eq!(found.reason, Reason::KeyCompromise);
    assert_eq!(found.invalid_since, Some(AT - Duration::days(3)));
    let order: Vec<&[u8]> = list.entries().map(|entry| entry.serial).collect();
    assert!(order.is_sorted() && order.len() == 2);
    let part = CrlDraft {
        coverage: Coverage::Partition {
            uri: forge::CRL,
            scope: Scope::EndEntities,
        },
        ..draft
    };
    let empty = world.sign_list(part.prepare([]).expect("a draft"));
    assert_eq!(inspect_crl(empty.der()), []);
    assert_eq!(empty.entries().count(), 0);
    assert_eq!(
        empty.point().map(|point| point.scope),
        Some(Scope::EndEntities)
    );
    // RFC 5280 5.1.2.6: an empty list is left out, and `Crl::parse` refuses one that is there.
    assert!(empty.covers(&world.leaf(Profile::SEAL)).is_ok());
    assert!(empty.covers(&world.ca).is_err());
}

#[test]
fn lists_that_would_mislead_are_not_prepared() {
    let world = Hierarchy::new();
    let issuer = world.issuer();
    let draft = world.list_draft(&issuer);
    let entry = Revoked {
        serial: serial(5),
        since: AT - Duration::DAY,
        reason: Reason::Superseded,
        invalid_since: None,
    };
    let late = Revoked {
        since: draft.this_update + Duration::SECOND,
        ..entry
    };
    assert_eq!(
        draft.prepare([late]).err(),
        Some(PrepareCrl::Future { serial: serial(5) })
    );
    assert_eq!(
        draft.prepare([entry, entry]).err(),
        Some(PrepareCrl::Twice { serial: serial(5) })
    );
    let stopped = CrlDraft {
        next_update: draft.this_update,
        ..draft
    };
    assert_eq!(stopped.prepare([]).err(), Some(PrepareCrl::Period));
    let attributes = CrlDraft {
        coverage: Coverage::Partition {
            uri: forge::CRL,
            scope: Scope::Attributes,
        },
        ..draft
    };
    assert_eq!(attributes.prepare([]).err(), Some(PrepareCrl::Scope));
    let prepared = draft.prepare([entry]).expect("a draft");
    let throw_away = sign(&key(99), prepared.to_be_signed());
    assert!(matches!(
        prepared.finish(&throw_away),
        Err(FinishCrl::Signature(_))
    ));
}

#[test]
fn a_whole_chain_is_relied_on_with_the_lists_of_both_authorities() {
    let world = Hierarchy::new();
    let lists = [world.root_list(&[]), world.ca_list(&[])];
    let chain = judge(&world, Profile::SEAL, Purpose::DocumentSigning, &lists).expect("a chain");
    let sources: Vec<String> = chain
        .statuses()
        .iter()
        .map(|status| match status {
            pki::path::CertificateStatus::Used { source, .. } => format!("{source:?}"),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(sources, ["List(1)", "List(0)"]);
}
