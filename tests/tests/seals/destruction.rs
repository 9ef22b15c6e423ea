//! The end of a seal's key at two services on each database: who may order it, call it off and see it done; what of it is kept, and what
//! the seal sealed.

use catalogue::key::DepartmentKey;
use registry::applications::DestructionState;
use serde_json::{Value, json};
use server::Call;
use tests::installation::{CUSTODIAN, NOW};
use time::Duration;
use verify::{Material, Policy, Verdict};

use super::making::{BUREAU, Bureau, KEEPER, SEAL, Suites, application, on_each_database};

const FIRST: &str = "Q-APR-first";
const SECOND: &str = "Q-APR-second";
const THIRD: &str = "Q-APR-third";
const DAY: &str = "2026-07-20";

/// A path below the seal's destruction.
fn path(rest: &str) -> String {
    format!("/v1/seals/{SEAL}/destruction{rest}")
}

fn order(on: &str) -> Value {
    json!({"on": on, "reason": "注销满期"})
}

async fn asked(
    bureau: &Bureau,
    at: usize,
    account: &str,
    (rest, body): (&str, &Value),
) -> (u16, Value) {
    bureau.post(at, account, &path(rest), body).await
}

/// What is refused, with its code, and one entry of the trace.
async fn refused(bureau: &Bureau, account: &str, what: (&str, &Value), why: (u16, &str)) {
    let before = bureau.denials().await;
    let (status, told) = asked(bureau, 1, account, what).await;
    let defect = &told["defects"][0]["code"];
    let code = if defect.is_null() {
        &told["code"]
    } else {
        defect
    };
    assert_eq!((status, code), (why.0, &json!(why.1)), "{account} {told}");
    assert_eq!(bureau.denials().await, before + 1, "{account}: one entry");
}

const TWICE: (u16, &str) = (403, "release.duties-not-separate");

/// A seal that sealed one document and was given up; the document.
async fn given_up(bureau: &Bureau) -> Vec<u8> {
    bureau.made(&application()).await;
    let job = bureau.waiting(0).await;
    let (status, told) = bureau.release(0, &job).await;
    assert_eq!(status, 201, "{told}");
    let sealed = bureau.sealed(&job).await;
    bureau.clock.put(NOW + Duration::minutes(1));
    let why = json!({"reason": "机构撤销"});
    let path = format!("/v1/seals/{SEAL}/cancel");
    let (status, told) = bureau.post(1, FIRST, &path, &why).await;
    assert_eq!(
        (status, &told["state"]),
        (200, &json!("cancelled")),
        "{told}"
    );
    sealed
}

/// Ordered by two, for the day.
async fn ordered(bureau: &Bureau) {
    let (status, told) = asked(bureau, 0, FIRST, ("", &order(DAY))).await;
    assert_eq!((status, &told["state"]), (202, &json!("waits")), "{told}");
    let (status, told) = asked(bureau, 1, SECOND, ("", &order(DAY))).await;
    assert_eq!(
        (status, &told["state"]),
        (200, &json!("scheduled")),
        "{told}"
    );
}

/// So many days later, with the lists of then.
async fn later(bureau: &Bureau, days: i64) {
    bureau.clock.put(NOW + Duration::days(days));
    for office in &bureau.offices {
        if !office.keys().is_locked() {
            issuance::upkeep::round(office).await.expect("upkeep");
        }
    }
}

fn judged(bureau: &Bureau, name: &str, octets: &[u8]) -> verify::Report {
    let office = &bureau.offices[0];
    let mut material = Material::default();
    for (name, list) in office.lists().held_revocations() {
        let _unread = material.add(&name, &list.bytes);
    }
    let now = office.now();
    verify::examine(
        name,
        &octets,
        &office.trust(),
        &material,
        &Policy::default(),
        now,
    )
}

