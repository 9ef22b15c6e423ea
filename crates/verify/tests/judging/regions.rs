//! Trust from elsewhere: the bundle of another region (R32), and a trusted list of TS 119 612.

use credential::{JwsDraft, StatusValue};
use crypto::sha256;
use pki::path::Purpose;
use time::{Duration, UtcDateTime};
use trustlist::{Agreement, Scheme, TrustedList};
use verify::{
    Answer, Bundle, BundleAnchor, Material, ReadTrust, Report, Supplied, Term, Trust, Verdict,
};

use crate::hierarchy::{AT, FOOD, OFFICE, SEALED, algorithm, bundle, certificate, office, sign};
use crate::maker::{GOOD, codes, errors, judged_with, outcome};

/// Another region than that of the sample: its own root, its own body.
fn ours() -> Bundle {
    Bundle {
        anchors: vec![BundleAnchor {
            certificate: certificate("sm-root"),
            purposes: Vec::new(),
            from: None,
            until: None,
        }],
        certificates: Vec::new(),
        offices: vec![office("11990000FAKE000014", FOOD)],
        logs: Vec::new(),
        ..bundle()
    }
}

fn recheck(bundle: &Bundle) -> Report {
    let trust = Trust::of(bundle).expect("a good bundle");
    judged_with(&*GOOD, &trust, &Material::empty(), "recheck", AT)
}

fn joined(ours: Bundle, theirs: &Bundle, term: Term) -> Report {
    recheck(&ours.joined([(theirs, term)], AT))
}

fn signed(bundle: &Bundle) -> String {
    let chain = [certificate("trust"), certificate("ca")];
    let prepared = bundle
        .prepare(JwsDraft {
            kind: "",
            algorithm: algorithm("trust"),
            kid: None,
            certificates: &chain,
        })
        .expect("in order");
    let signature = sign("trust", prepared.to_be_signed());
    prepared.finish(&signature).expect("of this algorithm")
}

fn print(name: &str) -> [u8; 32] {
    sha256(certificate(name).der())
}

#[test]
fn what_another_region_sealed_is_genuine_after_an_exchange_and_untrusted_before() {
    let before = recheck(&ours());
    assert_eq!(before.answer, Some(Answer::Untrusted));
    assert_ne!(before.verdict, Verdict::Valid);
    let theirs = Trust::parse_region(signed(&bundle()).as_bytes()).expect("a good bundle");
    let after = joined(ours(), &theirs, Term::default());
    assert_eq!(
        outcome(&after),
        (Verdict::Valid, None, vec![]),
        "{after:#?}"
    );
    assert!(codes(&after).contains(&"receipt.recorded"));
}

#[test]
fn a_region_does_not_speak_for_the_bodies_of_another() {
    // Our own list names the body; the seal stands under the root of another region.
    let mut own = ours();
    own.offices = vec![office(OFFICE, FOOD)];
    let mut theirs = bundle();
    theirs.offices = vec![office("11330100002489559A", FOOD)];
    let report = joined(own, &theirs, Term::default());
    assert_eq!(
        outcome(&report),
        (
            Verdict::Indeterminate,
            Some(Answer::Untrusted),
            vec!["licence.office-elsewhere"]
        )
    );
}

#[test]
fn a_type_that_the_exchanged_list_does_not_name_is_not_trusted() {
    let mut theirs = bundle();
    theirs.offices = vec![office(OFFICE, "11990000FAKE00013G001")];
    let report = joined(ours(), &theirs, Term::default());
    assert_eq!(errors(&report), ["licence.type-not-entitled"]);
}

#[test]
fn two_people_agree_on_less_than_a_region_names() {
    let agreed = |code: &str, types: &[&str], until| {
        let one = Agreement {
            code: code.to_owned(),
            types: types.iter().map(|one| (*one).to_owned()).collect(),
            from: None,
            until,
        };
        let theirs = bundle().narrowed(&[one]);
        errors(&joined(ours(), &theirs, Term::default()))
    };
    let none: Vec<&str> = Vec::new();
    assert_eq!(agreed(OFFICE, &[], None), none);
    assert_eq!(agreed(OFFICE, &[FOOD], Some(AT)), none);
    let other = ["11990000FAKE00013G001"];
    assert_eq!(agreed(OFFICE, &other, None), ["licence.type-not-entitled"]);
    assert_eq!(agreed(OFFICE, &[], Some(SEALED)), ["licence.office-period"]);
    let elsewhere = agreed("11330100002489559A", &[], None);
    assert_eq!(elsewhere, ["licence.office-unknown"]);
}

