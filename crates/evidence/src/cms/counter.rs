//! Countersignatures: a SignerInfo over another's signature, in an unsigned attribute of it (RFC 5652 11.4;
//! EN 319 122-1, 5.2.7).

use crate::cms::attribute::Attribute;
use crate::cms::fault::Fault;
use crate::cms::inspect::Form;
use crate::cms::oids;
use crate::cms::read::{MAX_ATTRIBUTES, ReadCms};
use crate::cms::signer::{ReadSigner, SignerInfo};
use asn1::{Reader, Tag};
use crypto::Digest;

impl SignerInfo {
    /// Reads a countersignature as [`Self::countersignatures`] gives it out: a SignerInfo that stands alone.
    ///
    /// # Errors
    /// `Asn1` and `TooManyAttributes`.
    pub fn parse_countersignature(octets: &[u8]) -> Result<Self, ReadCms> {
        let element = Reader::single(octets, Tag::SEQUENCE)?;
        Self::read(&element, MAX_ATTRIBUTES).map_err(|error| match error {
            ReadSigner::Asn1(error) => ReadCms::Asn1(error),
            ReadSigner::TooManyAttributes => ReadCms::TooManyAttributes,
        })
    }

    /// Everything about this countersignature of `signed` that departs from the rules, but the choice of certificate and
    /// the signature, which [`Self::find_certificate`] and [`Self::check`] judge as for any signer.
    #[must_use]
    pub fn inspect_countersignature(&self, signed: &SignerInfo) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.inspect(Form::Countersignature, oids::DATA, &mut faults);
        // RFC 5652 11.4: the content is the signature value's octets, and nothing around them.
        if let Ok(algorithm) = self.digest_algorithm() {
            let digest = Digest::of(algorithm, signed.signature());
            let differs = self.inspect_digest(&digest).err();
            faults.extend(differs.filter(|fault| *fault == Fault::MessageDigestDiffers));
        }
        faults
    }
}

impl Attribute {
    /// The attribute countersignature with this SignerInfo.
    #[must_use]
    pub fn countersignature(signer: Vec<u8>) -> Self {
        Self::new(oids::COUNTERSIGNATURE, signer)
    }
}
