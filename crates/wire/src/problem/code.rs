//! The codes of problems, with status and title.

/// What went wrong, by its stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// The content is not the JSON that the route takes.
    RequestMalformed,
    /// The content says that it is no JSON.
    RequestKind,
    /// The content is larger than the route takes.
    RequestTooLarge,
    /// The content arrives more slowly than its pace.
    RequestTooSlow,
    /// Path and query are longer than a URL here.
    UrlTooLong,
    /// The header has too many fields, or too many octets.
    HeaderTooLarge,
    /// The route needs an `Idempotency-Key`.
    KeyMissing,
    /// The key is not 16 to 128 printable ASCII characters.
    KeyMalformed,
    /// The key was used with other content.
    KeyReused,
    /// The first request with this key is still running.
    KeyRunning,
    /// The request is not signed as it has to be.
    NotSigned,
    /// The session is over, or never was.
    SessionOver,
    /// Name, password, code or invitation is not good.
    SignInRefused,
    /// The provider at which people sign in cannot be asked; local accounts go on.
    ProviderAway,
    /// Too much failed at this door lately.
    SignInDelayed,
    /// A browser sent it from another place than this service's own pages.
    CrossOrigin,
    /// The account is not opened, confirmed or ended as asked.
    AccountRefused,
    /// The account may not do this.
    NotAllowed,
    /// There is no such thing, or none that the caller may see.
    NotFound,
    /// The route does not know this method.
    MethodUnknown,
    /// Too many requests.
    TooMany,
    /// The service is busy; the request was not begun.
    Busy,
    /// The store cannot be written at the moment; nothing was done.
    StoreUnavailable,
    /// The store has no room; nothing was done.
    StoreFull,
    /// The key store is locked; verification and status go on.
    KeysLocked,
    /// The device that has the keys does not sign at the moment.
    KeysUnavailable,
    /// The request breaks rules of the catalogue or of the licence type.
    NotAdmitted,
    /// The licence does not go from its state to the one asked for.
    TransitionRefused,
    /// The page cannot be laid out from these fields.
    PageRefused,
    /// The document cannot be sealed as it is.
    DocumentRefused,
    /// The sealed file is not one that an inspector would accept.
    NotAccepted,
    /// The job of the request was given up.
    JobGivenUp,
    /// The release does not fit what waits, or its signature is not good.
    ReleaseRefused,
    /// Requester, decider and releaser are not three people.
    DutiesNotSeparate,
    /// The certificate asked for breaks its profile.
    CertificateRefused,
    /// What was brought is no checkpoint of the log that a known witness countersigned.
    CosignatureRefused,
    /// The route is there, what is asked of it is not offered.
    NotOffered,
    /// The seal does not go from where it stands to where it was to go.
    SealRefused,
    /// The version of a matter does not go from where it stands to where it was to go.
    MatterRefused,
    /// The signature identity does not sign, or does not go there from where it stands.
    SignerRefused,
    /// The level proves too little, or name and number are no person's.
    SignerLevel,
    /// A document that several sign does not take it from this person, or not now.
    SigningRefused,
    /// A document cannot be signed by several as it was planned.
    SigningPlan,
    /// What comes back is not the signature of what was prepared for a person's own key.
    PreparedRefused,
    /// Nothing is signed under the mandate, or it is not written down, given its ground or taken back so.
    MandateRefused,
    /// The notice would show a person's data, or names what the catalogue does not know.
    NoticeRefused,
    /// The notice does not go from where it stands to where it was to go.
    NoticeNotListed,
    /// Events cannot be told there, or not of that kind.
    SubscriptionRefused,
    /// The clock of the service is not to be trusted at the moment.
    ClockUntrusted,
    /// The case does not take the event.
    EventRefused,
    /// The licence may not be used so.
    UseRefused,
    /// The region or the anchor cannot be trusted so.
    TrustRefused,
    /// Something failed inside.
    Internal,
}

