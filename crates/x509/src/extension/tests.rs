//! Extensions: what is written is read back, and what DER forbids is refused.

use super::*;
use crate::general_name::GeneralName;
use crate::identifiers as id;
use crate::name::Name;

#[test]
fn written_values_are_read_back() {
    let constraints = BasicConstraints {
        ca: true,
        path_length: Some(3),
    };
    assert_eq!(
        BasicConstraints::parse(&constraints.encode()),
        Ok(constraints)
    );
    let usage = KeyUsage::KEY_CERT_SIGN.and(KeyUsage::DECIPHER_ONLY);
    assert_eq!(KeyUsage::parse(&usage.encode()), Ok(usage));
    let purposes = Purposes(vec![id::TIME_STAMPING, id::ANY_PURPOSE]);
    assert_eq!(Purposes::parse(&purposes.encode()), Ok(purposes));
    let directory = Name::of(&[(id::COUNTRY, "CN")]).expect("a name");
    let constraints = NameConstraints {
        permitted: vec![GeneralName::Dns("example.org"), GeneralName::Ip(&[0; 8])],
        excluded: vec![GeneralName::Directory(directory)],
    };
    assert_eq!(
        NameConstraints::parse(&constraints.encode()),
        Ok(constraints.clone())
    );
    let mut point = DistributionPoint::at("http://crl.example/1.crl");
    point.reasons = Some(Reasons(0b110));
    let list = [point, DistributionPoint::at("http://crl.example/2.crl")];
    assert_eq!(
        DistributionPoint::parse_list(&DistributionPoint::encode_list(&list)).as_deref(),
        Ok(&list[..])
    );
    let issuing = IssuingDistributionPoint {
        name: list[0].name.clone(),
        scope: Scope::EndEntities,
        reasons: None,
        indirect: true,
    };
    assert_eq!(
        IssuingDistributionPoint::parse(&issuing.encode()),
        Ok(issuing.clone())
    );
}

#[test]
fn every_form_of_general_name_is_read_back() {
    let directory = Name::of(&[(id::COMMON_NAME, "局")]).expect("a name");
    let names = [
        GeneralName::Other {
            kind: id::COMMON_NAME,
            value: &[0x0c, 1, b'x'],
        },
        GeneralName::Email("a@example.org"),
        GeneralName::Dns("example.org"),
        GeneralName::X400(&[]),
        GeneralName::Directory(directory),
        GeneralName::EdiParty(&[]),
        GeneralName::Uri("http://example.org/"),
        GeneralName::Ip(&[127, 0, 0, 1]),
        GeneralName::Registered(id::COMMON_NAME),
    ];
    let der = write::sequence(names.iter().map(GeneralName::encode));
    let list = filled_sequence(&der).expect("a sequence");
    assert_eq!(GeneralName::read_all(list).as_deref(), Ok(&names[..]));
}

#[test]
fn values_that_der_forbids_are_refused() {
    // cA FALSE written out.
    assert_eq!(
        BasicConstraints::parse(&[0x30, 3, 1, 1, 0]),
        Err(ReadAsn1::Default { at: 2 }.into())
    );
    // A trailing zero bit, and no bit at all.
    assert_eq!(
        KeyUsage::parse(&[3, 2, 0, 0x80]),
        Err(ReadAsn1::BitString { at: 0 }.into())
    );
    assert_eq!(KeyUsage::parse(&[3, 1, 0]), Err(ReadExtension::Empty));
    // onlySomeReasons without an octet of data, with an unused bit set.
    for reasons in [&[0x83_u8, 1, 0][..], &[0x83, 2, 1, 1], &[0x83, 0]] {
        let value = write::sequence([reasons]);
        assert!(IssuingDistributionPoint::parse(&value).is_err());
    }
    assert_eq!(
        IssuingDistributionPoint::parse(&write::sequence([
            write::context_primitive(1, &[0xff]),
            write::context_primitive(2, &[0xff])
        ])),
        Err(ReadExtension::ManyScopes)
    );
    assert_eq!(
        IssuingDistributionPoint::parse(&[0x30, 0]),
        Err(ReadExtension::Empty)
    );
    let policies = PolicyInformation::encode_policies(&[id::ANY_POLICY, id::ANY_POLICY]);
    assert_eq!(
        PolicyInformation::parse_list(&policies),
        Err(ReadExtension::DuplicatePolicy {
            policy: Box::new(id::ANY_POLICY)
        })
    );
}

#[test]
fn too_many_extensions_are_refused() {
    let of = |count: u128| {
        write::sequence((0..count).map(|last| {
            Extension {
                oid: Oid::of(&[1, 2, last]),
                critical: false,
                value: &[5, 0],
            }
            .encode()
        }))
    };
    let read = |der: &[u8]| {
        Extension::read_list(filled_sequence(der).expect("a sequence")).map(|list| list.len())
    };
    let limit = MAX_EXTENSIONS as u128;
    assert_eq!(read(&of(limit)), Ok(MAX_EXTENSIONS));
    assert_eq!(read(&of(limit + 1)), Err(ReadExtension::TooMany));
}
