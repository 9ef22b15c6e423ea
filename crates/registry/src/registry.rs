//! The registry as its users hold it: one database, several books.

use std::sync::Arc;

use crate::accounts::Accounts;
use crate::backup::Backups;
use crate::batches::Batches;
use crate::callers::Callers;
use crate::cases::Cases;
use crate::catalogues::Catalogues;
use crate::certificates::{Answers, Certificates, Lists};
use crate::copies::Copies;
use crate::drills::Drills;
use crate::jobs::Jobs;
use crate::licences::Licences;
use crate::links::Links;
use crate::migrations;
use crate::portfolio::Portfolio;
use crate::regions::Regions;
use crate::restrictions::Restrictions;
use crate::rounds::Rounds;
use crate::seals::Seals;
use crate::signers::Signers;
use crate::signers::activations::Activations;
use crate::signers::handwriting::Handwriting;
use crate::signers::pads::Pads;
use crate::status::StatusLists;
use crate::uses::Uses;
use applications::Applications;
use notices::Notices;
use reencryption::Reencryption;
use releasing::{Alarms, Limits, Quorums, Stops, Terms};
use store::OpenStore;
use store::Store;
use trail::anchor::Anchors;
use trail::audit::Audits;
use trail::journal::Journal;
use trail::log::Logs;
use trail::outbox::Outbox;
use trail::secrets::Secrets;
use trail::suites::Suites;
use trail::trace::Trace;

/// An open registry; cheap to clone.
#[derive(Debug, Clone)]
pub struct Registry {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
    terms: Terms,
}

/// Opens `sqlite:PATH` or `postgres://…`, brings the schema up to date and answers when facts can
/// be written. Start is recovery: there is no other path (T-D5).
///
/// # Errors
/// `NotDurable` and `Replica` where acknowledged writes could be lost (T-D2, T-D7).
pub async fn open(address: &str, secrets: Secrets) -> Result<Registry, OpenStore> {
    Ok(Registry {
        store: Arc::new(Store::open(address, migrations::ALL).await?),
        secrets: Arc::new(secrets),
        terms: Terms::default(),
    })
}

impl Registry {
    /// The same under other terms of releases, where a seal has no limits of its own (T-S7).
    #[must_use]
    pub fn under(self, terms: Terms) -> Registry {
        Registry { terms, ..self }
    }

    /// Alarms about releases.
    #[must_use]
    pub fn alarms(&self) -> Alarms {
        Alarms::new(Arc::clone(&self.store))
    }

    /// Limits of releases, and what is stopped by them.
    #[must_use]
    pub fn stops(&self) -> Stops {
        Stops::new(Arc::clone(&self.store))
    }

    /// Who releases high-risk seals together.
    #[must_use]
    pub fn quorums(&self) -> Quorums {
        Quorums::new(Arc::clone(&self.store))
    }

    /// The limits of a seal to which nobody gave any.
    #[must_use]
    pub fn usual_limits(&self) -> Limits {
        self.terms.limits
    }

