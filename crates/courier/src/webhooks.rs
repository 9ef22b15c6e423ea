//! Carries deliveries to their receivers: one signed POST each, to addresses that the service may call (T-I8).
//!
//! The address is a department's own, but a department is not trusted to choose where in the service's network
//! it is called: private, link-local and loopback addresses are refused unless the configuration names them, on the
//! very address that is connected to, and no redirect is followed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::uri::{PathAndQuery, Scheme};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::{Random, SystemRandom};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use issuance::push::{Letter, Undelivered};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use wire::message_signature::{Credentials, sign};

/// How long a delivery may take, from the name of the receiver to its status (T-I8).
const LIMIT: Duration = Duration::from_secs(5);
/// Octets of an address, at most.
const MAX_ADDRESS: usize = 2_048;
/// CloudEvents 1.0 HTTP binding 3.2: structured mode.
const KIND: &str = "application/cloudevents+json; charset=utf-8";

/// Why an address is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AddressRefused {
    /// It is not `https://host/path`.
    #[error("the address is not one of the form https://host/path")]
    Form,
    /// It is not protected, and the configuration does not name its host.
    #[error("the address has to begin with https://")]
    Unprotected,
    /// It lies in a private network that the configuration does not name.
    #[error("the address lies in a private network")]
    Private,
}

/// Where a letter goes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Target {
    is_protected: bool,
    host: String,
    port: u16,
    path: PathAndQuery,
}

impl Target {
    fn parse(address: &str) -> Option<Self> {
        let uri: Uri = address.parse().ok()?;
        let is_protected = *uri.scheme()? == Scheme::HTTPS;
        let authority = uri.authority()?;
        let form = address.len() <= MAX_ADDRESS
            && (is_protected || *uri.scheme()? == Scheme::HTTP)
            && !address.contains('#')
            && !authority.as_str().contains('@');
        let usual = if is_protected { 443 } else { 80 };
        form.then(|| Self {
            is_protected,
            host: authority.host().to_ascii_lowercase(),
            port: authority.port_u16().unwrap_or(usual),
            path: uri
                .path_and_query()
                .cloned()
                .unwrap_or_else(|| PathAndQuery::from_static("/")),
        })
    }

    /// The host when it is an address itself.
    fn literal(&self) -> Option<IpAddr> {
        self.host.trim_matches(['[', ']']).parse().ok()
    }

    /// `@target-uri` and `Host` are what was subscribed, with the usual port left out (RFC 9421 2.2.2).
    fn authority(&self) -> String {
        match (self.is_protected, self.port) {
            (true, 443) | (false, 80) => self.host.clone(),
            _ => format!("{}:{}", self.host, self.port),
        }
    }

    fn uri(&self) -> String {
        let scheme = if self.is_protected { "https" } else { "http" };
        format!("{scheme}://{}{}", self.authority(), self.path)
    }
}

/// The carrier of one service; cheap to clone.
#[derive(Clone)]
pub struct Webhooks {
    named: Arc<[String]>,
    calls_itself: bool,
    tls: TlsConnector,
}

impl std::fmt::Debug for Webhooks {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Webhooks")
    }
}

