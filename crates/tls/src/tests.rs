//! The gate with clients of rustls, and certificates of every kind, judged.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer,
    ExtendedKeyUsagePurpose as Usage, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose,
    PublicKeyData as _, RevokedCertParams, SerialNumber,
};
use rustls::client::ClientConfig;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring::{default_provider, sign};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{
    DigitallySignedStruct, Error, HandshakeKind, ProtocolVersion, SignatureScheme,
    SupportedProtocolVersion, version,
};
use tempfile::TempDir;
use time::macros::{datetime, utc_datetime};
use time::{OffsetDateTime, UtcDateTime};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
use tokio_rustls::TlsConnector;

use crate::{Fault, Files, Gate, Presented, Untrusted};

const NOW: UtcDateTime = utc_datetime!(2027-03-01 08:00);
const FROM: OffsetDateTime = datetime!(2027-01-01 0:00 UTC);
const LAST: OffsetDateTime = datetime!(2028-01-01 0:00 UTC);
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut terms = CertificateParams::new(Vec::new()).expect("terms");
    terms
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    terms.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    terms.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(terms, KeyPair::generate().expect("a key")).expect("signed")
}

fn client(usages: &[Usage]) -> CertificateParams {
    let mut terms = CertificateParams::new(Vec::new()).expect("terms");
    terms
        .distinguished_name
        .push(rcgen::DnType::CommonName, "machine");
    (terms.not_before, terms.not_after) = (FROM, LAST);
    terms.serial_number = Some(SerialNumber::from(77));
    terms.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    terms.extended_key_usages = usages.to_vec();
    terms
}

