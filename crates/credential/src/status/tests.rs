//! Lists and tokens: against the vectors of the draft, and each refusal by its name.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::{Authorisation, Input, KeyAlgorithm, KeyId, KeyUse, Signer, SoftwareSigner};
use serde_json::Value as Json;

use super::*;

fn vectors() -> Json {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures/token-status-list/vectors.json");
    let text = std::fs::read_to_string(path).expect("the fixture is there");
    serde_json::from_str(&text).expect("the fixture is JSON")
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex"))
        .collect()
}

fn open(json: &Json) -> Result<StatusList, ReadStatus> {
    let packed: Packed = serde_json::from_value(json.clone()).map_err(|_| ReadStatus::Claim)?;
    let octets = URL_SAFE_NO_PAD
        .decode(&packed.lst)
        .map_err(|_| ReadStatus::Claim)?;
    StatusList::open(packed.bits, &octets)
}

fn key() -> PublicKey {
    let vectors = vectors();
    let half = |name: &str| {
        URL_SAFE_NO_PAD
            .decode(vectors["public_key"][name].as_str().expect("text"))
            .expect("base64url")
    };
    let mut spki = unhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
    spki.extend(half("x"));
    spki.extend(half("y"));
    PublicKey::parse(&spki).expect("a key on P-256")
}

#[test]
fn every_list_of_the_draft_opens_to_its_entries() {
    for case in vectors()["lists"].as_array().expect("a list") {
        let list = open(&case["json"]).expect("opens");
        let cbor = cbor::parse(
            &unhex(case["cbor_hex"].as_str().expect("hex")),
            Manner::Loose,
        )
        .expect("CBOR");
        let (Some(Value::Integer(bits)), Some(Value::Bytes(packed))) =
            (cbor.named("bits"), cbor.named("lst"))
        else {
            panic!("the CBOR form has both members");
        };
        let bits = u64::try_from(*bits).expect("small");
        assert_eq!(StatusList::open(bits, packed), Ok(list.clone()));
        // zlib level 9 gives the same octets; ours is another implementation and only has to open.
        assert_eq!(
            StatusList::open(bits, &deflate::compress(&list.octets)),
            Ok(list.clone())
        );
        if let Some(entries) = case["entries"].as_array() {
            for (at, value) in entries.iter().enumerate() {
                assert_eq!(
                    list.value(at as u64).map(u64::from),
                    value.as_u64(),
                    "{}",
                    case["id"]
                );
            }
            continue;
        }
        assert_eq!(Some(list.slots()), case["size"].as_u64());
        let set: std::collections::BTreeMap<u64, u64> = case["set"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|pair| {
                (
                    pair[0].as_u64().expect("index"),
                    pair[1].as_u64().expect("value"),
                )
            })
            .collect();
        for at in 0..list.slots() {
            let value = list.value(at).map(u64::from);
            assert_eq!(value, Some(set.get(&at).copied().unwrap_or(0)));
        }
    }
}

#[test]
fn every_negative_of_the_draft_is_refused() {
    let mut faults = Vec::new();
    for case in vectors()["negatives"].as_array().expect("a list") {
        match case["index"].as_i64() {
            None => faults.push(open(&case["json"]).expect_err("refused")),
            Some(index) => {
                let list = open(&case["json"]).expect("the list itself is good");
                let value = u64::try_from(index)
                    .ok()
                    .and_then(|index| list.value(index));
                assert_eq!(value, None, "no statement");
            }
        }
    }
    let malformed = ReadStatus::List(Inflate::Malformed);
    assert_eq!(
        faults,
        [
            malformed,
            malformed,
            malformed,
            ReadStatus::List(Inflate::Trailing),
            ReadStatus::Bits { bits: 3 },
            ReadStatus::Claim,
            ReadStatus::Claim,
        ]
    );
}

