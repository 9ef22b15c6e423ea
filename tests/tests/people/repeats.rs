//! Requests about accounts that arrive twice: one effect for each key (T-D3), and what needs none.

use hyper::Method;
use serde_json::{Value, json};
use server::{Answer, Call};

use super::stage::{PASSWORD, Person, Service, databases, keyed, problem, text};

/// Method, path, content and another content of what an administrator does to an account.
fn acts() -> Vec<(Method, &'static str, Value, Option<Value>)> {
    let account = |person: &str| json!({"account": "sun.1", "person": person, "roles": ["clerk"]});
    let roles = |role: &str| json!({"roles": [role]});
    vec![
        (
            Method::POST,
            "/v1/accounts",
            account("P-SUN"),
            Some(account("P-MOON")),
        ),
        (
            Method::PUT,
            "/v1/accounts/zhou.1/roles",
            roles("officer"),
            Some(roles("archivist")),
        ),
        (
            Method::PUT,
            "/v1/accounts/he.1/roles",
            roles("archivist"),
            None,
        ),
        (
            Method::POST,
            "/v1/accounts/chen.1/confirmation",
            Value::Null,
            None,
        ),
        (
            Method::POST,
            "/v1/accounts/zhou.1/invitation",
            Value::Null,
            None,
        ),
        (Method::POST, "/v1/accounts/zhou.1/end", Value::Null, None),
    ]
}

fn call(method: &Method, path: &str, content: &Value) -> Call {
    let content = match content {
        Value::Null => Vec::new(),
        content => content.to_string().into_bytes(),
    };
    Call::send(method.clone(), path, "application/json", content)
}

fn same(one: &Answer, other: &Answer) -> bool {
    (one.status, &one.content) == (other.status, &other.content)
}

