//! A witness countersigns the public log's checkpoint, and everyone sees it (T-L3).

use crypto::{
    Authorisation, Input, KeyAlgorithm, KeyId, KeyUse, Signer, SoftwareSigner, SystemRandom,
};
use hyper::Method;
use server::{Answer, Call, Witnesses};
use tests::cases;
use tests::installation::{CUSTODIAN, NOW};
use time::{SignedDuration, UtcDateTime};
use tlog::{Note, NoteKey};

use super::limits::Narrow;
use super::stage::{Service, problem};

struct Witness {
    key: NoteKey,
    signer: SoftwareSigner,
}

impl Witness {
    fn named(name: &str) -> Witness {
        let pkcs8 = crypto::generate_pkcs8(KeyAlgorithm::Ed25519, &SystemRandom::new());
        let signer = SoftwareSigner::from_pkcs8(&pkcs8.expect("a key"), None).expect("our own");
        let key = NoteKey::witness(name, signer.public_key()).expect("a plain name");
        Witness { key, signer }
    }

    fn countersigned(&self, note: &Note) -> Note {
        self.countersigned_at(note, NOW)
    }

    fn countersigned_at(&self, note: &Note, at: UtcDateTime) -> Note {
        let message = note.cosignature_input(at);
        let name = KeyId::parse("witness").expect("plain");
        let under = Authorisation::journalled(name, KeyUse::Checkpoints, &message, at);
        let signature = self.signer.sign(Input::Message(&message), &under);
        let signature = signature.expect("signs");
        note.cosigned(&self.key, at, &signature).expect("one more")
    }
}

async fn brought(service: &Narrow, note: &str) -> Answer {
    let content = note.as_bytes().to_vec();
    let call = Call::send(Method::POST, "/log/cosignatures", "text/plain", content);
    service.send(call).await
}

async fn shown(service: &Narrow, path: &str) -> Note {
    let answer = service.send(Call::get(path)).await;
    assert_eq!(answer.status, 200, "{path}");
    Note::parse(&answer.content).expect("a note")
}

async fn issued(service: &Narrow, number: u64) {
    let body = cases::body(&cases::case("FOOD", number).expect("a case"));
    let key = format!("a-key-of-witness-{number:03}");
    let waits = service.customer.ask(&key, &body, NOW).await;
    let waits = waits.expect("an answer").json();
    let job = waits["job"].as_str().expect("a job");
    let released = service.customer.release(("custodian", CUSTODIAN), job, NOW);
    assert_eq!(released.await.expect("an answer").status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_countersigns_the_newest_checkpoint_and_it_is_shown() {
    let (one, two) = (Witness::named("one.example"), Witness::named("two.example"));
    let known = Witnesses(vec![one.key.clone(), two.key.clone()]);
    let service = Narrow::with(known).await;
    issued(&service, 1).await;
    let bare = shown(&service, "/log/checkpoint").await;
    let none = problem(&service.send(Call::get("/log/witnessed")).await);
    assert_eq!(none, (404, "not-found".to_owned()));
    let refused = (422, "log.cosignature-refused".to_owned());
    // Without a witness, with one that nobody knows; changed in its text, or in its last line.
    let stranger = Witness::named("three.example").countersigned(&bare);
    for note in [&bare, &stranger] {
        assert_eq!(problem(&brought(&service, &note.encode()).await), refused);
    }
    let good = one.countersigned(&bare);
    for (from, to) in [("\n", "x\n"), ("one.example ", "one.example A")] {
        let changed = good.encode().replacen(from, to, 1);
        assert_eq!(problem(&brought(&service, &changed).await), refused);
    }
    assert_eq!(brought(&service, &good.encode()).await.status, 204);
    assert_eq!(shown(&service, "/log/checkpoint").await, good);
    assert_eq!(shown(&service, "/log/witnessed").await, good);
    // The second adds to the first; the first alone does not take the second away.
    let both = two.countersigned(&good);
    assert_eq!(brought(&service, &both.encode()).await.status, 204);
    assert_eq!(brought(&service, &good.encode()).await.status, 204);
    assert_eq!(shown(&service, "/log/checkpoint").await, both);
    // The log goes on: the newest has no witness yet, the newest with one stays.
    issued(&service, 2).await;
    let newest = shown(&service, "/log/checkpoint").await;
    assert_ne!(newest.text(), both.text());
    assert_eq!(shown(&service, "/log/witnessed").await, both);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_list_of_the_past_is_not_passed_off() {
    let service = Narrow::with(Witnesses::default()).await;
    let now = service.send(Call::get("/status/1")).await;
    assert_eq!(now.status, 200);
    let past = problem(&service.send(Call::get("/status/1?time=1751500800")).await);
    assert_eq!(past, (501, "not-offered".to_owned()));
}

/// Whether the service says that its log is witnessed, and what its figures say: the age in seconds, and the alarm.
async fn alarm(service: &Service) -> (bool, bool) {
    let ready = service.fetch("/readyz").await;
    assert_eq!(ready.status, 200, "work goes on without a witness");
    let told = ready.json()["witness"].as_bool().expect("a member");
    let figures = service.fetch("/metrics").await;
    // The recorder is the process's: where another test has it, this one has no figures.
    if figures.status != 200 {
        return (told, !told);
    }
    let figures = String::from_utf8_lossy(&figures.content).into_owned();
    (told, figures.contains("yinxin_witness_alarm 1"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_no_witness_saw_for_ten_minutes_raises_an_alarm_until_one_does() {
    let witness = Witness::named("one.example");
    let lines = format!("witnesses = [\"{}\"]", witness.key.vkey());
    let service = Service::start_with(&lines).await;
    let minutes = |number| service.wait(SignedDuration::minutes(number));
    minutes(10);
    assert!(alarm(&service).await.0, "there is a first time");
    minutes(1);
    assert_eq!(alarm(&service).await, (false, true));
    let bring = async |at: UtcDateTime| {
        let note = service.fetch("/log/checkpoint").await.content;
        let note = Note::parse(&note).expect("a note");
        let content = witness.countersigned_at(&note, at).encode().into_bytes();
        let call = Call::send(Method::POST, "/log/cosignatures", "text/plain", content);
        let client = server::Client::anonymous(&service.base);
        let answer = client.call(call, service.now()).await.expect("an answer");
        assert_eq!(answer.status, 204);
    };
    bring(service.now()).await;
    assert!(alarm(&service).await.0);
    minutes(10);
    assert!(alarm(&service).await.0, "ten minutes are not too old");
    minutes(1);
    assert_eq!(alarm(&service).await, (false, true));
    // The log may stand still: the witness says so again, later.
    bring(service.now()).await;
    assert!(alarm(&service).await.0);
    // However often it does, the note has a line of the log and one of the witness.
    let shown = service.fetch("/log/checkpoint").await.content;
    let lines = String::from_utf8_lossy(&shown).matches('\u{2014}').count();
    assert_eq!(lines, 2);
}
