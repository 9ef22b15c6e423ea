//! Accepting connections under the limits of T-I1; on loopback unless configured otherwise.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use hyper::body::{Body, Incoming};
use hyper::service::Service;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tls::{Gate, Presented};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::door::{Door, MAX_FIELDS, MAX_HEADER};
use crate::framing::Watched;
use entrance::Peer;

/// Connections at once.
const MAX_CONNECTIONS: usize = 4_096;
/// How long the header of a request may take to arrive.
const HEADER: Duration = Duration::from_secs(10);
/// Octets of a request before its content, at most: line, fields and what stands between them. The door is exact.
const MAX_BUFFER: usize = 2 * MAX_HEADER;
/// Streams of one connection, at most.
const MAX_STREAMS: u32 = 200;
/// How long to rest when the system gives no more sockets.
const REST: Duration = Duration::from_millis(50);

/// Binds the address; port 0 takes a free one.
///
/// # Errors
/// As the system has it: an occupied port, above all.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Accepts connections for ever, each answered by a task of its own; protected where there is a gate, and then no others.
pub(crate) async fn serve(
    listener: TcpListener,
    door: Door,
    gate: Option<Arc<Gate>>,
) -> Infallible {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let place = places.clone().acquire_owned().await;
        let accepted = listener.accept().await;
        match accepted {
            Ok((stream, peer)) => {
                let door = door.clone().from(Peer::of(peer.ip()));
                let gate = gate.clone();
                tokio::spawn(async move {
                    let _place = place;
                    // Small answers leave at once.
                    let _best_effort = stream.set_nodelay(true);
                    match gate {
                        None => connection(stream, door).await,
                        Some(gate) => {
                            protected(&gate, stream, |presented| door.showing(presented)).await;
                        }
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(REST).await;
            }
        }
    }
}

/// One connection under TLS. Hands are shaken within the time that a header has (T-I1), while the connection holds its place.
async fn protected<S, D, B>(
    gate: &Arc<Gate>,
    stream: S,
    service: impl FnOnce(Option<Presented>) -> D,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    D: Service<Request<Incoming>, Response = Response<B>>,
    D::Future: Send + 'static,
    D::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    match tokio::time::timeout(HEADER, gate.protect(stream)).await {
        Ok(Ok((stream, presented))) => connection(stream, service(presented)).await,
        Ok(Err(error)) => tracing::debug!(%error, "a connection was not protected"),
        Err(_) => tracing::debug!("a handshake did not end in time"),
    }
}

/// One connection, whose requests a service answers.
async fn connection<S, D, B>(stream: S, service: D)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    D: Service<Request<Incoming>, Response = Response<B>>,
    D::Future: Send + 'static,
    D::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER)
        .max_buf_size(MAX_BUFFER)
        .max_headers(MAX_FIELDS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(u32::try_from(MAX_BUFFER).unwrap_or(u32::MAX));
    let stream = Watched::new(stream, HEADER);
    let served = builder
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended early");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use http_body_util::Full;
    use hyper::service::service_fn;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::task::JoinHandle;

    use super::*;

    /// A connection to a service that answers everything, and the end of it.
    fn connected() -> (DuplexStream, JoinHandle<()>) {
        let (client, stream) = duplex(1 << 20);
        let service = service_fn(|_: Request<Incoming>| async {
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"answered"))))
        });
        (client, tokio::spawn(connection(stream, service)))
    }

    /// Everything that is answered to these octets until the connection ends.
    async fn answered(octets: &[u8]) -> String {
        let (mut client, _) = connected();
        client.write_all(octets).await.expect("written");
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.expect("text");
        answer
    }

    fn statuses(answer: &str) -> Vec<&str> {
        let lines = answer.lines();
        lines
            .filter_map(|line| line.split("HTTP/1.1 ").nth(1)?.get(..3))
            .collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_says_nothing_or_not_enough_ends_after_ten_seconds() {
        for begun in [
            "",
            "PO",
            "POST / HTTP/1.1\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\n",
        ] {
            let (mut client, served) = connected();
            client.write_all(begun.as_bytes()).await.expect("written");
            tokio::time::sleep(HEADER - Duration::from_secs(1)).await;
            assert!(!served.is_finished(), "{begun:?}");
            tokio::time::sleep(Duration::from_secs(2)).await;
            assert!(served.is_finished(), "{begun:?}");
        }
    }

    /// A gate on files of its own.
    fn gate() -> (tempfile::TempDir, Arc<Gate>) {
        let folder = tempfile::tempdir().expect("a folder");
        let key = rcgen::KeyPair::generate().expect("a key");
        let terms = rcgen::CertificateParams::new(vec!["a.example".to_owned()]);
        let own = terms.expect("terms").self_signed(&key).expect("signed");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("own.pem"), own.pem()).expect("written");
        std::fs::write(at("own.key"), key.serialize_pem()).expect("written");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(at("own.key"), mode).expect("set");
        let files = tls::Files {
            certificate: at("own.pem"),
            key: at("own.key"),
            clients: Vec::new(),
            client_lists: Vec::new(),
        };
        let gate = Gate::open(files).expect("it opens");
        (folder, Arc::new(gate))
    }

    #[tokio::test(start_paused = true)]
    async fn hands_are_shaken_within_ten_seconds() {
        let (_folder, gate) = gate();
        // RFC 8446 5.1: a handshake record that says that 512 octets come.
        for begun in [&b""[..], &[22], &[22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]] {
            let (mut client, stream) = duplex(1 << 16);
            let gate = gate.clone();
            let service = |_| {
                service_fn(|_: Request<Incoming>| async {
                    Ok::<_, Infallible>(Response::new(Full::new(Bytes::new())))
                })
            };
            let served = tokio::spawn(async move { protected(&gate, stream, service).await });
            client.write_all(begun).await.expect("written");
            tokio::time::sleep(HEADER - Duration::from_secs(1)).await;
            assert!(!served.is_finished(), "{begun:?}");
            tokio::time::sleep(Duration::from_secs(2)).await;
            assert!(served.is_finished(), "{begun:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_header_that_arrives_within_ten_seconds_is_answered() {
        let (mut client, _) = connected();
        for part in [
            "GET ",
            "/ HTTP/1.1\r\nHost: a\r\n",
            "Connection: close\r\n\r\n",
        ] {
            tokio::time::sleep(Duration::from_secs(3)).await;
            client.write_all(part.as_bytes()).await.expect("written");
        }
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.expect("text");
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("answered"));
    }

    #[tokio::test(start_paused = true)]
    async fn requests_behind_each_other_are_answered_and_what_is_ambiguous_is_refused() {
        let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        let hidden = "5c\r\n\r\nGET /hidden HTTP/1.1\r\n";
        for (second, answers) in [
            (get.to_owned(), vec!["200", "200"]),
            (
                format!(
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\
                     Transfer-Encoding: chunked\r\n\r\n{hidden}"
                ),
                vec!["200", "400"],
            ),
            (
                format!(
                    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\
                     Content-Length: 4\r\n\r\n{hidden}"
                ),
                vec!["200", "400"],
            ),
            (
                "GET / HTTP/1.1\r\nHost: a\r\nA: b\n\r\n".to_owned(),
                vec!["200", "400"],
            ),
            (
                "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n".to_owned(),
                vec!["200", "400"],
            ),
        ] {
            let answer = answered(format!("{get}{second}").as_bytes()).await;
            assert_eq!(statuses(&answer), answers, "{second:?}");
            let alone = answered(second.as_bytes()).await;
            assert_eq!(statuses(&alone), answers[1..], "{second:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_hundred_fields_are_read_and_not_one_more() {
        let request = |fields: usize| {
            let fields: String = (0..fields).map(|at| format!("a-{at}: b\r\n")).collect();
            format!("GET / HTTP/1.1\r\n{fields}\r\n").into_bytes()
        };
        assert_eq!(statuses(&answered(&request(MAX_FIELDS)).await), ["200"]);
        assert_eq!(statuses(&answered(&request(MAX_FIELDS + 1)).await), ["431"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_header_beyond_the_buffer_is_refused() {
        let request = |octets: usize| {
            format!("GET / HTTP/1.1\r\na: {}\r\n\r\n", "b".repeat(octets)).into_bytes()
        };
        assert_eq!(statuses(&answered(&request(MAX_HEADER)).await), ["200"]);
        assert_eq!(statuses(&answered(&request(2 * MAX_BUFFER)).await), ["431"]);
    }

    /// A frame of HTTP/2 (RFC 9113 4.1).
    fn frame(kind: u8, flags: u8, stream: u32, content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).expect("short").to_be_bytes();
        let mut frame = length[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(content);
        frame
    }

    #[tokio::test(start_paused = true)]
    async fn two_hundred_streams_are_open_at_once_and_the_next_is_refused() {
        static OPEN: AtomicU32 = AtomicU32::new(0);
        let (mut client, stream) = duplex(1 << 20);
        let service = service_fn(|_: Request<Incoming>| async {
            OPEN.fetch_add(1, Ordering::SeqCst);
            std::future::pending::<Result<Response<Full<Bytes>>, Infallible>>().await
        });
        tokio::spawn(connection(stream, service));
        let mut octets = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
        octets.extend(frame(4, 0, 0, &[]));
        for stream in 0..=MAX_STREAMS {
            // RFC 7541 A: GET, /, http; END_STREAM and END_HEADERS.
            octets.extend(frame(1, 5, 2 * stream + 1, &[0x82, 0x84, 0x86]));
        }
        client.write_all(&octets).await.expect("written");
        let refused = loop {
            let mut head = [0; 9];
            client.read_exact(&mut head).await.expect("a frame");
            let [_, high, low, kind, _, id @ ..] = head;
            let mut content = vec![0; usize::from(u16::from_be_bytes([high, low]))];
            client.read_exact(&mut content).await.expect("its content");
            if kind == 3 {
                break (u32::from_be_bytes(id), content);
            }
        };
        // RST_STREAM with REFUSED_STREAM (RFC 9113 5.1.2, 7).
        assert_eq!(refused, (2 * MAX_STREAMS + 1, vec![0, 0, 0, 7]));
        for _ in 0..100 * MAX_STREAMS {
            tokio::task::yield_now().await;
        }
        assert_eq!(OPEN.load(Ordering::SeqCst), MAX_STREAMS);
    }
}
