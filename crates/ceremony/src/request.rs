//! Requests for certificates (RFC 2986), as they are brought in: strict, with proof that the key is held.

use crypto::{PublicKey, ReadKey, Signature};
use pki::algorithm::AlgorithmIdentifier;
use pki::extension::{BasicConstraints, Extension, KeyUsage, ReadExtension};
use pki::identifiers as id;
use pki::name::{Name, ReadName};
use pki::profile::{Profile, Role};
use thiserror::Error;

use asn1::{Element, Oid, ReadAsn1, Reader, Tag, inspect_der};

/// Longest request, in octets.
pub const MAX_REQUEST: usize = 64 * 1024;
/// extensionRequest (RFC 2985 5.4.2).
const EXTENSION_REQUEST: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 14]);

/// A request whose sender holds the key.
#[derive(Debug, Clone)]
pub struct Request {
    /// Whom the certificate is to be about.
    pub subject: Name,
    /// Whose key.
    pub key: PublicKey,
    basic: Option<BasicConstraints>,
    usage: Option<KeyUsage>,
}

/// Why octets are no request, or not one for what is declared.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadRequest {
    /// More than [`MAX_REQUEST`] octets.
    #[error("the request has more than {MAX_REQUEST} octets")]
    TooLong,
    /// Not DER, or another structure.
    #[error("the request is malformed")]
    Encoding(#[from] ReadAsn1),
    /// Not version 1 (RFC 2986 4.1).
    #[error("the request is of an unknown version")]
    Version,
    /// Its subject cannot be read.
    #[error("the subject is malformed")]
    Subject(#[from] ReadName),
    /// Its key is refused (T-C4).
    #[error("the key is refused")]
    Key(#[from] ReadKey),
    /// It is not signed by the key that it is about: nobody showed that they hold it.
    #[error("the request is not signed by its own key: no proof of possession")]
    Possession,
    /// An attribute, or an extension asked for, that the declaration does not speak of.
    #[error("the request asks for {0}, which is not declared")]
    NotDeclared(Box<Oid>),
    /// Something is asked for twice.
    #[error("the request asks for {0} twice")]
    Twice(Box<Oid>),
    /// An extension asked for cannot be read.
    #[error("an extension that is asked for is malformed")]
    Extension(#[from] ReadExtension),
    /// It asks for another kind of certificate than is declared.
    #[error("the request asks for another profile than {profile}")]
    Profile {
        /// Which is declared.
        profile: &'static str,
    },
    /// It is about somebody else.
    #[error("the request is about another subject than is declared")]
    OtherSubject,
}

impl Request {
    /// Reads DER and checks that its own key signed it.
    ///
    /// # Errors
    /// [`ReadRequest`].
    pub fn parse(der: &[u8]) -> Result<Self, ReadRequest> {
        if der.len() > MAX_REQUEST {
            return Err(ReadRequest::TooLong);
        }
        inspect_der(der)?;
        let mut parts = Reader::single(der, Tag::SEQUENCE)?.reader()?;
        let information = parts.expect(Tag::SEQUENCE)?;
        let algorithm = AlgorithmIdentifier::read(&parts.expect(Tag::SEQUENCE)?)?;
        let signature = parts.expect(Tag::BIT_STRING)?.bits()?.to_vec();
        parts.end()?;
        let request = Self::information(&information)?;
        request.inspect_possession(&information, (&algorithm, signature))?;
        Ok(request)
    }

    /// RFC 2986 4.1: version, subject, key, attributes.
    fn information(information: &Element<'_>) -> Result<Self, ReadRequest> {
        let mut fields = information.reader()?;
        if fields.expect(Tag::INTEGER)?.unsigned()? != 0 {
            return Err(ReadRequest::Version);
        }
        let subject = Name::parse(fields.expect(Tag::SEQUENCE)?.raw())?;
        let key = PublicKey::parse(fields.expect(Tag::SEQUENCE)?.raw())?;
        key.inspect()?;
        let attributes = fields.expect(Tag::context(0))?;
        fields.end()?;
        let mut request = Self {
            subject,
            key,
            basic: None,
            usage: None,
        };
        request.attributes(&attributes)?;
        Ok(request)
    }

    fn attributes(&mut self, attributes: &Element<'_>) -> Result<(), ReadRequest> {
        let mut attributes = attributes.reader()?;
        let mut asked = false;
        while !attributes.is_empty() {
            let mut attribute = attributes.sequence()?;
            let kind = attribute.oid()?;
            if kind != EXTENSION_REQUEST {
                return Err(ReadRequest::NotDeclared(Box::new(kind)));
            }
            if std::mem::replace(&mut asked, true) {
                return Err(ReadRequest::Twice(Box::new(kind)));
            }
            // RFC 2985 5.4.2: single-valued.
            let mut values = attribute.set()?;
            self.extensions(values.sequence()?)?;
            values.end()?;
            attribute.end()?;
        }
        Ok(())
    }

    fn extensions(&mut self, mut list: Reader<'_>) -> Result<(), ReadRequest> {
        while !list.is_empty() {
            let extension = Extension::read(&list.expect(Tag::SEQUENCE)?)?;
            let value = extension.value;
            let known = match extension.oid {
                id::BASIC_CONSTRAINTS => self
                    .basic
                    .replace(BasicConstraints::parse(value)?)
                    .is_some(),
                id::KEY_USAGE => self.usage.replace(KeyUsage::parse(value)?).is_some(),
                other => return Err(ReadRequest::NotDeclared(Box::new(other))),
            };
            if known {
                return Err(ReadRequest::Twice(Box::new(extension.oid)));
            }
        }
        Ok(())
    }

    fn inspect_possession(
        &self,
        information: &Element<'_>,
        (algorithm, signature): (&AlgorithmIdentifier, Vec<u8>),
    ) -> Result<(), ReadRequest> {
        let lacking = |_| ReadRequest::Possession;
        let by = algorithm
            .signature(self.key.algorithm())
            .map_err(|_| ReadRequest::Possession)?;
        self.key
            .check(by, information.raw(), &Signature::new(signature))
            .map_err(lacking)
    }

    /// Whether it asks for a certificate of this profile about this subject, or leaves that open.
    ///
    /// # Errors
    /// `OtherSubject`, `Profile`.
    pub fn inspect(&self, subject: &Name, profile: Profile) -> Result<(), ReadRequest> {
        if self.subject != *subject {
            return Err(ReadRequest::OtherSubject);
        }
        let usage = profile.usage_for(self.key.algorithm());
        let fits = self.usage.is_none_or(|asked| asked == usage)
            && self.basic.is_none_or(|asked| is_of(asked, profile.role));
        let other = ReadRequest::Profile {
            profile: profile.name,
        };
        fits.then_some(()).ok_or(other)
    }
}

fn is_of(asked: BasicConstraints, role: Role) -> bool {
    match role {
        Role::EndEntity => !asked.ca,
        Role::Root => asked.ca && asked.path_length.is_none(),
        Role::Authority(length) => asked.ca && asked.path_length.is_none_or(|own| own == length),
    }
}
