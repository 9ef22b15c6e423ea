//! Seeds that no fixture holds: made by the other half of the same crates.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use credential::{
    Lc1Claims, LicenceClaims, StatusClaims, StatusList, StatusReference, StatusValue,
};
use crypto::{
    Authorisation, Cost, Input, KeyAlgorithm, KeyId, KeyStore, KeyUse, NewKey, SeededRandom,
    Signature, SignatureAlgorithm, Signer as _, SoftwareSigner, generate_pkcs8,
};
use hyper::Method;
use hyper::header::HeaderMap;
use serde_json::{Value, json};
use time::Duration;
use tlog::{Leaf, LeafKind, StatusEntry};

use super::seeds::{fixture, fixtures, pem};
use super::target::proof::{AT, example};
use super::target::work::{PARTY, catalogue_files};
use super::target::{ceremony, clock, envelope, keys, national, provider};
use crate::token::Token;

/// The address that signed requests are sent to.
pub const ADDRESS: &str = "https://licences.example/v1/licences?dry=1";
/// A printed code whose signature is nobody's.
pub const CODE: &str = "LC1:6BF";

/// The seeds made for a target.
#[must_use]
pub fn of(target: &str) -> Vec<Vec<u8>> {
    let file = |path: &str| fixture(&fixtures().join(path)).map(|one| vec![one]);
    let made = match target {
        "path" => bags(),
        "hierarchy" => file("../../keys-example/hierarchy.toml"),
        "evidence_record" => file("long-term/fourth-0.ers"),
        "ses_seal" => file("ofdrw/seal-v4.esl"),
        "ses_signature" => file("ofdrw/parts/sealed-v1.SignedValue.dat"),
        "ntp" => Some(vec![time_answer()]),
        "ocsp_path" => ocsp_paths(),
        "receipt" => Some(vec![receipt()]),
        "leaf" => encoded_leaf().map(|one| vec![one]),
        "bundle" => tlog::bundle::encode_bundle(&[b"one".to_vec(), b"two".to_vec()])
            .ok()
            .map(|one| vec![one]),
        "tile_path" => Some(vec![
            b"tile/0/x001/067.p/8".to_vec(),
            b"tile/entries/000".to_vec(),
        ]),
        "tiles" => Some(vec![(0..=255).cycle().take(3 + 32 * 20).collect()]),
        "lc1" | "examine_text" => code().map(|text| vec![text.into_bytes()]),
        "examine_package" => package().map(|one| vec![one]),
        "facts" => facts(),
        "verdict" => verdicts(),
        "jades" | "asic" => envelope::made(target),
        "lc1_inside" => code_inside().map(|one| vec![one]),
        "status" | "material_text" | "jws" => status_token().map(|text| vec![text.into_bytes()]),
        "status_inside" => Some(vec![status_payload()]),
        "jws_inside" => jws_parts(),
        "handle" => Some(vec![b"RFp6yD7VdmrbzlMvh9qEgA".to_vec()]),
        "ofd_xml" => Some(ofd_parts()),
        "ofd_drawn" => Some([ofd_parts(), super::target::packages::drawn_parts()].concat()),
        "ofd_page" | "examine_ofd" => ofd_samples(),
        "content" => Some(contents()),
        "font" => small_font().map(|one| vec![one]),
        "photo" => Some((0..3).map(document::sample_photo).collect()),
        "request" => requests(),
        "identifier" => Some(vec![
            b"1.2.156.3005.2.11990000FAKE00013G001.11990102FAKE00099D.2026000001.001.4".to_vec(),
        ]),
        "catalogue" => small_catalogue()
            .zip(whole_catalogue())
            .map(|(small, whole)| vec![small, whole]),
        "licence" => file("fuzz/licence/sealed.pdf"),
        "template" => Some(templates()),
        "keystore" => key_store().map(|one| vec![one]),
        "trust" => trust_pem().map(|one| vec![one]),
        "trust_list" | "xml" => file("trustlist/dss.xml"),
        "trust_inside" => trust_content().map(|one| vec![one]),
        "policy" => Some(vec![policy()]),
        "message_signature" => signed_request().map(|one| vec![one]),
        "package_event" => Some(package_events()),
        "carried" => Some(vec![
            b"authorization:Bearer 0123456789abcdef\n".to_vec(),
            b"cookie:a=b; __Host-yinxin=0123456789abcdef; c=d\n".to_vec(),
        ]),
        "national_message" | "private_key" | "sm2_enveloped" | "sm2_sealed" => {
            national::made(target)
        }
        "share" | "strokes" | "token_request" | "token_answer" => keys::made(target),
        "ceremony_declaration" | "signing_request" | "ceremony_transcript" | "ceremony_folder" => {
            ceremony::made(target)
        }
        "kept_password" => kept_password().map(|one| vec![one]),
        "passkey" => made_passkey().map(|one| vec![one]),
        _ => provider::made(target),
    };
    made.unwrap_or_default()
}

