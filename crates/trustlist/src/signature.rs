//! The signature of a list: XAdES, enveloped, over the whole of it (TS 119 612 5.7.1 and annex B; EN 319 132-1).
//!
//! What is found is compared with the one form that annex B allows, by place and not by search: the reference means
//! the root because it names the root, the properties are those of this signature because they stand in it (T-V10).

use crypto::Digest;
use pki::Certificate;
use time::UtcDateTime;
use xml::{Element, canonical};

use crate::algorithms;
use crate::fault::CheckList;
use crate::limits::MAX_FORM;
use crate::names::{DS, ENVELOPED, EXCLUSIVE, SIGNED_PROPERTIES, XADES};
use crate::value::moment;

/// References of a signature: to the list, to the signed properties.
const REFERENCES: usize = 2;

/// Who signed a list, and when by their own word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The signer's certificate, one of those that may.
    pub signer: Certificate,
    /// The claimed moment.
    pub at: UtcDateTime,
}

/// Checks the signature of the list whose root this is; only certificates of `signers` count.
///
/// # Errors
/// See [`CheckList`].
pub(crate) fn check(root: &Element, signers: &[Certificate]) -> Result<Signed, CheckList> {
    let signature = enveloped(root)?;
    let parts = Parts::of(signature)?;
    let algorithm = only_attribute(parts.method, "SignatureMethod")?;
    let algorithms = algorithms::signatures(algorithm)?;
    let (whole, properties) = parts.references()?;
    inspect_transforms(whole, &[ENVELOPED, EXCLUSIVE])?;
    inspect_transforms(properties, &[EXCLUSIVE])?;
    // TS 119 612 B.6: the reference means the element that envelops the signature.
    match whole.attribute("URI") {
        Some("") => {}
        Some(uri) if is_fragment(uri, root) => {}
        other => return Err(CheckList::Covers(other.unwrap_or("nothing").to_owned())),
    }
    if !compare(whole, &form(root, Some(signature))?)? {
        return Err(CheckList::Changed);
    }
    let uri = properties.attribute("URI").unwrap_or_default();
    if !is_fragment(uri, parts.properties) {
        return Err(CheckList::Properties);
    }
    if !compare(properties, &form(parts.properties, None)?)? {
        return Err(CheckList::PropertiesChanged);
    }
    let (signer, at) = parts.signer(signers)?;
    let key = signer.public_key().map_err(|_| CheckList::Signer)?;
    let message = form(parts.information, None)?;
    let value = algorithms::octets(&parts.value.trimmed()).ok_or(CheckList::Value)?;
    algorithms
        .iter()
        .filter_map(|one| Some((*one, algorithms::from_wire(*one, value.clone())?)))
        .find(|(one, value)| key.check(*one, &message, value).is_ok())
        .ok_or(CheckList::Value)?;
    Ok(Signed {
        signer: signer.clone(),
        at,
    })
}

/// The signature, which is the last child of the root and the only one in the whole document.
fn enveloped(root: &Element) -> Result<&Element, CheckList> {
    let last = root.children.iter().last().ok_or(CheckList::Absent)?;
    let mut count = 0_usize;
    let mut waiting: Vec<&Element> = vec![root];
    while let Some(element) = waiting.pop() {
        count += usize::from(element.is(DS, "Signature"));
        waiting.extend(element.children.iter());
    }
    match (count, last.is(DS, "Signature")) {
        (0, _) => Err(CheckList::Absent),
        (1, true) => Ok(last),
        _ => Err(CheckList::Place),
    }
}

/// The parts of a signature that count, found by place.
struct Parts<'a> {
    information: &'a Element,
    method: &'a Element,
    value: &'a Element,
    certificates: Vec<Vec<u8>>,
    properties: &'a Element,
}

