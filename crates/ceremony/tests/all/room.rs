//! What every test has: people, a declaration, requests, a root's key.

use asn1::{Oid, Tag, write};
use ceremony::{Admitted, Declaration, Files, Refused, RootKey, Session};
use crypto::{
    Authorisation, Input, KeyAlgorithm, KeyId, KeyUse, Random, SeededRandom, Signature, Signer,
    SoftwareSigner, generate_pkcs8, sha256,
};
use pki::extension::{BasicConstraints, Extension, KeyUsage};
use pki::identifiers as id;
use pki::profile::office;
use time::UtcDateTime;
use time::macros::utc_datetime;

pub(crate) const NOW: UtcDateTime = utc_datetime!(2026-11-27 9:00);
pub(crate) const ALL: [&str; 5] = ["master", "one", "two", "three", "witness"];
const EXTENSION_REQUEST: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 14]);

pub(crate) fn key(kind: KeyAlgorithm, seed: u64) -> SoftwareSigner {
    let pkcs8 = generate_pkcs8(kind, &SeededRandom::new(seed)).expect("a key");
    SoftwareSigner::from_pkcs8(&pkcs8, None).expect("a key")
}

pub(crate) fn sign(key: &SoftwareSigner, octets: &[u8]) -> Signature {
    let under = Authorisation::journalled(name("root"), KeyUse::Certificates, octets, NOW);
    key.sign(Input::Message(octets), &under).expect("signs")
}

pub(crate) fn name(text: &str) -> KeyId {
    KeyId::parse(text).expect("a name")
}

pub(crate) fn names(all: &[&str]) -> Vec<KeyId> {
    all.iter().map(|text| name(text)).collect()
}

pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// What a request asks for beside subject and key.
pub(crate) struct Asked<'a> {
    pub(crate) subject: &'a str,
    pub(crate) version: u64,
    pub(crate) extensions: Vec<(Oid, Vec<u8>)>,
    pub(crate) attribute: Oid,
    /// Whose key signs it, by its seed.
    pub(crate) signed_by: u64,
}

impl Default for Asked<'_> {
    fn default() -> Self {
        let basic = BasicConstraints {
            ca: true,
            path_length: Some(0),
        };
        let usage = KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN);
        Asked {
            subject: "Issuing CA 2026",
            version: 0,
            extensions: vec![
                (id::BASIC_CONSTRAINTS, basic.encode()),
                (id::KEY_USAGE, usage.encode()),
            ],
            attribute: EXTENSION_REQUEST,
            signed_by: 7,
        }
    }
}

/// A request (RFC 2986) of the Ed25519 key with seed 7.
pub(crate) fn request(asked: &Asked<'_>) -> Vec<u8> {
    let own = key(KeyAlgorithm::Ed25519, 7);
    let subject = office("Example Office", asked.subject).expect("a name");
    let extensions = asked.extensions.iter().map(|(oid, value)| {
        let extension = Extension {
            oid: *oid,
            critical: true,
            value,
        };
        extension.encode()
    });
    let values = write::element(Tag::SET, &write::sequence(extensions));
    let attribute = write::sequence([write::oid(&asked.attribute), values]);
    let information = write::sequence([
        write::unsigned(asked.version),
        subject.der().to_vec(),
        own.public_key().spki().to_vec(),
        write::context(0, [attribute]),
    ]);
    let signer = key(KeyAlgorithm::Ed25519, asked.signed_by);
    let signature = sign(&signer, &information);
    let algorithm = pki::algorithm::identifier(own.algorithm());
    let signature = write::bit_string(signature.bytes());
    write::sequence([information, algorithm, signature])
}

/// A declaration of session 1: a root, one authority below it, two of three keepers, one witness of one, of whom the
/// master and the witness have keys.
pub(crate) fn first() -> String {
    let request = hex(&sha256(&request(&Asked::default())));
    let keys = [11, 12].map(|seed| hex(key(KeyAlgorithm::Ed25519, seed).public_key().spki()));
    format!(
        r#"ceremony = "root-2026"
session = 1
organization = "Example Office"
address = "http://pki.example.cn/ca"
policy = "2.25.1"

[quorum]
keepers = 2
witnesses = 1

[[participant]]
name = "master"
role = "master"
key = "{}"

[[participant]]
name = "one"
role = "keeper"

[[participant]]
name = "two"
role = "keeper"

[[participant]]
name = "three"
role = "keeper"

[[participant]]
name = "witness"
role = "witness"
key = "{}"

[root]
algorithm = "ed25519"
common_name = "Root CA 2026"
days = 7300

[[certificate]]
name = "issuing"
profile = "issuing-ca"
common_name = "Issuing CA 2026"
days = 3650
request = "{request}"

[list]
number = 1
days = 180
"#,
        keys[0], keys[1]
    )
}

/// The next session of the same root: nothing but its next list.
pub(crate) fn next(session: u32) -> String {
    let text = first();
    let from = text.find("[[certificate]]").expect("it is there");
    let to = text.find("[list]").expect("it is there");
    let without = [&text[..from], &text[to..]].concat();
    without
        .replace("session = 1", &format!("session = {session}"))
        .replace("number = 1", &format!("number = {session}"))
}

pub(crate) fn requests() -> Files {
    Files::from([("issuing.csr".to_owned(), request(&Asked::default()))])
}

/// A session as it is about to be held.
pub(crate) struct Room {
    pub(crate) declaration: Declaration,
    pub(crate) present: Vec<KeyId>,
    pub(crate) folder: Files,
    pub(crate) requests: Files,
    pub(crate) now: UtcDateTime,
    pub(crate) root: SoftwareSigner,
}

impl Room {
    pub(crate) fn of(text: &str) -> Room {
        Room {
            declaration: Declaration::parse(text).expect("a declaration"),
            present: names(&ALL),
            folder: Files::new(),
            requests: requests(),
            now: NOW,
            root: key(KeyAlgorithm::Ed25519, 1),
        }
    }

    /// A session after others.
    pub(crate) fn after(folder: &Files, text: &str) -> Room {
        Room {
            folder: folder.clone(),
            now: NOW + time::Duration::DAY,
            ..Room::of(text)
        }
    }

    pub(crate) fn admit(&self) -> Result<Admitted<'_>, Refused> {
        Session {
            declaration: &self.declaration,
            signed_off: self.declaration.digest(),
            present: &self.present,
            folder: &self.folder,
            requests: &self.requests,
            now: self.now,
        }
        .admit()
    }

    /// All files there are after the session.
    pub(crate) fn hold(&self) -> Result<Files, Refused> {
        let session = u64::from(self.declaration.session());
        self.hold_with(&SeededRandom::new(100 + session))
    }

    pub(crate) fn hold_with(&self, random: &dyn Random) -> Result<Files, Refused> {
        let admitted = self.admit()?;
        let root = RootKey {
            public: self.root.public_key(),
            algorithm: self.root.algorithm(),
            sign: &|octets, _| Ok(sign(&self.root, octets)),
        };
        let made = admitted.hold(&root, random)?;
        let mut all = self.folder.clone();
        all.extend(made);
        Ok(all)
    }
}

/// What the first session left.
pub(crate) fn held() -> Files {
    Room::of(&first()).hold().expect("held")
}
