//! A region whose signer of lists changed more than once: its lists between lead from the one in force to the one of today.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{
    Authorisation, Input, KeyId, KeyUse, SignatureAlgorithm, Signer as _, SoftwareSigner,
};
use hyper::Method;
use pki::Certificate;
use pki::path::Purpose;
use serde_json::{Value, json};
use server::Call;
use tests::installation::NOW;
use time::{Duration, UtcDateTime};
use trustlist::{ListDraft, Pointer, Provider, Scheme, Texts, published};

use super::regions::{REGION, Two, both, refused, word};
use super::stage::{Service, problem};

fn example(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../keys-example/files");
    fs::read(folder.join(name)).expect("an example")
}

fn certificate(name: &str) -> Certificate {
    Certificate::parse(&example(&format!("{name}.cer"))).expect("a certificate")
}

fn texts(text: &str) -> Texts {
    vec![("zh".to_owned(), text.to_owned())]
}

fn scheme() -> Scheme {
    Scheme {
        operator: texts("临江市行政审批局"),
        name: texts("CN:Trust elsewhere"),
        territory: "CN".to_owned(),
        address: ["政务路 1 号", "临江市", "临江省", "CN"].map(str::to_owned),
        contacts: vec!["mailto:trust@elsewhere.example".to_owned()],
        information: "https://elsewhere.example/about".to_owned(),
        rules: "https://elsewhere.example/rules".to_owned(),
        policy: "https://elsewhere.example/policy".to_owned(),
    }
}

/// A list of the region: its number, who signs it and whom it names to sign the next one.
fn list(sequence: u64, by: &str, next: &str) -> String {
    let root = certificate("root");
    let from = root.validity().from;
    // Each a minute after the one before it.
    let minutes = i64::try_from(sequence).expect("few");
    let issued_at: UtcDateTime = NOW - Duration::days(1) + Duration::minutes(minutes);
    let location = "https://elsewhere.example/list.xml".to_owned();
    let draft = ListDraft {
        scheme: scheme(),
        sequence,
        issued_at,
        next_update: issued_at + Duration::days(30),
        pointers: vec![Pointer::to_itself(
            location,
            "CN".to_owned(),
            vec![certificate(next)],
        )],
        providers: vec![Provider {
            name: texts("临江市行政审批局"),
            trade_names: vec![("en".to_owned(), "NTRCN-11990102FAKE000485".to_owned())],
            services: published(&texts("根"), &root, &[Purpose::DocumentSigning], from, None),
        }],
    };
    let algorithm = SignatureAlgorithm::EcdsaP256Sha256;
    let prepared = draft
        .prepare(&certificate(by), algorithm, issued_at)
        .expect("in order");
    let pkcs8 = example(&format!("{by}.pkcs8"));
    let key = SoftwareSigner::from_pkcs8(&pkcs8, Some(algorithm)).expect("its key");
    let message = prepared.to_be_signed();
    let id = KeyId::parse(by).expect("a name");
    let under = Authorisation::journalled(id, KeyUse::Certificates, message, issued_at);
    let signature = key
        .sign(Input::Message(message), &under)
        .expect("a software key signs");
    String::from_utf8(prepared.finish(&signature).expect("a list")).expect("text")
}

fn by_way_of(list: &str, pivots: &[&String]) -> Value {
    let mut word = word(list, &[]);
    word["pivots"] = json!(pivots);
    word
}

/// The number of anchors and the terms that are in force.
async fn in_force(here: &Service, two: &Two) -> Value {
    let told = here
        .asked_by(&two.1, Call::get("/v1/trust/regions"))
        .await
        .json();
    told[0]["decided"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_taken_in_by_way_of_those_that_name_its_signer() {
    let here = Service::start(None).await;
    let two = Two::at(&here).await;
    let first = list(5, "credential", "ocsp");
    let pinned = [STANDARD.encode(certificate("credential").der())];
    both(&here, &two, REGION, &word(&first, &pinned)).await;
    let before = in_force(&here, &two).await;

    let sixth = list(6, "ocsp", "maker");
    let seventh = list(7, "maker", "signer-custodian");
    let today = list(8, "signer-custodian", "signer-custodian");
    let signature = (422, "trust.signature".to_owned());
    let older = (422, "trust.older".to_owned());
    // None, one that is missing, the other way round, one that is signed by somebody else.
    let foreign = list(6, "signer-approver", "maker");
    for pivots in [
        &[] as &[&String],
        &[&sixth],
        &[&seventh],
        &[&seventh, &sixth],
        &[&foreign, &seventh],
    ] {
        let said = by_way_of(&today, pivots);
        assert_eq!(refused(&here, &two, &said).await, signature);
    }
    // One from before the list in force, though its signer may sign; and a number that does not rise on the way.
    let old = list(4, "credential", "signer-custodian");
    let said = by_way_of(&today, &[&old]);
    assert_eq!(refused(&here, &two, &said).await, older);
    let again = list(6, "maker", "signer-custodian");
    let said = by_way_of(&today, &[&sixth, &again]);
    assert_eq!(refused(&here, &two, &said).await, older);
    malformed(&here, &two, (&today, &sixth)).await;
    // The last good one stays.
    assert_eq!(in_force(&here, &two).await, before);

    both(&here, &two, REGION, &by_way_of(&today, &[&sixth, &seventh])).await;
    let after = in_force(&here, &two).await;
    assert_ne!(after, before);
    // It is in force by who signed it: it reads again without those on the way, and none of them comes back.
    here.office.renew_trust().await.expect("readable");
    let ready = here.call(Call::get("/readyz")).await.json();
    assert_eq!(
        (&ready["trust"], &ready["stale_regions"]),
        (&json!(true), &json!([]))
    );
    let said = by_way_of(&seventh, &[&sixth]);
    assert_eq!(refused(&here, &two, &said).await, signature);
    let replayed = list(8, "signer-custodian", "maker");
    assert_eq!(
        refused(&here, &two, &by_way_of(&replayed, &[])).await,
        older
    );
    let call = Call::send(
        Method::PUT,
        REGION,
        "application/json",
        b"{\"pivots\": 1}".to_vec(),
    );
    let answer = here.asked_by(&two.0, call).await;
    assert_eq!(problem(&answer).0, 400);
    assert_eq!(in_force(&here, &two).await, after);
}

/// A bundle has no lists on the way to it, and what is no list leads nowhere.
async fn malformed(here: &Service, two: &Two, (today, pivot): (&str, &String)) {
    let bundle = here.call(Call::get("/v1/trust")).await.content.to_vec();
    let bundle = String::from_utf8(bundle).expect("text");
    let other = "<TrustServiceStatusList/>".to_owned();
    for said in [by_way_of(&bundle, &[pivot]), by_way_of(today, &[&other])] {
        let malformed = (422, "trust.malformed".to_owned());
        assert_eq!(refused(here, two, &said).await, malformed);
    }
}
