//! Every sub-indication of EN 319 102-1, each reached by files made for it; the same files are a corpus for the
//! European reference library (`YINXIN_AGREEMENT` names the folder that they are written into).

use std::path::Path;

use evidence::ocsp::Status;
use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};
use verify::{
    Bundle, BundleAnchor, Material, Policy, Report, SubIndication as Sub, Trust, examine,
};

use finding::Indication;

use crate::lasting;
use crate::world::{
    CONTENT, Entries, POLICY, SIGNED, Signing, Stamp, answer, certificate, der, list,
};

/// A file, what is at hand beside it, when it is judged, and what has to come of it.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) octets: Vec<u8>,
    /// Lists and answers, by ending.
    pub(crate) material: Vec<(&'static str, Vec<u8>)>,
    pub(crate) at: UtcDateTime,
    /// Content that lies elsewhere.
    pub(crate) detached: Option<Vec<u8>>,
    /// The signature policy's document.
    pub(crate) document: Option<&'static [u8]>,
    /// Another root that is trusted beside the first.
    pub(crate) beside: Option<&'static str>,
    /// Until when the root is trusted.
    pub(crate) sunset: Option<UtcDateTime>,
    /// Rows of the table of algorithms.
    pub(crate) algorithms: &'static str,
    /// Hours that a status may be old.
    pub(crate) age: Option<u32>,
    pub(crate) expected: Option<Sub>,
    pub(crate) library: Library,
}

/// What the reference library has to say of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Library {
    /// The same.
    Same,
    /// This, for a reason that `docs/standards/en319102.md` gives.
    Says(&'static str, &'static str),
    /// It cannot be asked so: it has no such input.
    NotAsked,
}

/// Shortly after files are signed.
pub(crate) const SOON: UtcDateTime = utc_datetime!(2026-06-10 12:00);
/// When lists are made.
pub(crate) const LISTED: UtcDateTime = utc_datetime!(2026-06-10 8:01);
/// When signatures are stamped, and by whom.
pub(crate) const STAMPED: Stamp = (utc_datetime!(2026-06-10 8:00:02), "w-tsa");

/// The lists of all authorities as of `at`.
pub(crate) fn lists(at: UtcDateTime, entries: Entries<'_>, keeps: bool) -> Vec<Vec<u8>> {
    let of = |issuer: &str| {
        let own: Vec<_> = entries
            .iter()
            .filter(|(name, _)| certificate(name).issuer() == certificate(issuer).subject())
            .copied()
            .collect();
        list(issuer, at, &own, keeps)
    };
    const ALL: [&str; 5] = ["w-root", "w-ca", "w-ca-short", "w-ca-revoked", "w-ca-384"];
    ALL.map(of).into()
}

fn crls(at: UtcDateTime, entries: Entries<'_>, keeps: bool) -> Vec<(&'static str, Vec<u8>)> {
    let all = lists(at, entries, keeps).into_iter();
    all.map(|octets| ("crl", octets)).collect()
}

impl Case {
    pub(crate) fn new(name: &str, octets: Vec<u8>, expected: Option<Sub>) -> Case {
        Case {
            name: name.to_owned(),
            octets,
            material: crls(LISTED, &[], false),
            at: SOON,
            detached: None,
            document: None,
            beside: None,
            sunset: None,
            algorithms: "[]",
            age: None,
            expected,
            library: Library::Same,
        }
    }