impl<'a> Parts<'a> {
    fn of(signature: &'a Element) -> Result<Parts<'a>, CheckList> {
        // XML Signature 4.1: SignedInfo, SignatureValue, KeyInfo, Object, in this order and once.
        let [information, value, key, object] = children(signature, "Signature")?;
        let names = ["SignedInfo", "SignatureValue", "KeyInfo", "Object"];
        for (element, name) in [information, value, key, object].into_iter().zip(names) {
            if !element.is(DS, name) {
                return Err(CheckList::Form(name));
            }
        }
        let mut inside = information.children.iter();
        let method = inside
            .next()
            .filter(|one| one.is(DS, "CanonicalizationMethod"));
        let method = method.ok_or(CheckList::Form("CanonicalizationMethod"))?;
        if only_attribute(method, "CanonicalizationMethod")? != EXCLUSIVE {
            return Err(CheckList::Canonicalisation);
        }
        let method = inside.next().filter(|one| one.is(DS, "SignatureMethod"));
        let method = method.ok_or(CheckList::Form("SignatureMethod"))?;
        Ok(Parts {
            information,
            method,
            value,
            certificates: certificates(key)?,
            properties: properties(object, signature)?,
        })
    }

    /// The reference to the list and that to the signed properties: both, and nothing else (TS 119 612 B.6;
    /// EN 319 132-1 4.3.4).
    fn references(&self) -> Result<(&'a Element, &'a Element), CheckList> {
        let all: Vec<&Element> = self.information.children.iter().skip(2).collect();
        if all.iter().any(|one| !one.is(DS, "Reference")) {
            return Err(CheckList::Form("SignedInfo"));
        }
        if all.len() > REFERENCES {
            return Err(CheckList::References);
        }
        let is_properties = |one: &&Element| one.attribute("Type") == Some(SIGNED_PROPERTIES);
        let (properties, others): (Vec<&Element>, Vec<&Element>) =
            all.into_iter().partition(is_properties);
        match (others.as_slice(), properties.as_slice()) {
            ([whole], [properties]) => Ok((whole, properties)),
            ([_, _], _) => Err(CheckList::References),
            _ => Err(CheckList::Form("Reference")),
        }
    }

    /// The certificate among `signers` that the signed properties name (EN 319 132-1 5.2.2).
    fn signer<'s>(
        &self,
        signers: &'s [Certificate],
    ) -> Result<(&'s Certificate, UtcDateTime), CheckList> {
        let signed = one(self.properties, "SignedSignatureProperties")?;
        let at = one(signed, "SigningTime")?;
        let at = moment(&at.trimmed()).ok_or(CheckList::Form("SigningTime"))?;
        let mut named = signed.children.iter().filter(|element| {
            element.is(XADES, "SigningCertificateV2") || element.is(XADES, "SigningCertificate")
        });
        let (Some(named), None) = (named.next(), named.next()) else {
            return Err(CheckList::Form("SigningCertificate"));
        };
        let first = named.children.first().filter(|one| one.is(XADES, "Cert"));
        let first = first.ok_or(CheckList::Form("Cert"))?;
        let digest = one(first, "CertDigest")?;
        let mut signer = None;
        for candidate in signers {
            if compare(digest, candidate.der())? {
                signer = Some(candidate);
            }
        }
        let signer = signer.ok_or(CheckList::Signer)?;
        // EN 319 132-1 5.2.2.2: where the issuer and the number are given too, they are this certificate's.
        if let Some(given) = first.all_in(XADES, "IssuerSerialV2").next()
            && algorithms::octets(&given.trimmed()).as_deref() != Some(&issuer_serial(signer))
        {
            return Err(CheckList::Signer);
        }
        // TS 119 612 5.7.1: KeyInfo has the signer's certificate.
        if !self.certificates.iter().any(|der| der == signer.der()) {
            return Err(CheckList::Signer);
        }
        Ok((signer, at))
    }
}

/// `IssuerSerial` of RFC 5035 5: the issuer as one directoryName, and the number.
pub(crate) fn issuer_serial(certificate: &Certificate) -> Vec<u8> {
    use asn1::write;
    let name = write::context(4, [certificate.issuer().der()]);
    let serial = write::integer(certificate.serial().octets());
    write::sequence([write::sequence([name]), serial])
}