/// The evidence of a case: a sealed file, and an entry with a receipt that is another's.
fn package() -> Option<Vec<u8>> {
    let sealed = fixture(&fixtures().join("fuzz/licence/sealed.pdf"))?;
    let files = [
        ("documents/1.pdf".to_owned(), sealed),
        ("trace/1.entry".to_owned(), b"yinxin trace v1\n".to_vec()),
        ("trace/1.receipt".to_owned(), receipt()),
    ];
    verify::Case::pack("BJ-990102-20260608-00017", "2026-07-03T01:00:00Z", &files)
}

/// The evidence in a sealed page, in a code, and in what is no artefact.
fn facts() -> Option<Vec<Vec<u8>>> {
    let sealed = fixture(&fixtures().join("fuzz/licence/sealed.pdf"))?;
    let all = [sealed, CODE.as_bytes().to_vec(), b"hello".to_vec()];
    let written = all
        .iter()
        .map(|octets| transcript::replay::write(octets).ok());
    written.collect()
}

/// The verdicts on that evidence, without trust.
fn verdicts() -> Option<Vec<Vec<u8>>> {
    let bundled = facts()?.into_iter().map(|facts| {
        let parts = transcript::bundle::Parts {
            contents: vec![("a.txt".to_owned(), b"a".to_vec())],
            described: Vec::new(),
            file: "it".to_owned(),
            at: AT,
            facts,
            trust: None,
            policy: transcript::bundle::PolicyGiven::Named("default".to_owned()),
            material: Vec::new(),
        };
        transcript::bundle::write(&parts).ok()
    });
    bundled.collect()
}

/// Sealed OFD files of others.
fn ofd_samples() -> Option<Vec<Vec<u8>>> {
    let names = ["sealed-v4", "sealed-v1", "hand-skeleton-sealed-v4"];
    let paths = names.map(|name| fixtures().join(format!("ofdrw/{name}.ofd")));
    paths.iter().map(|path| fixture(path)).collect()
}

/// Ours, cut to a few characters.
fn small_font() -> Option<Vec<u8>> {
    let typefaces = canvas::Typefaces::embedded().ok()?;
    let typeface = typefaces.face(canvas::Face::Song);
    let mut cut = canvas::Cut::default();
    "A1证照许可".chars().for_each(|character| {
        let _ = cut.take(character, typeface);
    });
    Some(canvas::program(&cut, typeface))
}

/// The XML of a sealed OFD file, part by part.
fn ofd_parts() -> Vec<Vec<u8>> {
    let sealed = fixture(&fixtures().join("ofdrw/hand-skeleton-sealed-v4.ofd"));
    let package = sealed.and_then(|sealed| container::Package::open(Cursor::new(sealed)).ok());
    let Some(mut package) = package else {
        return Vec::new();
    };
    let names: Vec<String> = package
        .entries()
        .iter()
        .map(|one| one.name().to_owned())
        .collect();
    let parts = names.iter().filter(|name| name.ends_with(".xml"));
    parts
        .filter_map(|name| package.read(name, 1 << 20)?.ok())
        .collect()
}

/// An application for two matters at once, and an act in one of its cases.
fn package_events() -> Vec<Vec<u8>> {
    let firm = json!({"kind": "org", "name": "临溪青石区云上小馆餐饮有限公司", "code": "91990102FAKE0A0109"});
    let person = json!({"kind": "person", "name": "林小满", "code": "990102198805210245"});
    let cases = ["BJ-990102-20260702-00001", "BJ-990102-20260702-00002"];
    let event = |what: Value| {
        let event = json!({
            "id": "package-1", "package": "TC-990102-20260702-00001", "at": "2026-07-02T01:00:00Z",
            "actor": {"account": "clerk-1", "person": "P-CLERK", "body": "Q-APR", "role": "clerk"},
            "what": what,
        });
        event.to_string().into_bytes()
    };
    let received = json!({"received": {
        "cases": [{"case": cases[0], "matter": "990102-XK-0001"}, {"case": cases[1], "matter": "990102-XK-0004"}],
        "applicant": firm, "represented_by": person, "form": "01".repeat(32),
        "signed": {
            "by": person, "level": "L2", "paper": "01".repeat(32), "intent": "本人确认", "at": "2026-07-02T01:00:00Z",
        },
    }});
    let how = json!({"handed_in": {"paper": "02".repeat(32)}});
    let had = json!({"had": {"case": cases[0], "material": 3, "how": how}});
    vec![event(received), event(had)]
}

