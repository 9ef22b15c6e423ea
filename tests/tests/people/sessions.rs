//! Signing in, and how long it holds (T-P1, T-P2).

use hyper::Method;
use registry::trace::Entry;
use serde_json::json;
use server::Call;
use tests::installation::ORIGIN;
use time::SignedDuration;

use super::provided::{OWN, sessions};
use super::stage::{PASSWORD, Person, Service, databases, problem, text};

const CLERK: (&str, &str, &str) = ("Q-APR", "zhou.clerk", "P-ZHOU-QINGHE");
const CUSTODIAN: (&str, &str, &str) = ("Q-APR", "he.custodian", "P-HE-SHOUZHENG");

fn look() -> Call {
    Call::get("/v1/licences")
}

async fn status(service: &Service, person: &Person) -> u16 {
    service.asked_by(person, look()).await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_after_a_quarter_of_an_hour_of_rest_and_after_eight_hours_of_work() {
    for database in databases("ends").await {
        let service = Service::start(database.as_deref()).await;
        let clerk = service.person(CLERK, "clerk").await;
        service.wait(SignedDuration::seconds(15 * 60 - 1));
        assert_eq!(status(&service, &clerk).await, 200);
        service.wait(SignedDuration::seconds(15 * 60));
        let over = problem(&service.asked_by(&clerk, look()).await);
        assert_eq!((over.0, over.1.as_str()), (401, "session.over"));
        let clerk = service.signs_in(CLERK.1, None).await;
        for _ in 0..47 {
            service.wait(SignedDuration::minutes(10));
            assert_eq!(status(&service, &clerk).await, 200);
        }
        service.wait(SignedDuration::minutes(10) - SignedDuration::SECOND);
        assert_eq!(status(&service, &clerk).await, 200);
        service.wait(SignedDuration::SECOND);
        assert_eq!(status(&service, &clerk).await, 401, "eight hours are over");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_ends_every_session_of_a_person_at_once() {
    for database in databases("everywhere").await {
        let service = Service::start(database.as_deref()).await;
        let who = ("Q-APR", "li.admin", "P-LI");
        let administrator = service.person(who, "administrator").await;
        let phone = service.person(CLERK, "clerk").await;
        let desk = service.signs_in(CLERK.1, None).await;
        let other = ("Q-APR", "zhou.officer", CLERK.2);
        let officer = service.person(other, "officer").await;
        let elsewhere = service
            .person(("C-FIRE", "li.fire", "P-LI-2"), "administrator")
            .await;
        let end = || {
            let path = format!("/v1/accounts/{}/sessions", CLERK.1);
            Call::send(Method::DELETE, path, "application/json", Vec::new())
        };
        // Another department's account is not there, and its sessions go on (T-P3).
        assert_eq!(service.asked_by(&elsewhere, end()).await.status, 404);
        assert_eq!(status(&service, &phone).await, 200);
        let ended = service.asked_by(&administrator, end()).await;
        assert_eq!(ended.json(), json!({"ended": 3}));
        for person in [&phone, &desk, &officer] {
            assert_eq!(status(&service, person).await, 401, "{}", person.account);
        }
        let trace = service.trace("Q-APR").await;
        assert!(trace.iter().any(|entry| entry.ground == "session.end-all"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_account_a_wrong_password_and_a_missing_code_are_one_answer() {
    let service = Service::start(None).await;
    let custodian = service.person(CUSTODIAN, "custodian").await;
    service.wait(SignedDuration::seconds(60));
    let code = service.code(custodian.factor.as_ref());
    let wrong = service
        .knocks(CUSTODIAN.1, "another long phrase", &code)
        .await;
    let same = [
        service.knocks("nobody.here", PASSWORD, &code).await,
        service.knocks("", PASSWORD, &code).await,
        service.knocks(CUSTODIAN.1, PASSWORD, "").await,
        service.knocks(CUSTODIAN.1, PASSWORD, "000000").await,
    ];
    assert_eq!(wrong.status, 401);
    for answer in same {
        assert_eq!(
            (answer.status, &answer.content),
            (wrong.status, &wrong.content)
        );
    }
    // A code is good once, for whoever brings it first.
    let good = service.knocks(CUSTODIAN.1, PASSWORD, &code).await;
    assert_eq!(good.status, 201);
    let again = service.knocks(CUSTODIAN.1, PASSWORD, &code).await;
    assert_eq!(
        (again.status, &again.content),
        (wrong.status, &wrong.content)
    );
    let trace = service.trace("Q-APR").await;
    let refused = trace
        .iter()
        .filter(|entry| entry.ground == "session.refused");
    assert_eq!(
        refused.count(),
        4,
        "the failures of the account that there is"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_counted_and_delayed_for_an_account_whether_there_is_one_or_not() {
    for database in databases("delayed").await {
        let service = Service::start(database.as_deref()).await;
        let invitation = service.opened(CLERK, "clerk").await;
        service.activated(CLERK.1, &invitation).await;
        for name in [CLERK.1, "nobody.here"] {
            for _ in 0..5 {
                let answer = service.knocks(name, "another long phrase", "").await;
                assert_eq!(answer.status, 401, "{name}");
            }
            let delayed = service.knocks(name, PASSWORD, "").await;
            assert_eq!(problem(&delayed).1, "sign-in.delayed", "{name}");
            assert_eq!(delayed.headers["retry-after"], "1", "{name}");
        }
        service.wait(SignedDuration::seconds(1));
        let answer = service.knocks(CLERK.1, "another long phrase", "").await;
        assert_eq!(answer.status, 401);
        let delayed = service.knocks(CLERK.1, PASSWORD, "").await;
        assert_eq!(delayed.headers["retry-after"], "2");
        service.wait(SignedDuration::seconds(2));
        service.signs_in(CLERK.1, None).await;
        let answer = service.knocks(CLERK.1, "another long phrase", "").await;
        assert_eq!(answer.status, 401, "who signed in begins anew");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_tries_at_once_are_as_many() {
    let service = Service::start(None).await;
    let invitation = service.opened(CLERK, "clerk").await;
    service.activated(CLERK.1, &invitation).await;
    let tries = (0..12).map(|_| service.knocks(CLERK.1, "another long phrase", ""));
    let mut looked = 0;
    for answer in futures_of(tries).await {
        looked += usize::from(answer == 401);
    }
    assert_eq!(looked, 5, "the others are not looked at");
}

async fn futures_of(tries: impl Iterator<Item = impl Future<Output = server::Answer>>) -> Vec<u16> {
    let mut all: Vec<_> = tries.map(Box::pin).collect();
    let mut done = vec![None; all.len()];
    std::future::poll_fn(|context| {
        for (at, one) in all.iter_mut().enumerate() {
            if done[at].is_none()
                && let std::task::Poll::Ready(answer) = one.as_mut().poll(context)
            {
                done[at] = Some(answer.status.as_u16());
            }
        }
        match done.iter().all(Option::is_some) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_is_kept_from_scripts_and_strangers_and_changes_need_our_own_origin() {
    let service = Service::start(None).await;
    let invitation = service.opened(CLERK, "clerk").await;
    service.activated(CLERK.1, &invitation).await;
    let content = json!({"account": CLERK.1, "password": PASSWORD, "carry": "cookie"});
    let call = Call::post("/v1/sessions", &content).field("origin", ORIGIN);
    let answer = service.call(call).await;
    assert!(answer.json().get("token").is_none(), "{}", answer.json());
    let set = answer.headers["set-cookie"]
        .to_str()
        .expect("text")
        .to_owned();
    let (cookie, rest) = set.split_once("; ").expect("attributes");
    assert!(cookie.starts_with("__Host-yinxin="));
    assert_eq!(rest, "Path=/; HttpOnly; Secure; SameSite=Strict");
    let with = |call: Call| call.field("cookie", cookie);
    assert_eq!(service.call(with(look())).await.status, 200);
    let end = || {
        Call::send(
            Method::DELETE,
            "/v1/sessions/current",
            "application/json",
            Vec::new(),
        )
    };
    for origin in [
        None,
        Some("http://evil.example"),
        Some("null"),
        Some("http://licences.example.evil"),
    ] {
        let call = with(end());
        let call = match origin {
            Some(origin) => call.field("origin", origin),
            None => call,
        };
        assert_eq!(
            problem(&service.call(call).await).1,
            "session.cross-origin",
            "{origin:?}"
        );
    }
    let ours = with(end()).field("origin", ORIGIN);
    assert_eq!(service.call(ours).await.status, 204);
    assert_eq!(service.call(with(look())).await.status, 401, "it is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_s_page_signs_nobody_in_to_an_account_of_its_choice() {
    for database in databases("elsewhere").await {
        let service = Service::start(database.as_deref()).await;
        let invitation = service.opened(CLERK, "clerk").await;
        service.activated(CLERK.1, &invitation).await;
        let sign_in = |carry: &str| {
            let content = json!({"account": CLERK.1, "password": PASSWORD, "carry": carry});
            Call::post("/v1/sessions", &content)
        };
        let foreign = [
            "null",
            "https://evil.example",
            "http://licences.example.evil",
        ];
        let with = |carry| foreign.map(|origin| sign_in(carry).field("origin", origin));
        let mut tries = vec![sign_in("cookie")];
        tries.extend(with("cookie"));
        tries.extend(with("token"));
        let twice = sign_in("cookie").field("origin", ORIGIN);
        tries.push(twice.field("origin", "https://evil.example"));
        let before = sessions(&service).await;
        for (number, call) in tries.into_iter().enumerate() {
            let answer = service.call(call).await;
            assert_eq!(problem(&answer).1, "session.cross-origin", "{number}");
            assert!(!answer.headers.contains_key("set-cookie"), "{number}");
            let traced = elsewhere(&service).await;
            assert_eq!(traced, number + 1, "each leaves its entry");
        }
        assert_eq!(sessions(&service).await, before);
        // HTML 4.10.21.8: a form can write JSON as plain text.
        let content = json!({"account": CLERK.1, "password": PASSWORD, "carry": "cookie"});
        let content = content.to_string().into_bytes();
        let form = Call::send(Method::POST, "/v1/sessions", "text/plain", content);
        let answer = service.call(form.field("origin", ORIGIN)).await;
        assert_eq!(problem(&answer).1, "request.kind");
        assert_eq!(sessions(&service).await, before);
        let ours = sign_in("cookie").field("origin", ORIGIN);
        assert_eq!(service.call(ours).await.status, 201);
        assert_eq!(sessions(&service).await, before + 1);
        assert_eq!(service.call(sign_in("token")).await.status, 201);
        // What a flood of them leaves is bounded.
        for _ in 0..40 {
            let answer = service.call(sign_in("cookie")).await;
            assert_eq!(problem(&answer).1, "session.cross-origin");
        }
        assert_eq!(elsewhere(&service).await, 30);
    }
}

/// How often the service's own trace has it that another site's page sent a sign-in.
async fn elsewhere(service: &Service) -> usize {
    let entries = service.trace(OWN).await;
    let is = |entry: &&Entry| entry.ground == "session.cross-origin";
    entries.iter().filter(is).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_random_and_stands_nowhere() {
    let service = Service::start(None).await;
    let clerk = service.person(CLERK, "clerk").await;
    assert_eq!(clerk.token.len(), 64, "256 bits");
    let other = service.signs_in(CLERK.1, None).await;
    assert_ne!(clerk.token, other.token);
    service.wait(SignedDuration::minutes(1));
    assert_eq!(status(&service, &clerk).await, 200);
    for name in ["registry.db", "registry.db-wal"] {
        let path = service.installation.folder().join(name);
        let octets = std::fs::read(path).unwrap_or_default();
        for secret in [&clerk.token, &other.token, &PASSWORD.to_owned()] {
            let found = octets
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{name}");
        }
    }
    let mut changed = clerk.clone();
    changed.token.replace_range(
        0..1,
        if clerk.token.starts_with('0') {
            "1"
        } else {
            "0"
        },
    );
    assert_eq!(status(&service, &changed).await, 401);
    assert_eq!(
        text(&service.asked_by(&changed, look()).await.json(), "code"),
        "session.over"
    );
}
