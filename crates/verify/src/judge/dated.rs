//! The time that `Signature.xml` names, beside the one in what was signed with a key (T-V5). It is free text that decides
//! nothing; where it says another time than the signature does, that is told.

use finding::Finding;
use time::{Date, Duration, Month, Time, UtcDateTime, UtcOffset};

use crate::report::told;

/// How far the two may be from each other and mean the same: the text is written first, then every file is hashed, and the
/// value comes from a device that may wait for its holder's word.
const APART: Duration = Duration::minutes(5);
/// China's zone, in which text without one is read.
const ZONE: UtcOffset = match UtcOffset::from_hms(8, 0, 0) {
    Ok(zone) => zone,
    Err(_) => UtcOffset::UTC,
};
/// How dates are written, `d` for a digit, a space also for T: the first after the usual sample of the standard.
const FORMS: [&str; 3] = [
    "dddddddddddddd",
    "dddd-dd-dd dd:dd:dd",
    "dddd/dd/dd dd:dd:dd",
];

/// Tells where `written` differs from what the signature allows, its first and last moment. Nothing is told of text that is
/// absent or in no form that is known: there is nothing to compare.
pub(super) fn inspect(
    written: Option<&str>,
    (first, last): (UtcDateTime, UtcDateTime),
) -> Option<Finding> {
    let readings = readings(written?.trim())?;
    let away = |moment: UtcDateTime| {
        if moment < first {
            (first - moment, "before", first)
        } else {
            ((moment - last).max(Duration::ZERO), "after", last)
        }
    };
    let nearest = readings.into_iter().map(away);
    let (apart, side, bound) = nearest.min_by_key(|(apart, ..)| *apart)?;
    (apart > APART).then(|| {
        let whole = apart.whole_seconds();
        let (hours, minutes, seconds) = (whole / 3_600, whole / 60 % 60, whole % 60);
        Finding::of("ofd.time-differs").because(format_args!(
            "{hours}:{minutes:02}:{seconds:02} {side} {}",
            told(bound)
        ))
    })
}

/// The moments that a date can mean. Without a zone it is the wall clock of China, or of a machine in UTC; so it is with a Z,
/// which many writers put behind the wall clock because the standard's sample has one.
fn readings(text: &str) -> Option<Vec<UtcDateTime>> {
    let (digits, rest) = FORMS.iter().find_map(|form| shaped(text, form))?;
    let clock = clock(&digits)?;
    let zone = rest.strip_prefix('.').map_or(rest, |fraction| {
        fraction.trim_start_matches(|letter: char| letter.is_ascii_digit())
    });
    let offsets = match zone {
        "" | "Z" => vec![UtcOffset::UTC, ZONE],
        zone => vec![offset(zone)?],
    };
    let moments = offsets
        .into_iter()
        .map(|offset| clock.checked_sub(Duration::seconds(i64::from(offset.whole_seconds()))));
    moments.collect()
}

/// The digits of the form at the beginning of a text, and what follows them.
fn shaped<'t>(text: &'t str, form: &str) -> Option<(String, &'t str)> {
    let (head, rest) = text.split_at_checked(form.len())?;
    let fits = head
        .chars()
        .zip(form.chars())
        .all(|(found, form)| match form {
            'd' => found.is_ascii_digit(),
            ' ' => found == ' ' || found == 'T',
            form => found == form,
        });
    let digits = head.chars().filter(char::is_ascii_digit).collect();
    fits.then_some((digits, rest))
}

/// What a clock in UTC shows so.
fn clock(digits: &str) -> Option<UtcDateTime> {
    let part = |from: usize, to: usize| digits.get(from..to)?.parse::<u16>().ok();
    let small = |from: usize| u8::try_from(part(from, from.checked_add(2)?)?).ok();
    let month = Month::try_from(small(4)?).ok()?;
    let date = Date::from_calendar_date(i32::from(part(0, 4)?), month, small(6)?).ok()?;
    let time = Time::from_hms(small(8)?, small(10)?, small(12)?).ok()?;
    Some(UtcDateTime::new(date, time))
}

/// `+08:00` or `+0800`.
fn offset(zone: &str) -> Option<UtcOffset> {
    let negative = zone.starts_with('-');
    let number = zone.strip_prefix(['+', '-'])?.replacen(':', "", 1);
    let number = Some(number).filter(|number| number.len() == 4)?;
    let part = |from: usize| number.get(from..from.checked_add(2)?)?.parse::<i8>().ok();
    let (hours, minutes) = (part(0)?, part(2)?);
    let sign = if negative { -1 } else { 1 };
    UtcOffset::from_hms(hours.checked_mul(sign)?, minutes.checked_mul(sign)?, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::utc_datetime;

    const SIGNED: UtcDateTime = utc_datetime!(2026-06-10 08:42:10);

    fn found(written: &str) -> Option<String> {
        let found = inspect(Some(written), (SIGNED, SIGNED));
        found.map(|one| {
            one.text
                .split_once(": ")
                .map(|(_, why)| why.to_owned())
                .unwrap_or_default()
        })
    }

    #[test]
    fn whatever_form_the_same_time_has_nothing_is_told() {
        for written in [
            "20260610084210Z",
            "20260610084210.000Z",
            "20260610164210.123Z",
            "20260610164210",
            "2026-06-10 08:42:10",
            "2026-06-10 16:42:10",
            " 2026/06/10 16:42:10 ",
            "2026-06-10T16:42:10",
            "2026-06-10T08:42:10Z",
            "2026-06-10T16:42:10+08:00",
            "2026-06-10T16:42:10.5+0800",
            "2026-06-10T03:12:10-05:30",
            "20260610084710Z",
            "20260610083710Z",
        ] {
            assert_eq!(found(written), None, "{written}");
        }
        assert_eq!(inspect(None, (SIGNED, SIGNED)), None);
    }

    #[test]
    fn another_time_is_told_with_how_far_away_it_is() {
        for (written, why) in [
            ("20260610084711Z", "0:05:01 after"),
            ("20260610083709Z", "0:05:01 before"),
            ("2026-06-10 09:42:10", "1:00:00 after"),
            ("2026-06-10T16:42:10+09:00", "1:00:00 before"),
            ("20250610084210Z", "8760:00:00 before"),
            ("20991231235959Z", "644815:17:49 after"),
        ] {
            let expected = format!("{why} 2026-06-10T08:42:10Z");
            assert_eq!(found(written), Some(expected), "{written}");
        }
    }

    #[test]
    fn a_span_is_left_at_its_ends() {
        let last = SIGNED.saturating_add(Duration::hours(24));
        let told = |written| inspect(Some(written), (SIGNED, last)).is_some();
        assert!(!told("2026-06-10T20:00:00+00:00") && !told("2026-06-11T08:47:10+00:00"));
        assert!(told("2026-06-11T08:47:11+00:00") && told("2026-06-10T08:37:09+00:00"));
    }

    #[test]
    fn what_is_no_date_is_compared_with_nothing() {
        for written in [
            "",
            "2026/6/10 下午4:42",
            "2026-06-10",
            "20261310084210Z",
            "20260610244210Z",
            "2026-06-10 08:42:10 UTC",
            "2026-06-10T08:42:10+8",
            "2026-06-10T08:42:10+99:00",
            "2026-06-10T08:42:10+0x00",
            "00000000000000Z",
            "二〇二六年六月十日八时四十二分",
        ] {
            assert_eq!(found(written), None, "{written}");
        }
    }
}
