//! What a signature says of itself (TS 119 102-2 4.3.7 and annex A).

use crate::inventory::{Met, ObjectKind, Stated};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::Digest;

use super::{One, Telling, digest, objects, reference, written};
use crate::xml::Xml;

const SIGNED: &[(&str, &str)] = &[("Signed", "true")];
const UNSIGNED: &[(&str, &str)] = &[("Signed", "false")];

pub(super) fn attributes(telling: &Telling<'_>, xml: &mut Xml, one: One<'_>) {
    let told = one.told;
    if told.attributes.is_empty() && told.stamps.is_empty() {
        return;
    }
    xml.open("SignatureAttributes", |xml| {
        for stated in &told.attributes {
            attribute(telling, xml, (one, stated));
        }
        stamps(telling, xml, one);
        store(telling, xml);
    });
}

fn stamps(telling: &Telling<'_>, xml: &mut Xml, one: One<'_>) {
    let name = stamp_name(one);
    for (place, moment) in &one.told.stamps {
        let id = telling.object_id(*place);
        xml.element(name, UNSIGNED, |xml| {
            object(xml, id.as_deref());
            xml.text("TimeStampValue", &written(*moment));
        });
    }
}

fn stamp_name(one: One<'_>) -> &'static str {
    if one.told.is_time_stamp {
        "DocTimeStamp"
    } else {
        "SignatureTimeStamp"
    }
}

fn object(xml: &mut Xml, id: Option<&str>) {
    if let Some(id) = id {
        reference(xml, "AttributeObject", id);
    }
}

fn attribute(telling: &Telling<'_>, xml: &mut Xml, (one, stated): (One<'_>, &Stated)) {
    match stated {
        Stated::SigningTime(moment) => signed(xml, "SigningTime", ("Time", &written(*moment))),
        Stated::SigningCertificate(named) => certificate(telling, xml, (one, named)),
        Stated::MessageDigest(value) => {
            signed(xml, "MessageDigest", ("Digest", &STANDARD.encode(value)));
        }
        Stated::ContentType(oid) => signed(xml, "DataObjectFormat", ("ContentType", &uri(oid))),
        Stated::Commitment(oid) => {
            let inside = ("CommitmentTypeIdentifier", &*uri(oid));
            signed(xml, "CommitmentTypeIndication", inside);
        }
        Stated::Reason(words) => signed(xml, "Reason", ("ReasonElement", words)),
        Stated::SubFilter(name) => signed(xml, "SubFilter", ("SubFilterElement", name)),
        Stated::ByteRange(range) => byte_range(xml, range),
    }
}

fn signed(xml: &mut Xml, name: &str, (inside, text): (&str, &str)) {
    xml.element(name, SIGNED, |xml| xml.text(inside, text));
}

/// RFC 3061.
fn uri(oid: &str) -> String {
    format!("urn:oid:{oid}")
}

fn certificate(telling: &Telling<'_>, xml: &mut Xml, (one, named): (One<'_>, &Digest)) {
    let own = one.report.certificate.as_deref();
    let id = own.and_then(|der| telling.certificate_id(der));
    xml.element("SigningCertificate", SIGNED, |xml| {
        object(xml, id.as_deref());
        xml.open("CertID", |xml| digest(xml, named));
    });
}

fn byte_range(xml: &mut Xml, range: &[u64; 4]) {
    let range = range.map(|number| number.to_string());
    xml.text("ByteRange", &range.join(" "));
}

/// A.27: the document's security store.
fn store(telling: &Telling<'_>, xml: &mut Xml) {
    let all = [
        ("Certs", kept(telling, ObjectKind::Certificate)),
        ("CRLs", kept(telling, ObjectKind::Crl)),
        ("OCSPs", kept(telling, ObjectKind::Ocsp)),
    ];
    if all.iter().any(|(_, ids)| !ids.is_empty()) {
        xml.element("DSS", UNSIGNED, |xml| references(xml, &all));
    }
}

fn references(xml: &mut Xml, all: &[(&str, String)]) {
    for (name, ids) in all.iter().filter(|(_, ids)| !ids.is_empty()) {
        reference(xml, name, ids);
    }
}

fn kept(telling: &Telling<'_>, kind: ObjectKind) -> String {
    let objects = telling.held.objects.iter();
    let kept = objects.filter(|one| one.kind == kind && one.met.contains(&Met::Store));
    kept.map(objects::id).collect::<Vec<_>>().join(" ")
}
