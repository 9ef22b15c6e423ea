//! The rules at the seal, R1 to R13, asked with the facts at hand: when a release is given, and again before the
//! journal knows what will be signed (domain.md 5). The rules themselves are `licence::sealing`, and pure.

use std::collections::BTreeSet;

use catalogue::SealUse;
use crypto::ReleaseStatement;
use docket::CaseGround;
use dossier::decision::Mode;
use licence::Event;
use licence::life::{Ground, Stop};
use licence::restriction::{Grant, Restriction};
use licence::sealing::{
    Case, Decided, Decider, Granted, MadeFrom, Names, Outcome, Output, Release, SealRefused,
    SealStanding, judge,
};
use licence::versions::{Birth, Succession};
use registry::StoreError;
use registry::jobs::Job;
use registry::licences::{Content, Record};
use registry::restrictions::Imposed;
use registry::trace::{Act, Deed};
use thiserror::Error;
use time::UtcDateTime;

use crate::cases;
use crate::desk::Desk;
use crate::draft::Payload;
use crate::lives::restrictions::listed;
use crate::office::Office;

/// The code of a use that was ruled on by a catalogue that is in force no more, where this process cannot have the one that is.
pub(crate) const MOVED_ON: &str = "catalogue.moved-on";

/// Why a seal is not used.
#[derive(Debug, Error)]
pub(crate) enum RulingError {
    /// A rule says no.
    #[error(transparent)]
    Refused(#[from] SealRefused),
    /// The facts cannot be had.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}

/// May the seal stand on what this licence's job made, under this release?
pub(crate) async fn rule(
    office: &Office,
    desk: &Desk,
    (job, record, content): (&Job, &Record, &Content),
    release: &ReleaseStatement,
) -> Result<(), RulingError> {
    let imposed = office
        .registry
        .restrictions()
        .of_version(&record.identifier)
        .await?;
    let ground = cases::grant(office, &job.grounds.case).await?;
    let facts = Facts {
        ground: &ground,
        job,
        record,
        content,
        release,
        imposed: &imposed,
        now: office.clock.now(),
    };
    facts.judge(office, desk)?;
    follows(office, record).await
}

/// R10: the version before takes this one after it still; it may have ended, or been stopped, since this one was begun.
async fn follows(office: &Office, record: &Record) -> Result<(), RulingError> {
    let Birth::Following(_, ground) = record.birth else {
        return Ok(());
    };
    let before = office.registry.licences().before(record).await?;
    let before = before.ok_or(StoreError::Damaged { table: "licence" })?;
    let now = crate::answers::whole(office.clock.now());
    let supersede = Event::Supersede {
        at: record.period.from.max(now),
        by: record.identifier.version(),
        ground,
    };
    let step = before.life.step(&supersede, &before.period, now);
    step.map_err(SealRefused::NotFollowing)?;
    Ok(())
}

/// May the seal stand on a document that is no licence: the catalogue's part of the rules, on the day.
pub(crate) fn rule_document(office: &Office, desk: &Desk, job: &Job) -> Result<(), SealRefused> {
    let today = office.settings.zone.date_at(office.clock.now());
    desk.catalogue.may_seal(&use_of(job), today)?;
    Ok(())
}

fn use_of(job: &Job) -> SealUse {
    SealUse {
        seal: job.grounds.seal.clone(),
        purpose: job.grounds.purpose,
        matter: job.grounds.matter.clone(),
        by: job.department.clone(),
    }
}

struct Facts<'a> {
    ground: &'a CaseGround,
    job: &'a Job,
    record: &'a Record,
    content: &'a Content,
    release: &'a ReleaseStatement,
    imposed: &'a [Imposed],
    now: UtcDateTime,
}

impl Facts<'_> {
    fn judge(&self, office: &Office, desk: &Desk) -> Result<(), SealRefused> {
        let (job, record) = (self.job, self.record);
        let payload: Payload =
            serde_json::from_slice(&job.payload).map_err(|_| SealRefused::NotAdmitted)?;
        let matter = job
            .grounds
            .matter
            .as_ref()
            .ok_or(SealRefused::NotAdmitted)?;
        // R2, R11: the power is judged on the day of the decision, the seal's scope today.
        let power = desk.catalogue.may_issue(
            &job.department,
            &record.licence_type,
            matter,
            payload.issued_on,
        )?;
        let kind = desk
            .catalogue
            .licence_type(&record.licence_type)
            .ok_or(SealRefused::NotAdmitted)?;
        let releaser = catalogue::key::PersonKey::parse(&self.release.releaser)
            .map_err(|_| SealRefused::NotReleased)?;
        let grant = grant_of(record.birth).map(|grant| as_decided(grant, self.ground));
        let (restrictions, shown) = self.restrictions(&payload, grant);
        let content = crypto::sha256(&self.content.bytes);
        let key = record.licence_type.as_str();
        let case = Case {
            sealing: &use_of(job),
            on: office.settings.zone.date_at(self.now),
            now: self.now,
            decision: self.decided(),
            release: Some(Release {
                by: &releaser,
                document: self.release.unsealed,
                until: self.release.expires,
            }),
            seal: match desk.seals.contains_key(&job.grounds.seal) {
                true => SealStanding::InUse,
                false => SealStanding::NotInUse,
            },
            administered_by: None,
            stop: match self.ground {
                CaseGround::Known(dossier) => dossier.sealing_stop(),
                _ => Stop::Clear,
            },
            ends: None,
            document: job
                .unsealed
                .as_ref()
                .map(|unsealed| unsealed.digest)
                .unwrap_or_default(),
            made_from: MadeFrom {
                page: (content, key),
                data: (record.content_digest, key),
            },
            output: Output::Electronic,
            admitted: Some(Granted {
                power: &power,
                kind,
                decided_on: payload.issued_on,
            }),
            names: Names::Own,
            phase: record.life.phase(&record.period, self.now),
            restrictions: &restrictions,
            shown: &shown,
            grant: grant.unwrap_or(Grant::Ordinary),
        };
        judge(&case, &desk.catalogue).map(|_| ())
    }

