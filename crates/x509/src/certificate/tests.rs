//! Certificates: parts read, limits of form refused.

use super::*;
use crate::identifiers as id;
use asn1::write;

/// A certificate of these parts, with a signature that nobody checks.
fn with(parts: &[Vec<u8>]) -> Vec<u8> {
    let algorithm = algorithm();
    write::sequence([
        write::sequence(parts),
        algorithm,
        write::bit_string(&[1, 2, 3]),
    ])
}

fn algorithm() -> Vec<u8> {
    write::sequence([write::oid(&Oid::of(&[1, 2, 840, 10_045, 4, 3, 2]))])
}

fn parts() -> Vec<Vec<u8>> {
    let moment = |year: i64| {
        UtcDateTime::from_unix_timestamp((year - 1970) * 31_556_952)
            .expect("a moment of this century")
    };
    let name = |text| {
        Name::of(&[(id::COMMON_NAME, text)])
            .expect("a name")
            .der()
            .to_vec()
    };
    let key = write::sequence([
        write::sequence([write::oid(&Oid::of(&[1, 3, 101, 112]))]),
        write::bit_string(&[7; 32]),
    ]);
    let extension = Extension {
        oid: id::KEY_USAGE,
        critical: true,
        value: &[3, 2, 7, 0x80],
    };
    vec![
        write::context(0, [write::unsigned(2)]),
        write::unsigned(77),
        algorithm(),
        name("签发机构"),
        write::sequence([write::time(moment(2026)), write::time(moment(2060))]),
        name("主体"),
        key,
        write::context(3, [write::sequence([extension.encode()])]),
    ]
}

#[test]
fn parts_are_found_and_octets_kept() {
    let der = with(&parts());
    let certificate = Certificate::parse(&der).expect("a certificate");
    assert_eq!(certificate.der(), der);
    assert_eq!(certificate.tbs(), write::sequence(parts()));
    assert_eq!(certificate.serial().to_string(), "4d");
    assert_eq!(certificate.issuer().to_string(), "CN=签发机构");
    assert_eq!(certificate.spki(), parts()[6]);
    assert_eq!(certificate.signature(), [1, 2, 3]);
    assert_eq!(certificate.algorithm_der(), algorithm());
    assert_eq!(
        certificate.key_usage(),
        Ok(Some(crate::extension::KeyUsage::DIGITAL_SIGNATURE))
    );
    assert_eq!(certificate.unknown_critical().count(), 0);
}

#[test]
fn the_last_second_belongs_to_the_validity() {
    let validity = Certificate::parse(&with(&parts()))
        .expect("a certificate")
        .validity();
    let half = Duration::milliseconds(500);
    assert!(validity.contains(validity.last + half));
    assert!(!validity.contains(validity.last + Duration::SECOND));
    assert!(validity.contains(validity.from) && !validity.contains(validity.from - half));
    assert_eq!(validity.until(), Some(validity.last + Duration::SECOND));
}

#[test]
fn zero_is_a_serial_number_of_roots_alone() {
    let mut parts = parts();
    parts[1] = write::unsigned(0);
    assert_eq!(
        Certificate::parse(&with(&parts)).err(),
        Some(ReadCertificate::Serial(ReadSerial::NotPositive))
    );
    parts[5] = parts[3].clone();
    assert!(Certificate::parse(&with(&parts)).is_ok());
}

#[test]
fn serial_numbers_are_positive_and_keep_every_random_bit() {
    let serial = SerialNumber::from_random([0xff; 16]);
    assert_eq!(serial.to_string(), format!("01{}", "ff".repeat(16)));
    assert_eq!(SerialNumber::from_hex(&serial.to_string()), Ok(serial));
    assert_eq!(SerialNumber::from_octets(serial.octets()), Ok(serial));
    assert_ne!(
        SerialNumber::from_random([0; 16]),
        SerialNumber::from_random([0x80; 16])
    );
    assert_eq!(
        SerialNumber::from_hex("00"),
        SerialNumber::from_octets(&[0])
    );
    assert_eq!(SerialNumber::from_hex("007f"), Err(ReadSerial::Malformed));
    assert_eq!(SerialNumber::from_hex("zz"), Err(ReadSerial::Malformed));
    assert_eq!(SerialNumber::from_hex("80"), Err(ReadSerial::NotPositive));
    assert_eq!(
        SerialNumber::from_octets(&[1; 21]),
        Err(ReadSerial::TooLong)
    );
}

#[test]
fn a_certificate_beyond_the_limit_is_not_looked_at() {
    let octets = MAX_CERTIFICATE + 1;
    assert_eq!(
        Certificate::parse(&vec![0; octets]).err(),
        Some(ReadCertificate::TooLarge { octets })
    );
    // One octet less is looked at, and is no certificate.
    let looked_at = Certificate::parse(&vec![0; MAX_CERTIFICATE]);
    assert!(!matches!(
        looked_at,
        Ok(_) | Err(ReadCertificate::TooLarge { .. })
    ));
}
