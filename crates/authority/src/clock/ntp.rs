//! What a server of the network time protocol says of our clock (RFC 5905 7.3, 8, 14).

use time::{Duration, UtcDateTime};

use super::watched::Reading;

/// Octets of a packet without extensions.
pub const PACKET: usize = 48;
/// Seconds from 1900, where era 0 begins, to 1970.
const TO_1970: i64 = 2_208_988_800;
/// The most that an answer may be wrong by, as it says itself or by its way: of one that is less certain nobody learns
/// whether the clock is within the accuracy that our time-stamps state, and it would agree with any lie (RFC 5905
/// A.5.5.1: MAXDIST).
pub const DISTANCE: Duration = Duration::SECOND;
/// Seconds of an era.
const ERA: i64 = 1 << 32;

/// The packet that asks: version 4, from a client. `cookie` stands where our time would: the answer repeats it, and
/// nobody who did not see the question can.
#[must_use]
pub fn question(cookie: [u8; 8]) -> [u8; PACKET] {
    let mut packet = [0; PACKET];
    if let Some(first) = packet.first_mut() {
        *first = 0x23;
    }
    if let Some(last) = packet.last_chunk_mut() {
        *last = cookie;
    }
    packet
}

/// Reads an answer to a question that was sent at `sent` and answered at `received`, both by our clock.
///
/// `None` where it is no answer to it, or one of a server that does not know the time itself: unsynchronised, of
/// stratum 0 (a refusal) or 16 and more, that sent before it received, or wrong by more than [`DISTANCE`]. What follows
/// the first [`PACKET`] octets (RFC 7822) is not looked at.
#[must_use]
pub fn read(
    packet: &[u8],
    cookie: [u8; 8],
    (sent, received): (UtcDateTime, UtcDateTime),
) -> Option<Reading> {
    let field = |from: usize, to: usize| packet.get(from..to);
    let (first, stratum) = (*packet.first()?, *packet.get(1)?);
    let (leap, version, mode) = (first >> 6, (first >> 3) & 7, first & 7);
    let known = leap != 3 && (3..=4).contains(&version) && mode == 4 && (1..=15).contains(&stratum);
    if !known || field(24, 32)? != cookie {
        return None;
    }
    let (arrived, left) = (moment(field(32, 40)?)?, moment(field(40, 48)?)?);
    let (delay, dispersion) = (short(field(4, 8)?)?, short(field(8, 12)?)?);
    if left < arrived {
        return None;
    }
    let there: Duration = arrived - sent;
    let back: Duration = received - left;
    let way: Duration = there.saturating_add(back).abs() / 2;
    let ahead: Duration = there.saturating_sub(back) / 2;
    let above: Duration = delay / 2;
    // Half of the way is what it may be wrong by here, and likewise above it.
    let error = way.saturating_add(above).saturating_add(dispersion);
    (error <= DISTANCE).then_some(Reading { ahead, error })
}

/// A time-stamp of 64 bits, of the era that begins in 2036 where the first bit is not set.
fn moment(octets: &[u8]) -> Option<UtcDateTime> {
    let (seconds, fraction) = octets.split_at_checked(4)?;
    let seconds = i64::from(u32::from_be_bytes(seconds.try_into().ok()?));
    let fraction = u64::from(u32::from_be_bytes(fraction.try_into().ok()?));
    if seconds == 0 && fraction == 0 {
        return None;
    }
    let era = if seconds < ERA / 2 { ERA } else { 0 };
    let whole = UtcDateTime::from_unix_timestamp(seconds + era - TO_1970).ok()?;
    let nanoseconds = i64::try_from((fraction * 1_000_000_000) >> 32).ok()?;
    whole.checked_add(Duration::nanoseconds(nanoseconds))
}

/// An interval of 32 bits, the upper half in seconds.
fn short(octets: &[u8]) -> Option<Duration> {
    let value = i64::from(u32::from_be_bytes(octets.try_into().ok()?));
    Some(Duration::microseconds((value * 1_000_000) >> 16))
}

#[cfg(test)]
mod tests {
    use time::macros::utc_datetime;

    use super::*;

