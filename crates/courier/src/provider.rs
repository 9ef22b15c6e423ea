//! Speaks to the OpenID provider: its metadata and keys, kept for a while, and the exchange of codes (D9, T-P1).
//!
//! One provider, that of the configuration. What it answers is read by `openid`; here are the socket, the limits and the memory:
//! no redirect is followed, nothing is waited for longer than [`LIMIT`], and a token that names a key that is not known has the keys
//! asked for again at most once in a while, whoever sends such tokens.

use std::sync::Arc;
use std::time::Duration as Wait;

use axum::body::Bytes;
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use openid::{
    AccessToken, Awaited, Exchange, IdToken, Keys, MAX_DOCUMENT, Metadata, Question, Returned,
    Terms, TokenAnswer, TokenFault, Verifier,
};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use thiserror::Error;
use time::{Duration, UtcDateTime};
use tokio::sync::Mutex;
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

use crate::reach::{Target, connect, protect, protection, system_roots};

/// How long one question to the provider may take, from its name to the last octet (*default*).
const LIMIT: Wait = Wait::from_secs(5);
/// How long its metadata and keys are taken as they are (*default*).
const FRESH: Duration = Duration::minutes(10);
/// How long they are gone on with while the provider is away (*default*): a key that it gave up is not trusted for longer.
const LASTING: Duration = Duration::hours(1);

/// Why the provider let nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// It is away, or says what cannot be used; local accounts go on.
    #[error("the provider cannot be asked")]
    Away,
    /// What it gave does not count.
    #[error(transparent)]
    Token(#[from] TokenFault),
}

/// The provider of the configuration; cheap to clone.
#[derive(Clone)]
pub struct Provider(Arc<Inner>);

struct Inner {
    terms: Terms,
    secret: Zeroizing<String>,
    tls: TlsConnector,
    /// How long it is not asked again for what it did not have or could not say.
    again: Duration,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    said: Option<Said>,
    tried: Option<UtcDateTime>,
}

/// What the provider said about itself at one moment.
#[derive(Clone)]
struct Said {
    metadata: Arc<Metadata>,
    keys: Arc<Keys>,
    at: UtcDateTime,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("Provider");
        shown.field("terms", &self.0.terms).finish_non_exhaustive()
    }
}

impl Provider {
    /// The provider of these terms, to which the client proves itself with `secret`. It is trusted under `roots`, certificates in
    /// PEM, or else under those of the system. `again`: how often it is asked for other keys, at most.
    ///
    /// # Errors
    /// The roots hold no certificate.
    pub fn new(
        terms: Terms,
        secret: Zeroizing<String>,
        roots: Option<&[u8]>,
        again: Duration,
    ) -> Result<Self, NoRoots> {
        let roots = roots.map_or_else(|| Ok(system_roots()), own_roots)?;
        Ok(Self(Arc::new(Inner {
            terms,
            secret,
            tls: protection(roots),
            again,
            known: Mutex::default(),
        })))
    }

