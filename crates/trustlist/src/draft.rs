//! A list in the making: its content, the bytes to be signed, the signed document (TS 119 612 5 and annex B).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{Signature, SignatureAlgorithm, sha256};
use pki::Certificate;
use thiserror::Error;
use time::UtcDateTime;
use xml::{Element, Name, XML, canonical};

use crate::algorithms;
use crate::limits::MAX_FORM;
use crate::list::{Pointer, Provider};
use crate::names::{
    DS, ENVELOPED, EXCLUSIVE, MEDIA_TYPE, NATIONAL_APPROACH, NATIONAL_LIST, SIGNED_PROPERTIES, TAG,
    TSL, TSLX, VERSIONS, XADES,
};
use crate::service::{Period, Provided};
use crate::signature::issuer_serial;
use crate::value::{Texts, told};

/// Identifiers in the document: of the signature, of its reference to the list, of the signed properties.
const SIGNATURE_ID: &str = "signature";
const REFERENCE_ID: &str = "list";
const PROPERTIES_ID: &str = "properties";
/// Days for which what a list said stays in it (TS 119 612 5.3.12: 65535 is without end).
const HISTORY: &str = "65535";

/// The scheme under which a list is published (TS 119 612 5.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// Who keeps the list.
    pub operator: Texts,
    /// The scheme's name.
    pub name: Texts,
    /// For where it is.
    pub territory: String,
    /// Street, place and country of the operator, in the language named first.
    pub address: [String; 4],
    /// Where the operator is reached: `mailto:` and `https:` (5.3.5.2).
    pub contacts: Vec<String>,
    /// Where the scheme is told about.
    pub information: String,
    /// The rules of the scheme, by address.
    pub rules: String,
    /// The policy or legal notice, by address.
    pub policy: String,
}

/// What a list is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListDraft {
    /// The scheme.
    pub scheme: Scheme,
    /// Its number, one above that of the list before it.
    pub sequence: u64,
    /// When it is issued; whole seconds.
    pub issued_at: UtcDateTime,
    /// Until when it is to be relied on, six months at most.
    pub next_update: UtcDateTime,
    /// Other lists.
    pub pointers: Vec<Pointer>,
    /// Who provides what.
    pub providers: Vec<Provider>,
}

/// A list that lacks its signature. Used once.
#[derive(Debug)]
pub struct PreparedList {
    root: Element,
    signature: Element,
    to_be_signed: Vec<u8>,
    algorithm: SignatureAlgorithm,
}

/// Why there is no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DraftList {
    /// An algorithm that has no name in XML signatures (RFC 9231).
    #[error("the algorithm has no name in xml signatures")]
    Algorithm,
    /// Something that has to be said is empty, or holds what XML cannot.
    #[error("{0} is empty or cannot be written")]
    Text(&'static str),
    /// The next update does not follow the issue.
    #[error("the next update does not follow the issue within six months")]
    Period,
    /// The signature is not one of the algorithm.
    #[error("the signature is not one of the algorithm")]
    Signature,
}

impl ListDraft {
    /// Prepares the list for this signer, who signs at `at`.
    ///
    /// # Errors
    /// See [`DraftList`].
    pub fn prepare(
        &self,
        signer: &Certificate,
        algorithm: SignatureAlgorithm,
        at: UtcDateTime,
    ) -> Result<PreparedList, DraftList> {
        if self.next_update <= self.issued_at {
            return Err(DraftList::Period);
        }
        let name = algorithms::name_of(algorithm).ok_or(DraftList::Algorithm)?;
        let mut root = tsl("TrustServiceStatusList").with("TSLTag", TAG);
        root.push(self.information());
        if !self.providers.is_empty() {
            let providers = self.providers.iter().map(|one| self.provider(one));
            root.push(tsl("TrustServiceProviderList").of(providers));
        }
        inspect(&root)?;
        let properties = properties(signer, at);
        let information = signed_information(&root, &properties, name)?;
        let to_be_signed = form(&information)?;
        let certificate = ds("X509Certificate").saying(&STANDARD.encode(signer.der()));
        let key = ds("KeyInfo").of([ds("X509Data").of([certificate])]);
        let qualifying = xades("QualifyingProperties")
            .with("Target", &format!("#{SIGNATURE_ID}"))
            .of([properties]);
        let signature = ds("Signature").with("Id", SIGNATURE_ID).of([
            information,
            ds("SignatureValue"),
            key,
            ds("Object").of([qualifying]),
        ]);
        Ok(PreparedList {
            root,
            signature,
            to_be_signed,
            algorithm,
        })
    }

