//! A node that speaks TLS itself, beside one that does not, and machines with certificates.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose as Usage,
    IsCa, KeyPair, KeyUsagePurpose, PublicKeyData as _,
};
use rustls::client::ClientConfig;
use rustls::crypto::ring::{default_provider, sign};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{HandshakeKind, RootCertStore};
use serde_json::Value;
use tempfile::TempDir;
use tests::installation::{Installation, NOW, hex};
use time::{Duration, OffsetDateTime, UtcDateTime};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::super::stage::{Person, Service, keyed};
use server::{Answer, Call};

/// The address that the service says it has.
pub(super) const ORIGIN: &str = "https://licences.example";
pub(super) const OWN: &str = "Q-APR";

pub(super) type Authority = CertifiedIssuer<'static, KeyPair>;

pub(super) fn authority(name: &str) -> Authority {
    let mut terms = CertificateParams::new(Vec::new()).expect("terms");
    terms.distinguished_name.push(DnType::CommonName, name);
    terms.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    terms.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(terms, KeyPair::generate().expect("a key")).expect("signed")
}

/// A machine's key, and what it comes with.
pub(super) struct Identity {
    pub(super) key: KeyPair,
    pub(super) certificate: CertificateDer<'static>,
}

/// What a certificate of a machine says; half a year around the moment of the tests.
pub(super) fn terms(usage: Usage) -> CertificateParams {
    let mut terms = CertificateParams::new(Vec::new()).expect("terms");
    terms.distinguished_name.push(DnType::CommonName, "machine");
    let around = |by: Duration| OffsetDateTime::from(NOW + by);
    terms.not_before = around(Duration::days(-90));
    terms.not_after = around(Duration::days(90));
    terms.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    terms.extended_key_usages = vec![usage];
    terms
}

impl Identity {
    pub(super) fn of(authority: &Authority) -> Self {
        let key = KeyPair::generate().expect("a key");
        let signed = terms(Usage::ClientAuth).signed_by(&key, authority);
        let certificate = signed.expect("signed").der().clone();
        Self { key, certificate }
    }

    /// The same key with another certificate.
    pub(super) fn with(&self, terms: &CertificateParams, authority: Option<&Authority>) -> Self {
        let signed = match authority {
            Some(authority) => terms.signed_by(&self.key, authority),
            None => terms.self_signed(&self.key),
        };
        let key = KeyPair::from_pem(&self.key.serialize_pem()).expect("a key");
        let certificate = signed.expect("signed").der().clone();
        Self { key, certificate }
    }

    /// Its name in the register.
    pub(super) fn digest(&self) -> String {
        hex(&crypto::sha256(&self.key.subject_public_key_info()))
    }
}

/// A client of TLS: who comes again with the same one resumes.
pub(super) struct Client(TlsConnector);

/// A node with TLS on the same register as one without, at which people have sessions.
pub(super) struct Secured {
    pub(super) plain: Service,
    pub(super) machines: Authority,
    pub(super) address: SocketAddr,
    servers: Authority,
    files: TempDir,
}

impl Secured {
    pub(super) async fn start(database: Option<&str>) -> Self {
        let plain = Service::reached_at(ORIGIN, database).await;
        let (servers, machines) = (authority("servers"), authority("machines"));
        let files = tempfile::tempdir().expect("a folder");
        let names = ["licences.example", "localhost"].map(str::to_owned);
        let key = KeyPair::generate().expect("a key");
        let own = CertificateParams::new(names).expect("names");
        let own = own.signed_by(&key, &servers).expect("signed");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let secured = Self {
            plain,
            machines,
            address,
            servers,
            files,
        };
        secured.write("server.pem", &own.pem());
        secured.write("server.key", &key.serialize_pem());
        secured.write("servers.pem", &secured.servers.pem());
        secured.write("machines.pem", &secured.machines.pem());
        secured.node(listener).await;
        secured
    }

    /// A process of its own on the same register, with TLS.
    async fn node(&self, listener: TcpListener) {
        let path = |name: &str| self.path(name).display().to_string();
        let lines = format!(
            "[tls]\ncertificate = {:?}\nkey = {:?}\nclients = [{:?}]\n",
            path("server.pem"),
            path("server.key"),
            path("machines.pem"),
        );
        let installation: &Installation = &self.plain.installation;
        installation.configure(&lines).expect("written");
        let office = installation.open(self.plain.clock()).await;
        let office = Arc::new(office.expect("it opens"));
        let served = installation.serve_on(listener, office).await;
        served.expect("it serves");
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::write(&path, text).expect("written");
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("set");
    }

