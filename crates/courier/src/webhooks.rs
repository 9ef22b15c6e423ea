//! Carries deliveries to their receivers: one signed POST each, to addresses that the service may call (T-I8).
//!
//! The address is a department's own, but a department is not trusted to choose where in the service's network
//! it is called: private, link-local and loopback addresses are refused unless the configuration names them, on the
//! very address that is connected to, and no redirect is followed.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::{Random, SystemRandom};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use issuance::push::{Letter, Undelivered};
use thiserror::Error;
use tokio_rustls::TlsConnector;

use wire::message_signature::{Credentials, sign};

use crate::reach::{Target, Unreached, connect, is_public, protect, protection, system_roots};

/// How long a delivery may take, from the name of the receiver to its status (T-I8).
const LIMIT: Duration = Duration::from_secs(5);
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
    #[must_use]
    pub fn of(named: &[String], calls_itself: bool) -> Self {
        Self {
            named: named.into(),
            calls_itself,
            tls: protection(system_roots()),
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
        let may_reach = |ip| self.may_reach(&target, ip);
        let stream = connect(&target, &may_reach).await.map_err(undelivered)?;
        if !target.is_protected {
            return answered(TokioIo::new(stream), request).await;
        }
        let stream = protect(&self.tls, &target, stream).await;
        answered(TokioIo::new(stream.map_err(undelivered)?), request).await
    }
}

fn undelivered(why: Unreached) -> Undelivered {
    match why {
        Unreached::Forbidden => Undelivered::Forbidden,
        Unreached::Untrusted => Undelivered::Untrusted,
        Unreached::Nobody => Undelivered::Unreachable,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reach::MAX_ADDRESS;

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