    /// TS 119 612 5.3, in its order.
    fn information(&self) -> Element {
        let scheme = &self.scheme;
        let version = VERSIONS.iter().max().copied().unwrap_or_default();
        let mut all = tsl("SchemeInformation").of([
            plain("TSLVersionIdentifier", &version.to_string()),
            plain("TSLSequenceNumber", &self.sequence.to_string()),
            plain("TSLType", NATIONAL_LIST),
            names("SchemeOperatorName", &scheme.operator),
            self.address("SchemeOperatorAddress"),
            names("SchemeName", &scheme.name),
            tsl("SchemeInformationURI").of([self.address_of(&scheme.information)]),
            plain("StatusDeterminationApproach", NATIONAL_APPROACH),
            tsl("SchemeTypeCommunityRules").of([self.address_of(&scheme.rules)]),
            plain("SchemeTerritory", &scheme.territory),
            tsl("PolicyOrLegalNotice").of([self.said_as("TSLPolicy", &scheme.policy)]),
            plain("HistoricalInformationPeriod", HISTORY),
        ]);
        if !self.pointers.is_empty() {
            let pointers = self.pointers.iter().map(|one| self.pointer(one));
            all.push(tsl("PointersToOtherTSL").of(pointers));
        }
        all.push(plain("ListIssueDateTime", &told(self.issued_at)));
        let next = plain("dateTime", &told(self.next_update));
        all.push(tsl("NextUpdate").of([next]));
        all
    }

    /// The language in which addresses are given: that of the operator's first name.
    fn language(&self) -> &str {
        let first = self.scheme.operator.first();
        first.map_or("en", |(language, _)| language.as_str())
    }

    fn said_as(&self, name: &str, text: &str) -> Element {
        said(tsl(name), self.language(), text)
    }

    fn address_of(&self, uri: &str) -> Element {
        self.said_as("URI", uri)
    }

    fn address(&self, name: &str) -> Element {
        let parts = [
            "StreetAddress",
            "Locality",
            "StateOrProvince",
            "CountryName",
        ];
        let lines = parts.iter().zip(&self.scheme.address);
        let mut postal = tsl("PostalAddress").of(lines.map(|(name, line)| plain(name, line)));
        postal.attributes.push(language(self.language()));
        let contacts = self.scheme.contacts.iter().map(|one| self.address_of(one));
        tsl(name).of([
            tsl("PostalAddresses").of([postal]),
            tsl("ElectronicAddress").of(contacts),
        ])
    }

    /// TS 119 612 5.3.13.
    fn pointer(&self, pointer: &Pointer) -> Element {
        let other = |inner: Element| tsl("OtherInformation").of([inner]);
        let mut additional = tsl("AdditionalInformation");
        if let Some(kind) = &pointer.kind {
            additional.push(other(plain("TSLType", kind)));
        }
        if let Some(territory) = &pointer.territory {
            additional.push(other(plain("SchemeTerritory", territory)));
        }
        let media = pointer.media_type.as_deref().unwrap_or(MEDIA_TYPE);
        additional.push(other(Element::new("tslx", TSLX, "MimeType").saying(media)));
        let mut all = tsl("OtherTSLPointer");
        if !pointer.signers.is_empty() {
            let signers = pointer.signers.iter();
            let identities =
                signers.map(|one| tsl("ServiceDigitalIdentity").of([certificate(one)]));
            all.push(tsl("ServiceDigitalIdentities").of(identities));
        }
        all.push(plain("TSLLocation", &pointer.location));
        all.push(additional);
        all
    }

    /// TS 119 612 5.4. The operator answers for the providers of its own scheme: its address is theirs.
    fn provider(&self, provider: &Provider) -> Element {
        let mut information = tsl("TSPInformation").of([names("TSPName", &provider.name)]);
        if !provider.trade_names.is_empty() {
            information.push(names("TSPTradeName", &provider.trade_names));
        }
        information.push(self.address("TSPAddress"));
        let told = self.address_of(&self.scheme.information);
        information.push(tsl("TSPInformationURI").of([told]));
        let services = provider.services.iter().map(|one| self.service(one));
        tsl("TrustServiceProvider").of([information, tsl("TSPServices").of(services)])
    }

    fn service(&self, service: &Provided) -> Element {
        let mut periods = service.periods.iter();
        let now = periods.next();
        let now = now.map(|now| self.period("ServiceInformation", &service.name, now));
        let mut all = tsl("TSPService").of(now);
        let history: Vec<Element> = periods
            .map(|one| self.period("ServiceHistoryInstance", &service.name, one))
            .collect();
        if !history.is_empty() {
            all.push(tsl("ServiceHistory").of(history));
        }
        all
    }

    /// TS 119 612 5.5, 5.6.
    fn period(&self, name: &str, service: &Texts, period: &Period) -> Element {
        let identities = period.certificates.iter().map(certificate);
        let mut all = tsl(name).of([
            plain("ServiceTypeIdentifier", &period.kind),
            names("ServiceName", service),
            tsl("ServiceDigitalIdentity").of(identities),
            plain("ServiceStatus", &period.state),
            plain("StatusStartingTime", &told(period.from)),
        ]);
        let extensions = period.narrowed.iter().map(|one| {
            let mut content =
                tsl("AdditionalServiceInformation").of([said(tsl("URI"), "en", &one.uri)]);
            if let Some(value) = &one.value {
                content.push(plain("InformationValue", value));
            }
            tsl("Extension").with("Critical", "false").of([content])
        });
        let extensions: Vec<Element> = extensions.collect();
        if !extensions.is_empty() {
            all.push(tsl("ServiceInformationExtensions").of(extensions));
        }
        all
    }
}