#[test]
fn an_exchange_has_a_beginning_and_an_end() {
    let term = |from: Option<UtcDateTime>, until| {
        let report = joined(ours(), &bundle(), Term { from, until });
        report.verdict
    };
    assert_eq!(
        term(Some(SEALED), Some(AT + Duration::days(1))),
        Verdict::Valid
    );
    let later = SEALED + Duration::hours(1);
    assert_ne!(term(Some(later), None), Verdict::Valid);
    assert_ne!(term(None, Some(SEALED)), Verdict::Valid);
}

#[test]
fn an_exchanged_list_past_its_next_update_is_no_trust() {
    let mut old = bundle();
    old.next_update = AT;
    let whole = ours().joined([(&old, Term::default())], AT);
    assert_eq!(whole, ours());
    // Until then it limits how long the whole is good.
    let whole = ours().joined([(&old, Term::default())], AT - Duration::hours(1));
    assert_eq!(whole.next_update, AT);
    assert_eq!(errors(&recheck(&whole)), ["trust.stale"]);
}

#[test]
fn another_region_s_anchors_are_for_licences_and_what_they_rest_on() {
    let mut theirs = bundle();
    theirs.anchors[0].purposes.clear();
    let whole = ours().joined([(&theirs, Term::default())], AT);
    let wanted = [
        Purpose::DocumentSigning,
        Purpose::TimeStamping,
        Purpose::Credential,
        Purpose::StatusList,
    ];
    assert_eq!(whole.anchors[1].purposes, wanted);
    theirs.anchors[0].purposes = vec![Purpose::TrustBundle];
    let whole = ours().joined([(&theirs, Term::default())], AT);
    assert_eq!(whole.anchors.len(), 1);
    // An anchor of ours is not narrowed by who names it too.
    theirs.anchors[0].certificate = certificate("sm-root");
    assert_eq!(ours().joined([(&theirs, Term::default())], AT), ours());
}

#[test]
fn trust_in_a_third_region_is_not_handed_on() {
    let mut own = bundle();
    own.anchors[0].purposes.clear();
    let whole = own.clone().joined([(&ours(), Term::default())], AT);
    assert_eq!((whole.anchors.len(), whole.offices.len()), (2, 2));
    let read = Trust::parse_region(signed(&whole).as_bytes()).expect("a good bundle");
    assert_eq!((read.anchors.len(), read.offices.len()), (1, 1));
    assert_eq!(read.anchors[0].certificate, certificate("root"));
    assert_eq!(read.offices[0].code, OFFICE);
}

#[test]
fn the_next_bundle_of_a_region_is_one_that_the_last_one_trusts() {
    let first = bundle();
    let mut next = bundle();
    next.issued_at += Duration::hours(1);
    let read = |next: &Bundle, before: &Bundle| {
        Trust::parse_region_successor(signed(next).as_bytes(), before)
    };
    assert!(read(&next, &first).is_ok());
    assert_eq!(read(&first, &next).err(), Some(ReadTrust::Older));
    let other = ours();
    assert!(matches!(read(&next, &other), Err(ReadTrust::Untrusted(_))));
}

#[test]
fn a_region_answers_for_the_state_of_its_own_licences() {
    let list = crate::status::list(StatusValue::Valid, AT, "status");
    let mut material = Material::empty();
    let taken = material.add("1.statuslist", list.as_bytes());
    assert_eq!(taken, Supplied::Taken);
    let judge = |under: [&str; 2]| {
        let mut content = bundle();
        content.anchors[0]
            .purposes
            .retain(|one| *one != Purpose::StatusList);
        content.anchors.push(BundleAnchor {
            certificate: certificate("ca"),
            purposes: vec![Purpose::StatusList],
            from: None,
            until: None,
        });
        content.offices[0].under = vec![print("root")];
        content.offices.push(office("11330100002489559A", FOOD));
        content.offices[1].under = under.map(print).to_vec();
        let trust = Trust::of(&content).expect("a good bundle");
        judged_with(&*GOOD, &trust, &material, "default", AT)
    };
    let elsewhere = judge(["ca", "sm-root"]);
    assert_ne!(elsewhere.verdict, Verdict::Valid);
    assert!(
        codes(&elsewhere).contains(&"status.elsewhere"),
        "{elsewhere:#?}"
    );
    let together = judge(["ca", "root"]);
    assert!(!codes(&together).contains(&"status.elsewhere"));
}

