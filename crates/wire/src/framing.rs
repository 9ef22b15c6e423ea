//! Where one request of HTTP/1 ends and the next begins, watched beside the parser: what two readers could read
//! differently is refused (T-I1), before it is read.
//!
//! Refused are bare LF and CR, folded fields, white space before a colon, `Content-Length` together with
//! `Transfer-Encoding`, either of them twice, any coding but `chunked`, lengths and sizes that are no plain numbers.
//! The parser then finds an octet that no request has: it answers 400 and closes. HTTP/2 has frames and is let pass.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// Octets of one line, at most: the parser gives up earlier.
const MAX_LINE: usize = 64 << 10;
/// Digits of a length or a size, at most.
const MAX_DIGITS: usize = 15;
/// The first line of HTTP/2 (RFC 9113 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0";
/// What no request has, and an end that makes the parser look at it.
const NOTHING: &[u8] = b"\0\r\n\r\n";

/// Why octets are not passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ambiguous {
    /// LF without CR, or CR without LF (RFC 9112 2.2).
    BareLineEnd,
    /// A field that goes on in the next line (RFC 9112 5.2).
    Folded,
    /// A field without a colon, or with white space before it (RFC 9112 5.1).
    Field,
    /// Both lengths, or one of them twice (RFC 9112 6.3).
    Lengths,
    /// A length or a coding of another form.
    Length,
    /// A chunk of another form (RFC 9112 7.1).
    Chunk,
    /// A line without end.
    Long,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// The first line of the connection.
    Opening,
    /// The line of a request.
    Request,
    /// A field of a header.
    Field,
    /// Content, so many octets.
    Content(u64),
    /// The size of a chunk.
    Size,
    /// A chunk and its line end, so many octets.
    Chunk(u64),
    /// A field behind the last chunk.
    Trailer,
    /// HTTP/2.
    Frames,
}

/// What was seen of a connection so far.
#[derive(Debug)]
pub struct Watch {
    at: At,
    line: Vec<u8>,
    length: Option<u64>,
    chunked: bool,
}

impl Default for Watch {
    fn default() -> Self {
        Self::new()
    }
}

impl Watch {
    /// A connection on which nothing has come yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            at: At::Opening,
            line: Vec::new(),
            length: None,
            chunked: false,
        }
    }

    /// Takes what arrived.
    ///
    /// # Errors
    /// Why the rest is refused, and how many octets stand before it.
    pub fn take(&mut self, octets: &[u8]) -> Result<(), (Ambiguous, usize)> {
        let mut rest = octets;
        while !rest.is_empty() {
            let step = match self.at {
                At::Frames => return Ok(()),
                At::Content(left) => Ok(self.pass(rest, left, At::Content, At::Request)),
                At::Chunk(left) => self.chunk(rest, left),
                At::Opening | At::Request | At::Field | At::Size | At::Trailer => self.lines(rest),
            };
            rest = step.map_err(|why| (why, octets.len() - rest.len()))?;
        }
        Ok(())
    }

    fn is_open(&self) -> bool {
        self.at != At::Opening
    }

    /// Octets that are not looked at.
    fn pass<'a>(&mut self, octets: &'a [u8], left: u64, at: fn(u64) -> At, then: At) -> &'a [u8] {
        let here = u64::try_from(octets.len()).unwrap_or(u64::MAX).min(left);
        self.at = if here == left { then } else { at(left - here) };
        octets
            .get(usize::try_from(here).unwrap_or(octets.len())..)
            .unwrap_or_default()
    }

    /// A chunk ends with CR LF: its last two octets are looked at.
    fn chunk<'a>(&mut self, octets: &'a [u8], left: u64) -> Result<&'a [u8], Ambiguous> {
        if left > 2 {
            let rest = self.pass(octets, left - 2, At::Chunk, At::Chunk(0));
            self.at = match self.at {
                At::Chunk(left) => At::Chunk(left + 2),
                at => at,
            };
            return Ok(rest);
        }
        let (first, rest) = octets.split_first().ok_or(Ambiguous::Chunk)?;
        match (left, first) {
            (2, b'\r') => self.at = At::Chunk(1),
            (1, b'\n') => self.at = At::Size,
            _ => return Err(Ambiguous::Chunk),
        }
        Ok(rest)
    }

    /// One line, or what there is of it.
    fn lines<'a>(&mut self, octets: &'a [u8]) -> Result<&'a [u8], Ambiguous> {
        let end = octets.iter().position(|octet| *octet == b'\n');
        let (here, rest) = octets.split_at(end.map_or(octets.len(), |end| end + 1));
        if self.line.len() + here.len() > MAX_LINE {
            return Err(Ambiguous::Long);
        }
        if end.is_some() && self.line.is_empty() {
            self.line_ended(here)?;
            return Ok(rest);
        }
        self.line.extend_from_slice(here);
        if end.is_some() {
            let line = std::mem::take(&mut self.line);
            self.line_ended(&line)?;
        }
        Ok(rest)
    }

    fn line_ended(&mut self, line: &[u8]) -> Result<(), Ambiguous> {
        let line = line
            .strip_suffix(b"\r\n")
            .filter(|line| !line.contains(&b'\r'))
            .ok_or(Ambiguous::BareLineEnd)?;
        match self.at {
            At::Opening if line == PREFACE => self.at = At::Frames,
            // RFC 9112 2.2: an empty line before a request is passed over.
            At::Opening | At::Request if line.is_empty() => {}
            At::Opening | At::Request => {
                (self.length, self.chunked) = (None, false);
                self.at = At::Field;
            }
            At::Field if line.is_empty() => self.at = self.content(),
            At::Field => self.field(line)?,
            At::Size => {
                self.at = match size(line)? {
                    0 => At::Trailer,
                    size => At::Chunk(size + 2),
                };
            }
            At::Trailer if line.is_empty() => self.at = At::Request,
            At::Trailer => {
                name(line)?;
            }
            At::Content(_) | At::Chunk(_) | At::Frames => {}
        }
        Ok(())
    }

    fn content(&self) -> At {
        match self.length {
            _ if self.chunked => At::Size,
            None | Some(0) => At::Request,
            Some(length) => At::Content(length),
        }
    }

    fn field(&mut self, line: &[u8]) -> Result<(), Ambiguous> {
        let (name, value) = name(line)?;
        if name.eq_ignore_ascii_case(b"content-length") {
            // RFC 9112 6.3: a message with both is handled as an error.
            if self.chunked || self.length.is_some() {
                return Err(Ambiguous::Lengths);
            }
            self.length = Some(number(value, 10).ok_or(Ambiguous::Length)?);
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if self.chunked || self.length.is_some() {
                return Err(Ambiguous::Lengths);
            }
            if !value.eq_ignore_ascii_case(b"chunked") {
                return Err(Ambiguous::Length);
            }
            self.chunked = true;
        }
        Ok(())
    }
}

