//! Files inside the file (ISO 32000-2, 7.11.4, 14.13) and validation material (12.8.4.3) as bytes.

use syntax::{Dictionary, Object, ReadPdf};

use crate::file::{File, View};
use crate::tree::text;

/// Embedded files of one document.
const MAX_ATTACHMENTS: usize = 1_000;
/// Octets of one embedded file.
const MAX_ATTACHMENT: usize = 16 * 1024 * 1024;
/// Streams in one array of the document security store.
const MAX_MATERIAL: usize = 1_000;

/// A file inside the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// What it is to the document, such as `Data`; empty if not said.
    pub relationship: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What the document security store of the last revision holds, as bytes, nothing judged. `/VRI` is not read:
/// it adds nothing that these have not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Material {
    /// Certificates.
    pub certificates: Vec<Vec<u8>>,
    /// OCSP responses.
    pub ocsps: Vec<Vec<u8>>,
    /// Certificate revocation lists.
    pub crls: Vec<Vec<u8>>,
}

impl File<'_> {
    /// The embedded files as a revision names them in its catalog.
    ///
    /// # Errors
    /// A name tree or file specification that breaks its rules, a stream that cannot be decoded, `Limit`.
    pub fn attachments_at(&self, revision: usize) -> Result<Vec<Attachment>, ReadPdf> {
        let view = self.at(revision);
        let Object::Dictionary(names) = view.value(&view.catalog()?, b"Names")? else {
            return Ok(Vec::new());
        };
        let Some(root) = names.value(b"EmbeddedFiles") else {
            return Ok(Vec::new());
        };
        let named = view.names(root)?;
        if named.len() > MAX_ATTACHMENTS {
            return Err(ReadPdf::Limit {
                what: "embedded files",
                limit: MAX_ATTACHMENTS as u64,
            });
        }
        let attachments = named
            .iter()
            .map(|(name, specification)| view.attachment(name, specification));
        let mut found: Vec<Attachment> = attachments.collect::<Result<_, _>>()?;
        found.sort_by(|one, other| one.name.cmp(&other.name));
        // Two files of one name: readers differ on which they show.
        if found.windows(2).any(|pair| match pair {
            [one, other] => one.name == other.name,
            _ => false,
        }) {
            return Err(ReadPdf::Type {
                what: "two embedded files of one name",
            });
        }
        Ok(found)
    }

    /// The validation material of the last revision, empty if there is none.
    ///
    /// # Errors
    /// A store that breaks its rules, a stream that cannot be decoded, `Limit`.
    pub fn dss(&self) -> Result<Material, ReadPdf> {
        self.dss_at(usize::MAX)
    }

    /// The same as revision `revision` has it, from 0: what a time-stamp over that revision covers.
    ///
    /// # Errors
    /// As [`File::dss`].
    pub fn dss_at(&self, revision: usize) -> Result<Material, ReadPdf> {
        let view = self.at(revision);
        let store = match view.value(&view.catalog()?, b"DSS")? {
            Object::Null => return Ok(Material::default()),
            Object::Dictionary(store) => store,
            _ => return Err(ReadPdf::Type { what: "/DSS" }),
        };
        Ok(Material {
            certificates: view.material(&store, b"Certs")?,
            ocsps: view.material(&store, b"OCSPs")?,
            crls: view.material(&store, b"CRLs")?,
        })
    }
}

impl View<'_> {
    fn attachment(&self, name: &[u8], specification: &Object) -> Result<Attachment, ReadPdf> {
        let wrong = ReadPdf::Type {
            what: "a file specification",
        };
        let Object::Dictionary(specification) = self.resolve(specification)? else {
            return Err(wrong);
        };
        let Object::Dictionary(streams) = self.value(&specification, b"EF")? else {
            return Err(wrong);
        };
        // 7.11.4.1: /UF and /F name the same file; the unicode one is the newer.
        let key = if streams.value(b"UF").is_some() {
            b"UF".as_slice()
        } else {
            b"F"
        };
        let Object::Stream(stream) = self.value(&streams, key)? else {
            return Err(wrong);
        };
        let name = match self.value(&specification, b"UF")? {
            Object::String(name) => text(&name),
            _ => text(name),
        };
        let relationship = match self.value(&specification, b"AFRelationship")? {
            Object::Name(name) => text(&name),
            _ => String::new(),
        };
        let bytes = self.decoded(&stream)?;
        if bytes.len() > MAX_ATTACHMENT {
            return Err(ReadPdf::Limit {
                what: "octets of an embedded file",
                limit: MAX_ATTACHMENT as u64,
            });
        }
        Ok(Attachment {
            name,
            relationship,
            bytes,
        })
    }

    /// The streams of one array of the store; each is an object of its own (12.8.4.3, table 261).
    fn material(&self, store: &Dictionary, key: &[u8]) -> Result<Vec<Vec<u8>>, ReadPdf> {
        let elements = match self.value(store, key)? {
            Object::Null => return Ok(Vec::new()),
            Object::Array(elements) => elements,
            _ => return Err(ReadPdf::Type { what: "/DSS" }),
        };
        if elements.len() > MAX_MATERIAL {
            return Err(ReadPdf::Limit {
                what: "validation material",
                limit: MAX_MATERIAL as u64,
            });
        }
        elements
            .iter()
            .map(|element| match self.resolve(element)? {
                Object::Stream(stream) => self.decoded(&stream),
                _ => Err(ReadPdf::Type { what: "/DSS" }),
            })
            .collect()
    }
}