#[test]
fn a_register_s_own_word_says_nothing_of_what_another_region_sealed() {
    let theirs = Trust::parse_region(signed(&bundle()).as_bytes()).expect("a good bundle");
    let trust = Trust::of(&ours().joined([(&theirs, Term::default())], AT)).expect("good");
    let identifier = recheck(&bundle()).licence.expect("a licence").identifier;
    let judge = |roots: &[&str]| {
        let mut material = Material::empty();
        material.say_live(&identifier, Answer::Void, Some(AT));
        material.say_roots(roots.iter().copied().map(print).collect());
        judged_with(&*GOOD, &trust, &material, "default", AT)
    };
    // Our root is another one than that of the seal; in the second case it is the seal's own.
    assert_ne!(judge(&["sm-root"]).answer, Some(Answer::Void));
    assert!(!codes(&judge(&["sm-root"])).contains(&"status.live"));
    assert_eq!(judge(&["root"]).answer, Some(Answer::Void));
    assert_eq!(judge(&["sm-root", "root"]).answer, Some(Answer::Void));
}

#[test]
fn a_bundle_said_as_a_list_is_the_same_trust() {
    let scheme = Scheme {
        operator: vec![("zh".to_owned(), "临溪市行政审批服务局".to_owned())],
        name: vec![("en".to_owned(), "CN:Trust of Linxi".to_owned())],
        territory: "CN".to_owned(),
        address: ["政务路 1 号", "临溪市", "临江省", "CN"].map(str::to_owned),
        contacts: vec!["mailto:trust@linxi.example".to_owned()],
        information: "https://linxi.example/trust/about".to_owned(),
        rules: "https://linxi.example/trust/rules".to_owned(),
        policy: "https://linxi.example/trust/policy".to_owned(),
    };
    let mut content = bundle();
    content.next_update = content.issued_at + Duration::days(150);
    let draft = content.as_list(scheme, 1).expect("an anchor");
    let signer = certificate("trust");
    let prepared = draft.prepare(&signer, algorithm("trust"), content.issued_at);
    let prepared = prepared.expect("in order");
    let signature = sign("trust", prepared.to_be_signed());
    let octets = prepared.finish(&signature).expect("of this algorithm");
    let list = TrustedList::parse(&octets, &[signer]).expect("a good list");
    let trust = Trust::absent().with_list(&list);
    let report = judged_with(&*GOOD, &trust, &Material::empty(), "recheck", AT);
    assert_eq!(
        outcome(&report),
        (Verdict::Valid, None, vec![]),
        "{report:#?}"
    );
    assert!(!codes(&report).contains(&"licence.office-not-checked"));
    assert_eq!(trust.next_update(), Some(content.next_update));
    let late = content.next_update;
    let report = judged_with(&*GOOD, &trust, &Material::empty(), "recheck", late);
    assert!(errors(&report).contains(&"trust.stale"));
    // Taken in by another region it says as much as the bundle: chains, logs and bodies are in it.
    let read = Bundle::of_list(&list).expect("good keys");
    assert_eq!(
        (&read.certificates, &read.logs),
        (&content.certificates, &content.logs)
    );
    let report = joined(ours(), &read, Term::default());
    assert_eq!(outcome(&report), (Verdict::Valid, None, vec![]));
    assert!(codes(&report).contains(&"receipt.recorded"));
    // Withdrawn before the sealing: never trusted for it.
    let mut ended = content;
    ended.anchors[0].until = Some(SEALED);
    let draft = ended.as_list(draft.scheme, 2).expect("an anchor");
    let prepared = draft.prepare(&list.signed.signer, algorithm("trust"), ended.issued_at);
    let prepared = prepared.expect("in order");
    let signature = sign("trust", prepared.to_be_signed());
    let octets = prepared.finish(&signature).expect("of this algorithm");
    let list = TrustedList::parse(&octets, &[list.signed.signer]).expect("a good list");
    let trust = Trust::absent().with_list(&list);
    let report = judged_with(&*GOOD, &trust, &Material::empty(), "recheck", AT);
    assert_ne!(report.verdict, Verdict::Valid);
    assert!(
        errors(&report).contains(&"path.anchor-period"),
        "{report:#?}"
    );
}
