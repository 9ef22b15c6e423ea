//! The limits of requests, each at its end and one beyond (T-I1, T-I2), and what is shed (T-A5).

use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use crypto::DigestAlgorithm;
use evidence::ocsp::{self, CertificateId};
use hyper::Method;
use issuance::FixedClock;
use pki::certificate::{Certificate, SerialNumber};
use server::{Answer, Call, Client, Period, Size, Witnesses};
use tempfile::TempDir;
use tests::customer::Customer;
use tests::installation::{Installation, NOW};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use super::stage::problem;

const UPLOAD: usize = 100 << 10;
const JSON: usize = 8 << 10;
/// What the service takes beside a document: the form around it.
const FORM: usize = 64 << 10;

/// A service with small limits.
pub(crate) struct Narrow {
    base: String,
    pub(crate) customer: Customer,
    _folder: TempDir,
}

impl Narrow {
    async fn start() -> Narrow {
        Narrow::with(Witnesses::default()).await
    }

    /// One whose log these witnesses countersign.
    pub(crate) async fn with(witnesses: Witnesses) -> Narrow {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found(folder.path(), None, NOW).await;
        let installation = installation.expect("founded");
        let clock = Arc::new(FixedClock::new(NOW));
        let office = installation.open(clock).await.expect("it opens");
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = TcpListener::bind(free).await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let mut config = installation.config(address).expect("a configuration");
        config.upload = Size(UPLOAD);
        config.json = Size(JSON);
        config.judged = 1;
        config.witnesses = witnesses;
        config.arrival = Period(std::time::Duration::ZERO);
        let never = std::future::pending();
        tokio::spawn(server::run(
            Arc::new(office),
            config,
            listener,
            Handle::current(),
            never,
        ));
        let base = format!("http://{address}");
        Narrow {
            customer: Customer::new(&installation, &base, "Q-APR"),
            base,
            _folder: folder,
        }
    }

    pub(crate) async fn send(&self, call: Call) -> Answer {
        let answer = Client::anonymous(&self.base).call(call, NOW).await;
        answer.expect("an answer")
    }

    async fn asked(&self, content: String) -> (u16, String) {
        let content = content.into_bytes();
        let call = Call::send(Method::POST, "/v1/licences", "application/json", content);
        let call = call.once("a-key-of-limits-01");
        let answer = self.customer.call("approvals", call, NOW).await;
        problem(&answer.expect("an answer"))
    }

