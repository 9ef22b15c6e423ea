//! The CRLs, distribution points and revocation chains of rustls-webpki: every line of their manifest.

use std::path::{Path, PathBuf};

use pki::Certificate;
use pki::crl::{Crl, NotCompetent, ReadCrl};
use pki::extension::{PointName, ReadExtension, Reasons, Scope};
use serde_json::Value;
use time::macros::utc_datetime;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/webpki")
}

fn octets(file: &str) -> Vec<u8> {
    std::fs::read(folder().join(file)).expect(file)
}

fn manifest() -> Value {
    serde_json::from_slice(&octets("manifest.json")).expect("the manifest is JSON")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Lists that the manifest lets a strict reader refuse, and lists whose reason is worth naming.
fn reason(file: &str) -> Option<&'static str> {
    Some(match file.trim_start_matches("crls/") {
        "crl.delta.der" => "Delta",
        "crl.entry.invalid.reason.der" => "Reason",
        "crl.entry.issuer.ext.der" | "crl.idp.indirect_crl.der" => "Indirect",
        "crl.entry.unknown.crit.ext.der" | "crl.unknown.crit.ext.der" => "UnknownCritical",
        // FALSE written out is not DER (X.690 11.5); the manifest allows the refusal.
        "crl.idp.explicit.false.bool.der" => "Extensions(Encoding(Default",
        "crl.idp.invalid.bool.der" => "Extensions(Encoding(Boolean",
        "crl.idp.invalid.name.der" => "Extensions",
        "crl.idp.unknown.tag.der" => "Extensions(Encoding(Trailing",
        "crl.idp.name_relative_to_issuer.der" | "crl.idp.no_distribution_point_name.der" => {
            "PointWithoutName"
        }
        "crl.idp.only_attribute_certs.der" => "AttributeCertificates",
        "crl.idp.only_some_reasons.der" => "SomeReasons",
        "crl.invalid.this.update.time.der" => "Encoding(Time",
        "crl.mismatched.sigalg.der" => "AlgorithmsDiffer",
        "crl.missing.exts.der" => "NumberAbsent",
        "crl.missing.next.update.der" => "NextUpdateAbsent",
        "crl.negative.crl.number.der" | "crl.too.long.crl.number.der" => "Number",
        "crl.wrong.version.der" => "Version",
        _ => return None,
    })
}

