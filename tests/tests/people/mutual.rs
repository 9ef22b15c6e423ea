//! Machines that come with a certificate (T-P1): whom it lets in, what it lets do, and each that does not let in, with its code.

mod stage;

use std::process::Command;

use duties::access::{Access, ROUTES, Scope};
use hyper::{HeaderMap, Method};
use rcgen::ExtendedKeyUsagePurpose as Usage;
use rustls::HandshakeKind;
use serde_json::json;
use server::{Call, Credentials, sign};
use tests::installation::secret;
use time::{Duration, OffsetDateTime};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use self::stage::{Asked, Identity, ORIGIN, OWN, Secured, Told, authority, bind, terms, unbind};
use super::content;
use super::stage::{databases, problem};

/// What a machine asks that may read.
const READ: &str = "/v1/licences";
const MACHINE: &str = "intake-system";

fn told(status: u16, code: &str, defect: &str) -> Told {
    (status, code.to_owned(), defect.to_owned())
}

/// What a certificate is answered that does not let in.
fn barred(why: &str) -> Told {
    told(401, "caller.not-signed", why)
}

fn done() -> Told {
    told(200, "", "")
}

fn opening(scopes: &[&str]) -> Call {
    let content = json!({"machine": MACHINE, "name": "收件系统", "scopes": scopes, "quota": 1000});
    Call::post("/v1/machines", &content)
}

