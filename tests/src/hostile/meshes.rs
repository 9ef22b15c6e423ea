//! What trust is built from: certificates that could all have issued each other, lists of millions, trusted lists.

use crypto::sha256;

use super::Hostile;
use super::messages::{CONTENT_TYPE, DATA, DIGEST, ONE, RSA, SHA256, SIGNED_DATA, der, joined};
use super::pdf::{Maker, SEAL, references, squeezed};

/// The files.
pub const ALL: &[Hostile] = &[
    Hostile {
        name: "PDF: a signature with 63 authorities of one name under RSA 8192",
        make: || meshes(1, 63),
        beside: &[("anchors.der", anchor)],
    },
    Hostile {
        name: "PDF: 32 signatures, each with 63 authorities of one name under RSA 8192",
        make: || meshes(32, 63),
        beside: &[("anchors.der", anchor)],
    },
    Hostile {
        name: "PDF: 32 signatures, each with 400 authorities of one name under RSA 8192",
        make: || meshes(32, 400),
        beside: &[("anchors.der", anchor)],
    },
    Hostile {
        name: "PDF: a list of 60 MB, compressed, in the store",
        make: || stored_lists(1),
        beside: &[("anchors.der", anchor)],
    },
    Hostile {
        name: "PDF: eight lists of 60 MB, compressed, in the store",
        make: || stored_lists(8),
        beside: &[("anchors.der", anchor)],
    },
    Hostile {
        name: "PDF: a signature, and a list of 64 MB beside it",
        make: || meshes(1, 3),
        beside: &[("anchors.der", anchor), ("a.crl", || list(1_850_000))],
    },
    Hostile {
        name: "trusted list: 31 MB of text",
        make: || trusted(&"x y z 1 2 3 ".repeat(2_600_000)),
        beside: &[("signer.der", signer)],
    },
    Hostile {
        name: "trusted list: 600,000 elements",
        make: || trusted(&"<tsl:b xmlns:tsl=\"u\"><tsl:c/></tsl:b>".repeat(300_000)),
        beside: &[("signer.der", signer)],
    },
    Hostile {
        name: "trusted list: 60 declarations on each of four levels, elements that use them",
        make: || trusted(&declared(4, 60, 20_000)),
        beside: &[("signer.der", signer)],
    },
    Hostile {
        name: "trusted list: characters that are written longer than they are read",
        make: || trusted(&"&#13;&#38;&#60;".repeat(400_000)),
        beside: &[("signer.der", signer)],
    },
    Hostile {
        name: "trusted list: 60 attributes on each of 25,000 elements",
        make: || trusted(&attributes(60).repeat(25_000)),
        beside: &[("signer.der", signer)],
    },
];

const LIST: &str = include_str!("../../fixtures/trustlist/dss.xml");

fn signer() -> Vec<u8> {
    include_bytes!("../../fixtures/trustlist/signer.der").to_vec()
}

/// Octets that look like those of a key or a signature, other ones for each number.
fn noise(number: u32, length: usize) -> Vec<u8> {
    let mut octets = Vec::with_capacity(length + 32);
    let mut seed = sha256(&number.to_be_bytes());
    while octets.len() < length {
        octets.extend(seed);
        seed = sha256(&seed);
    }
    octets.truncate(length);
    octets
}

fn name() -> Vec<u8> {
    let common = joined(0x30, &[&[6, 3, 0x55, 4, 3], &der(0x0c, b"N")]);
    der(0x30, &der(0x31, &common))
}

fn moment(text: &str) -> Vec<u8> {
    der(0x17, text.as_bytes())
}

