//! No false alarm: what honest software appends to a signed file is permitted.

use crypto::DigestAlgorithm;
use evidence::cms::{Form, SignedData};
use pdf::{ChangeKind, Coverage, Permission, Standing, SubFilter, read};

use crate::maker::{
    Bodies, Maker, TRAILER, bodies, certified, dictionary, dictionary_of, document, sealed, second,
    signed, stream,
};

/// The kinds of change after the first signature, with whether each is permitted.
pub(crate) fn changes(bytes: &[u8]) -> Vec<(ChangeKind, bool)> {
    let file = read(&bytes).expect("the chain is sound");
    let signatures = file.signatures().expect("the form is sound");
    let first = signatures.first().expect("a signature");
    assert_eq!(first.value().map(|_| ()), Ok(()), "the first is sound");
    file.changes_after(first, &signatures)
        .into_iter()
        .map(|change| (change.kind, change.permitted))
        .collect()
}

fn permitted(maker: &Maker, kinds: &[ChangeKind]) {
    let wanted: Vec<_> = kinds.iter().map(|kind| (*kind, true)).collect();
    assert_eq!(changes(&maker.bytes), wanted);
}

/// An update with a store of one certificate.
pub(crate) fn store() -> Bodies {
    let catalog = document()[&1].replace("/AcroForm", "/DSS 40 0 R/AcroForm");
    let mut objects = bodies(&[(1, &catalog), (40, "<</Type/DSS/Certs[41 0 R]>>")]);
    objects.insert(41, stream("", "0\x0bcertificate"));
    objects
}

#[test]
fn a_signature_over_the_whole_file_is_read_with_all_that_it_says() {
    let bytes = signed().bytes;
    let file = read(&bytes).expect("sound");
    let signatures = file.signatures().expect("sound");
    let [seal] = signatures.as_slice() else {
        panic!("one signature: {signatures:?}");
    };
    assert_eq!((seal.name(), seal.revision()), ("Seal", 1));
    assert_eq!(seal.coverage(), Coverage::WholeFile);
    assert_eq!(seal.standing(), Standing::Standing);
    let value = seal.value().expect("sound");
    assert_eq!(value.sub_filter(), SubFilter::Cades);
    assert_eq!(value.permission(), Permission::Unstated);
    assert_eq!(value.signed_length(), bytes.len() as u64);
    assert!(value.claimed().is_some() && value.lock().is_none() && value.reason().is_none());
    let digest = file.digest(value, DigestAlgorithm::Sha256).expect("sound");
    let message = SignedData::parse(value.contents()).expect("a message");
    assert!(message.inspect(Form::Pades).is_empty());
    let signer = message.signers().first().expect("one signer");
    assert!(
        signer.inspect_digest(&digest).is_ok(),
        "the digest is the signed one"
    );
    assert!(file.changes_after(seal, &signatures).is_empty());
    let attachments = file.attachments_at(1).expect("sound");
    assert_eq!(attachments[0].name, "licence.json");
    assert_eq!(attachments[0].relationship, "Data");
    assert_eq!(attachments[0].bytes, b"{\"identifier\":\"1\"}");
}

#[test]
fn validation_material_may_come_and_grow() {
    let grown = signed().update(&store());
    permitted(&grown, &[ChangeKind::StoreGrown]);
    let mut more = bodies(&[(
        40,
        "<</Type/DSS/Certs[41 0 R 42 0 R]/CRLs[43 0 R]/VRI<</00FF<</Cert[42 0 R]/TU(D:2026)>>>>>>",
    )]);
    more.insert(42, stream("", "0\x07another"));
    more.insert(43, stream("/Filter/ASCIIHexDecode", "3000>"));
    let grown = grown.update(&more);
    permitted(&grown, &[ChangeKind::StoreGrown, ChangeKind::StoreGrown]);
    let file_bytes = grown.bytes;
    let material = read(&file_bytes).expect("sound").dss().expect("sound");
    assert_eq!(
        material.certificates,
        [b"0\x0bcertificate".to_vec(), b"0\x07another".to_vec()]
    );
    assert_eq!((material.crls.len(), material.ocsps.len()), (1, 0));
}

#[test]
fn material_may_come_at_every_level_of_certification() {
    for level in 1..=3 {
        let mut objects = store();
        let catalog = objects[&1].replace("/AcroForm", "/Perms<</DocMDP 20 0 R>>/AcroForm");
        objects.insert(1, catalog);
        permitted(
            &certified(level).update(&objects),
            &[ChangeKind::StoreGrown],
        );
    }
}

#[test]
fn a_document_time_stamp_may_come_at_every_level() {
    for base in [signed(), certified(1), certified(2)] {
        let stamp = dictionary_of("/Type/DocTimeStamp", "/ETSI.RFC3161", "");
        let objects = second("/Rect[0 0 0 0]", stamp);
        permitted(&base.update(&objects).sign(), &[ChangeKind::TimeStampAdded]);
    }
}

