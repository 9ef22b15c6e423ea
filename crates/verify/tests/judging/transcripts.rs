//! Judgements told at length: ETSI TS 119 102-2. With `WRITE_REPORTS=DIR` each sample leaves its report there, for a
//! validator that knows the schema.

use time::Duration;
use transcript::{Judgement, detailed, etsi};
use verify::{Case, Material, Policy, Trust, open};

use crate::hierarchy::{AT, SEAL, certificate, trust};
use crate::maker::{GOOD, Recipe};

fn told(name: &str, case: &Case, (trust, material): (&Trust, &Material)) -> String {
    let policy = Policy::default();
    let report = verify::judge(case, trust, material, &policy, AT);
    let xml = etsi(&Judgement {
        case,
        trust,
        material,
        policy: &policy,
        report: &report,
    });
    if let Some(folder) = std::env::var_os("WRITE_REPORTS") {
        let path = std::path::Path::new(&folder).join(format!("{name}.xml"));
        std::fs::write(path, &xml).expect("the report can be written");
    }
    xml
}

fn good() -> String {
    let material = Material::empty();
    told("good", &open(&*GOOD), (&trust(), &material))
}

/// What stands between two tags, each time.
fn each<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (begin, end) = (format!("<{name}>"), format!("</{name}>"));
    let parts = xml.split(&begin).skip(1);
    parts.filter_map(|part| part.split(&end).next()).collect()
}

fn hex(octets: &[u8]) -> String {
    let digest = crypto::sha256(octets).map(|octet| format!("{octet:02x}"));
    digest.concat()
}

#[test]
fn a_report_names_status_time_process_and_objects() {
    let xml = good();
    assert_eq!(
        each(&xml, "MainIndication")[14..],
        ["urn:etsi:019102:mainindication:total-passed"],
    );
    assert_eq!(
        each(&xml, "SignatureValidationProcessID"),
        ["urn:etsi:019102:validationprocess:LTVM"]
    );
    let seal = hex(certificate(SEAL).der());
    let root = hex(certificate("root").der());
    for piece in [
        "<ValidationTime>2026-06-10T12:00:00Z</ValidationTime><BestSignatureTime><POETime>2026-06-10T08:42:12Z</POETime>".to_owned(),
        format!("<SignerCertificate VOReference=\"C-{seal}\"/>"),
        format!("<TrustAnchor VOReference=\"C-{root}\"/><CertificateChain><SigningCertificate VOReference=\"C-{seal}\"/>"),
        "<SubFilterElement>ETSI.CAdES.detached</SubFilterElement>".to_owned(),
        "<POEProvisioning><POETime>2026-06-10T08:42:12Z</POETime><ValidationObject VOReference=\"D-1\"/>".to_owned(),
        "<yx:Answer>status_unknown</yx:Answer>".to_owned(),
    ] {
        assert!(xml.contains(&piece), "{piece}\n{xml}");
    }
    for kind in [
        "certificate",
        "CRL",
        "OCSPResponse",
        "timestamp",
        "signedData",
    ] {
        let kind = format!("<ObjectType>urn:etsi:019102:validationObject:{kind}</ObjectType>");
        assert!(xml.contains(&kind), "{kind}");
    }
}

#[test]
fn every_reference_leads_to_one_object() {
    let xml = good();
    let ids: Vec<&str> = xml.split(" id=\"").skip(1).collect();
    let ids: Vec<&str> = ids
        .iter()
        .filter_map(|part| part.split('"').next())
        .collect();
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len());
    let references = xml.split("VOReference=\"").skip(1);
    let references = references.filter_map(|part| part.split('"').next());
    let mut followed = 0;
    for reference in references.flat_map(|all| all.split(' ')) {
        assert!(ids.contains(&reference), "{reference}");
        followed += 1;
    }
    assert!(followed > 10, "{followed}");
}

#[test]
fn the_same_judgement_is_told_in_the_same_octets() {
    assert_eq!(good(), good());
}

#[test]
fn every_weighing_finding_stands_under_the_constraint_that_it_breaks() {
    let mut changed = GOOD.clone();
    let middle = Recipe::default().page().bytes.len() / 2;
    changed[middle] ^= 1;
    let xml = told("altered", &open(&changed), (&trust(), &Material::empty()));
    let broken = each(&xml, "ValidationConstraint");
    let broken = broken
        .iter()
        .filter(|one| one.contains("mainindication:failed"));
    let broken: Vec<_> = broken.collect();
    let [one] = broken[..] else {
        panic!("one constraint: {broken:?}")
    };
    assert!(one.contains("urn:yinxin:constraint:signed-data"));
    assert!(one.contains("urn:yinxin:finding:cms.message-digest-differs"));
    assert!(
        xml.contains("<SubIndication>urn:etsi:019102:subindication:HASH_FAILURE</SubIndication>")
    );
}

