//! What holders of shares type in, how somebody writes, and what the service and the process that speaks to a token say to each other.

use crypto::device::{Fault, Handle, public_of_point, public_of_rsa};
use crypto::{KeyAlgorithm, PublicKey, SeededRandom, Signature};
use custody::protocol::{Answer, LONGEST, Mechanism, Request, announced};
use shares::{LONGEST_SHARE, Share, ShareError, join, split};
use signing::strokes::Strokes;

/// A handwriting sample: one form, and a line of each stroke stays within the field.
pub fn strokes(octets: &[u8]) -> bool {
    let Ok(sample) = Strokes::parse(octets) else {
        return false;
    };
    assert_eq!(sample.text().as_bytes(), octets, "one form");
    let ((x, y), (wide, high)) = sample.bounds();
    assert!(x + wide <= 4_096 && y + high <= 4_096);
    true
}

/// A share as it is typed in: one text for each, and alone it opens nothing.
pub fn share(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else {
        return false;
    };
    let Ok(share) = Share::parse(text) else {
        return false;
    };
    assert!(text.len() <= LONGEST_SHARE);
    assert_eq!(share.text().as_str(), text, "one form");
    let alone = join(std::slice::from_ref(&share));
    assert!(matches!(alone, Err(ShareError::TooFew { have: 1, .. })));
    let twice = join(&[share.clone(), share.clone()]);
    assert_eq!(twice, Err(ShareError::Twice(share.index())));
    true
}

/// Messages one after the other, each after its length, as both ends read them.
fn messages(mut octets: &[u8]) -> Vec<&[u8]> {
    let mut all = Vec::new();
    while let Some((length, rest)) = octets.split_first_chunk::<4>() {
        let Some((message, rest)) =
            announced(*length).and_then(|length| rest.split_at_checked(length))
        else {
            break;
        };
        assert!(message.len() <= LONGEST);
        all.push(message);
        octets = rest;
    }
    all
}

/// What the process reads from the service: each request has one form.
pub fn request(octets: &[u8]) -> bool {
    let mut accepted = false;
    for message in messages(octets) {
        let Some(request) = Request::parse(message) else {
            continue;
        };
        assert_eq!(request.encode().as_slice(), message, "one form");
        accepted = true;
    }
    accepted
}

/// What the service reads from the process: each answer has one form, and what a lying token says is a key, a
/// signature's value or none.
pub fn answer(octets: &[u8]) -> bool {
    let mut accepted = false;
    for message in messages(octets) {
        let Some(answer) = Answer::parse(message) else {
            continue;
        };
        assert_eq!(answer.encode(), message, "one form");
        accepted = true;
        match answer {
            Answer::Refused { .. } => {}
            Answer::Done(strings) => made_of(&strings),
        }
    }
    accepted
}

fn made_of(strings: &[Vec<u8>]) {
    match strings {
        [modulus, exponent] => reads_again(public_of_rsa(modulus, exponent).ok()),
        [value] => {
            for kind in [
                KeyAlgorithm::EcP256,
                KeyAlgorithm::EcP384,
                KeyAlgorithm::Ed25519,
                KeyAlgorithm::Sm2,
            ] {
                reads_again(public_of_point(kind, value).ok());
            }
            let _value = Signature::from_fixed(value);
        }
        _ => {}
    }
}

/// A key that a certificate will carry.
fn reads_again(key: Option<PublicKey>) {
    if let Some(key) = key {
        assert_eq!(PublicKey::parse(key.spki()).as_ref(), Ok(&key));
    }
}

/// Seeds of these targets.
pub(crate) fn made(target: &str) -> Option<Vec<Vec<u8>>> {
    match target {
        "share" => {
            let shares = [(2, 3), (16, 16)].map(|numbers| {
                let split = split(&[0x5a; 32], numbers, &SeededRandom::new(7)).ok()?;
                Some(split.last()?.text().as_bytes().to_vec())
            });
            shares.into_iter().collect()
        }
        "strokes" => Some(vec![
            b"yinxin strokes 1 800 400\n100,200,0,0 120,190,16,300 140,185,32,420 160,188,48,400 180,200,64,380\n\
              200,100,200,500 202,140,216,510 204,180,232,500 205,220,248,450\n"
                .to_vec(),
        ]),
        "token_request" => Some(requests()),
        "token_answer" => Some(answers()),
        _ => None,
    }
}

/// Each as a conversation of its own, and all as one.
fn conversations(messages: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let framed = messages.into_iter().map(|message| {
        let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
        [&length.to_be_bytes(), message.as_slice()].concat()
    });
    let mut all: Vec<Vec<u8>> = framed.collect();
    all.push(all.concat());
    all
}

fn requests() -> Vec<Vec<u8>> {
    let handle = Handle([7; 16]);
    let sign = |mechanism, octets| Request::Sign {
        handle,
        mechanism,
        octets,
    };
    let all = [
        Request::Open {
            module: b"/usr/lib/module.so",
            label: "office",
            pin: b"271828",
        },
        Request::Make {
            handle,
            name: "seal-1",
            kind: KeyAlgorithm::Sm2,
            vendor: Some(0x8000_0101),
        },
        sign(Mechanism::Vendor(0x8000_0101), &[1; 32]),
        sign(Mechanism::RsaPss384, &[1; 48]),
        sign(Mechanism::Eddsa, b"a whole message"),
        Request::Discard { handle },
        Request::Answer,
    ];
    conversations(all.iter().map(|one| one.encode().to_vec()).collect())
}

fn answers() -> Vec<Vec<u8>> {
    let refused = |fault, nothing_signed| Answer::Refused {
        fault,
        nothing_signed,
    };
    let all = [
        Answer::Done(Vec::new()),
        Answer::Done(vec![BASE.to_vec()]),
        Answer::Done(vec![vec![0x5a; 64]]),
        Answer::Done(vec![[&[0xc1][..], &[0x5a; 383]].concat(), vec![1, 0, 1]]),
        refused(Fault::Lost, true),
        refused(Fault::Refused(0x8000_0001), false),
    ];
    conversations(all.iter().map(Answer::encode).collect())
}

/// The base point of P-256 (SEC 2 2.4.2): a point that a token might answer.
const BASE: [u8; 65] = [
    0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40,
    0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2,
    0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e,
    0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51,
    0xf5,
];
