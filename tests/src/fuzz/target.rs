//! The entries that read what others wrote, one target each.

pub mod ceremony;
pub mod clock;
pub mod envelope;
pub mod judge;
pub mod keys;
pub mod log;
pub mod national;
pub mod packages;
pub mod page;
pub mod proof;
pub mod provider;
pub mod sealing;
pub mod token;
pub mod work;

/// How the octets of a target are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Elements of ASN.1.
    Der,
    /// JSON.
    Json,
    /// A PDF file.
    Pdf,
    /// Lines and words.
    Text,
    /// Anything.
    Octets,
}

/// One entry, or a few that belong together.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, also that of the file in `tests/fuzz`.
    pub name: &'static str,
    /// How its octets are changed.
    pub shape: Shape,
    /// Reads octets and says whether they were accepted; panics where something does not hold that must.
    pub read: fn(&[u8]) -> bool,
    /// The most octets that are tried.
    pub most: usize,
    /// The most memory that one input may take, in MiB.
    pub memory: u64,
}

const fn target(name: &'static str, shape: Shape, read: fn(&[u8]) -> bool) -> Target {
    Target {
        name,
        shape,
        read,
        most: 128 << 10,
        memory: 64,
    }
}

/// T-I3: what one document may take.
const DOCUMENT: u64 = 512;

const fn document(name: &'static str, shape: Shape, read: fn(&[u8]) -> bool) -> Target {
    Target {
        most: 1 << 20,
        memory: DOCUMENT,
        ..target(name, shape, read)
    }
}

/// Every target.
pub const TARGETS: &[Target] = &[
    target("asn1", Shape::Der, proof::asn1),
    target("certificate", Shape::Der, proof::certificate),
    target("crl", Shape::Der, proof::crl),
    target("name", Shape::Der, proof::name),
    target("path", Shape::Der, proof::path),
    target("hierarchy", Shape::Text, proof::hierarchy),
    target("cms", Shape::Der, proof::cms),
    target("national_message", Shape::Der, national::message),
    target("private_key", Shape::Der, national::private_key),
    target("sm2_sealed", Shape::Der, national::sealed),
    target("sm2_enveloped", Shape::Der, national::enveloped),
    target("tsp_request", Shape::Der, proof::tsp_request),
    target("tsp_response", Shape::Der, proof::tsp_response),
    target("tsp_token", Shape::Der, proof::tsp_token),
    target("evidence_record", Shape::Der, proof::evidence_record),
    target("ocsp_request", Shape::Der, proof::ocsp_request),
    target("ocsp_response", Shape::Der, proof::ocsp_response),
    target("ocsp_path", Shape::Text, proof::ocsp_path),
    target("note", Shape::Text, log::note),
    target("checkpoint", Shape::Text, log::checkpoint),
    target("receipt", Shape::Text, log::receipt),
    target("tile_path", Shape::Text, log::tile_path),
    target("bundle", Shape::Octets, log::bundle),
    target("leaf", Shape::Octets, log::leaf),
    target("vkey", Shape::Text, log::vkey),
    target("tiles", Shape::Octets, log::tiles),
    target("lc1", Shape::Text, token::lc1),
    target("lc1_inside", Shape::Octets, token::lc1_inside),
    target("status", Shape::Text, token::status),
    target("status_inside", Shape::Json, token::status_inside),
    target("jws", Shape::Text, token::jws),
    target("jws_inside", Shape::Text, token::jws_inside),
    target("json", Shape::Json, token::json),
    target("handle", Shape::Text, token::handle),
    document("pdf", Shape::Pdf, page::pdf),
    document("content", Shape::Text, page::content),
    document("preflight", Shape::Pdf, sealing::preflight),
    document("flatten", Shape::Pdf, sealing::flatten),
    document("seal", Shape::Pdf, sealing::seal),
    document("dss", Shape::Pdf, sealing::dss),
    target("ses_seal", Shape::Der, sealing::ses_seal),
    target("ses_signature", Shape::Der, sealing::ses_signature),
    document("ofd", Shape::Octets, packages::ofd),
    document("ofd_xml", Shape::Text, packages::ofd_xml),
    document("xml", Shape::Text, packages::xml),
    document("ofd_page", Shape::Octets, packages::ofd_page),
    document("ofd_drawn", Shape::Text, packages::ofd_drawn),
    document("font", Shape::Octets, packages::font),
    document("examine_ofd", Shape::Octets, judge::examine),
    document("photo", Shape::Octets, page::photo),
    document("seal_picture", Shape::Octets, page::seal_picture),
    target("template", Shape::Json, page::template),
    target("request", Shape::Json, work::request),
    target("case_event", Shape::Json, work::case_event),
    target("package_event", Shape::Json, work::package_event),
    target("identifier", Shape::Text, work::identifier),
    document("catalogue", Shape::Json, work::catalogue),
    target("keystore", Shape::Json, work::keystore),
    target("public_key", Shape::Der, work::public_key),
    document("examine_pdf", Shape::Pdf, judge::examine),
    document("licence", Shape::Pdf, judge::licence),
    document("examine_cms", Shape::Der, judge::examine),
    document("jades", Shape::Json, envelope::jades),
    document("asic", Shape::Octets, envelope::asic),
    document("examine_text", Shape::Text, judge::examine),
    document("examine_package", Shape::Octets, judge::examine),
    document("facts", Shape::Json, judge::facts),
    document("verdict", Shape::Json, judge::verdict),
    document("trust", Shape::Text, judge::trust),
    target("trust_inside", Shape::Json, judge::trust_inside),
    document("trust_list", Shape::Text, judge::trust_list),
    target("policy", Shape::Json, judge::policy),
    document("material_der", Shape::Der, judge::material),
    document("material_text", Shape::Text, judge::material),
    target("message_signature", Shape::Text, judge::message_signature),
    target("carried", Shape::Text, judge::carried),
    target("kept_password", Shape::Octets, work::kept_password),
    target("passkey", Shape::Octets, work::passkey),
    target("ntp", Shape::Octets, clock::ntp),
    target("share", Shape::Text, keys::share),
    target("strokes", Shape::Text, keys::strokes),
    target("ceremony_declaration", Shape::Text, ceremony::declaration),
    target("ceremony_transcript", Shape::Text, ceremony::transcript),
    target("ceremony_folder", Shape::Text, ceremony::folder),
    target("signing_request", Shape::Der, ceremony::request),
    target("token_request", Shape::Octets, keys::request),
    target("token_answer", Shape::Octets, keys::answer),
    target("openid_metadata", Shape::Json, provider::metadata),
    target("openid_keys", Shape::Json, provider::keys),
    target("openid_token", Shape::Text, provider::token),
    target("openid_answer", Shape::Json, provider::answer),
    target("csc_request", Shape::Json, provider::csc_request),
];

/// The target of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