/// A list of an authority on which these numbers stand.
fn list(of: &Authority, until: OffsetDateTime, revoked: &[u64]) -> Vec<u8> {
    let revoked = revoked.iter().map(|serial| RevokedCertParams {
        serial_number: SerialNumber::from(*serial),
        revocation_time: FROM,
        reason_code: None,
        invalidity_date: None,
    });
    let terms = CertificateRevocationListParams {
        this_update: FROM,
        next_update: until,
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: revoked.collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    terms.signed_by(of).expect("signed").der().to_vec()
}

/// The files of a gate in a folder of its own.
struct Place {
    folder: TempDir,
    files: Files,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let files = Files {
            certificate: at("server.pem"),
            key: at("server.key"),
            clients: Vec::new(),
            client_lists: Vec::new(),
        };
        let place = Self { folder, files };
        place.put("licences.example");
        place
    }

    /// A new certificate and key of this name.
    fn put(&self, name: &str) {
        let key = KeyPair::generate().expect("a key");
        let terms = CertificateParams::new(vec![name.to_owned()]).expect("terms");
        let own = terms.self_signed(&key).expect("signed");
        fs::write(&self.files.certificate, own.pem()).expect("written");
        self.put_key(&key.serialize_pem());
    }

    fn put_key(&self, pem: &str) {
        fs::write(&self.files.key, pem).expect("written");
        self.mode(0o600);
    }

    fn mode(&self, mode: u32) {
        fs::set_permissions(&self.files.key, Permissions::from_mode(mode)).expect("set");
    }

    fn write(&self, name: &str, octets: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, octets).expect("written");
        path
    }

    fn trusting(mut self, pem: &str) -> Self {
        self.files.clients = vec![self.write("clients.pem", pem.as_bytes())];
        self
    }

    fn with_list(mut self, octets: &[u8]) -> Self {
        self.files.client_lists = vec![self.write("clients.crl", octets)];
        self
    }

    fn gate(&self) -> Arc<Gate> {
        Arc::new(Gate::open(self.files.clone()).expect("it opens"))
    }

    fn judged(&self, chain: &[CertificateDer<'_>], now: UtcDateTime) -> Result<(), &'static str> {
        let presented = Presented::of(self.gate().standing(), chain);
        presented.judge(now).map_err(|Untrusted(code)| code)
    }
}

fn fixture(name: &str) -> (Vec<CertificateDer<'static>>, String) {
    let text = fs::read_to_string(Path::new(FIXTURES).join(name)).expect("a fixture");
    let chain = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    let chain: Result<Vec<_>, _> = chain;
    (chain.expect("certificates"), text)
}

#[test]
fn a_certificate_counts_for_what_it_was_made_for_by_whom_it_hangs_from_and_in_its_time() {
    let (ours, others) = (authority("ours"), authority("others"));
    let place = Place::new().trusting(&ours.pem());
    let key = KeyPair::generate().expect("a key");
    let by = |terms: CertificateParams, of: &Authority| {
        let signed = terms.signed_by(&key, of).expect("signed");
        place.judged(&[signed.der().clone()], NOW)
    };
    let machine = || client(&[Usage::ClientAuth]);
    assert_eq!(by(machine(), &ours), Ok(()));
    assert_eq!(by(machine(), &others), Err("path.no-issuer"));
    let server = client(&[Usage::ServerAuth]);
    assert_eq!(by(server, &ours), Err("certificate.purpose"));
    assert_eq!(by(client(&[]), &ours), Err("certificate.purpose"));
    assert_eq!(by(client(&[Usage::Any]), &ours), Err("certificate.purpose"));
    let mut over = machine();
    over.not_after = datetime!(2027-03-01 7:59:59 UTC);
    assert_eq!(by(over, &ours), Err("path.expired"));
    let mut early = machine();
    early.not_before = datetime!(2027-03-01 8:00:01 UTC);
    assert_eq!(by(early, &ours), Err("path.not-yet-valid"));
    let mut encrypts = machine();
    encrypts.key_usages = vec![KeyUsagePurpose::KeyEncipherment];
    assert!(by(encrypts, &ours).is_err());
    // The same key and the same name, signed by itself.
    let own = machine().self_signed(&key).expect("signed");
    assert_eq!(
        place.judged(&[own.der().clone()], NOW),
        Err("path.no-issuer")
    );
    // One with the anchor's own name, which another key signed.
    let double = authority("ours");
    assert_eq!(by(machine(), &double), Err("path.signature-differs"));
    let garbage = CertificateDer::from(b"no certificate".to_vec());
    assert_eq!(place.judged(&[garbage], NOW), Err("certificate.malformed"));
    assert_eq!(place.judged(&[], NOW), Err("certificate.malformed"));
}

#[test]
fn weak_keys_and_digests_do_not_count() {
    let (_, anchor) = fixture("anchor.pem");
    let place = Place::new().trusting(&anchor);
    let (sha1, _) = fixture("sha1.pem");
    assert_eq!(place.judged(&sha1, NOW), Err("path.signature-differs"));
    let (short, _) = fixture("rsa1024.pem");
    assert_eq!(place.judged(&short, NOW), Err("path.key"));
}

#[test]
fn where_lists_are_configured_a_certificate_has_to_be_on_none() {
    let ours = authority("ours");
    let key = KeyPair::generate().expect("a key");
    let machine = client(&[Usage::ClientAuth]);
    let machine = machine.signed_by(&key, &ours).expect("signed");
    let judged = |octets: Vec<u8>| {
        let place = Place::new().trusting(&ours.pem()).with_list(&octets);
        place.judged(&[machine.der().clone()], NOW)
    };
    assert_eq!(judged(list(&ours, LAST, &[76])), Ok(()));
    assert_eq!(judged(list(&ours, LAST, &[77])), Err("path.revoked"));
    let stale = list(&ours, datetime!(2027-03-01 7:59 UTC), &[]);
    assert_eq!(judged(stale), Err("path.status-unknown"));
    let others = list(&authority("others"), LAST, &[]);
    assert_eq!(judged(others), Err("path.status-unknown"));
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let fault = |change: &dyn Fn(&mut Place)| {
        let mut place = Place::new();
        change(&mut place);
        Gate::open(place.files.clone())
            .map(|_| ())
            .expect_err("refused")
    };
    assert!(matches!(fault(&|at| at.mode(0o640)), Fault::Open(_)));
    assert!(matches!(fault(&|at| at.mode(0o604)), Fault::Open(_)));
    let absent = |at: &mut Place| at.files.key = at.folder.path().join("none");
    assert!(matches!(fault(&absent), Fault::Unread { .. }));
    let empty = |at: &mut Place| at.files.certificate = at.write("empty", b"");
    assert!(matches!(fault(&empty), Fault::Certificates(_)));
    let other = |at: &mut Place| {
        at.put_key(&KeyPair::generate().expect("a key").serialize_pem());
    };
    assert!(matches!(fault(&other), Fault::Pair(_)));
    assert!(matches!(fault(&|at| at.put_key("no key")), Fault::Key(_)));
    let large = |at: &mut Place| at.put_key(&"x".repeat(1 << 16));
    assert!(matches!(fault(&large), Fault::Large(_)));
    let clients = |at: &mut Place| at.files.clients = vec![at.write("clients", b"nobody")];
    assert!(matches!(fault(&clients), Fault::Certificates(_)));
    let list = |at: &mut Place| at.files.client_lists = vec![at.write("list", b"no list")];
    assert!(matches!(fault(&list), Fault::List(_)));
}

/// Takes whatever server is there.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = default_provider().signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

/// A client with this certificate and this key, which need not belong together.
fn shown(
    versions: &[&'static SupportedProtocolVersion],
    with: Option<(&CertificateDer<'static>, &KeyPair)>,
) -> TlsConnector {
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_protocol_versions(versions).expect("versions");
    let builder = builder.dangerous();
    let builder = builder.with_custom_certificate_verifier(Arc::new(Anybody));
    let config = match with {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes());
            let key = sign::any_supported_type(&key.expect("a key")).expect("a key");
            let key = CertifiedKey::new(vec![certificate.clone()], key);
            let resolver = SingleCertAndKey::from(key);
            builder.with_client_cert_resolver(Arc::new(resolver))
        }
    };
    TlsConnector::from(Arc::new(config))
}

/// What the gate has seen of a client: how it shook hands, under which version, with which key.
type Seen = (HandshakeKind, ProtocolVersion, Option<[u8; 32]>);

/// Shakes hands and says something in both directions.
async fn met(gate: &Arc<Gate>, client: &TlsConnector) -> std::io::Result<Seen> {
    let (near, far) = duplex(1 << 16);
    let name = ServerName::try_from("licences.example").expect("a name");
    let served = async {
        let (mut stream, presented) = gate.protect(far).await?;
        let session = stream.get_ref().1;
        let kind = session.handshake_kind().expect("done");
        let version = session.protocol_version().expect("done");
        stream.write_all(b"said").await?;
        stream.shutdown().await?;
        Ok((kind, version, presented.and_then(|one| one.key())))
    };
    let asked = async {
        let mut stream = client.connect(name, near).await?;
        let mut said = [0; 4];
        stream.read_exact(&mut said).await.map(|_| ())
    };
    let (served, asked) = tokio::join!(served, asked);
    asked.and(served)
}

#[tokio::test]
async fn a_client_may_come_with_a_certificate_whose_key_it_has_and_need_not() {
    let ours = authority("ours");
    let place = Place::new().trusting(&ours.pem());
    let gate = place.gate();
    let key = KeyPair::generate().expect("a key");
    let machine = client(&[Usage::ClientAuth])
        .signed_by(&key, &ours)
        .expect("signed");
    let digest = crypto::sha256(&key.subject_public_key_info());
    for (protocol, version) in [
        (&version::TLS12, ProtocolVersion::TLSv1_2),
        (&version::TLS13, ProtocolVersion::TLSv1_3),
    ] {
        let bare = met(&gate, &shown(&[protocol], None)).await;
        assert_eq!(
            bare.expect("protected"),
            (HandshakeKind::Full, version, None)
        );
        let with = shown(&[protocol], Some((machine.der(), &key)));
        let first = met(&gate, &with).await.expect("protected");
        assert_eq!(first, (HandshakeKind::Full, version, Some(digest)));
        // Who comes again is who it was, without a certificate on the way.
        let again = met(&gate, &with).await.expect("protected");
        assert_eq!(again, (HandshakeKind::Resumed, version, Some(digest)));
        let other = KeyPair::generate().expect("a key");
        let thief = shown(&[protocol], Some((machine.der(), &other)));
        assert!(met(&gate, &thief).await.is_err(), "{version:?}");
    }
    // Where no machine is expected nobody is asked.
    let deaf = Place::new().gate();
    let with = shown(&[&version::TLS13], Some((machine.der(), &key)));
    let seen = met(&deaf, &with).await.expect("protected");
    assert_eq!(seen.2, None);
}

#[tokio::test]
async fn what_is_no_tls_is_refused() {
    let gate = Place::new().gate();
    for said in [
        &b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"[..],
        b"PRI * HTTP/2.0\r\n\r\n",
        &[0; 64],
    ] {
        let (mut near, far) = duplex(1 << 16);
        near.write_all(said).await.expect("written");
        near.shutdown().await.expect("ended");
        assert!(gate.protect(far).await.is_err(), "{said:?}");
    }
}

#[tokio::test]
async fn files_that_are_replaced_are_taken_over_and_bad_ones_are_not() {
    let place = Place::new();
    let gate = place.gate();
    assert!(!gate.look(), "nothing changed");
    let (before, key) = (
        fs::read(&place.files.certificate).expect("read"),
        fs::read_to_string(&place.files.key).expect("read"),
    );
    place.put("other.example");
    assert!(gate.look() && gate.fault().is_none());
    let after = shown(&[&version::TLS13], None);
    assert!(met(&gate, &after).await.is_ok());
    // Half of a pair: the pair of before stays in use until the other half is there.
    fs::write(&place.files.certificate, before).expect("written");
    assert!(!gate.look());
    assert!(
        gate.fault()
            .is_some_and(|fault| fault.contains("belong together"))
    );
    assert!(met(&gate, &after).await.is_ok());
    place.put_key(&key);
    assert!(gate.look() && gate.fault().is_none());
    // What others can read is not in use from its next change on, and is told.
    place.mode(0o644);
    assert!(!gate.look());
    assert!(gate.fault().is_some_and(|fault| fault.contains("0600")));
    fs::remove_file(&place.files.key).expect("removed");
    assert!(!gate.look() && gate.fault().is_some());
    assert!(met(&gate, &after).await.is_ok());
}