impl Code {
    /// All codes, in the order of the documentation.
    pub const ALL: [Self; 53] = [
        Self::RequestMalformed,
        Self::RequestKind,
        Self::RequestTooLarge,
        Self::RequestTooSlow,
        Self::UrlTooLong,
        Self::HeaderTooLarge,
        Self::KeyMissing,
        Self::KeyMalformed,
        Self::KeyReused,
        Self::KeyRunning,
        Self::NotSigned,
        Self::SessionOver,
        Self::SignInRefused,
        Self::ProviderAway,
        Self::SignInDelayed,
        Self::CrossOrigin,
        Self::AccountRefused,
        Self::NotAllowed,
        Self::NotFound,
        Self::MethodUnknown,
        Self::TooMany,
        Self::Busy,
        Self::StoreUnavailable,
        Self::StoreFull,
        Self::KeysLocked,
        Self::KeysUnavailable,
        Self::NotAdmitted,
        Self::TransitionRefused,
        Self::PageRefused,
        Self::DocumentRefused,
        Self::NotAccepted,
        Self::JobGivenUp,
        Self::ReleaseRefused,
        Self::DutiesNotSeparate,
        Self::CertificateRefused,
        Self::CosignatureRefused,
        Self::NotOffered,
        Self::SealRefused,
        Self::MatterRefused,
        Self::SignerRefused,
        Self::SignerLevel,
        Self::SigningRefused,
        Self::SigningPlan,
        Self::PreparedRefused,
        Self::MandateRefused,
        Self::NoticeRefused,
        Self::NoticeNotListed,
        Self::SubscriptionRefused,
        Self::ClockUntrusted,
        Self::EventRefused,
        Self::UseRefused,
        Self::TrustRefused,
        Self::Internal,
    ];

    /// The code, status and title.
    #[must_use]
    pub fn text(self) -> (&'static str, u16, &'static str) {
        TABLE.iter().find(|(code, ..)| *code == self).map_or(
            ("internal", 500, "something failed inside"),
            |(_, code, status, title)| (*code, *status, *title),
        )
    }
}

