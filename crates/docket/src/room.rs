//! What the work on cases has at hand.

use std::sync::Arc;

use catalogue::{Calendar, Catalogue};
use dossier::event::{CaseEvent, Happening};
use dossier::scene::{HeldLicence, SealRelease};
use dossier::{CaseFile, Scene};
use licence::restriction::Restriction;
use registry::Registry;
use time::UtcDateTime;

/// What the work on cases has at hand; cheap to clone.
#[derive(Debug, Clone)]
pub struct Room {
    /// What is true.
    pub registry: Registry,
    /// The catalogue in force.
    pub catalogue: Arc<Catalogue>,
}

impl Room {
    /// The working days that count for a case: those of the region whose body exercises the power of its matter.
    pub(crate) fn calendar(&self, file: &CaseFile, event: Option<&CaseEvent>) -> Calendar {
        let opening = event.and_then(|event| match &event.what {
            Happening::Received(application) => Some(&application.matter),
            _ => None,
        });
        let matter = file
            .dossier()
            .map(|dossier| &dossier.terms().matter)
            .or(opening);
        matter
            .and_then(|matter| self.catalogue.matter(matter))
            .and_then(|matter| self.catalogue.department(&matter.exercised_by))
            .map_or_else(Calendar::default, |body| {
                self.catalogue.calendar(&body.region)
            })
    }

    /// The scene of an event.
    pub(crate) fn scene<'a>(
        &'a self,
        calendar: &'a Calendar,
        (restrictions, releases): (&'a [Restriction], &'a [SealRelease]),
        licences: &'a [HeldLicence],
        now: UtcDateTime,
    ) -> Scene<'a> {
        Scene {
            catalogue: &self.catalogue,
            calendar,
            restrictions,
            releases,
            licences,
            now,
        }
    }
}
