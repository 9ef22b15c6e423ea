//! A licence from page to sealed file, with a knob for everything that can be wrong with it.

use std::sync::LazyLock;

use affix::dss::{Material as Store, append_dss};
use affix::seal::{Appearance, Certification, Fit, Place, Prepared, SealRequest, prepare};
use crypto::{Digest, DigestAlgorithm, SeededRandom, Signature, Signer as _, sha256};
use document::{Blank, Edition, Imprint, Modules, Page, Template, Unsealed};
use evidence::cms::{Attribute, Draft};
use evidence::ocsp::Status;
use evidence::tsp::{self, Accuracy, TokenSerial, Unit};
use seal::picture::{Organisation, RED};
use serde_json::Value;
use time::macros::{date, offset};
use time::{Duration, UtcDateTime};
use tlog::{
    Checkpoint, Leaf, LeafIndex, LeafKind, NoteKey, Opening, Receipt, Sealed, StatusEntry, Tree,
};
use verify::{
    Answer, Case, Material, Policy, Report, Source, SubIndication, Trust, Verdict, examine,
};

use crate::hierarchy::{
    AT, ORIGIN, SEAL, SEALED, algorithm, certificate, crl, ocsp, sign, signer, trust,
};

pub(crate) const URI: &str = "https://licences.yinxin.example/status/1";
pub(crate) const INDEX: u64 = 131_071;

/// The licence for food of the samples.
pub(crate) fn sample() -> Value {
    let text = include_str!("../../../../tests/fixtures/licences/28.json");
    let samples: Vec<Value> = serde_json::from_str(text).expect("the fixture is JSON");
    samples
        .iter()
        .filter_map(|sample| sample.get("licence"))
        .find(|licence| licence.pointer("/template/key") == Some(&"FOOD".into()))
        .expect("one of each type")
        .clone()
}

/// How a licence is made.
#[derive(Clone)]
pub(crate) struct Recipe {
    pub(crate) licence: Value,
    pub(crate) status: String,
    pub(crate) seal: &'static str,
    pub(crate) claimed: UtcDateTime,
    /// Moment of the time-stamp and who makes it.
    pub(crate) stamp: Option<(UtcDateTime, &'static str)>,
    /// Changes the token before it is embedded.
    pub(crate) bend_token: fn(Vec<u8>) -> Vec<u8>,
    /// Changes the leaf before it is logged.
    pub(crate) bend_leaf: fn(&mut Leaf),
    /// Changes the receipt's text before it is embedded.
    pub(crate) bend_receipt: fn(String) -> Option<Vec<u8>>,
    pub(crate) log_key: &'static str,
    pub(crate) certification: Certification,
    /// Validation material in the second update: lists and answers, as of this long after the stamp.
    pub(crate) store: Option<Duration>,
    /// Which certificates the answers in it are about.
    pub(crate) answered: &'static [&'static str],
    /// Changes the signature value before anything is made over it.
    pub(crate) bend_signature: fn(Signature) -> Signature,
}

impl Default for Recipe {
    fn default() -> Recipe {
        Recipe {
            licence: sample(),
            status: reference(INDEX),
            seal: SEAL,
            claimed: SEALED,
            stamp: Some((SEALED + Duration::seconds(2), "tsa")),
            bend_token: |token| token,
            bend_leaf: |_| (),
            bend_receipt: |text| Some(text.into_bytes()),
            log_key: "log",
            certification: Certification::Certify,
            store: Some(Duration::seconds(3)),
            answered: &[SEAL, "tsa"],
            bend_signature: |signature| signature,
        }
    }
}

/// `status.json` of the sample list.
pub(crate) fn reference(index: u64) -> String {
    format!(r#"{{"status":{{"status_list":{{"idx":{index},"uri":"{URI}"}}}}}}"#)
}

static BLANK: LazyLock<Blank> = LazyLock::new(|| {
    let imprint = Imprint {
        address: "https://licences.yinxin.example".to_owned(),
        edition: Edition::Sample,
    };
    let template = Template::embedded("FOOD").expect("a template of ours");
    Blank::prepare(template, &imprint).expect("the template is sound")
});

/// What the seal shows.
static DRAWN: LazyLock<document::Appearance> = LazyLock::new(|| {
    let picture = Organisation {
        name: "临溪市青石区行政审批服务局",
        purpose: Some("行政审批专用章"),
        code: "9901020000018",
        diameter: 42.0,
        colour: RED,
    };
    document::Appearance::draw(&picture.draw().expect("a lawful name")).expect("common characters")
});

/// The good licence, made once.
pub(crate) static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| Recipe::default().make());