    /// The terms.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.0.terms
    }

    /// Where somebody is sent who signs in.
    ///
    /// # Errors
    /// `Away`.
    pub async fn address(
        &self,
        question: &Question<'_>,
        now: UtcDateTime,
    ) -> Result<String, ProviderError> {
        let said = self.said(now, false).await?;
        Ok(said.metadata.address(&self.0.terms, question))
    }

    /// Who came back, once the provider gave an ID token for their code. `back` is where they came back to, and `nonce` what was
    /// asked with.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub async fn exchange(
        &self,
        returned: &Returned,
        (verifier, nonce): (&Verifier, &str),
        back: &str,
        now: UtcDateTime,
    ) -> Result<IdToken, ProviderError> {
        let said = self.said(now, false).await?;
        let terms = &self.0.terms;
        let code = returned.code(terms, &said.metadata)?;
        let secret = (terms, self.0.secret.as_str());
        let exchange = said.metadata.exchange(secret, (code, verifier), back);
        let (status, content) = self.asked(post(&exchange)?).await?;
        // RFC 6749 5.2: a code that was used or is over, a verifier that is another one's.
        if status.is_client_error() {
            return Err(TokenFault::Denied.into());
        }
        if status != StatusCode::OK {
            return Err(ProviderError::Away);
        }
        let answer = TokenAnswer::read(&content)?;
        let awaited = Awaited {
            nonce,
            access_token: Some(&answer.access_token),
        };
        let check = |keys: &Keys| IdToken::check(&answer.id_token, (terms, keys), awaited, now);
        self.checked(&check, now).await
    }

    /// What a client may do that shows this access token, over a connection with a client certificate of this SHA-256 or with none.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub async fn access(
        &self,
        token: &str,
        certificate: Option<&[u8; 32]>,
        now: UtcDateTime,
    ) -> Result<AccessToken, ProviderError> {
        let terms = &self.0.terms;
        let check = |keys: &Keys| AccessToken::check(token, (terms, keys), certificate, now);
        self.checked(&check, now).await
    }

    /// OpenID Connect Core 10.1.1: a key that is not known may be a new one.
    async fn checked<T>(
        &self,
        check: &(dyn Fn(&Keys) -> Result<T, TokenFault> + Sync),
        now: UtcDateTime,
    ) -> Result<T, ProviderError> {
        let said = self.said(now, false).await?;
        match check(&said.keys) {
            Err(TokenFault::Key) => {
                let said = self.said(now, true).await?;
                Ok(check(&said.keys)?)
            }
            checked => Ok(checked?),
        }
    }

    /// What the provider says about itself: asked for anew when it is old, or when other keys are wanted.
    async fn said(&self, now: UtcDateTime, wants_other: bool) -> Result<Said, ProviderError> {
        let mut known = self.0.known.lock().await;
        let age = known.said.as_ref().map(|said| now - said.at);
        let is_fresh = age.is_some_and(|age| age < FRESH);
        let may_ask = known.tried.is_none_or(|tried| now - tried >= self.0.again);
        if (wants_other || !is_fresh) && may_ask {
            known.tried = Some(now);
            match self.ask(now).await {
                Ok(said) => known.said = Some(said),
                Err(why) => tracing::warn!(%why, "the OpenID provider cannot be asked"),
            }
        }
        let lasts = |said: &&Said| now - said.at < LASTING;
        let said = known.said.as_ref().filter(lasts).cloned();
        said.ok_or(ProviderError::Away)
    }

    async fn ask(&self, now: UtcDateTime) -> Result<Said, &'static str> {
        let terms = &self.0.terms;
        let metadata = self.document(&terms.discovery()).await?;
        let metadata = Metadata::read(&metadata, terms).map_err(|why| {
            tracing::warn!(%why, "what the OpenID provider says about itself is not taken");
            "its metadata cannot be used"
        })?;
        let keys = self.document(metadata.keys()).await?;
        let keys = Keys::read(&keys).map_err(|_| "its keys cannot be used")?;
        Ok(Said {
            metadata: Arc::new(metadata),
            keys: Arc::new(keys),
            at: now,
        })
    }

    async fn document(&self, address: &str) -> Result<Bytes, &'static str> {
        let request = get(address).map_err(|_| "an address cannot be asked")?;
        match self.asked(request).await {
            Ok((StatusCode::OK, content)) => Ok(content),
            Ok(_) => Err("it has no document there"),
            Err(_) => Err("it does not answer"),
        }
    }

    async fn asked(
        &self,
        (target, request): (Target, Request<Full<Bytes>>),
    ) -> Result<(StatusCode, Bytes), ProviderError> {
        let answer = tokio::time::timeout(LIMIT, self.exchanged(&target, request)).await;
        answer.ok().flatten().ok_or(ProviderError::Away)
    }

    async fn exchanged(
        &self,
        target: &Target,
        request: Request<Full<Bytes>>,
    ) -> Option<(StatusCode, Bytes)> {
        // The operator chose the provider: it may lie in a network of their own.
        let stream = connect(target, &|_| true).await.ok()?;
        if !target.is_protected {
            return answered(TokioIo::new(stream), request).await;
        }
        let stream = protect(&self.0.tls, target, stream).await.ok()?;
        answered(TokioIo::new(stream), request).await
    }
}

/// The roots of the configuration hold no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the file has no certificate that could be a root")]
pub struct NoRoots;

fn own_roots(pem: &[u8]) -> Result<RootCertStore, NoRoots> {
    let mut roots = RootCertStore::empty();
    for one in CertificateDer::pem_slice_iter(pem) {
        let one = one.map_err(|_| NoRoots)?;
        roots.add(one).map_err(|_| NoRoots)?;
    }
    (!roots.is_empty()).then_some(roots).ok_or(NoRoots)
}

/// A request, and where it goes.
type Asked = (Target, Request<Full<Bytes>>);

fn get(address: &str) -> Result<Asked, ProviderError> {
    let request = Request::builder().method(Method::GET);
    addressed(address, request, Bytes::new())
}

fn post(exchange: &Exchange) -> Result<Asked, ProviderError> {
    let mut request = Request::builder()
        .method(Method::POST)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(secret) = &exchange.authorization {
        let value = HeaderValue::from_str(secret);
        let mut value = value.map_err(|_| ProviderError::Away)?;
        value.set_sensitive(true);
        request = request.header(AUTHORIZATION, value);
    }
    let content = Bytes::copy_from_slice(exchange.content.as_bytes());
    addressed(&exchange.address, request, content)
}

fn addressed(
    address: &str,
    request: axum::http::request::Builder,
    content: Bytes,
) -> Result<Asked, ProviderError> {
    let target = Target::parse(address).ok_or(ProviderError::Away)?;
    let request = request
        .uri(target.path.as_str())
        .header(HOST, target.authority())
        .header(ACCEPT, "application/json")
        .body(Full::new(content));
    Ok((target, request.map_err(|_| ProviderError::Away)?))
}

/// Status and content, which is cut off beyond its limit (T-I1).
async fn answered<S: Read + Write + Unpin>(
    stream: S,
    request: Request<Full<Bytes>>,
) -> Option<(StatusCode, Bytes)> {
    let (mut sender, connection) = http1::handshake(stream).await.ok()?;
    let mut connection = std::pin::pin!(connection);
    let mut answer = std::pin::pin!(async {
        let (parts, body) = sender.send_request(request).await.ok()?.into_parts();
        let content = Limited::new(body, MAX_DOCUMENT).collect().await.ok()?;
        Some((parts.status, content.to_bytes()))
    });
    tokio::select! {
        answer = &mut answer => answer,
        // It may have closed behind its answer.
        _closed = &mut connection => answer.await,
    }
}

#[cfg(test)]
mod tests;