/// A machine with these scopes, and the identity that two administrators bound to it.
async fn bound(service: &Secured, scopes: &[&str]) -> ([super::stage::Person; 2], Identity) {
    let people = service.administrators().await;
    let opened = service.order(&people[0], opening(scopes)).await;
    assert_eq!(opened.status, 201, "{}", opened.json());
    let identity = Identity::of(&service.machines);
    service.bind(&people, (MACHINE, &identity)).await;
    (people, identity)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_is_let_in_by_a_certificate_whose_key_two_administrators_have_bound() {
    for database in databases("mutual_bound").await {
        let service = Secured::start(database.as_deref()).await;
        let people = service.administrators().await;
        let ask = async |identity| service.ask(identity, Asked::get(READ)).await;
        assert_eq!(ask(None).await, barred(""), "nothing is shown");
        let machine = Identity::of(&service.machines);
        let unbound = barred("certificate.unbound");
        assert_eq!(ask(Some(&machine)).await, unbound);
        let opened = service.order(&people[0], opening(&["read"])).await;
        assert_eq!(opened.status, 201, "{}", opened.json());
        assert_eq!(opened.json()["signs"], false);
        assert_eq!(ask(Some(&machine)).await, unbound);
        let order = || bind(MACHINE, &machine.digest());
        let first = service.order(&people[0], order()).await;
        assert_eq!(first.json()["keys"][0]["state"], "waits");
        let waits = barred("certificate.unconfirmed");
        assert_eq!(ask(Some(&machine)).await, waits);
        let alone = service.order(&people[0], order()).await;
        assert_eq!(problem(&alone).2, "machine.same-person");
        let second = service.order(&people[1], order()).await;
        assert_eq!(second.json()["keys"][0]["state"], "holds");
        assert_eq!(ask(Some(&machine)).await, done());
        // Another key beside it for a time; then the first one ends, at once.
        let next = Identity::of(&service.machines);
        service.bind(&people, (MACHINE, &next)).await;
        for either in [&machine, &next] {
            assert_eq!(ask(Some(either)).await, done());
        }
        let end = unbind(MACHINE, &machine.digest());
        assert_eq!(service.order(&people[1], end).await.status, 200);
        assert_eq!(ask(Some(&machine)).await, barred("certificate.ended"));
        assert_eq!(ask(Some(&next)).await, done());
        let back = service.order(&people[0], order()).await;
        assert_eq!(problem(&back).2, "machine.key-bound");
        let listed = service.order(&people[0], Call::get("/v1/machines")).await;
        let listed = listed.json();
        let of = listed["machines"].as_array().expect("machines");
        let of = of.iter().find(|one| one["machine"] == MACHINE);
        let keys = of.expect("the machine")["keys"].as_array().expect("keys");
        let states = [&machine, &next].map(|identity| {
            let key = keys.iter().find(|key| key["key"] == identity.digest());
            key.expect("it is listed")["state"].clone()
        });
        assert_eq!(states, ["ended", "holds"]);
        let path = format!("/v1/machines/{MACHINE}/end");
        let ended = service
            .order(&people[0], Call::post(path, &json!({})))
            .await;
        assert_eq!(ended.status, 200, "{}", ended.json());
        assert_eq!(ask(Some(&next)).await, barred("certificate.account-ended"));
        let grounds = service.denied(MACHINE).await;
        let expected = [
            "certificate.unconfirmed",
            "certificate.ended",
            "certificate.account-ended",
        ];
        assert_eq!(grounds, expected, "what is nobody's is counted, not traced");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_certificate_that_does_not_count_is_refused_with_its_reason_and_a_trace() {
    let service = Secured::start(None).await;
    let (_, machine) = bound(&service, &["read"]).await;
    let ours = &service.machines;
    let at = |by: Duration| OffsetDateTime::from(service.now() + by);
    let with = |change: &dyn Fn(&mut rcgen::CertificateParams)| {
        let mut other = terms(Usage::ClientAuth);
        change(&mut other);
        machine.with(&other, Some(ours))
    };
    let renewed = with(&|_| {});
    let cases = [
        (renewed, done()),
        (
            with(&|one| one.not_after = at(Duration::seconds(-1))),
            barred("path.expired"),
        ),
        (
            with(&|one| one.not_before = at(Duration::seconds(1))),
            barred("path.not-yet-valid"),
        ),
        (
            machine.with(&terms(Usage::ServerAuth), Some(ours)),
            barred("certificate.purpose"),
        ),
        (
            machine.with(&terms(Usage::ClientAuth), Some(&authority("others"))),
            barred("path.no-issuer"),
        ),
        (
            machine.with(&terms(Usage::ClientAuth), Some(&authority("machines"))),
            barred("path.signature-differs"),
        ),
        (
            machine.with(&terms(Usage::ClientAuth), None),
            barred("path.no-issuer"),
        ),
    ];
    for (identity, expected) in &cases {
        let answer = service.ask(Some(identity), Asked::get(READ)).await;
        assert_eq!(&answer, expected);
    }
    let grounds = service.denied(MACHINE).await;
    let expected = cases.iter().skip(1).map(|(_, told)| told.2.clone());
    assert_eq!(grounds, expected.collect::<Vec<_>>());
    // What anybody may ask, anybody asks with whatever certificate.
    for (identity, _) in &cases {
        let answer = service.ask(Some(identity), Asked::get("/healthz")).await;
        assert_eq!(answer.0, 200);
    }
    assert_eq!(service.ask(None, Asked::get("/healthz")).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_asked_for_at_each_request_of_a_connection_and_of_one_that_is_resumed() {
    let service = Secured::start(None).await;
    let (people, machine) = bound(&service, &["read"]).await;
    let client = service.client(Some(&machine));
    let mut open = service.open(&client).await;
    assert_eq!(open.ask(Asked::get(READ)).await, done());
    let mut resumed = service.open(&client).await;
    assert_eq!(resumed.ask(Asked::get(READ)).await, done());
    assert_eq!(resumed.end().await, Some(HandshakeKind::Resumed));
    let end = unbind(MACHINE, &machine.digest());
    assert_eq!(service.order(&people[0], end).await.status, 200);
    // The other node ended it: the next request knows.
    let ended = barred("certificate.ended");
    assert_eq!(open.ask(Asked::get(READ)).await, ended);
    let mut resumed = service.open(&client).await;
    assert_eq!(resumed.ask(Asked::get(READ)).await, ended);
    assert_eq!(resumed.end().await, Some(HandshakeKind::Resumed));
    // On a connection that goes on a certificate runs out, too.
    let next = Identity::of(&service.machines);
    service.bind(&people, (MACHINE, &next)).await;
    let mut open = service.open(&service.client(Some(&next))).await;
    assert_eq!(open.ask(Asked::get(READ)).await, done());
    service.plain.wait(time::SignedDuration::days(91));
    assert_eq!(open.ask(Asked::get(READ)).await, barred("path.expired"));
}

/// The fields of a signed request.
fn signed(service: &Secured, account: &str, nonce: &str) -> Asked {
    let target = format!("{ORIGIN}{READ}");
    let credentials = Credentials {
        key: account,
        secret: &secret(account),
        nonce,
        created: service.now(),
    };
    let mut headers = HeaderMap::new();
    sign(&Method::GET, &target, &mut headers, b"", &credentials).expect("signs");
    headers
        .iter()
        .fold(Asked::get(READ), |asked, (name, value)| {
            asked.field(name.as_str(), value.to_str().expect("text"))
        })
}

#[tokio::test(flavor = "multi_thread")]
async fn signature_session_and_certificate_of_one_request_do_not_contradict_each_other() {
    let service = Secured::start(None).await;
    let (people, machine) = bound(&service, &["read"]).await;
    let own = Identity::of(&service.machines);
    service.bind(&people, ("Q-APR-approvals", &own)).await;
    // Without a certificate a signature is what it is without TLS.
    let alone = signed(&service, "Q-APR-approvals", "a-nonce-of-its-own-1");
    assert_eq!(service.ask(None, alone.clone()).await, done());
    assert_eq!(
        service.ask(None, alone).await,
        barred(""),
        "its nonce was used"
    );
    let both = signed(&service, "Q-APR-approvals", "a-nonce-of-its-own-2");
    assert_eq!(service.ask(Some(&own), both.clone()).await, done());
    let other = barred("certificate.other-account");
    let both = signed(&service, "Q-APR-approvals", "a-nonce-of-its-own-3");
    assert_eq!(service.ask(Some(&machine), both.clone()).await, other);
    let stranger = Identity::of(&service.machines);
    let unbound = barred("certificate.unbound");
    assert_eq!(service.ask(Some(&stranger), both).await, unbound);
    let half = Asked::get(READ).field("signature", "request=:AAAA:");
    assert_eq!(service.ask(Some(&own), half).await, barred(""));
    // A machine that has no secret has none that could be guessed.
    let empty = Credentials {
        key: MACHINE,
        secret: &[0; 32],
        nonce: "a-nonce-of-its-own-4",
        created: service.now(),
    };
    for guess in [&[][..], &[0; 32]] {
        let mut headers = HeaderMap::new();
        let credentials = Credentials {
            secret: guess,
            ..empty
        };
        let target = format!("{ORIGIN}{READ}");
        sign(&Method::GET, &target, &mut headers, b"", &credentials).expect("signs");
        let asked = headers
            .iter()
            .fold(Asked::get(READ), |asked, (name, value)| {
                asked.field(name.as_str(), value.to_str().expect("text"))
            });
        assert_eq!(service.ask(None, asked).await, barred(""));
    }
    // Who shows a session is its person, with whatever certificate a browser has.
    let bearer = format!("Bearer {}", people[0].token);
    let session = |path: &str| Asked::get(path).field("authorization", &bearer);
    for identity in [None, Some(&machine), Some(&stranger)] {
        let answer = service.ask(identity, session("/v1/accounts")).await;
        assert_eq!(answer, done());
        let denied = service.ask(identity, session(READ)).await;
        assert_eq!(denied, told(403, "caller.not-allowed", ""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_header_says_is_a_certificate() {
    let service = Secured::start(None).await;
    let (_, machine) = bound(&service, &["read"]).await;
    let pem = format!("{:?}", machine.digest());
    let fields = [
        "x-client-cert",
        "x-forwarded-client-cert",
        "x-ssl-client-cert",
        "x-ssl-client-verify",
        "ssl-client-cert",
        "client-cert",
        "x-client-fingerprint",
        "forwarded",
    ];
    for field in fields {
        let claimed = Asked::get(READ).field(field, &pem);
        assert_eq!(service.ask(None, claimed).await, barred(""), "{field}");
        let call = Call::get(READ).field(field, pem.clone());
        assert_eq!(service.plain.call(call).await.status, 401, "{field}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_with_a_certificate_may_what_its_scopes_say_in_its_department_and_once() {
    let service = Secured::start(None).await;
    let (_, machine) = bound(&service, &["read", "notices"]).await;
    let mut open = service.open(&service.client(Some(&machine))).await;
    let mut asked = 0;
    for (method, route, access) in ROUTES {
        let Access::Asked(_, scopes) = access else {
            continue;
        };
        let method: Method = method.parse().expect("a method");
        let path = route.replace(['{', '}'], "x");
        let call = Asked::send(method, &path, &json!({}));
        let call = call.field("idempotency-key", &format!("a-machine-asks-{asked:06}"));
        let answer = open.ask(call).await;
        let may = scopes.contains(&Scope::Read) || scopes.contains(&Scope::Notices);
        match may {
            true => assert_ne!(answer.0, 401, "{route}"),
            false => assert_eq!(answer, told(403, "caller.not-allowed", ""), "{route}"),
        }
        asked += 1;
    }
    assert!(asked > 100, "{asked}");
    // Another department's seal is not there; the own one is.
    let mut seal = async |seal| open.ask(Asked::get(&format!("/v1/seals/{seal}"))).await;
    assert_eq!(seal("990102-SPZYZ-01").await, done());
    assert_eq!(seal("990102-YPJYZ-01").await, seal("990102-SPZYZ-99").await);
    // What changes something has its key, as with a signature.
    let notice = Asked::send(Method::POST, "/v1/notices", &content::notice());
    let missing = open.ask(notice.clone()).await;
    assert_eq!(missing, told(400, "idempotency.missing", ""));
    let with = notice.field("idempotency-key", "a-notice-of-a-machine-1");
    let first = open.ask(with.clone()).await;
    assert!([200, 201].contains(&first.0), "{first:?}");
    assert_eq!(open.ask(with).await, first);
    let other = Asked::send(Method::POST, "/v1/notices", &json!({}));
    let other = other.field("idempotency-key", "a-notice-of-a-machine-1");
    assert!(open.ask(other.clone()).await.0 >= 400);
    // A browser sends certificates along with what a page asks it to send.
    let page = other.field("origin", "https://elsewhere.example");
    assert_eq!(open.ask(page).await, told(403, "session.cross-origin", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_over_tls_are_counted_in_the_quota_of_their_machine() {
    let service = Secured::start(None).await;
    let people = service.administrators().await;
    let few = json!({"machine": MACHINE, "name": "收件系统", "scopes": ["read"], "quota": 2});
    let opened = service
        .order(&people[0], Call::post("/v1/machines", &few))
        .await;
    assert_eq!(opened.status, 201, "{}", opened.json());
    let machine = Identity::of(&service.machines);
    service.bind(&people, (MACHINE, &machine)).await;
    for expected in [done(), done(), told(429, "caller.too-many", "")] {
        let answer = service.ask(Some(&machine), Asked::get(READ)).await;
        assert_eq!(answer, expected);
    }
    for wrong in [
        json!({"machine": "a b c", "name": "n", "scopes": ["read"]}),
        json!({"machine": "other-system", "name": "", "scopes": ["read"]}),
        json!({"machine": "other-system", "name": "n", "scopes": []}),
        json!({"machine": "other-system", "name": "n", "scopes": ["everything"]}),
        json!({"machine": "other-system", "name": "n", "scopes": ["read"], "quota": 0}),
    ] {
        let refused = service
            .order(&people[0], Call::post("/v1/machines", &wrong))
            .await;
        assert_eq!(problem(&refused).1, "request.malformed", "{wrong}");
    }
    let taken = service
        .order(&people[0], Call::post("/v1/machines", &few))
        .await;
    assert_eq!(problem(&taken).2, "machine.taken");
    // What is another department's, or no digest, is as what is not there.
    let digest = machine.digest();
    for (name, key) in [
        ("Q-MKT-approvals", &digest[..]),
        ("nobody", &digest),
        (MACHINE, "07"),
    ] {
        let order = service.order(&people[0], bind(name, key)).await;
        assert_eq!(problem(&order).1, "not-found", "{name} {key}");
    }
}

/// Everything that is answered to these octets until the connection ends.
async fn answered<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(
    mut stream: S,
    octets: &[u8],
) -> String {
    stream.write_all(octets).await.expect("written");
    let mut answer = Vec::new();
    // A peer that closes without a word of TLS is as one that closes.
    let _cut_off = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_readers_read_differently_is_refused_over_tls_and_http_without_tls_unanswered() {
    let service = Secured::start(None).await;
    let (_, machine) = bound(&service, &["read"]).await;
    let get = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    let hidden = "5c\r\n\r\nGET /hidden HTTP/1.1\r\n";
    let pairs = [
        format!(
            "POST /verify HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n{hidden}"
        ),
        format!(
            "POST /verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n{hidden}"
        ),
        "GET /healthz HTTP/1.1\r\nHost: a\r\nA: b\n\r\n".to_owned(),
        "GET /healthz HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n".to_owned(),
    ];
    for identity in [None, Some(&machine)] {
        for second in &pairs {
            let stream = service.connect(&service.client(identity)).await;
            let answer = answered(stream, format!("{get}{second}").as_bytes()).await;
            let statuses = answer.matches("HTTP/1.1 200").count();
            assert_eq!(statuses, 1, "{second:?}: {answer}");
            assert_eq!(
                answer.matches("HTTP/1.1 400").count(),
                1,
                "{second:?}: {answer}"
            );
        }
    }
    let stream = TcpStream::connect(service.address).await.expect("reached");
    let answer = answered(stream, get.as_bytes()).await;
    assert!(!answer.contains("HTTP"), "{answer:?}");
}

/// What a program prints that asks with a certificate; nothing where it is not there.
fn printed(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    Some(String::from_utf8_lossy(&text).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn other_people_s_clients_come_with_a_certificate() {
    let service = Secured::start(None).await;
    let (_, machine) = bound(&service, &["read"]).await;
    let pem = |octets: &[u8]| {
        let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, octets);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    };
    service.write("machine.pem", &pem(&machine.certificate));
    service.write("machine.key", &machine.key.serialize_pem());
    let stranger = Identity::of(&service.machines);
    service.write("stranger.pem", &pem(&stranger.certificate));
    service.write("stranger.key", &stranger.key.serialize_pem());
    let base = format!("https://localhost:{}", service.address.port());
    let path = |name: &str| service.path(name).display().to_string();
    let client = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../api/clients/python/certified.py"
    );
    let mut judges = 0;
    for (who, expected) in [
        ("machine", "0 licences"),
        ("stranger", "certificate.unbound"),
    ] {
        let (certificate, key) = (path(&format!("{who}.pem")), path(&format!("{who}.key")));
        let asked = [client, &base, &path("servers.pem"), &certificate, &key];
        if let Some(text) = printed("python3", &asked) {
            assert!(text.contains(expected), "python: {text}");
            judges += 1;
        }
        let address = format!("{base}{READ}");
        for version in ["--tls-max", "--tlsv1.3"] {
            let version: &[&str] = match version {
                "--tls-max" => &["--tls-max", "1.2"],
                other => &[other],
            };
            let roots = path("servers.pem");
            let asked = [
                "-s",
                "--cacert",
                &roots,
                "--cert",
                &certificate,
                "--key",
                &key,
                &address,
            ];
            if let Some(text) = printed("curl", &[version, &asked].concat()) {
                let expected = if who == "machine" { "[]" } else { expected };
                assert!(text.contains(expected), "curl {version:?}: {text}");
                judges += 1;
            }
        }
    }
    assert!(
        judges > 0 || cfg!(not(target_os = "linux")),
        "no client of others is here"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_administrators_did_to_machines_stands_in_the_trace() {
    let service = Secured::start(None).await;
    let (people, machine) = bound(&service, &["read"]).await;
    let end = unbind(MACHINE, &machine.digest());
    assert_eq!(service.order(&people[1], end).await.status, 200);
    let entries = service.plain.trace(OWN).await;
    let of = entries.iter().filter(|entry| entry.object == MACHINE);
    let grounds: Vec<&str> = of.map(|entry| entry.ground.as_str()).collect();
    let expected = [
        "enrol",
        "machine.bind",
        "machine.bind-confirm",
        "machine.unbind",
    ];
    assert_eq!(grounds, expected);
}
