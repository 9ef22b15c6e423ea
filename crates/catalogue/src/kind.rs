//! Licence types: what a kind of licence consists of and what may happen to it.

use serde::{Deserialize, Serialize};

use crate::key::{DepartmentKey, FieldName, TypeCode, TypeKey};
use crate::validity::ValidityRule;

/// A licence type (证照类型).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenceType {
    /// Its short key.
    pub key: TypeKey,
    /// Its code, the first part of each identifier.
    pub code: TypeCode,
    /// Its Chinese name, as it stands on the licence.
    pub name_zh: String,
    /// Its English name.
    pub name_en: String,
    /// Who may hold one.
    pub holder: HolderKind,
    /// The bodies that may issue it.
    pub issuers: Vec<DepartmentKey>,
    /// Its fields, in the order of the page.
    pub fields: Vec<Field>,
    /// How long one holds.
    pub validity: ValidityRule,
    /// Renewal opens and closes this many days before the end, if it is renewed at all.
    pub renewal_window: Option<(u16, u16)>,
    /// The endings its law knows.
    pub endings: Vec<Ending>,
    /// Whether it may be suspended.
    pub may_suspend: bool,
    /// How the electronic licence stands to paper (R9).
    pub paper: Paper,
    /// Whether it may be granted on a commitment (R19).
    pub inform_and_commit: bool,
    /// Whether it consists of permits of several bodies.
    pub composite: bool,
    /// The composite types it may be part of.
    pub component_of: Vec<TypeKey>,
    /// The types that it presupposes: their end flags the dependants (domain.md 4.1).
    pub predecessors: Vec<TypeKey>,
    /// Whether holders may show it offline.
    pub offline_presentation: bool,
    /// Life of a presentation in seconds.
    pub presentation_seconds: u32,
    /// The files one issue makes, each with its suite (D5).
    pub files: Vec<(FileFormat, Suite)>,
    /// How long records are kept, in the words of the type.
    pub retention: String,
}

impl LicenceType {
    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name.as_str() == name)
    }

    /// The suite of the file in `format`, if the type has such a file.
    #[must_use]
    pub fn suite(&self, format: FileFormat) -> Option<Suite> {
        self.files
            .iter()
            .find(|(known, _)| *known == format)
            .map(|(_, suite)| *suite)
    }
}

/// Types that became one (三证合一); their numbers live on as aliases of the successor's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedType {
    /// The Chinese name of the merging.
    pub name_zh: String,
    /// The type that they became.
    pub successor: TypeKey,
    /// What the old papers were called.
    pub predecessors: Vec<String>,
}

/// A field of a licence type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name in data.
    pub name: FieldName,
    /// Its Chinese label.
    pub label_zh: String,
    /// What its value is.
    pub kind: FieldKind,
    /// Whether a licence must have it (R11).
    pub required: bool,
    /// Who may see it (R16).
    pub sensitivity: Sensitivity,
}

/// What the value of a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldKind {
    /// Text.
    Text,
    /// A unified social credit code.
    Uscc,
    /// An amount in yuan, at most two decimals.
    Money,
    /// A civil date.
    Date,
    /// A number.
    Number,
    /// A list of texts or of flat records.
    List,
    /// A citizen's number.
    CitizenId,
    /// SHA-256 in lower-case hexadecimal.
    Digest,
    /// A moment with its offset, RFC 3339.
    DateTime,
}

impl FieldKind {
    pub(crate) const TABLE: &'static [(&'static str, Self)] = &[
        ("text", Self::Text),
        ("uscc", Self::Uscc),
        ("money", Self::Money),
        ("date", Self::Date),
        ("number", Self::Number),
        ("list", Self::List),
        ("citizen_id", Self::CitizenId),
        ("digest", Self::Digest),
        ("datetime", Self::DateTime),
    ];
}

/// Who may see a field (R16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sensitivity {
    /// Everybody.
    Open,
    /// The holder, and others with a ground.
    Personal,
    /// As personal, and masked even then unless asked for by name.
    Secret,
}

impl Sensitivity {
    pub(crate) const TABLE: &'static [(&'static str, Self)] = &[
        ("open", Self::Open),
        ("personal", Self::Personal),
        ("secret", Self::Secret),
    ];
}

/// Who may hold a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HolderKind {
    /// A person.
    Person,
    /// An organisation.
    Organisation,
    /// Either.
    PersonOrOrganisation,
    /// A project.
    Project,
}

impl HolderKind {
    pub(crate) const TABLE: &'static [(&'static str, Self)] = &[
        ("person", Self::Person),
        ("org", Self::Organisation),
        ("person_or_org", Self::PersonOrOrganisation),
        ("project", Self::Project),
    ];
}

/// The four endings (domain.md 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// 注销: at the holder's wish, by death or dissolution, or after expiry.
    Deregistered,
    /// 撤销: should not have been granted.
    Annulled,
    /// 撤回: a lawful grant taken back.
    Withdrawn,
    /// 吊销: a penalty.
    Revoked,
}

