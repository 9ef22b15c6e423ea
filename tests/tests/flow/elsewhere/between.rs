//! What happens between the two steps: time, a process that is lost, a person who is stopped, a certificate that is revoked.

use std::sync::Arc;

use crypto::{KeyAlgorithm, sha256};
use issuance::{Asker, FixedClock, Office, Once};
use papers::elsewhere::{Value as Brought, finish, lapse};
use registry::asked::IdempotencyKey;
use registry::signers::{Beginning, PreparedState};
use serde_json::{Value, json};
use server::Call;
use time::SignedDuration;

use super::super::signatures::act;
use super::super::stage::problem;
use super::{Scene, prepared_refused, refusal, services};

fn department() -> catalogue::key::DepartmentKey {
    catalogue::key::DepartmentKey::parse("Q-APR").expect("a department")
}

fn asker() -> Asker {
    Asker {
        account: "Q-APR-approvals".to_owned(),
        person: "Q-APR-approvals".to_owned(),
        department: department(),
    }
}

fn once(key: &str) -> Once {
    Once {
        key: IdempotencyKey::parse(key).expect("a key"),
        fingerprint: [7; 32],
    }
}

/// What is kept of what was prepared.
async fn kept(office: &Office, prepared: &Value) -> registry::signers::PreparedRecord {
    let id = prepared["prepared"].as_str().expect("a handle");
    let signers = office.registry().signers();
    let found = signers.prepared(&department(), id).await.expect("answers");
    found.expect("it is kept")
}

fn brought(scene: &Scene, record: &registry::signers::PreparedRecord) -> Brought {
    Brought {
        document: record.document,
        algorithm: record.algorithm.clone(),
        octets: scene.token.sign(&record.to_be_signed).expect("signed"),
        plain: false,
    }
}

