//! How content arrives: within its limit, and not slower than its pace (T-I1).

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::multipart::Field;
use axum::http::Uri;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame};
use tokio::time::{Instant, timeout_at};

use crate::problem::{Code, Problem};

/// How long content may take to arrive, however little it is.
const GRACE: Duration = Duration::from_secs(10);
/// Octets a second from then on, at least.
const PACE: u64 = 1 << 10;

/// A URL that names no control character: escaped, since as it is none stands in one (RFC 3986 2.1).
///
/// # Errors
/// `request.malformed`.
pub fn inspect_url(url: &Uri) -> Result<(), Problem> {
    let url = url.path_and_query().map_or("", |url| url.as_str());
    let named = url.as_bytes().windows(3).any(|part| match part {
        [b'%', b'0' | b'1', _] => true,
        [b'%', b'7', low] => low.eq_ignore_ascii_case(&b'f'),
        _ => false,
    });
    match named {
        true => Err(Problem::new(Code::RequestMalformed).saying("the URL has a control character")),
        false => Ok(()),
    }
}

/// Content on its way.
#[derive(Debug)]
pub struct Arriving<B> {
    body: B,
    began: Instant,
    received: u64,
    limit: u64,
}

impl<B: Body<Data = Bytes> + Unpin> Arriving<B> {
    /// Content of which no more than `limit` octets are taken.
    ///
    /// # Errors
    /// `request.too-large` for content that says itself that it is larger.
    pub fn new(body: B, limit: usize) -> Result<Self, Problem> {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        if body.size_hint().lower() > limit {
            return Err(Problem::new(Code::RequestTooLarge));
        }
        Ok(Self {
            body,
            began: Instant::now(),
            received: 0,
            limit,
        })
    }

    /// How much there is, where the request says so.
    pub fn expected(&self) -> Option<u64> {
        self.body.size_hint().exact()
    }

    /// The next piece; none at the end.
    ///
    /// # Errors
    /// `request.too-large`, `request.too-slow`, `request.malformed`.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        while !self.body.is_end_stream() {
            let Some(frame) = self.frame().await? else {
                break;
            };
            // Trailers are nothing to us.
            let Ok(piece) = frame.into_data() else {
                continue;
            };
            self.received += u64::try_from(piece.len()).unwrap_or(u64::MAX);
            if self.received > self.limit {
                return Err(Problem::new(Code::RequestTooLarge));
            }
            return Ok(Some(piece));
        }
        Ok(None)
    }

    async fn frame(&mut self) -> Result<Option<Frame<Bytes>>, Problem> {
        let end = self.began + GRACE + Duration::from_millis(self.received * 1_000 / PACE);
        let mut next = pin!(self.body.frame());
        // What is there already needs no timer.
        let there = poll_fn(|context| Poll::Ready(next.as_mut().poll(context))).await;
        let frame = match there {
            Poll::Ready(frame) => frame,
            Poll::Pending => timeout_at(end, next)
                .await
                .map_err(|_| Problem::new(Code::RequestTooSlow))?,
        };
        frame
            .transpose()
            .map_err(|_| Problem::new(Code::RequestMalformed))
    }
}

/// The whole content.
///
/// # Errors
/// As [`Arriving::new`] and [`Arriving::next`].
pub async fn content<B>(body: B, limit: usize) -> Result<Bytes, Problem>
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut arriving = Arriving::new(body, limit)?;
    let expected = arriving.expected();
    let first = arriving.next().await?.unwrap_or_default();
    let Some(second) = arriving.next().await? else {
        return Ok(first);
    };
    let room = expected.and_then(|octets| usize::try_from(octets).ok());
    let mut whole = Vec::with_capacity(room.unwrap_or(first.len() + second.len()));
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&second);
    while let Some(piece) = arriving.next().await? {
        whole.extend_from_slice(&piece);
    }
    Ok(whole.into())
}

/// The octets of a part, held once.
///
/// # Errors
/// `request.malformed` where the form ends before it does.
pub async fn part(mut field: Field<'_>) -> Result<Vec<u8>, Problem> {
    let malformed = |_| Problem::new(Code::RequestMalformed);
    let mut octets = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(malformed)? {
        octets.extend_from_slice(&piece);
    }
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::Context;

    use super::*;

    /// So many octets at once after so many seconds each, of the paused clock.
    struct Dripping {
        pieces: Vec<(u64, usize)>,
        waits: Option<Pin<Box<tokio::time::Sleep>>>,
    }

    impl Dripping {
        fn of(pieces: &[(u64, usize)]) -> Self {
            Self {
                pieces: pieces.iter().rev().copied().collect(),
                waits: None,
            }
        }
    }

    impl Body for Dripping {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let Some((seconds, octets)) = self.pieces.last().copied() else {
                return Poll::Ready(None);
            };
            let wait = || Box::pin(tokio::time::sleep(Duration::from_secs(seconds)));
            let waits = self.waits.get_or_insert_with(wait);
            if waits.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            (self.waits, _) = (None, self.pieces.pop());
            Poll::Ready(Some(Ok(Frame::data(vec![b' '; octets].into()))))
        }
    }

    async fn arrived(pieces: &[(u64, usize)], limit: usize) -> Result<usize, Code> {
        let content = content(Dripping::of(pieces), limit).await;
        content
            .map(|content| content.len())
            .map_err(|problem| problem.code())
    }

    #[tokio::test(start_paused = true)]
    async fn content_is_taken_up_to_its_limit_and_not_beyond() {
        assert_eq!(arrived(&[(0, 60), (0, 40)], 100).await, Ok(100));
        assert_eq!(
            arrived(&[(0, 60), (0, 41)], 100).await,
            Err(Code::RequestTooLarge)
        );
        let said = http_body_util::Full::new(Bytes::from(vec![0; 101]));
        let refused = content(said, 100).await.map_err(|problem| problem.code());
        assert_eq!(refused, Err(Code::RequestTooLarge));
        assert_eq!(arrived(&[], 100).await, Ok(0));
    }

    #[tokio::test(start_paused = true)]
    async fn little_content_has_ten_seconds() {
        assert_eq!(arrived(&[(9, 1)], 100).await, Ok(1));
        assert_eq!(arrived(&[(11, 1)], 100).await, Err(Code::RequestTooSlow));
        assert_eq!(
            arrived(&[(9, 1), (2, 1)], 100).await,
            Err(Code::RequestTooSlow)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn after_ten_seconds_a_kibibyte_a_second_has_to_come() {
        let pace = [(9, 1 << 10); 40];
        assert_eq!(arrived(&pace[..1], 1 << 20).await, Ok(1 << 10));
        // 9 s for each KiB: the second is late by 18 s - (10 s + 1 s).
        assert_eq!(
            arrived(&pace[..2], 1 << 20).await,
            Err(Code::RequestTooSlow)
        );
        let enough = [(9, 9 << 10); 40];
        assert_eq!(arrived(&enough, 1 << 20).await, Ok(40 * (9 << 10)));
        let less = [(9, (9 << 10) - 512); 40];
        assert_eq!(arrived(&less, 1 << 20).await, Err(Code::RequestTooSlow));
    }
}