impl Ending {
    /// Every ending.
    pub const ALL: [Self; 4] = [
        Self::Deregistered,
        Self::Annulled,
        Self::Withdrawn,
        Self::Revoked,
    ];
    pub(crate) const TABLE: &'static [(&'static str, Self)] = &[
        ("注销", Self::Deregistered),
        ("撤销", Self::Annulled),
        ("撤回", Self::Withdrawn),
        ("吊销", Self::Revoked),
    ];

    /// The stable code: `deregistered`, `annulled`, `withdrawn`, `revoked`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Deregistered => "deregistered",
            Self::Annulled => "annulled",
            Self::Withdrawn => "withdrawn",
            Self::Revoked => "revoked",
        }
    }

    /// The ending of this code, or of this legal term.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|ending| ending.code() == text || ending.zh() == text)
    }

    /// The legal term.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Deregistered => "注销",
            Self::Annulled => "撤销",
            Self::Withdrawn => "撤回",
            Self::Revoked => "吊销",
        }
    }
}

/// How the electronic licence stands to paper (R9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// Beside it, under one number.
    Together,
    /// In its place.
    Instead,
}

impl Paper {
    pub(crate) const TABLE: &'static [(&'static str, Self)] =
        &[("together", Self::Together), ("instead", Self::Instead)];
}

/// The format of a sealed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileFormat {
    /// PDF/A.
    Pdf,
    /// OFD, GB/T 33190.
    Ofd,
    /// A signature over a caller's content of any kind.
    Envelope(Envelope),
}

impl FileFormat {
    /// What an issue makes of a licence.
    pub(crate) const TABLE: &'static [(&'static str, Self)] =
        &[("pdf", Self::Pdf), ("ofd", Self::Ofd)];

    /// `pdf`, `ofd`, or the code of the envelope.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Ofd => "ofd",
            Self::Envelope(envelope) => envelope.code(),
        }
    }

    /// The format of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        let found = Self::TABLE.iter().find(|(known, _)| *known == code);
        let found = found.map(|(_, format)| *format);
        found.or_else(|| Envelope::find(code).map(Self::Envelope))
    }

    /// The media type of such a file; that of OFD is in use and not registered.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Ofd => "application/ofd",
            Self::Envelope(envelope) => envelope.row().1,
        }
    }

    /// How the name of such a file ends.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Pdf | Self::Ofd => self.code(),
            Self::Envelope(envelope) => envelope.row().2,
        }
    }
}

/// What a seal over a caller's own content becomes, of whatever kind that content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Envelope {
    /// CAdES beside its content, one file (EN 319 122-1).
    Cades,
    /// JAdES with its content, one file, in the compact serialization: B-B alone, it has no room for what comes later.
    JadesCompact,
    /// JAdES with its content, one file, in the flattened JSON serialization (TS 119 182-1).
    Jades,
    /// JAdES beside its content, files that it names with their digests (`sigD`).
    JadesDetached,
    /// A package of one file and its CAdES signature (EN 319 162-1).
    AsicS,
    /// A package of files and a CAdES signature over the list of them.
    AsicE,
    /// CAdES over content whose digest alone was given.
    CadesOfDigest,
    /// JAdES over files whose digests alone were given (`sigD`).
    JadesOfDigest,
}

impl Envelope {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Cades,
        Self::JadesCompact,
        Self::Jades,
        Self::JadesDetached,
        Self::AsicS,
        Self::AsicE,
        Self::CadesOfDigest,
        Self::JadesOfDigest,
    ];

    /// Code, media type, ending (RFC 7515 9, RFC 8551 3.2.1, EN 319 162-1 A.1).
    fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Cades => ("cades", "application/pkcs7-signature", "p7s"),
            Self::JadesCompact => ("jades-compact", "application/jose", "jws"),
            Self::Jades => ("jades", "application/jose+json", "jades"),
            Self::JadesDetached => ("jades-detached", "application/jose+json", "jades"),
            Self::AsicS => ("asic-s", "application/vnd.etsi.asic-s+zip", "asics"),
            Self::AsicE => ("asic-e", "application/vnd.etsi.asic-e+zip", "asice"),
            Self::CadesOfDigest => ("cades-of-digest", "application/pkcs7-signature", "p7s"),
            Self::JadesOfDigest => ("jades-of-digest", "application/jose+json", "jades"),
        }
    }

    /// Its code, such as `asic-e`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// The envelope of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Whether the names of its files are sealed with them; a form without names is of exactly one file.
    #[must_use]
    pub fn is_named(self) -> bool {
        matches!(self, Self::JadesDetached | Self::AsicS | Self::AsicE)
    }

    /// Whether its content lies beside it, to be handed in with it.
    #[must_use]
    pub fn is_detached(self) -> bool {
        matches!(self, Self::Cades | Self::JadesDetached)
    }

    /// Whether it is made of digests: nobody but its caller has the content.
    #[must_use]
    pub fn is_of_digest(self) -> bool {
        matches!(self, Self::CadesOfDigest | Self::JadesOfDigest)
    }

    /// What takes the place of this form where digests are given and no content; nothing where the form holds content, or a list of it.
    #[must_use]
    pub fn of_digest(self) -> Option<Self> {
        match self {
            Self::Cades => Some(Self::CadesOfDigest),
            Self::JadesDetached => Some(Self::JadesOfDigest),
            _ => None,
        }
    }
}

/// Which algorithms sign a file (D5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Suite {
    /// ECDSA, RSA, Ed25519 with SHA-2.
    International,
    /// SM2 with SM3.
    Sm,
    /// Both on one document.
    Both,
}

impl Suite {
    pub(crate) const TABLE: &'static [(&'static str, Self)] = &[
        ("international", Self::International),
        ("sm", Self::Sm),
        ("both", Self::Both),
    ];
}
