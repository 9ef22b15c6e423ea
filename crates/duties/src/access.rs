//! Who may call what: one table, and what is not in it is denied (T-P3).

use crate::operation::Operation;

/// What a caller or person may do, as their account says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Scope {
    /// Import the catalogue.
    Catalogue,
    /// Write versions of matters, submit, publish and stop them; the body's duties say which of it.
    Matters,
    /// Ask for licences to be issued.
    Issue,
    /// End, suspend and resume licences of a power that the own department holds.
    Change,
    /// Look at what waits for the seal, release it or refuse it.
    Release,
    /// Report events of cases.
    Cases,
    /// Ask for a seal on a document of the own department.
    Seal,
    /// Read licences, files, receipts and histories of the own department.
    Read,
    /// Ask for certificates and revoke them.
    Certify,
    /// Be told of events: where, what was not taken, what is told again.
    Subscribe,
    /// Administer seals; never use one.
    Seals,
    /// Take in persons who sign, prove who they are, and sign for them.
    Sign,
    /// Write notices of the own department, put them on its page, take them off.
    Notices,
    /// Say that a licence of the own department is void: two people do.
    Void,
    /// Bring restrictions of holders, and lift one's own.
    Restrict,
    /// Use licences of other bodies under a stated purpose.
    Use,
}

impl Scope {
    /// All, in the order of their names in an account.
    pub const ALL: [Self; 16] = [
        Self::Catalogue,
        Self::Matters,
        Self::Issue,
        Self::Change,
        Self::Release,
        Self::Cases,
        Self::Seal,
        Self::Read,
        Self::Certify,
        Self::Subscribe,
        Self::Seals,
        Self::Notices,
        Self::Sign,
        Self::Void,
        Self::Restrict,
        Self::Use,
    ];

    /// The name that stands in an account.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Matters => "matters",
            Self::Issue => "issue",
            Self::Change => "change",
            Self::Release => "release",
            Self::Cases => "cases",
            Self::Seal => "seal",
            Self::Read => "read",
            Self::Certify => "certify",
            Self::Subscribe => "subscribe",
            Self::Seals => "seals",
            Self::Notices => "notices",
            Self::Sign => "sign",
            Self::Void => "void",
            Self::Restrict => "restrict",
            Self::Use => "use",
        }
    }

    /// The scope of a name.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.code() == code)
    }
}

/// What a route asks of who calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Anyone.
    Public,
    /// Whoever brings an access token of the provider: the room behind the route reads it, and says for what.
    Token,
    /// This operation: for people with a session, whose roles the table of `duties` names for it; for machines with a
    /// signed request, whose account has one of these scopes.
    Asked(Operation, &'static [Scope]),
}

/// One line: method, route as axum writes it, who may.
pub type Line = (&'static str, &'static str, Access);

use Access::{Asked, Public, Token};
use Operation as O;
use Scope::{
    Cases, Catalogue, Certify, Change, Issue, Matters, Notices, Read, Release, Restrict, Seal,
    Seals, Sign, Subscribe, Use, Void,
};