    /// The same, judged at `at` with lists of `listed`.
    pub(crate) fn judged(self, at: UtcDateTime, material: Vec<(&'static str, Vec<u8>)>) -> Case {
        Case {
            at,
            material,
            ..self
        }
    }

    fn differs(self, indication: &'static str, sub: &'static str) -> Case {
        let library = Library::Says(indication, sub);
        Case { library, ..self }
    }

    fn not_asked(self) -> Case {
        let library = Library::NotAsked;
        Case { library, ..self }
    }

    fn policy(&self) -> Policy {
        let age = self.age;
        let age = age.map_or(String::new(), |age| format!(r#","revocation_hours":{age}"#));
        let rows = self.algorithms;
        let text = format!(r#"{{"name":"case","base":"default","algorithms":{rows}{age}}}"#);
        Policy::parse(text.as_bytes()).expect("a policy")
    }

    fn trust(&self) -> Trust {
        let all = [(Some("w-root"), self.sunset), (self.beside, None)];
        let anchors = all.into_iter().filter_map(|(name, until)| {
            Some(BundleAnchor {
                certificate: certificate(name?).clone(),
                purposes: Vec::new(),
                from: None,
                until,
            })
        });
        Trust::of(&Bundle {
            issued_at: SIGNED,
            next_update: utc_datetime!(2100-01-01 0:00),
            anchors: anchors.collect(),
            certificates: Vec::new(),
            offices: Vec::new(),
            logs: Vec::new(),
            time_stamp_policies: Vec::new(),
        })
        .expect("a good bundle")
    }

    fn beside(&self) -> Material {
        let mut material = Material::empty();
        for (place, (ending, octets)) in self.material.iter().enumerate() {
            material.add(&format!("{place}.{ending}"), octets);
        }
        if let Some(octets) = &self.detached {
            material.offer("content.txt", octets.clone());
        }
        if let Some(octets) = self.document {
            material.add(&format!("{POLICY}.policy"), octets);
        }
        material
    }

    pub(crate) fn report(&self) -> Report {
        examine(
            &self.name,
            &self.octets,
            &self.trust(),
            &self.beside(),
            &self.policy(),
            self.at,
        )
    }

    /// The same as the standard's XML.
    pub(crate) fn etsi(&self) -> String {
        let (trust, material, policy) = (self.trust(), self.beside(), self.policy());
        let case = verify::Case::open_beside(&self.octets, &material);
        let report = verify::judge(&case, &trust, &material, &policy, self.at);
        transcript::etsi(&transcript::Judgement {
            case: &case,
            trust: &trust,
            material: &material,
            policy: &policy,
            report: &report,
        })
    }

    /// What comes of the first signature, or of the file where none was found.
    fn outcome(&self) -> (Option<Indication>, Option<Sub>) {
        let report = self.report();
        match report.signatures.first() {
            Some(signature) => (Some(signature.indication), signature.sub_indication),
            None => (report.indication, report.sub_indication),
        }
    }
}

/// A message and a document, signed alike.
fn both(name: &str, signing: &Signing, expected: Option<Sub>) -> [Case; 2] {
    [
        Case::new(&format!("{name}.p7m"), signing.message(), expected),
        Case::new(&format!("{name}.pdf"), signing.document(), expected),
    ]
}

fn by(seal: &'static str) -> Signing {
    Signing::by(seal, "w-ca")
}

/// What holds.
fn good() -> Vec<Case> {
    let revoked = utc_datetime!(2026-06-20 0:00);
    let after = utc_datetime!(2026-07-03 0:00);
    let mut cases: Vec<Case> = [
        both("basic", &by("w-seal"), None),
        both("basic-384", &by("w-seal-384"), None),
        both("stamped", &by("w-seal").stamped(&[STAMPED]), None),
        both(
            "stamped-twice",
            &by("w-seal").stamped(&[STAMPED, (LISTED, "w-tsa-2")]),
            None,
        ),
        both(
            "stamped-before",
            &Signing {
                before: Some((SIGNED - Duration::MINUTE, "w-tsa")),
                ..by("w-seal").stamped(&[STAMPED])
            },
            None,
        ),
    ]
    .concat();
    let detached = by("w-seal").detached();
    cases.push(Case {
        detached: Some(CONTENT.to_vec()),
        ..Case::new("detached.p7s", detached, None)
    });
    let answered = answer("w-seal", "w-ocsp", Status::Good, LISTED);
    for case in both("answered", &by("w-seal"), None) {
        let mut material = vec![("crl", list("w-root", LISTED, &[], false))];
        material.push(("ocsp", answered.clone()));
        cases.push(case.judged(SOON, material));
    }
    for case in both(
        "revoked-later",
        &by("w-seal-revoked").stamped(&[STAMPED]),
        None,
    ) {
        cases.push(case.judged(after, crls(after, &[("w-seal-revoked", revoked)], false)));
    }
    for case in both(
        "expired-later",
        &by("w-seal-short").stamped(&[STAMPED]),
        None,
    ) {
        cases.push(case.judged(after, crls(after, &[], true)));
    }
    let rows = r#"[{"name":"ecdsa","bits":256,"until":"2026-06-20"},{"name":"ecdsa","bits":384}]"#;
    for case in both("strong-then", &by("w-seal-384"), None) {
        cases.push(Case {
            algorithms: rows,
            ..case
        });
    }
    cases
}

/// TOTAL-FAILED.
fn failed() -> Vec<Case> {
    let bent = Signing {
        bend_signature: |signature| {
            let mut octets = signature.bytes().to_vec();
            if let Some(last) = octets.last_mut() {
                *last ^= 1;
            }
            crypto::Signature::new(octets)
        },
        ..by("w-seal")
    };
    let mut cases: Vec<Case> = both("value-bent", &bent, Some(Sub::SigCryptoFailure)).into();
    let change = |mut octets: Vec<u8>, from: &[u8], to: &[u8]| {
        let found = octets.windows(from.len()).position(|one| one == from);
        let at = found.expect("it is there");
        octets.splice(at..at + from.len(), to.iter().copied());
        octets
    };
    let (message, document) = (by("w-seal").message(), by("w-seal").document());
    let other = change(message, b"plain", b"plaid");
    cases.push(Case::new("content-bent.p7m", other, Some(Sub::HashFailure)));
    let other = change(document.clone(), b"595 842", b"842 595");
    cases.push(Case::new("page-bent.pdf", other, Some(Sub::HashFailure)));
    let shorter = change(document, b"/ByteRange[0 ", b"/ByteRange[1 ");
    cases.push(Case::new(
        "range-bent.pdf",
        shorter,
        Some(Sub::FormatFailure),
    ));
    let before = utc_datetime!(2026-06-12 0:00);
    let early = by("w-seal-future").stamped(&[STAMPED]);
    for case in both("signed-too-early", &early, Some(Sub::NotYetValid)) {
        cases.push(case.judged(before, crls(before, &[], false)));
    }
    let (ended, after) = (utc_datetime!(2026-06-05 0:00), Some(STAMPED));
    let late = Signing {
        before: after,
        ..by("w-seal-revoked")
    };
    for case in both("signed-after-revocation", &late, Some(Sub::Revoked)) {
        let material = crls(LISTED, &[("w-seal-revoked", ended)], false);
        cases.push(case.judged(SOON, material));
    }
    let (at, later) = (
        utc_datetime!(2026-07-03 0:00),
        utc_datetime!(2026-07-02 0:00),
    );
    let late = Signing {
        before: Some((later, "w-tsa")),
        ..by("w-seal-short")
    };
    for case in both("signed-after-expiry", &late, Some(Sub::Expired)) {
        cases.push(case.judged(at, crls(at, &[], true)));
    }
    cases
}

/// INDETERMINATE for the certificate or the form of its chain.
fn chains() -> Vec<Case> {
    let mut cases = Vec::new();
    let unnamed = Signing {
        inside: vec!["w-ca"],
        ..by("w-seal")
    };
    cases.extend(both(
        "no-certificate",
        &unnamed,
        Some(Sub::NoSigningCertificateFound),
    ));
    let other = Signing::by("w-seal-other", "w-other-ca");
    cases.extend(both(
        "other-root",
        &other,
        Some(Sub::NoCertificateChainFound),
    ));
    // An authority of the same name issued it; to the library it is no candidate.
    let sub = Some(Sub::CertificateChainGeneralFailure);
    let case = Case::new("impostor.p7m", by("w-seal-impostor").message(), sub);
    cases.push(case.differs("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND"));
    let purpose = Some(Sub::ChainConstraintsFailure);
    cases.extend(both("other-purpose", &by("w-status"), purpose));
    cases
}

/// INDETERMINATE for what was revoked, has expired, or is no longer trusted.
fn ended() -> Vec<Case> {
    let mut cases = Vec::new();
    let revoked = utc_datetime!(2026-06-05 0:00);
    let entries: Entries<'_> = &[("w-seal-revoked", revoked)];
    for signing in [
        ("revoked", by("w-seal-revoked")),
        ("revoked-stamped", by("w-seal-revoked").stamped(&[STAMPED])),
    ] {
        for case in both(signing.0, &signing.1, Some(Sub::RevokedNoPoe)) {
            cases.push(case.judged(SOON, crls(LISTED, entries, false)));
        }
    }
    // T-C7: it claims to be older than the revocation, and nothing proves it.
    let sub = Some(Sub::RevokedNoPoe);
    for case in both("claims-to-be-older", &by("w-seal-revoked"), sub) {
        let (at, since) = (
            utc_datetime!(2026-07-03 0:00),
            utc_datetime!(2026-06-20 0:00),
        );
        cases.push(case.judged(at, crls(at, &[("w-seal-revoked", since)], false)));
    }
    let below = Signing::by("w-seal-below-revoked", "w-ca-revoked");
    for case in both("authority-revoked", &below, Some(Sub::RevokedCaNoPoe)) {
        let entries: Entries<'_> = &[("w-ca-revoked", revoked)];
        cases.push(case.judged(SOON, crls(LISTED, entries, false)));
    }
    let after = utc_datetime!(2026-07-03 0:00);
    // So too where the only list may have forgotten what expired.
    let case = Case::new(
        "expired.p7m",
        by("w-seal-short").message(),
        Some(Sub::OutOfBoundsNoPoe),
    );
    let case = case.judged(after, crls(after, &[], false));
    cases.push(case.differs("INDETERMINATE", "CERTIFICATE_CHAIN_GENERAL_FAILURE"));
    for case in both(
        "expired-good",
        &by("w-seal-short"),
        Some(Sub::OutOfBoundsNotRevoked),
    ) {
        cases.push(case.judged(after, crls(after, &[], true)));
    }
    for case in both(
        "expired-stamped-late",
        &by("w-seal-short").stamped(&[(after, "w-tsa")]),
        Some(Sub::OutOfBoundsNotRevoked),
    ) {
        let at = after + Duration::HOUR;
        cases.push(case.judged(at, crls(at, &[], true)));
    }
    for case in both(
        "sunset",
        &by("w-seal"),
        Some(Sub::NoCertificateChainFoundNoPoe),
    ) {
        let sunset = Some(utc_datetime!(2026-06-10 10:00));
        cases.push(Case { sunset, ..case }.not_asked());
    }
    cases
}

/// INDETERMINATE for status, policy and attributes.
fn open() -> Vec<Case> {
    let mut cases = Vec::new();
    // Where it finds no status at all the library says that the chain is in error.
    let case = Case::new("no-status.p7m", by("w-seal").message(), Some(Sub::TryLater));
    let case = case.judged(SOON, Vec::new());
    cases.push(case.differs("INDETERMINATE", "CERTIFICATE_CHAIN_GENERAL_FAILURE"));
    for case in both("old-status", &by("w-seal"), Some(Sub::TryLater)) {
        let age = Some(2);
        cases.push(Case { age, ..case });
    }
    let at = utc_datetime!(2026-07-01 12:00);
    let answered = utc_datetime!(2026-06-30 12:00);
    let expected = Some(Sub::RevocationOutOfBoundsNoPoe);
    for case in both("answerer-expired", &by("w-seal"), expected) {
        let said = answer("w-seal", "w-ocsp-short", Status::Good, answered);
        let root = list("w-root", answered, &[], false);
        cases.push(case.judged(at, vec![("crl", root), ("ocsp", said)]));
    }
    cases.extend(policies());
    let timeless = Signing {
        claims: false,
        ..by("w-seal")
    };
    let message = timeless.message();
    cases.push(Case::new(
        "claims-no-time.p7m",
        message,
        Some(Sub::SigConstraintsFailure),
    ));
    cases
}

/// INDETERMINATE for algorithms whose time is over.
fn weak() -> Vec<Case> {
    let mut cases = Vec::new();
    let ended = r#"[{"name":"ecdsa","bits":256,"until":"2026-06-01"},{"name":"ecdsa","bits":384}]"#;
    for signing in [
        ("weak", by("w-seal")),
        ("weak-stamped", by("w-seal").stamped(&[STAMPED])),
    ] {
        let expected = Some(Sub::CryptoConstraintsFailureNoPoe);
        for case in both(signing.0, &signing.1, expected) {
            let algorithms = ended;
            cases.push(Case { algorithms, ..case });
        }
    }
    let never = r#"[{"name":"ecdsa","bits":384}]"#;
    for case in both(
        "never-strong",
        &by("w-seal"),
        Some(Sub::CryptoConstraintsFailureNoPoe),
    ) {
        let algorithms = never;
        cases.push(Case { algorithms, ..case });
    }
    let after = Signing {
        before: Some((SIGNED - Duration::MINUTE, "w-tsa-384")),
        ..Signing::by("w-seal-of-384", "w-ca-384")
    };
    for case in both(
        "weak-when-made",
        &after,
        Some(Sub::CryptoConstraintsFailure),
    ) {
        let algorithms = ended;
        cases.push(Case { algorithms, ..case });
    }
    cases
}

/// INDETERMINATE for time-stamps, and for content that is not there.
fn unproven() -> Vec<Case> {
    let mut cases = Vec::new();
    let order = Signing {
        before: Some((LISTED, "w-tsa")),
        ..by("w-seal").stamped(&[STAMPED])
    };
    cases.extend(both(
        "out-of-order",
        &order,
        Some(Sub::TimestampOrderFailure),
    ));
    let broken = Signing {
        bend_token: |mut token| {
            if let Some(last) = token.last_mut() {
                *last ^= 1;
            }
            token
        },
        ..by("w-seal").stamped(&[STAMPED])
    };
    // By its own policy the library takes a time-stamp that proves nothing for none at all.
    let case = Case::new("stamp-bent.pdf", broken.document(), Some(Sub::NoPoe));
    cases.push(case.differs("TOTAL_PASSED", "-"));
    let unsure = by("w-seal").detached();
    cases.push(Case::new(
        "no-content.p7s",
        unsure,
        Some(Sub::SignedDataNotFound),
    ));
    cases
}

fn policies() -> Vec<Case> {
    let under = Signing {
        policy: Some(b"how we sign"),
        ..by("w-seal")
    };
    let absent = both(
        "policy-absent",
        &under,
        Some(Sub::SignaturePolicyNotAvailable),
    );
    let other = both("policy-other", &under, Some(Sub::PolicyProcessingError)).map(|case| Case {
        document: Some(b"how others sign"),
        ..case.not_asked()
    });
    let meant = both("policy-there", &under, None).map(|case| Case {
        document: Some(b"how we sign"),
        ..case.not_asked()
    });
    [absent, other, meant].concat()
}

pub(crate) fn all() -> Vec<Case> {
    [
        good(),
        failed(),
        chains(),
        ended(),
        open(),
        weak(),
        unproven(),
        lasting::held(),
        lasting::lapsed(),
    ]
    .concat()
}

#[test]
fn each_file_comes_to_the_indication_that_it_was_made_for() {
    let mut wrong = Vec::new();
    for case in all() {
        let indication = match case.expected {
            None => Indication::Passed,
            Some(
                Sub::FormatFailure
                | Sub::HashFailure
                | Sub::SigCryptoFailure
                | Sub::Revoked
                | Sub::Expired
                | Sub::NotYetValid,
            ) => Indication::Failed,
            Some(_) => Indication::Indeterminate,
        };
        let found = case.outcome();
        if found != (Some(indication), case.expected) {
            let report = case.report();
            let told: Vec<String> = report
                .signatures
                .iter()
                .flat_map(|one| &one.findings)
                .chain(&report.findings)
                .map(|finding| format!("{} {:?}", finding.code, finding.effect))
                .collect();
            wrong.push(format!(
                "{}: wanted {:?}, found {found:?}, {told:#?}",
                case.name, case.expected
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_corpus_for_the_reference_library_is_large_enough_and_can_be_written() {
    let cases = all();
    let asked = cases
        .iter()
        .filter(|case| case.library != Library::NotAsked);
    assert!(asked.count() >= 60);
    let Some(folder) = std::env::var_os("YINXIN_AGREEMENT") else {
        return;
    };
    crate::agreement::write(Path::new(&folder), &cases, &der("w-root"));
}
