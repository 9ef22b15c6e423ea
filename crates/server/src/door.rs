//! The door: what every request passes before it is routed. Here are the limits of its line and its fields (T-I1), and
//! the protocols of machines are answered, whose answers cost less than their routing would.

use std::convert::Infallible;
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use entrance::Peer;
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper::{Request, Response};
use hyper_util::service::TowerToHyperService;
use tls::Presented;

use crate::machines;
use crate::numbers::Numbers;
use crate::problem::{Code, Problem};
use crate::state::App;

/// Octets of path and query, at most.
const MAX_URL: usize = 8 << 10;
/// Octets of all names and values, at most.
pub(crate) const MAX_HEADER: usize = 16 << 10;
/// Fields of a header, at most.
pub(crate) const MAX_FIELDS: usize = 100;

/// Where requests come in.
#[derive(Clone)]
pub(crate) struct Door {
    app: App,
    numbers: Arc<Numbers>,
    router: TowerToHyperService<Router>,
    peer: Peer,
    presented: Option<Presented>,
}

type Content = Either<Full<Bytes>, Body>;

impl Door {
    pub(crate) fn new(app: App, router: Router) -> Self {
        Self {
            app,
            numbers: Arc::new(Numbers::new()),
            router: TowerToHyperService::new(router),
            peer: Peer::default(),
            presented: None,
        }
    }

    /// The door of a connection.
    pub(crate) fn from(mut self, peer: Peer) -> Self {
        self.peer = peer;
        self
    }

    /// The same, for a client with this certificate.
    pub(crate) fn showing(mut self, presented: Option<Presented>) -> Self {
        self.presented = presented;
        self
    }
}

impl Service<Request<Incoming>> for Door {
    type Response = Response<Content>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (parts, body) = request.into_parts();
        if let Err(problem) = inspect(&parts) {
            let mut answer = told(problem);
            self.numbers.name(&mut answer);
            return Box::pin(ready(Ok(answer)));
        }
        let numbers = self.numbers.clone();
        let mut request = Request::from_parts(parts, body);
        let beside = request.extensions_mut();
        beside.insert(self.peer.clone());
        if let Some(presented) = &self.presented {
            beside.insert(presented.clone());
        }
        match machines::route(request.uri().path()) {
            Some(route) => {
                let app = self.app.clone();
                Box::pin(async move {
                    let answer = machines::answer(&app, route, request).await;
                    let mut answer = answer.map_or_else(told, |answer| answer.map(Either::Left));
                    numbers.name(&mut answer);
                    Ok(answer)
                })
            }
            None => {
                let routed = self.router.call(request);
                Box::pin(async move {
                    let mut answer = routed.await?.map(Either::Right);
                    numbers.name(&mut answer);
                    Ok(answer)
                })
            }
        }
    }
}

fn told(problem: Problem) -> Response<Content> {
    problem.into_response().map(Either::Right)
}

/// T-I1: the line and the fields of a request.
pub(crate) fn inspect(parts: &Parts) -> Result<(), Problem> {
    let url = parts
        .uri
        .path_and_query()
        .map_or(0, |url| url.as_str().len());
    if url > MAX_URL {
        return Err(Problem::new(Code::UrlTooLong));
    }
    crate::arrival::inspect_url(&parts.uri)?;
    let fields = &parts.headers;
    let octets: usize = fields
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if fields.len() > MAX_FIELDS || octets > MAX_HEADER {
        return Err(Problem::new(Code::HeaderTooLarge));
    }
    // RFC 9112 3.2: two hosts are none.
    if fields.get_all(header::HOST).iter().nth(1).is_some() {
        return Err(Problem::new(Code::RequestMalformed).saying("the request names two hosts"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inspected(url: &str, fields: &[(String, String)]) -> Result<(), Code> {
        let mut request = Request::builder().uri(url);
        for (name, value) in fields {
            request = request.header(name, value);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        inspect(&parts).map_err(|problem| problem.code())
    }

    #[test]
    fn a_url_is_taken_up_to_its_limit_and_not_beyond() {
        let url = |octets: usize| format!("/{}", "a".repeat(octets - 1));
        assert_eq!(inspected(&url(MAX_URL), &[]), Ok(()));
        assert_eq!(inspected(&url(MAX_URL + 1), &[]), Err(Code::UrlTooLong));
        let query = format!("/a?{}", "b".repeat(MAX_URL - 3));
        assert_eq!(inspected(&query, &[]), Ok(()));
        assert_eq!(inspected(&format!("{query}b"), &[]), Err(Code::UrlTooLong));
    }

    #[test]
    fn a_url_with_a_control_character_is_not_taken() {
        for (url, taken) in [
            ("/a%00", false),
            ("/a?b=%1F", false),
            ("/a?b=%7f", false),
            ("/%E5%8D%B0?b=%20%25", true),
        ] {
            let expected = taken.then_some(()).ok_or(Code::RequestMalformed);
            assert_eq!(inspected(url, &[]), expected, "{url}");
        }
    }

    #[test]
    fn fields_are_taken_up_to_their_number_and_not_beyond() {
        let fields = |count: usize| -> Vec<_> {
            (0..count)
                .map(|at| (format!("a-{at}"), "b".to_owned()))
                .collect()
        };
        assert_eq!(inspected("/", &fields(MAX_FIELDS)), Ok(()));
        let beyond = inspected("/", &fields(MAX_FIELDS + 1));
        assert_eq!(beyond, Err(Code::HeaderTooLarge));
    }

    #[test]
    fn a_header_is_taken_up_to_its_limit_and_not_beyond() {
        let field = |octets: usize| [("a".to_owned(), "b".repeat(octets - 1))];
        assert_eq!(inspected("/", &field(MAX_HEADER)), Ok(()));
        assert_eq!(
            inspected("/", &field(MAX_HEADER + 1)),
            Err(Code::HeaderTooLarge)
        );
    }

    #[test]
    fn two_hosts_are_none() {
        let host = |name: &str| ("host".to_owned(), name.to_owned());
        assert_eq!(inspected("/", &[host("a")]), Ok(()));
        let both = inspected("/", &[host("a"), host("b")]);
        assert_eq!(both, Err(Code::RequestMalformed));
    }
}