impl Webhooks {
    /// A carrier that trusts the roots of the system for `https`. `named` are the hosts, with or without a port, that it may
    /// call although they are private or not protected; `calls_itself` lets it call its own machine, as a demonstration does.
    ///
    /// # Panics
    /// Never: ring has the suites of TLS 1.2 and 1.3.
    #[must_use]
    pub fn of(named: &[String], calls_itself: bool) -> Self {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        let (added, ignored) = roots.add_parsable_certificates(found.certs);
        tracing::debug!(added, ignored, "roots for receivers of events");
        // One backend, named: never a process default.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has the suites of TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            named: named.into(),
            calls_itself,
            tls: TlsConnector::from(Arc::new(tls)),
        }
    }

    /// Whether an address may be subscribed; where its name leads is asked at each delivery.
    ///
    /// # Errors
    /// [`AddressRefused`].
    pub fn inspect(&self, address: &str) -> Result<(), AddressRefused> {
        self.target(address).map(|_| ())
    }

    fn target(&self, address: &str) -> Result<Target, AddressRefused> {
        let target = Target::parse(address).ok_or(AddressRefused::Form)?;
        let literal = target.literal();
        if literal.is_some_and(|ip| !self.may_reach(&target, ip)) {
            return Err(AddressRefused::Private);
        }
        let is_here = literal.is_some_and(|ip| ip.is_loopback()) && self.calls_itself;
        (target.is_protected || is_here || self.is_named(&target))
            .then_some(target)
            .ok_or(AddressRefused::Unprotected)
    }

    fn is_named(&self, target: &Target) -> bool {
        let with_port = format!("{}:{}", target.host, target.port);
        self.named
            .iter()
            .any(|named| *named == target.host || *named == with_port)
    }

    fn may_reach(&self, target: &Target, ip: IpAddr) -> bool {
        is_public(ip) || self.is_named(target) || ip.is_loopback() && self.calls_itself
    }

    /// Carries one letter; acknowledged by any status of 200 to 299.
    ///
    /// # Errors
    /// [`Undelivered`] says whether the receiver was there.
    pub fn carry(
        &self,
        letter: Letter,
    ) -> impl Future<Output = Result<(), Undelivered>> + Send + use<> {
        let this = self.clone();
        async move {
            let status = tokio::time::timeout(LIMIT, this.exchange(&letter)).await;
            match status.unwrap_or(Err(Undelivered::Silent))? {
                status if status.is_success() => Ok(()),
                status if is_busy(status) => Err(Undelivered::Busy(status.as_u16())),
                // A redirect is no acknowledgement, and is not followed.
                status => Err(Undelivered::Refused(status.as_u16())),
            }
        }
    }

    async fn exchange(&self, letter: &Letter) -> Result<StatusCode, Undelivered> {
        let target = self
            .target(&letter.address)
            .map_err(|_| Undelivered::Forbidden)?;
        let request = request(&target, letter).ok_or(Undelivered::Forbidden)?;
        let stream = self.connect(&target).await?;
        if !target.is_protected {
            return answered(TokioIo::new(stream), request).await;
        }
        let host = target.host.trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(host).map_err(|_| Undelivered::Forbidden)?;
        let stream = self.tls.connect(name, stream).await;
        let stream = stream.map_err(|_| Undelivered::Untrusted)?;
        answered(TokioIo::new(stream), request).await
    }

    /// T-I8: what the name leads to is asked here, and connected to here: no second answer comes between.
    async fn connect(&self, target: &Target) -> Result<TcpStream, Undelivered> {
        let found: Vec<SocketAddr> = match target.literal() {
            Some(ip) => vec![SocketAddr::new(ip, target.port)],
            None => tokio::net::lookup_host((target.host.as_str(), target.port))
                .await
                .map_err(|_| Undelivered::Unreachable)?
                .collect(),
        };
        let mut refused = None;
        for address in found {
            if !self.may_reach(target, address.ip()) {
                refused = Some(Undelivered::Forbidden);
                continue;
            }
            if let Ok(stream) = TcpStream::connect(address).await {
                // A small message leaves at once.
                let _best_effort = stream.set_nodelay(true);
                return Ok(stream);
            }
        }
        Err(refused.unwrap_or(Undelivered::Unreachable))
    }
}

/// Whether a receiver may take the same delivery later (RFC 9110 15.5.9, 15.6; RFC 8470 5.2; RFC 6585 4).
fn is_busy(status: StatusCode) -> bool {
    status.is_server_error()
        || [
            StatusCode::REQUEST_TIMEOUT,
            StatusCode::TOO_EARLY,
            StatusCode::TOO_MANY_REQUESTS,
        ]
        .contains(&status)
}

/// The signed request (D9: as our callers sign theirs).
fn request(target: &Target, letter: &Letter) -> Option<Request<Full<Bytes>>> {
    let mut nonce = [0; 18];
    SystemRandom::new().fill(&mut nonce).ok()?;
    let mut headers = HeaderMap::new();
    headers.insert(HOST, HeaderValue::from_str(&target.authority()).ok()?);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(KIND));
    headers.insert(
        "idempotency-key",
        HeaderValue::from_str(&letter.event).ok()?,
    );
    let credentials = Credentials {
        key: letter.receiver.as_str(),
        secret: &letter.secret,
        nonce: &URL_SAFE_NO_PAD.encode(nonce),
        created: letter.sent,
    };
    let (method, uri) = (Method::POST, target.uri());
    sign(&method, &uri, &mut headers, &letter.content, &credentials).ok()?;
    let mut request = Request::builder().method(method).uri(target.path.as_str());
    *request.headers_mut()? = headers;
    request
        .body(Full::new(Bytes::from(letter.content.clone())))
        .ok()
}