impl Recipe {
    /// The page before it is sealed.
    pub(crate) fn page(&self) -> Unsealed {
        let licence = self.licence.to_string();
        let code = Modules::new(21, vec![true; 21 * 21]);
        let page = Page {
            licence: licence.as_bytes(),
            status: self.status.as_bytes(),
            issued_on: date!(2026 - 06 - 10),
            moment: SEALED,
            code: code.as_ref(),
            link: "https://licences.yinxin.example/v/_V-vNHv72uq-b_Wwrie0PA",
            photo: None,
            notes: &[],
        };
        BLANK.render(&page).expect("the sample renders")
    }

    pub(crate) fn make(&self) -> Vec<u8> {
        let page = self.page();
        let fit = Fit::At(page.seal_rectangle(DRAWN.width(), DRAWN.height()));
        let appended = self.seal(&page.bytes, Place::Field { name: "Seal", fit });
        let mut file = [page.bytes, appended].concat();
        if let Some(after) = self.store {
            let update = self.store(&file, after);
            file.extend(update);
        }
        file
    }

    /// The octets of a sealing update over `page`.
    pub(crate) fn seal(&self, page: &dyn Source, place: Place<'_>) -> Vec<u8> {
        let bodies = |first| DRAWN.bodies(first);
        let shown = Appearance {
            width: DRAWN.width(),
            height: DRAWN.height(),
            bodies: &bodies,
        };
        let request = SealRequest {
            appearance: (!matches!(place, Place::Invisible { .. })).then_some(shown),
            place,
            certification: self.certification,
            claimed: time::OffsetDateTime::from(self.claimed).to_offset(offset!(+8)),
            name: None,
            reason: None,
            location: None,
            contact: None,
            reserve: 12_000,
        };
        let prepared = prepare(page, &request).expect("the page can be sealed");
        let message = self.message(page, &prepared);
        prepared.finish(&message).expect("it fits")
    }

    fn message(&self, page: &dyn Source, prepared: &Prepared) -> Vec<u8> {
        let digest = prepared
            .digest(page, DigestAlgorithm::Sha256)
            .expect("it can be read");
        let seal = certificate(self.seal);
        let own = prepared
            .digest(page, algorithm(self.seal).digest())
            .expect("it can be read");
        let draft = Draft::pades(&own, &seal, algorithm(self.seal))
            .prepare()
            .expect("the parts go together");
        let signature = (self.bend_signature)(sign(self.seal, &draft.to_be_signed()));
        let mut unsigned = Vec::new();
        if let Some((moment, authority)) = self.stamp {
            let token = (self.bend_token)(token(signature.bytes(), moment, authority));
            unsigned.push(Attribute::signature_time_stamp(&token));
        }
        let text = self.receipt(digest.bytes(), signature.bytes());
        if let Some(octets) = (self.bend_receipt)(text) {
            unsigned.push(Attribute::receipt(&octets));
        }
        let chain = [seal.der().to_vec(), certificate("ca").der().to_vec()];
        draft.finish(&signature, &chain, &unsigned)
    }