fn certificates(key: &Element) -> Result<Vec<Vec<u8>>, CheckList> {
    let malformed = CheckList::Form("KeyInfo");
    let held = key.all_in(DS, "X509Data");
    let ders = held.flat_map(|one| one.all_in(DS, "X509Certificate"));
    ders.map(|one| algorithms::octets(&one.trimmed()).ok_or(malformed.clone()))
        .collect()
}

/// The signed properties of this signature: where they stand, and that they say whose they are (EN 319 132-1 4.4).
fn properties<'a>(object: &'a Element, signature: &Element) -> Result<&'a Element, CheckList> {
    let [qualifying] = children(object, "Object")?;
    let target = qualifying.attribute("Target").unwrap_or_default();
    if !qualifying.is(XADES, "QualifyingProperties") || !is_fragment(target, signature) {
        return Err(CheckList::Properties);
    }
    one(qualifying, "SignedProperties")
}

fn children<'a, const N: usize>(
    element: &'a Element,
    name: &'static str,
) -> Result<[&'a Element; N], CheckList> {
    let all: Vec<&Element> = element.children.iter().collect();
    all.try_into().map_err(|_| CheckList::Form(name))
}

fn one<'a>(element: &'a Element, name: &'static str) -> Result<&'a Element, CheckList> {
    let found = element.child_in(XADES, name);
    found.map_err(|_| CheckList::Form(name))
}

/// Whether `#id` names this element; identifiers are unique in the document.
fn is_fragment(uri: &str, element: &Element) -> bool {
    let id = uri.strip_prefix('#').filter(|id| !id.is_empty());
    id.is_some() && element.attribute("Id") == id
}

/// The `Algorithm` of an element without parameters.
fn only_attribute<'a>(element: &'a Element, name: &'static str) -> Result<&'a str, CheckList> {
    let bare = element.children.is_empty() && element.trimmed().is_empty();
    let algorithm = element.attribute("Algorithm");
    match (algorithm, bare, name) {
        (Some(algorithm), true, _) => Ok(algorithm),
        (Some(_), false, "Transform") => Err(CheckList::Transform),
        (Some(_), false, "CanonicalizationMethod") => Err(CheckList::Canonicalisation),
        _ => Err(CheckList::Form(name)),
    }
}

/// TS 119 612 B.6: exactly these transforms, in this order, without parameters.
fn inspect_transforms(reference: &Element, wanted: &[&str]) -> Result<(), CheckList> {
    let [transforms, method, value] = children(reference, "Reference")?;
    let names = ["Transforms", "DigestMethod", "DigestValue"];
    for (element, name) in [transforms, method, value].into_iter().zip(names) {
        if !element.is(DS, name) {
            return Err(CheckList::Form(name));
        }
    }
    let mut found = Vec::new();
    for transform in transforms.children.iter() {
        if !transform.is(DS, "Transform") {
            return Err(CheckList::Form("Transforms"));
        }
        found.push(only_attribute(transform, "Transform")?);
    }
    if found != wanted {
        return Err(CheckList::Transform);
    }
    Ok(())
}

/// What is signed of an element: its canonical form, if it is not longer than any list makes it.
fn form(element: &Element, but: Option<&Element>) -> Result<Vec<u8>, CheckList> {
    canonical(element, but, MAX_FORM).ok_or(CheckList::Form("xmlns"))
}

/// Whether `DigestValue` beside `DigestMethod` in this element is that of the octets.
fn compare(element: &Element, octets: &[u8]) -> Result<bool, CheckList> {
    let child = |name| {
        let found = element.child_in(DS, name);
        found.map_err(|_| CheckList::Form(name))
    };
    let algorithm = only_attribute(child("DigestMethod")?, "DigestMethod")?;
    let stated = algorithms::octets(&child("DigestValue")?.trimmed());
    let stated = stated.ok_or(CheckList::Form("DigestValue"))?;
    let found = Digest::of(algorithms::digest(algorithm)?, octets);
    Ok(found.bytes() == stated.as_slice())
}