    const SENT: UtcDateTime = utc_datetime!(2026-11-22 4:00);
    const COOKIE: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

    fn stamp(moment: UtcDateTime) -> [u8; 8] {
        let seconds = (moment.unix_timestamp() + TO_1970) % ERA;
        let fraction = (u64::from(moment.nanosecond()) << 32) / 1_000_000_000;
        let mut out = [0; 8];
        out[..4].copy_from_slice(&u32::try_from(seconds).expect("an era").to_be_bytes());
        out[4..].copy_from_slice(&u32::try_from(fraction).expect("a fraction").to_be_bytes());
        out
    }

    /// The answer of a server that is `ahead`, each way taking 10 ms.
    fn answer(sent: UtcDateTime, ahead: Duration) -> [u8; PACKET] {
        let mut packet = [0; PACKET];
        packet[0] = 0x24;
        packet[1] = 2;
        packet[4..8].copy_from_slice(&[0, 0, 0x40, 0]); // a quarter of a second
        packet[8..12].copy_from_slice(&[0, 0, 0x20, 0]); // an eighth
        packet[24..32].copy_from_slice(&COOKIE);
        let there = sent + ahead + Duration::milliseconds(10);
        packet[32..40].copy_from_slice(&stamp(there));
        packet[40..48].copy_from_slice(&stamp(there));
        packet
    }

    fn said(packet: &[u8], sent: UtcDateTime) -> Option<Reading> {
        read(packet, COOKIE, (sent, sent + Duration::milliseconds(20)))
    }

    #[test]
    fn offset_and_error_are_those_of_the_packet() {
        for sent in [
            SENT,
            utc_datetime!(2036-02-07 6:28:15),
            utc_datetime!(2040-01-01 0:00),
        ] {
            for ahead in [0, 2_500, -2_500] {
                let ahead = Duration::milliseconds(ahead);
                let reading = said(&answer(sent, ahead), sent).expect("an answer");
                assert!(
                    (reading.ahead - ahead).abs() < Duration::MILLISECOND,
                    "{reading:?}"
                );
                let error = Duration::milliseconds(10 + 125 + 125);
                assert!(
                    (reading.error - error).abs() < Duration::MILLISECOND,
                    "{reading:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_answer_of_who_knows_the_time_says_nothing() {
        let good = answer(SENT, Duration::ZERO);
        assert!(said(&good, SENT).is_some());
        let changes: [(usize, u8); 8] = [
            (0, 0xe4), // not synchronised
            (0, 0x23), // a question
            (0, 0x0c), // version 1
            (1, 0),    // a refusal
            (1, 16),   // not synchronised
            (24, 9),   // another's question
            (31, 9),
            (0, 0),
        ];
        for (at, octet) in changes {
            let mut bent = good;
            bent[at] = octet;
            assert_eq!(said(&bent, SENT), None, "{at}");
        }
        let mut silent = good;
        silent[40..48].fill(0);
        assert_eq!(said(&silent, SENT), None);
        // Sent a second before it was received.
        let mut before = good;
        before[40..48].copy_from_slice(&stamp(SENT - Duration::SECOND));
        assert_eq!(said(&before, SENT), None);
        // Too far from who knows: 10 and 125 milliseconds here, so much above it.
        for (dispersion, counts) in [([0, 0, 0xdd, 0x60], true), ([0, 0, 0xdd, 0x80], false)] {
            let mut far = good;
            far[8..12].copy_from_slice(&dispersion);
            assert_eq!(said(&far, SENT).is_some(), counts, "{dispersion:?}");
        }
        for length in 0..PACKET {
            assert_eq!(said(&good[..length], SENT), None);
        }
        // Nothing in it makes the reader fall over.
        for at in 0..PACKET {
            for octet in [0, 0x7f, 0x80, 0xff] {
                let mut bent = good;
                bent[at] = octet;
                let _ = said(&bent, SENT);
            }
        }
    }

    #[test]
    fn a_question_carries_its_cookie_and_no_time() {
        let packet = question(COOKIE);
        assert_eq!((packet[0], &packet[40..]), (0x23, &COOKIE[..]));
        assert!(packet[1..40].iter().all(|octet| *octet == 0));
    }
}
