//! Gathers the evidence in any artefact, judges it, and reports every finding; works offline.
