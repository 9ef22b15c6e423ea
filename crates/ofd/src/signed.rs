//! Signatures of a document as plain values.

use crypto::DigestAlgorithm;

use crate::area::Area;
use crate::fault::ReadPart;

/// The list of a document's signatures (`Signatures.xml`).
#[derive(Debug, Clone)]
pub struct Signatures {
    /// Its path, or its location as written where that leads nowhere.
    pub path: String,
    /// `MaxSignId`, as written.
    pub greatest: Option<String>,
    /// `MaxSignId` is greater than every identifier that the list or its stamps have: something was taken out.
    pub is_short: bool,
    /// The signatures, in the order of the list.
    pub signatures: Vec<Signature>,
    /// Why the list, or the rest of it, cannot be read.
    pub fault: Option<ReadPart>,
}

/// What kind of signature the list calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureKind {
    /// `Seal`, also where it says nothing: the value is a seal signature (GB/T 38540).
    Seal,
    /// `Sign`: the value is a signature without a seal.
    Sign,
    /// Something else.
    Other(String),
}

/// A signature of the list.
#[derive(Debug, Clone)]
pub struct Signature {
    /// `ID`.
    pub id: String,
    /// `Type`.
    pub kind: SignatureKind,
    /// Path of its `Signature.xml`.
    pub path: String,
    /// The exact octets of its `Signature.xml`, over which its digest goes.
    pub octets: Vec<u8>,
    /// What they say.
    pub read: Result<Signed, ReadPart>,
}

impl Signature {
    /// The path as signatures name it, from the package's root.
    #[must_use]
    pub fn package_path(&self) -> String {
        format!("/{}", self.path)
    }
}

/// What a `Signature.xml` says, and what is found of it.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The signature's value.
    pub value: Part,
    /// The seal beside it.
    pub seal: Option<Part>,
    /// `ProviderName`.
    pub provider: Option<String>,
    /// `SignatureMethod`, as written.
    pub method: Option<String>,
    /// `SignatureDateTime`, as written: free text, which proves nothing.
    pub time: Option<String>,
    /// How the digests of the references are made.
    pub check: CheckMethod,
    /// What is signed.
    pub references: Vec<Reference>,
    /// Where it is shown.
    pub stamps: Vec<Stamp>,
    /// What of the package it leaves out.
    pub coverage: Coverage,
}

/// A part that a signature names.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its path, or its location as written where that leads nowhere.
    pub path: String,
    /// Its octets.
    pub octets: Result<Vec<u8>, ReadPart>,
}

/// How the digests of references are made (`CheckMethod`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckMethod {
    /// Not said: the schema then means MD5.
    Absent,
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// A method whose digests are recomputed.
    Digest(DigestAlgorithm),
    /// Something else.
    Unknown(String),
}

impl CheckMethod {
    // Spec 3.3: the 2016 schema knows MD5 and SHA1 alone; in use are `SM3`, its identifier and, beside RSA and ECDSA, SHA-2.
    pub(crate) fn parse(text: Option<&str>) -> CheckMethod {
        let Some(text) = text else {
            return CheckMethod::Absent;
        };
        match text.trim().to_ascii_uppercase().as_str() {
            "SM3" | "1.2.156.10197.1.401" => CheckMethod::Digest(DigestAlgorithm::Sm3),
            "SHA256" | "SHA-256" | "2.16.840.1.101.3.4.2.1" => {
                CheckMethod::Digest(DigestAlgorithm::Sha256)
            }
            "MD5" | "1.2.840.113549.2.5" => CheckMethod::Md5,
            "SHA1" | "SHA-1" | "1.3.14.3.2.26" => CheckMethod::Sha1,
            _ => CheckMethod::Unknown(text.trim().to_owned()),
        }
    }
}

/// A part that is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// `FileRef`, as written.
    pub written: String,
    /// The entry that it leads to.
    pub entry: Option<String>,
    /// `CheckValue`, decoded; empty where it is no Base64.
    pub stated: Vec<u8>,
    /// What is found.
    pub outcome: Outcome,
}

/// What is found of a part that is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Its digest is the one stated.
    Same,
    /// Its digest is another.
    Differs,
    /// There is no such entry.
    Absent,
    /// The location is written in a way that others read differently.
    Location,
    /// The signature names it twice.
    Repeated,
    /// Its content cannot be read.
    Unreadable(ReadPart),
    /// Its digest is not recomputed for the method named.
    NotComputed,
}

/// A place where a signature is shown (`StampAnnot`).
#[derive(Debug, Clone, PartialEq)]
pub struct Stamp {
    /// `ID`.
    pub id: String,
    /// `PageRef`, the identifier of a page.
    pub page: String,
    /// `Boundary`, on that page.
    pub area: Area,
    /// `Clip`, from the upper left corner of the boundary.
    pub clip: Option<Area>,
    /// Whether that is on the page.
    pub place: StampPlace,
}

/// Whether a stamp stands on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StampPlace {
    /// What is shown of it lies inside the page.
    Inside,
    /// It stands out of the page, or the page has no box.
    Outside,
    /// The document has no such page.
    NoSuchPage,
}

/// What of the package a signature leaves out, apart from its own `Signature.xml` and value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Entries that it does not protect and that nothing excuses.
    pub uncovered: Vec<Uncovered>,
    /// Whether it protects the list of signatures: then no other can follow it.
    pub list: ListState,
    /// Files of later signatures of the list, which it cannot protect.
    pub later: Vec<String>,
}

/// An entry that a signature does not protect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncovered {
    /// Its path.
    pub path: String,
    /// Whether it is found by following locations from `OFD.xml`.
    pub reachable: bool,
}

/// Whether a signature protects the list of signatures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ListState {
    /// It does.
    Covered,
    /// It leaves room for others.
    #[default]
    Open,
}