/// Another process of the same office, begun after this one was lost.
async fn restarted(scene: &Scene) -> Office {
    let clock = Arc::new(FixedClock::new(scene.service.now()));
    let opened = scene.service.installation.open(clock).await;
    opened.expect("it opens")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_late_is_late_and_what_lapses_leaves_a_trace_and_no_file() {
    for service in services("late").await {
        let scene = Scene::of(service, KeyAlgorithm::EcP256).await;
        let office = &scene.service.office;
        let in_time = scene.prepared("a-key-of-what-is-in-time").await;
        let late = scene.prepared("a-key-of-what-is-late").await;
        let object = kept(office, &late).await.object.expect("a document");
        let object: registry::objects::ObjectId = object.parse().expect("an object");
        scene.service.wait(SignedDuration::minutes(15));
        assert_eq!(lapse(office).await.expect("closed"), 0, "its last second");
        let value = scene.value(&in_time);
        let signed = scene
            .finish(&in_time, &value, "a-key-of-the-last-second")
            .await;
        assert_eq!(signed.status, 201, "{}", signed.json());
        scene.service.wait(SignedDuration::seconds(1));
        assert_eq!(scene.told(&late).await["state"], "lapsed");
        let refused = scene
            .finish(&late, &scene.value(&late), "a-key-of-a-second-late")
            .await;
        assert_eq!(refusal(&refused), prepared_refused("prepared.expired"));
        assert_eq!(scene.traced(&late, "deny").await, ["prepared.expired"]);

        assert_eq!(lapse(office).await.expect("closed"), 1);
        assert_eq!(lapse(office).await.expect("closed"), 0, "once");
        assert_eq!(scene.traced(&late, "fail").await, ["prepared.lapsed"]);
        assert!(office.objects.read(&object).await.is_err(), "no file");
        let record = kept(office, &late).await;
        assert_eq!(
            (record.state, record.intent.as_str()),
            (PreparedState::Lapsed, "")
        );
        let refused = scene
            .finish(&late, &scene.value(&late), "a-key-of-long-after")
            .await;
        assert_eq!(refusal(&refused), prepared_refused("prepared.expired"));
        assert_eq!(scene.signatures().await, 1);
        // What was signed is closed too, a day later, and says nothing of a lapse.
        scene.service.wait(SignedDuration::days(1));
        assert_eq!(lapse(office).await.expect("closed"), 1);
        assert_eq!(scene.traced(&in_time, "fail").await, [""; 0]);
        assert_eq!(kept(office, &in_time).await.state, PreparedState::Taken);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_stopped_between_the_two_steps_signs_nothing() {
    for service in services("stopped").await {
        let scene = Scene::of(service, KeyAlgorithm::EcP256).await;
        let prepared = scene.prepared("a-key-of-what-is-prepared").await;
        let value = scene.value(&prepared);
        act(&scene.service, &scene.signer, "suspend").await;
        let stopped = scene
            .finish(&prepared, &value, "a-key-of-who-is-stopped")
            .await;
        assert_eq!(problem(&stopped), (409, "signer.refused".to_owned()));
        assert_eq!(
            problem(&scene.prepare("a-key-of-no-more").await),
            (409, "signer.refused".to_owned())
        );
        act(&scene.service, &scene.signer, "resume").await;

        let call = Call::get(format!("/v1/signers/{}/certificate", scene.signer));
        let der = scene.ask(call).await.content.to_vec();
        let certificate = pki::certificate::Certificate::parse(&der).expect("a certificate");
        let path = format!("/v1/certificates/{}/revocation", certificate.serial());
        let call = Call::post(path, &json!({"reason": "key_compromise"}));
        let call = call.once("a-key-of-the-revocation");
        let bureau = scene.service.at("Q-APR");
        let revoked = bureau.call("approvals", call, scene.service.now()).await;
        let revoked = revoked.expect("an answer");
        assert!(revoked.status.is_success(), "{}", revoked.json());
        let gone = scene
            .finish(&prepared, &value, "a-key-of-what-is-revoked")
            .await;
        assert_eq!(
            refusal(&gone),
            prepared_refused("prepared.certificate-revoked")
        );
        act(&scene.service, &scene.signer, "cancel").await;
        let gone = scene
            .finish(&prepared, &value, "a-key-of-who-is-gone")
            .await;
        assert_eq!(problem(&gone), (409, "signer.refused".to_owned()));
        let grounds = [
            "signer.not-active",
            "prepared.certificate-revoked",
            "signer.not-active",
        ];
        assert_eq!(scene.traced(&prepared, "deny").await, grounds);
        assert_eq!(scene.signatures().await, 0);
        assert_eq!(scene.told(&prepared).await["state"], "waits");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_lost_loses_nothing_that_was_told_and_signs_nothing_twice() {
    for service in services("lost").await {
        let scene = Scene::of(service, KeyAlgorithm::EcP256).await;
        let prepared = scene.prepared("a-key-of-what-is-prepared").await;
        let office = restarted(&scene).await;
        let record = kept(&office, &prepared).await;
        let value = brought(&scene, &record);
        let (asker, first) = (asker(), once("a-key-of-the-first-try"));
        // Lost after the line of the key journal, before the file was recorded.
        let signers = office.registry().signers();
        let identity = signers.find(&department(), &scene.signer).await;
        let identity = identity.expect("answers").expect("it is there");
        let begun = signers.begin(Beginning {
            asked: asker.asked(&first),
            department: department(),
            signer: scene.signer.clone(),
            key: identity.key().expect("a key"),
            case: record.case.clone(),
            document: record.document,
            digest: sha256(&record.to_be_signed),
            intent: record.intent.clone(),
            part: None,
            under: None,
            prepared: Some(record.id.clone()),
            mandate: None,
            by: asker.by(scene.service.now()),
        });
        begun.await.expect("begun");
        let office = restarted(&scene).await;
        let of = (record.id.as_str(), &value);
        let other = finish(&office, &asker, &once("a-key-of-another-try"), of).await;
        assert!(other.is_err(), "another request takes nothing over");
        let told = finish(&office, &asker, &first, of)
            .await
            .expect("gone on with");
        let again = finish(&office, &asker, &first, of)
            .await
            .expect("told again");
        assert_eq!((told.status, &told.body), (201, &again.body));
        assert_eq!(scene.signatures().await, 1);
        assert_eq!(scene.told(&prepared).await["state"], "taken");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_gone_on_with_is_closed_a_day_later() {
    for service in services("left").await {
        let scene = Scene::of(service, KeyAlgorithm::EcP256).await;
        let prepared = scene.prepared("a-key-of-what-is-prepared").await;
        let office = &scene.service.office;
        let record = kept(office, &prepared).await;
        let asker = asker();
        let signers = office.registry().signers();
        let identity = signers.find(&department(), &scene.signer).await;
        let identity = identity.expect("answers").expect("it is there");
        let begun = signers.begin(Beginning {
            asked: asker.asked(&once("a-key-of-the-first-try")),
            department: department(),
            signer: scene.signer.clone(),
            key: identity.key().expect("a key"),
            case: String::new(),
            document: record.document,
            digest: sha256(&record.to_be_signed),
            intent: record.intent,
            part: None,
            under: None,
            prepared: Some(record.id),
            mandate: None,
            by: asker.by(scene.service.now()),
        });
        begun.await.expect("begun");
        scene.service.wait(SignedDuration::hours(24));
        assert_eq!(lapse(office).await.expect("closed"), 0);
        scene.service.wait(SignedDuration::minutes(16));
        assert_eq!(lapse(office).await.expect("closed"), 1);
        assert_eq!(
            scene.traced(&prepared, "fail").await,
            ["prepared.unfinished"]
        );
        assert_eq!(kept(office, &prepared).await.state, PreparedState::Lapsed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_document_in_the_place_of_the_one_that_was_shown_is_not_signed() {
    let service = super::super::stage::Service::start().await;
    let scene = Scene::of(service, KeyAlgorithm::EcP256).await;
    let prepared = scene.prepared("a-key-of-what-is-prepared").await;
    let office = &scene.service.office;
    let other = office
        .objects
        .put(tests::paper::page("other"))
        .await
        .expect("kept");
    let database = scene
        .service
        .installation
        .database()
        .trim_start_matches("sqlite:");
    let link = rusqlite::Connection::open(database).expect("a database");
    let swap = |object: &str| {
        let changed = link.execute("UPDATE prepared_signature SET object = ?1", [object]);
        assert_eq!(changed.expect("written"), 1);
    };
    let before = kept(office, &prepared).await.object.expect("a document");
    swap(&other.to_string());
    let value = scene.value(&prepared);
    let refused = scene
        .finish(&prepared, &value, "a-key-of-another-document")
        .await;
    assert_eq!(refusal(&refused), prepared_refused("prepared.changed"));
    // The same document, laid out otherwise: the octets do not follow from it.
    swap(&before);
    for (column, wrong) in [
        ("field", "'Signature-0'"),
        ("claimed", "claimed + 1"),
        ("place", "''"),
    ] {
        let kept: rusqlite::types::Value = link
            .query_row(
                &format!("SELECT {column} FROM prepared_signature"),
                [],
                |row| row.get(0),
            )
            .expect("a value");
        let bend = format!("UPDATE prepared_signature SET {column} = {wrong}");
        link.execute(&bend, []).expect("written");
        let refused = scene
            .finish(&prepared, &value, &format!("a-key-of-another-{column}"))
            .await;
        assert_eq!(
            refusal(&refused),
            prepared_refused("prepared.changed"),
            "{column}"
        );
        link.execute(
            &format!("UPDATE prepared_signature SET {column} = ?1"),
            [kept],
        )
        .expect("written");
    }
    let signed = scene.finish(&prepared, &value, "a-key-of-the-value").await;
    assert_eq!(signed.status, 201, "{}", signed.json());
}