/// The status of the answer; its content is not read.
async fn answered<S: Read + Write + Unpin>(
    stream: S,
    request: Request<Full<Bytes>>,
) -> Result<StatusCode, Undelivered> {
    let handshake = http1::handshake(stream).await;
    let (mut sender, connection) = handshake.map_err(|_| Undelivered::Unreachable)?;
    let mut connection = std::pin::pin!(connection);
    let mut answer = std::pin::pin!(sender.send_request(request));
    let answer = tokio::select! {
        answer = &mut answer => answer,
        // The receiver may have closed behind its answer.
        _closed = &mut connection => answer.await,
    };
    answer
        .map(|answer| answer.status())
        .map_err(|_| Undelivered::Unreachable)
}

/// Whether an address is one of the public internet.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// IANA's registry of IPv4 addresses for special purposes (RFC 6890), and multicast.
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [first, second, third, _] = ip.octets();
    let is_special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || first == 0
        || first >= 240
        || first == 100 && (64..128).contains(&second)
        || first == 192 && second == 0 && third == 0
        || first == 192 && second == 88 && third == 99
        || first == 198 && (18..20).contains(&second);
    !is_special
}

/// Global unicast alone (RFC 4291 2.4), and none of it that carries an IPv4 address or is set aside.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(ip) = ip.to_ipv4_mapped() {
        return is_public_v4(ip);
    }
    let [first, second, ..] = ip.segments();
    let is_global = first & 0xe000 == 0x2000;
    // 2001::/23 for protocols (Teredo among them), 2001:db8::/32 and 3fff::/20 documentation, 2002::/16 6to4.
    let is_special = first == 0x2001 && (second < 0x0200 || second == 0x0db8)
        || first == 0x2002
        || first == 0x3fff && second < 0x1000;
    is_global && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhooks(calls_itself: bool, named: &[&str]) -> Webhooks {
        let named: Vec<String> = named.iter().map(|&host| host.to_owned()).collect();
        Webhooks::of(&named, calls_itself)
    }

    #[test]
    fn private_link_local_and_special_addresses_are_refused() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.0.8",
            "198.18.0.1",
            "203.0.113.7",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "2001::1",
        ] {
            let ip: IpAddr = text.parse().expect("an address");
            assert!(!is_public(ip), "{text}");
        }
        for text in ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"] {
            let ip: IpAddr = text.parse().expect("an address");
            assert!(is_public(ip), "{text}");
        }
    }

    #[test]
    fn an_address_is_protected_and_public_unless_the_configuration_names_it() {
        use AddressRefused::{Form, Private, Unprotected};
        let production = webhooks(false, &["10.1.2.3:8443", "events.inside"]);
        for (address, refused) in [
            ("https://events.example/yinxin?x=1", None),
            ("https://events.example", None),
            ("http://events.example/", Some(Unprotected)),
            ("http://events.inside/", None),
            ("https://10.1.2.3:8443/", None),
            ("https://10.1.2.3/", Some(Private)),
            ("https://127.0.0.1/", Some(Private)),
            ("https://[::1]/", Some(Private)),
            ("https://169.254.169.254/latest", Some(Private)),
            ("https://user:secret@events.example/", Some(Form)),
            ("https://events.example/#part", Some(Form)),
            ("ftp://events.example/", Some(Form)),
            ("/events", Some(Form)),
            ("events.example", Some(Form)),
            ("", Some(Form)),
        ] {
            assert_eq!(production.inspect(address).err(), refused, "{address}");
        }
        let long = format!("https://events.example/{}", "x".repeat(MAX_ADDRESS));
        assert_eq!(production.inspect(&long), Err(Form));
    }

    #[test]
    fn a_demonstration_calls_its_own_machine() {
        let example = webhooks(true, &[]);
        assert_eq!(example.inspect("http://127.0.0.1:9000/events"), Ok(()));
        assert_eq!(
            example.inspect("http://192.168.1.1/"),
            Err(AddressRefused::Private)
        );
    }
}