/// A field's name and its value.
fn name(line: &[u8]) -> Result<(&[u8], &[u8]), Ambiguous> {
    if line.starts_with(b" ") || line.starts_with(b"\t") {
        return Err(Ambiguous::Folded);
    }
    let colon = line.iter().position(|octet| *octet == b':');
    let (name, value) = line.split_at(colon.ok_or(Ambiguous::Field)?);
    if name.is_empty() || name.iter().any(|octet| octet.is_ascii_whitespace()) {
        return Err(Ambiguous::Field);
    }
    Ok((name, value.get(1..).unwrap_or_default().trim_ascii()))
}

/// The size of a chunk; extensions behind it are the parser's to bound.
fn size(line: &[u8]) -> Result<u64, Ambiguous> {
    let end = line.iter().position(|octet| *octet == b';');
    let (digits, _) = line.split_at(end.unwrap_or(line.len()));
    number(digits, 16).ok_or(Ambiguous::Chunk)
}

fn number(digits: &[u8], base: u32) -> Option<u64> {
    let plain = |octet: &u8| char::from(*octet).is_digit(base);
    if digits.is_empty() || digits.len() > MAX_DIGITS || !digits.iter().all(plain) {
        return None;
    }
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, base).ok()
}

/// A connection that is watched, and whose first line has to be there in time.
#[derive(Debug)]
pub struct Watched<S> {
    stream: S,
    watch: Watch,
    opening: Option<Pin<Box<Sleep>>>,
    /// What is still to be read in place of what was refused.
    refused: Option<&'static [u8]>,
}

