//! Names that the standards fix: namespaces, algorithms, types and states.

pub(crate) const TSL: &str = "http://uri.etsi.org/02231/v2#";
pub(crate) const TSLX: &str = "http://uri.etsi.org/02231/v2/additionaltypes#";
pub(crate) const SIE: &str =
    "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#";
pub(crate) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(crate) const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";

pub(crate) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub(crate) const SIGNED_PROPERTIES: &str = "http://uri.etsi.org/01903#SignedProperties";

/// TS 119 612 5.2.1.
pub(crate) const TAG: &str = "http://uri.etsi.org/19612/TSLTag";
/// TS 119 612 5.3.1: this edition and the one before it.
pub(crate) const VERSIONS: [u64; 2] = [5, 6];

/// What the list of a scheme that is not of the European Union is (TS 119 612 5.3.3, D.5).
pub(crate) const NATIONAL_LIST: &str = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/CClist";
/// How states are found (TS 119 612 5.3.8, D.5).
pub(crate) const NATIONAL_APPROACH: &str =
    "http://uri.etsi.org/TrstSvc/TrustedList/StatusDetn/CCdetermination";
/// Ends of the types of lists that list lists (TS 119 612 5.3.3).
pub(crate) const LISTS_OF_LISTS: &str = "listofthelists";
/// The media type of a list that programs read (TS 119 612 5.3.13).
pub(crate) const MEDIA_TYPE: &str = "application/vnd.etsi.tsl+xml";

pub(crate) const GRANTED: &str = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted";
pub(crate) const RECOGNISED: &str =
    "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/recognisedatnationallevel";
pub(crate) const DEPRECATED: &str =
    "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/deprecatedatnationallevel";

/// States in which a service is approved (TS 119 612 5.5.4; the older ones stand in histories, D.5.1).
pub(crate) const APPROVED: &[&str] = &[
    GRANTED,
    RECOGNISED,
    "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/undersupervision",
    "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/supervisionincessation",
    "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/accredited",
    "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/setbynationallaw",
    "http://uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/Svcstatus/undersupervision",
    "http://uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/Svcstatus/supervisionincessation",
    "http://uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/Svcstatus/accredited",
];

/// What the URI of a type of service begins with (TS 119 612 5.5.1).
pub(crate) const TYPE: &str = "http://uri.etsi.org/TrstSvc/Svctype/";
/// What narrows a service begins with (TS 119 612 5.5.9.4).
pub(crate) const NARROWED: &str = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/";

/// Beside it stands a purpose, by its word in trust bundles: an arc of our own below 2.25 (X.667).
pub(crate) const PURPOSE: &str = "urn:oid:2.25.245415029994937764077422620510576816865.1";
/// Beside it stands a type of licence, by its code.
pub(crate) const LICENCE_TYPE: &str = "urn:oid:2.25.245415029994937764077422620510576816865.2";
/// It is no anchor, but a link of chains, or a signer of codes and status lists: its certificate is handed on with the list.
pub(crate) const CANDIDATE: &str = "urn:oid:2.25.245415029994937764077422620510576816865.3";
/// Beside it stands a public log, in the words of trust bundles: JSON.
pub(crate) const LOG: &str = "urn:oid:2.25.245415029994937764077422620510576816865.4";
