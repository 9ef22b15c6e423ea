//! Moments as UTCTime and GeneralizedTime, always in UTC and with seconds.

use time::{Date, Month, Time, UtcDateTime};

/// Whether a moment is written as UTCTime: RFC 5280 4.1.2.5, until 2049.
pub(super) fn fits_utc_time(moment: UtcDateTime) -> bool {
    (1950..2050).contains(&moment.year())
}

/// `YYMMDDHHMMSSZ`; years from 50 on are of the twentieth century (RFC 5280 4.1.2.5.1).
pub(super) fn parse_utc(text: &str) -> Option<UtcDateTime> {
    let digits = text.strip_suffix('Z').filter(|digits| digits.len() == 12)?;
    let short = number(digits.get(..2)?)?;
    let century = if short >= 50 { 1900 } else { 2000 };
    moment(century + i32::try_from(short).ok()?, digits.get(2..)?, 0)
}

/// `YYYYMMDDHHMMSS[.f…]Z`, and whether there was a fraction.
///
/// RFC 3161 2.4.2: a fraction has no trailing zeros, and none is written where it would be zero.
pub(super) fn parse_generalized(text: &str) -> Option<(UtcDateTime, bool)> {
    let text = text.strip_suffix('Z')?;
    let (whole, fraction) = match text.split_once('.') {
        None => (text, None),
        Some((whole, fraction)) => (whole, Some(fraction)),
    };
    let nanoseconds = match fraction {
        None => 0,
        Some(fraction)
            if fraction.is_empty() || fraction.ends_with('0') || fraction.len() > MAX_FRACTION =>
        {
            return None;
        }
        Some(fraction) => {
            // Digits beyond the nanosecond are read and dropped.
            number(fraction)?;
            let kept: String = fraction
                .chars()
                .chain(std::iter::repeat('0'))
                .take(9)
                .collect();
            number(&kept)?
        }
    };
    if whole.len() != 14 {
        return None;
    }
    let year = i32::try_from(number(whole.get(..4)?)?).ok()?;
    Some((
        moment(year, whole.get(4..)?, nanoseconds)?,
        fraction.is_some(),
    ))
}

const MAX_FRACTION: usize = 18;

fn moment(year: i32, rest: &str, nanoseconds: u64) -> Option<UtcDateTime> {
    let part = |from: usize| {
        rest.get(from..from + 2)
            .and_then(number)
            .and_then(|n| u8::try_from(n).ok())
    };
    let month = Month::try_from(part(0)?).ok()?;
    let date = Date::from_calendar_date(year, month, part(2)?).ok()?;
    // A leap second (60) is no moment of this calendar and is refused.
    let time = Time::from_hms_nano(
        part(4)?,
        part(6)?,
        part(8)?,
        u32::try_from(nanoseconds).ok()?,
    )
    .ok()?;
    (rest.len() == 10).then_some(UtcDateTime::new(date, time))
}

fn number(digits: &str) -> Option<u64> {
    digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| digits.parse().ok())
        .flatten()
}

/// The digits of a GeneralizedTime; a fraction only where the moment has one.
pub(super) fn write_generalized(moment: UtcDateTime) -> String {
    let whole = format!("{:04}{}", moment.year(), write_rest(moment));
    if moment.nanosecond() == 0 {
        return format!("{whole}Z");
    }
    let fraction = format!("{:09}", moment.nanosecond());
    format!("{whole}.{}Z", fraction.trim_end_matches('0'))
}

/// The digits of a UTCTime.
pub(super) fn write_utc(moment: UtcDateTime) -> String {
    format!(
        "{:02}{}Z",
        moment.year().rem_euclid(100),
        write_rest(moment)
    )
}

fn write_rest(m: UtcDateTime) -> String {
    format!(
        "{:02}{:02}{:02}{:02}{:02}",
        u8::from(m.month()),
        m.day(),
        m.hour(),
        m.minute(),
        m.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_survive_both_forms() {
        let (moment, fraction) = parse_generalized("20261122040000.25Z").expect("a moment");
        assert!(fraction);
        assert_eq!(write_generalized(moment), "20261122040000.25Z");
        assert_eq!(
            parse_utc(&write_utc(moment))
                .map(write_generalized)
                .as_deref(),
            Some("20261122040000Z")
        );
        assert_eq!(parse_utc("500101000000Z").map(|m| m.year()), Some(1950));
        assert_eq!(parse_utc("491231235959Z").map(|m| m.year()), Some(2049));
    }

    #[test]
    fn other_forms_are_refused() {
        for bad in [
            "20261122040000",
            "20261122040000+0000",
            "202611220400Z",
            "20261122040000.Z",
            "20261122040000.0Z",
            "20261122040000.50Z",
            "20261122040000,5Z",
            "20261131040000Z",
            "20260229000000Z",
            "20261122240000Z",
            "20261122235960Z",
            "2026112204000 Z",
            "+0261122040000Z",
            "20261122040000.5.5Z",
            "",
        ] {
            assert_eq!(parse_generalized(bad), None, "{bad}");
        }
        for bad in [
            "2611220400Z",
            "261122040000",
            "261122040000+0000",
            "26112204000aZ",
            "261322040000Z",
        ] {
            assert_eq!(parse_utc(bad), None, "{bad}");
        }
    }
}