#[test]
fn a_revoked_certificate_is_told_with_time_reason_and_who_says_so() {
    let recipe = Recipe {
        answered: &["tsa"],
        stamp: Some((AT - Duration::minutes(10), "tsa")),
        ..Recipe::default()
    };
    let mut material = Material::empty();
    let status = evidence::ocsp::Status::Revoked {
        at: crate::hierarchy::SEALED,
        reason: pki::crl::Reason::KeyCompromise,
    };
    material.add("a.ocsp", &crate::hierarchy::ocsp(SEAL, status, AT));
    let xml = told("revoked", &open(&recipe.make()), (&trust(), &material));
    let [revoked] = each(&xml, "RevocationStatusInformation")[..] else {
        panic!("{xml}")
    };
    let seal = hex(certificate(SEAL).der());
    assert!(revoked.contains(&format!("<ValidationObjectId VOReference=\"C-{seal}\"/>")));
    assert!(revoked.contains("<RevocationTime>2026-06-10T08:42:10Z</RevocationTime>"));
    assert!(revoked.contains("revocationReason:keyCompromise"));
    assert!(revoked.contains("<RevocationObject VOReference=\"O-"));
}

#[test]
fn whatever_comes_there_is_a_report() {
    let page = Recipe::default().page().bytes;
    let unstamped = Recipe {
        stamp: None,
        ..Recipe::default()
    };
    let samples: [(&str, Vec<u8>, &str); 5] = [
        ("unsigned", page, "urn:yinxin:mainindication:not-signed"),
        (
            "broken",
            b"%PDF-1.7\n".to_vec(),
            "subindication:FORMAT_FAILURE",
        ),
        (
            "unknown",
            b"hello".to_vec(),
            "urn:yinxin:mainindication:not-processed",
        ),
        (
            "unstamped",
            unstamped.make(),
            "urn:etsi:019102:validationprocess:Basic",
        ),
        (
            "nothing",
            Vec::new(),
            "urn:yinxin:mainindication:not-processed",
        ),
    ];
    for (name, octets, piece) in samples {
        let xml = told(name, &open(&octets), (&trust(), &Material::empty()));
        assert!(xml.contains(piece), "{name}: {xml}");
        let absent = told(
            &format!("{name}-untrusted"),
            &open(&octets),
            (&Trust::absent(), &Material::empty()),
        );
        assert!(!absent.contains("total-passed"), "{name}");
    }
}

#[test]
fn national_seals_have_their_report_too() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures");
    let mut files: Vec<_> = std::fs::read_dir(format!("{folder}/ofdrw"))
        .expect("samples")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            ["ofd", "esl"]
                .iter()
                .any(|one| path.extension().is_some_and(|ending| ending == *one))
        })
        .collect();
    files.sort();
    assert!(!files.is_empty());
    for path in files {
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let octets = std::fs::read(&path).expect("readable");
        let xml = told(
            &format!("ofd-{name}"),
            &open(&octets),
            (&trust(), &Material::empty()),
        );
        assert!(
            xml.contains("<SignatureValidationStatus><MainIndication>"),
            "{name}"
        );
    }
}

/// What is wrong and what to do, by the finding that decides.
#[test]
fn the_sentence_names_what_is_wrong_and_what_the_reader_can_do() {
    let mut changed = GOOD.clone();
    let middle = Recipe::default().page().bytes.len() / 2;
    changed[middle] ^= 1;
    let said = |octets: &Vec<u8>, trust: &Trust| {
        let policy = Policy::default();
        let report = verify::judge(&open(octets), trust, &Material::empty(), &policy, AT);
        (report.sentence.zh, report.sentence.en)
    };
    for (octets, trust, zh, en) in [
        (
            &changed,
            &trust(),
            "该证照在签章之后被改动，不可采信：",
            "This licence was changed after it was sealed; do not rely on it: what was signed has another digest; ask whoever gave it to you",
        ),
        (
            &*GOOD,
            &trust(),
            "签章有效，但没有足够新的状态信息，无法判断证照现状；",
            "The seal is good, but no status is recent enough to say how the licence stands; check again later",
        ),
        (
            &*GOOD,
            &Trust::absent(),
            "签发机关或印章不在信任列表内，或签章时超出其权限：",
            "The issuer or its seal is not in the trust list, or acted outside its scope: ",
        ),
        (
            &b"hello".to_vec(),
            &trust(),
            "未作判断：",
            "The file was not judged: ",
        ),
    ] {
        let (zh_said, en_said) = said(octets, trust);
        assert!(
            zh_said.starts_with(zh) && zh_said.contains('；'),
            "{zh_said}"
        );
        assert!(
            en_said.starts_with(en) && en_said.contains("; "),
            "{en_said}"
        );
    }
    let (_, en) = said(&GOOD, &Trust::absent());
    assert!(
        en.ends_with("check again with a trust list that names it."),
        "{en}"
    );
}

