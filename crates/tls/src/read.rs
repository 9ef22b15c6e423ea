//! What the files say.

use std::path::Path;
use std::sync::Arc;

use pki::path::Anchor;
use pki::{Certificate, Crl};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{DistinguishedName, ServerConfig};
use time::UtcDateTime;

use crate::asking::Asking;
use crate::fault::Fault;
use crate::files::{self, Files};

/// What connections are protected with, and what certificates of clients are judged by.
pub(crate) struct InUse {
    pub(crate) config: Arc<ServerConfig>,
    /// From whom certificates of clients hang.
    pub(crate) anchors: Vec<Anchor>,
    /// What was revoked of them; nothing is asked where nothing is configured.
    pub(crate) lists: Vec<Crl>,
    /// When the own certificate is valid for the last time.
    pub(crate) until: UtcDateTime,
}

impl InUse {
    pub(crate) fn read(files: &Files) -> Result<Self, Fault> {
        let chain = certificates(&files.certificate)?;
        let until = until(&chain).ok_or_else(|| Fault::Certificates(files.certificate.clone()))?;
        let key = files::secret(&files.key)?;
        let key = PrivateKeyDer::from_pem_slice(&key);
        let key = key.map_err(|_| Fault::Key(files.key.clone()))?;
        let mut anchors = Vec::new();
        for path in &files.clients {
            anchors.append(&mut anchors_of(path)?);
        }
        let mut lists = Vec::new();
        for path in &files.client_lists {
            lists.append(&mut lists_of(path)?);
        }
        Ok(Self {
            config: Arc::new(config(chain, key, &anchors)?),
            anchors,
            lists,
            until,
        })
    }
}

fn config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    anchors: &[Anchor],
) -> Result<ServerConfig, Fault> {
    // One backend, named: never a process default.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone());
    let builder = builder
        .with_safe_default_protocol_versions()
        .map_err(Fault::Pair)?;
    let builder = builder.with_client_cert_verifier(asked(provider, anchors));
    let mut config = builder.with_single_cert(chain, key).map_err(Fault::Pair)?;
    // What the accept loop speaks (RFC 7301, RFC 9113 3.2).
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn asked(
    provider: Arc<CryptoProvider>,
    anchors: &[Anchor],
) -> Arc<dyn rustls::server::danger::ClientCertVerifier> {
    if anchors.is_empty() {
        return WebPkiClientVerifier::no_client_auth();
    }
    let names = anchors.iter().map(|anchor| anchor.name().der().to_vec());
    let names = names.map(DistinguishedName::from).collect();
    Arc::new(Asking::new(provider, names))
}

/// The certificates of a file, one at least.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let octets = files::octets(path)?;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&octets).collect();
    let read = read.ok().filter(|read| !read.is_empty());
    read.ok_or_else(|| Fault::Certificates(path.to_owned()))
}

fn anchors_of(path: &Path) -> Result<Vec<Anchor>, Fault> {
    let anchors = certificates(path)?.into_iter().map(|one| {
        let one = Certificate::parse(&one).ok()?;
        Anchor::of(one).ok()
    });
    let anchors: Option<Vec<_>> = anchors.collect();
    anchors.ok_or_else(|| Fault::Certificates(path.to_owned()))
}

fn lists_of(path: &Path) -> Result<Vec<Crl>, Fault> {
    let octets = files::list(path)?;
    let in_pem: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(&octets).collect();
    let lists = match in_pem {
        Ok(lists) if !lists.is_empty() => lists.iter().map(|list| Crl::parse(list)).collect(),
        _ => Crl::parse(&octets).map(|list| vec![list]),
    };
    lists.map_err(|_| Fault::List(path.to_owned()))
}

fn until(chain: &[CertificateDer<'_>]) -> Option<UtcDateTime> {
    let own = Certificate::parse(chain.first()?).ok()?;
    Some(own.validity().last)
}
