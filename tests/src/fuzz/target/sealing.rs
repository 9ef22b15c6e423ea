//! What is done to a caller's own file before and while it is sealed.

use affix::dss::{Material, append_dss};
use affix::flatten::flatten as flat;
use affix::preflight::preflight as look_through;
use affix::seal::{Certification, Joined, NewField, Place, SealRequest, prepare};
use pdf::Source as _;
use seal::ses::{Seal, SealSignature};
use time::OffsetDateTime;

use super::proof::AT;

/// A file looked through for what must not be sealed.
pub fn preflight(octets: &[u8]) -> bool {
    match look_through(&octets) {
        Ok(found) => {
            for finding in &found.findings {
                let _ = (finding.kind.code(), finding.page, finding.object);
            }
            true
        }
        Err(error) => {
            let _ = (error.code(), error.to_string());
            false
        }
    }
}

/// A file flattened: what comes out is read, quiet, the same each time, and flat.
pub fn flatten(octets: &[u8]) -> bool {
    match flat(&octets) {
        Ok(flattened) => {
            let again = flat(&flattened.bytes);
            assert!(again.is_ok(), "what is flat can be flattened: {again:?}");
            assert_eq!(flat(&octets), Ok(flattened), "the same each time");
            true
        }
        Err(error) => {
            let _ = (error.code(), error.to_string());
            false
        }
    }
}

/// A signature prepared: visible, invisible, in the field `Seal`; the file with it reads and names it.
pub fn seal(octets: &[u8]) -> bool {
    let field = NewField {
        name: "Fuzz",
        page: 1,
        corner: (100.0, 100.0),
        size: (113.4, 113.4),
        described: "seal",
    };
    let places = [
        Place::Page(field),
        Place::Invisible { name: "Fuzz" },
        Place::Field {
            name: "Seal",
            fit: affix::seal::Fit::Natural,
        },
    ];
    let mut prepared_any = false;
    for place in places {
        let request = SealRequest {
            place,
            appearance: None,
            certification: Certification::Approval,
            claimed: OffsetDateTime::UNIX_EPOCH,
            name: None,
            reason: Some("fuzz"),
            location: None,
            contact: None,
            reserve: 64,
        };
        let Ok(prepared) = prepare(&octets, &request) else {
            continue;
        };
        prepared_any = true;
        let Ok(appended) = prepared.finish(&[0x30, 0x03, 0x02, 0x01, 0x05]) else {
            continue;
        };
        let whole = Joined::new(&octets, &appended);
        assert!(whole.length() > 0);
        let read = pdf::read(&whole);
        assert!(read.is_ok(), "what we append can be read: {:?}", read.err());
    }
    prepared_any
}

/// Validation material appended: the file with it reads.
pub fn dss(octets: &[u8]) -> bool {
    let material = Material {
        certificates: &[vec![0x30, 0x00]],
        ocsps: &[vec![0x30, 0x01, 0x00]],
        crls: &[],
    };
    let Ok(appended) = append_dss(&octets, &material) else {
        return false;
    };
    let whole = Joined::new(&octets, &appended);
    let read = pdf::read(&whole);
    assert!(read.is_ok(), "what we append can be read: {:?}", read.err());
    true
}

/// A seal: read, kept as received, every rule asked.
pub fn ses_seal(octets: &[u8]) -> bool {
    let Ok(read) = Seal::parse(octets) else {
        return false;
    };
    assert_eq!(read.der(), octets, "a seal is kept as it was received");
    rules(&read);
    true
}

/// A seal signature: read, kept as received, every rule asked.
pub fn ses_signature(octets: &[u8]) -> bool {
    let Ok(read) = SealSignature::parse(octets) else {
        return false;
    };
    assert_eq!(read.der(), octets, "a signature is kept as it was received");
    rules(read.seal());
    let _ = (read.inspect_version(), read.inspect_property("/x"));
    assert_eq!(read.inspect_beside(read.seal().der()), Ok(()));
    if let Ok(signer) = read.signer() {
        let _ = read.check_value(&signer, &[]);
        let _ = read.inspect_digest(&signer, b"x");
    }
    true
}

fn rules(seal: &Seal) {
    let _ = (seal.inspect_version(), seal.check_maker());
    let _ = (seal.inspect_period(AT), seal.inspect_signer(seal.maker()));
}
