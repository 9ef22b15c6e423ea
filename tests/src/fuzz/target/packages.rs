//! OFD: packages walked and read to the last part, and their XML in a package that is whole.

use std::io::Cursor;

use ofd::{Change, Facts, Package, ReadOfd, SignatureKind};

/// A package: everything that is found in it; what is copied is read alike.
pub fn ofd(octets: &[u8]) -> bool {
    let package = match Package::open(Cursor::new(octets)) {
        Ok(package) => package,
        Err(fault) => {
            let _ = (fault.code(), fault.to_string());
            return false;
        }
    };
    let copied = Change::of(package)
        .finish()
        .expect("what is read is written");
    let found = ofd::read(Cursor::new(octets));
    let copied = ofd::read(Cursor::new(copied));
    let refused = |read: &Result<Facts, ReadOfd>| read.as_ref().err().map(ReadOfd::code);
    assert_eq!(refused(&found), refused(&copied), "copied as they are");
    let (Ok(found), Ok(copied)) = (found, copied) else {
        return false;
    };
    assert_eq!(found.entries, copied.entries, "copied as they are");
    assert_eq!(found.faults, copied.faults, "copied as they are");
    told(&found);
    true
}

/// One XML text as every part that is read, one after the other.
pub fn ofd_xml(octets: &[u8]) -> bool {
    let mut accepted = false;
    for part in PARTS {
        let mut package = ofd::empty();
        for (name, text) in PARTS.iter().zip(TEXTS) {
            let text = text.replace("@", " xmlns=\"http://www.ofdspec.org/2016\"");
            package.put(name, text.into_bytes());
        }
        package.put(part, octets.to_vec());
        let file = package.finish().expect("plain names");
        if let Ok(facts) = ofd::read(Cursor::new(file)) {
            told(&facts);
            accepted |= !facts.faults.iter().any(|one| one.path == *part);
        }
    }
    accepted
}

fn told(facts: &Facts) {
    for fault in &facts.faults {
        let _ = (fault.fault.code(), fault.fault.to_string());
    }
    for body in &facts.bodies {
        let Some(list) = &body.signatures else {
            continue;
        };
        for signature in &list.signatures {
            let Ok(signed) = &signature.read else {
                continue;
            };
            assert!(signature.package_path().starts_with('/'));
            assert!(signature.kind != SignatureKind::Other("Seal".to_owned()));
            let left_out = signed.coverage.uncovered.len() + signed.coverage.later.len();
            assert!(left_out <= facts.entries.len(), "each entry once");
        }
    }
}

const PARTS: &[&str] = &[
    "OFD.xml",
    "Document.xml",
    "Page.xml",
    "Res.xml",
    "Annotations.xml",
    "PageAnnot.xml",
    "Attachments.xml",
    "Signatures.xml",
    "Signature.xml",
];

/// The other parts, `@` standing for the namespace.
const TEXTS: [&str; 9] = [
    "<OFD@><DocBody><DocInfo/><DocRoot>Document.xml</DocRoot><Signatures>Signatures.xml</Signatures></DocBody></OFD>",
    "<Document@><CommonData><PublicRes>Res.xml</PublicRes></CommonData><Pages><Page ID=\"1\" BaseLoc=\"Page.xml\"/>\
     </Pages><Annotations>Annotations.xml</Annotations><Attachments>Attachments.xml</Attachments></Document>",
    "<Page@/>",
    "<Res@/>",
    "<Annotations@><Page PageID=\"1\"><FileLoc>PageAnnot.xml</FileLoc></Page></Annotations>",
    "<PageAnnot@/>",
    "<Attachments@/>",
    "<Signatures@><Signature ID=\"1\" BaseLoc=\"Signature.xml\"/></Signatures>",
    "<Signature@><SignedInfo><Provider/><References/></SignedInfo><SignedValue>v</SignedValue></Signature>",
];
