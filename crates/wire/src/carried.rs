//! How a request carries a session: as a bearer token, or as a cookie (T-P2).

use axum::http::{HeaderMap, header};

/// The cookie's name: the prefix has browsers keep it to this host, `Secure`, for every path (RFC 6265bis 4.1.3.2).
pub const COOKIE: &str = "__Host-yinxin";

/// The token of `Authorization: Bearer`, whatever it is; none for another scheme, or where it is not ASCII.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    // RFC 6750 2.1.
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The value of the first [`COOKIE`], whatever it is.
#[must_use]
pub fn cookie(headers: &HeaderMap) -> Option<&str> {
    kept(headers, COOKIE)
}

/// The value of the first cookie of a name, whatever it is (RFC 6265 4.2.1).
#[must_use]
pub fn kept<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    let fields = headers.get_all(header::COOKIE).iter();
    let mut pairs = fields
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(name, value)| (name == wanted).then_some(value))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_session_is_shown_as_a_bearer_token_or_as_the_cookie() {
        let mut headers = HeaderMap::new();
        assert_eq!((bearer(&headers), cookie(&headers)), (None, None));
        headers.insert(
            header::AUTHORIZATION,
            HeaderValue::from_static("bearer abc"),
        );
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("yinxin=no; __Host-yinxin=def; other=1"),
        );
        assert_eq!(
            (bearer(&headers), cookie(&headers)),
            (Some("abc"), Some("def"))
        );
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Basic abc"));
        assert_eq!(bearer(&headers), None);
    }
}