impl<S> Watched<S> {
    /// A stream on which a request has to begin within `opening`.
    pub fn new(stream: S, opening: Duration) -> Self {
        Self {
            stream,
            watch: Watch::new(),
            opening: Some(Box::pin(tokio::time::sleep(opening))),
            refused: None,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if let Some(rest) = &mut this.refused {
            let (here, after) = rest.split_at(rest.len().min(buffer.remaining()));
            buffer.put_slice(here);
            *rest = after;
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        match Pin::new(&mut this.stream).poll_read(context, buffer) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(error) => return Poll::Ready(error),
            Poll::Pending => {
                // The parser has a timer for every header but the first line, by which it tells the versions apart.
                let late = this.opening.as_mut().map(|end| end.as_mut().poll(context));
                return match late {
                    Some(Poll::Ready(())) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
                    _ => Poll::Pending,
                };
            }
        }
        let new = buffer.filled().get(before..).unwrap_or_default();
        if let Err((why, good)) = this.watch.take(new) {
            tracing::debug!(?why, "a request that can be read in two ways was refused");
            buffer.set_filled(before + good);
            let (here, after) = NOTHING.split_at(NOTHING.len().min(buffer.remaining()));
            buffer.put_slice(here);
            this.refused = Some(after);
        }
        if this.watch.is_open() {
            this.opening = None;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole, and octet by octet: where a read ends must not matter.
    fn watched(octets: &[u8]) -> Result<At, Ambiguous> {
        let mut whole = Watch::new();
        let told = whole.take(octets).map_err(|(why, _)| why);
        let told = told.map(|()| whole.at);
        let mut single = Watch::new();
        let slowly = octets.chunks(1).try_for_each(|octet| single.take(octet));
        let slowly = slowly.map_err(|(why, _)| why);
        assert_eq!(slowly.map(|()| single.at), told);
        told
    }

    #[test]
    fn what_stands_before_the_ambiguous_line_is_passed_on() {
        let good = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n";
        let both = [&good[..], b"A: b\n\r\n"].concat();
        let refused = Watch::new().take(&both);
        assert_eq!(refused, Err((Ambiguous::BareLineEnd, good.len())));
    }

    #[test]
    fn plain_requests_pass_one_behind_the_other() {
        let post = b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n\n\n\r\r\n".to_vec();
        let chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\
            a;b=c\r\n0123456\n\r9\r\n1\r\nx\r\n0\r\nEnd: 1\r\n\r\n";
        let get = b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
        for first in [&post[..], chunked, get] {
            for second in [&post[..], chunked, get] {
                let both = [first, second].concat();
                assert_eq!(watched(&both), Ok(At::Request));
            }
        }
        let mut frames = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
        frames.extend_from_slice(&[0, 0, 0, b'\n']);
        assert_eq!(watched(&frames), Ok(At::Frames));
    }

    #[test]
    fn what_two_readers_read_differently_is_refused() {
        let head = |lines: &str| watched(format!("POST / HTTP/1.1\r\n{lines}\r\n").as_bytes());
        for (lines, why) in [
            (
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                Ambiguous::Lengths,
            ),
            (
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                Ambiguous::Lengths,
            ),
            (
                "content-length: 5\r\nContent-Length: 5\r\n",
                Ambiguous::Lengths,
            ),
            (
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                Ambiguous::Lengths,
            ),
            ("Transfer-Encoding: gzip, chunked\r\n", Ambiguous::Length),
            ("Transfer-Encoding: xchunked\r\n", Ambiguous::Length),
            ("Content-Length: +5\r\n", Ambiguous::Length),
            ("Content-Length: 5, 5\r\n", Ambiguous::Length),
            ("Content-Length: 0x5\r\n", Ambiguous::Length),
            ("Content-Length: 1234567890123456\r\n", Ambiguous::Length),
            ("Content-Length:\r\n", Ambiguous::Length),
            ("Content-Length : 5\r\n", Ambiguous::Field),
            ("A: b\r\n c: d\r\n", Ambiguous::Folded),
            ("A: b\r\n\tc: d\r\n", Ambiguous::Folded),
            ("no colon\r\n", Ambiguous::Field),
            (": nothing\r\n", Ambiguous::Field),
            ("A: b\nC: d\r\n", Ambiguous::BareLineEnd),
            ("A: b\rC: d\r\n", Ambiguous::BareLineEnd),
        ] {
            assert_eq!(head(lines), Err(why), "{lines:?}");
        }
        assert_eq!(watched(b"GET / HTTP/1.1\n"), Err(Ambiguous::BareLineEnd));
        assert_eq!(head("A: b\r\n\r\n\n"), Err(Ambiguous::BareLineEnd));
    }

    #[test]
    fn chunks_that_two_readers_read_differently_are_refused() {
        let chunks = |octets: &str| {
            let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
            watched(format!("{head}{octets}").as_bytes())
        };
        assert_eq!(chunks("5\r\nabcde\r\n0\r\n\r\n"), Ok(At::Request));
        for octets in [
            "5\r\nabcdef\r\n",
            "0x5\r\n",
            "\r\n",
            "-1\r\n",
            "5 \r\n",
            "fffffffffffffffff\r\n",
        ] {
            assert_eq!(chunks(octets), Err(Ambiguous::Chunk), "{octets:?}");
        }
        assert_eq!(chunks("5\nabcde"), Err(Ambiguous::BareLineEnd));
        assert_eq!(chunks("0\r\n folded: a\r\n"), Err(Ambiguous::Folded));
    }

    #[test]
    fn a_line_is_bounded() {
        let line = |length: usize| {
            let path = "a".repeat(length - "GET / HTTP/1.1\r\n".len());
            watched(format!("GET /{path} HTTP/1.1\r\n").as_bytes())
        };
        assert_eq!(line(MAX_LINE), Ok(At::Field));
        assert_eq!(line(MAX_LINE + 1), Err(Ambiguous::Long));
    }
}
