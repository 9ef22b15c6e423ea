//! How an address is reached: read once, its name asked once, and protected where it says `https`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::http::Uri;
use axum::http::uri::{PathAndQuery, Scheme};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Octets of an address, at most.
pub(crate) const MAX_ADDRESS: usize = 2_048;

/// Why nobody was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreached {
    /// The name leads to an address that may not be called.
    Forbidden,
    /// Whoever is there does not prove to be it.
    Untrusted,
    /// Nobody is there.
    Nobody,
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) is_protected: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) path: PathAndQuery,
}

impl Target {
    pub(crate) fn parse(address: &str) -> Option<Self> {
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
    pub(crate) fn literal(&self) -> Option<IpAddr> {
        self.host.trim_matches(['[', ']']).parse().ok()
    }

    /// `@target-uri` and `Host` are what was subscribed, with the usual port left out (RFC 9421 2.2.2).
    pub(crate) fn authority(&self) -> String {
        match (self.is_protected, self.port) {
            (true, 443) | (false, 80) => self.host.clone(),
            _ => format!("{}:{}", self.host, self.port),
        }
    }

    pub(crate) fn uri(&self) -> String {
        let scheme = if self.is_protected { "https" } else { "http" };
        format!("{scheme}://{}{}", self.authority(), self.path)
    }
}

/// The roots of the system.
pub(crate) fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (added, ignored) = roots.add_parsable_certificates(found.certs);
    tracing::debug!(added, ignored, "roots of the system");
    roots
}

/// Who protects connections under these roots.
///
/// # Panics
/// Never: ring has the suites of TLS 1.2 and 1.3.
pub(crate) fn protection(roots: RootCertStore) -> TlsConnector {
    // One backend, named: never a process default.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has the suites of TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(tls))
}

/// A connection to the target. T-I8: what its name leads to is asked here, and connected to here; no second answer comes between.
pub(crate) async fn connect(
    target: &Target,
    may_reach: &(dyn Fn(IpAddr) -> bool + Sync),
) -> Result<TcpStream, Unreached> {
    let found: Vec<SocketAddr> = match target.literal() {
        Some(ip) => vec![SocketAddr::new(ip, target.port)],
        None => tokio::net::lookup_host((target.host.as_str(), target.port))
            .await
            .map_err(|_| Unreached::Nobody)?
            .collect(),
    };
    let mut refused = None;
    for address in found {
        if !may_reach(address.ip()) {
            refused = Some(Unreached::Forbidden);
            continue;
        }
        if let Ok(stream) = TcpStream::connect(address).await {
            // A small message leaves at once.
            let _best_effort = stream.set_nodelay(true);
            return Ok(stream);
        }
    }
    Err(refused.unwrap_or(Unreached::Nobody))
}

/// The connection, protected, with whoever the target names.
pub(crate) async fn protect(
    tls: &TlsConnector,
    target: &Target,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, Unreached> {
    let host = target.host.trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(host).map_err(|_| Unreached::Forbidden)?;
    let stream = tls.connect(name, stream).await;
    stream.map_err(|_| Unreached::Untrusted)
}

/// Whether an address is one of the public internet.
pub(crate) fn is_public(ip: IpAddr) -> bool {
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