async fn staged(service: &Service) -> (Person, Person) {
    let li = ("Q-APR", "li.admin", "P-LI");
    let wu = ("Q-APR", "wu.admin", "P-WU");
    let (li, wu) = (
        service.person(li, "administrator").await,
        service.person(wu, "administrator").await,
    );
    service.person(("Q-APR", "zhou.1", "P-ZHOU"), "clerk").await;
    service.opened(("Q-APR", "he.1", "P-HE"), "custodian").await;
    let chen = json!({"account": "chen.1", "person": "P-CHEN", "roles": ["approver"]});
    let opened = keyed(Call::post("/v1/accounts", &chen));
    assert_eq!(service.asked_by(&wu, opened).await.status, 201);
    (li, wu)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_administrator_asks_for_twice_under_one_key_is_done_once_and_answered_the_same() {
    for database in databases("repeats").await {
        let service = Service::start(database.as_deref()).await;
        let (li, _) = staged(&service).await;
        for (at, (method, path, content, other)) in acts().into_iter().enumerate() {
            let key = format!("a-key-of-repeats-{at:04}");
            let bare = service.asked_by(&li, call(&method, path, &content)).await;
            assert_eq!(problem(&bare).0, 400, "{path} needs a key");
            let short = call(&method, path, &content).once("short".to_owned());
            assert_eq!(service.asked_by(&li, short).await.status, 400, "{path}");
            let ask = async |path: &str, content: &Value| {
                let call = call(&method, path, content).once(key.clone());
                service.asked_by(&li, call).await
            };
            let first = ask(path, &content).await;
            assert!(first.status.is_success(), "{path} {}", first.json());
            let entries = service.trace("Q-APR").await.len();
            let again = ask(path, &content).await;
            assert!(same(&first, &again), "{path} {}", again.json());
            // Nothing was done: neither another invitation nor another entry.
            assert_eq!(service.trace("Q-APR").await.len(), entries, "{path}");
            let another = match &other {
                Some(other) => ask(path, other).await,
                None => ask(&path.replace(".1", ".2"), &content).await,
            };
            assert_eq!(problem(&another).0, 422, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_ask_at_once_one_is_done_and_all_are_told_it() {
    for database in databases("at_once").await {
        let service = Service::start(database.as_deref()).await;
        let (li, _) = staged(&service).await;
        let content = json!({"account": "sun.1", "person": "P-SUN", "roles": ["custodian"]});
        let ask = || {
            let call = call(&Method::POST, "/v1/accounts", &content);
            service.asked_by(&li, call.once("a-key-of-all-at-once".to_owned()))
        };
        let (a, b, c, d) = tokio::join!(ask(), ask(), ask(), ask());
        assert_eq!(a.status, 201, "{}", a.json());
        assert!([&b, &c, &d].into_iter().all(|other| same(&a, other)));
        let trace = service.trace("Q-APR").await;
        let opened = trace
            .iter()
            .filter(|entry| entry.object == "sun.1" && entry.ground == "account.open");
        assert_eq!(opened.count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_order_may_be_given_again_under_its_key() {
    let service = Service::start(None).await;
    let (li, wu) = staged(&service).await;
    let ask = async || {
        let call = call(
            &Method::POST,
            "/v1/accounts/sun.1/confirmation",
            &Value::Null,
        );
        let call = call.once("a-key-of-early-birds".to_owned());
        service.asked_by(&li, call).await
    };
    assert_eq!(ask().await.status, 404);
    let content = json!({"account": "sun.1", "person": "P-SUN", "roles": ["custodian"]});
    let opened = keyed(Call::post("/v1/accounts", &content));
    assert_eq!(service.asked_by(&wu, opened).await.status, 201);
    assert_eq!(ask().await.status, 200);
}

/// The routes of `docs/accounts.md` that need no key, each repeated.
#[tokio::test(flavor = "multi_thread")]
async fn what_needs_no_key_has_one_effect_however_often_it_arrives() {
    let service = Service::start(None).await;
    let (li, _) = staged(&service).await;
    // DELETE …/sessions: they are over.
    let clerk = service.signs_in("zhou.1", None).await;
    let all = || {
        let path = "/v1/accounts/zhou.1/sessions";
        Call::send(Method::DELETE, path, "application/json", Vec::new())
    };
    assert!(service.asked_by(&li, all()).await.json()["ended"] != json!(0));
    assert_eq!(
        service.asked_by(&li, all()).await.json(),
        json!({"ended": 0})
    );
    let look = || Call::get("/v1/licences");
    assert_eq!(service.asked_by(&clerk, look()).await.status, 401);
    // DELETE /v1/sessions/current: it is over, and says nothing else any more.
    let clerk = service.signs_in("zhou.1", None).await;
    let leave = || {
        let path = "/v1/sessions/current";
        Call::send(Method::DELETE, path, "application/json", Vec::new())
    };
    assert_eq!(service.asked_by(&clerk, leave()).await.status, 204);
    let again = problem(&service.asked_by(&clerk, leave()).await);
    assert_eq!((again.0, again.1.as_str()), (401, "session.over"));
    // PUT …/password: it is the password, and the one before is none.
    let clerk = service.signs_in("zhou.1", None).await;
    let change = || {
        let content = json!({"old": PASSWORD, "new": "quite another phrase"});
        let path = "/v1/sessions/current/password";
        call(&Method::PUT, path, &content)
    };
    assert_eq!(service.asked_by(&clerk, change()).await.status, 204);
    let again = problem(&service.asked_by(&clerk, change()).await);
    assert_eq!((again.0, again.1.as_str()), (401, "sign-in.refused"));
    assert_eq!(service.asked_by(&clerk, look()).await.status, 200);
    let signed = service.knocks("zhou.1", "quite another phrase", "").await;
    assert_eq!(signed.status, 201);
    // POST …/activation: the invitation is used up, and the first password stays.
    let content = json!({"account": "sun.1", "person": "P-SUN", "roles": ["clerk"]});
    let opened = keyed(Call::post("/v1/accounts", &content));
    let opened = service.asked_by(&li, opened).await;
    let invitation = text(&opened.json(), "invitation");
    service.activated("sun.1", &invitation).await;
    let content = json!({"invitation": invitation, "password": "quite another phrase"});
    let again = Call::post("/v1/accounts/sun.1/activation", &content);
    let again = problem(&service.call(again).await);
    assert_eq!((again.0, again.1.as_str()), (401, "sign-in.refused"));
    service.signs_in("sun.1", None).await;
    // POST /v1/sessions: each is a session of its own.
    let (one, other) = (
        service.signs_in("sun.1", None).await,
        service.signs_in("sun.1", None).await,
    );
    assert_ne!(one.token, other.token);
}
