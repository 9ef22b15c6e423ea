//! Requests that are not signed as they have to be (T-P1): each is refused alike, and has no effect.

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::rt::TokioExecutor;
use server::{Call, Client, Credentials, sign};
use tests::cases;
use tests::installation::secret;
use time::{Duration, UtcDateTime};

use super::stage::{Service, problem};

const ACCOUNT: &str = "Q-APR-approvals";

/// A signed request, taken apart so that each part can be changed.
#[derive(Clone)]
struct Signed {
    method: Method,
    target: String,
    headers: HeaderMap,
    content: Vec<u8>,
}

struct Signing<'a> {
    account: &'a str,
    secret: &'a [u8],
    nonce: &'a str,
    created: UtcDateTime,
}

fn signed(service: &Service, signing: &Signing<'_>) -> Signed {
    let target = format!("{}/v1/licences", service.base);
    let content = cases::body(&cases::case("FOOD", 1).expect("a case")).to_string();
    let content = content.into_bytes();
    let mut headers = HeaderMap::new();
    let host = service.base.trim_start_matches("http://");
    for (name, value) in [
        ("host", host),
        ("content-type", "application/json"),
        ("idempotency-key", "a-request-0000001"),
    ] {
        headers.insert(name, value.parse().expect("a value"));
    }
    let credentials = Credentials {
        key: signing.account,
        secret: signing.secret,
        nonce: signing.nonce,
        created: signing.created,
    };
    sign(&Method::POST, &target, &mut headers, &content, &credentials).expect("signs");
    Signed {
        method: Method::POST,
        target,
        headers,
        content,
    }
}

async fn send(request: Signed) -> (StatusCode, serde_json::Value) {
    let pool: Pool<_, Full<Bytes>> = Pool::builder(TokioExecutor::new()).build_http();
    let mut built = Request::builder()
        .method(request.method)
        .uri(request.target);
    *built.headers_mut().expect("a request") = request.headers;
    let built = built.body(Full::new(Bytes::from(request.content)));
    let answer = pool.request(built.expect("a request")).await;
    let (parts, body) = answer.expect("an answer").into_parts();
    let content = body.collect().await.expect("whole").to_bytes();
    let content = serde_json::from_slice(&content).unwrap_or_default();
    (parts.status, content)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_not_signed_as_it_has_to_be_is_refused() {
    let service = Service::start().await;
    let own = secret(ACCOUNT);
    let good = Signing {
        account: ACCOUNT,
        secret: &own,
        nonce: "0123456789abcdef0",
        created: service.now(),
    };
    let sound = signed(&service, &good);
    let mut refused = changed(&sound);
    refused.extend(otherwise(&service, &good));
    for (what, request) in refused {
        let (status, said) = send(request).await;
        assert_eq!(
            (status.as_u16(), &said["code"]),
            (401, &"caller.not-signed".into()),
            "{what}"
        );
    }
    let (status, said) = send(sound.clone()).await;
    assert_eq!(status, 202, "{said}");
    let (status, said) = send(sound).await;
    assert_eq!(
        (status.as_u16(), &said["code"]),
        (401, &"caller.not-signed".into()),
        "replayed"
    );
}

/// The request with something changed after it was signed.
fn changed(sound: &Signed) -> Vec<(&'static str, Signed)> {
    let mut unsigned = sound.clone();
    unsigned.headers.remove("signature");
    unsigned.headers.remove("signature-input");
    let mut other_content = sound.clone();
    other_content.content = replaced(&other_content.content, b"FOOD", b"BOOK");
    let mut other_key = sound.clone();
    let key = "another-key-00001".parse().expect("a value");
    other_key.headers.insert("idempotency-key", key);
    let mut other_target = sound.clone();
    other_target.target.push_str("?a=b");
    let mut half = sound.clone();
    half.headers.remove("signature-input");
    vec![
        ("not signed", unsigned),
        ("other content", other_content),
        ("other idempotency key", other_key),
        ("other target", other_target),
        ("half a signature", half),
    ]
}

/// The request signed by somebody else, or at another time, or under another nonce.
fn otherwise(service: &Service, good: &Signing<'_>) -> Vec<(&'static str, Signed)> {
    let far = Duration::minutes(6);
    let cases = [
        (
            "a wrong secret",
            Signing {
                secret: b"another",
                ..*good
            },
        ),
        (
            "an unknown account",
            Signing {
                account: "nobody",
                ..*good
            },
        ),
        (
            "six minutes old",
            Signing {
                created: good.created - far,
                ..*good
            },
        ),
        (
            "six minutes ahead",
            Signing {
                created: good.created + far,
                ..*good
            },
        ),
        (
            "a short nonce",
            Signing {
                nonce: "short",
                ..*good
            },
        ),
    ];
    let signed = cases.map(|(what, signing)| (what, signed(service, &signing)));
    signed.into_iter().collect()
}

fn replaced(octets: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = octets
        .windows(from.len())
        .rposition(|window| window == from);
    let at = at.expect("it is there");
    [&octets[..at], to, &octets[at + from.len()..]].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_method_or_path_tells_nothing() {
    let service = Service::start().await;
    let bureau = service.at("Q-APR");
    let unknown = service.fetch("/v1/nothing").await;
    assert_eq!(problem(&unknown), (404, "not-found".to_owned()));
    let call = Call::send(
        Method::DELETE,
        "/v1/licences",
        "application/json",
        Vec::new(),
    );
    let answer = bureau.call("approvals", call, service.now()).await;
    assert_eq!(problem(&answer.expect("an answer")).0, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_used_up_its_day_is_told_when_the_next_one_begins() {
    let service = Service::start().await;
    let account = "Q-APR-few";
    let enrolled = service.installation.enrol(account, "Q-APR", 2).await;
    enrolled.expect("enrolled");
    let client = Client::anonymous(&service.base).account(account, &secret(account));
    let ask = async || {
        let call = Call::get("/v1/licences");
        client.call(call, service.now()).await.expect("an answer")
    };
    for _ in 0..2 {
        assert_eq!(ask().await.status, 200);
    }
    let refused = ask().await;
    assert_eq!(problem(&refused), (429, "caller.too-many".to_owned()));
    let after = refused
        .headers
        .get("retry-after")
        .and_then(|field| field.to_str().ok());
    let after: i64 = after.and_then(|text| text.parse().ok()).expect("seconds");
    // Days of quotas are those of UTC.
    let next = service.now() + Duration::seconds(after);
    assert_eq!(next.time(), time::Time::MIDNIGHT, "{next}");
    service.wait(time::SignedDuration::seconds(after - 1));
    assert_eq!(ask().await.status, 429);
    service.wait(time::SignedDuration::seconds(1));
    assert_eq!(ask().await.status, 200);
}