#[test]
fn the_tokens_of_the_draft_check_under_their_key() {
    let vectors = vectors();
    let jwt = vectors["tokens"]["status_list_jwt"]["compact"]
        .as_str()
        .expect("text");
    let cwt = unhex(
        vectors["tokens"]["status_list_cwt"]["cbor_hex"]
            .as_str()
            .expect("hex"),
    );
    for token in [jwt.as_bytes(), &cwt] {
        let read = StatusToken::parse(token).expect("a token");
        assert_eq!(read.check(&key()), Ok(()));
        assert_eq!(read.claims().uri, "https://example.com/statuslists/1");
        assert_eq!(read.claims().keep, 43_200);
        assert_eq!(
            (read.list().value(0), read.list().value(1)),
            (Some(1), Some(0))
        );
    }
    let mut changed = cwt.clone();
    *changed.last_mut().expect("not empty") ^= 1;
    let read = StatusToken::parse(&changed).expect("still a token");
    assert_eq!(read.check(&key()), Err(CheckToken::Differs));
    let referenced = unhex(
        vectors["tokens"]["referenced_token_cwt"]["cbor_hex"]
            .as_str()
            .expect("hex"),
    );
    assert_eq!(
        StatusToken::parse(&referenced).map(|_| ()),
        Err(ReadStatus::Kind)
    );
}

fn signed(list: &StatusList, claims: &StatusClaims) -> (String, PublicKey) {
    let pkcs8 = crypto::generate_pkcs8(KeyAlgorithm::EcP256, &crypto::SystemRandom::new())
        .expect("generated");
    let signer = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("reads its own");
    let draft = jws::Draft {
        kind: "anything",
        algorithm: signer.algorithm(),
        kid: Some("status"),
        certificates: &[],
    };
    let prepared = list.prepare(claims, draft).expect("in order");
    let under = Authorisation::journalled(
        KeyId::parse("status").expect("plain"),
        KeyUse::StatusLists,
        prepared.to_be_signed(),
        UtcDateTime::UNIX_EPOCH,
    );
    let signature = signer
        .sign(Input::Message(prepared.to_be_signed()), &under)
        .expect("signs");
    let text = prepared.finish(&signature).expect("ECDSA");
    (text, signer.public_key().clone())
}

fn claims() -> StatusClaims {
    let issued_at = UtcDateTime::from_unix_timestamp(1_800_000_000).expect("in range");
    StatusClaims {
        uri: "https://example.test/status/1".to_owned(),
        issued_at,
        expires: issued_at + Duration::hours(48),
        keep: 3_600,
    }
}

#[test]
fn our_own_token_says_what_was_set() {
    let mut list = StatusList::new();
    for (index, value) in [
        (0, StatusValue::Ended),
        (1, StatusValue::Suspended),
        (1_048_575, StatusValue::Superseded),
    ] {
        assert!(list.set(index, value));
    }
    assert!(!list.set(1_048_576, StatusValue::Ended), "no such slot");
    assert!(list.set(1, StatusValue::Valid), "given back");
    let (text, key) = signed(&list, &claims());
    let read = StatusToken::parse(text.as_bytes()).expect("our own");
    assert_eq!(read.check(&key), Ok(()));
    assert_eq!(read.claims(), &claims());
    assert_eq!(read.list().slots(), u64::from(StatusList::SLOTS));
    let value = |index| read.list().value(index).and_then(StatusValue::of);
    assert_eq!(value(0), Some(StatusValue::Ended));
    assert_eq!(value(1), Some(StatusValue::Valid));
    assert_eq!(value(1_048_575), Some(StatusValue::Superseded));
    assert_eq!(value(1_048_576), None);
    let later = claims().issued_at + Duration::hours(30);
    assert_eq!(read.age(later), Duration::hours(30));
}

/// The token with its payload or header replaced, the old signature kept.
fn replaced(text: &str, part: usize, change: impl Fn(&mut Json)) -> String {
    let mut parts: Vec<String> = text.split('.').map(str::to_owned).collect();
    let raw = URL_SAFE_NO_PAD.decode(&parts[part]).expect("base64url");
    let mut json: Json = serde_json::from_slice(&raw).expect("JSON");
    change(&mut json);
    parts[part] = URL_SAFE_NO_PAD.encode(json.to_string());
    parts.join(".")
}