/// Code, status and title of each.
const TABLE: [(Code, &str, u16, &str); 53] = [
    (
        Code::RequestMalformed,
        "request.malformed",
        400,
        "the content cannot be read",
    ),
    (
        Code::RequestKind,
        "request.kind",
        415,
        "the content is not said to be JSON",
    ),
    (
        Code::RequestTooLarge,
        "request.too-large",
        413,
        "the content is too large",
    ),
    (
        Code::RequestTooSlow,
        "request.too-slow",
        408,
        "the content arrives too slowly",
    ),
    (
        Code::UrlTooLong,
        "request.url-too-long",
        414,
        "the URL is too long",
    ),
    (
        Code::HeaderTooLarge,
        "request.header-too-large",
        431,
        "the header is too large",
    ),
    (
        Code::KeyMissing,
        "idempotency.missing",
        400,
        "an Idempotency-Key is required",
    ),
    (
        Code::KeyMalformed,
        "idempotency.malformed",
        400,
        "the Idempotency-Key has another form",
    ),
    (
        Code::KeyReused,
        "idempotency.reused",
        422,
        "the Idempotency-Key was used with other content",
    ),
    (
        Code::KeyRunning,
        "idempotency.running",
        409,
        "the first request with this key is still running",
    ),
    (
        Code::NotSigned,
        "caller.not-signed",
        401,
        "the request is not signed as it has to be",
    ),
    (
        Code::SessionOver,
        "session.over",
        401,
        "the session is over, or never was",
    ),
    (
        Code::SignInRefused,
        "sign-in.refused",
        401,
        "name, password or code is not good",
    ),
    (
        Code::ProviderAway,
        "sign-in.provider-away",
        503,
        "the provider cannot be asked; sign in with a local account",
    ),
    (
        Code::SignInDelayed,
        "sign-in.delayed",
        429,
        "too much failed at this door lately",
    ),
    (
        Code::CrossOrigin,
        "session.cross-origin",
        403,
        "the request does not come from a page of this service",
    ),
    (
        Code::AccountRefused,
        "account.refused",
        409,
        "the account does not take it",
    ),
    (
        Code::NotAllowed,
        "caller.not-allowed",
        403,
        "this account may not do this",
    ),
    (Code::NotFound, "not-found", 404, "there is no such thing"),
    (
        Code::MethodUnknown,
        "method-unknown",
        405,
        "the route does not know this method",
    ),
    (Code::TooMany, "caller.too-many", 429, "too many requests"),
    (
        Code::Busy,
        "service.busy",
        503,
        "the service is busy and did not begin the request",
    ),
    (
        Code::StoreUnavailable,
        "store.unavailable",
        503,
        "nothing can be written at the moment",
    ),
    (Code::StoreFull, "store.full", 507, "there is no room left"),
    (
        Code::KeysLocked,
        "keys.locked",
        503,
        "the key store is locked",
    ),
    (
        Code::KeysUnavailable,
        "keys.unavailable",
        503,
        "the device that has the keys does not sign at the moment",
    ),
    (
        Code::NotAdmitted,
        "licence.not-admitted",
        422,
        "the request breaks rules of the catalogue",
    ),
    (
        Code::TransitionRefused,
        "licence.transition-refused",
        409,
        "the licence does not go there from its state",
    ),
    (
        Code::PageRefused,
        "licence.page-refused",
        422,
        "the page cannot be laid out",
    ),
    (
        Code::DocumentRefused,
        "document.refused",
        422,
        "the document cannot be sealed as it is",
    ),
    (
        Code::NotAccepted,
        "seal.not-accepted",
        422,
        "the sealed file would not be accepted",
    ),
    (
        Code::JobGivenUp,
        "job.given-up",
        410,
        "the job was given up",
    ),
    (
        Code::ReleaseRefused,
        "release.refused",
        422,
        "the release does not fit what waits",
    ),
    (
        Code::DutiesNotSeparate,
        "release.duties-not-separate",
        403,
        "one person may not do both",
    ),
    (
        Code::CertificateRefused,
        "certificate.refused",
        422,
        "the certificate cannot be issued",
    ),
    (
        Code::CosignatureRefused,
        "log.cosignature-refused",
        422,
        "no checkpoint of this log that a known witness countersigned",
    ),
    (Code::NotOffered, "not-offered", 501, "this is not offered"),
    (
        Code::SealRefused,
        "seal.refused",
        409,
        "the seal does not go there from where it stands",
    ),
    (
        Code::MatterRefused,
        "matter.refused",
        409,
        "the version of the matter does not go there from where it stands",
    ),
    (
        Code::SignerRefused,
        "signer.refused",
        409,
        "the signature identity does not take it",
    ),
    (
        Code::SignerLevel,
        "signer.level",
        422,
        "who signs is not proven well enough",
    ),
    (
        Code::SigningRefused,
        "signing.refused",
        409,
        "the document that several sign does not take it",
    ),
    (
        Code::SigningPlan,
        "signing.plan",
        422,
        "a document is not signed by several in this way",
    ),
    (
        Code::PreparedRefused,
        "prepared.refused",
        409,
        "this is not the signature of what was prepared, or not in time",
    ),
    (
        Code::MandateRefused,
        "mandate.refused",
        409,
        "nothing is signed or changed under this mandate",
    ),
    (
        Code::NoticeRefused,
        "notice.refused",
        422,
        "the notice cannot be written",
    ),
    (
        Code::NoticeNotListed,
        "notice.not-listed",
        409,
        "the notice does not go there from where it stands",
    ),
    (
        Code::SubscriptionRefused,
        "subscription.refused",
        422,
        "events cannot be told so",
    ),
    (
        Code::ClockUntrusted,
        "service.clock",
        503,
        "the clock of the service is not to be trusted",
    ),
    (
        Code::EventRefused,
        "case.event-refused",
        422,
        "the case does not take the event",
    ),
    (
        Code::UseRefused,
        "use.refused",
        422,
        "the licence may not be used so",
    ),
    (
        Code::TrustRefused,
        "trust.refused",
        422,
        "the region or the anchor cannot be trusted so",
    ),
    (Code::Internal, "internal", 500, "something failed inside"),
];