/// A certificate of the name that all have, for RSA of 8192 bits with the longest exponent that is taken.
fn certificate(number: u32, is_authority: bool) -> Vec<u8> {
    let mut modulus = noise(number, 1024);
    if let Some(first) = modulus.first_mut() {
        *first |= 0x80;
    }
    if let Some(last) = modulus.last_mut() {
        *last |= 1;
    }
    let modulus = der(2, &[&[0], modulus.as_slice()].concat());
    let key = joined(0x30, &[&modulus, &der(2, &[1, 0xff, 0xff, 0xff, 0xff])]);
    let bits = der(3, &[&[0], key.as_slice()].concat());
    let encryption = [
        0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0,
    ];
    let spki = joined(0x30, &[&encryption, &bits]);
    let algorithm = [
        0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0,
    ];
    let validity = joined(0x30, &[&moment("250101000000Z"), &moment("450101000000Z")]);
    let extension = |kind: u8, value: &[u8]| {
        joined(
            0x30,
            &[&[6, 3, 0x55, 0x1d, kind], &[1, 1, 0xff], &der(4, value)],
        )
    };
    let constraints: &[u8] = if is_authority {
        &[0x30, 3, 1, 1, 0xff]
    } else {
        &[0x30, 0]
    };
    let usage: &[u8] = if is_authority {
        &[3, 2, 1, 6]
    } else {
        &[3, 2, 6, 0x40]
    };
    let extensions = der(
        0xa3,
        &joined(0x30, &[&extension(19, constraints), &extension(15, usage)]),
    );
    let serial = der(2, &[&[1], number.to_be_bytes().as_slice()].concat());
    let version = [0xa0, 3, 2, 1, 2];
    let body = joined(
        0x30,
        &[
            &version,
            &serial,
            &algorithm,
            &name(),
            &validity,
            &name(),
            &spki,
            &extensions,
        ],
    );
    let value = der(
        3,
        &[&[0], noise(number + 1_000_000, 1024).as_slice()].concat(),
    );
    joined(0x30, &[&body, &algorithm, &value])
}

/// An anchor of the same name.
fn anchor() -> Vec<u8> {
    certificate(900_000, true)
}

/// A message over this digest by the first of these certificates.
fn message(digest: &[u8], certificates: &[Vec<u8>]) -> Vec<u8> {
    const REFERENCE: &[u8] = &[6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47];
    let attribute = |kind: &[u8], value: &[u8]| joined(0x30, &[kind, &der(0x31, value)]);
    let own = certificates.first().map(Vec::as_slice).unwrap_or_default();
    let reference = der(0x30, &der(0x30, &der(0x30, &der(4, &sha256(own)))));
    let mut attributes = [
        attribute(CONTENT_TYPE, DATA),
        attribute(DIGEST, &der(4, digest)),
        attribute(REFERENCE, &reference),
    ];
    attributes.sort();
    let parts: Vec<&[u8]> = attributes.iter().map(Vec::as_slice).collect();
    let signed = joined(0xa0, &parts);
    let first = number_of(0);
    let identifier = joined(
        0x30,
        &[&name(), &der(2, &[&[1], first.as_slice()].concat())],
    );
    let value = der(4, &noise(77, 1024));
    let signer = joined(0x30, &[ONE, &identifier, SHA256, &signed, RSA, &value]);
    let held: Vec<&[u8]> = certificates.iter().map(Vec::as_slice).collect();
    let inside = joined(
        0x30,
        &[
            ONE,
            &der(0x31, SHA256),
            &der(0x30, DATA),
            &joined(0xa0, &held),
            &der(0x31, &signer),
        ],
    );
    joined(0x30, &[SIGNED_DATA, &der(0xa0, &inside)])
}

fn number_of(number: u32) -> [u8; 4] {
    number.to_be_bytes()
}

/// Closes an update with a signature over it by the first of these certificates.
fn sign(file: &mut Maker, number: u32, certificates: &[Vec<u8>]) {
    let length = message(&[0; 32], certificates).len();
    file.sign_in(number, "", &"0".repeat(2 * length));
    let hole = file.close_over();
    let message = message(&sha256(&file.beside(hole.clone())), certificates);
    let digits: String = message.iter().map(|octet| format!("{octet:02x}")).collect();
    file.write(hole.start + 1, &digits);
}

