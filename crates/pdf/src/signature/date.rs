//! Dates (ISO 32000-2, 7.9.4).

use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

/// `D:YYYYMMDDHHmmSSOHH'mm`; what is left out at the end counts as the least, without an offset as UTC.
pub(super) fn parse(octets: &[u8]) -> Option<OffsetDateTime> {
    let text = std::str::from_utf8(octets).ok()?;
    let text = text.strip_prefix("D:").unwrap_or(text);
    let end = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, zone) = text.split_at(end);
    if digits.len() < 4 || digits.len() > 14 || digits.len() % 2 != 0 {
        return None;
    }
    let part = |range: std::ops::Range<usize>, least: u8| match digits.get(range) {
        Some(part) => part.parse().ok(),
        None => Some(least),
    };
    let year = digits.get(..4)?.parse().ok()?;
    let month = Month::try_from(part(4..6, 1)?).ok()?;
    let date = Date::from_calendar_date(year, month, part(6..8, 1)?).ok()?;
    let time = Time::from_hms(part(8..10, 0)?, part(10..12, 0)?, part(12..14, 0)?).ok()?;
    Some(date.with_time(time).assume_offset(offset(zone)?))
}

/// `Z`, or a sign with hours and minutes; the apostrophes may be missing.
fn offset(zone: &str) -> Option<UtcOffset> {
    let Some(sign) = zone.chars().next() else {
        return Some(UtcOffset::UTC);
    };
    let digits: String = zone
        .chars()
        .skip(1)
        .filter(|letter| *letter != '\'')
        .collect();
    let sound = digits.is_empty() || digits.len() == 2 || digits.len() == 4;
    if !sound || !digits.chars().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let part =
        |range: std::ops::Range<usize>| digits.get(range).map_or(Some(0), |part| part.parse().ok());
    let (hours, minutes): (i8, i8) = (part(0..2)?, part(2..4)?);
    match sign {
        'Z' if hours == 0 && minutes == 0 => Some(UtcOffset::UTC),
        '+' => UtcOffset::from_hms(hours, minutes, 0).ok(),
        '-' => UtcOffset::from_hms(-hours, -minutes, 0).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn dates_of_every_length_are_read() {
        for (text, moment) in [
            ("D:20260401093000+08'00'", datetime!(2026-04-01 09:30 +8)),
            ("D:20260401093000+08'00", datetime!(2026-04-01 09:30 +8)),
            ("D:20260401093000-0330", datetime!(2026-04-01 09:30 -3:30)),
            ("D:20260401093000Z00'00'", datetime!(2026-04-01 09:30 UTC)),
            ("D:20260401093000Z", datetime!(2026-04-01 09:30 UTC)),
            ("20260401", datetime!(2026-04-01 00:00 UTC)),
            ("D:2026", datetime!(2026-01-01 00:00 UTC)),
        ] {
            assert_eq!(parse(text.as_bytes()), Some(moment), "{text}");
        }
        for text in [
            "",
            "D:202",
            "D:20261301",
            "D:20260401093000+8",
            "D:20260401 09",
            "yesterday",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