    pub(super) fn client(&self, identity: Option<&Identity>) -> Client {
        let mut roots = RootCertStore::empty();
        roots.add(self.servers.der().clone()).expect("a root");
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
        let builder = builder.with_safe_default_protocol_versions();
        let builder = builder.expect("versions").with_root_certificates(roots);
        let config = match identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let key = identity.key.serialize_pem();
                let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("a key");
                let key = sign::any_supported_type(&key).expect("a key");
                let key = CertifiedKey::new(vec![identity.certificate.clone()], key);
                let resolver = SingleCertAndKey::from(key);
                builder.with_client_cert_resolver(Arc::new(resolver))
            }
        };
        Client(TlsConnector::from(Arc::new(config)))
    }

    pub(super) async fn connect(&self, client: &Client) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(self.address).await.expect("reached");
        let name = ServerName::try_from("licences.example").expect("a name");
        client.0.connect(name, stream).await.expect("protected")
    }

    /// One request on a connection of its own.
    pub(super) async fn ask(&self, identity: Option<&Identity>, asked: Asked) -> Told {
        let mut open = self.open(&self.client(identity)).await;
        open.ask(asked).await
    }

    /// A connection that goes on.
    pub(super) async fn open(&self, client: &Client) -> Open {
        let stream = self.connect(client).await;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
        let (said, kind) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            // The kind of a handshake is known; tickets come with the first answer.
            let parts = connection.without_shutdown().await;
            let kind = parts.ok().and_then(|parts| {
                let stream = parts.io.into_inner();
                stream.get_ref().1.handshake_kind()
            });
            let _nobody_waits = said.send(kind);
        });
        Open { sender, kind }
    }

    /// Two administrators bind the key of an identity to a machine.
    pub(super) async fn bind(&self, people: &[Person; 2], (machine, identity): (&str, &Identity)) {
        for person in people {
            let answer = self.order(person, bind(machine, &identity.digest())).await;
            assert_eq!(answer.status, 200, "{}", answer.json());
        }
    }

    pub(super) async fn order(&self, person: &Person, call: Call) -> Answer {
        self.plain.asked_by(person, keyed(call)).await
    }

    pub(super) fn now(&self) -> UtcDateTime {
        self.plain.now()
    }

    /// Two administrators of the own department.
    pub(super) async fn administrators(&self) -> [Person; 2] {
        let one = ("Q-APR", "li.admin", "P-LI");
        let other = ("Q-APR", "sun.admin", "P-SUN");
        [
            self.plain.person(one, "administrator").await,
            self.plain.person(other, "administrator").await,
        ]
    }

    /// Grounds of denials in a department's trace about a machine.
    pub(super) async fn denied(&self, machine: &str) -> Vec<String> {
        let entries = self.plain.trace(OWN).await;
        let of = entries.into_iter().filter(|entry| entry.actor == machine);
        of.map(|entry| entry.ground).collect()
    }
}

pub(super) fn bind(machine: &str, digest: &str) -> Call {
    let path = format!("/v1/machines/{machine}/keys/{digest}");
    Call::send(Method::PUT, path, "application/json", Vec::new())
}

pub(super) fn unbind(machine: &str, digest: &str) -> Call {
    let path = format!("/v1/machines/{machine}/keys/{digest}");
    Call::send(Method::DELETE, path, "application/json", Vec::new())
}

/// A request of a machine.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    method: Method,
    path: String,
    content: Vec<u8>,
    fields: Vec<(String, String)>,
}

impl Asked {
    pub(super) fn get(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            ..Self::default()
        }
    }

    pub(super) fn send(method: Method, path: &str, content: &Value) -> Self {
        let kind = Self {
            method,
            content: content.to_string().into_bytes(),
            ..Self::get(path)
        };
        kind.field("content-type", "application/json")
    }

    pub(super) fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// Status, code, code of the first defect.
pub(super) type Told = (u16, String, String);

/// An open connection.
pub(super) struct Open {
    sender: http1::SendRequest<Full<Bytes>>,
    kind: tokio::sync::oneshot::Receiver<Option<HandshakeKind>>,
}

impl Open {
    pub(super) async fn ask(&mut self, asked: Asked) -> Told {
        let mut request = Request::builder().method(asked.method).uri(asked.path);
        request = request.header("host", "licences.example");
        for (name, value) in asked.fields {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(asked.content)));
        self.sender.ready().await.expect("open");
        let answer = self.sender.send_request(request.expect("a request")).await;
        let (parts, body) = answer.expect("an answer").into_parts();
        let content = body.collect().await.expect("whole").to_bytes();
        let told: Value = serde_json::from_slice(&content).unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (
            parts.status.as_u16(),
            text(&told["code"]),
            text(&told["defects"][0]["code"]),
        )
    }

    /// Ends it, and tells how hands were shaken.
    pub(super) async fn end(self) -> Option<HandshakeKind> {
        drop(self.sender);
        self.kind.await.ok().flatten()
    }
}
