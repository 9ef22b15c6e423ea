//! Whole artefacts, judged: good ones, and named mutations of them that are refused for the exact reason.

#[cfg(test)]
#[path = "judging/agreement.rs"]
mod agreement;
#[cfg(test)]
#[path = "judging/archives.rs"]
mod archives;
#[cfg(test)]
#[path = "judging/asic.rs"]
mod asic;
#[cfg(test)]
#[path = "judging/asic_archives.rs"]
mod asic_archives;
#[cfg(test)]
#[path = "judging/asic_attacks.rs"]
mod asic_attacks;
#[cfg(test)]
#[path = "judging/bent.rs"]
mod bent;
#[cfg(test)]
#[path = "judging/bent_messages.rs"]
mod bent_messages;
#[cfg(test)]
#[path = "judging/bent_packages.rs"]
mod bent_packages;
#[cfg(test)]
#[path = "judging/carried.rs"]
mod carried;
#[cfg(test)]
#[path = "judging/cases.rs"]
mod cases;
#[cfg(test)]
#[path = "judging/closed.rs"]
mod closed;
#[cfg(test)]
#[path = "judging/codes.rs"]
mod codes;
#[cfg(test)]
#[path = "judging/compromised.rs"]
mod compromised;
#[cfg(test)]
#[path = "judging/corpus.rs"]
mod corpus;
#[cfg(test)]
#[path = "judging/dated.rs"]
mod dated;
#[cfg(test)]
#[path = "judging/difficulties.rs"]
mod difficulties;
#[cfg(test)]
#[path = "judging/digested.rs"]
mod digested;
#[cfg(test)]
#[path = "judging/elsewhere.rs"]
mod elsewhere;
#[cfg(test)]
#[path = "findings.rs"]
mod findings;
#[cfg(test)]
#[path = "judging/forge.rs"]
mod forge;
#[cfg(test)]
#[path = "judging/forged.rs"]
mod forged;
#[cfg(test)]
#[path = "judging/habits.rs"]
mod habits;
#[cfg(test)]
#[path = "judging/habits_parts.rs"]
mod habits_parts;
#[cfg(test)]
#[path = "judging/hierarchy.rs"]
mod hierarchy;
#[cfg(test)]
#[path = "judging/honest.rs"]
mod honest;
#[cfg(test)]
#[path = "judging/indications.rs"]
mod indications;
#[cfg(test)]
#[path = "judging/inventory.rs"]
mod inventory;
#[cfg(test)]
#[path = "judging/jades.rs"]
mod jades;
#[cfg(test)]
#[path = "judging/jades_mutants.rs"]
mod jades_mutants;
#[cfg(test)]
#[path = "judging/keys.rs"]
mod keys;
#[cfg(test)]
#[path = "judging/large.rs"]
mod large;
#[cfg(test)]
#[path = "judging/lasting.rs"]
mod lasting;
#[cfg(test)]
#[path = "judging/licences.rs"]
mod licences;
#[cfg(test)]
#[path = "judging/log.rs"]
mod log;
#[cfg(test)]
#[path = "judging/maker.rs"]
mod maker;
#[cfg(test)]
#[path = "judging/messages.rs"]
mod messages;
#[cfg(test)]
#[path = "judging/metadata.rs"]
mod metadata;
#[cfg(test)]
#[path = "judging/mutants.rs"]
mod mutants;
#[cfg(test)]
#[path = "judging/national.rs"]
mod national;
#[cfg(test)]
#[path = "judging/ofd.rs"]
mod ofd;
#[cfg(test)]
#[path = "judging/package.rs"]
mod package;
#[cfg(test)]
#[path = "judging/proven.rs"]
mod proven;
#[cfg(test)]
#[path = "judging/regions.rs"]
mod regions;
#[cfg(test)]
#[path = "judging/replay.rs"]
mod replay;
#[cfg(test)]
#[path = "judging/responders.rs"]
mod responders;
#[cfg(test)]
#[path = "judging/revocation.rs"]
mod revocation;
#[cfg(test)]
#[path = "judging/sealings.rs"]
mod sealings;
#[cfg(test)]
#[path = "judging/sleights.rs"]
mod sleights;
#[cfg(test)]
#[path = "judging/stamps.rs"]
mod stamps;
#[cfg(test)]
#[path = "judging/status.rs"]
mod status;
#[cfg(test)]
#[path = "judging/strokes.rs"]
mod strokes;
#[cfg(test)]
#[path = "judging/transcripts.rs"]
mod transcripts;
#[cfg(test)]
#[path = "judging/trust.rs"]
mod trust;
#[cfg(test)]
#[path = "judging/unlikely.rs"]
mod unlikely;
#[cfg(test)]
#[path = "judging/world.rs"]
mod world;
#[cfg(test)]
#[expect(dead_code, reason = "the tests of the reader use the rest of it")]
#[path = "../../pdf/tests/reading/maker.rs"]
mod writer;
#[cfg(test)]
#[path = "judging/zipped.rs"]
mod zipped;