#[test]
fn another_signature_may_come_and_both_are_told() {
    let look = bodies(&[(
        32,
        &stream(
            "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F 8 0 R>>>>",
            "BT ET",
        ),
    )]);
    let mut visible = second("/Rect[10 300 110 400]/AP<</N 32 0 R>>", dictionary(""));
    visible.extend(look);
    let maker = signed().update(&visible).sign();
    permitted(&maker, &[ChangeKind::VisibleSignatureAdded]);
    let file = read(&maker.bytes).expect("sound");
    let signatures = file.signatures().expect("sound");
    assert_eq!(signatures.len(), 2);
    assert_eq!(signatures[0].coverage(), Coverage::Revision);
    assert_eq!(signatures[1].coverage(), Coverage::WholeFile);
    let told = file.changes_after(&signatures[0], &signatures);
    assert_eq!(told[0].pages, [1]);
    assert_eq!(told[0].field.as_deref(), Some("Second"));
    assert!(file.changes_after(&signatures[1], &signatures).is_empty());
    let hidden = signed()
        .update(&second("/Rect[0 0 0 0]", dictionary("")))
        .sign();
    permitted(&hidden, &[ChangeKind::SignatureAdded]);
    let hidden = certified(2)
        .update(&second("/Rect[0 0 0 0]", dictionary("")))
        .sign();
    permitted(&hidden, &[ChangeKind::SignatureAdded]);
}

#[test]
fn a_field_that_waits_for_a_signature_may_be_signed_even_on_a_certified_page() {
    let waiting =
        "<</Type/Annot/Subtype/Widget/FT/Sig/T(Countersign)/Rect[10 500 110 600]/F 132/P 3 0 R>>";
    let mut first = document();
    first.insert(22, waiting.to_owned());
    first.insert(3, first[&3].replace("9 0 R]/Res", "9 0 R 22 0 R]/Res"));
    first.insert(
        5,
        "<</Fields[6 0 R 9 0 R 22 0 R]/SigFlags 1/DA(/F 9 Tf)>>".to_owned(),
    );
    let mut update = bodies(&[(
        22,
        &waiting.replace("/F 132", "/F 132/V 23 0 R/AP<</N 24 0 R>>"),
    )]);
    update.insert(23, dictionary(""));
    update.insert(24, stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", "f"));
    let maker = Maker::new(&first, TRAILER)
        .update(&sealed(
            "/Reference[<</TransformMethod/DocMDP/TransformParams<</P 2>>>>]",
        ))
        .sign()
        .update(&update)
        .sign();
    permitted(&maker, &[ChangeKind::FieldSigned]);
}

#[test]
fn descriptions_extensions_and_version_may_change_upwards() {
    let catalog = document()[&1].replace(
        "/AcroForm",
        "/Version/2.0/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 5>>>>/AcroForm",
    );
    let mut objects = bodies(&[
        (1, &catalog),
        (11, "<</Title(Licence)/Producer(another)/ModDate(D:2026)>>"),
    ]);
    objects.insert(
        10,
        stream(
            "/Type/Metadata/Subtype/XML",
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'>.</x:xmpmeta>",
        ),
    );
    let mut kinds = changes(&signed().update(&objects).bytes);
    kinds.sort_by_key(|(kind, _)| kind.code());
    let wanted = [
        ChangeKind::MetadataChanged,
        ChangeKind::MetadataChanged,
        ChangeKind::VersionRaised,
        ChangeKind::VersionRaised,
    ];
    assert_eq!(kinds, wanted.map(|kind| (kind, true)));
}

#[test]
fn an_object_written_anew_as_it_was_is_no_change() {
    let mut objects = bodies(&[(
        8,
        "<</Subtype/Type1/Type/Font\n/FontDescriptor 16 0 R/BaseFont /Helvetica>>",
    )]);
    objects.insert(4, document()[&4].clone());
    assert_eq!(changes(&signed().update(&objects).bytes), []);
}

#[test]
fn updates_with_streams_are_as_good_as_those_with_tables() {
    let catalog = document()[&1].replace("/AcroForm", "/DSS 40 0 R/AcroForm");
    let objects = bodies(&[(1, &catalog), (40, "<</Type/DSS/Certs[]>>")]);
    let maker = signed().packed_update(&objects, 50, "");
    assert_eq!(changes(&maker.bytes), []);
}

#[test]
fn comment_lines_and_white_space_between_objects_are_nothing() {
    let mut maker = signed();
    maker.bytes.extend(b"\n\n% made by a careful writer\r\n");
    permitted(&maker.update(&store()), &[ChangeKind::StoreGrown]);
    let mut spaced = signed();
    spaced.bytes.extend(b"\n \r\n");
    assert_eq!(changes(&spaced.bytes), []);
}
