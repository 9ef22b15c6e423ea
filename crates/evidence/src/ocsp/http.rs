//! The header fields of an authoritative answer over HTTP (RFC 9919 6), as values.

use time::UtcDateTime;

/// `Cache-Control` of every response that is not an authoritative answer.
pub const NO_STORE: &str = "no-store";

/// The header fields that go with one answer, written once for all who ask. Dates are in the form of RFC 9110
/// 5.6.7. `Date` is the HTTP stack's to write (RFC 9110 6.6.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers {
    /// `Last-Modified`: thisUpdate.
    pub last_modified: String,
    /// `Expires`: nextUpdate.
    pub expires: String,
    /// `ETag`: strong, the hexadecimal SHA-256 of the response.
    pub etag: String,
    next_update: UtcDateTime,
    refresh: UtcDateTime,
}

impl Headers {
    /// The fields for `response`, known as of `this_update`, good until `next_update`, to be replaced by a
    /// newer one at `refresh`.
    #[must_use]
    pub fn of(
        response: &[u8],
        this_update: UtcDateTime,
        next_update: UtcDateTime,
        refresh: UtcDateTime,
    ) -> Self {
        let digest: String = crypto::sha256(response)
            .iter()
            .map(|octet| format!("{octet:02x}"))
            .collect();
        Self {
            last_modified: http_date(this_update),
            expires: http_date(next_update),
            etag: format!("\"{digest}\""),
            next_update,
            refresh,
        }
    }

    /// `Cache-Control` of the answer when it is sent `now`.
    ///
    /// `None` from nextUpdate on: such a response is not served (T-A2).
    #[must_use]
    pub fn cache_control(&self, now: UtcDateTime) -> Option<String> {
        if now >= self.next_update {
            return None;
        }
        // RFC 9919 6: the age ends after thisUpdate and before nextUpdate, and no later than the refresh.
        let until = self.refresh.min(self.next_update);
        let age = (until - now).whole_seconds().max(0);
        Some(format!("max-age={age},public,no-transform,must-revalidate"))
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(moment: UtcDateTime) -> String {
    let (day, month) = (moment.weekday().to_string(), moment.month().to_string());
    let short = |word: &str| word.get(..3).unwrap_or_default().to_owned();
    let (hour, minute, second) = moment.as_hms();
    let (day, month, year) = (short(&day), short(&month), moment.year());
    format!(
        "{day}, {:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT",
        moment.day()
    )
}

#[cfg(test)]
mod tests {
    use time::macros::utc_datetime;

    use super::*;

    #[test]
    fn the_age_ends_with_the_refresh() {
        let this = utc_datetime!(2026-11-22 4:00);
        let next = utc_datetime!(2026-11-24 4:00);
        let refresh = utc_datetime!(2026-11-23 4:00);
        let headers = Headers::of(b"", this, next, refresh);
        assert_eq!(
            headers
                .cache_control(utc_datetime!(2026-11-23 3:59))
                .as_deref(),
            Some("max-age=60,public,no-transform,must-revalidate")
        );
        assert_eq!(headers.last_modified, "Sun, 22 Nov 2026 04:00:00 GMT");
        assert_eq!(headers.expires, "Tue, 24 Nov 2026 04:00:00 GMT");
        assert_eq!(
            headers.etag,
            "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\""
        );
        let late = headers.cache_control(utc_datetime!(2026-11-23 5:00));
        assert!(late.is_some_and(|late| late.starts_with("max-age=0,")));
        assert_eq!(headers.cache_control(next), None);
    }
}