/// The whole table. A route that is served and has no line here answers as if it did not exist;
/// a test walks the routes of the API document and finds each here.
#[rustfmt::skip]
pub const ROUTES: &[Line] = &[
    ("PUT", "/v1/catalogue", Asked(O::ImportCatalogue, &[Catalogue])),
    ("GET", "/v1/catalogue/types", Asked(O::ReadCatalogue, &[Catalogue, Issue, Read])),
    ("GET", "/v1/catalogue/matters/{code}", Asked(O::ReadCatalogue, &[Catalogue, Issue, Read])),
    ("POST", "/v1/catalogue/matters", Asked(O::WriteMatter, &[Catalogue, Matters])),
    ("GET", "/v1/catalogue/matters/{code}/versions/{version}", Asked(O::ReadCatalogue, &[Catalogue, Matters, Read])),
    ("POST", "/v1/catalogue/matters/{code}/versions/{version}/acts", Asked(O::WriteMatter, &[Catalogue, Matters])),
    ("GET", "/v1/catalogue/coverage", Asked(O::ReadCatalogue, &[Catalogue, Issue, Read])),
    ("GET", "/v1/catalogue/comparison", Asked(O::ReadCatalogue, &[Catalogue, Issue, Read])),
    ("GET", "/v1/catalogue/changes", Asked(O::ReadCatalogue, &[Catalogue, Read])),
    ("POST", "/v1/cases/{case}/events", Asked(O::ReportEvent, &[Cases])),
    ("GET", "/v1/cases/{case}", Asked(O::ReadCase, &[Cases, Read])),
    ("GET", "/v1/cases", Asked(O::ReadCase, &[Cases, Read])),
    ("POST", "/v1/licences", Asked(O::AskLicence, &[Issue])),
    ("GET", "/v1/licences", Asked(O::ReadLicence, &[Read])),
    ("GET", "/v1/licences/{identifier}", Asked(O::ReadLicence, &[Read])),
    ("GET", "/v1/licences/{identifier}/history", Asked(O::ReadLicence, &[Read])),
    ("GET", "/v1/licences/{identifier}/state", Asked(O::ReadLicence, &[Read])),
    ("GET", "/v1/licences/{identifier}/receipt", Asked(O::ReadLicence, &[Read])),
    ("GET", "/v1/licences/{identifier}/files/pdf", Asked(O::ReadLicence, &[Read])),
    ("GET", "/v1/licences/{identifier}/files/ofd", Asked(O::ReadLicence, &[Read])),
    ("GET", "/v1/licences/{identifier}/files/ofd/picture", Asked(O::ReadLicence, &[Read])),
    ("GET", "/v1/licences/{identifier}/versions", Asked(O::ReadLicence, &[Read])),
    ("POST", "/v1/licences/{identifier}/versions", Asked(O::AskLicence, &[Issue])),
    ("POST", "/v1/licences/{identifier}/parts/{part}/end", Asked(O::EndPart, &[Change])),
    ("POST", "/v1/licences/{identifier}/void", Asked(O::VoidLicence, &[Void])),
    ("POST", "/v1/licences/{identifier}/paper", Asked(O::ChangePaper, &[Change])),
    ("GET", "/v1/licences/{identifier}/paper", Asked(O::ReadLicence, &[Read])),
    ("POST", "/v1/licences/{identifier}/aliases", Asked(O::LeadAlias, &[Change])),
    ("GET", "/v1/aliases/{number}", Asked(O::ReadLicence, &[Read])),
    ("GET", "/v1/paper-copies/{number}", Asked(O::ReadLicence, &[Read])),
    ("PUT", "/v1/restrictions/{number}", Asked(O::Restrict, &[Restrict])),
    ("POST", "/v1/restrictions/{number}/lift", Asked(O::Restrict, &[Restrict])),
    ("POST", "/v1/restrictions/standing", Asked(O::LookRestrictions, &[Issue, Release, Restrict])),
    ("POST", "/v1/licences/{identifier}/end", Asked(O::ChangeLicence, &[Change])),
    ("POST", "/v1/licences/{identifier}/suspend", Asked(O::ChangeLicence, &[Change])),
    ("POST", "/v1/licences/{identifier}/resume", Asked(O::ChangeLicence, &[Change])),
    ("GET", "/v1/jobs/{job}", Asked(O::LookJob, &[Issue, Seal, Release])),
    ("GET", "/v1/releases", Asked(O::LookReleases, &[Release])),
    ("GET", "/v1/releases/{job}", Asked(O::LookReleases, &[Release])),
    ("GET", "/v1/releases/{job}/page", Asked(O::LookReleases, &[Release])),
    ("POST", "/v1/releases/{job}", Asked(O::ReleaseSeal, &[Release])),
    ("POST", "/v1/releases/{job}/refusal", Asked(O::ReleaseSeal, &[Release])),
    ("POST", "/v1/seal-signatures", Asked(O::SealDocument, &[Seal])),
    ("GET", "/v1/seal-signatures/{job}", Asked(O::ReadDocument, &[Seal])),
    ("GET", "/v1/seal-signatures/{job}/file", Asked(O::ReadDocument, &[Seal])),
    ("GET", "/v1/seals", Asked(O::ReadSeals, &[Read, Release, Seals])),
    ("GET", "/v1/seals/{seal}", Asked(O::ReadSeals, &[Read, Release, Seals])),
    ("GET", "/v1/ledger", Asked(O::ReadLedger, &[Read, Release, Seals])),
    ("GET", "/v1/ledger/totals", Asked(O::ReadLedger, &[Read, Release, Seals])),
    ("GET", "/v1/ledger/file", Asked(O::ReadLedger, &[Read, Seals])),
    ("GET", "/v1/seals/{seal}/limits", Asked(O::ReadSeals, &[Read, Release, Seals])),
    ("POST", "/v1/seals/{seal}/limits", Asked(O::DecideSeal, &[Seals])),
    ("GET", "/v1/seals/{seal}/approvers", Asked(O::ReadSeals, &[Read, Release, Seals])),
    ("POST", "/v1/seals/{seal}/approvers", Asked(O::DecideSeal, &[Seals])),
    ("GET", "/v1/seals/{seal}/unseen", Asked(O::ReadSeals, &[Read, Release, Seals])),
    ("POST", "/v1/seals/{seal}/unseen", Asked(O::DecideSeal, &[Seals])),
    ("POST", "/v1/releases/{job}/withdrawal", Asked(O::ReleaseSeal, &[Release])),
    ("GET", "/v1/alarms", Asked(O::ReadLedger, &[Read, Release, Seals])),
    ("POST", "/v1/alarms/{alarm}/closing", Asked(O::CloseAlarm, &[])),
    ("GET", "/v1/release-stops", Asked(O::ReadSeals, &[Read, Release, Seals])),
    ("POST", "/v1/release-stops/{about}/{subject}/lift", Asked(O::DecideSeal, &[Seals])),
    ("POST", "/v1/seals/{seal}/suspend", Asked(O::StopSeal, &[Release, Seals])),
    ("POST", "/v1/seals/{seal}/resume", Asked(O::StopSeal, &[Release, Seals])),
    ("POST", "/v1/seals/{seal}/cancel", Asked(O::CancelSeal, &[Seals])),
    ("POST", "/v1/seal-applications", Asked(O::ApplySeal, &[Seal, Seals])),
    ("GET", "/v1/seal-applications", Asked(O::ReadApplications, &[Read, Release, Seals])),
    ("GET", "/v1/seal-applications/{seal}", Asked(O::ReadApplications, &[Read, Release, Seals])),
    ("GET", "/v1/seal-applications/{seal}/documents/{number}", Asked(O::ReadApplications, &[Read, Release, Seals])),
    ("POST", "/v1/seal-applications/{seal}/acts", Asked(O::DecideSeal, &[Seals])),
    ("POST", "/v1/seal-lists/{list}/check", Asked(O::ApplySeal, &[Seal, Seals])),
    ("PUT", "/v1/seal-lists/{list}", Asked(O::ApplySeal, &[Seal, Seals])),
    ("GET", "/v1/seal-lists/{list}", Asked(O::ReadApplications, &[Read, Release, Seals])),
    ("POST", "/v1/seal-lists/{list}/acts", Asked(O::DecideSeal, &[Seals])),
    ("GET", "/v1/seals/{seal}/acceptance", Asked(O::AcceptSeal, &[Release])),
    ("POST", "/v1/seals/{seal}/acceptance", Asked(O::AcceptSeal, &[Release])),
    ("POST", "/v1/seals/{seal}/replace", Asked(O::CancelSeal, &[Seals])),
    ("GET", "/v1/seals/{seal}/destruction", Asked(O::ReadSeals, &[Read, Release, Seals])),
    ("POST", "/v1/seals/{seal}/destruction", Asked(O::CancelSeal, &[Seals])),
    ("POST", "/v1/seals/{seal}/destruction/call-off", Asked(O::CancelSeal, &[Seals])),
    ("POST", "/v1/seals/{seal}/destruction/witness", Asked(O::WitnessSeal, &[Release, Seals])),
    ("GET", "/v1/seals/{seal}/destruction/record", Asked(O::ReadSeals, &[Read, Release, Seals])),
    ("GET", "/v1/seals/{seal}/scopes", Asked(O::ReadSeals, &[Read, Release, Seals])),
    ("POST", "/v1/seals/{seal}/scopes", Asked(O::DecideSeal, &[Seals])),
    ("POST", "/v1/cases/{case}/documents", Asked(O::AskPaper, &[Seal])),
    ("GET", "/v1/cases/{case}/documents", Asked(O::ReadPapers, &[Seal, Read])),
    ("GET", "/v1/cases/{case}/evidence", Asked(O::ReadEvidence, &[Read])),
    ("POST", "/v1/cases/{case}/link", Asked(O::LinkCase, &[Seal, Read])),
    ("POST", "/v1/signers", Asked(O::KeepSigners, &[Sign])),
    ("GET", "/v1/signers", Asked(O::KeepSigners, &[Sign])),
    ("POST", "/v1/signers/search", Asked(O::KeepSigners, &[Sign])),
    ("GET", "/v1/signers/{signer}", Asked(O::KeepSigners, &[Sign])),
    ("POST", "/v1/signers/{signer}/acts", Asked(O::KeepSigners, &[Sign])),
    ("GET", "/v1/signers/{signer}/certificate", Asked(O::KeepSigners, &[Sign])),
    ("PUT", "/v1/signers/{signer}/handwriting", Asked(O::KeepSigners, &[Sign])),
    ("POST", "/v1/signatures", Asked(O::SignForPerson, &[Sign])),
    ("POST", "/v1/signatures/prepared", Asked(O::SignForPerson, &[Sign])),
    ("GET", "/v1/signatures/prepared/{prepared}", Asked(O::SignForPerson, &[Sign])),
    ("POST", "/v1/signatures/prepared/{prepared}/value", Asked(O::SignForPerson, &[Sign])),
    ("GET", "/v1/signatures/{signature}", Asked(O::SignForPerson, &[Sign])),
    ("GET", "/v1/signatures/{signature}/file", Asked(O::SignForPerson, &[Sign])),
    ("POST", "/v1/signature-packages", Asked(O::SignForPerson, &[Sign])),
    ("POST", "/v1/pad-signatures", Asked(O::SignForPerson, &[Sign])),
    ("POST", "/v1/pads", Asked(O::SignForPerson, &[Sign])),
    ("GET", "/v1/pads/{pad}", Asked(O::SignForPerson, &[Sign])),
    ("DELETE", "/v1/pads/{pad}", Asked(O::SignForPerson, &[Sign])),
    ("POST", "/v1/signings", Asked(O::SignForPerson, &[Sign])),
    ("GET", "/v1/signings/{signing}", Asked(O::SignForPerson, &[Sign])),
    ("GET", "/v1/signings/{signing}/file", Asked(O::SignForPerson, &[Sign])),
    ("POST", "/v1/signings/{signing}/prepared", Asked(O::SignForPerson, &[Sign])),
    ("POST", "/v1/signings/{signing}/signatures", Asked(O::SignForPerson, &[Sign])),
    ("POST", "/v1/signings/{signing}/refusals", Asked(O::SignForPerson, &[Sign])),
    ("POST", "/v1/signings/{signing}/checks", Asked(O::SignForPerson, &[Sign])),
    ("POST", "/v1/mandates", Asked(O::KeepMandates, &[Sign])),
    ("POST", "/v1/mandates/search", Asked(O::ReadMandates, &[Sign])),
    ("POST", "/v1/mandates/uses", Asked(O::ReadMandates, &[Sign])),
    ("GET", "/v1/mandates/{mandate}", Asked(O::ReadMandates, &[Sign])),
    ("GET", "/v1/mandates/{mandate}/evidence", Asked(O::KeepMandates, &[Sign])),
    ("POST", "/v1/mandates/{mandate}/confirmation", Asked(O::KeepMandates, &[Sign])),
    ("POST", "/v1/mandates/{mandate}/end", Asked(O::EndMandate, &[Sign])),
    ("GET", "/v1/mandates/{mandate}/uses", Asked(O::ReadMandates, &[Sign])),
    ("POST", "/v1/notices", Asked(O::WriteNotice, &[Notices])),
    ("GET", "/v1/notices", Asked(O::ReadNotices, &[Notices, Read])),
    ("POST", "/v1/notices/{number}/publication", Asked(O::PublishNotice, &[Notices])),
    ("POST", "/v1/notices/{number}/end", Asked(O::PublishNotice, &[Notices])),
    ("POST", "/v1/certificates", Asked(O::KeepCertificates, &[Certify])),
    ("POST", "/v1/certificates/{serial}/revocation", Asked(O::KeepCertificates, &[Certify])),
    ("PUT", "/v1/subscription", Asked(O::KeepSubscription, &[Subscribe])),
    ("GET", "/v1/subscription", Asked(O::KeepSubscription, &[Subscribe])),
    ("DELETE", "/v1/subscription", Asked(O::KeepSubscription, &[Subscribe])),
    ("GET", "/v1/subscription/parked", Asked(O::KeepSubscription, &[Subscribe])),
    ("POST", "/v1/subscription/parked/{event}", Asked(O::KeepSubscription, &[Subscribe])),
    ("POST", "/v1/subscription/replay", Asked(O::KeepSubscription, &[Subscribe])),
    ("GET", "/v1/catalogue/cancelled-documents", Asked(O::ReadCatalogue, &[Catalogue, Read])),
    ("GET", "/v1/licences/{identifier}/uses", Asked(O::ReadUses, &[Read])),
    ("POST", "/v1/uses", Asked(O::UseLicence, &[Use])),
    ("GET", "/v1/uses", Asked(O::ReadUses, &[Use, Read])),
    ("GET", "/v1/uses/{use}", Asked(O::ReadUses, &[Use, Read])),
    ("GET", "/v1/uses/{use}/file", Asked(O::UseLicence, &[Use])),
    ("POST", "/v1/licences/{identifier}/holder-link", Asked(O::LinkCase, &[Issue, Change])),
    ("DELETE", "/v1/licences/{identifier}/holder-link", Asked(O::LinkCase, &[Issue, Change])),
    ("POST", "/v1/licences/{identifier}/link", Asked(O::LinkCase, &[Issue, Change])),
    ("DELETE", "/v1/licences/{identifier}/link", Asked(O::LinkCase, &[Issue, Change])),
    ("POST", "/v1/packages/{package}/events", Asked(O::ReportEvent, &[Cases])),
    ("GET", "/v1/packages/{package}", Asked(O::ReadCase, &[Cases, Read])),
    ("POST", "/v1/batches", Asked(O::AskLicence, &[Issue])),
    ("GET", "/v1/batches", Asked(O::LookJob, &[Issue, Release])),
    ("GET", "/v1/batches/{batch}", Asked(O::LookJob, &[Issue, Release])),
    ("GET", "/v1/batches/{batch}/release", Asked(O::LookReleases, &[Release])),
    ("POST", "/v1/batches/{batch}/release", Asked(O::ReleaseSeal, &[Release])),
    ("POST", "/v1/batches/{batch}/refusal", Asked(O::ReleaseSeal, &[Release])),
    ("GET", "/v1/licences/{identifier}/beside", Asked(O::ReadLicence, &[Issue, Read])),
    ("DELETE", "/v1/cases/{case}/link", Asked(O::LinkCase, &[Seal, Read])),
    ("GET", "/h/{handle}", Public),
    ("GET", "/seals/{code}", Public),
    ("GET", "/v1/public/seals/{seal}", Public),
    ("POST", "/v1/accounts", Asked(O::KeepAccounts, &[])),
    ("GET", "/v1/accounts", Asked(O::ReadAccounts, &[])),
    ("POST", "/v1/accounts/{account}/confirmation", Asked(O::KeepAccounts, &[])),
    ("POST", "/v1/accounts/{account}/invitation", Asked(O::KeepAccounts, &[])),
    ("PUT", "/v1/accounts/{account}/roles", Asked(O::ChangeRoles, &[])),
    ("POST", "/v1/accounts/{account}/end", Asked(O::KeepAccounts, &[])),
    ("DELETE", "/v1/accounts/{account}/sessions", Asked(O::KeepAccounts, &[])),
    ("PUT", "/v1/accounts/{account}/openid", Asked(O::KeepAccounts, &[])),
    ("DELETE", "/v1/accounts/{account}/openid", Asked(O::KeepAccounts, &[])),
    ("POST", "/v1/machines", Asked(O::KeepAccounts, &[])),
    ("GET", "/v1/machines", Asked(O::ReadAccounts, &[])),
    ("PUT", "/v1/machines/{machine}/keys/{key}", Asked(O::KeepAccounts, &[])),
    ("DELETE", "/v1/machines/{machine}/keys/{key}", Asked(O::KeepAccounts, &[])),
    ("POST", "/v1/machines/{machine}/end", Asked(O::KeepAccounts, &[])),
    ("DELETE", "/v1/sessions/current", Asked(O::OwnSession, &[])),
    ("PUT", "/v1/sessions/current/password", Asked(O::OwnSession, &[])),
    ("GET", "/v1/sessions/current/passkeys", Asked(O::OwnSession, &[])),
    ("POST", "/v1/sessions/current/passkeys", Asked(O::OwnSession, &[])),
    ("GET", "/v1/trust/regions", Asked(O::ReadTrust, &[])),
    ("PUT", "/v1/trust/regions/{region}", Asked(O::KeepTrust, &[])),
    ("POST", "/v1/trust/regions/{region}/agreement", Asked(O::KeepTrust, &[])),
    ("POST", "/v1/trust/regions/{region}/end", Asked(O::KeepTrust, &[])),
    ("GET", "/v1/trust/anchors", Asked(O::ReadTrust, &[])),
    ("PUT", "/v1/trust/anchors/{anchor}", Asked(O::KeepTrust, &[])),
    ("POST", "/v1/trust/anchors/{anchor}/agreement", Asked(O::KeepTrust, &[])),
    ("POST", "/v1/trust/anchors/{anchor}/end", Asked(O::KeepTrust, &[])),
    ("GET", "/v1/proofs", Asked(O::ReadProofs, &[])),
    ("POST", "/v1/sessions", Public),
    ("GET", "/v1/sessions/question", Public),
    ("POST", "/v1/sessions/openid", Public),
    ("GET", "/sign-in/openid", Public),
    ("GET", "/sign-in/openid/back", Public),
    ("POST", "/v1/accounts/{account}/activation", Public),
    ("POST", "/csc/v2/info", Public),
    ("POST", "/csc/v2/credentials/list", Token),
    ("POST", "/csc/v2/credentials/info", Token),
    ("POST", "/csc/v2/credentials/authorize", Token),
    ("POST", "/csc/v2/signatures/signHash", Token),
    ("POST", "/csc/v2/signatures/signDoc", Token),
    ("POST", "/csc/v2/signatures/signPolling", Token),
    ("POST", "/csc/v2/signatures/timestamp", Token),
    ("PUT", "/v1/signers/{signer}/subject", Asked(O::KeepSigners, &[Sign])),
    ("POST", "/v1/verifications", Public),
    ("GET", "/v1/trust", Public),
    ("GET", "/trust/list.xml", Public),
    ("GET", "/trust/list.sha2", Public),
    ("POST", "/tsa", Public),
    ("POST", "/ocsp", Public),
    ("GET", "/ocsp/{*request}", Public),
    ("GET", "/crl/{name}", Public),
    ("GET", "/certificates/{name}", Public),
    ("GET", "/status/{list}", Public),
    ("GET", "/log/checkpoint", Public),
    ("GET", "/log/witnessed", Public),
    ("POST", "/log/cosignatures", Public),
    ("GET", "/log/tile/{*path}", Public),
    ("GET", "/healthz", Public),
    ("GET", "/readyz", Public),
    ("GET", "/metrics", Public),
    ("GET", "/openapi.json", Public),
    ("GET", "/", Public),
    ("GET", "/v/{handle}", Public),
    ("GET", "/desk", Public),
    ("GET", "/verify", Public),
    ("POST", "/verify", Public),
    ("GET", "/p/{handle}", Public),
    ("GET", "/s/{handle}", Public),
    ("POST", "/s/{handle}", Public),
    ("GET", "/s/{handle}/document", Public),
    ("GET", "/s/{handle}/signed", Public),
    ("POST", "/s/{handle}/signature", Public),
    ("POST", "/s/{handle}/refusal", Public),
    ("POST", "/s/{handle}/leave", Public),
    ("GET", "/notices", Public),
    ("GET", "/notices.atom", Public),
    ("GET", "/notices/{number}", Public),
    ("GET", "/assets/{*path}", Public),
];

