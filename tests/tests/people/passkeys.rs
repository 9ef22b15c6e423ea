//! Passkeys: enrolled beside the other factor, shown at the door, and answering one release and no other (T-P1, T-S2, T-S3).

use catalogue::key::SealCode;
use crypto::sign_in::passkey::{Authenticator, RelyingParty, url64};
use issuance::accounts::passkeys::entrust;
use registry::accounts::AccountKey;
use serde_json::{Value, json};
use server::{Answer, Call};
use tests::cases;
use tests::installation::{CUSTODIAN, ORIGIN};
use tests::token::Token;
use time::SignedDuration;

use super::stage::{PASSWORD, Person, Service, databases, problem, text};

const BUREAU: &str = "Q-APR";
const SEAL: &str = "990102-SPZYZ-01";
pub(super) const CUSTODY: (&str, &str, &str) = (BUREAU, "he.custodian", CUSTODIAN);

/// What is answered to who enrols what this token made for the question.
async fn enrols(
    service: &Service,
    person: &Person,
    (token, question): (&mut Token, &str),
) -> Answer {
    let (client, object) = token.made(question);
    let content = json!({
        "password": PASSWORD,
        "code": service.code(person.factor.as_ref()),
        "question": question,
        "client": url64(&client),
        "attestation": url64(&object),
    });
    let call = Call::post("/v1/sessions/current/passkeys", &content);
    service.asked_by(person, call).await
}

async fn offered(service: &Service, person: &Person) -> Value {
    let call = Call::get("/v1/sessions/current/passkeys");
    let answer = service.asked_by(person, call).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

async fn question(service: &Service) -> String {
    let answer = service.call(Call::get("/v1/sessions/question")).await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.json()["relying_party"], "licences.example");
    text(&answer.json(), "question")
}

/// Somebody who signed in, with a passkey that was enrolled a minute later.
pub(super) async fn with_passkey(
    service: &Service,
    (who, roles): ((&str, &str, &str), &str),
    credential: u8,
) -> (Person, Token) {
    let person = service.person(who, roles).await;
    service.wait(SignedDuration::seconds(60));
    let mut token = Token::new(ORIGIN, credential).expect("a token");
    let asked = text(&offered(service, &person).await, "question");
    let answer = enrols(service, &person, (&mut token, &asked)).await;
    assert_eq!(answer.status, 204, "{}", answer.json());
    (person, token)
}

async fn knocks(service: &Service, account: &str, passkey: &Value) -> Answer {
    let content = json!({"account": account, "password": PASSWORD, "passkey": passkey});
    service.call(Call::post("/v1/sessions", &content)).await
}