    /// Licences.
    #[must_use]
    pub fn licences(&self) -> Licences {
        Licences::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// What is kept sealed, on its way under the current field key.
    #[must_use]
    pub fn reencryption(&self) -> Reencryption {
        Reencryption::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// Jobs.
    #[must_use]
    pub fn jobs(&self) -> Jobs {
        Jobs::new(
            Arc::clone(&self.store),
            Arc::clone(&self.secrets),
            self.terms,
        )
    }

    /// Batches.
    #[must_use]
    pub fn batches(&self) -> Batches {
        Batches::new(
            Arc::clone(&self.store),
            Arc::clone(&self.secrets),
            self.terms,
        )
    }

    /// The trace.
    #[must_use]
    pub fn trace(&self) -> Trace {
        Trace::new(Arc::clone(&self.store))
    }

    /// The key journal.
    #[must_use]
    pub fn journal(&self) -> Journal {
        Journal::new(Arc::clone(&self.store))
    }

    /// The outbox.
    #[must_use]
    pub fn outbox(&self) -> Outbox {
        Outbox::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// Links to the progress of cases.
    #[must_use]
    pub fn links(&self) -> Links {
        Links::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// Trust that was exchanged with other regions, and what is decided and published of our own.
    #[must_use]
    pub fn regions(&self) -> Regions {
        Regions::new(Arc::clone(&self.store))
    }

    /// Documents that several persons sign.
    #[must_use]
    pub fn rounds(&self) -> Rounds {
        Rounds::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// What users authorised for remote signing.
    #[must_use]
    pub fn activations(&self) -> Activations {
        Activations::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// Pages on which persons sign who were asked to.
    #[must_use]
    pub fn pads(&self) -> Pads {
        Pads::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// How persons write.
    #[must_use]
    pub fn handwriting(&self) -> Handwriting {
        Handwriting::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// Persons who sign, and their signatures.
    #[must_use]
    pub fn signers(&self) -> Signers {
        Signers::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// Notices.
    #[must_use]
    pub fn notices(&self) -> Notices {
        Notices::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// Seals.
    #[must_use]
    pub fn seals(&self) -> Seals {
        Seals::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// What seals were asked for with, and the scopes that they have had.
    #[must_use]
    pub fn applications(&self) -> Applications {
        Applications::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// Until when files can be proven.
    #[must_use]
    pub fn portfolio(&self) -> Portfolio {
        Portfolio::new(Arc::clone(&self.store))
    }

    /// Drills after a seal's key was compromised.
    #[must_use]
    pub fn drills(&self) -> Drills {
        Drills::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// Cases.
    #[must_use]
    pub fn cases(&self) -> Cases {
        Cases::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// Restrictions of holders.
    #[must_use]
    pub fn restrictions(&self) -> Restrictions {
        Restrictions::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// Uses of licences under a stated purpose.
    #[must_use]
    pub fn uses(&self) -> Uses {
        Uses::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// Paper copies, and the numbers of merged papers.
    #[must_use]
    pub fn copies(&self) -> Copies {
        Copies::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// Accounts of people, and their sessions.
    #[must_use]
    pub fn accounts(&self) -> Accounts {
        Accounts::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// Machines and people.
    #[must_use]
    pub fn callers(&self) -> Callers {
        Callers::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// The two logs.
    #[must_use]
    pub fn logs(&self) -> Logs {
        Logs::new(Arc::clone(&self.store))
    }

    /// Going over trace and logs.
    #[must_use]
    pub fn audits(&self) -> Audits {
        Audits::new(Arc::clone(&self.store))
    }

    /// Checkpoints of the trace in the public log.
    #[must_use]
    pub fn anchors(&self) -> Anchors {
        Anchors::new(Arc::clone(&self.store))
    }

    /// Since when the logs are signed in both suites.
    #[must_use]
    pub fn suites(&self) -> Suites {
        Suites::new(Arc::clone(&self.store))
    }

    /// Certificates.
    #[must_use]
    pub fn certificates(&self) -> Certificates {
        Certificates::new(Arc::clone(&self.store))
    }

    /// Revocation lists.
    #[must_use]
    pub fn revocation_lists(&self) -> Lists {
        Lists::new(Arc::clone(&self.store))
    }

    /// OCSP answers signed in advance.
    #[must_use]
    pub fn ocsp_answers(&self) -> Answers {
        Answers::new(Arc::clone(&self.store))
    }

    /// Token status lists.
    #[must_use]
    pub fn status_lists(&self) -> StatusLists {
        StatusLists::new(Arc::clone(&self.store), Arc::clone(&self.secrets))
    }

    /// Imports of the catalogue.
    #[must_use]
    pub fn catalogues(&self) -> Catalogues {
        Catalogues::new(Arc::clone(&self.store))
    }

    /// Backup and restore.
    #[must_use]
    pub fn backups(&self) -> Backups {
        Backups::new(Arc::clone(&self.store))
    }
}
