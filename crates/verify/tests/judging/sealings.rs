//! OFD files sealed here whatever is in them: what is bent is bent before maker and signer sign, so that no digest and no
//! signature is wrong but where that is meant.

use affix::ofd::List;
use asn1::{Oid, Reader, Tag, write};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{Digest, DigestAlgorithm};
use evidence::cms::NationalDraft;
use seal::ses::{Edition, SealSignature};
use time::UtcDateTime;

use crate::hierarchy::{SEALED, certificate, sign};
use crate::national::{GOOD, SM2, sealed};
use crate::ofd::sample;
use crate::package::{LIST, Parts, SEAL, SIGNATURE, VALUE, put};

/// SM2 with SM3.
pub(crate) const SM2_SM3: Oid = Oid::of(&[1, 2, 156, 10_197, 1, 501]);

/// The elements of one level.
pub(crate) fn elements(der: &[u8]) -> Vec<Vec<u8>> {
    let element = Reader::single(der, Tag::SEQUENCE).expect("a sequence");
    let mut inside = element.reader().expect("elements");
    let mut found = Vec::new();
    while !inside.is_empty() {
        found.push(inside.element().expect("an element").raw().to_vec());
    }
    found
}

/// A licence page of other software, sealed by nobody yet: text, an image, an attachment, data of its own.
pub(crate) fn skeleton() -> Vec<u8> {
    sample("hand-skeleton.ofd")
}

/// The same, sealed, and taken apart.
pub(crate) fn parts(list: List) -> Parts {
    Parts::read(&sealed(skeleton(), GOOD, (120.0, list), None))
}

/// The seal of the usual signer, its information bent before `maker` signs.
pub(crate) fn seal_by(edition: Edition, maker: &str, bend: impl Fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let good = crate::national::seal_of(edition, GOOD);
    let info = bend(elements(good.der()).swap_remove(0));
    let cert = write::octet_string(certificate(maker).der());
    let oid = write::oid(&SM2_SM3);
    let signed = match edition {
        Edition::V1 => write::sequence([&info, &cert, &oid]),
        _ => info.clone(),
    };
    let value = write::bit_string(sign(maker, &signed).bytes());
    match edition {
        Edition::V1 => write::sequence([info, write::sequence([cert, oid, value])]),
        _ => write::sequence([info, cert, oid, value]),
    }
}

/// The same by who makes seals.
pub(crate) fn seal(edition: Edition, bend: impl Fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    seal_by(edition, "sm-maker", bend)
}

/// With one part in the place of another.
pub(crate) fn with(path: &'static [usize], part: Vec<u8>) -> impl Fn(Vec<u8>) -> Vec<u8> {
    move |der| put(&der, path, &part)
}

type Bend = fn(&mut Vec<Vec<u8>>);

/// How a package is sealed.
pub(crate) struct Sealing {
    /// Paths of `Signature.xml`, its value, and the seal beside it.
    pub(crate) paths: [String; 3],
    pub(crate) seal: Vec<u8>,
    pub(crate) signer: &'static str,
    pub(crate) time: UtcDateTime,
    /// How the digests of the references are made.
    pub(crate) references: DigestAlgorithm,
    /// What is done to the elements of `toSign` before it is signed.
    pub(crate) before: Bend,
    /// What is done to the elements of the whole afterwards.
    pub(crate) after: Bend,
}

impl Sealing {
    /// By the usual signer with the usual seal of GB/T 38540.
    pub(crate) fn usual() -> Sealing {
        Sealing::under(seal(Edition::V4, |info| info))
    }

    /// The same with this seal.
    pub(crate) fn under(seal: Vec<u8>) -> Sealing {
        Sealing {
            paths: [SIGNATURE, VALUE, SEAL].map(str::to_owned),
            seal,
            signer: GOOD,
            time: SEALED,
            references: DigestAlgorithm::Sm3,
            before: |_| {},
            after: |_| {},
        }
    }

    pub(crate) fn before(self, before: Bend) -> Sealing {
        Sealing { before, ..self }
    }

    pub(crate) fn after(self, after: Bend) -> Sealing {
        Sealing { after, ..self }
    }

    pub(crate) fn by(self, signer: &'static str) -> Sealing {
        Sealing { signer, ..self }
    }

    pub(crate) fn at(self, time: UtcDateTime) -> Sealing {
        Sealing { time, ..self }
    }

    /// Seals the package as it is now.
    pub(crate) fn put_on(&self, parts: &mut Parts) {
        let [signature, _, beside] = &self.paths;
        if parts.entries.iter().any(|(name, _)| name == beside) {
            parts.entry(beside).clone_from(&self.seal);
        }
        digested(parts, signature, self.references);
        self.sign_anew(parts);
    }