#[test]
fn each_mutation_of_a_token_is_refused_for_its_reason() {
    let (text, key) = signed(&StatusList::new(), &claims());
    let parse = |text: &str| StatusToken::parse(text.as_bytes()).map(|_| ());
    let header = |name: &'static str, value: Json| {
        parse(&replaced(&text, 0, |json| json[name] = value.clone()))
    };
    let payload = |name: &'static str, value: Json| {
        parse(&replaced(&text, 1, |json| json[name] = value.clone()))
    };
    assert_eq!(header("typ", "jwt".into()), Err(ReadStatus::Kind));
    assert_eq!(header("alg", "none".into()), Err(ReadJws::Algorithm.into()));
    assert_eq!(
        header("alg", "HS256".into()),
        Err(ReadJws::Algorithm.into())
    );
    assert_eq!(
        header("crit", serde_json::json!(["exp"])),
        Err(ReadJws::Critical.into())
    );
    for name in ["jku", "x5u", "jwk"] {
        assert_eq!(
            header(name, "https://a".into()),
            Err(ReadJws::KeySource.into())
        );
    }
    assert_eq!(
        header("x5c", serde_json::json!(["", "", "", "", "", ""])),
        Err(ReadJws::Chain.into())
    );
    assert_eq!(payload("ttl", 0.into()), Err(ReadStatus::Claim));
    assert_eq!(payload("exp", Json::Null), Err(ReadStatus::Claim));
    assert_eq!(payload("iat", "1".into()), Err(ReadStatus::Claim));
    // What can be read is refused by its signature.
    for changed in [
        replaced(&text, 1, |json| {
            json["sub"] = "https://example.test/status/2".into()
        }),
        replaced(&text, 1, |json| json["exp"] = 4_000_000_000_i64.into()),
        replaced(&text, 0, |json| json["kid"] = "other".into()),
    ] {
        let read = StatusToken::parse(changed.as_bytes()).expect("reads");
        assert_eq!(read.check(&key), Err(CheckToken::Differs));
    }
    let other = replaced(&text, 0, |json| json["alg"] = "EdDSA".into());
    let read = StatusToken::parse(other.as_bytes()).expect("reads");
    assert_eq!(read.check(&key), Err(CheckToken::Algorithm));
    let short = &text[..text.len() - 2];
    let read = StatusToken::parse(short.as_bytes()).expect("reads");
    assert_eq!(read.check(&key), Err(CheckToken::Form));
}

#[test]
fn the_frame_of_a_token_has_one_form() {
    let (text, _) = signed(&StatusList::new(), &claims());
    let parse = |text: &str| StatusToken::parse(text.as_bytes()).map(|_| ());
    assert_eq!(parse(&text), Ok(()));
    assert_eq!(parse(&format!("{text}=")), Err(ReadJws::Base64.into()));
    assert_eq!(parse(&format!("{text}.x")), Err(ReadJws::Parts.into()));
    let parts: Vec<&str> = text.split('.').collect();
    assert_eq!(
        parse(&[parts[0], parts[2]].join(".")),
        Err(ReadJws::Parts.into())
    );
    let twice = URL_SAFE_NO_PAD.encode(br#"{"alg":"ES256","alg":"ES256"}"#);
    assert_eq!(
        parse(&[&twice, parts[1], parts[2]].join(".")),
        Err(ReadJws::Header(ReadJson::DuplicateName).into())
    );
    let large = vec![b'e'; MAX_STATUS_TOKEN + 1];
    assert_eq!(
        StatusToken::parse(&large).map(|_| ()),
        Err(ReadStatus::TooLarge)
    );
}

#[test]
fn times_out_of_order_are_not_prepared() {
    let draft = jws::Draft {
        kind: "",
        algorithm: crypto::SignatureAlgorithm::EcdsaP256Sha256,
        kid: None,
        certificates: &[],
    };
    let mut wrong = claims();
    wrong.expires = wrong.issued_at;
    let mut never = claims();
    never.keep = 0;
    for claims in [wrong, never] {
        assert_eq!(
            StatusList::new().prepare(&claims, draft).map(|_| ()),
            Err(PrepareStatus::Period)
        );
    }
}