    fn receipt(&self, signed: &[u8], signature: &[u8]) -> String {
        let content = sha256(self.licence.to_string().as_bytes());
        let text = |name: &str| {
            self.licence
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let opening = Opening {
            salt: [7; 16],
            identifier: text("identifier"),
            version: text("version"),
            content,
            sealed: Some(Sealed {
                signed: signed.try_into().expect("SHA-256"),
                signature: sha256(signature),
            }),
        };
        let seal = certificate(self.seal);
        let code = seal.subject().serial_number().expect("a seal code");
        let mut leaf = Leaf {
            kind: LeafKind::SealSignature,
            office: seal
                .subject()
                .organization_identifier()
                .expect("a body")
                .replace("NTRCN-", ""),
            subject: code.into_owned(),
            moment: self.stamp.map_or(self.claimed, |(moment, _)| moment),
            commitment: opening.commitment(),
            status: Some(StatusEntry {
                uri: URI.to_owned(),
                index: INDEX,
            }),
        };
        (self.bend_leaf)(&mut leaf);
        receipt(&leaf, [7; 16], self.log_key)
    }

    /// The octets of the update that adds validation material.
    fn store(&self, file: &dyn Source, after: Duration) -> Vec<u8> {
        let at = self.stamp.map_or(self.claimed, |(moment, _)| moment) + after;
        let answers: Vec<Vec<u8>> = self
            .answered
            .iter()
            .map(|name| ocsp(name, Status::Good, at))
            .collect();
        append_dss(
            file,
            &Store {
                certificates: &["ca", "ocsp"].map(|name| certificate(name).der().to_vec()),
                ocsps: &answers,
                crls: &[crl("root", at)],
            },
        )
        .expect("the file can be carried on")
    }
}

/// A time-stamp token over `octets`.
pub(crate) fn token(octets: &[u8], moment: UtcDateTime, authority: &str) -> Vec<u8> {
    token_over(
        &Digest::of(DigestAlgorithm::Sha256, octets),
        moment,
        authority,
    )
}

/// A time-stamp token over what has this digest.
pub(crate) fn token_over(digest: &Digest, moment: UtcDateTime, authority: &str) -> Vec<u8> {
    let unit = Unit {
        certificate: certificate(authority),
        chain: vec![certificate(authority).der().to_vec()],
        algorithm: algorithm(authority),
        policies: vec![asn1::Oid::of(&[1, 3, 6, 1, 4, 1, 55_555, 1])],
        accuracy: Accuracy::SECOND,
    };
    let serial = TokenSerial::draw(&SeededRandom::new(5)).expect("a seed gives");
    let prepared =
        tsp::prepare(&tsp::Request::new(digest), &unit, serial, moment).expect("granted");
    let signature = sign(authority, &prepared.to_be_signed());
    prepared.finish(&signature)
}

/// The receipt of a leaf in a log with two others, its checkpoint signed by `key`.
pub(crate) fn receipt(leaf: &Leaf, salt: [u8; 16], key: &str) -> String {
    let (head, proof) = {
        let others = [tlog::leaf_hash(b"one"), tlog::leaf_hash(b"two")];
        let hash = leaf.hash().expect("a leaf");
        let grown = Tree::empty()
            .append(&[others[0], hash, others[1]])
            .expect("a small tree");
        let proof = grown.inclusion(LeafIndex(1)).expect("in the batch");
        (grown.head(), proof)
    };
    Receipt {
        salt,
        index: LeafIndex(1),
        proof,
        checkpoint: checkpoint(head, key),
    }
    .encode()
}

pub(crate) fn checkpoint(head: tlog::TreeHead, key: &str) -> String {
    let checkpoint = Checkpoint::new(ORIGIN, head).expect("an origin");
    let own = NoteKey::ed25519(ORIGIN, signer(key).public_key()).expect("a key");
    let signature = sign(key, &checkpoint.to_be_signed());
    checkpoint
        .finish(&own, &signature)
        .expect("its own key")
        .encode()
}

/// The judgement of a file by the default policy and the service's trust, with no list at hand.
pub(crate) fn judged(file: &Vec<u8>) -> Report {
    judged_with(file, &trust(), &Material::empty(), "default", AT)
}

/// The same without writing its evidence down: for who judges thousands.
pub(crate) fn judged_alone(file: &Vec<u8>) -> Report {
    let (trust, material) = (trust(), Material::empty());
    examine(
        "sample.pdf",
        file,
        &trust,
        &material,
        &Policy::default(),
        AT,
    )
}

pub(crate) fn judged_with(
    file: &dyn Source,
    trust: &Trust,
    material: &Material,
    policy: &str,
    at: UtcDateTime,
) -> Report {
    let policy = Policy::named(policy).expect("built in");
    let report = examine("sample.pdf", file, trust, material, &policy, at);
    replays(file, &report, |case| {
        verify::judge(case, trust, material, &policy, at)
    });
    report
}

/// Every sample that is judged in these tests goes through here: over its facts the report is the same, octet for octet.
pub(crate) fn replays(file: &dyn Source, report: &Report, again: impl Fn(&Case) -> Report) {
    // What is larger is a test of size and no sample.
    if file.length() > 4 << 20 {
        return;
    }
    let facts = transcript::replay::write(file).expect("samples are small");
    let kept = transcript::replay::read(&facts).expect("what we write we read");
    assert_eq!(kept.length, file.length());
    let mut replayed = again(&kept.case);
    replayed.file.clone_from(&report.file);
    assert_eq!(replayed.to_json(), report.to_json());
    assert_eq!(replayed, *report, "also what is no part of the JSON");
}

/// Codes of the findings that weigh, of the first signature and then of the file.
pub(crate) fn errors(report: &Report) -> Vec<&'static str> {
    report
        .signatures
        .iter()
        .flat_map(|signature| &signature.findings)
        .chain(&report.findings)
        .filter(|finding| finding.severity == verify::Severity::Error)
        .map(|finding| finding.code)
        .collect()
}

/// Verdict, answer and what weighs.
pub(crate) fn outcome(report: &Report) -> (Verdict, Option<Answer>, Vec<&'static str>) {
    (report.verdict, report.answer, errors(report))
}

/// Sub-indication of the first signature.
pub(crate) fn sub(report: &Report) -> Option<SubIndication> {
    report.signatures.first().and_then(|one| one.sub_indication)
}

/// Codes of all findings, in order.
pub(crate) fn codes(report: &Report) -> Vec<&'static str> {
    report
        .signatures
        .iter()
        .flat_map(|signature| &signature.findings)
        .chain(&report.findings)
        .map(|finding| finding.code)
        .collect()
}