#[test]
fn the_detailed_report_has_process_proof_and_every_constraint() {
    let (trust, material, policy) = (trust(), Material::empty(), Policy::default());
    let case = open(&*GOOD);
    let report = verify::judge(&case, &trust, &material, &policy, AT);
    let judgement = Judgement {
        case: &case,
        trust: &trust,
        material: &material,
        policy: &policy,
        report: &report,
    };
    let told = detailed(&judgement);
    assert_eq!(told, detailed(&judgement));
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    let own: serde_json::Value = serde_json::from_str(&report.to_json()).expect("JSON");
    assert_eq!(told["report"], own);
    let one = &told["signatures"][0];
    assert_eq!(one["process"], "LTVM");
    assert_eq!(one["best_signature_time"]["moment"], "2026-06-10T08:42:12Z");
    assert_eq!(
        one["best_signature_time"]["proof"].as_str().map(str::len),
        Some(64)
    );
    assert_eq!(one["chain"][0], hex(certificate(SEAL).der()));
    assert_eq!(one["chain"].as_array().map(Vec::len), Some(3));
    let constraints = one["constraints"].as_array().expect("a list");
    assert_eq!(constraints.len(), 14);
    let outcome = |name: &str| {
        let found = constraints.iter().find(|one| one["name"] == name);
        let found = found.expect("a constraint");
        (found["level"].clone(), found["outcome"].clone())
    };
    assert_eq!(
        outcome("certificate-chain"),
        ("fail".into(), "passed".into())
    );
    assert_eq!(outcome("licence"), ("fail".into(), "indeterminate".into()));
    assert!(told["constraints"].as_array().is_some_and(Vec::is_empty));
}

fn named(all: Vec<crate::indications::Case>, name: &str) -> crate::indications::Case {
    let mut all = all.into_iter();
    all.find(|one| one.name == name).expect("a case")
}

/// 4.4.6: what a time-stamp over the document covers is proven to be as old as that, the lists of the store too.
#[test]
fn objects_are_told_with_the_earliest_proof_of_them() {
    let case = named(crate::lasting::held(), "archived.pdf");
    let (xml, now) = (case.etsi(), verify::report::told(case.at));
    let objects: Vec<_> = xml.split("<ValidationObject ").skip(1).collect();
    let of = |kind: &str| {
        let word = format!("validationObject:{kind}<");
        let fitting = objects.iter().filter(|one| one.contains(&word));
        let moments = fitting.filter_map(|one| each(one, "POETime").first().copied());
        moments.collect::<Vec<_>>()
    };
    let lists = of("CRL");
    assert!(!lists.is_empty(), "{xml}");
    for moment in &lists {
        assert_eq!(*moment, "2026-06-10T09:00:00Z", "{xml}");
    }
    // The stamp over all of it is covered by nothing.
    assert!(of("timestamp").contains(&now.as_str()), "{xml}");
    let proof = "<POE><POETime>2026-06-10T09:00:00Z</POETime><TypeOfProof>urn:etsi:019102:poetype:validation</TypeOfProof><POEObject VOReference=\"T-";
    assert!(xml.contains(proof), "{xml}");
}

/// EN 319 102-1 table 5.
#[test]
fn of_try_later_is_told_when() {
    let case = named(crate::indications::all(), "old-status.pdf");
    let xml = case.etsi();
    let later = each(&xml, "ReportData");
    let later: Vec<_> = later
        .iter()
        .filter(|one| one.contains("urn:yinxin:try-later"))
        .collect();
    // The list was made at 8:01, and may be two hours old.
    assert!(
        matches!(later[..], [one] if one.contains("<Value>2026-06-10T10:01:00Z</Value>")),
        "{later:?}"
    );
    let none = named(crate::indications::all(), "no-status.p7m");
    assert!(!none.etsi().contains("try-later"), "nobody says when");
}