/// The grounds of what was refused since `known` entries of the trace.
async fn refused(service: &Service, known: usize) -> Vec<String> {
    let entries = service.trace(BUREAU).await;
    let since = entries.into_iter().skip(known);
    let denied = since.filter(|entry| entry.deed == "deny");
    denied.map(|entry| entry.ground).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_lets_its_person_in_and_what_is_wrong_with_one_stands_in_the_trace() {
    for database in databases("passkey").await {
        let service = Service::start(database.as_deref()).await;
        let (person, mut token) = with_passkey(&service, (CUSTODY, "custodian"), 1).await;
        let asked = question(&service).await;
        let answer = token.answers(&asked).expect("signed");
        let good = knocks(&service, &person.account, &answer).await;
        assert_eq!(good.status, 201, "{}", good.json());
        let known = service.trace(BUREAU).await.len();
        let mut expected = Vec::new();
        let mut look = async |ground: &str, passkey: Value| {
            let refused = knocks(&service, &person.account, &passkey).await;
            assert_eq!(problem(&refused).1, "sign-in.refused", "{ground}");
            expected.push(ground.to_owned());
            // What was refused delays; here nothing is to wait for.
            service.wait(SignedDuration::seconds(61 * 60));
        };
        look("passkey.challenge", answer.clone()).await;
        let mut other = Token::new(ORIGIN, 1).expect("a token");
        let asked = question(&service).await;
        look("passkey.signature", other.answers(&asked).expect("signed")).await;
        let asked = question(&service).await;
        token.origin = "http://evil.example".to_owned();
        let answer = token.answers(&asked).expect("signed");
        token.origin = ORIGIN.to_owned();
        look("passkey.origin", answer).await;
        let asked = question(&service).await;
        token.party = "evil.example".to_owned();
        let answer = token.answers(&asked).expect("signed");
        token.party = "licences.example".to_owned();
        look("passkey.relying-party", answer).await;
        let asked = question(&service).await;
        token.flags = Authenticator::PRESENT;
        let answer = token.answers(&asked).expect("signed");
        token.flags |= Authenticator::VERIFIED;
        look("passkey.not-verified", answer).await;
        let asked = question(&service).await;
        token.counter = 0;
        let answer = token.answers(&asked).expect("signed");
        token.counter = 9;
        look("passkey.counter", answer).await;
        let asked = question(&service).await;
        let mut answer = token.answers(&asked).expect("signed");
        answer["user"] = json!(url64(&[7; 32]));
        look("passkey.credential", answer).await;
        let asked = question(&service).await;
        service.wait(SignedDuration::minutes(5));
        look("passkey.challenge", token.answers(&asked).expect("signed")).await;
        let asked = text(&offered_again(&service, &person).await, "question");
        look("passkey.challenge", token.answers(&asked).expect("signed")).await;
        assert_eq!(refused(&service, known).await, expected);
        // Nobody learns from it whether there is an account, or whose a passkey is.
        let asked = question(&service).await;
        let answer = token.answers(&asked).expect("signed");
        let nobody = knocks(&service, "nobody.here", &answer).await;
        assert_eq!(problem(&nobody).1, "sign-in.refused");
        let in_time = knocks(&service, &person.account, &answer).await;
        assert_eq!(in_time.status, 201, "{}", in_time.json());
    }
}

/// A question for enrolling, of a session that begins now.
async fn offered_again(service: &Service, person: &Person) -> Value {
    let again = service.signs_in(&person.account, person.factor.clone());
    offered(service, &again.await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_enrolled_with_the_other_factor_for_one_account_and_gone_with_an_invitation() {
    for database in databases("enrolment").await {
        let service = Service::start(database.as_deref()).await;
        let (person, mut token) = with_passkey(&service, (CUSTODY, "custodian"), 1).await;
        let who = (BUREAU, "he.officer", CUSTODIAN);
        let clerk = service.person(who, "officer").await;
        service.wait(SignedDuration::seconds(60));
        let told = offered(&service, &person).await;
        assert_eq!(told["passkeys"][0]["credential"], url64(&token.credential));
        let asked = text(&told, "question");
        // The same credential again; with the code again; without a factor; for a question of another account.
        let again = enrols(&service, &person, (&mut token, &asked)).await;
        assert_eq!(problem(&again).2, "passkey.credential", "{}", again.json());
        let mut second = Token::new(ORIGIN, 2).expect("a token");
        service.wait(SignedDuration::seconds(60));
        let bare = enrols(&service, &clerk, (&mut second, &asked)).await;
        assert_eq!(problem(&bare).1, "sign-in.refused");
        let other = text(&offered(&service, &clerk).await, "question");
        let other = enrols(&service, &person, (&mut second, &other)).await;
        assert_eq!(problem(&other).2, "passkey.challenge", "{}", other.json());
        let done = enrols(&service, &person, (&mut second, &asked)).await;
        assert_eq!(done.status, 204, "a code counts where something was done");
        let used = enrols(&service, &person, (&mut second, &asked)).await;
        assert_eq!(problem(&used).1, "sign-in.refused", "the code was used");
        let trace = service.trace(BUREAU).await;
        let grounds: Vec<_> = trace.iter().map(|entry| entry.ground.as_str()).collect();
        let count = |ground| grounds.iter().filter(|one| **one == ground).count();
        assert_eq!(count("account.passkey"), 2);
        assert_eq!(count("passkey.credential"), 1);
        assert_eq!(count("passkey.challenge"), 1);
        assert_eq!(count("account.passkey-refused"), 2);
        // The other account of the same person is not opened by it.
        service.wait(SignedDuration::minutes(61));
        let asked = question(&service).await;
        let answer = token.answers(&asked).expect("signed");
        let elsewhere = knocks(&service, &clerk.account, &answer).await;
        assert_eq!(problem(&elsewhere).1, "sign-in.refused");
        // A lost device: with the invitation everything is gone, as T-S4 has it for another factor.
        let administrator = (BUREAU, "li.admin", "P-LI");
        let administrator = service.person(administrator, "administrator").await;
        let path = format!("/v1/accounts/{}/invitation", person.account);
        let invite = super::stage::keyed(Call::post(path, &json!({})));
        let invited = service.asked_by(&administrator, invite).await;
        assert_eq!(invited.status, 200, "{}", invited.json());
        let invitation = text(&invited.json(), "invitation");
        service.activated(&person.account, &invitation).await;
        service.wait(SignedDuration::hours(25));
        let asked = question(&service).await;
        let answer = token.answers(&asked).expect("signed");
        let gone = knocks(&service, &person.account, &answer).await;
        assert_eq!(problem(&gone).1, "sign-in.refused");
    }
}

/// A case that the approver decided.
pub(super) fn asked(number: u64) -> Value {
    let mut request = cases::case("FOOD", number).expect("a case");
    request["decision"]["decided_by"] = json!("chen.approver");
    request
}

/// A licence that an officer asks for: its job.
pub(super) async fn asks(service: &Service, officer: &Person, number: u64) -> String {
    let call = Call::post("/v1/licences", &cases::body(&asked(number)));
    let call = call.once(format!("a-key-of-passkeys-{number}"));
    let answer = service.asked_by(officer, call).await;
    assert_eq!(answer.status, 202, "{}", answer.json());
    text(&answer.json(), "job")
}

/// The operator lets the passkeys of the custodian's account release the seal.
pub(super) async fn entrusted(service: &Service, origin: &str) {
    let account = AccountKey::parse(CUSTODY.1).expect("a name");
    let seal = SealCode::parse(SEAL).expect("a code");
    let party = RelyingParty::of(origin).expect("an origin");
    let done = entrust(&service.office, (&account, &seal), &party).await;
    let (person, count) = done.expect("the key store takes them");
    assert_eq!((person.as_str(), count), (CUSTODIAN, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_passkey_answered_releases_one_use_of_a_seal_and_no_other() {
    for database in databases("answered").await {
        let service = Service::start(database.as_deref()).await;
        let (custodian, mut token) = with_passkey(&service, (CUSTODY, "custodian"), 1).await;
        let who = (BUREAU, "zhou.officer", "P-ZHOU");
        let officer = service.person(who, "officer").await;
        let who = (BUREAU, "chen.approver", "P-CHEN");
        service.person(who, "approver").await;
        let (first, second) = (
            asks(&service, &officer, 1).await,
            asks(&service, &officer, 2).await,
        );
        let offer = async |job: &str| {
            let call = Call::get(format!("/v1/releases/{job}"));
            service.asked_by(&custodian, call).await.json()
        };
        let release = async |job: &str, content: &Value| {
            let call = Call::post(format!("/v1/releases/{job}"), content);
            service.asked_by(&custodian, call).await
        };
        let known = service.trace(BUREAU).await.len();
        let mut expected = Vec::new();
        let mut look = |ground: &str, answer: &Answer| {
            assert_eq!(problem(answer).2, ground, "{}", answer.json());
            expected.push(ground.to_owned());
        };
        let offered = offer(&first).await;
        let answered = token.releases(&offered).expect("signed");
        look("passkey.credential", &release(&first, &answered).await);
        entrusted(&service, ORIGIN).await;
        // For the one, used for the other.
        let beside = token.releases(&offer(&second).await).expect("signed");
        look("passkey.challenge", &release(&first, &beside).await);
        token.origin = "http://evil.example".to_owned();
        let evil = token.releases(&offered).expect("signed");
        token.origin = ORIGIN.to_owned();
        look("passkey.origin", &release(&first, &evil).await);
        // Not older than five minutes, whatever its expiry still says.
        service.wait(SignedDuration::minutes(5));
        look("passkey.challenge", &release(&first, &answered).await);
        let offered = offer(&first).await;
        let answered = token.releases(&offered).expect("signed");
        let done = release(&first, &answered).await;
        assert_eq!(done.status, 201, "{}", done.json());
        // A copy of the token that did not count on.
        token.counter = 1;
        let offered = offer(&second).await;
        let copy = token.releases(&offered).expect("signed");
        look("passkey.counter", &release(&second, &copy).await);
        token.counter = 20;
        // The answer of the first once more, for the first and for the second.
        let again = release(&first, &answered).await;
        assert_ne!(again.status, 201, "{}", again.json());
        look("passkey.challenge", &release(&second, &answered).await);
        let denied = refused(&service, known).await;
        let of_passkeys = denied.iter().filter(|one| one.starts_with("passkey."));
        assert_eq!(of_passkeys.cloned().collect::<Vec<_>>(), expected);
        let offered = offer(&second).await;
        let last = token.releases(&offered).expect("signed");
        assert_eq!(release(&second, &last).await.status, 201);
    }
}
