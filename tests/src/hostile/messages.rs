//! Signatures as messages and as JSON, records, codes.

use super::Hostile;

/// The files.
pub const ALL: &[Hostile] = &[
    Hostile {
        name: "CMS: 16 signers over 48 MB",
        make: || cms(&vec![b'c'; 48 << 20], 16, &[]),
        beside: &[],
    },
    Hostile {
        name: "CMS: an attribute of 20 million values",
        make: || cms(b"c", 1, &null(20_000_000)),
        beside: &[],
    },
    Hostile {
        name: "CMS: 1,000 time-stamps that are none",
        make: || cms(b"c", 1, &null(1_000)),
        beside: &[],
    },
    Hostile {
        name: "CMS: 24 million signers",
        make: many_signers,
        beside: &[],
    },
    Hostile {
        name: "CMS: lengths nested 20 million deep",
        make: || [0x30, 0x80].repeat(20 << 20),
        beside: &[],
    },
    Hostile {
        name: "JAdES: 64 signatures over 20 MB",
        make: || jades(&"eHh4".repeat(5 << 20), 64),
        beside: &[],
    },
    Hostile {
        name: "JAdES: 1.3 million signatures",
        make: || jades("", 1_300_000),
        beside: &[],
    },
    Hostile {
        name: "JAdES: four million members",
        make: members,
        beside: &[],
    },
    Hostile {
        name: "JAdES: arrays nested 20 million deep",
        make: || [b"{\"payload\":".as_slice(), &vec![b'['; 20 << 20]].concat(),
        beside: &[],
    },
];

pub(super) fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let plain: Vec<u8> = length.into_iter().skip_while(|octet| *octet == 0).collect();
    let mut out = match plain.as_slice() {
        [] => vec![tag, 0],
        [short] if *short < 128 => vec![tag, *short],
        long => {
            let octets = u8::try_from(long.len()).expect("at most eight octets");
            [&[tag, 0x80 | octets], long].concat()
        }
    };
    out.extend(content);
    out
}

pub(super) fn joined(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    der(tag, &parts.concat())
}

pub(super) const SIGNED_DATA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
pub(super) const DATA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
pub(super) const CONTENT_TYPE: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
pub(super) const DIGEST: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];
const STAMP: &[u8] = &[6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 14];
pub(super) const SHA256: &[u8] = &[0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
pub(super) const RSA: &[u8] = &[
    0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0,
];
pub(super) const ONE: &[u8] = &[2, 1, 1];

/// So many octet strings of nothing.
fn null(count: usize) -> Vec<u8> {
    [4, 0].repeat(count)
}

fn message(content: &[u8], signers: &[u8]) -> Vec<u8> {
    let content = joined(0x30, &[DATA, &der(0xa0, &der(4, content))]);
    let algorithms = der(0x31, SHA256);
    let signed = joined(0x30, &[ONE, &algorithms, &content, &der(0x31, signers)]);
    joined(0x30, &[SIGNED_DATA, &der(0xa0, &signed)])
}

/// Signers of nobody's, with these values of a time-stamp.
fn cms(content: &[u8], signers: usize, stamps: &[u8]) -> Vec<u8> {
    let attribute = |kind: &[u8], value: &[u8]| joined(0x30, &[kind, &der(0x31, value)]);
    let digest = attribute(DIGEST, &der(4, &[b'h'; 32]));
    let signed = joined(0xa0, &[&attribute(CONTENT_TYPE, DATA), &digest]);
    let identifier = joined(0x30, &[&[0x30, 0], ONE]);
    let unsigned = match stamps {
        [] => Vec::new(),
        stamps => der(0xa1, &attribute(STAMP, stamps)),
    };
    let value = der(4, &[b's'; 256]);
    let signer = joined(
        0x30,
        &[ONE, &identifier, SHA256, &signed, RSA, &value, &unsigned],
    );
    message(content, &signer.repeat(signers))
}

fn many_signers() -> Vec<u8> {
    message(b"", &[5, 0].repeat(24_000_000))
}

fn jades(payload: &str, signatures: usize) -> Vec<u8> {
    let one = "{\"protected\":\"eyJhbGciOiJFUzI1NiJ9\",\"signature\":\"AA\"}";
    let all = vec![one; signatures].join(",");
    format!("{{\"payload\":\"{payload}\",\"signatures\":[{all}]}}").into_bytes()
}

fn members() -> Vec<u8> {
    let all: Vec<String> = (0..3_500_000).map(|name| format!("\"{name}\":0")).collect();
    format!("{{\"payload\":\"\",{}}}", all.join(",")).into_bytes()
}