/// A password at a cost that a test pays.
fn kept_password() -> Option<Vec<u8>> {
    let kept =
        crypto::sign_in::password::Kept::new(b"a long enough phrase", [7; 16], Cost::FOR_TESTS)?;
    Some(kept.encode().to_vec())
}

/// What an authenticator makes, whatever it was asked.
fn made_passkey() -> Option<Vec<u8>> {
    let mut token = Token::new(PARTY, 1).ok()?;
    Some(token.made("").1)
}

/// A leaf of the public log.
pub(crate) fn leaf() -> Option<Leaf> {
    Some(Leaf {
        kind: LeafKind::of(1)?,
        office: "11990102FAKE00099D".to_owned(),
        subject: "990102-SPZYZ-01".to_owned(),
        moment: AT,
        commitment: [5; 32],
        status: Some(StatusEntry {
            uri: "https://licences.example/status/1".to_owned(),
            index: 77,
        }),
    })
}

/// A signature by the key of the fixtures' leaf.
fn sign(message: &[u8]) -> Option<Signature> {
    let path = fixtures().join("rfc3161-ocsp-crl/p256/keys/leaf.pem");
    let text = String::from_utf8(fixture(&path)?).ok()?;
    let signer = SoftwareSigner::from_pkcs8(&pem(&text)?, None).ok()?;
    let key = KeyId::parse("leaf")?;
    let under = Authorisation::journalled(key, KeyUse::StatusLists, message, AT);
    signer.sign(Input::Message(message), &under).ok()
}

fn bags() -> Option<Vec<Vec<u8>>> {
    let folder = fixtures().join("rfc3161-ocsp-crl/p256");
    let list = fixture(&folder.join("crl/good.crl"))?;
    let root = example("ca.der")?;
    let of = |leaf: &str| Some([example(leaf)?.der(), root.der(), &list, root.der()].concat());
    Some(
        ["leaf.der", "tsa.der", "revoked.der"]
            .into_iter()
            .filter_map(of)
            .collect(),
    )
}

