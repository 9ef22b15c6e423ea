//! Requests in the path of a GET (RFC 6960 A.1, RFC 9919 5), in every encoding that clients and what lies
//! between produce (T-C8).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use thiserror::Error;

use crate::ocsp::request::MAX_REQUEST;

/// Why a path holds no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodePath {
    /// Longer than a request of [`MAX_REQUEST`] octets can be in any encoding.
    #[error("a path of {0} octets is too long")]
    TooLong(usize),
    /// A percent sign that two hexadecimal digits do not follow.
    #[error("a percent sign without its digits")]
    Percent,
    /// Not base64.
    #[error("the path is not base64")]
    Base64,
}

/// The request in `path`, the part of the URL after the responder's own, still percent-encoded.
///
/// Accepts `/`, `+` and `=` raw or percent-encoded, a `+` that became a space, missing or superfluous
/// padding, slashes before the request, line breaks, and the base64url alphabet. Slashes inside are part of
/// the base64 and are never merged.
///
/// # Errors
/// See [`DecodePath`]; the answer to each is malformedRequest.
pub fn decode_path(path: &str) -> Result<Vec<u8>, DecodePath> {
    // Base64 makes 4 of 3, percent-encoding at most 3 of 1.
    if path.len() > MAX_REQUEST * 4 {
        return Err(DecodePath::TooLong(path.len()));
    }
    let mut text = Vec::with_capacity(path.len());
    let mut rest = path.trim_start_matches('/').as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let octet = if *first == b'%' {
            let (high, low) = match after {
                [high, low, ..] => (hexadecimal(*high)?, hexadecimal(*low)?),
                _ => return Err(DecodePath::Percent),
            };
            rest = after.get(2..).unwrap_or_default();
            high << 4 | low
        } else {
            *first
        };
        match octet {
            b' ' => text.push(b'+'),
            b'-' => text.push(b'+'),
            b'_' => text.push(b'/'),
            b'\r' | b'\n' | b'\t' => {}
            octet => text.push(octet),
        }
    }
    // Percent-encoded slashes before the request: DER begins with 0x30, base64 then with M.
    let start = text.iter().take_while(|octet| **octet == b'/').count();
    let end = text
        .iter()
        .rev()
        .take_while(|octet| **octet == b'=')
        .count();
    let bare = text
        .get(start..text.len().saturating_sub(end))
        .unwrap_or_default();
    STANDARD_NO_PAD.decode(bare).map_err(|_| DecodePath::Base64)
}

fn hexadecimal(digit: u8) -> Result<u8, DecodePath> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(DecodePath::Percent),
    }
}

/// A request as the path of a GET; `None` where the whole URL, of which `responder` is the beginning, would
/// be longer than 255 octets and the request is to be POSTed (RFC 9919 5).
#[must_use]
pub fn encode_path(responder: &str, request: &[u8]) -> Option<String> {
    let text = STANDARD
        .encode(request)
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let slash = usize::from(!responder.ends_with('/'));
    (responder.len() + slash + text.len() <= 255).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_of_one_request_is_read() {
        // Octets whose base64 has a plus, a double slash and padding.
        let request = [
            0x30, 0x03, 0xff, 0xff, 0xff, 0xff, 0xfb, 0xef, 0xbe, 0x30, 0x30,
        ];
        let text = STANDARD.encode(request);
        assert!(
            text.contains("//") && text.contains('+') && text.ends_with('='),
            "{text}"
        );
        let escaped = text
            .replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D");
        let lower = escaped
            .replace("%2B", "%2b")
            .replace("%2F", "%2f")
            .replace("%3D", "%3d");
        for path in [
            text.clone(),
            format!("/{text}"),
            format!("//{text}"),
            format!("%2F{escaped}"),
            escaped.clone(),
            lower,
            text.trim_end_matches('=').to_owned(),
            escaped.trim_end_matches("%3D").to_owned(),
            text.replace('+', "%20"),
            text.replace('+', " "),
            text.replace('+', "-").replace('/', "_"),
            text.replace('+', "-")
                .replace('/', "_")
                .trim_end_matches('=')
                .to_owned(),
            format!("{text}="),
            format!("{}%0A{}", &text[..4], &text[4..]),
            format!("{}%0D%0A", text),
        ] {
            assert_eq!(decode_path(&path).as_deref(), Ok(&request[..]), "{path}");
        }
    }

    #[test]
    fn other_paths_are_refused() {
        assert_eq!(decode_path("MAP%2"), Err(DecodePath::Percent));
        assert_eq!(decode_path("MAP%zz"), Err(DecodePath::Percent));
        assert_eq!(decode_path("MAP*"), Err(DecodePath::Base64));
        assert_eq!(decode_path("MA=P"), Err(DecodePath::Base64));
        assert_eq!(decode_path("MAP%253D"), Err(DecodePath::Base64));
        let long = "A".repeat(MAX_REQUEST * 4);
        assert!(decode_path(&long).is_ok());
        assert_eq!(
            decode_path(&format!("{long}A")),
            Err(DecodePath::TooLong(MAX_REQUEST * 4 + 1))
        );
    }

    #[test]
    fn a_long_url_becomes_a_post() {
        let responder = "http://ocsp.example/";
        let octets = |length| vec![0x30; length];
        assert!(
            encode_path(responder, &octets(170))
                .is_some_and(|path| path.len() + responder.len() <= 255)
        );
        assert_eq!(encode_path(responder, &octets(180)), None);
    }
}