#[test]
fn every_list_is_read_or_refused_as_the_manifest_says() {
    let manifest = manifest();
    let lists = manifest["crls"].as_array().expect("a list");
    assert_eq!(lists.len(), 31);
    let mut wrong = Vec::new();
    for case in lists {
        let file = text(case, "file");
        let read = Crl::parse(&octets(file));
        let as_expected = match (&read, reason(file)) {
            (Ok(_), None) => text(case, "expect") == "parses",
            (Err(error), Some(reason)) => {
                let tolerated = file.contains("explicit.false");
                (text(case, "expect") == "refused" || tolerated)
                    && format!("{error:?}").starts_with(reason)
            }
            _ => false,
        };
        if !as_expected {
            wrong.push(format!("{file}: {read:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn entries_are_found_under_just_their_octets() {
    let listed = [0x03, 0xae, 0x51, 0xdb, 0x51, 0x15, 0x5a, 0x3c];
    let read = |file: &str| Crl::parse(&octets(file)).expect("a list");
    let valid = read("crls/crl.valid.der");
    assert!(valid.find_octets(&listed).is_some());
    assert_eq!(
        valid.this_update().date(),
        utc_datetime!(2022-10-10 0:00).date()
    );
    assert_eq!(
        valid.next_update().date(),
        utc_datetime!(2022-10-19 0:00).date()
    );
    assert!(valid.authority_key().is_some());
    assert_eq!(
        valid.point().map(|point| point.scope),
        Some(Scope::EndEntities)
    );
    assert!(
        read("crls/crl.no.entry.exts.der")
            .find_octets(&listed)
            .is_some()
    );
    let negative = read("crls/crl.negative.serial.der");
    assert!(negative.find_octets(&[0xfd, 0x78, 0xa8, 0x4e]).is_some());
    assert!(negative.find_octets(&[0, 0xfd, 0x78, 0xa8, 0x4e]).is_none());
    assert!(negative.find_octets(&listed).is_none());
    let top = read("crls/crl.topbit.serial.der");
    let serial = [0x00, 0x80, 0xfe, 0xed, 0xf0, 0x0d];
    assert!(top.find_octets(&serial).is_some());
    assert!(top.find_octets(&serial[1..]).is_none());
    assert_eq!(read("crls/crl.empty.der").entries().count(), 0);
    let dated = read("crls/crl.entry.invalidity.date.der");
    assert!(dated.entries().any(|entry| entry.invalid_since.is_some()));
}

#[test]
fn distribution_points_are_read_as_the_manifest_says() {
    let read = |file: &str| {
        Certificate::parse(&octets(&format!("crl_distrib_point/{file}"))).expect("a certificate")
    };
    assert_eq!(
        manifest()["certificate_distribution_points"]
            .as_array()
            .map(Vec::len),
        Some(7)
    );
    let relative = read("dp_name_relative_to_issuer.der");
    let points = relative.crl_distribution_points().expect("points");
    assert!(
        matches!(points[..], [ref point] if matches!(point.name, Some(PointName::Relative(_))))
    );
    let several = read("multiple_distribution_points.der");
    assert_eq!(several.crl_distribution_points().map(|p| p.len()), Ok(2));
    assert_eq!(
        read("only_reasons.der").crl_distribution_points(),
        Err(ReadExtension::PointWithoutName)
    );
    // The manifest lets the point be read and its name refused: here both go together.
    assert_eq!(
        read("unknown_dp_name_tag.der").crl_distribution_points(),
        Err(ReadExtension::PointWithoutName)
    );
    assert!(matches!(
        read("unknown_tag.der").crl_distribution_points(),
        Err(ReadExtension::Encoding(_))
    ));
    let issuer = read("with_crl_issuer.der");
    let points = issuer.crl_distribution_points().expect("points");
    assert!(points.len() == 1 && points[0].name.is_none() && points[0].crl_issuer.len() == 1);
    let reasons = read("with_reasons.der");
    let points = reasons.crl_distribution_points().expect("points");
    // keyCompromise and affiliationChanged are bits 1 and 3.
    assert!(points.len() == 1 && points[0].reasons == Some(Reasons(0b1010)));
}

#[test]
fn a_list_that_does_not_cover_a_certificate_is_never_asked() {
    let manifest = manifest();
    let chains = manifest["revocation_chains"].as_array().expect("a list");
    assert_eq!(chains.len(), 8);
    let expected = [
        Err(NotCompetent::PointsNotMatchable),
        Err(NotCompetent::PointsNotMatchable),
        Err(NotCompetent::PointsNotMatchable),
        Err(NotCompetent::Certificate(ReadExtension::PointWithoutName)),
        Ok(()),
        Err(NotCompetent::OtherIssuer),
        Err(NotCompetent::OtherIssuer),
        Err(NotCompetent::OtherIssuer),
    ];
    for (chain, expected) in chains.iter().zip(expected) {
        let in_folder = |file: &str| octets(&format!("{}/{file}", text(chain, "folder")));
        let certificate = Certificate::parse(&in_folder(text(chain, "ee"))).expect("certificate");
        for list in chain["crls"].as_array().expect("a list") {
            let list = Crl::parse(&in_folder(list.as_str().unwrap_or_default())).expect("a list");
            assert_eq!(list.covers(&certificate), expected, "{chain}");
        }
        for name in ["intermediates", "root"] {
            let files = match &chain[name] {
                Value::Array(files) => files.clone(),
                Value::Null => Vec::new(),
                one => vec![one.clone()],
            };
            for file in files {
                let der = in_folder(file.as_str().unwrap_or_default());
                assert!(Certificate::parse(&der).is_ok(), "{file}");
            }
        }
    }
}

#[test]
fn a_list_beyond_the_limit_is_not_looked_at() {
    let octets = pki::crl::MAX_CRL + 1;
    assert_eq!(
        Crl::parse(&vec![0; octets]),
        Err(ReadCrl::TooLarge { octets })
    );
    // One octet less is looked at, and is no list.
    let looked_at = Crl::parse(&vec![0; pki::crl::MAX_CRL]);
    assert!(!matches!(looked_at, Ok(_) | Err(ReadCrl::TooLarge { .. })));
}