/// Content with text, layers and a picture.
fn contents() -> Vec<Vec<u8>> {
    [
        "q 1 0 0 1 5 6 cm /OC/A BDC BT /F 9 Tf 3 Tr (a) Tj [(b)-3<63>] TJ 1 2 (c) \" ET EMC Q",
        "0 0 9 9 re W* n % Q\nBI /W 1 /H 1 ID \u{1} EI /X Do true false null x",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

fn ocsp_paths() -> Option<Vec<Vec<u8>>> {
    let path = fixtures().join("rfc3161-ocsp-crl/p256/ocsp/request-leaf.orq");
    let request = fixture(&path)?;
    let text = STANDARD.encode(&request);
    let encoded = evidence::ocsp::encode_path("http://ocsp.example/", &request)?;
    Some(vec![
        format!("//{text}").into_bytes(),
        text.into_bytes(),
        encoded.into_bytes(),
    ])
}

fn receipt() -> Vec<u8> {
    let hash = STANDARD.encode([9; 32]);
    format!(
        "c2sp.org/tlog-proof@v1\nextra {}\nindex 3\n{hash}\n{hash}\n\nlog.example/licences\n4\n{hash}\n\n\
         \u{2014} log.example/licences 17mBtPBNwLWeJVo/vjzDtqkYcGHNUZeVmmKajuh8VlUt7ZdTOBcBSQZ04x+VGW66C//6VsDjxLYAj9V1XTzAwKhdlgc=\n",
        STANDARD.encode([3; 16])
    )
    .into_bytes()
}

fn claims() -> Lc1Claims {
    Lc1Claims {
        issuer: "11990102FAKE00099D".to_owned(),
        issued_at: AT,
        not_before: Some(AT),
        expires: Some(AT + Duration::days(365)),
        status: Some(StatusReference {
            uri: "https://licences.example/status/1".to_owned(),
            index: 77,
        }),
        licence: LicenceClaims {
            identifier: "1.2.156.3005.2.11990000FAKE00013G001.11990102FAKE00099D.2026000001.001.4"
                .to_owned(),
            type_name: Some("营业执照".to_owned()),
            number: Some("YZ99020000001".to_owned()),
            holder: Some("临溪青石区云上小馆餐饮有限公司".to_owned()),
            valid_to: Some("长期".to_owned()),
            content_digest: Some([4; 32]),
            copy: Some(1),
            ..LicenceClaims::default()
        },
    }
}

fn code() -> Option<String> {
    let prepared = claims()
        .prepare([1; 8], SignatureAlgorithm::EcdsaP256Sha256)
        .ok()?;
    let signature = sign(prepared.to_be_signed())?;
    prepared.finish(&signature).ok()
}

/// COSE_Sign1 of the code: tag 18, protected and claims as they were signed, a signature.
fn code_inside() -> Option<Vec<u8>> {
    let prepared = claims()
        .prepare([1; 8], SignatureAlgorithm::EcdsaP256Sha256)
        .ok()?;
    // RFC 9052 4.4: ["Signature1", protected, external, payload]; external is empty.
    let signed = prepared.to_be_signed();
    let rest = signed.strip_prefix(b"\x84\x6aSignature1")?;
    let end = 1 + usize::from(rest.first()? & 0x1f);
    let (protected, rest) = rest.split_at_checked(end)?;
    let payload = rest.strip_prefix(&[0x40])?;
    Some(
        [
            b"\xd2\x84",
            protected,
            &[0xa0],
            payload,
            &[0x58, 0x40],
            &[7; 64],
        ]
        .concat(),
    )
}

fn status_token() -> Option<String> {
    let mut list = StatusList::new();
    list.set(77, StatusValue::Suspended);
    let claims = StatusClaims {
        uri: "https://licences.example/status/1".to_owned(),
        issued_at: AT,
        expires: AT + Duration::hours(24),
        keep: 600,
    };
    let draft = credential::JwsDraft {
        kind: "statuslist+jwt",
        algorithm: SignatureAlgorithm::EcdsaP256Sha256,
        kid: Some("status"),
        certificates: &[example("leaf.der")?],
    };
    let prepared = list.prepare(&claims, draft).ok()?;
    let signature = sign(prepared.to_be_signed())?;
    prepared.finish(&signature).ok()
}

fn status_payload() -> Vec<u8> {
    json!({
        "sub": "https://licences.example/status/1", "iat": 1_782_000_000, "exp": 1_790_000_000, "ttl": 600,
        "status_list": { "bits": 2, "raw": "abcdefgh" }
    })
    .to_string()
    .into_bytes()
}

fn jws_parts() -> Option<Vec<Vec<u8>>> {
    let chain = STANDARD.encode(example("leaf.der")?.der());
    let headers = [
        json!({ "alg": "ES256", "typ": "jwt", "kid": "12" }),
        json!({ "alg": "RS256", "typ": "jwt", "x5c": [chain] }),
        json!({ "alg": "EdDSA", "crit": ["b64"], "b64": false }),
    ];
    Some(
        headers
            .iter()
            .map(|header| format!("{header}\n{{}}").into_bytes())
            .collect(),
    )
}

/// The sample licences as requests.
fn requests() -> Option<Vec<Vec<u8>>> {
    let text = fixture(&fixtures().join("licences/28.json"))?;
    let all: Vec<Value> = serde_json::from_slice(&text).ok()?;
    Some(all.iter().filter_map(request).collect())
}

fn request(one: &Value) -> Option<Vec<u8>> {
    let licence = one.get("licence")?;
    let mut holder = licence.get("holder")?.clone();
    holder
        .as_object_mut()?
        .retain(|name, _| ["kind", "name", "code"].contains(&name.as_str()));
    let request = json!({
        "matter": "990102-XK-0001", "case": "BJ-990102-20260608-00017",
        "decision": {
            "number": "临青审字〔2026〕17号", "decided_on": "2026-07-02", "decided_by": "approver"
        },
        "type": licence.pointer("/type/key")?, "issuer": one.get("issuer")?, "holder": holder,
        "fields": licence.get("fields")?, "valid_from": "2026-07-03",
        "valid_to": licence.pointer("/validity/to"),
    });
    Some(request.to_string().into_bytes())
}

/// The sample catalogue with four entries of each list, so that it is read often.
fn small_catalogue() -> Option<Vec<u8>> {
    let [departments, types, matters, powers] = catalogue_files()?;
    let read = |text: &[u8]| -> Option<Value> {
        let mut whole: Value = serde_json::from_slice(text).ok()?;
        for list in whole.as_object_mut()?.values_mut() {
            if let Some(list) = list.as_array_mut() {
                list.truncate(4);
            }
        }
        Some(whole)
    };
    let whole = json!({
        "departments": read(&departments)?, "types": read(&types)?,
        "matters": read(&matters)?, "powers": read(&powers)?,
    });
    Some(whole.to_string().into_bytes())
}

fn whole_catalogue() -> Option<Vec<u8>> {
    let [departments, types, matters, powers] = catalogue_files()?;
    let read = |text: &[u8]| serde_json::from_slice::<Value>(text).ok();
    let whole = json!({
        "departments": read(&departments)?, "types": read(&types)?,
        "matters": read(&matters)?, "powers": read(&powers)?,
    });
    Some(whole.to_string().into_bytes())
}

fn templates() -> Vec<Vec<u8>> {
    let folder = fixtures().join("../../crates/document/assets/templates");
    let all = std::fs::read_dir(folder).into_iter().flatten().flatten();
    all.filter_map(|entry| fixture(&entry.path())).collect()
}

fn key_store() -> Option<Vec<u8>> {
    let random = SeededRandom::new(1);
    let folder = tempfile::tempdir().ok()?;
    let path = folder.path().join("keys");
    let store = KeyStore::create_at_cost(&path, b"passphrase", Cost::FOR_TESTS, &random).ok()?;
    let key = generate_pkcs8(KeyAlgorithm::Ed25519, &random).ok()?;
    let new = NewKey {
        id: KeyId::parse("seal-990102-SPZYZ-01")?,
        for_use: KeyUse::Seal,
        algorithm: None,
        pkcs8: &key,
        seal: None,
    };
    store.add(&[new], &random).ok()?;
    fixture(&path)
}

fn trust_pem() -> Option<Vec<u8>> {
    let pem = |name| {
        let text = STANDARD.encode(example(name)?.der());
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(64)
            .filter_map(|line| std::str::from_utf8(line).ok())
            .collect();
        let body = lines.join("\n");
        Some(format!(
            "-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
        ))
    };
    Some(format!("{}{}", pem("ca.der")?, pem("leaf.der")?).into_bytes())
}

fn trust_content() -> Option<Vec<u8>> {
    let root = STANDARD.encode(example("ca.der")?.der());
    let content = json!({
        "version": 1, "issued_at": "2026-07-01T00:00:00Z", "next_update": "2026-07-08T00:00:00Z",
        "anchors": [{ "certificate": root, "purposes": ["document-signing"], "from": "2026-01-01T00:00:00Z" }],
        "certificates": [STANDARD.encode(example("leaf.der")?.der())],
        "offices": [{ "code": "11990102FAKE00099D", "name": "office",
            "types": [{ "code": "11990000FAKE00013G001", "until": "2030-01-01T00:00:00Z" }] }],
        "logs": [{ "origin": "log.example/licences", "quorum": 1,
            "keys": ["log.example/licences+d7b981b4+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"],
            "witnesses": ["witness.example/w1+d9ed62c5+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR"] }],
        "time_stamp_policies": ["1.2.3.4"],
    });
    Some(content.to_string().into_bytes())
}

fn policy() -> Vec<u8> {
    json!({
        "name": "ours", "base": "default", "revocation": "required", "licence_status": "if_present",
        "status_hours": 24, "skew_seconds": 300, "zone_minutes": 480, "rsa_bits": 3072,
    })
    .to_string()
    .into_bytes()
}

fn signed_request() -> Option<Vec<u8>> {
    let content = b"{\"matter\":\"990102-XK-0001\"}";
    let mut headers = HeaderMap::new();
    headers.insert("idempotency-key", "0123456789abcdef".parse().ok()?);
    let credentials = server::Credentials {
        key: "approval",
        secret: b"a shared secret of 32 octets ....",
        nonce: "0123456789abcdef",
        created: AT,
    };
    server::sign(&Method::POST, ADDRESS, &mut headers, content, &credentials).ok()?;
    let mut out = Vec::new();
    for (name, value) in &headers {
        out.extend_from_slice(name.as_str().as_bytes());
        out.push(b':');
        out.extend_from_slice(value.as_bytes());
        out.push(b'\n');
    }
    out.push(b'\n');
    out.extend_from_slice(content);
    Some(out)
}

/// A server of stratum 2 that answers at once, by a clock that is right.
fn time_answer() -> Vec<u8> {
    // RFC 5905 6: seconds from 1900.
    let seconds = u32::try_from(AT.unix_timestamp() + 2_208_988_800).unwrap_or_default();
    let mut packet = vec![0x24, 2];
    packet.resize(24, 0);
    packet.extend_from_slice(&clock::COOKIE);
    for _ in ["received", "sent"] {
        packet.extend_from_slice(&seconds.to_be_bytes());
        packet.extend_from_slice(&[2, 0, 0, 0]);
    }
    packet
}

fn encoded_leaf() -> Option<Vec<u8>> {
    leaf().and_then(|leaf| leaf.encode().ok())
}