#[test]
fn a_key_is_destroyed_on_its_day_by_four_people_and_its_documents_stay_good() {
    on_each_database("destroyed", Suites::Both, async |bureau: Bureau| {
        let none = json!({});
        let seal_path = format!("/v1/seals/{SEAL}");
        let sealed = given_up(&bureau).await;
        refused(
            &bureau,
            THIRD,
            ("/witness", &none),
            (409, "seal.destruction-not-ordered"),
        )
        .await;
        ordered(&bureau).await;
        // Before its day nobody sees it done; nor do, on it, those who ordered it, over whatever account.
        refused(
            &bureau,
            THIRD,
            ("/witness", &none),
            (409, "seal.destruction-not-due"),
        )
        .await;
        later(&bureau, 18).await;
        for account in [FIRST, "Q-APR-again", SECOND] {
            refused(&bureau, account, ("/witness", &none), TWICE).await;
        }
        let late = ("/call-off", &json!({"reason": "再用"}));
        refused(&bureau, FIRST, late, (409, "seal.destruction-due")).await;
        let (status, told) = asked(&bureau, 0, THIRD, ("/witness", &none)).await;
        assert_eq!((status, &told["state"]), (202, &json!("waits")), "{told}");
        let (status, told) = asked(&bureau, 1, THIRD, ("/witness", &none)).await;
        assert_eq!(
            (status, &told["state"]),
            (202, &json!("waits")),
            "one word: {told}"
        );
        let (status, told) = asked(&bureau, 1, KEEPER, ("/witness", &none)).await;
        assert_eq!((status, &told["state"]), (200, &json!("done")), "{told}");
        assert_eq!(told["witnesses"], json!(["P-THIRD", CUSTODIAN]));
        let again = asked(&bureau, 0, KEEPER, ("/witness", &none)).await;
        assert_eq!(again, (200, told.clone()), "told once more, and done once");
        let told = bureau.read(KEEPER, &seal_path).await;
        assert_eq!(told["state"], "destroyed");
        let last = &told["history"]
            .as_array()
            .expect("a history")
            .last()
            .expect("an end")["event"];
        assert_eq!(last, "destroy");
        erased_and_recorded(&bureau).await;
        // What it sealed before it was given up is good, long after.
        let verdict = judged(&bureau, "sealed.pdf", &sealed);
        assert_eq!(verdict.verdict, Verdict::Valid, "{verdict:?}");
        // Nothing brings it back.
        for (what, account) in [("resume", FIRST), ("cancel", FIRST), ("suspend", KEEPER)] {
            let path = format!("/v1/seals/{SEAL}/{what}");
            let (status, told) = bureau
                .post(0, account, &path, &json!({"reason": "再用"}))
                .await;
            assert_eq!(
                (status, &told["code"]),
                (409, &json!("seal.refused")),
                "{what} {told}"
            );
        }
    });
}

/// Key, record, trace and log of a destruction that is done.
async fn erased_and_recorded(bureau: &Bureau) {
    for office in &bureau.offices {
        let _followed = office.keys().follow().expect("read");
        let keys = office.keys().list();
        let own: Vec<_> = keys
            .iter()
            .filter(|key| key.seal.as_deref() == Some(SEAL))
            .collect();
        assert_eq!(own.len(), 2, "a key of each suite, public still");
        assert!(own.iter().all(|key| key.erased));
    }
    let call = Call::get(path("/record"));
    let now = bureau.offices[0].now();
    let answer = bureau.customer(0).call("custodian", call, now).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 200);
    let record = answer.content.to_vec();
    let verdict = judged(bureau, "destruction.p7m", &record);
    assert_eq!(verdict.verdict, Verdict::Valid, "{verdict:?}");
    assert_eq!(verdict.signatures.len(), 1);
    let message = evidence::cms::SignedData::parse(&record).expect("a message");
    let says: Value = serde_json::from_slice(message.content().expect("inside")).expect("JSON");
    assert_eq!(says["seal"], SEAL);
    assert_eq!(says["ordered_by"], json!(["P-FIRST", "P-SECOND"]));
    assert_eq!(says["witnesses"], json!(["P-THIRD", CUSTODIAN]));
    assert_eq!(says["keys"].as_array().map(Vec::len), Some(2));
    assert_eq!(says["certificates"].as_array().map(Vec::len), Some(2));
    let department = DepartmentKey::parse(BUREAU).expect("a department");
    let entries = bureau.offices[0]
        .registry()
        .trace()
        .entries(&department, 0)
        .await;
    let entries = entries.expect("answers");
    let of = |deed: &str, ground: &str| {
        let is = |one: &&registry::trace::Entry| one.deed == deed && one.ground == ground;
        entries.iter().filter(is).count()
    };
    assert_eq!(
        (
            of("key", "erased"),
            of("seal", "destroy"),
            of("seal", "erase")
        ),
        (2, 1, 1)
    );
}

/// Two persons say the same, and whoever says otherwise says another thing.
async fn said_by_two(bureau: &Bureau) {
    // One person, over two accounts, is one.
    for account in [FIRST, "Q-APR-again"] {
        let (status, told) = asked(bureau, 0, account, ("", &order(DAY))).await;
        assert_eq!((status, &told["state"]), (202, &json!("waits")), "{told}");
    }
    // Another day is another word.
    let (status, told) = asked(bureau, 0, SECOND, ("", &order("2026-07-21"))).await;
    assert_eq!((status, &told["state"]), (202, &json!("waits")), "{told}");
    let (status, told) = asked(bureau, 0, FIRST, ("", &order("2026-07-21"))).await;
    assert_eq!(
        (status, &told["state"]),
        (200, &json!("scheduled")),
        "{told}"
    );
    let (status, told) = asked(bureau, 1, SECOND, ("", &order("2026-07-21"))).await;
    assert_eq!(
        (status, &told["state"]),
        (200, &json!("scheduled")),
        "the same: {told}"
    );
    refused(
        bureau,
        THIRD,
        ("", &order(DAY)),
        (409, "seal.destruction-ordered"),
    )
    .await;
    let (status, _) = asked(bureau, 0, KEEPER, ("", &order(DAY))).await;
    assert_eq!(status, 403, "who releases orders nothing");
}

