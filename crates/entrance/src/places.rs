//! Cookies, and where browsers are led: to the provider, and to the page for people.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::sign_in::passkey::CHALLENGE;
use wire::carried::kept;
use wire::problem::{Code, Problem};

/// Where the provider sends people back to.
pub(crate) const BACK: &str = "/sign-in/openid/back";
/// What is brought back from the provider: the question, a dot, and the language of the page.
pub(crate) const ERRAND: &str = "__Host-yinxin-openid";
/// What is brought back with a second factor: the ticket, a dot, and the account.
pub(crate) const TICKET: &str = "__Host-yinxin-second";

/// Which of ours it is; none says that the browser's is taken.
pub(crate) fn language(said: Option<&str>) -> &'static str {
    match said {
        Some("zh") => "zh",
        Some("en") => "en",
        _ => "",
    }
}

/// The language of the page from which the browser went, as its cookie says.
pub(crate) fn language_of(headers: &HeaderMap) -> &'static str {
    let kept = kept(headers, ERRAND).and_then(|text| text.split_once('.'));
    language(kept.map(|(_, language)| language))
}

/// The page that signs people in: nobody is led anywhere else.
pub(crate) fn desk(language: &str, told: &str) -> String {
    match language {
        "" => format!("/desk{told}"),
        language => format!("/desk?lang={language}{told}"),
    }
}

/// A cookie of this service's own; for five minutes, or gone.
pub(crate) fn cookie(
    name: &str,
    value: &str,
    (site, age): (&str, u32),
) -> Result<HeaderValue, Problem> {
    let text = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; Secure; SameSite={site}");
    HeaderValue::from_str(&text).map_err(|_| Problem::new(Code::Internal))
}

pub(crate) fn gone(name: &str) -> Result<HeaderValue, Problem> {
    cookie(name, "", ("Strict", 0))
}

/// Another place, with these cookies.
pub(crate) fn elsewhere(place: &str, cookies: Vec<HeaderValue>) -> Result<Response, Problem> {
    let mut answer = StatusCode::SEE_OTHER.into_response();
    let headers = answer.headers_mut();
    let place = HeaderValue::from_str(place).map_err(|_| Problem::new(Code::Internal))?;
    headers.insert(header::LOCATION, place);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // What stands in the address is nobody else's.
    let silent = HeaderValue::from_static("no-referrer");
    headers.insert(header::REFERRER_POLICY, silent);
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}

pub(crate) fn octets(text: &str) -> Option<[u8; CHALLENGE]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}