/// What a route asks; `None` denies.
#[must_use]
pub fn asked(method: &str, route: &str) -> Option<Access> {
    // RFC 9110 9.3.2: HEAD is GET without the content.
    let method = if method == "HEAD" { "GET" } else { method };
    ROUTES
        .iter()
        .find(|(verb, path, _)| *verb == method && *path == route)
        .map(|(_, _, access)| *access)
}

/// The operation that a route of the API document is, for who compares tables; none for what anybody may ask, and for
/// what is not served.
#[must_use]
pub fn operation(method: &str, route: &str) -> Option<Operation> {
    match asked(method, route)? {
        Public | Token => None,
        Asked(operation, _) => Some(operation),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_the_table_is_denied() {
        assert_eq!(asked("DELETE", "/v1/licences"), None);
        assert_eq!(asked("GET", "/v1/else"), None);
        assert_eq!(asked("HEAD", "/healthz"), Some(Public));
    }

    #[test]
    fn names_of_scopes_are_read_back() {
        for scope in Scope::ALL {
            assert_eq!(Scope::find(scope.code()), Some(scope));
        }
        assert_eq!(Scope::find("admin"), None);
    }

    #[test]
    fn nothing_that_changes_a_licence_is_public() {
        for (verb, path, access) in ROUTES {
            let open = [
                "/v1/verifications",
                "/tsa",
                "/ocsp",
                "/verify",
                "/log/cosignatures",
                "/v1/sessions",
                "/v1/sessions/openid",
                "/v1/accounts/{account}/activation",
                "/csc/v2/info",
            ]
            .contains(path);
            // Whoever comes to these has a link, a code and what the code opened: the room behind the route asks for them.
            let open = open || path.starts_with("/s/{handle}");
            if *verb != "GET" && !open {
                assert_ne!(*access, Public, "{verb} {path}");
            }
        }
    }
}