/// Signatures that fit what they sign, each with authorities of its own that could all have issued each other.
fn meshes(signatures: u32, authorities: u32) -> Vec<u8> {
    let mut file = Maker::new();
    file.page("");
    for one in 0..signatures {
        let (field, value) = (10 + 2 * one, 11 + 2 * one);
        file.catalog(&references((10..=field).step_by(2)), "");
        let seal = SEAL.replace("6 0 R", &format!("{value} 0 R"));
        file.put(field, seal.replace("T(s)", &format!("T(s{one})")));
        let base = one * 1_000;
        let mut certificates = vec![certificate(0, false)];
        certificates.extend((1..=authorities).map(|number| certificate(base + number, true)));
        sign(&mut file, value, &certificates);
        if !file.has_room(usize::try_from(one).unwrap_or_default()) {
            break;
        }
    }
    file.octets
}

/// A list of so many numbers, which all who have the name could have signed.
fn list(entries: u32) -> Vec<u8> {
    let algorithm = [
        0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0,
    ];
    let mut revoked = Vec::new();
    for entry in 0..entries {
        let serial = der(2, &[&[1; 12], entry.to_be_bytes().as_slice()].concat());
        revoked.extend(joined(0x30, &[&serial, &moment("260101000000Z")]));
    }
    let number = der(
        0xa0,
        &der(
            0x30,
            &joined(0x30, &[&[6, 3, 0x55, 0x1d, 20], &der(4, ONE)]),
        ),
    );
    let body = joined(
        0x30,
        &[
            ONE,
            &algorithm,
            &name(),
            &moment("261101000000Z"),
            &moment("270101000000Z"),
            &der(0x30, &revoked),
            &number,
        ],
    );
    let value = der(3, &[&[0], noise(5, 1024).as_slice()].concat());
    joined(0x30, &[&body, &algorithm, &value])
}

/// A signature, and such lists in the store behind it.
fn stored_lists(count: u32) -> Vec<u8> {
    let mut file = Maker::new();
    file.page("");
    let all = references(20..20 + count);
    file.catalog("5 0 R", &format!("/DSS<</CRLs[{all}]>>"));
    file.put(5, SEAL);
    let data = squeezed(&list(1_700_000));
    for number in 20..20 + count {
        file.stream(number, "/Filter/FlateDecode", &data);
    }
    let certificates = [certificate(0, false), certificate(1, true)];
    sign(&mut file, 6, &certificates);
    file.octets
}

/// The list of the fixtures with this in it: its signature is looked at whole before it turns out not to fit.
fn trusted(inside: &str) -> Vec<u8> {
    let end = "</tsl:SchemeInformation>";
    let more = format!("<tsl:SchemeExtensions>{inside}</tsl:SchemeExtensions>{end}");
    LIST.replacen(end, &more, 1).into_bytes()
}

/// Elements in each other, each with declarations of its own; in the last, elements with a name of each.
fn declared(levels: usize, each: usize, elements: usize) -> String {
    let open: String = (0..levels)
        .map(|level| {
            let all: String = (0..each)
                .map(|one| format!(" xmlns:p{level}x{one}=\"urn:{level}:{one}\""))
                .collect();
            format!("<tsl:b{all}>")
        })
        .collect();
    let used: String = (0..60)
        .map(|one| format!(" p{}x{}:a=\"\"", one % levels, one % each))
        .collect();
    let inside = format!("<tsl:c{used}/>").repeat(elements);
    format!("{open}{inside}{}", "</tsl:b>".repeat(levels))
}

fn attributes(count: usize) -> String {
    let all: String = (0..count)
        .map(|one| format!(" a{one}=\"value of it\""))
        .collect();
    format!("<tsl:b{all}/>")
}
