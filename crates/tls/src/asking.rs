//! How clients are asked for a certificate: everybody may come with one, nobody has to.
//!
//! The handshake proves that the client has the key. Whether its certificate counts is found out at each request instead: a refusal then
//! has a code and a trace, which an alert of TLS has not, and what has ended since is noticed on a connection that goes on and on one
//! that is resumed, where no certificate is verified again (RFC 8446 2.2).

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

/// Certificates that a client may send beside its own, at most (T-I8).
pub(crate) const MAX_CHAIN: usize = 10;

#[derive(Debug)]
pub(crate) struct Asking {
    provider: Arc<CryptoProvider>,
    /// Whose certificates are meant (RFC 8446 4.2.4, RFC 5246 7.4.4).
    names: Vec<DistinguishedName>,
}

impl Asking {
    pub(crate) fn new(provider: Arc<CryptoProvider>, names: Vec<DistinguishedName>) -> Self {
        Self { provider, names }
    }
}

impl ClientCertVerifier for Asking {
    // T-P3: what is public, and people, need none.
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.names
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        above: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if above.len() > MAX_CHAIN {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