/// Called off, and not done by itself.
async fn called_off(bureau: &Bureau) {
    // Called off by one, and ordered anew; the key signs as before.
    let off = ("/call-off", &json!({"reason": "另案取证"}));
    let (status, told) = asked(bureau, 1, THIRD, off).await;
    assert_eq!(
        (status, &told["state"]),
        (200, &json!("called-off")),
        "{told}"
    );
    refused(bureau, THIRD, off, (409, "seal.destruction-not-ordered")).await;
    let (status, _) = bureau.call(0, KEEPER, Call::get(path(""))).await;
    assert_eq!(status, 404);
    later(bureau, 40).await;
    refused(
        bureau,
        THIRD,
        ("/witness", &json!({})),
        (409, "seal.destruction-not-ordered"),
    )
    .await;
    assert!(
        bureau.offices[0]
            .keys()
            .list()
            .iter()
            .all(|key| !key.erased)
    );
    let random = crypto::SystemRandom::new();
    let own = crypto::generate_pkcs8(crypto::KeyAlgorithm::EcP256, &random).expect("a key");
    let own = crypto::SoftwareSigner::from_pkcs8(&own, None).expect("read");
    let key = crypto::KeyId::parse(&format!("seal-{SEAL}")).expect("a name");
    let public = crypto::Signer::public_key(&own);
    let keys = bureau.offices[0].keys();
    keys.enrol_releaser(&key, "P-THIRD", public, &random)
        .expect("enrolled");
    refused(bureau, THIRD, ("", &order("2026-09-01")), TWICE).await;
    let (status, told) = asked(bureau, 0, FIRST, ("", &json!({"reason": "期满"}))).await;
    assert_eq!(
        (status, &told["on"]),
        (202, &json!("2026-09-11")),
        "thirty days: {told}"
    );
}

#[test]
fn an_order_needs_two_who_do_not_release_seven_days_and_a_seal_that_was_given_up() {
    on_each_database("ordered", Suites::One, async |bureau: Bureau| {
        bureau.made(&application()).await;
        refused(
            &bureau,
            FIRST,
            ("", &order(DAY)),
            (409, "seal.transition-not-listed"),
        )
        .await;
        let why = json!({"reason": "机构撤销"});
        let cancel = format!("/v1/seals/{SEAL}/cancel");
        let (status, _) = bureau.post(0, FIRST, &cancel, &why).await;
        assert_eq!(status, 200);
        for early in ["2026-07-02", "2026-07-08", "2027-08-01"] {
            let (status, told) = asked(&bureau, 0, FIRST, ("", &order(early))).await;
            let code = &told["defects"][0]["code"];
            assert_eq!(
                (status, code),
                (422, &json!("seal.destruction-day")),
                "{early} {told}"
            );
        }
        said_by_two(&bureau).await;
        called_off(&bureau).await;
    });
}

#[test]
fn what_was_broken_off_between_erasure_and_record_ends_in_the_record_that_was_begun() {
    on_each_database("resumed", Suites::One, async |bureau: Bureau| {
        given_up(&bureau).await;
        ordered(&bureau).await;
        later(&bureau, 18).await;
        let none = json!({});
        let (status, _) = asked(&bureau, 0, THIRD, ("/witness", &none)).await;
        assert_eq!(status, 202);
        // The process dies after the key store has done it: nothing signs the record, since the store is locked.
        let office = &bureau.offices[0];
        let random = crypto::SystemRandom::new();
        office.keys().erase(SEAL, &random).expect("erased");
        office.keys().lock();
        let (status, told) = asked(&bureau, 0, KEEPER, ("/witness", &none)).await;
        assert!(status >= 500, "{status} {told}");
        let seal = catalogue::key::SealCode::parse(SEAL).expect("a code");
        let book = office.registry().applications();
        let begun = book
            .destruction(&seal)
            .await
            .expect("answers")
            .expect("begun");
        assert_eq!(begun.state, DestructionState::Erasing);
        let (status, told) = bureau
            .call(1, KEEPER, Call::get(format!("/v1/seals/{SEAL}")))
            .await;
        assert_eq!(
            (status, &told["state"]),
            (200, &json!("cancelled")),
            "not before its record"
        );
        // The next start goes on with it, later, and says the same.
        later(&bureau, 19).await;
        let resumed = making::resume_destructions(&bureau.offices[1]).await;
        assert_eq!(resumed.expect("resumed"), 1);
        let done = book
            .destruction(&seal)
            .await
            .expect("answers")
            .expect("done");
        assert_eq!(
            (done.state, &done.statement),
            (DestructionState::Done, &begun.statement)
        );
        let message = evidence::cms::SignedData::parse(&done.record).expect("a message");
        assert_eq!(message.content(), Some(begun.statement.as_slice()));
        let resumed = making::resume_destructions(&bureau.offices[1]).await;
        assert_eq!(resumed.expect("nothing is left"), 0);
        let (status, told) = asked(&bureau, 1, KEEPER, ("/witness", &none)).await;
        assert_eq!((status, &told["state"]), (200, &json!("done")), "{told}");
    });
}