    /// What the case says where its events are known here; what the request said where they are not.
    fn decided(&self) -> Option<Decided<'_>> {
        match self.ground {
            CaseGround::Known(dossier) => dossier.decided(),
            _ => self.job.grounds.decided_by.as_ref().map(|by| Decided {
                outcome: Outcome::Granted,
                by: Decider::Person(by),
                received_by: None,
            }),
        }
    }

    /// R13: what was known when the licence was asked for had to be shown; what came since only blocks.
    fn restrictions(
        &self,
        payload: &Payload,
        grant: Option<Grant>,
    ) -> (Vec<Restriction>, BTreeSet<String>) {
        if grant.is_none() {
            return (Vec::new(), BTreeSet::new());
        }
        let mut shown: BTreeSet<String> = payload.shown.iter().cloned().collect();
        // The decision of a case that is known here was taken under what stood against its applicant.
        let known = matches!(self.ground, CaseGround::Known(_));
        let later = self
            .imposed
            .iter()
            .filter(|imposed| known || imposed.recorded > self.job.begun)
            .map(|imposed| imposed.restriction.number.clone());
        shown.extend(later);
        (listed(self.imposed), shown)
    }
}

/// How a version is granted; a change or a correction grants nothing new.
pub(crate) fn grant_of(birth: Birth) -> Option<Grant> {
    match birth {
        Birth::First => Some(Grant::Ordinary),
        Birth::Following(_, Ground::Renewal | Ground::LateRenewal) => Some(Grant::Renewal),
        Birth::Following(_, Ground::Change | Ground::Correction)
        | Birth::EndingAnnulled(_)
        | Birth::Replacing(_) => None,
    }
}

/// R19: what a case that is known here grants on a commitment, is granted so.
pub(crate) fn as_decided(grant: Grant, ground: &CaseGround) -> Grant {
    let CaseGround::Known(dossier) = ground else {
        return grant;
    };
    let promised = dossier
        .decision()
        .is_some_and(|decision| decision.ruled.mode == Mode::Commitment);
    match grant {
        Grant::Ordinary if promised => Grant::OnCommitment,
        Grant::Ordinary | Grant::OnCommitment | Grant::Renewal => grant,
    }
}

/// The same for a version that is about to be begun.
pub(crate) fn granted_by(succession: Option<Succession>) -> Option<Grant> {
    match succession {
        None => Some(Grant::Ordinary),
        Some(Succession::Supersedes(Ground::Renewal | Ground::LateRenewal)) => Some(Grant::Renewal),
        Some(_) => None,
    }
}

/// A refusal before the journal stands in the trace once, however often a round of upkeep finds it again.
pub(crate) async fn deny_once(
    office: &Office,
    job: &Job,
    (ground, rule): (&str, Option<&str>),
) -> Result<(), StoreError> {
    let object = job.id.to_string();
    let trace = office.registry.trace();
    let entries = trace.about(&job.department, &object, 0).await?;
    let known = entries.iter().rev().find(|entry| entry.deed == "deny");
    if known.is_some_and(|entry| entry.ground == ground) {
        return Ok(());
    }
    let act = Act {
        department: job.department.clone(),
        by: registry::asked::By::new("service", office.clock.now()),
        deed: Deed::Deny,
        object,
        ground: ground.to_owned(),
        detail: rule
            .map(|rule| ("rule", rule.to_owned()))
            .into_iter()
            .collect(),
        key: None,
    };
    trace.record(act).await?;
    Ok(())
}