    /// Octets as they are, and the beginning of what is answered to them.
    async fn raw(&self, octets: &[u8]) -> String {
        let address = self.base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.expect("connected");
        stream.write_all(octets).await.expect("written");
        let mut answer = vec![0; 12];
        stream.read_exact(&mut answer).await.expect("a status line");
        String::from_utf8(answer).expect("text")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_read_up_to_its_limits_and_not_beyond() {
    let service = Narrow::start().await;
    let padded = |length: usize| format!("{{{}}}", " ".repeat(length - 2));
    let malformed = (400, "request.malformed".to_owned());
    let large = (413, "request.too-large".to_owned());
    assert_eq!(service.asked(padded(JSON)).await, malformed);
    assert_eq!(service.asked(padded(JSON + 1)).await, large);
    // A request of a name that is not known is told so; deeper than 32 levels it is not read so far.
    let nested = |levels: usize| {
        let (open, close) = ("[".repeat(levels - 1), "]".repeat(levels - 1));
        format!("{{\"unknown\":{open}{close}}}")
    };
    let detail = async |content: String| {
        let content = content.into_bytes();
        let call = Call::send(Method::POST, "/v1/licences", "application/json", content);
        let call = call.once("a-key-of-limits-02");
        let answer = service.customer.call("approvals", call, NOW).await;
        answer.expect("an answer").json()["detail"].to_string()
    };
    assert!(detail(nested(32)).await.contains("unknown field"));
    let deep = detail(nested(33)).await;
    assert!(!deep.contains("unknown field"), "{deep}");
    let twice = detail("{\"photo\":null,\"photo\":null}".to_owned()).await;
    assert!(!twice.contains("missing field"), "{twice}");
    assert!(
        detail("{\"photo\":null}".to_owned())
            .await
            .contains("missing field")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_judged_up_to_its_limit_and_not_beyond() {
    let service = Narrow::start().await;
    let judged = async |octets: usize| {
        let kind = "application/octet-stream";
        let call = Call::send(Method::POST, "/v1/verifications", kind, vec![b' '; octets]);
        service.send(call).await
    };
    for octets in [0, 1, UPLOAD, UPLOAD + FORM] {
        let answer = judged(octets).await;
        assert_eq!(answer.status, 200, "{octets}");
        assert_eq!(answer.json()["verdict"], "not_processed", "{octets}");
    }
    let beyond = problem(&judged(UPLOAD + FORM + 1).await);
    assert_eq!(beyond, (413, "request.too-large".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_headers_and_requests_of_machines_are_read_up_to_their_limits_and_not_beyond() {
    let service = Narrow::start().await;
    let get = async |path: String| problem(&service.send(Call::get(path)).await);
    let url = |length: usize| format!("/{}", "a".repeat(length - 1));
    assert_eq!(get(url(8 << 10)).await, (404, "not-found".to_owned()));
    let beyond = get(url((8 << 10) + 1)).await;
    assert_eq!(beyond, (414, "request.url-too-long".to_owned()));
    let header = |length: usize| {
        format!(
            "GET /healthz HTTP/1.1\r\na: {}\r\n\r\n",
            "b".repeat(length - 1)
        )
    };
    let at = service.raw(header(16 << 10).as_bytes()).await;
    assert_eq!(at, "HTTP/1.1 200");
    let beyond = service.raw(header((16 << 10) + 1).as_bytes()).await;
    assert_eq!(beyond, "HTTP/1.1 431");
    for (path, kind, limit) in [
        ("/ocsp", "application/ocsp-request", ocsp::MAX_REQUEST),
        (
            "/tsa",
            "application/timestamp-query",
            evidence::tsp::MAX_REQUEST,
        ),
    ] {
        let post = |octets| Call::send(Method::POST, path, kind, vec![0; octets]);
        assert_eq!(service.send(post(limit)).await.status, 200);
        let beyond = problem(&service.send(post(limit + 1)).await);
        assert_eq!(beyond, (413, "request.too-large".to_owned()));
        let other = Call::send(Method::PUT, path, kind, Vec::new());
        let other = problem(&service.send(other).await);
        assert_eq!(other, (405, "method-unknown".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_is_refused_before_its_content_arrives() {
    let service = Narrow::start().await;
    let head = "POST /v1/seal-signatures HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
    assert_eq!(service.raw(head.as_bytes()).await, "HTTP/1.1 401");
    let both = "POST /v1/verifications HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\
                Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(service.raw(both.as_bytes()).await, "HTTP/1.1 400");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_finds_no_place_is_shed_and_told_when_to_come_back() {
    let service = Arc::new(Narrow::start().await);
    let mut flood = JoinSet::new();
    for _ in 0..64 {
        let service = service.clone();
        flood.spawn(async move {
            let kind = "application/octet-stream";
            let content = vec![b'%'; UPLOAD];
            let call = Call::send(Method::POST, "/v1/verifications", kind, content);
            service.send(call).await
        });
    }
    let (mut judged, mut shed) = (0, 0);
    while let Some(answer) = flood.join_next().await {
        let answer = answer.expect("no panic");
        if answer.status == 200 {
            judged += 1;
            continue;
        }
        assert_eq!(problem(&answer), (503, "service.busy".to_owned()));
        assert!(answer.headers.contains_key("retry-after"));
        shed += 1;
    }
    assert!(judged > 0 && shed > 0, "{judged} judged, {shed} shed");
    let kind = "application/octet-stream";
    let call = Call::send(Method::POST, "/v1/verifications", kind, vec![b'%'; UPLOAD]);
    assert_eq!(service.send(call).await.status, 200);
}

/// T-C8: every encoding of a request in the path is the same request, whatever slashes it has.
#[tokio::test(flavor = "multi_thread")]
async fn a_status_is_had_by_every_encoding_of_its_request() {
    let service = Narrow::start().await;
    let certificate = async |name: &str| {
        let answer = service
            .send(Call::get(format!("/certificates/{name}")))
            .await;
        Certificate::parse(&answer.content).expect("a certificate")
    };
    let issuer = certificate("ca.cer").await;
    // A serial number whose octets make slashes and pluses, one after the other.
    let serial = SerialNumber::from_hex("7ffffffffffefbefbefbefbefffffff0").expect("a serial");
    let id = CertificateId::new(DigestAlgorithm::Sha256, &issuer, &serial);
    let request = ocsp::Request::new(id, None).encode();
    let raw = STANDARD.encode(&request);
    assert!(raw.contains("//") && raw.contains('+'), "{raw}");
    let escaped = raw
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let lower = escaped
        .replace("%2B", "%2b")
        .replace("%2F", "%2f")
        .replace("%3D", "%3d");
    let bare = raw.trim_end_matches('=').to_owned();
    let url = URL_SAFE_NO_PAD.encode(&request);
    let slash = format!("/{raw}");
    for path in [raw, escaped, lower, bare, url, slash] {
        let answer = service.send(Call::get(format!("/ocsp/{path}"))).await;
        let response = ocsp::Response::parse(&answer.content).expect("a response");
        let about = response
            .singles()
            .iter()
            .map(|single| single.id().serial().to_vec());
        assert!(
            about.clone().any(|found| found == serial.octets()),
            "{path}"
        );
    }
    let answer = service.send(Call::get("/ocsp/AAA*")).await;
    let refused = ocsp::Refusal::MalformedRequest.encode();
    assert_eq!(answer.content, refused);
    assert_eq!(answer.headers["cache-control"], "no-store");
}
