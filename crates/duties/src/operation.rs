//! What can be asked of the service by who has an account.

/// One thing that can be asked. Every route that is not public has one; the list is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// Read types, matters, reports and changes of the catalogue.
    ReadCatalogue,
    /// Import a whole catalogue.
    ImportCatalogue,
    /// Write a version of a matter and submit it.
    WriteMatter,
    /// Publish, suspend, resume and abolish a version of a matter.
    PublishMatter,
    /// Report an event of a case; in which capacity, the tables of the case say.
    ReportEvent,
    /// Read cases, their steps, clocks and cards.
    ReadCase,
    /// Give the applicant the link to a case, or a holder that to a licence, and take it back.
    LinkCase,
    /// Read the evidence of a case.
    ReadEvidence,
    /// Ask for an acceptance notice, a supplement request, a decision's text, a delivery receipt.
    AskPaper,
    /// Read which documents a case has.
    ReadPapers,
    /// Ask for a licence, a further version, a batch of them.
    AskLicence,
    /// Read licences, files, receipts, histories, copies and numbers.
    ReadLicence,
    /// Use a licence of whatever body under a stated purpose, and read what the own department used (R15).
    UseLicence,
    /// Read who used a licence.
    ReadUses,
    /// End, suspend and resume a licence.
    ChangeLicence,
    /// End one part of a composite licence.
    EndPart,
    /// Say that a licence is void; two people do.
    VoidLicence,
    /// Keep the life of a paper copy.
    ChangePaper,
    /// Let the number of a merged paper lead to a licence.
    LeadAlias,
    /// Bring and lift restrictions of holders.
    Restrict,
    /// Look at what stands against a holder.
    LookRestrictions,
    /// Look at what waits for a seal.
    LookReleases,
    /// Release a seal for one use, or refuse it.
    ReleaseSeal,
    /// See where a job stands.
    LookJob,
    /// Ask for a seal on a document of the own department.
    SealDocument,
    /// Read such a document and where it stands.
    ReadDocument,
    /// Read seals, their states and histories.
    ReadSeals,
    /// Read for what seals were used, sum it up, take it away as a file.
    ReadLedger,
    /// Close an alarm about releases with a note.
    CloseAlarm,
    /// Suspend a seal, or let it go on.
    StopSeal,
    /// Give a seal up for good.
    CancelSeal,
    /// See that the key of a seal is erased; two people do, who did not order it.
    WitnessSeal,
    /// Ask for a seal of the own department.
    ApplySeal,
    /// Read what seals were asked for with.
    ReadApplications,
    /// Examine, refuse and approve applications for seals, have them made, and give seals other scopes; two people do.
    DecideSeal,
    /// Accept a seal that was made, with a test.
    AcceptSeal,
    /// Take in persons who sign, and keep their signature identities.
    KeepSigners,
    /// Sign for a person, and read what was signed.
    SignForPerson,
    /// Write down that one person may sign for another, and show its ground.
    KeepMandates,
    /// Read who may sign for whom, and what was signed so.
    ReadMandates,
    /// Take back that one person may sign for another.
    EndMandate,
    /// Write a notice.
    WriteNotice,
    /// Read the own department's notices.
    ReadNotices,
    /// Put a notice on the public page, or take it off.
    PublishNotice,
    /// Have certificates of people issued and revoked.
    KeepCertificates,
    /// Say where events go, read what was not taken, have it told again.
    KeepSubscription,
    /// Open, confirm, invite to and end accounts, and end sessions.
    KeepAccounts,
    /// Give an account other roles; a second administrator confirms those that decide, release or administer.
    ChangeRoles,
    /// Read the accounts of the own department.
    ReadAccounts,
    /// End the own session, and choose another password.
    OwnSession,
    /// Read which regions and anchors are trusted, and what waits.
    ReadTrust,
    /// Say whom to trust: regions, anchors; two people do.
    KeepTrust,
    /// Read until when the own department's files can be proven.
    ReadProofs,
}

use Operation::{
    AcceptSeal, ApplySeal, AskLicence, AskPaper, CancelSeal, ChangeLicence, ChangePaper,
    ChangeRoles, CloseAlarm, DecideSeal, EndMandate, EndPart, ImportCatalogue, KeepAccounts,
    KeepCertificates, KeepMandates, KeepSigners, KeepSubscription, KeepTrust, LeadAlias, LinkCase,
    LookJob, LookReleases, LookRestrictions, OwnSession, PublishMatter, PublishNotice,
    ReadAccounts, ReadApplications, ReadCase, ReadCatalogue, ReadDocument, ReadEvidence,
    ReadLedger, ReadLicence, ReadMandates, ReadNotices, ReadPapers, ReadProofs, ReadSeals,
    ReadTrust, ReadUses, ReleaseSeal, ReportEvent, Restrict, SealDocument, SignForPerson, StopSeal,
    UseLicence, VoidLicence, WitnessSeal, WriteMatter, WriteNotice,
};

const CODES: [(Operation, &str); 53] = [
    (ReadCatalogue, "catalogue.read"),
    (ImportCatalogue, "catalogue.import"),
    (WriteMatter, "matter.write"),
    (PublishMatter, "matter.publish"),
    (ReportEvent, "case.report"),
    (ReadCase, "case.read"),
    (LinkCase, "case.link"),
    (ReadEvidence, "case.evidence"),
    (AskPaper, "paper.ask"),
    (ReadPapers, "paper.read"),
    (AskLicence, "licence.ask"),
    (ReadLicence, "licence.read"),
    (UseLicence, "licence.use"),
    (ReadUses, "use.read"),
    (ChangeLicence, "licence.change"),
    (EndPart, "licence.end-part"),
    (VoidLicence, "licence.void"),
    (ChangePaper, "licence.paper-copy"),
    (LeadAlias, "licence.alias"),
    (Restrict, "restriction.keep"),
    (LookRestrictions, "restriction.look"),
    (LookReleases, "release.look"),
    (ReleaseSeal, "release.give"),
    (LookJob, "job.look"),
    (SealDocument, "document.seal"),
    (ReadDocument, "document.read"),
    (ReadSeals, "seal.read"),
    (ReadLedger, "seal.ledger"),
    (CloseAlarm, "alarm.close"),
    (StopSeal, "seal.stop"),
    (CancelSeal, "seal.cancel"),
    (WitnessSeal, "seal.witness"),
    (ApplySeal, "seal.apply"),
    (ReadApplications, "seal.application"),
    (DecideSeal, "seal.decide"),
    (AcceptSeal, "seal.accept"),
    (KeepSigners, "signer.keep"),
    (SignForPerson, "signature.make"),
    (KeepMandates, "mandate.keep"),
    (ReadMandates, "mandate.read"),
    (EndMandate, "mandate.end"),
    (WriteNotice, "notice.write"),
    (ReadNotices, "notice.read"),
    (PublishNotice, "notice.publish"),
    (KeepCertificates, "certificate.keep"),
    (KeepSubscription, "subscription.keep"),
    (KeepAccounts, "account.keep"),
    (ChangeRoles, "account.roles"),
    (ReadAccounts, "account.read"),
    (OwnSession, "session.own"),
    (ReadTrust, "trust.read"),
    (KeepTrust, "trust.keep"),
    (ReadProofs, "proof.read"),
];

impl Operation {
    /// Every operation, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        CODES.iter().map(|(operation, _)| *operation)
    }

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        CODES
            .iter()
            .find(|(operation, _)| *operation == self)
            .map_or("none", |(_, code)| code)
    }
}