    /// Signs `Signature.xml` as it is now.
    pub(crate) fn sign_anew(&self, parts: &mut Parts) {
        let [signature, value, _] = &self.paths;
        let digest = Digest::of(DigestAlgorithm::Sm3, parts.entry(signature));
        *parts.entry(value) = self.signed(&digest, &format!("/{signature}"));
    }

    /// The sample, sealed so.
    pub(crate) fn file(&self) -> Vec<u8> {
        self.of(|_| {})
    }

    /// The sample, bent and sealed so.
    pub(crate) fn of(&self, bend: impl Fn(&mut Parts)) -> Vec<u8> {
        let mut parts = parts(List::Closed);
        bend(&mut parts);
        self.put_on(&mut parts);
        parts.octets()
    }

    /// `SES_Signature` over a digest.
    pub(crate) fn signed(&self, digest: &Digest, property: &str) -> Vec<u8> {
        let is_first = elements(&self.seal).len() == 2;
        let version = elements(&elements(&elements(&self.seal)[0])[0])[1].clone();
        let moment = write::generalized_time(self.time);
        let cert = write::octet_string(certificate(self.signer).der());
        let oid = write::oid(&SM2_SM3);
        let mut inside = vec![
            version,
            self.seal.clone(),
            if is_first {
                write::bit_string(&moment)
            } else {
                moment
            },
            write::bit_string(digest.bytes()),
            write::element(Tag::IA5_STRING, property.as_bytes()),
        ];
        if is_first {
            inside.extend([cert.clone(), oid.clone()]);
        }
        (self.before)(&mut inside);
        let signed = write::sequence(inside);
        let value = write::bit_string(sign(self.signer, &signed).bytes());
        let mut whole = match is_first {
            true => vec![signed, value],
            false => vec![signed, cert, oid, value],
        };
        (self.after)(&mut whole);
        write::sequence(whole)
    }
}

/// A package without a seal, signed in the form of GB/T 35275: the message is bent behind the signature.
pub(crate) fn plain(bend: impl Fn(&mut Parts), message: impl Fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    plain_over(
        bend,
        |text| Digest::of(DigestAlgorithm::Sm3, text).bytes().to_vec(),
        message,
    )
}

/// The same over what `content` makes of `Signature.xml`.
pub(crate) fn plain_over(
    bend: impl Fn(&mut Parts),
    content: impl Fn(&[u8]) -> Vec<u8>,
    message: impl Fn(Vec<u8>) -> Vec<u8>,
) -> Vec<u8> {
    let mut parts = parts(List::Closed);
    parts.text(LIST, "Type=\"Seal\"", "Type=\"Sign\"");
    bend(&mut parts);
    digested(&mut parts, SIGNATURE, DigestAlgorithm::Sm3);
    let over = content(parts.entry(SIGNATURE));
    let own = certificate(GOOD);
    let draft = NationalDraft::new(&over, &own, SM2).expect("its own key");
    let value = sign(GOOD, draft.to_be_signed());
    *parts.entry(VALUE) = message(draft.finish(&value, &[own.der()]));
    parts.octets()
}

/// The digests of a `Signature.xml` made anew; a reference to nothing keeps what it has.
pub(crate) fn digested(parts: &mut Parts, signature: &str, algorithm: DigestAlgorithm) {
    let text = String::from_utf8(parts.entry(signature).clone()).expect("text");
    let mut pieces = text.split("FileRef=\"");
    let mut bent = pieces.next().expect("a beginning").to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('"').expect("a path");
        let own = name.strip_prefix('/').unwrap_or(name);
        let found = parts.entries.iter().find(|(entry, _)| entry == own);
        let Some((before, rest)) = rest.split_once("CheckValue>") else {
            panic!("{name} has no digest");
        };
        let (stated, rest) = rest.split_once('<').expect("its end");
        let digest = found.map(|(_, octets)| Digest::of(algorithm, octets));
        let digest = digest.map_or(stated.to_owned(), |digest| STANDARD.encode(digest.bytes()));
        bent += &format!("FileRef=\"{name}\"{before}CheckValue>{digest}<{rest}");
    }
    *parts.entry(signature) = bent.into_bytes();
}

/// A reference to one entry more.
pub(crate) fn refer(parts: &mut Parts, path: &str) {
    let one = format!(
        "<ofd:Reference FileRef=\"{path}\"><ofd:CheckValue>AA==</ofd:CheckValue></ofd:Reference>"
    );
    parts.text(
        SIGNATURE,
        "</ofd:References>",
        &format!("{one}</ofd:References>"),
    );
}

/// An entry that is signed with the others.
pub(crate) fn add(parts: &mut Parts, name: &str, octets: &[u8]) {
    parts.add(name, octets);
    refer(parts, &format!("/{name}"));
}

/// The value of a sealed package, read.
pub(crate) fn read(parts: &mut Parts) -> SealSignature {
    SealSignature::parse(parts.entry(VALUE)).expect("a value")
}
