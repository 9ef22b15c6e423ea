//! Who may call what: one table, and what is not in it is denied (T-P3).

use axum::http::Method;

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
}

impl Scope {
    /// All, in the order of their names in an account.
    pub const ALL: [Self; 15] = [
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
    /// A signed request of an account with one of these scopes.
    Any(&'static [Scope]),
}

/// One line: method, route as axum writes it, who may.
pub(crate) type Line = (&'static str, &'static str, Access);

use Access::{Any, Public};
use Scope::{
    Cases, Catalogue, Certify, Change, Issue, Matters, Notices, Read, Release, Restrict, Seal,
    Seals, Sign, Subscribe, Void,
};

/// The whole table. A route that is served and has no line here answers as if it did not exist;
/// a test walks the routes of the API document and finds each here.
pub(crate) const TABLE: &[Line] = &[
    ("PUT", "/v1/catalogue", Any(&[Catalogue])),
    ("GET", "/v1/catalogue/types", Any(&[Catalogue, Issue, Read])),
    (
        "GET",
        "/v1/catalogue/matters/{code}",
        Any(&[Catalogue, Issue, Read]),
    ),
    ("POST", "/v1/catalogue/matters", Any(&[Catalogue, Matters])),
    (
        "GET",
        "/v1/catalogue/matters/{code}/versions/{version}",
        Any(&[Catalogue, Matters, Read]),
    ),
    (
        "POST",
        "/v1/catalogue/matters/{code}/versions/{version}/acts",
        Any(&[Catalogue, Matters]),
    ),
    (
        "GET",
        "/v1/catalogue/coverage",
        Any(&[Catalogue, Issue, Read]),
    ),
    (
        "GET",
        "/v1/catalogue/comparison",
        Any(&[Catalogue, Issue, Read]),
    ),
    ("GET", "/v1/catalogue/changes", Any(&[Catalogue, Read])),
    (
        "GET",
        "/v1/catalogue/cancelled-documents",
        Any(&[Catalogue, Read]),
    ),
    ("POST", "/v1/cases/{case}/events", Any(&[Cases])),
    ("GET", "/v1/cases/{case}", Any(&[Cases, Read])),
    ("GET", "/v1/cases", Any(&[Cases, Read])),
    ("POST", "/v1/licences", Any(&[Issue])),
    ("GET", "/v1/licences", Any(&[Read])),
    ("GET", "/v1/licences/{identifier}", Any(&[Read])),
    ("GET", "/v1/licences/{identifier}/history", Any(&[Read])),
    ("GET", "/v1/licences/{identifier}/state", Any(&[Read])),
    ("GET", "/v1/licences/{identifier}/receipt", Any(&[Read])),
    ("GET", "/v1/licences/{identifier}/files/pdf", Any(&[Read])),
    ("GET", "/v1/licences/{identifier}/versions", Any(&[Read])),
    ("POST", "/v1/licences/{identifier}/versions", Any(&[Issue])),
    (
        "POST",
        "/v1/licences/{identifier}/parts/{part}/end",
        Any(&[Change]),
    ),
    ("POST", "/v1/licences/{identifier}/void", Any(&[Void])),
    ("GET", "/v1/licences/{identifier}/uses", Any(&[Read])),
    (
        "POST",
        "/v1/licences/{identifier}/link",
        Any(&[Issue, Change]),
    ),
    (
        "DELETE",
        "/v1/licences/{identifier}/link",
        Any(&[Issue, Change]),
    ),
    ("POST", "/v1/licences/{identifier}/paper", Any(&[Change])),
    ("GET", "/v1/licences/{identifier}/paper", Any(&[Read])),
    ("POST", "/v1/licences/{identifier}/aliases", Any(&[Change])),
    ("GET", "/v1/aliases/{number}", Any(&[Read])),
    ("GET", "/v1/paper-copies/{number}", Any(&[Read])),
    ("PUT", "/v1/restrictions/{number}", Any(&[Restrict])),
    ("POST", "/v1/restrictions/{number}/lift", Any(&[Restrict])),
    (
        "POST",
        "/v1/restrictions/standing",
        Any(&[Issue, Release, Restrict]),
    ),
    ("POST", "/v1/licences/{identifier}/end", Any(&[Change])),
    ("POST", "/v1/licences/{identifier}/suspend", Any(&[Change])),
    ("POST", "/v1/licences/{identifier}/resume", Any(&[Change])),
    ("POST", "/v1/packages/{package}/events", Any(&[Cases])),
    ("GET", "/v1/packages/{package}", Any(&[Cases, Read])),
    ("POST", "/v1/batches", Any(&[Issue])),
    ("GET", "/v1/batches", Any(&[Issue, Release])),
    ("GET", "/v1/batches/{batch}", Any(&[Issue, Release])),
    ("GET", "/v1/batches/{batch}/release", Any(&[Release])),
    ("POST", "/v1/batches/{batch}/release", Any(&[Release])),
    ("POST", "/v1/batches/{batch}/refusal", Any(&[Release])),
    (
        "GET",
        "/v1/licences/{identifier}/beside",
        Any(&[Issue, Read]),
    ),
    ("GET", "/v1/jobs/{job}", Any(&[Issue, Seal, Release])),
    ("GET", "/v1/releases", Any(&[Release])),
    ("GET", "/v1/releases/{job}", Any(&[Release])),
    ("GET", "/v1/releases/{job}/page", Any(&[Release])),
    ("POST", "/v1/releases/{job}", Any(&[Release])),
    ("POST", "/v1/releases/{job}/refusal", Any(&[Release])),
    ("POST", "/v1/seal-signatures", Any(&[Seal])),
    ("GET", "/v1/seal-signatures/{job}", Any(&[Seal])),
    ("GET", "/v1/seal-signatures/{job}/file", Any(&[Seal])),
    ("GET", "/v1/seals", Any(&[Read, Release, Seals])),
    ("GET", "/v1/seals/{seal}", Any(&[Read, Release, Seals])),
    ("POST", "/v1/seals/{seal}/suspend", Any(&[Release, Seals])),
    ("POST", "/v1/seals/{seal}/resume", Any(&[Release, Seals])),
    ("POST", "/v1/seals/{seal}/cancel", Any(&[Seals])),
    ("POST", "/v1/cases/{case}/documents", Any(&[Seal])),
    ("GET", "/v1/cases/{case}/documents", Any(&[Seal, Read])),
    ("GET", "/v1/cases/{case}/evidence", Any(&[Read])),
    ("POST", "/v1/cases/{case}/link", Any(&[Seal, Read])),
    ("DELETE", "/v1/cases/{case}/link", Any(&[Seal, Read])),
    ("POST", "/v1/signers", Any(&[Sign])),
    ("GET", "/v1/signers/{signer}", Any(&[Sign])),
    ("POST", "/v1/signers/{signer}/acts", Any(&[Sign])),
    ("POST", "/v1/signatures", Any(&[Sign])),
    ("GET", "/v1/signatures/{signature}", Any(&[Sign])),
    ("GET", "/v1/signatures/{signature}/file", Any(&[Sign])),
    ("POST", "/v1/notices", Any(&[Notices])),
    ("GET", "/v1/notices", Any(&[Notices, Read])),
    ("POST", "/v1/notices/{number}/publication", Any(&[Notices])),
    ("POST", "/v1/notices/{number}/end", Any(&[Notices])),
    ("POST", "/v1/certificates", Any(&[Certify])),
    (
        "POST",
        "/v1/certificates/{serial}/revocation",
        Any(&[Certify]),
    ),
    ("PUT", "/v1/subscription", Any(&[Subscribe])),
    ("GET", "/v1/subscription", Any(&[Subscribe])),
    ("DELETE", "/v1/subscription", Any(&[Subscribe])),
    ("GET", "/v1/subscription/parked", Any(&[Subscribe])),
    ("POST", "/v1/subscription/parked/{event}", Any(&[Subscribe])),
    ("POST", "/v1/subscription/replay", Any(&[Subscribe])),
    ("POST", "/v1/verifications", Public),
    ("GET", "/v1/trust", Public),
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
    ("GET", "/verify", Public),
    ("POST", "/verify", Public),
    ("GET", "/p/{handle}", Public),
    ("GET", "/h/{handle}", Public),
    ("GET", "/notices", Public),
    ("GET", "/notices.atom", Public),
    ("GET", "/notices/{number}", Public),
    ("GET", "/assets/{*path}", Public),
];

/// What a route asks; `None` denies.
pub(crate) fn asked(method: &Method, route: &str) -> Option<Access> {
    // RFC 9110 9.3.2: HEAD is GET without the content.
    let method = if *method == Method::HEAD {
        "GET"
    } else {
        method.as_str()
    };
    TABLE
        .iter()
        .find(|(verb, path, _)| *verb == method && *path == route)
        .map(|(_, _, access)| *access)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_the_table_is_denied() {
        assert_eq!(asked(&Method::DELETE, "/v1/licences"), None);
        assert_eq!(asked(&Method::GET, "/v1/else"), None);
        assert_eq!(asked(&Method::HEAD, "/healthz"), Some(Public));
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
        for (verb, path, access) in TABLE {
            let open = [
                "/v1/verifications",
                "/tsa",
                "/ocsp",
                "/verify",
                "/log/cosignatures",
            ]
            .contains(path);
            if *verb != "GET" && !open {
                assert_ne!(*access, Public, "{verb} {path}");
            }
        }
    }
}