impl PreparedList {
    /// The bytes to be signed: `SignedInfo` in its canonical form (XML Signature 4.4).
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// The list with its signature: UTF-8.
    ///
    /// # Errors
    /// `Signature` for a value that is not one of the algorithm.
    pub fn finish(mut self, signature: &Signature) -> Result<Vec<u8>, DraftList> {
        let value = algorithms::to_wire(self.algorithm, signature).ok_or(DraftList::Signature)?;
        for child in &mut self.signature.children {
            if child.is(DS, "SignatureValue") {
                child.text = STANDARD.encode(&value);
            }
        }
        self.root.push(self.signature);
        let mut out = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_vec();
        out.extend_from_slice(&form(&self.root)?);
        out.push(b'\n');
        Ok(out)
    }
}

/// EN 319 132-1 5.2: when, with which certificate, over what kind of data.
fn properties(signer: &Certificate, at: UtcDateTime) -> Element {
    let digest = xades("CertDigest").of(digested(&sha256(signer.der())));
    let serial = STANDARD.encode(issuer_serial(signer));
    let named = xades("Cert").of([digest, xades("IssuerSerialV2").saying(&serial)]);
    let signature = xades("SignedSignatureProperties").of([
        xades("SigningTime").saying(&told(at)),
        xades("SigningCertificateV2").of([named]),
    ]);
    let format = xades("DataObjectFormat")
        .with("ObjectReference", &format!("#{REFERENCE_ID}"))
        .of([xades("MimeType").saying("text/xml")]);
    let data = xades("SignedDataObjectProperties").of([format]);
    xades("SignedProperties")
        .with("Id", PROPERTIES_ID)
        .of([signature, data])
}

/// TS 119 612 B.6.
fn signed_information(
    root: &Element,
    properties: &Element,
    algorithm: &str,
) -> Result<Element, DraftList> {
    let whole = reference(&[ENVELOPED, EXCLUSIVE], &form(root)?)
        .with("Id", REFERENCE_ID)
        .with("URI", "");
    let signed = reference(&[EXCLUSIVE], &form(properties)?)
        .with("Type", SIGNED_PROPERTIES)
        .with("URI", &format!("#{PROPERTIES_ID}"));
    Ok(ds("SignedInfo").of([
        ds("CanonicalizationMethod").with("Algorithm", EXCLUSIVE),
        ds("SignatureMethod").with("Algorithm", algorithm),
        whole,
        signed,
    ]))
}

fn form(element: &Element) -> Result<Vec<u8>, DraftList> {
    canonical(element, None, MAX_FORM).ok_or(DraftList::Text("a list of this size"))
}

fn reference(transforms: &[&str], octets: &[u8]) -> Element {
    let transforms = transforms
        .iter()
        .map(|one| ds("Transform").with("Algorithm", one));
    let mut all = ds("Reference").of([ds("Transforms").of(transforms)]);
    for one in digested(&sha256(octets)) {
        all.push(one);
    }
    all
}

fn digested(value: &[u8]) -> [Element; 2] {
    [
        ds("DigestMethod").with("Algorithm", algorithms::SHA256),
        ds("DigestValue").saying(&STANDARD.encode(value)),
    ]
}

/// That nothing which the schema wants is empty, and that XML can hold it all.
fn inspect(root: &Element) -> Result<(), DraftList> {
    for (element, name) in [("URI", "an address"), ("Name", "a name")] {
        if any(root, &|one| {
            one.is(TSL, element) && one.trimmed().is_empty()
        }) {
            return Err(DraftList::Text(name));
        }
    }
    let good = |text: &str| {
        text.chars()
            .all(|one| one >= ' ' && one != '\u{FFFE}' && one != '\u{FFFF}')
    };
    let cannot = |one: &Element| {
        let mut attributes = one.attributes.iter();
        !attributes.all(|(_, value)| good(value)) || !good(&one.trimmed())
    };
    if any(root, &cannot) {
        return Err(DraftList::Text("a text"));
    }
    Ok(())
}

fn any(root: &Element, wanted: &dyn Fn(&Element) -> bool) -> bool {
    wanted(root) || root.children.iter().any(|one| any(one, wanted))
}

fn tsl(name: &str) -> Element {
    Element::new("", TSL, name)
}

fn ds(name: &str) -> Element {
    Element::new("ds", DS, name)
}

fn xades(name: &str) -> Element {
    Element::new("xades", XADES, name)
}

fn plain(name: &str, text: &str) -> Element {
    tsl(name).saying(text)
}

fn language(tag: &str) -> (Arc<Name>, String) {
    let name = Element::new("xml", XML, "lang").name;
    (name, tag.to_owned())
}

fn said(mut element: Element, tag: &str, text: &str) -> Element {
    element.attributes.push(language(tag));
    element.saying(text)
}

fn names(name: &str, texts: &Texts) -> Element {
    tsl(name).of(texts.iter().map(|(tag, text)| said(tsl("Name"), tag, text)))
}

fn certificate(certificate: &Certificate) -> Element {
    let der = STANDARD.encode(certificate.der());
    tsl("DigitalId").of([plain("X509Certificate", &der)])
}
